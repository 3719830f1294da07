from __future__ import annotations

import itertools
import json
import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.children import end_of, kill_after, run_in_child, start_child
from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.files.results import output
from zoneblanche.geo.files.results.account import sealed
from zoneblanche.geo.files.results.inputs import reading
from zoneblanche.geo.files.results.output import (
    check_file_place,
    plain_name,
    staged_file,
    staged_folder,
    workshop_file,
)
from zoneblanche.geo.source import sha256_of

posix = pytest.mark.skipif(os.name != "posix", reason="signals and links as POSIX has them")


def mark(folder: Path, *names: str) -> None:
    listed = {name: {"sha256": sha256_of(folder / name)} for name in names}
    account = {"zoneblanche": "1", "command": "run", "files": listed}
    (folder / "run.json").write_text(json.dumps(sealed(account)))


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
    with pytest.raises(ProblemWithEnvironment), staged_file(blocked, "page") as path:
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
    with staged_file(target, "page") as path:
        path.write_text("one")
    with pytest.raises(RuntimeError), staged_file(target, "page") as path:
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
    with staged_file(target, "page") as path:
        path.write_text("0" * 50_000)

    def rewrite() -> None:
        for digit in itertools.cycle("123456789"):
            with staged_file(target, "page") as path, path.open("w") as stream:
                for _ in range(50):
                    stream.write(digit * 1_000)

    chance = random.Random(9)
    for _ in range(40):
        kill_after(chance.uniform(0.001, 0.02), rewrite)
        content = target.read_text()
        assert len(content) == 50_000
        assert len(set(content)) == 1
    with staged_file(target, "page") as path:
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
    monkeypatch.setattr("zoneblanche.geo.files.results.output._exchanged", lambda one, other: False)
    rename = Path.rename

    def killed(self: Path, place: Path) -> Path:
        done = rename(self, place)
        if out == (place if later else self):
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
    with staged_file(tmp_path / "page.html", "page") as path:
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
    with pytest.raises(InputError, match="a file is to be written"), staged_file(named, "page"):
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
    with staged_file(tmp_path / f"{name}.csv", "page") as path:
        path.write_text("x")
    expected = {*others, name, f"{name}.csv"}
    assert {entry.name for entry in tmp_path.iterdir()} == expected
    assert all((tmp_path / other / "precious").exists() for other in others)


def test_folders_made_for_nothing_go_again(tmp_path: Path) -> None:
    place = tmp_path / "new" / "deep" / "out"
    for stage in (staged_folder(place), staged_file(place, "page")):
        with pytest.raises(RuntimeError), stage:
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


def write_page(target: Path, text: str, kind: str = "page") -> None:
    with staged_file(target, kind) as path:
        path.write_text(text)


@pytest.mark.parametrize("name", ["a.csv", "a.html", "a"])
def test_a_file_of_another_is_never_replaced(tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    target.write_text("years of work")
    with pytest.raises(InputError, match="did not write this file"):
        write_page(target, "a result")
    assert target.read_text() == "years of work"
    assert leftovers(tmp_path) == []
    target.unlink()
    write_page(target, "one")
    write_page(target, "two")
    assert target.read_text() == "two"


def test_a_result_that_its_user_changed_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    write_page(target, "one")
    target.write_text("one, corrected by hand")
    with pytest.raises(InputError, match="changed since"):
        write_page(target, "two")
    assert target.read_text() == "one, corrected by hand"


def test_a_result_of_another_kind_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    write_page(target, "one", "counts")
    with pytest.raises(InputError, match="another kind of result"):
        write_page(target, "two", "lorenz")
    assert target.read_text() == "one"


def names_of_the_same_file(file: Path) -> list[Path]:
    """Itself, by another path, through links."""
    home = file.parent
    (home / "soft").symlink_to(file)
    (home / "hard").hardlink_to(file)
    (home / "folder").symlink_to(home)
    (home / "sub").mkdir()
    return [file, home / "sub" / ".." / file.name, home / "soft", home / "hard",
            home / "folder" / file.name]  # fmt: skip


@posix
def test_an_input_is_never_replaced_by_whatever_name(tmp_path: Path) -> None:
    """Not even one that we wrote: it is the command's input."""
    file = tmp_path / "a.csv"
    write_page(file, "one")
    for name in names_of_the_same_file(file):
        with reading([file]), pytest.raises(InputError, match="never replaces an input"):
            write_page(name, "two")
        with reading([name]), pytest.raises(InputError, match="never replaces an input"):
            write_page(file, "two")
        with reading([tmp_path]), pytest.raises(InputError, match="never replaces an input"):
            write_page(name, "two")
        assert file.read_text() == "one"
    with reading([tmp_path / "other"]):
        write_page(file, "two")


@posix
def test_a_folder_with_an_input_is_never_replaced(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    (tmp_path / "link").symlink_to(out)
    for read in (out / "a.txt", tmp_path / "link" / "a.txt", out, tmp_path / "link"):
        for place in (out, tmp_path / "link"):
            with reading([read]), pytest.raises(InputError, match="which is read"):
                write_generation(place, 2)
    assert (out / "a.txt").read_text() == "1"


def test_a_changed_result_in_a_folder_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    (out / "b.txt").write_text("corrected by hand")
    with pytest.raises(InputError, match=r"changed since they were written \(b\.txt\)"):
        write_generation(out, 2)
    assert (out / "b.txt").read_text() == "corrected by hand"
    assert (out / "a.txt").read_text() == "1"


def forge(folder: Path, *, right: bool) -> None:
    """An account that lists a file of the user's, with or without its hash and the seal."""
    digest = sha256_of(folder / "thesis.docx") if right else "0" * 64
    account = {"zoneblanche": "1", "command": "run", "files": {"thesis.docx": {"sha256": digest}}}
    (folder / "run.json").write_text(json.dumps(account if right else sealed(account)))


@pytest.mark.parametrize("right", [True, False])
def test_a_forged_account_deletes_nothing(tmp_path: Path, right: bool) -> None:
    (tmp_path / "thesis.docx").write_text("years of work")
    forge(tmp_path, right=right)
    with pytest.raises(InputError):
        write_generation(tmp_path, 1)
    assert (tmp_path / "thesis.docx").read_text() == "years of work"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["run.json", "thesis.docx"]


@posix
@pytest.mark.parametrize("account", ["pipe", "link", "folder", "large"])
def test_an_account_that_is_no_plain_file_counts_for_nothing(tmp_path: Path, account: str) -> None:
    out, place = tmp_path / "out", tmp_path / "out" / "run.json"
    out.mkdir()
    write_generation(tmp_path / "other", 1)
    if account == "pipe":
        os.mkfifo(place)
    elif account == "link":
        place.symlink_to(tmp_path / "other" / "run.json")
    elif account == "folder":
        place.mkdir()
    else:
        with place.open("wb") as stream:
            stream.truncate(2**30)
    with pytest.raises(InputError, match="no results of a run"):
        write_generation(out, 1)


def test_the_results_of_another_command_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    with (
        pytest.raises(InputError, match="results of `zoneblanche run`"),
        staged_folder(out, command="embed"),
    ):
        pass
    assert (out / "a.txt").read_text() == "1"


def save(path: Path, text: str) -> None:
    """As an editor does: beside its place, and renamed over it."""
    beside = path.with_name(f"{path.name}~")
    beside.write_text(text)
    beside.replace(path)


def meanwhile(
    monkeypatch: pytest.MonkeyPatch, *happens: Callable[[], object], exchange: bool = True
) -> None:
    """Something happens at the last moment before the exchange, whichever way it is made."""
    waiting = list(happens)
    exchanged, rename = output._exchanged, Path.rename

    def late(one: Path, other: Path) -> bool:
        while waiting:
            waiting.pop()()
        return exchanged(one, other) if exchange else False

    monkeypatch.setattr(output, "_exchanged", late)
    monkeypatch.setattr(Path, "rename", rename)


@pytest.mark.parametrize("exchange", [True, False])
def test_what_its_user_saves_at_the_last_moment_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    (out / "notes.txt").write_text("early")
    (out / "gone.txt").write_text("early")
    meanwhile(
        monkeypatch,
        lambda: save(out / "notes.txt", "late"),
        lambda: save(out / "new.txt", "late too"),
        lambda: (out / "deep").mkdir() or save(out / "deep" / "er.txt", "and this"),
        exchange=exchange,
    )
    write_generation(out, 2)
    assert (out / "a.txt").read_text() == "2"
    assert (out / "notes.txt").read_text() == "late"
    assert (out / "new.txt").read_text() == "late too"
    assert (out / "deep" / "er.txt").read_text() == "and this"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("name", ["a.txt", "run.json"])
def test_a_result_that_is_changed_at_the_last_moment_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool, name: str
) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    meanwhile(monkeypatch, lambda: save(out / name, "corrected by hand"), exchange=exchange)
    with pytest.raises(InputError, match="would overwrite"):
        write_generation(out, 2)
    assert (out / name).read_text() == "corrected by hand"
    assert (out / "b.txt").read_text() == "1"
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize("exchange", [True, False])
@pytest.mark.parametrize("before", [True, False])
def test_a_file_that_is_saved_at_the_last_moment_is_put_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool, before: bool
) -> None:
    target = tmp_path / "page.csv"
    if before:
        write_page(target, "one")
        meanwhile(monkeypatch, lambda: save(target, "mine"), exchange=exchange)
    else:
        fresh = output._rename_fresh

        def late(staging: Path, place: Path) -> None:
            save(place, "mine")
            fresh(staging, place)

        monkeypatch.setattr(output, "_rename_fresh", late)
        if not exchange:
            monkeypatch.setattr(output, "_renamed", lambda *_: 38)
    with pytest.raises(InputError, match=r"kept|did not write"):
        write_page(target, "two")
    assert target.read_text() == "mine"
    assert leftovers(tmp_path) == []


@posix
def test_what_was_saved_when_a_run_was_killed_is_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed between the exchange and the comparison: the next run compares."""
    out, page = tmp_path / "out", tmp_path / "page.csv"
    write_generation(out, 1)
    (out / "notes.txt").write_text("early")
    write_page(page, "one")
    exchanged = output._exchanged

    def killed(one: Path, other: Path) -> bool:
        if other == out:
            save(out / "notes.txt", "late")
            save(out / "a.txt", "corrected by hand")
        else:
            save(page, "mine")
        exchanged(one, other)
        os.kill(os.getpid(), signal.SIGKILL)
        return True

    with monkeypatch.context() as patch:
        patch.setattr(output, "_exchanged", killed)
        assert run_in_child(lambda: write_generation(out, 2)) == -signal.SIGKILL
        assert run_in_child(lambda: write_page(page, "two")) == -signal.SIGKILL
    write_generation(out, 3)
    write_page(page, "three")
    assert (out / "a.txt").read_text() == "3"
    assert (out / "a.kept.txt").read_text() == "corrected by hand"
    assert (out / "notes.txt").read_text() == "late"
    assert page.read_text() == "three"
    assert (tmp_path / "page.kept.csv").read_text() == "mine"
    assert leftovers(tmp_path) == []


@posix
@pytest.mark.parametrize("done", range(1, 5))
def test_killed_while_the_old_result_is_removed(tmp_path: Path, done: int) -> None:
    """Names that sort after the account were once kept as files of the user's own."""
    out = tmp_path / "out"
    names = ("a.txt", "run.txt", "z.txt")
    assert sorted([*names, output.MARK]) != [*names, output.MARK]

    def write(text: str) -> None:
        with staged_folder(out) as folder:
            for name in names:
                (folder / name).write_text(text)
            mark(folder, *names)

    def killed_run() -> None:
        removed = 0
        unlink = Path.unlink

        def unlinked(self: Path, missing_ok: bool = False) -> None:
            nonlocal removed
            unlink(self, missing_ok)
            removed += self.parent.name.endswith("ready")
            if removed == done:
                os.kill(os.getpid(), signal.SIGKILL)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Path, "unlink", unlinked)
            write("two")

    write("one")
    assert run_in_child(killed_run) == -signal.SIGKILL
    write("three")
    assert sorted(entry.name for entry in out.iterdir()) == sorted([*names, output.MARK])
    assert leftovers(tmp_path) == []


@posix
def test_without_second_names_files_are_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    (out / "notes.txt").write_text("mine")
    (out / "link").symlink_to("notes.txt")

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "no second names here")

    monkeypatch.setattr(os, "link", refused)
    write_generation(out, 2)
    assert (out / "notes.txt").read_text() == "mine"
    assert (out / "link").readlink() == Path("notes.txt")
    assert (out / "a.txt").read_text() == "2"


@posix
def test_a_users_folder_in_the_place_of_a_result_is_kept(tmp_path: Path) -> None:
    out = tmp_path / "out"
    write_generation(out, 1)
    (out / "d.txt").mkdir()
    (out / "d.txt" / "deep").write_text("mine")
    with pytest.raises(InputError, match="would overwrite"), staged_folder(out) as folder:
        (folder / "d.txt").write_text("a result")
        mark(folder, "d.txt")
    assert (out / "d.txt" / "deep").read_text() == "mine"


def test_the_workshop_replaces_what_it_is_told_to(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("of the repository")
    with workshop_file(tmp_path / "a.csv") as path:
        path.write_text("anew")
    assert (tmp_path / "a.csv").read_bytes() == b"anew"


def test_a_user_without_a_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    write_generation(tmp_path / "out", 1)
    write_generation(tmp_path / "out", 2)
    check_file_place(tmp_path / "new.csv", "page")
    assert (tmp_path / "out" / "a.txt").read_text() == "2"
