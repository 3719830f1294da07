from __future__ import annotations

import json
import multiprocessing
import os
import signal
import sys
import time
from pathlib import Path

import pytest

from geo.errors import InputError, ProblemWithEnvironment
from geo.staging import plain_name, staged_file, staged_folder


def write_result(folder: Path, text: str) -> None:
    (folder / "a.txt").write_text(text)
    (folder / "run.json").write_text(json.dumps({"files": {"a.txt": {}}}))


def leftovers(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name.startswith("."))


def test_a_folder_takes_its_place_whole(tmp_path: Path) -> None:
    out = tmp_path / "deep" / "out"
    with staged_folder(out) as folder:
        write_result(folder, "one")
        assert not out.exists()
    assert (out / "a.txt").read_text() == "one"
    assert leftovers(out.parent) == []


def test_a_failure_leaves_the_old_result(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with staged_folder(out) as folder:
        write_result(folder, "one")
    with pytest.raises(RuntimeError), staged_folder(out) as folder:
        write_result(folder, "two")
        raise RuntimeError
    assert (out / "a.txt").read_text() == "one"
    assert leftovers(tmp_path) == []


def test_a_users_own_file_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with staged_folder(out) as folder:
        write_result(folder, "one")
        (folder / "old.txt").write_text("ours, no longer written")
        (folder / "run.json").write_text(json.dumps({"files": {"a.txt": {}, "old.txt": {}}}))
    (out / "notes.txt").write_text("mine")
    with staged_folder(out) as folder:
        write_result(folder, "two")
    assert (out / "a.txt").read_text() == "two"
    assert (out / "notes.txt").read_text() == "mine"
    assert not (out / "old.txt").exists()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(InputError, match=r"thesis\.docx"), staged_folder(tmp_path):
        pass
    assert (tmp_path / "thesis.docx").exists()


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="a file of that name"), staged_folder(tmp_path / "out"):
        pass


def test_two_runs_at_once(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with (
        staged_folder(out) as folder,
        pytest.raises(ProblemWithEnvironment, match="another run"),
        staged_folder(out),
    ):
        write_result(folder, "never")
    with staged_folder(out) as folder:
        write_result(folder, "after")
    assert (out / "a.txt").read_text() == "after"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such path")
def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    blocked = tmp_path / "file" / "out"
    with pytest.raises(ProblemWithEnvironment, match="part of the path"), staged_folder(blocked):
        pass
    with pytest.raises(ProblemWithEnvironment), staged_file(blocked) as path:
        path.write_text("x")


def test_a_full_disk_is_a_sentence(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with staged_folder(out) as folder:
        write_result(folder, "one")
    with pytest.raises(ProblemWithEnvironment, match="disk is full"), staged_folder(out):
        raise OSError(28, "No space left on device")
    assert (out / "a.txt").read_text() == "one"


def test_a_file_takes_its_place_whole(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    with staged_file(target) as path:
        path.write_text("one")
    with pytest.raises(RuntimeError), staged_file(target) as path:
        path.write_text("half")
        raise RuntimeError
    assert target.read_text() == "one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


def _rewrite_for_ever(out: str) -> None:
    generation = 0
    while True:
        generation += 1
        with staged_folder(Path(out)) as folder:
            for name in ("a", "b", "c"):
                (folder / f"{name}.txt").write_text(str(generation))
            listed = {f"{name}.txt": {} for name in ("a", "b", "c")}
            (folder / "run.json").write_text(json.dumps({"files": listed}))


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is a POSIX signal")
def test_kill_9_leaves_the_old_result_or_the_new_one(tmp_path: Path) -> None:
    """Killed at 40 moments spread over the cycle of writing, the folder is always whole."""
    out = tmp_path / "out"
    with staged_folder(out) as folder:
        write_result(folder, "0")
        for name in ("b", "c"):
            (folder / f"{name}.txt").write_text("0")
        listed = {f"{name}.txt": {} for name in ("a", "b", "c")}
        (folder / "run.json").write_text(json.dumps({"files": listed}))
    spawn = multiprocessing.get_context("fork")
    for attempt in range(40):
        process = spawn.Process(target=_rewrite_for_ever, args=(str(out),))
        process.start()
        time.sleep(0.005 + 0.0017 * attempt)
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        generations = {(out / f"{name}.txt").read_text() for name in ("a", "b", "c")}
        assert len(generations) == 1
    with staged_folder(out) as folder:
        write_result(folder, "after")
    assert leftovers(tmp_path) == [], "a new run clears what a kill has left"


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", "a\\b", "con", "NUL.txt", "a\n", "x" * 101, "a "]
)
def test_names_that_are_no_plain_names(name: str) -> None:
    with pytest.raises(InputError):
        plain_name(name)


def test_plain_names() -> None:
    assert plain_name("Lozère-2026_v2") == "Lozère-2026_v2"
