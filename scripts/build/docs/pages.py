"""Pages of the site that are written from the code, and its navigation.

The navigation is that of docs/README.md, so a page that is listed there is found on the site.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import typer

ROOT = Path(__file__).resolve().parents[3]
TOP = {
    "README.md": "quick-start.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "CHANGELOG.md": "changelog.md",
}
"""Pages of the repository's top level, by their names on the site."""
ROOMS = {"geo": "Territories", "layers": "Layers and indices", "maps": "Maps and reports"}
ADDED = {
    "Start": [("Quick start", "quick-start.md")],
    "Reference": [
        ("Help of the commands", "help.md"),
        *((f"Python: {title.lower()}", f"api-{room}.md") for room, title in ROOMS.items()),
    ],
    "Contribute": [("Changes", "changelog.md")],
}
"""Entries of the navigation for pages that only the site has, by group."""
SCHEMA = "zoneblanche.schema.json"
_GROUP = re.compile(r"^\*\*(.+?)\.\*\*(.*?)(?=^\*\*|\Z)", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(#[^)\s]*)?\)")


def navigation(index: str) -> list[dict[str, Any]]:
    """Return mkdocs' navigation from the text of docs/README.md: a group a bold heading."""
    groups: list[dict[str, Any]] = [{"Home": "README.md"}]
    for heading, text in _GROUP.findall(index):
        listed = [
            (title[:1].upper() + title[1:].replace("\n", " "), on_site(path))
            for title, path, _ in _LINK.findall(text)
            if path.endswith(".md")
        ]
        first = listed if heading != "Start" else []
        last = [] if heading != "Start" else listed
        pages = [*first, *ADDED.get(heading, []), *last]
        groups.append({heading: [{title: path} for title, path in pages]})
    return groups


def on_site(path: str) -> str:
    """Return where a page of docs/README.md is on the site."""
    return TOP.get(path.removeprefix("../"), path)


def with_links(text: str, *, of_top: bool) -> str:
    """Return a page whose links to the top level or to docs lead to the pages of the site.

    A link to a file that the site does not have becomes its text.
    """

    def follow(match: re.Match[str]) -> str:
        title, path, anchor = match[1], match[2], match[3] or ""
        if re.match(r"[a-z]+:", path):
            return match[0]
        if path.removeprefix("../") in TOP:
            return f"[{title}]({TOP[path.removeprefix('../')]}{anchor})"
        if not of_top:
            return title if path.startswith("../../") else match[0]
        inside = path.removeprefix("docs/")
        return f"[{title}]({inside}{anchor})" if inside != path else title

    return _LINK.sub(follow, text)


def api_page(room: str) -> str:
    """Return the reference of the public names of a room, for mkdocstrings."""
    module: ModuleType = import_module(f"zoneblanche.{room}")
    before = list(ROOMS)[: list(ROOMS).index(room)]
    names = {name for names in before for name in import_module(f"zoneblanche.{names}").__all__}
    lines = [f"# {ROOMS[room]}", "", "`import zoneblanche as zb` has all these names."]
    for name in sorted(set(module.__all__) - names):
        place = getattr(module, name).__module__
        lines += ["", f"::: {place}.{name}", "    options:", f'      heading: "{name}"']
    return "\n".join([*lines, ""])


def help_page() -> str:
    """Return what `--help` prints for every command, in English, 100 columns wide."""
    from zoneblanche.scripts.cli import leaf_commands

    lines = ["# Help of the commands", "", "What `zoneblanche COMMAND --help` prints."]
    with _in_english():
        for name, command in sorted(leaf_commands().items()):
            context = typer.Context(command, info_name=f"zoneblanche {name}", max_content_width=100)
            context.terminal_width = 100
            lines += ["", f"## {name}", "", "```", command.get_help(context).rstrip(), "```"]
    return "\n".join([*lines, ""])


@contextlib.contextmanager
def _in_english() -> Any:
    settings = {name: os.environ.get(name) for name in ("LC_ALL", "LANG", "LC_MESSAGES")}
    os.environ.update(dict.fromkeys(settings, "en_GB.UTF-8"))
    try:
        yield
    finally:
        for name, value in settings.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def written_pages() -> dict[str, str]:
    """Return the files that only the site has, by name."""
    from zoneblanche.layers.project.json_schema import project_schema

    pages = {
        name: with_links((ROOT / top).read_text("utf-8"), of_top=True) for top, name in TOP.items()
    }
    pages |= {f"api-{room}.md": api_page(room) for room in ROOMS}
    pages["help.md"] = help_page()
    pages[SCHEMA] = json.dumps(project_schema(), ensure_ascii=False, indent=2) + "\n"
    return pages
