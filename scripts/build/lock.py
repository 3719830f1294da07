"""Write the locks: exact versions of all dependencies, with the hashes of their files.

    python -m scripts.build.lock [--upgrade]

`requirements.lock` has what zoneblanche needs to run and to be built.
`scripts/build/packaging/development.lock` also has every extra except `bench`. Both hold for every
platform and for each version of Python that the package names; markers say where a version applies.
Versions that are locked already stay, unless they no longer fit or `--upgrade` is given.

Needs the PyPI package uv, which is not one of our dependencies, and a package index. Run
`python -m scripts.build.licences` afterwards.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from zoneblanche.scripts.build.licences import LEFT_OUT, ROOT

RUN = ROOT / "requirements.lock"
DEVELOPMENT = ROOT / "scripts" / "build" / "packaging" / "development.lock"
HEADER = """\
# {title}: python -m scripts.build.lock
# Every version has the hashes of its files, and no place to fetch them from is named.
"""
TITLES = {
    RUN: "What zoneblanche needs to run and to be built",
    DEVELOPMENT: "What zoneblanche and its tests, documentation and extras need",
}


def compile_command(
    uv: str, lock: Path, building: Path, *, extras: list[str], within: Path | None, upgrade: bool
) -> list[str]:
    """Return the command that writes a lock.

    Args:
        uv: the program.
        lock: the file, whose versions are kept.
        building: a file with what the package is built with.
        extras: of the package.
        within: another lock, whose versions are used.
        upgrade: do not keep versions.
    """
    command = [uv, "pip", "compile", "pyproject.toml", str(building), "--output-file", str(lock)]
    command += [part for extra in extras for part in ("--extra", extra)]
    command += ["--universal", "--python-version", lowest_python(), "--generate-hashes"]
    command += ["--no-emit-index-url", "--no-annotate", "--no-header", "--quiet"]
    command += [] if within is None else ["--constraints", str(within)]
    return command + ["--upgrade"] * upgrade


def lowest_python() -> str:
    """Return the lowest version of Python that the package names, as "3.11"."""
    return str(_project()["project"]["requires-python"]).removeprefix(">=")


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def write_lock(lock: Path, command: list[str]) -> None:
    """Run the command of a lock and put the header above its result.

    Raises:
        ValueError: the lock names a place.
    """
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    text = HEADER.format(title=TITLES[lock]) + lock.read_text("utf-8")
    if re.search(r"://|^\s*--(?!hash=)", text, re.MULTILINE):
        raise ValueError(f"{lock.name} names a place to fetch packages from.")
    lock.write_text(text, encoding="utf-8", newline="\n")


def main(arguments: list[str] | None = None) -> int:
    """Write both locks; return 1 without uv."""
    parser = argparse.ArgumentParser(description="Write the locks.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    upgrade: bool = parser.parse_args(arguments).upgrade
    uv = shutil.which("uv")
    if uv is None:
        print("uv was not found. Install the PyPI package uv and put it on PATH.", file=sys.stderr)
        return 1
    project = _project()
    extras = [
        extra for extra in project["project"]["optional-dependencies"] if extra not in LEFT_OUT
    ]
    with tempfile.TemporaryDirectory() as folder:
        building = Path(folder) / "build.in"
        building.write_text("\n".join(project["build-system"]["requires"]), encoding="utf-8")
        for lock, named, within in ((DEVELOPMENT, extras, None), (RUN, [], DEVELOPMENT)):
            write_lock(
                lock,
                compile_command(uv, lock, building, extras=named, within=within, upgrade=upgrade),
            )
    return 0


if __name__ == "__main__":
    sys.exit(main())
