"""Everything that is said goes through the catalogues, and they are complete.

`python -m scripts.build.catalogues` brings new messages into them, and names what lacks a
translation.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from zoneblanche.geo.messages import SLOT
from zoneblanche.scripts.build.catalogues import (
    SAYERS,
    catalogue_files,
    problems,
    read_catalogue,
)
from zoneblanche.scripts.build.compile_catalogues import compile_catalogues

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("geo", "layers", "maps", "scripts")
ERRORS = {
    *("Fault", "InputError", "ProblemWithEnvironment", "ZoneblancheError", "BadShape", "Read"),
    *("fault", "column_fault", "blame", "noting", "remark", "refused_kind", "refused", "unfit"),
    *("Refusal", "expected"),
}
"""Calls whose every text is said to the user; elsewhere only what reads as a sentence is."""

SILENT = {
    "Option",
    "Argument",
    "Typer",
    "Field",
    "compile",
    "Indicator",
    "endswith",
    "removesuffix",
}
"""Calls whose texts are titles in each language, help, or no text for the user."""

FOR_MAINTAINERS = re.compile(
    r"scripts/(build|bench|trials|jobs/findings\.py)|maps/(page/noscript_text|report)|layers/publishers/(geography|mxmap)"
)

COMPOSED = re.compile(r"[\s{}0-9.,:;`'()-]*")
"""Templates that only put other texts together."""


def test_the_catalogues_are_complete() -> None:
    assert problems() == []


def test_compiled_they_say_the_same(tmp_path: Path) -> None:
    for lang, path in catalogue_files().items():
        copy = tmp_path / lang / "LC_MESSAGES" / path.name
        copy.parent.mkdir(parents=True)
        copy.write_bytes(path.read_bytes())
    for made in compile_catalogues(tmp_path):
        path = catalogue_files()[made.parts[-3]]
        kept = path.with_suffix(".mo")
        if kept.exists() and kept.stat().st_mtime >= path.stat().st_mtime:
            assert kept.read_bytes() == made.read_bytes()


def test_french_spaces_do_not_break() -> None:
    for message in read_catalogue(catalogue_files()["fr"]):
        strings = (message.string,) if isinstance(message.string, str) else message.string or ()
        for french in strings if message.id else ():
            assert not re.search(r"[^\s] [:;?!»](\s|$)", french), french
            assert not re.search(r"« ", french), french


def test_every_sentence_is_a_message() -> None:
    """No text that is said to the user stands in the source without being looked up."""
    assert list(plain_sentences()) == []


def plain_sentences() -> Iterator[str]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if not FOR_MAINTAINERS.match(place):
                tree = ast.parse(path.read_text("utf-8"))
                yield from (f"{place}:{line}: {text!r}" for text, line in plain_in(tree))


def plain_in(tree: ast.Module) -> Iterator[tuple[str, int]]:
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        text = template_of(node)
        if text is None or " " not in text.strip() or COMPOSED.fullmatch(text):
            continue
        parent = above[node]
        if isinstance(parent, ast.Expr | ast.JoinedStr | ast.FormattedValue | ast.Compare):
            continue  # a docstring, a part of a longer text, or what another's text is held against
        if isinstance(parent, ast.keyword) and parent.arg == "column":
            continue  # the name of a key
        around = list(ancestors(node, above))
        calls = {name_of(one.func) for one in around if isinstance(one, ast.Call)}
        if calls & (SILENT | SAYERS.keys()) or any(in_each_language(one) for one in around):
            continue
        if calls & ERRORS or re.fullmatch(r"[^<]*[A-Za-z0-9}\])»%'`][.?!]", text.strip()):
            assert isinstance(node, ast.expr)
            yield text, node.lineno


def template_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
    )


def ancestors(node: ast.AST, above: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in above:
        node = above[node]
        yield node


def name_of(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def in_each_language(node: ast.AST) -> bool:
    if not isinstance(node, ast.Dict) or not node.keys:
        return False
    return {getattr(key, "value", None) for key in node.keys} <= {"fr", "en"}


@pytest.mark.parametrize(
    ("source", "count"),
    [
        ('Fault("two words")', 1),
        ('Fault(f"a {b}")', 1),
        ('Fault(_("two words"), remedy=_("Do {b}.", b="c d"))', 0),
        ('x = "Do this."', 1),
        ('x = {"fr": "Fais.", "en": "Do it."}', 0),
    ],
)
def test_a_plain_sentence_is_found(source: str, count: int) -> None:
    assert len(list(plain_in(ast.parse(source)))) == count


def test_slots_have_plain_names() -> None:
    assert SLOT.findall("{a} {b_2} {} {0} {'c': 1} {D}") == ["a", "b_2"]
