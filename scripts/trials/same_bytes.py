"""Run the main job under circumstances that must not matter, and compare all its bytes.

    python -m scripts.trials.same_bytes [PROJECT.toml]

The circumstances: the hash seed, the time zone, the language of the system, the current folder, the
folder for temporary files, the name of the folder for results, and the number of cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from zoneblanche.geo.source import sha256_of
from zoneblanche.scripts import AS_A_PROCESS

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Circumstances:
    """The environment of a run.

    Attributes:
        name: of its folders.
        environment: additional variables.
        cores: how many it may use; None for no limit.
    """

    name: str
    environment: dict[str, str] = field(default_factory=dict)
    cores: int | None = None


CIRCUMSTANCES = (
    Circumstances(
        "one core",
        {
            "PYTHONHASHSEED": "0", "TZ": "UTC", "LC_ALL": "C", "NUMBA_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1", "PYTHONUTF8": "0", "COLUMNS": "40",
        },
        cores=1,
    ),
    Circumstances(
        "all cores, élsewhere",
        {
            "PYTHONHASHSEED": "4242", "TZ": "Pacific/Kiritimati", "LC_ALL": "tr_TR.UTF-8",
            "LANG": "tr_TR.UTF-8", "COLUMNS": "200", "SOURCE_DATE_EPOCH": "1",
        },
    ),
)  # fmt: skip


def run_in(circumstances: Circumstances, project: Path | None, folder: Path) -> dict[str, str]:
    """Run the main job in this environment; return the hash of each file that it wrote.

    Raises:
        AssertionError: it failed.
    """
    place = folder / circumstances.name
    temporary = place / "tmp"
    temporary.mkdir(parents=True)
    command = [*AS_A_PROCESS, "run", "-q", "-o", str(place / "out")]
    done = subprocess.run(
        [*command, *([] if project is None else [str(project)])],
        env={**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(temporary),
             **circumstances.environment},
        cwd=place,
        capture_output=True,
        text=True,
        errors="replace",
        preexec_fn=None if circumstances.cores is None else _on_few(circumstances.cores),
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not list(temporary.iterdir()), "temporary files are left"
    files = sorted(path for path in (place / "out").rglob("*") if path.is_file())
    return {path.relative_to(place / "out").as_posix(): sha256_of(path) for path in files}


def differing(project: Path | None, folder: Path) -> tuple[list[str], int]:
    """Return files that differ between circumstances, and the number of files."""
    results = [run_in(circumstances, project, folder) for circumstances in CIRCUMSTANCES]
    names = sorted(set().union(*results))
    return [name for name in names if len({result.get(name) for result in results}) > 1], len(names)


def _on_few(cores: int) -> Callable[[], None] | None:
    def settle() -> None:
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])

    return settle if hasattr(os, "sched_setaffinity") else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, run, compare; return 1 if a file differs."""
    parser = argparse.ArgumentParser(
        prog="python -m scripts.trials.same_bytes", description=__doc__
    )
    parser.add_argument("project", nargs="?", type=Path, metavar="PROJECT.toml")
    options = parser.parse_args(arguments)
    project = None if options.project is None else options.project.resolve()
    with tempfile.TemporaryDirectory() as name:
        differ, count = differing(project, Path(name))
    for file in differ:
        print(f"differs: {file}")
    print(f"{count - len(differ)} of {count} files are the same under all circumstances")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
