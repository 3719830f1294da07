"""The documentation as a site: whole, from the code, and without a third party."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import zoneblanche as zb
from zoneblanche.scripts.build.docs.doctests import with_fences
from zoneblanche.scripts.build.docs.pages import (
    ROOMS,
    ROOT,
    SCHEMA,
    api_page,
    help_page,
    navigation,
    with_links,
    written_pages,
)
from zoneblanche.scripts.cli import leaf_commands
from zoneblanche.scripts.jobs.check import check_project_file

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]


def paths_of(entries: list[dict[str, Any]]) -> list[str]:
    return [
        path
        for entry in entries
        for value in entry.values()
        for path in (paths_of(value) if isinstance(value, list) else [value])
    ]


def test_every_page_has_one_place_in_the_navigation() -> None:
    listed = paths_of(navigation((DOCS / "README.md").read_text("utf-8")))
    pages = {path.name for path in DOCS.glob("*.md")} | {"gallery/index.md"}
    pages |= {name for name in written_pages() if name.endswith(".md")}
    assert sorted(listed) == sorted(pages)


def test_the_navigation_is_that_of_the_index() -> None:
    start = "**Start.** [tutorial](a.md) ·\n[notebook](b.ipynb)\n\n"
    assert navigation(f"{start}**How to.** [read\nit](../SECURITY.md)\n") == [
        {"Home": "README.md"},
        {"Start": [{"Quick start": "quick-start.md"}, {"Tutorial": "a.md"}]},
        {"How to": [{"Read it": "security.md"}]},
    ]


def test_links_lead_to_pages_of_the_site() -> None:
    text = "[a](docs/map-page.md#size) [b](CONTRIBUTING.md) [c](LICENSE) [d](https://example.org)"
    expected = "[a](map-page.md#size) [b](contributing.md) c [d](https://example.org)"
    assert with_links(text, of_top=True) == expected
    assert with_links("[q](../README.md#x) [g](gallery/index.md)", of_top=False) == (
        "[q](quick-start.md#x) [g](gallery/index.md)"
    )


def test_examples_of_docstrings_are_code() -> None:
    text = "Add.\n\n>>> [1, 2][0]\n1\n>>> 3\n3\n\nThe end."
    assert with_fences(text) == "Add.\n\n```pycon\n>>> [1, 2][0]\n1\n>>> 3\n3\n```\n\nThe end."
    assert with_fences("No example.") == "No example."


def test_the_reference_has_every_public_name_once() -> None:
    pages = "".join(api_page(room) for room in ROOMS)
    names = re.findall(r"^::: zoneblanche\.[\w.]+\.(\w+)$", pages, re.MULTILINE)
    assert sorted(names) == zb.__all__


def test_the_help_of_every_command_is_shown_in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    text = help_page()
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == sorted(leaf_commands())
    assert text.count("Usage: zoneblanche ") == len(leaf_commands())
    assert "Utilisation" not in text


class Requests(HTMLParser):
    """Addresses that a page makes a browser load, and names of classes."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.classes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.classes |= set(given.get("class", "").split())
        if tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.loaded.append(given.get("href", ""))
        if tag not in ("a", "link"):
            self.loaded += [given[name] for name in ("src", "srcset", "data") if given.get(name)]


def test_the_site_is_built_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "scripts.build.docs", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    pages = sorted(tmp_path.rglob("*.html"))
    assert len(pages) > 50
    elsewhere, classes = {}, set()
    for page in pages:
        parser = Requests()
        parser.feed(page.read_text("utf-8"))
        classes |= parser.classes
        outside = [one for one in parser.loaded if re.match(r"(https?:)?//", one)]
        if outside:
            elsewhere[page.name] = outside
    assert elsewhere == {}
    # The theme's script loads a third party's if a page has one of these.
    assert not classes & {"mermaid", "md-source"}
    for style in tmp_path.rglob("*.css"):
        assert not re.search(r"url\(\s*['\"]?(https?:)?//|@import", style.read_text("utf-8"))
    index = json.loads((tmp_path / "search" / "search_index.json").read_text("utf-8"))
    found_in = {entry["location"].split("#")[0] for entry in index["docs"]}
    assert {"demarrer.html", "help.html", "api-layers.html", "tutorial.html"} <= found_in
    assert 'id="zoneblanche.layers.index.compute.compute_index"' in (
        tmp_path / "api-layers.html"
    ).read_text("utf-8")
    assert json.loads((tmp_path / SCHEMA).read_text("utf-8"))["title"] == "zoneblanche project"


def test_the_french_page_does_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (DOCS / "demarrer.md").read_text("utf-8")
    for name, language in (("fibre.csv", "csv"), ("projet.toml", "toml")):
        match = re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)
        assert match
        (tmp_path / name).write_text(match[1], encoding="utf-8")
    check_project_file(tmp_path / "projet.toml", out=())
    assert "Locaux raccordables à la fibre" in capsys.readouterr().out


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_have_the_options_that_are_shown(page: Path) -> None:
    text = page.read_text("utf-8")
    shown = re.findall(r"`(zoneblanche [^`\n]+)`", text)
    for block in re.findall(r"```\w*\n(.*?)```", text, re.DOTALL):
        shown += re.findall(r"^(?:\$ |\.venv/bin/)?(zoneblanche [^\n]+)", block, re.MULTILINE)
    known = leaf_commands()
    unknown = {}
    for line in (one for command in shown for one in command.split(" && ")):
        words = line.split()[1:]
        name = next((one for one in (" ".join(words[:2]), words[0]) if one in known), None)
        if name is None:
            continue
        options = {o for one in known[name].params for o in (*one.opts, *one.secondary_opts)}
        given = {word.split("=")[0].strip("[]") for word in words if word.startswith(("-", "[-"))}
        odd = given - options - {"--help", "--debug"}
        if odd:
            unknown[line] = odd
    assert unknown == {}
