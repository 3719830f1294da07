"""Compiled templates that are kept: read where they are whole, compiled anew where they are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
import pytest

from zoneblanche.maps.drawn import templates
from zoneblanche.maps.drawn.templates import KeptTemplates


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the templates that jinja compiles."""
    names: list[str] = []
    compile_: Any = jinja2.Environment.compile

    def watched(self: jinja2.Environment, source: str, name: str, *others: object) -> object:
        names.append(name)
        return compile_(self, source, name, *others)

    monkeypatch.setattr(jinja2.Environment, "compile", watched)
    return names


def fill(folder: Path, text: str = "{{ x }}") -> str:
    environment = jinja2.Environment(
        loader=jinja2.DictLoader({"a.html": text}),
        bytecode_cache=KeptTemplates(folder),
        **templates.SETTINGS,
    )
    return environment.get_template("a.html").render(x="<1>")


def test_a_template_is_compiled_once(tmp_path: Path, compiled: list[str]) -> None:
    assert fill(tmp_path) == fill(tmp_path) == "&lt;1&gt;"
    assert compiled == ["a.html"]
    assert fill(tmp_path, "{{ x }}!") == "&lt;1&gt;!"  # another text of the same name
    assert compiled == ["a.html"] * 2


@pytest.mark.parametrize("place", [0, 31, 32, 60, -1])
def test_a_damaged_file_is_compiled_anew(tmp_path: Path, compiled: list[str], place: int) -> None:
    fill(tmp_path)
    (file,) = tmp_path.iterdir()
    content = bytearray(file.read_bytes())
    content[place] ^= 1
    file.write_bytes(content)
    assert fill(tmp_path) == "&lt;1&gt;"
    file.write_bytes(content[: len(content) // 2])
    assert fill(tmp_path) == "&lt;1&gt;"
    file.write_bytes(b"")
    assert fill(tmp_path) == "&lt;1&gt;"
    assert compiled == ["a.html"] * 4
    assert fill(tmp_path) == "&lt;1&gt;" and len(compiled) == 4


def test_settings_are_kept_apart(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    monkeypatch.setattr(templates, "SETTINGS", {**templates.SETTINGS, "autoescape": False})
    assert fill(tmp_path) == "<1>"
    assert len(compiled) == 2


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path, compiled: list[str]) -> None:
    assert fill(tmp_path / "absent") == fill(tmp_path / "absent") == "&lt;1&gt;"
    assert len(compiled) == 2


def test_the_templates_of_the_package_are_kept(
    tmp_path: Path, compiled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(templates, "private_cache", lambda name: tmp_path)
    for _ in range(2):
        templates.templates.cache_clear()
        templates.templates().get_template("report.html")
    templates.templates.cache_clear()
    assert compiled.count("report.html") == 1
