"""Where a trial takes place: a folder with the files, the results, the store, temporary files."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from pathlib import Path
from unittest import mock

from zoneblanche.geo import country
from zoneblanche.geo.files.results.output import MARK
from zoneblanche.layers.fetching.store import Store
from zoneblanche.scripts.trials.guarded import fingerprint
from zoneblanche.scripts.trials.serving import published
from zoneblanche.scripts.trials.whole import check_whole

LASTING = {"in", "out", "cache", "tmp", "log.txt"}
"""What may exist in the folder afterwards."""
PASSING = ("locks", "partial")
"""Folders of the store that `fetch` writes to even if it fails. Empty folders are allowed too."""
SERVER = "server"
"""Folder of the publishers' answers in the files of a trial."""
LONG_AGO = 10**9
ENDS = {".html": b"</html>", ".svg": b"</svg>", ".parquet": b"PAR1"}


def surroundings(ground: Path) -> dict[str, str]:
    """Return the environment of a command: the store and temporary files are in the folder too."""
    return {"ZONEBLANCHE_CACHE": str(ground / "cache"), "TMPDIR": str(ground / "tmp")}


@contextmanager
def surrounded(ground: Path) -> Iterator[None]:
    """Run this process with that environment, and with the descriptions of countries and the
    publishers' answers among the files."""
    described, answers = ground / "in" / "countries", ground / "in" / SERVER
    before = country.descriptions() if not described.is_dir() else described
    with (
        published(answers, ground / "log.socket") if answers.is_dir() else nullcontext(),
        mock.patch.dict(os.environ, surroundings(ground)),
        mock.patch.object(tempfile, "tempdir", None),
        mock.patch.object(country, "descriptions", lambda: before),
    ):
        yield


def copy_files(folder: Path, ground: Path) -> None:
    """Copy the files of a trial to `ground/in`."""
    shutil.copytree(folder, ground / "in")
    (ground / "tmp").mkdir()


def age(folder: Path) -> None:
    """Make files older than any that is written now."""
    for path in folder.rglob("*"):
        os.utime(path, (LONG_AGO, LONG_AGO))


def part_store(ground: Path) -> None:
    """Move a store of fetched files among the files to where the command looks for it."""
    if (ground / "in" / "cache").exists():
        (ground / "in" / "cache").rename(ground / "cache")


def command(arguments: tuple[str, ...], *, ground: Path) -> int:
    """Run `zoneblanche` with these arguments in this process; return its exit status."""
    from zoneblanche.scripts.cli import main

    with (
        surrounded(ground),
        mock.patch.object(sys, "argv", ["zoneblanche", *arguments]),
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        redirect_stdout(nowhere),
    ):
        try:
            main()
        except SystemExit as leaving:
            return int(leaving.code or 0)
    return 0


def standing(ground: Path) -> dict[str, dict[str, str]]:
    """Return what exists where a command must change nothing unless it succeeds."""
    store = fingerprint(ground / "cache")
    kept = {
        name: content
        for name, content in store.items()
        if Path(name).parts[0] not in PASSING and name not in ("objects", "index")
    }
    return {"in": fingerprint(ground / "in"), "out": fingerprint(ground / "out"), "cache": kept}


def places_fault(
    ground: Path, status: int, writes: tuple[str, ...], before: dict[str, dict[str, str]]
) -> str:
    """Return the problem with what exists afterwards, or ""."""
    now = standing(ground)
    if now["in"] != before["in"]:
        return "changes its input"
    stray = {path.name for path in ground.iterdir()} - LASTING
    if stray:
        return f"leaves {', '.join(sorted(stray))} behind"
    temporary = sorted(path.name for path in (ground / "tmp").iterdir())
    if temporary:
        return f"leaves temporary files: {', '.join(temporary)[:200]}"
    if status:
        changed = [name for name in ("out", "cache") if now[name] != before[name]]
        return f"changes what was in {', '.join(changed)} though it refuses" if changed else ""
    hidden = sorted(name for name in now["out"] if "/." in f"/{name}")
    if hidden:
        return f"leaves {', '.join(hidden)} beside its results"
    for name in writes:
        fault = part_fault(ground / "out" / name)
        if fault:
            return f"says done, and {name} {fault}"
    return ""


def store_fault(ground: Path, fetched: Iterable[str]) -> str:
    """Return what is wrong with the fetched files, or "": whether the store has them, whole."""
    store = Store(ground / "cache")
    lacking = [name for name in fetched if store.held(name) is None]
    return f"says done, and the store holds no {', '.join(lacking)}" if lacking else ""


def part_fault(path: Path) -> str:
    """Return the problem with a file of results, or "": it must exist, be complete and be
    readable."""
    if not path.is_file():
        return "is not there"
    if path.stat().st_mtime == LONG_AGO:
        return "is that of the run before"
    content = path.read_bytes()
    if not content.rstrip(b"\n").endswith(ENDS.get(path.suffix, b"")):
        return "is cut off"
    try:
        if path.suffix != ".parquet":
            content.decode("utf-8")
        if path.suffix == ".json":
            json.loads(content, parse_constant=_no_number)
        if path.name == MARK:
            check_whole(path.parent)
    except (ValueError, AssertionError) as error:
        return f"is not whole: {error}"
    return ""


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")
