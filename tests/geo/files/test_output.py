from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
from pathlib import Path

import pytest

from tests.children import end_of, kill_after, run_in_child, start_child
from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.files.output import plain_name, staged_file, staged_folder

posix = pytest.mark.skipif(os.name != "posix", reason="signals and links as POSIX has them")


def mark(folder: Path, *names: str) -> None:
    listed = {name: {} for name in names}
    (folder / "run.json").write_text(json.dumps({"zoneblanche": "1", "files": listed}))


def write_result(folder: Path, text: str) -> None:
    (folder / "a.txt").write_text(text)
    mark(folder, "a.txt")


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
        mark(folder, "a.txt", "old.txt")
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


NAMES = ("a.txt", "b.txt", "c.txt")


def write_generation(out: Path, generation: int) -> None:
    with staged_folder(out) as folder:
        for name in NAMES:
            (folder / name).write_text(str(generation))
        mark(folder, *NAMES)


def rewrite_for_ever(out: Path) -> None:
    generation = 0
    while True:
        generation += 1
        write_generation(out, generation)


@posix
def test_kill_9_leaves_the_old_result_or_the_new_one(tmp_path: Path) -> None:
    """Killed at 60 moments of the cycle of writing, the folder is always whole, and what its
    user put there is there."""
    out = tmp_path / "out"
    write_generation(out, 0)
    (out / "notes.txt").write_text("mine")
    (out / "deep" / "er").mkdir(parents=True)
    (out / "deep" / "er" / "photo").write_text("mine too")
    chance = random.Random(8)
    for _ in range(60):
        kill_after(chance.uniform(0.001, 0.03), lambda: rewrite_for_ever(out))
        assert len({(out / name).read_text() for name in NAMES}) == 1
        assert (out / "notes.txt").read_text() == "mine"
        assert (out / "deep" / "er" / "photo").read_text() == "mine too"
    write_generation(out, 1)
    assert leftovers(tmp_path) == [], "a new run clears what a kill has left"
    assert sorted(entry.name for entry in out.iterdir()) == [
        *NAMES,
        "deep",
        "notes.txt",
        "run.json",
    ]


@posix
def test_kill_9_leaves_the_old_file_or_the_new_one(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    target.write_text("0" * 50_000)

    def rewrite() -> None:
        for digit in itertools.cycle("123456789"):
            with staged_file(target) as path, path.open("w") as stream:
                for _ in range(50):
                    stream.write(digit * 1_000)

    chance = random.Random(9)
    for _ in range(40):
        kill_after(chance.uniform(0.001, 0.02), rewrite)
        content = target.read_text()
        assert len(content) == 50_000
        assert len(set(content)) == 1
    with staged_file(target) as path:
        path.write_text("after")
    assert [entry.name for entry in tmp_path.iterdir()] == ["page.html"]


@posix
@pytest.mark.parametrize("later", [False, True])
def test_killed_where_two_folders_cannot_be_exchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, later: bool
) -> None:
    """The same where the system knows no exchange: killed between the two renames, or after."""
    out = tmp_path / "out"
    write_generation(out, 1)
    (out / "notes.txt").write_text("mine")
    monkeypatch.setattr("zoneblanche.geo.files.output._exchanged", lambda one, other: False)
    rename = Path.rename

    def killed(self: Path, place: Path) -> Path:
        done = rename(self, place)
        if later == (place == out):
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    def run() -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "rename", killed)
            write_generation(out, 2)

    assert run_in_child(run) == -signal.SIGKILL
    assert out.exists() == later
    with pytest.raises(RuntimeError), staged_folder(out):
        assert (out / "a.txt").read_text() == ("2" if later else "1")
        assert (out / "notes.txt").read_text() == "mine"
        raise RuntimeError
    assert leftovers(tmp_path) == []
    write_generation(out, 3)
    assert (out / "a.txt").read_text() == "3"
    assert (out / "notes.txt").read_text() == "mine"


@posix
def test_two_processes_at_once(tmp_path: Path) -> None:
    """Whoever comes second is refused, and never do two of them hold the same place."""
    out = tmp_path / "out"
    count = tmp_path / "count"
    count.mkdir()

    def contend() -> None:
        for turn in range(30):
            try:
                with staged_folder(out) as folder:
                    alone = count / "held"
                    alone.mkdir()  # an error where another run is inside as well
                    write_result(folder, f"{os.getpid()}.{turn}")
                    alone.rmdir()
            except ProblemWithEnvironment as error:
                if "another run" not in str(error):
                    raise

    children = [start_child(contend) for _ in range(4)]
    assert [end_of(child) for child in children] == [0, 0, 0, 0]
    assert leftovers(tmp_path) == []


@posix
def test_links_are_followed(tmp_path: Path) -> None:
    real = tmp_path / "disk" / "results"
    (tmp_path / "out").symlink_to(real)
    write_generation(tmp_path / "out", 1)
    write_generation(tmp_path / "out", 2)
    assert (tmp_path / "out").is_symlink()
    assert (real / "a.txt").read_text() == "2"
    (tmp_path / "page.html").symlink_to(tmp_path / "disk" / "page.html")
    with staged_file(tmp_path / "page.html") as path:
        path.write_text("x")
    assert (tmp_path / "page.html").is_symlink()
    assert leftovers(tmp_path / "disk") == leftovers(tmp_path) == []
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    with pytest.raises(InputError, match="ring"), staged_folder(tmp_path / "ring"):
        pass


def test_a_users_file_is_never_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    (out / "d.txt").write_text("mine")
    with pytest.raises(InputError, match=r"d\.txt"), staged_folder(out) as folder:
        (folder / "d.txt").write_text("a result")
        mark(folder, "d.txt")
    assert (out / "d.txt").read_text() == "mine"
    assert (out / "a.txt").read_text() == "1"


@pytest.mark.parametrize("content", ["{}", "[1]", '{"files": {"a.txt": 1}}', "x", "[" * 100_000])
def test_the_account_of_another_program_is_no_mark_of_ours(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.json").write_text(content)
    with pytest.raises(InputError, match="no results of a run"), staged_folder(tmp_path):
        pass
    assert (tmp_path / "run.json").read_text() == content


def test_an_empty_folder_keeps_what_other_programs_put_there(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir(mode=0o750)
    (out / ".gitkeep").write_text("")
    write_generation(out, 1)
    assert (out / ".gitkeep").exists()
    assert os.name != "posix" or out.stat().st_mode & 0o777 == 0o750


def test_folders_that_are_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = tmp_path / "home" / "in"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    for place in (Path(), Path(".."), inner, tmp_path):
        with pytest.raises(InputError, match="the folder that you are in"), staged_folder(place):
            pass
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    inner.rmdir()
    with pytest.raises(InputError, match="home"), staged_folder(tmp_path / "home"):
        pass
    assert (tmp_path / "home").is_dir()


@posix
@pytest.mark.parametrize("place", ["/dev/null", "/dev/stdout", "."])
def test_a_device_or_a_folder_is_no_place_for_a_file(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    named = pipe if place == "/dev/stdout" else Path(place)
    with pytest.raises(InputError, match="a file is to be written"), staged_file(named):
        pass
    assert named.exists()


@pytest.mark.parametrize("name", ["*", "[a]", "a?", "x" * 200, "é" * 80, "a b", "{{ 7*7 }}"])
def test_what_stands_beside_is_left_alone(tmp_path: Path, name: str) -> None:
    """Only what bears the whole of our mark is cleared."""
    if sys.platform == "win32" and set(name) & set("*?"):
        return
    others = (
        f".{name[:40]}.old",
        ".abc.zb-12345678",
        f".{name[:40]}.zb-mine",
        f".{name[:40]}.lock",
    )
    for other in others:
        (tmp_path / other).mkdir()
        (tmp_path / other / "precious").write_text("")
    write_generation(tmp_path / name, 1)
    write_generation(tmp_path / name, 2)
    with staged_file(tmp_path / f"{name}.csv") as path:
        path.write_text("x")
    expected = {*others, name, f"{name}.csv"}
    assert {entry.name for entry in tmp_path.iterdir()} == expected
    assert all((tmp_path / other / "precious").exists() for other in others)


def test_folders_made_for_nothing_go_again(tmp_path: Path) -> None:
    for stage in (staged_folder, staged_file):
        with pytest.raises(RuntimeError), stage(tmp_path / "new" / "deep" / "out"):
            raise RuntimeError
        assert list(tmp_path.iterdir()) == []


@posix
def test_a_file_that_is_larger_than_allowed(tmp_path: Path) -> None:
    """As a full disk: a write fails half way, in ours or in a library's code."""
    out = tmp_path / "out"
    write_generation(out, 1)

    def run() -> None:
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
        with (
            pytest.raises(ProblemWithEnvironment, match="larger than"),
            staged_folder(out) as place,
        ):
            (place / "a.txt").write_bytes(b"x" * 20_000)

    assert run_in_child(run) == 0
    assert (out / "a.txt").read_text() == "1"
    assert leftovers(tmp_path) == []


@posix
def test_an_input_that_cannot_be_read_is_not_told_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(ProblemWithEnvironment) as caught, staged_folder(tmp_path / "out"):
        raise PermissionError(13, "Permission denied", "/elsewhere/input.csv")
    assert str(caught.value).startswith("/elsewhere/input.csv:")


@pytest.mark.parametrize(
    "name",
    ["", "..", "a/b", "a\\b", "con", "NUL.txt", "a\n", "x" * 101, "a ", "\u202egpj", "a\u200bb"],
)
def test_names_that_are_no_plain_names(name: str) -> None:
    with pytest.raises(InputError):
        plain_name(name)


def test_plain_names() -> None:
    assert plain_name("Lozère-2026_v2") == "Lozère-2026_v2"
