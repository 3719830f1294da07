"""No output of any command takes the place of an input, or of a file that it did not write."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from tests.scripts.conftest import call
from zoneblanche.geo.errors import InputError
from zoneblanche.scripts import cli_help
from zoneblanche.scripts.cli import leaf_commands
from zoneblanche.scripts.jobs.probe import write_table
from zoneblanche.scripts.trials.guarded import fingerprint
from zoneblanche.scripts.trials.sample import write_sample
from zoneblanche.scripts.trials.trials import RECIPE, SURVEY

posix = pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")


@dataclass(frozen=True)
class Case:
    """A command that writes.

    Attributes:
        arguments: with `{out}` for what is written.
        suffix: of the file that is written; "" for a folder.
        reads: names of files that it reads.
    """

    arguments: tuple[str, ...]
    suffix: str
    reads: tuple[str, ...]


PROJECT = (
    "p/project.toml", "p/squares.geojson", "p/fibre.csv", "p/debit.tif", "p/web.csv",
    "p/4g.geojson", "p/sites.csv", "p/little-fibre.toml",
)  # fmt: skip
COUNT = ("count", "p/sites.csv", "--x", "lon", "--y", "lat", "--code", "code",
         "--territories", "p/squares.geojson", "-q", "-o", "{out}")  # fmt: skip
CASES = {
    "run": Case(("run", "p/project.toml", "-q", "-o", "{out}"), "", PROJECT),
    "build": Case(("build", "p/project.toml", "-q", "-o", "{out}"), ".parquet", PROJECT),
    "check": Case(("check", "p/project.toml", "-q", "-o", "{out}"), ".json", PROJECT),
    "check-page": Case(("check", "p/project.toml", "-q", "-o", "{out}"), ".html", PROJECT),
    "index": Case(
        ("index", "a.parquet", "--recipe", "r.toml", "--flag", "p/little-fibre.toml",
         "-o", "{out}"),
        ".parquet",
        ("a.parquet", "r.toml", "p/little-fibre.toml"),
    ),
    "analyse": Case(("analyse", "s.parquet", "--lorenz", "{out}"), ".csv", ("s.parquet",)),
    "map": Case(("map", "s.parquet", "-o", "{out}"), ".html", ("s.parquet",)),
    "map-svg": Case(("map", "s.parquet", "-o", "{out}", "--format", "svg"), ".svg", ("s.parquet",)),
    "report": Case(("report", "s.parquet", "-q", "-o", "{out}"), ".html", ("s.parquet",)),
    "embed": Case(("embed", "s.parquet", "-q", "-o", "{out}"), "", ("s.parquet",)),
    "site": Case(("site", "{out}", "s.parquet", "-q"), "", ("s.parquet",)),
    "barometer": Case(
        ("barometer", "--survey", "survey.csv", "--table", "survey", "--format", "csv",
         "-o", "{out}"),
        ".csv",
        ("survey.csv",),
    ),
    "probe": Case(
        ("probe", "halls.csv", "--contact", "a@example.org", "-q", "-o", "{out}"),
        ".csv",
        ("halls.csv",),
    ),
    "plan_sites": Case(
        ("plan", "sites", "--add", "1", "--existing", "x.csv", "--candidates", "c.csv", "--times",
         "t.csv", "--reach", "90", "--atlas", "s.parquet", "-q", "-o", "{out}"),
        "",
        ("s.parquet", "x.csv", "c.csv", "t.csv"),
    ),
    "plan_lift": Case(
        ("plan", "lift", "--margin", "1", "--atlas", "s.parquet", "-q", "-o", "{out}"),
        "",
        ("s.parquet",),
    ),
    "plan_budget": Case(
        ("plan", "budget", "--euros", "9", "--cost", "fibre=1", "--cost", "debit=1", "--cost",
         "web=1", "--margin", "1", "--atlas", "s.parquet", "-q", "-o", "{out}"),
        "",
        ("s.parquet",),
    ),
    "count": Case(COUNT, ".csv", ("p/sites.csv", "p/squares.geojson")),
}  # fmt: skip
WRITING = {name.partition("-")[0] for name in CASES}
READING_ONLY = {"list", "fetch", "findings", "explain", "compare"}
"""They write to the terminal; `fetch` into the store of its own, under the hash of the content."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all that the commands read."""
    folder = tmp_path_factory.mktemp("made")
    write_sample(folder / "p")
    (folder / "r.toml").write_text(RECIPE, "utf-8")
    (folder / "survey.csv").write_text(SURVEY, "utf-8")
    (folder / "x.csv").write_text("code\n01001\n", "utf-8")
    (folder / "c.csv").write_text("code\n01002\n01003\n", "utf-8")
    (folder / "t.csv").write_text("from,to,minutes\n01002,01001,30\n01003,01001,30\n", "utf-8")
    (folder / "halls.csv").write_text("code,website\n01001,https://example.org/\n", "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert call("build", "p/project.toml", "-q", "-o", "a.parquet") == 0
        flag = ("--flag", "p/little-fibre.toml")
        assert call("index", "a.parquet", "--recipe", "r.toml", *flag, "-o", "s.parquet") == 0
    return folder


@pytest.fixture
def place(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    folder = tmp_path / "place"
    shutil.copytree(made, folder)
    monkeypatch.chdir(folder)
    yield folder


def filled(case: Case, out: str) -> list[str]:
    return [part.replace("{out}", out) for part in case.arguments]


def test_every_command_is_walked() -> None:
    """A new command is in one of the two lists, and what it writes is known by its name."""
    commands = leaf_commands()
    assert {name.replace(" ", "_") for name in commands} == WRITING | READING_ONLY
    for words, command in commands.items():
        name = words.replace(" ", "_")
        written = {one.name for one in command.params} & set(cli_help.WRITTEN)
        assert bool(written) == (name in WRITING), name


def names_of(file: Path, *, suffix: str) -> Iterator[Path]:
    """The file by its own name and by others, each ending as the command wants it to."""
    if not suffix or file.suffix == suffix:
        yield file
        yield file.parent / ".." / file.parent.name / file.name
    home = file.parent / "elsewhere"
    home.mkdir(exist_ok=True)
    for kind, other in (("soft", home / f"soft{suffix}"), ("hard", home / f"hard{suffix}")):
        if not other.exists():
            other.symlink_to(file) if kind == "soft" else other.hardlink_to(file)
        yield other
    around = home / "around"
    if not around.exists():
        around.symlink_to(home)
    yield around / f"hard{suffix}"


@posix
@pytest.mark.parametrize("name", CASES)
def test_no_output_replaces_an_input(
    name: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = CASES[name]
    for read in case.reads:
        for out in names_of(place / read, suffix=case.suffix):
            before = fingerprint(place)
            status = call(*filled(case, str(out)))
            printed = capsys.readouterr().err
            assert status == 2, (out, printed)
            assert "\n" not in printed.strip(), printed
            assert fingerprint(place) == before, (out, printed)
        shutil.rmtree((place / read).parent / "elsewhere")


@posix
@pytest.mark.parametrize("name", CASES)
def test_no_output_replaces_what_it_did_not_write(
    name: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = CASES[name]
    out = place / f"out{case.suffix}"
    if case.suffix:
        out.write_text("years of work")
    else:
        out.mkdir()
        (out / "thesis.docx").write_text("years of work")
    before = fingerprint(place)
    status = call(*filled(case, str(out)))
    assert status == 2
    assert fingerprint(place) == before
    assert str(out) in capsys.readouterr().err


@pytest.mark.parametrize("name", [name for name in CASES if name != "probe"])
def test_an_earlier_result_is_replaced(name: str, place: Path) -> None:
    case = CASES[name]
    out = place / f"out{case.suffix}"
    for _ in range(2):
        assert call(*filled(case, str(out))) == 0
    changed = out / "run.json" if out.is_dir() else out
    changed.write_bytes(changed.read_bytes() + b" \n.")
    before = fingerprint(place)
    assert call(*filled(case, str(out))) == 2
    assert fingerprint(place) == before


@pytest.mark.parametrize("name", ["presence.csv", "presence.parquet"])
def test_an_earlier_table_of_a_probe_is_replaced(name: str, tmp_path: Path) -> None:
    """Without a network: what the command writes at its end."""
    table = pd.DataFrame({"code": ["01001"], "reachable": [1.0]})
    for _ in range(2):
        write_table(table, tmp_path / name, seed=0)
    (tmp_path / name).write_bytes(b"corrected by hand")
    with pytest.raises(InputError, match="did not write this file"):
        write_table(table, tmp_path / name, seed=0)
    assert (tmp_path / name).read_bytes() == b"corrected by hand"


@posix
def test_a_result_that_is_read_again_is_an_input(place: Path) -> None:
    """By the hash it is ours, and of the kind that is written: it is kept because it is read."""
    assert call(*filled(CASES["count"], "counts.csv")) == 0
    (place / "link.csv").symlink_to("counts.csv")
    before = fingerprint(place)
    again = [part if part != "p/sites.csv" else "counts.csv" for part in COUNT]
    for points, out in (
        ("counts.csv", "counts.csv"),
        ("link.csv", "counts.csv"),
        ("file://" + str(place / "counts.csv"), "link.csv"),
        (".", "counts.csv"),
    ):
        arguments = [part.replace("{out}", out) for part in again]
        arguments[1] = points
        assert call(*arguments) == 2
        assert fingerprint(place) == before
    assert call("index", "s.parquet", "--recipe", "r.toml", "-o", "s.parquet") == 2
    assert fingerprint(place) == before


@posix
def test_a_folder_of_results_is_kept_from_other_commands(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert call("run", "p/project.toml", "-q", "-o", "out") == 0
    assert call("embed", "s.parquet", "-q", "-o", "snippets") == 0
    before = fingerprint(place)
    for arguments in (
        ("embed", "s.parquet", "-q", "-o", "out"),
        ("embed", "s.parquet", "-q", "-o", "out/embed"),
        ("run", "p/project.toml", "-q", "-o", "snippets"),
        ("report", "s.parquet", "-q", "-o", "out/report.html"),
        ("report", "s.parquet", "-q", "-o", "out/index.html"),
        ("map", "s.parquet", "-o", "out/report.html"),
        ("analyse", "s.parquet", "--lorenz", "out/territories.csv"),
        ("index", "s.parquet", "--recipe", "r.toml", "-o", "out/territories.parquet"),
        ("check", "p/project.toml", "-o", "out/run.json"),
        ("report", "s.parquet", "-q", "-o", "out/carte.html", "--pdf", "--within", "none"),
    ):
        assert call(*arguments) == 2, arguments
        assert fingerprint(place) == before, arguments
    assert "\n\n" not in capsys.readouterr().err


@posix
def test_an_unrelated_pdf_beside_the_page_is_kept(place: Path) -> None:
    pdf = place / "carte.pdf"
    pdf.write_bytes(b"%PDF-1.7 of somebody\nstartxref\n0\n%%EOF\n")
    before = fingerprint(place)
    assert call("report", "s.parquet", "-q", "-o", "carte.html", "--pdf") == 2
    assert fingerprint(place) == before
    pdf.unlink()
    assert call("map", "s.parquet", "-o", "carte.pdf") == 0
    before = fingerprint(place)
    assert call("report", "s.parquet", "-q", "-o", "carte.html", "--pdf") == 2
    assert fingerprint(place) == before
    for _ in range(2):
        assert call("report", "s.parquet", "-q", "-o", "page.html", "--pdf") == 0


@pytest.fixture(scope="module")
def lozere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An atlas with levels, scored."""
    folder = tmp_path_factory.mktemp("lozere")
    file = str(folder / "a.parquet")
    assert call("build", "--within", "48", "-q", "-o", file) == 0
    assert call("index", file, "-o", str(folder / "s.parquet")) == 0
    return folder / "s.parquet"


@posix
def test_reports_for_each_keep_to_their_own(
    lozere: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    each = ("report", str(lozere), "--each", "departement", "-q", "-o")
    # A page of the user's with the name of the list, and one with the name of a report.
    for name in ("index.html", "departement-48.html"):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text("mine")
        assert call(*each, str(folder)) == 2
        assert fingerprint(folder) == fingerprint(folder)
        assert [(entry.name, entry.read_text()) for entry in folder.iterdir()] == [(name, "mine")]
    # The map of a run of ours is no list of reports.
    assert call("map", str(lozere), "-o", str(tmp_path / "own" / "index.html")) == 0
    before = fingerprint(tmp_path / "own")
    assert call(*each, str(tmp_path / "own")) == 2
    assert fingerprint(tmp_path / "own") == before
    # The atlas that it reads, under the name of a report and of the list.
    for name in ("departement-48.html", "index.html"):
        folder = tmp_path / f"atlas-{name}"
        folder.mkdir()
        shutil.copy2(lozere, folder / name)
        for link in (None, tmp_path / f"link-{name}"):
            read = folder / name
            if link is not None:
                link.hardlink_to(read)
                read = link
            before = fingerprint(folder)
            assert call("report", str(read), *each[2:], str(folder)) == 2
            assert fingerprint(folder) == before
    # Its own are replaced where their inputs changed, and what one added stays.
    out = tmp_path / "out"
    assert call(*each, str(out)) == 0
    (out / "notes.txt").write_text("mine")
    assert call(*each, str(out), "--title", "Another") == 0
    assert "Another" in (out / "departement-48.html").read_text("utf-8")
    assert (out / "notes.txt").read_text() == "mine"
    (out / "departement-48.html").write_text("corrected by hand")
    assert call(*each, str(out)) == 2
    assert (out / "departement-48.html").read_text() == "corrected by hand"


@posix
def test_tiles_stand_or_fall_with_their_folder(place: Path) -> None:
    out = place / "snippets"
    assert call("embed", "s.parquet", "-q", "--tiles", "-o", str(out)) == 0
    assert (out / "territories.pmtiles").is_file()
    (out / "territories.pmtiles").write_text("mine")
    before = fingerprint(place)
    assert call("embed", "s.parquet", "-q", "--tiles", "-o", str(out)) == 2
    assert fingerprint(place) == before
