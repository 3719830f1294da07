"""The schema for editors accepts what a project may say and refuses what it may not."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from zoneblanche.layers.project.json_schema import project_schema
from zoneblanche.scripts.jobs.list_known import list_things

ROOT = Path(__file__).resolve().parents[3]
SHOWN = [
    (page.name, text)
    for page in sorted((ROOT / "docs").glob("*.md"))
    for text in re.findall(r"^```toml\n(.*?)^```", page.read_text("utf-8"), re.S | re.M)
    if re.search(r"^\[\[layers\]\]", text, re.MULTILINE)
    and page.name not in ("add-a-layer.md", "plug-ins.md")  # of the catalogue
]
TABLE = {"id": "fibre", "path": "fibre.csv", "code": "code_insee", "value": "rate"}


def faults(project: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(project_schema())
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(project)]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(project_schema())
    assert '"null"' not in json.dumps(project_schema())


@pytest.mark.parametrize(("page", "text"), SHOWN)
def test_projects_of_the_documentation_fit(page: str, text: str) -> None:
    assert faults(tomllib.loads(text)) == []


def test_enough_projects_are_shown() -> None:
    assert len(SHOWN) >= 8


def test_the_project_of_the_edition_fits() -> None:
    text = (ROOT / "layers" / "edition" / "fr" / "project.toml").read_text("utf-8")
    assert faults(tomllib.loads(text)) == []


@pytest.mark.parametrize(
    "more",
    [
        {"title": {"fr": "Fibre", "en": "Fibre"}},
        {"missing": {"s": "secret"}, "nodata": [-1, -9]},
        {"nodata": "none", "where": {"year": 2026, "kind": ["a", "b"]}},
        {"code_digits": -5, "kind": "table"},
    ],
)
def test_the_short_and_the_long_forms_fit(more: dict[str, Any]) -> None:
    assert faults({"layers": [{**TABLE, **more}]}) == []


@pytest.mark.parametrize(
    "project",
    [
        {"colour": "red"},
        {"within": "48"},
        {"arrondissements": "some"},
        {"layers": [{**TABLE, "unit": "percents"}]},
        {"layers": [{**TABLE, "digits": 7}]},
        {"layers": [{"id": "a", "path": "a.csv", "code": "c"}]},
        {"layers": [{"id": "a", "path": "a.tif", "stat": "mean"}]},
        {"layers": [{"id": "a b", "from": "dila", "value": "v"}]},
        {"limits": {"rows": 0}},
    ],
)
def test_errors_are_marked(project: dict[str, Any]) -> None:
    assert faults(project)


def test_parents_are_a_field_or_a_table() -> None:
    parents = {"departement": "dep", "region": {"digits": 2}}
    territories = {"path": "a.gpkg", "code": "id", "parents": parents}
    assert faults({"territories": territories}) == []
    assert faults({"territories": {**territories, "parents": {"region": 2}}})


def test_the_command_prints_it(capsys: pytest.CaptureFixture[str]) -> None:
    list_things("schema")
    assert json.loads(capsys.readouterr().out) == project_schema()
