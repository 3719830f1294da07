"""Every sentence that the source can say in English has its French.

`python -m tests.geo.test_sentences` prints the templates that lack it, with where they stand; add
them to a catalogue in `geo/sentences/`.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.kinds import DESCRIBED, REMEDIES
from zoneblanche.geo.notice import Notice, notice_in
from zoneblanche.geo.sentences import french_sentences, in_french, places_in

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geo", "layers", "maps", "scripts")
SAYERS = {
    *("Fault", "InputError", "ProblemWithEnvironment", "ZoneblancheError", "BadShape", "Read"),
    *("fault", "column_fault", "blame", "noting", "refused_kind", "_refused"),
}
"""Calls whose every text is said to the user; elsewhere only what reads as a sentence is."""

SILENT = {
    "Notice",
    "tell",
    "Option",
    "Argument",
    "Typer",
    "Field",
    "compile",
    "Indicator",
}
"""Calls whose texts have their French beside them, or are said in another way."""

NOT_SAID = re.compile(
    r"scripts/(build|bench|trials/(fuzz|publishers_files)|jobs/(findings|summary|explain)\.py)|"
    r"maps/(drawn/words|page/(noscript_text|html)|report/)|layers/publishers/(geography|mxmap)"
)
"""Modules of those who maintain the project, and pages that have both languages of their own."""

COMPOSED = re.compile(r"[\s{}0-9.,:;`'()-]*")
"""Templates that only put other texts together."""


def templates() -> Iterator[tuple[str, str]]:
    """Every template in the source, and where it stands."""
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            if not NOT_SAID.match(place):
                tree = ast.parse(path.read_text("utf-8"))
                yield from ((text, f"{place}:{line}") for text, line in said_in_tree(tree))


def said_in_tree(tree: ast.Module) -> Iterator[tuple[str, int]]:
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        text = template_of(node)
        if text is None or " " not in text.strip():
            continue
        if isinstance(above[node], ast.Expr | ast.JoinedStr | ast.FormattedValue):
            continue  # a docstring, or a part of a longer text
        around = list(ancestors(node, above))
        calls = {name_of(one.func) for one in around if isinstance(one, ast.Call)}
        if calls & SILENT or any(in_both_languages(one) for one in around):
            continue
        if calls & SAYERS or re.fullmatch(r"[^<]*[A-Za-z0-9}\])»%'`][.?!]", text.strip()):
            assert isinstance(node, ast.expr)
            yield text, node.lineno


def template_of(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    text, places = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            text += f"{{{places}}}"
            places += 1
    return text


def ancestors(node: ast.AST, above: dict[ast.AST, ast.AST]) -> Iterator[ast.AST]:
    while node in above:
        node = above[node]
        yield node


def name_of(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def in_both_languages(node: ast.AST) -> bool:
    if not isinstance(node, ast.Dict) or not node.keys:
        return False
    return {getattr(key, "value", None) for key in node.keys} <= {"fr", "en"}


def without_french() -> list[str]:
    known = french_sentences()
    lacking = {
        text: place
        for text, place in templates()
        if text not in known and not COMPOSED.fullmatch(text)
    }
    return [f"{place}: {text!r}" for text, place in lacking.items()]


def test_every_sentence_has_its_french() -> None:
    assert not without_french()


def test_every_entry_has_its_sentence() -> None:
    """What nobody says any more is not kept: the longest part of each stands in the source."""
    said = {
        node.value
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    said.add((ROOT / "layers/edition/fr/provenance.json").read_text("utf-8"))
    source = "\n".join(said)
    unsaid = []
    for entry in sorted((ROOT / "geo/sentences").glob("*.fr.toml")):
        if entry.name != "libraries.fr.toml":
            for english in tomllib.loads(entry.read_text("utf-8")):
                parts = re.split(r"\{\d+\}| \(", english)
                if max((part.strip(" .)") for part in parts), key=len) not in source:
                    unsaid.append(f"{entry.name}: {english!r}")
    assert unsaid == []


def test_what_files_are_called_has_its_french() -> None:
    known = french_sentences()
    assert [text for text in (*DESCRIBED.values(), *REMEDIES.values()) if text not in known] == []


def test_the_places_agree() -> None:
    for english, french in french_sentences().items():
        assert places_in(english) == places_in(french), english
        # Before a colon, a semicolon, a question or exclamation mark the space does not break.
        assert not re.search(r"[^\s] [:;?!»](\s|$)", french), french


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("'1_000' is ambiguous.", "'1_000' est ambigu."),
        ("the file has 3,000 bytes, more than the limit of 1,048,576.", "1\u202f048\u202f576"),
        ("the file is a ZIP archive; read here are TOML files.", "une archive ZIP\u00a0; ce qui"),
        ("Known: a, b and 3 more.", "Connus\u00a0: a, b et 3 de plus."),
        (
            "a.shp: 2 gaps are enclosed by the shapes: 67.3 km² between 1, 2; 215 km² between 3.",
            "67,3 km² entre 1, 2\u00a0; 215 km² entre 3.",
        ),
        ("no territory has 67% of the indicators of 'x'.", "n'a 67\u00a0% des indicateurs"),
        (
            "the geometric mean of 'a' needs scores above zero; 'b' has 1 that are not (first: c).",
            "la moyenne géométrique de 'a' demande des scores strictement positifs\u00a0; 'b' en a",
        ),
        ("'0' does not fit; expected is more than 0.", "plus de 0"),
        ("there is no column 'a; b'.", "colonne 'a; b'."),
        ("'x' is 2 on line 7.", "'x' is 2 on line 7."),
    ],
)
def test_sentences_in_french(english: str, french: str) -> None:
    assert french in in_french(english)


def test_a_fault_says_its_place_in_both_languages() -> None:
    fault = Fault("'102' is above 100; expected: percent, 0 to 100.", "f.csv", 7, "taux")
    assert str(fault).startswith("f.csv, line 7, column 'taux': '102' is above 100")
    said = InputError(fault).said_in("fr")
    assert said.startswith("f.csv, ligne 7, colonne 'taux'\u00a0: '102' est supérieur à 100")
    assert "clé 'use'" in Fault("x", "p.toml", column="use").said_in("fr")


def test_a_notice_without_a_french_of_its_own() -> None:
    said = "f.csv: the separator is ';', by evidence."
    assert notice_in(said, "fr") == "f.csv\u00a0: le séparateur est ';', d'après les lignes."
    assert notice_in(Notice("a.", fr="b."), "fr") == "b."


if __name__ == "__main__":
    print("\n".join(without_french()))
