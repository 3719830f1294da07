"""A report's page read back: what stands in its cells, and what its sentences say."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "img", "br", "link", "input", "rect", "circle", "path"}


@dataclass
class Cell:
    """Attributes and text of an element with an id."""

    attributes: dict[str, str]
    text: str = ""


@dataclass
class Said:
    """A sentence: its key, its figures with where they lead, and all else that it says."""

    key: str
    links: list[tuple[str, str]] = field(default_factory=list)
    words: str = ""
    names: str = ""


class ReportPage(HTMLParser):
    """The cells and sentences of a page; `tags` counts every element."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.cells: dict[str, Cell] = {}
        self.sentences: list[Said] = []
        self.tags: dict[str, int] = {}
        self.attributes: list[tuple[str, str, str | None]] = []
        self._open: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        self.attributes += [(tag, name, value) for name, value in attrs]
        told = {name: value or "" for name, value in attrs}
        if "id" in told:
            assert told["id"] not in self.cells, f"two elements have the id {told['id']}"
            self.cells[told["id"]] = Cell(told)
        if "data-says" in told:
            self.sentences.append(Said(told["data-says"]))
        if tag == "a" and told.get("class") == "of":
            self.sentences[-1].links.append((told["href"][1:], ""))
        if tag not in VOID:
            self._open.append((tag, told))

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        own = next((told["id"] for _, told in reversed(self._open) if "id" in told), None)
        if own is not None and not any(tag == "title" for tag, _ in self._open):
            self.cells[own].text += data
        inside = [tag for tag, told in self._open if "data-says" in told]
        if not inside:
            return
        if any(told.get("class") == "of" for _, told in self._open):
            target, text = self.sentences[-1].links[-1]
            self.sentences[-1].links[-1] = (target, text + data)
        elif any(tag == "bdi" for tag, _ in self._open):
            self.sentences[-1].names += data
        else:
            self.sentences[-1].words += data


def squeezed(text: str) -> str:
    """Text with single spaces."""
    return re.sub(r"[ \n]+", " ", text).strip()
