"""What the package depends on is pinned, and under a licence that is told."""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from zoneblanche.scripts.build.licences import (
    LEFT_OUT,
    Dependency,
    dependencies,
    licence_of,
    lock_text,
)

ROOT = Path(__file__).resolve().parents[3]


def pins() -> dict[str, str]:
    lines = (ROOT / "requirements.lock").read_text("utf-8").splitlines()
    return dict(line.split("==") for line in lines if not line.startswith("#"))


def test_every_declared_dependency_is_pinned_within_its_bounds() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    groups = [project["dependencies"], *(extras[name] for name in extras if name not in LEFT_OUT)]
    for wanted in map(Requirement, itertools.chain(*groups)):
        assert wanted.specifier.contains(pins()[canonicalize_name(wanted.name)]), wanted


def test_the_lock_names_no_place() -> None:
    text = (ROOT / "requirements.lock").read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text, re.MULTILINE)


def test_each_pinned_package_has_its_licence_on_the_page() -> None:
    page = (ROOT / "docs" / "licences.md").read_text("utf-8")
    for name, version in pins().items():
        row = re.search(rf"^\| {re.escape(name)} \| {re.escape(version)} \| (.+?) \|", page, re.M)
        assert row, name
        assert row[1].strip(), f"{name} says nothing of its licence"


def test_what_is_installed_is_found_through_all_its_requirements() -> None:
    found = {one.name: one for one in dependencies()}
    assert {"numpy", "gdal"} & set(found) == {"numpy"}
    assert found["llvmlite"].extras == (), "numba needs it, and the package needs numba"
    assert "test" in found["pytest"].extras


@pytest.mark.parametrize(("name", "licence"), [("requests", "Apache-2.0"), ("folium", "MIT")])
def test_licences(name: str, licence: str) -> None:
    assert licence_of(name) == licence


def test_the_text_of_a_lock() -> None:
    assert lock_text([Dependency("a", "1.0", "MIT", ())]).endswith("\na==1.0\n")
