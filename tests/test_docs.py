"""The documentation says what the code does; what it names exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_group

from zoneblanche.scripts.cli import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def python_blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


def test_the_snippet_of_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = python_blocks(ROOT / "README.md")
    assert len(blocks) == 1
    scope: dict[str, Any] = {}
    exec(compile(blocks[0], "README.md", "exec"), scope)
    page = (tmp_path / "lozere.html").read_text("utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert len(scope["atlas"].codes) == 152


BLOCK = re.compile(r"(?:^`([\w.-]+)`:\n\n)?^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
"""A block of code: the name of the file it shows, where the line above it is one; language; text."""


def test_the_tutorial_does_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
    compared, printed = 0, ""
    for name, language, text in blocks:
        if name:
            (tmp_path / name).write_text(text, encoding="utf-8")
        elif language == "console":
            command, expected = text.removeprefix("$ zoneblanche ").split("\n", 1)
            done = subprocess.run(
                [sys.executable, "-m", "zoneblanche.scripts.cli", *command.split()],
                capture_output=True, encoding="utf-8", check=True,
            )  # fmt: skip
            assert done.stdout.replace(tmp_path.as_uri(), "file:///…") == expected
            compared += 1
        elif language == "python":
            exec(compile(text, "tutorial.md", "exec"), {})
            printed = capsys.readouterr().out
        elif language == "text":
            assert printed == text
            compared += 1
    assert compared == 3
    assert (tmp_path / "out" / "index.html").is_file()
    assert (tmp_path / "map.html").is_file()


def test_the_project_of_the_tutorial_has_ten_lines() -> None:
    blocks = BLOCK.findall((ROOT / "docs" / "tutorial.md").read_text("utf-8"))
    (project,) = [text for name, _, text in blocks if name == "project.toml"]
    assert len(project.splitlines()) == 10


def test_every_command_is_documented() -> None:
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    names = list(get_group(app).commands)
    assert names
    for name in names:
        assert f"`zoneblanche {name}" in text, name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text("utf-8")):
        if not re.match(r"https?:", target):
            assert (page.parent / target).exists(), target


def test_the_index_lists_every_page() -> None:
    index = ROOT / "docs" / "README.md"
    listed = set(re.findall(r"\]\(([^)#]+)", index.read_text("utf-8")))
    pages = {page.name for page in (ROOT / "docs").glob("*.md")} - {index.name}
    assert pages <= listed, pages - listed


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_scripts_that_are_named_exist(page: Path) -> None:
    for name in re.findall(r"python -m (scripts(?:\.\w+)+)", page.read_text("utf-8")):
        module = ROOT / name.replace(".", "/")
        assert module.with_suffix(".py").exists() or (module / "__main__.py").exists(), name


def test_the_python_that_is_required() -> None:
    assert sys.version_info >= (3, 11)


def test_the_guarantees_name_what_is_there() -> None:
    text = (ROOT / "docs" / "guarantees.md").read_text("utf-8")
    named = set(re.findall(r"`((?:geo|layers|maps|scripts|tests)/[\w./]+)`", text))
    assert len(named) > 20
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
