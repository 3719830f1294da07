"""Build what a release consists of, and check that the sdist gives the same wheel.

    python -m scripts.build.release [FOLDER]

Writes the sdist, the wheel and SHA256SUMS into FOLDER, by default `dist`. Commit first: both
contain the working tree and have the time of the last commit. See docs/releasing.md.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SDIST = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"


def build_wheel(source: Path, folder: Path) -> Path:
    """Build the wheel of a checkout or an sdist into a folder, with the installed setuptools."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", folder, source], check=True, stdout=subprocess.DEVNULL)
    (wheel,) = folder.glob("*.whl")
    return wheel


def build_sdist(source: Path, folder: Path) -> Path:
    """Build the sdist of a checkout into a folder, with the installed setuptools."""
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-c", _SDIST, str(folder.resolve())]
    subprocess.run(command, cwd=source, check=True, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tar.gz")
    return archive


def main(arguments: list[str] | None = None) -> int:
    """Build both; return 1 if the sdist gives another wheel."""
    parser = argparse.ArgumentParser(description="Build the sdist and the wheel.")
    parser.add_argument("folder", nargs="?", type=Path, default=Path("dist"))
    folder: Path = parser.parse_args(arguments).folder
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        print(f"{folder} is not empty. Delete it or name another folder.", file=sys.stderr)
        return 1
    archive, wheel = build_sdist(ROOT, folder), build_wheel(ROOT, folder)
    with tempfile.TemporaryDirectory() as other:
        same = build_wheel(archive, Path(other)).read_bytes() == wheel.read_bytes()
    if not same:
        print("The wheel of the sdist differs from that of the checkout.", file=sys.stderr)
        return 1
    sums = [
        f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.name}" for file in (archive, wheel)
    ]
    (folder / "SHA256SUMS").write_text("\n".join([*sums, ""]), encoding="utf-8", newline="\n")
    print("\n".join(sums))
    return 0


if __name__ == "__main__":
    sys.exit(main())
