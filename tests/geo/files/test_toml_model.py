"""The one way from TOML to a model: every fault at once, with file, line and key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated, Literal

import pytest
from pydantic import Discriminator, Field

from zoneblanche.geo.countries.schema import checked_country
from zoneblanche.geo.country import read_country_file
from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.structured.toml import parse_document
from zoneblanche.geo.files.structured.toml_model import (
    Identifier,
    Number,
    TomlTable,
    Words,
    branch,
    checked,
    expected,
    refused,
)

ROOT = Path(__file__).resolve().parents[3]


class Round(TomlTable):
    kind: Literal["round"] = "round"
    radius: Annotated[Number, Field(gt=0)]


class Square(TomlTable):
    kind: Literal["square"] = "square"
    side: Annotated[Number, Field(ge=1, le=9)]
    corner: Literal["sharp", "soft"] = "sharp"


Shape = Annotated[
    Annotated[Round, branch("round")] | Annotated[Square, branch("square")],
    Discriminator(lambda table: f"<{table.get('kind', 'round')}>"),
]


class Drawing(TomlTable):
    title: Words
    shapes: list[Shape] = Field(default_factory=list)
    by_name: dict[Identifier, Square] = Field(default_factory=dict)
    pages: Annotated[int, expected("a whole number of pages")] = 1
    origin: str = Field(default="", alias="from")


def faults_of(text: str) -> list[Fault]:
    with pytest.raises(InputError) as caught:
        checked(parse_document(text.encode(), file="d.toml"), Drawing)
    return list(caught.value.faults)


def test_what_is_right_becomes_the_model() -> None:
    text = (
        'title = { fr = "a" }\nfrom = "x"\nshapes = [{ radius = 2 }, { kind = "square", side = 3 }]'
    )
    drawing = checked(parse_document(text.encode(), file="d.toml"), Drawing)
    assert drawing.origin == "x"
    assert [type(shape) for shape in drawing.shapes] == [Round, Square]


def test_every_fault_at_once_each_with_line_and_key() -> None:
    faults = faults_of(
        'titel = "a"\n'
        "pages = 1.5\n"
        "form = 1\n"
        "[[shapes]]\n"
        'id = "a"\n'
        "radius = 0\n"
        "[[shapes]]\n"
        'kind = "square"\n'
        "side = 10\n"
        'corner = "shrap"\n'
        "[[shapes]]\n"
        'kind = "sqare"\n'
        "[by_name.'a b']\n"
        "side = true\n"
        "[by_name.c]\n"
    )
    messages = {fault.column: (fault.line, fault.message, fault.remedy) for fault in faults}
    assert {fault.file for fault in faults} == {"d.toml"}
    assert messages == {
        "title": (None, "the key 'title' is missing.", "Write it."),
        "titel": (1, "the key 'titel' is not known.", "Did you mean 'title'?"),
        "pages": (2, "'1.5' does not fit; expected is a whole number of pages.", ""),
        "form": (3, "the key 'form' is not known.", "Did you mean 'from'?"),
        "shapes.a.id": (5, "the key 'id' is not known.", "Did you mean 'kind'?"),
        "shapes.a.radius": (6, "'0' does not fit; expected is more than 0.", ""),
        "shapes.2.side": (9, "'10' does not fit; expected is 9 or less.", ""),
        "shapes.2.corner": (10, "'shrap' is not a choice here.", "Did you mean 'sharp'?"),
        "shapes.3.kind": (12, "'sqare' is not a choice here.", "Did you mean 'square'?"),
        "by_name.a b": (
            13,
            "'a b' does not fit; expected is 1 to 64 letters, digits, - and _, the first a letter "
            "or a digit.",
            "",
        ),
        "by_name.a b.side": (14, "'true' does not fit; expected is a number.", ""),
        "by_name.c.side": (15, "the key 'side' is missing.", "Write it."),
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("title = 3", "'3' does not fit; expected is a text in quotes, or one a language"),
        ("title = { french = 'a' }", "one a language"),
        ("title = {}", "one a language"),
        ("title = 'a'\nshapes = 3", "'3' does not fit; expected is a list"),
        ("title = 'a'\nby_name = []", "'[]' does not fit; expected is a table"),
    ],
)
def test_one_sentence_a_key(text: str, message: str) -> None:
    (fault,) = faults_of(text)
    assert message in fault.message


def test_a_validator_may_blame_a_key_of_its_table() -> None:
    class Pair(TomlTable):
        a: int
        b: int

        def model_post_init(self, context: object) -> None:
            if self.a == self.b:
                raise refused("a and b are the same.", remedy="Change b.", kind="same", key="b")

    with pytest.raises(InputError) as caught:
        checked(parse_document(b"[p]\na = 1\nb = 1\n", file="d.toml"), Pair, at=("p",))
    (fault,) = caught.value.faults
    assert (fault.line, fault.column, fault.kind) == (3, "p.b", "same")
    assert str(fault) == "d.toml, line 3, key 'p.b': a and b are the same. Change b."


def test_a_country_is_refused_with_line_and_key() -> None:
    text = (ROOT / "geo" / "countries" / "ch.toml").read_text("utf-8")
    for old, new in {
        'lang = "fr"': 'lang = "french"',
        'crs = "EPSG:2056"': 'srs = "EPSG:2056"',
        '"[1-9][0-9]{0,3}"': '"[1-9"',
        "[5.9, 45.8, 10.6, 47.9]": "[5.9, 47.9, 10.6, 45.8]",
    }.items():
        assert old in text
        text = text.replace(old, new)
    with pytest.raises(InputError) as caught:
        checked_country(parse_document(text.encode(), file="ch.toml"))
    by_key = {str(fault.column): fault for fault in caught.value.faults}
    assert set(by_key) == {
        "lang", "bounds", "levels.municipality.code_pattern", "parts.mainland.srs",
        "parts.mainland.crs",
    }  # fmt: skip
    assert by_key["parts.mainland.srs"].remedy == "Did you mean 'crs'?"
    assert by_key["bounds"].line == 4
    text = (ROOT / "geo" / "countries" / "ch.toml").read_text("utf-8")
    text = text.replace('"canton", "country"]', '"canton", "contry"]', 1)
    with pytest.raises(InputError, match=r"key 'levels.municipality.within.3': there is no level"):
        checked_country(parse_document(text.encode(), file="ch.toml"))


def test_a_language_without_messages_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "geo" / "countries" / "ch.toml").read_text("utf-8")
    (tmp_path / "ch.toml").write_text(text.replace('lang = "fr"', 'lang = "it"'), "utf-8")
    with pytest.raises(InputError) as caught:
        read_country_file(tmp_path / "ch.toml")
    (fault,) = caught.value.faults
    assert (fault.line, fault.column) == (3, "lang")
    assert str(fault).endswith("'it' is not a choice here. Known: en, de, fr.")


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:2263", "EPSG:0"])
def test_a_part_is_measured_in_a_projection_in_metres(tmp_path: Path, crs: str) -> None:
    text = (ROOT / "geo" / "countries" / "ch.toml").read_text("utf-8")
    (tmp_path / "ch.toml").write_text(text.replace("EPSG:2056", crs), "utf-8")
    with pytest.raises(InputError) as caught:
        read_country_file(tmp_path / "ch.toml")
    (fault,) = caught.value.faults
    assert fault.column == "parts.mainland.crs"
    assert f"'{crs}' is not a projection in metres. Name one that the country uses" in str(fault)
    with pytest.raises(InputError, match="is not a projection in metres"):
        checked_country(parse_document((tmp_path / "ch.toml").read_bytes(), file="ch.toml"))


@pytest.mark.parametrize("codes", ["", 'codes = ".+"\n', 'codes = "(?:.*)"\n'])
def test_each_part_before_the_last_says_its_codes(tmp_path: Path, codes: str) -> None:
    text = (ROOT / "geo" / "countries" / "ch.toml").read_text("utf-8")
    island = '[parts.island]\ntitle = { en = "island" }\ncrs = "EPSG:2056"\n' + codes
    head, mark, mainland = text.partition("[parts.mainland]")
    (tmp_path / "ch.toml").write_text(f"{head}{island}{mark}{mainland}", "utf-8")
    with pytest.raises(InputError) as caught:
        read_country_file(tmp_path / "ch.toml")
    (fault,) = caught.value.faults
    assert fault.column == "parts.island.codes"
    assert "'island' does not say which codes lie in it. Write codes =" in str(fault)


def test_help_does_not_import_pydantic() -> None:
    code = (
        "import sys, zoneblanche.scripts.cli as cli\n"
        "sys.argv = ['zoneblanche', '--help']\n"
        "try:\n    cli.main()\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(str('pydantic' in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "False"
