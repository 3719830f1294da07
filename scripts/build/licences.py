"""List the dependencies of zoneblanche with the versions it was tested with and their licences.

    python -m scripts.build.licences

Writes `docs/licences.md` from the installed packages. Run it after `python -m scripts.build.lock`
and `.venv/bin/pip install --require-hashes -r scripts/build/packaging/development.lock`.
"""

from __future__ import annotations

import json
import re
import sys
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "licences.md"
PROJECT = "zoneblanche"
LEFT_OUT = ("bench",)
"""Extras that only the benchmarks need, for the tools that we compare with."""
LONG = {
    "Apache License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}
"""Short names for licences that classifiers write out."""


@dataclass(frozen=True)
class Dependency:
    """A package that zoneblanche requires, directly or indirectly.

    Attributes:
        name: of the package, in its normal form.
        version: the installed version.
        licence: a short name or an SPDX expression; "" if the package gives none.
        extras: of zoneblanche that require it; empty if the package itself does.
    """

    name: str
    version: str
    licence: str
    extras: tuple[str, ...]


def dependencies() -> list[Dependency]:
    """Return all installed ones, by name, with every extra except those of `LEFT_OUT`."""
    core = _closure([""])
    extras = {extra: _closure([extra]) for extra in _extras()}
    packages = []
    for name in sorted(core.union(*extras.values()) - {PROJECT}):
        if not is_installed(name):
            continue
        bringing = () if name in core else tuple(x for x in extras if name in extras[x])
        packages.append(Dependency(name, metadata.version(name), licence_of(name), bringing))
    return packages


def is_installed(name: str) -> bool:
    """Return whether a package is installed."""
    try:
        metadata.version(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def absent() -> list[str]:
    """Return packages of some extra that are not installed."""
    return sorted(name for name in _closure(["", *_extras()]) if not is_installed(name))


def licence_of(name: str) -> str:
    """Return the licence of a package according to its metadata."""
    details = metadata.metadata(name)
    expressions = details.get_all("License-Expression")
    if expressions:
        return str(expressions[0])
    classifiers = details.get_all("Classifier") or ()
    named = [text.split(" :: ")[-1] for text in classifiers if text.startswith("License :: ")]
    named = [LONG.get(text, text) for text in named if text != "OSI Approved"]
    if named:
        return " or ".join(dict.fromkeys(named))
    lines = "\n".join(details.get_all("License") or ()).strip().splitlines()
    if lines:
        return LONG.get(lines[0], lines[0][:60])
    # Some packages of the Apache foundation have its notice in the text of their metadata only.
    return "Apache-2.0" if "Apache License, Version 2.0" in _text_of(name) else ""


def _text_of(name: str) -> str:
    return metadata.distribution(name).read_text("METADATA") or ""


def page_text(dependencies: list[Dependency]) -> str:
    """Return the page of licences."""
    rows = [
        f"| {dependency.name} | {dependency.version} | {dependency.licence} "
        f"| {', '.join(dependency.extras) or '–'} |\n"
        for dependency in dependencies
    ]
    vendored = json.loads((ROOT / "maps" / "assets" / "vendored.json").read_text("utf-8"))
    scripts = [
        f"| {script['name']} | {script['version']} | {script['licence']} "
        f"| {', '.join(script['files'])} |\n"
        for script in vendored
    ]
    return (
        "# Licences of dependencies\n\n"
        "`python -m scripts.build.licences` writes this page from the metadata of the packages.\n"
        "zoneblanche contains no code of these packages; pip installs each from its publisher.\n"
        "The column *extra* names the extras that install a package which zoneblanche itself does\n"
        "not need.\n\n"
        "| package | version | licence | extra |\n| --- | --- | --- | --- |\n"
        f"{''.join(rows)}\n"
        "## Third-party scripts in every page\n\n"
        "zoneblanche contains these scripts and writes them into its pages. `maps/assets` has\n"
        "their licence, `maps/assets/vendored.json` their hashes, and a test compares them.\n\n"
        "| script | version | licence | files |\n| --- | --- | --- | --- |\n"
        f"{''.join(scripts)}\n"
        "The embedded figures are under the Licence Ouverte 2.0 of their producers: "
        "[edition.md](edition.md).\n"
    )


def _extras() -> list[str]:
    extras = metadata.metadata(PROJECT).get_all("Provides-Extra") or ()
    return [extra for extra in extras if extra not in LEFT_OUT]


def _closure(extras: list[str]) -> set[str]:
    """Return the names of all packages that zoneblanche requires with these extras ("" is none)."""
    pending = [(PROJECT, extra) for extra in extras]
    visited: set[tuple[str, str]] = set()
    while pending:
        name, extra = pending.pop()
        if (name, extra) in visited:
            continue
        visited.add((name, extra))
        for line in (metadata.requires(name) or ()) if is_installed(name) else ():
            wanted = Requirement(line)
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                other = canonicalize_name(wanted.name)
                pending += [(other, ""), *((other, extra) for extra in wanted.extras)]
    return {name for name, _ in visited}


def main() -> int:
    """Write the page; return 1 if a package is not installed or gives no licence."""
    if absent():
        print(f"Install every extra first: {', '.join(absent())} are not here.", file=sys.stderr)
        return 1
    packages = dependencies()
    PAGE.write_text(page_text(packages), encoding="utf-8", newline="\n")
    silent = [
        dependency.name for dependency in packages if not re.search(r"\w", dependency.licence)
    ]
    for name in silent:
        print(f"{name} does not declare a licence", file=sys.stderr)
    print(f"{len(packages)} packages")
    return 1 if silent else 0


if __name__ == "__main__":
    sys.exit(main())
