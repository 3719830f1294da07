"""Whatever the terminal, the locale, the limits: a result or a sentence, never exit status 1."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.children import run_in_child
from tests.scripts.conftest import call as call_here
from zoneblanche.geo.errors import Fault, InputError, visible
from zoneblanche.scripts.cli import main
from zoneblanche.scripts.failures import explain_failure
from zoneblanche.scripts.terminal import Screen, written_in
from zoneblanche.scripts.trials.sample import write_sample

posix = pytest.mark.skipif(os.name != "posix", reason="limits and pipes as POSIX has them")
CALL = (sys.executable, "-c", "from zoneblanche.scripts.cli import main; main()")
HOSTILE = "\u202e\x1b[31m\x07\x9b2J\u2066\u200f\r\u2028"


def call(
    *arguments: str,
    environment: Mapping[str, str | None] | None = None,
    before: Callable[[], None] | None = None,
    **streams: int,
) -> subprocess.CompletedProcess[bytes]:
    """The command in an interpreter of its own."""
    variables = {**os.environ, "LC_ALL": "C.UTF-8", **(environment or {})}
    return subprocess.run(
        [*CALL, *arguments],
        env={name: value for name, value in variables.items() if value is not None},
        stdout=streams.get("stdout", subprocess.PIPE),
        stderr=streams.get("stderr", subprocess.PIPE),
        preexec_fn=before,
        timeout=120,
        check=False,
    )


def call_forked(folder: Path, *arguments: str) -> tuple[int, str]:
    """The command in a fork of this process, which has imported what it needs: its exit status and
    all that it prints, through pipes' encoding and errors as an interpreter opens them."""
    printed = folder / "printed"

    def run() -> None:
        handle = os.open(printed, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        for number in (1, 2):
            os.dup2(handle, number)
        sys.stdout = os.fdopen(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)
        sys.stderr = os.fdopen(2, "w", encoding="utf-8", errors="backslashreplace", closefd=False)
        sys.argv = ["zoneblanche", *arguments]
        os.environ["LC_ALL"] = "C.UTF-8"
        try:
            main()
        except SystemExit as leaving:
            os._exit(int(leaving.code or 0))

    return run_in_child(run), printed.read_text("utf-8")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project and its atlas."""
    folder = tmp_path_factory.mktemp("place")
    write_sample(folder / "p")
    project, atlas = folder / "p" / "project.toml", folder / "a.parquet"
    assert call_here("build", str(project), "-q", "-o", str(atlas)) == 0
    return folder


@pytest.fixture(scope="module")
def short_barometer(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """A barometer of one town hall: here it matters how it is printed, not what it counts."""
    waves = tmp_path_factory.mktemp("waves") / "waves.csv"
    waves.write_text(
        "code,date,website,email_domain\n48095,2026-01-01,https://a.fr,a.fr\n", "utf-8"
    )
    return ("barometer", "--source", f"presence-waves={waves}")


@posix
@pytest.mark.parametrize("encoding", ["ascii:strict", "latin-1", "utf-16"])
def test_any_encoding_of_the_terminal(place: Path, encoding: str) -> None:
    done = call(
        "analyse", str(place / "a.parquet"), "fibre", "--lang", "fr",
        environment={"PYTHONIOENCODING": encoding},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    text = done.stdout.decode(encoding.partition(":")[0])
    assert ("e" if "ascii" in encoding else "é") + "cart type" in text


@posix
def test_a_table_for_another_program_is_utf8_whatever_the_terminal(
    short_barometer: tuple[str, ...],
) -> None:
    done = call(*short_barometer, "--format", "csv", environment={"PYTHONIOENCODING": "ascii"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert "Régions" in done.stdout.decode("utf-8")


C_LOCALE = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@posix
def test_accents_in_a_path_in_a_locale_without_them(place: Path, tmp_path: Path) -> None:
    """A locale that cannot read the name of a file says so; one that Python mends does not."""
    home = tmp_path / "é"
    shutil.copytree(place / "p", home / "p")
    for project, out in ((home / "p", home / "out"), (place / "p", home / "o2")):
        arguments = ("run", str(project / "project.toml"), "-q", "-o", str(out))
        done = call(*arguments, environment=C_LOCALE)
        assert (done.returncode, b"LC_ALL=C.UTF-8" in done.stderr) == (3, True), done.stderr
        assert call(*arguments, environment={"LC_ALL": "C"}).returncode == 0


@posix
def test_a_name_that_is_no_text(place: Path, tmp_path: Path) -> None:
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/m\xff")
    for arguments in (
        ("map", str(place / "a.parquet"), "-o", f"{odd}.html"),
        ("map", f"{odd}.parquet", "-o", "m.html"),
        ("run", str(place / "p" / "project.toml"), "-q", "-o", odd),
    ):
        done = call(*arguments)
        assert (done.returncode, b"not a valid name in UTF-8" in done.stderr) == (2, True)
        assert b"\xff" not in done.stderr
    assert list(tmp_path.iterdir()) == []


@posix
def test_a_reader_who_leaves_stops_nothing(
    place: Path, tmp_path: Path, short_barometer: tuple[str, ...]
) -> None:
    """`analyse … | head -c1`: what is written after what is printed is written all the same."""
    read, write = os.pipe()
    os.close(read)
    lorenz = tmp_path / "l.csv"
    done = call("analyse", str(place / "a.parquet"), "fibre", "--lorenz", str(lorenz), stdout=write)
    assert (done.returncode, done.stderr) == (0, b"")
    assert len(lorenz.read_text().splitlines()) == 102
    assert call("--help", stdout=write).returncode == 0
    # All waves are more than Python keeps before it writes: it meets the closed end midway.
    assert call("barometer", "--format", "csv", stdout=write).returncode == 0
    assert call(*short_barometer, stdout=write).returncode == 0
    assert call("map", "nowhere.parquet", stderr=write).returncode == 2
    os.close(write)


@posix
@pytest.mark.parametrize("closed", [(1,), (2,), (0, 1, 2)])
def test_closed_streams(place: Path, tmp_path: Path, closed: tuple[int, ...]) -> None:
    """What is printed does not go into the file that takes the number of the stream."""
    out = tmp_path / "m.html"

    def close() -> None:
        for number in closed:
            os.close(number)

    done = call("map", str(place / "a.parquet"), "-o", str(out), before=close)
    assert done.returncode == 0
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert call("map", "nowhere.parquet", before=close).returncode == 2


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Linux has a full disk to try")
def test_a_full_disk_behind_the_streams(place: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = call("analyse", str(place / "a.parquet"), "fibre", stdout=full.fileno())
        assert (done.returncode, b"No space left" in done.stderr) == (3, True), done.stderr
        done = call("map", "nowhere.parquet", stderr=full.fileno())
        assert done.returncode == 2


def limited(kind: str, most: int) -> Callable[[], None]:
    def limit() -> None:
        import resource

        resource.setrlimit(getattr(resource, kind), (most, most))

    return limit


@posix
@pytest.mark.parametrize("handles", [6, 8, 10, 14])
def test_few_file_handles(place: Path, tmp_path: Path, handles: int) -> None:
    arguments = ("run", str(place / "p" / "project.toml"), "-q", "-o", str(tmp_path / "out"))
    done = call(*arguments, before=limited("RLIMIT_NOFILE", handles))
    assert done.returncode in (0, 3), done.stderr
    assert b"Traceback" not in done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"][: done.returncode == 0]


@posix
@pytest.mark.parametrize("megabytes", [100, 600, 1000, 1500])
def test_little_memory(place: Path, tmp_path: Path, megabytes: int) -> None:
    arguments = ("run", str(place / "p" / "project.toml"), "-q", "-o", str(tmp_path / "out"))
    done = call(*arguments, before=limited("RLIMIT_AS", megabytes * 2**20))
    assert done.returncode in (0, 3), (done.returncode, done.stderr)
    assert done.returncode == 0 or len(done.stderr.strip().splitlines()) == 1, done.stderr
    assert [entry.name for entry in tmp_path.iterdir()] == ["out"][: done.returncode == 0]


@posix
@pytest.mark.parametrize("home", [None, "/dev/null"])
def test_no_home(place: Path, tmp_path: Path, home: str | None) -> None:
    nothing = {"HOME": home, "XDG_CACHE_HOME": None, "XDG_STATE_HOME": None}
    columns = ("--x", "lon", "--y", "lat", "--code", "code", "-q")
    points, squares = place / "p" / "sites.csv", place / "p" / "squares.geojson"
    done = call(
        "count", str(points), "--territories", str(squares), *columns,
        "-o", str(tmp_path / "c.csv"), environment=nothing,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")


@posix
def test_a_mask_that_hides_nothing(place: Path, tmp_path: Path) -> None:
    """Results are as open as the user wants them; machine code and what is half made are not."""
    home = tmp_path / "home"
    home.mkdir()
    columns = ("--x", "lon", "--y", "lat", "--code", "code", "-q")
    points, squares = place / "p" / "sites.csv", place / "p" / "squares.geojson"
    done = call(
        "count", str(points), "--territories", str(squares), *columns,
        "-o", str(tmp_path / "c.csv"),
        environment={"HOME": str(home)}, before=lambda: os.umask(0) and None,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    assert (tmp_path / "c.csv").stat().st_mode & 0o777 == 0o666
    kernels = home / ".cache" / "zoneblanche" / "kernels"
    assert any(kernels.rglob("*.nbi"))
    for folder in (kernels, kernels.parent):
        assert folder.stat().st_mode & 0o077 == 0


def test_hostile_texts_are_escaped_in_failures(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = f"x{HOSTILE}\nall is well"
    error = InputError(Fault(f"there is no {hostile}.", file=hostile, column=hostile))
    assert explain_failure(error, "en") == 2
    assert explain_failure(error, "fr") == 2
    assert explain_failure(InputError([Fault("one"), Fault("two")]), "en") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 4, "one line a fault, whatever stands in it"
    assert not set(HOSTILE) & set("".join(lines)) - set("[312mJ")


@posix
def test_hostile_texts_of_data_and_arguments(tmp_path: Path) -> None:
    project = write_sample(tmp_path / "p")
    (project.parent / "squares.geojson").write_text(
        (project.parent / "squares.geojson")
        .read_text("utf-8")
        .replace('"nom": "', '"nom": "\\u202e\\u001b[31m'),
        "utf-8",
    )
    atlas, scored = tmp_path / "a.parquet", tmp_path / "s.parquet"
    recipe = tmp_path / "r.toml"
    recipe.write_text(
        '[recipe]\nnormalise = "minmax"\nmin_available = 0.3\nweights = { fibre = 1 }\n'
    )
    text = ""
    for arguments in (
        ("build", str(project), "-o", str(atlas)),
        ("index", str(atlas), "--recipe", str(recipe), "-o", str(scored)),
        ("explain", str(scored), "01001"),
        ("explain", str(scored), HOSTILE),
        ("run", str(project), "-o", str(tmp_path / "out")),
        ("map", f"--{HOSTILE}"),
        ("map", str(scored), "--show", HOSTILE),
        (HOSTILE,),
        ("barometer", "--table", HOSTILE),
        ("run", "--source", HOSTILE),
        ("--debug", "map", HOSTILE),
    ):
        status, printed = call_forked(tmp_path, *arguments)
        assert status in (0, 2), printed
        text += printed
    assert "\\u202e" in text
    assert not set(HOSTILE) & set(text) - set("[312mJ")


@given(st.text())
def test_any_text_is_visible(text: str) -> None:
    for kept, lines in (("", False), ("\n\t", True)):
        shown = visible(text, lines=lines)
        assert all(sign.isprintable() or sign in kept or sign > "\x9f" for sign in shown)
        assert not set(shown) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2069\u061c")
        assert visible(shown, lines=lines) == shown
    assert text.isprintable() <= (visible(text) == text)


@given(st.text(), st.sampled_from(["ascii", "latin-1", "cp1252", "utf-8", "no-such", None]))
def test_any_text_can_be_written(text: str, encoding: str | None) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    screen = Screen(stream)
    assert screen.write(text) == len(text)
    screen.flush()
    if encoding != "no-such":
        written_in(visible(text), encoding).encode(encoding or "utf-8")


def test_letters_lose_their_accents_before_they_are_lost() -> None:
    assert written_in("Lozère – où ?", "ascii") == "Lozere ? ou ?"
    assert written_in("Lozère", "latin-1") == "Lozère"
