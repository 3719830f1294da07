"""What the package depends on is pinned with hashes, and under a licence that is stated."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from zoneblanche.scripts.build.licences import LEFT_OUT, dependencies, licence_of
from zoneblanche.scripts.build.lock import DEVELOPMENT, RUN, TITLES, compile_command, write_lock

ROOT = Path(__file__).resolve().parents[3]
LOCKS = (RUN, DEVELOPMENT)


def pins(lock: Path) -> list[tuple[Requirement, set[str]]]:
    """The requirements of a lock, each with its hashes."""
    text = lock.read_text("utf-8").replace("\\\n", " ")
    pinned = []
    for line in text.splitlines():
        if not line.startswith("#"):
            pin, *hashes = line.split(" --hash=")
            pinned.append((Requirement(pin), {one.strip() for one in hashes}))
    return pinned


def wanted(extras: list[str]) -> list[Requirement]:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [read["build-system"]["requires"], read["project"]["dependencies"]]
    groups += [read["project"]["optional-dependencies"][name] for name in extras]
    return [Requirement(line) for group in groups for line in group]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_declared_dependency_is_pinned_within_its_bounds(lock: Path) -> None:
    extras = [] if lock == RUN else [*set(metadata_extras()) - set(LEFT_OUT)]
    pinned = {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin, _ in pins(lock)
        if pin.marker is None or pin.marker.evaluate()
    }
    for one in wanted(extras):
        assert one.specifier.contains(pinned[canonicalize_name(one.name)]), one


def metadata_extras() -> list[str]:
    read = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return list(read["project"]["optional-dependencies"])


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_has_one_version_and_hashes_of_each_package_and_names_no_place(lock: Path) -> None:
    text = lock.read_text("utf-8")
    assert "://" not in text
    assert set(re.findall(r"^\s*(--\w+)", text, re.MULTILINE)) == {"--hash"}
    for pin, hashes in pins(lock):
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), pin
        assert hashes and all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes), pin


def test_what_runs_is_tested_with_the_same_files() -> None:
    tested = {str(pin): hashes for pin, hashes in pins(DEVELOPMENT)}
    versions = {str(pin).split(";")[0].strip(): hashes for pin, hashes in pins(DEVELOPMENT)}
    assert len(tested) > len(pins(RUN))
    for pin, hashes in pins(RUN):
        assert versions[str(pin).split(";")[0].strip()] == hashes, pin


def test_each_pinned_package_has_its_licence_on_the_page() -> None:
    page = (ROOT / "docs" / "licences.md").read_text("utf-8")
    for pin, _ in pins(DEVELOPMENT):
        version = str(pin.specifier).removeprefix("==")
        row = re.search(
            rf"^\| {re.escape(pin.name)} \| {re.escape(version)} \| (.+?) \|", page, re.M
        )
        if pin.marker is None:  # what only another platform needs is not installed where it is made
            assert row, pin
        assert row is None or row[1].strip(), f"{pin} does not declare a licence"


def test_the_command_keeps_versions_and_hashes_files() -> None:
    command = compile_command(
        "uv", RUN, Path("build.in"), extras=["test"], within=DEVELOPMENT, upgrade=False
    )
    assert {"--generate-hashes", "--universal", "--no-emit-index-url"} <= set(command)
    assert command[command.index("--python-version") + 1] == "3.11"
    assert command[command.index("--extra") + 1] == "test"
    assert "--upgrade" not in command


def test_a_lock_that_names_a_place_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "some.lock"
    monkeypatch.setitem(TITLES, lock, "Some")
    lock.write_text("a==1.0\n", encoding="utf-8")
    write_lock(lock, [sys.executable, "-c", "pass"])
    assert lock.read_text("utf-8").endswith("\na==1.0\n")
    lock.write_text("a @ file:///a.whl\n", encoding="utf-8")
    with pytest.raises(ValueError, match="names a place"):
        write_lock(lock, [sys.executable, "-c", "pass"])


def test_what_is_installed_is_found_through_all_its_requirements() -> None:
    by_name = {one.name: one for one in dependencies()}
    assert {"numpy", "gdal"} & set(by_name) == {"numpy"}
    assert by_name["llvmlite"].extras == (), "numba needs it, and the package needs numba"
    assert "test" in by_name["pytest"].extras


@pytest.mark.parametrize(("name", "licence"), [("requests", "Apache-2.0"), ("folium", "MIT")])
def test_licences(name: str, licence: str) -> None:
    assert licence_of(name) == licence
