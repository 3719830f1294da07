"""What a run leaves on the disk, whatever stops it: the old result or the new one, whole."""

from __future__ import annotations

import gc
import os
import random
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.children import kill_after
from zoneblanche.geo.source import sha256_of
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.layers.project.read import read_project
from zoneblanche.maps import draw_map, write_report
from zoneblanche.scripts.cli import main
from zoneblanche.scripts.trials.guarded import (
    GIB,
    Bounds,
    Outcome,
    fingerprint,
    run_guarded,
    warm_up,
)
from zoneblanche.scripts.trials.sample import write_sample
from zoneblanche.scripts.trials.whole import check_whole

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and limits as POSIX has them")
ROOMY = Bounds(seconds=120, memory=8 * GIB)


@pytest.fixture(scope="module", autouse=True)
def warm() -> Iterator[None]:
    warm_up()
    gc.freeze()  # what was there before is not touched by a child's collector
    yield
    gc.unfreeze()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return write_sample(tmp_path / "project")


def run(project: Path, out: Path | str, bounds: Bounds = ROOMY) -> Outcome:
    arguments = ("run", str(project), "-o", str(out), "-q")
    return run_guarded(arguments, log=project.parent.parent / "log.txt", bounds=bounds)


def whole_run(out: Path) -> str:
    """The title of the one run that every file of the folder is of."""
    return str(check_whole(out)["project"]["title"])


def stray(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name.startswith("."))


def test_kill_9_at_two_hundred_moments_of_a_run(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the index, the report and the pictures, which would take most of the time;
    `scripts.trials.kill_runs` has them too."""
    for name in ("lay_out", "write_run_report", "write_run_embed"):
        monkeypatch.setattr(
            f"zoneblanche.scripts.jobs.main_job.run.{name}", lambda *args, **options: None
        )
    text = project.read_text("utf-8")
    short = text[: text.index('[[layers]]\nid = "debit"')].replace("flags", "# flags")
    short += 'better = "none"\n'
    out = tmp_path / "out"
    project.write_text(short, encoding="utf-8")
    started = time.monotonic()
    assert run(project, out).status == 0
    whole = time.monotonic() - started
    chance = random.Random(1)
    finished = 0
    for turn in range(200):
        project.write_text(short.replace("Quatre carrés", f"Run {turn}"), encoding="utf-8")
        kill_after(chance.random() * whole, lambda: _run(project, out))
        title = whole_run(out)
        assert title == "Quatre carrés" or int(title.removeprefix("Run ")) <= turn
        finished += title == f"Run {turn}"
    assert finished < 150, "most were killed before they were done"
    assert run(project, out).status == 0
    assert whole_run(out) == "Run 199"
    assert stray(tmp_path) == []


def _run(project: Path, out: Path) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["zoneblanche", "run", str(project), "-o", str(out), "-q"])
        main()


def test_kill_9_while_single_files_are_written(project: Path, tmp_path: Path) -> None:
    atlas = build_atlas(read_project(project))
    shown = draw_map(atlas, "fibre")
    written = {
        tmp_path / "atlas.parquet": lambda path: save_atlas(atlas, path),
        tmp_path / "map.html": lambda path: shown.save(path),
        tmp_path / "report.html": lambda path: write_report(atlas, path),
    }
    chance = random.Random(2)
    for path, write in written.items():
        started = time.monotonic()
        write(path)
        whole, content = time.monotonic() - started, path.read_bytes()
        for _ in range(12):
            kill_after(chance.random() * 1.1 * whole, lambda write=write, path=path: write(path))
            assert path.read_bytes() == content
        write(path)
    assert load_atlas(tmp_path / "atlas.parquet").values.equals(atlas.values)
    assert stray(tmp_path) == []


@pytest.mark.parametrize("room", [500, 20_000, 100_000, 250_000])
def test_no_room_on_the_disk(project: Path, tmp_path: Path, room: int) -> None:
    """Each kind of file in turn is the first that does not fit."""
    out = tmp_path / "out"
    assert run(project, out).status == 0
    before = sha256_of(out / "run.json")
    outcome = run(project, out, Bounds(memory=8 * GIB, file_bytes=room))
    assert outcome.status == 3, outcome.stderr
    assert str(out) in outcome.stderr
    assert sha256_of(out / "run.json") == before
    check_whole(out)
    assert stray(tmp_path) == []


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "closed"
    folder.mkdir()
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)


def test_a_folder_that_is_read_only(project: Path, read_only: Path) -> None:
    if os.geteuid() == 0:  # who writes everywhere: a place that takes no file from anybody
        read_only = Path("/proc/self")
    outcome = run(project, read_only / "out")
    assert outcome.status == 3, outcome.stderr
    assert "cannot be written" in outcome.stderr


def test_the_place_of_an_input_is_not_the_place_of_results(project: Path, tmp_path: Path) -> None:
    """A project that lies among earlier results reads one of them."""
    out = tmp_path / "out"
    assert run(project, out).status == 0
    shutil.copy(project.parent / "squares.geojson", out)
    inside = out / "again.toml"
    inside.write_text(
        '[territories]\npath = "squares.geojson"\ncode = "code"\n'
        '[[layers]]\nid = "fibre"\npath = "territories.csv"\ncode = "code"\nvalue = "fibre"\n'
    )
    before = fingerprint(out)
    outcome = run_guarded(
        ("run", str(inside), "-o", str(out), "-q"), log=tmp_path / "log", bounds=ROOMY
    )
    assert outcome.status == 2
    assert "which is read" in outcome.stderr
    assert fingerprint(out) == before


def test_the_folder_of_the_project(project: Path) -> None:
    before = sorted(project.parent.iterdir())
    outcome = run(project, project.parent)
    assert outcome.status == 2
    assert sorted(project.parent.iterdir()) == before


@pytest.mark.parametrize("kind", ["file", "folder of another", "link to a file"])
def test_places_that_are_refused(project: Path, tmp_path: Path, kind: str) -> None:
    out = tmp_path / "out"
    thesis = tmp_path / "thesis"
    if kind == "folder of another":
        out.mkdir()
        thesis = out / "thesis"
    thesis.write_text("years of work")
    if kind == "file":
        out = thesis
    elif kind == "link to a file":
        out.symlink_to(thesis)
    outcome = run(project, out)
    assert outcome.status == 2, outcome.stderr
    assert thesis.read_text() == "years of work"
