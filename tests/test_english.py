"""The documentation and the docstrings are plain English, as far as a machine can judge it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.test_house import ROOMS

ROOT = Path(__file__).resolve().parents[1]
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
    *sorted((ROOT / "docs").glob("*.md")),
]
SHORT = ("README.md", "CONTRIBUTING.md", "tutorial.md", "glossary.md", "architecture.md")
"""Pages of which no sentence has 25 words or more, lists apart."""

ODD = re.compile(
    r"\b(?:nought|for want of|whatever|likewise|moreover|hence|save (?:for|where|what)"
    r"|reckon(?:s|ed|ing)?|tells?|told|said|(?:its|their|his) like"
    r"|(?<![Tt]here )(?:is|are) no (?!longer|more|less|further)[a-z]+)\b"
)
"""Words and turns that pandas, GDAL and Python do not write in their documentation."""


RARE = re.compile(
    r"\b(?:nought|for want of|whatever|likewise|moreover|reckon(?:s|ed|ing)?|befell|anon"
    r"|of one's own|his like|its like)\b"
)
"""Words that no docstring needs."""


def docstrings_of(path: Path) -> list[str]:
    """Of the module, its classes and functions, and of the texts below assignments."""
    tree = ast.parse(path.read_text("utf-8"))
    return [
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]


@pytest.mark.parametrize("room", ROOMS)
def test_docstrings_use_common_words(room: str) -> None:
    odd = {
        path.relative_to(ROOT).as_posix(): matches
        for path in sorted((ROOT / room).rglob("*.py"))
        for text in docstrings_of(path)
        if (matches := RARE.findall(text))
    }
    assert odd == {}


VERBS = {"told", "found", "said"}
"""Participles that do not say what a variable holds; the noun does: a message, a match, owners."""

EMPTY_WORDS = {"one", "known", "given"}
"""Words that could stand for anything; a noun says what: a layer, codes, the figures observed."""

KEPT = {"geo/vintages/passage.py": {"known"}}
"""Parameters that the documentation shows."""


def variables_of(path: Path, *, fields: bool = True) -> set[str]:
    """Names that are assigned, looped over, caught or taken as parameters; not functions.

    Args:
        fields: whether those of classes count, which may be columns of a file.
    """
    tree = ast.parse(path.read_text("utf-8"))
    of_classes = {
        id(line.target)
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for line in node.body
        if isinstance(line, ast.AnnAssign)
    }
    names = set()
    for node in ast.walk(tree):
        if not fields and id(node) in of_classes:
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.arg):
            names.add(node.arg)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            names.add(node.name)
    return names


@pytest.mark.parametrize("room", (*ROOMS, "tests"))
def test_variables_are_named_by_nouns(room: str) -> None:
    odd = {
        path.relative_to(ROOT).as_posix(): names
        for path in sorted((ROOT / room).rglob("*.py"))
        if (names := VERBS & variables_of(path))
    }
    assert odd == {}


@pytest.mark.parametrize("room", ROOMS)
def test_variables_say_what_they_hold(room: str) -> None:
    odd = {
        name: names
        for path in sorted((ROOT / room).rglob("*.py"))
        for name in [path.relative_to(ROOT).as_posix()]
        if (names := (EMPTY_WORDS & variables_of(path, fields=False)) - KEPT.get(name, set()))
    }
    assert odd == {}


def prose_of(page: Path) -> str:
    """The text of a page without code, comments and headings' marks."""
    text = re.sub(r"^```.*?^```$", "", page.read_text("utf-8"), flags=re.DOTALL | re.MULTILINE)
    text = re.sub(r"<!--.*?-->", "", text, flags=re.DOTALL)
    return re.sub(r"`[^`\n]*`", "`x`", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_use_common_words(page: Path) -> None:
    assert ODD.findall(prose_of(page)) == []


@pytest.mark.parametrize("name", SHORT)
def test_sentences_are_short(name: str) -> None:
    (page,) = [page for page in PAGES if page.name == name and page != ROOT / "docs" / "README.md"]
    long = []
    for paragraph in re.split(r"\n\s*\n|\n(?=\s*(?:[-|*#]|\d+\.) )", prose_of(page)):
        if paragraph.lstrip().startswith(("#", "!", "<", "|")):
            continue
        # French sets a space before a colon or a question mark, which is no end of a word.
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", " ".join(paragraph.split()))
        long += [one for one in re.split(r"(?<=[.:;?!»])\s", text) if len(one.split()) >= 25]
    assert long == []
