"""The commands `report` and `embed`: batches that resume, and what a run adds."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.outputs.atlas_file import save_atlas
from zoneblanche.layers.outputs.atlas_hash import atlas_hash
from zoneblanche.maps.report.imprint import Imprint
from zoneblanche.scripts.cli import app
from zoneblanche.scripts.jobs import report as reporting
from zoneblanche.scripts.jobs.report import report_file, write_one


@pytest.fixture
def scored(toy: Territories) -> Atlas:
    """The toy country with an index and a flag."""
    values = pd.DataFrame(
        {"need": [12.5, 80.0, 30.0, 40.0], "website": [1.0, 0, 1, 1], "sparse": [0.0, 1, 0, 2]},
        index=toy.codes,
    )
    return Atlas(
        territories=toy,
        values=values,
        reasons=pd.DataFrame(0, index=toy.codes, columns=values.columns, dtype="int8"),
        indicators={
            "need": Indicator("need", "Need", "score", "lower", role="index", bounds=(0, 100)),
            "website": Indicator("website", "Website", "boolean", "higher"),
            "sparse": Indicator(
                "sparse", "Sparse", "category", role="flag",
                categories={0: "no", 1: "yes", 2: "possible"},
            ),
        },
        weights=pd.DataFrame(index=toy.codes),
    )  # fmt: skip


@pytest.fixture
def atlas_file(scored: Atlas, tmp_path: Path) -> Path:
    path = tmp_path / "scored.parquet"
    save_atlas(scored, path)
    return path


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """The inode and time of each file: a file that was written again has others."""
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns)
        for path in folder.iterdir()
        if path.name != "index.html"
    }


def test_each_writes_one_report_a_territory_and_a_list(atlas_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    written = report_file(atlas_file, out=out, each="departement", lang="en", quiet=True)
    assert [path.name for path in written] == ["departement-A.html", "departement-B.html"]
    assert "Alpha" in (out / "departement-A.html").read_text("utf-8")
    links = re.findall(r'href="([^"]+)"', (out / "index.html").read_text("utf-8"))
    assert links == ["departement-A.html", "departement-B.html"]


def test_a_batch_that_was_interrupted_resumes_and_writes_nothing_twice(
    atlas_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "reports"
    calls = []

    def stopped(order: reporting.Order, batch: reporting.Batch) -> str:
        if calls:
            raise KeyboardInterrupt
        calls.append(order)
        return write_one(order, batch)

    monkeypatch.setattr(reporting, "write_one", stopped)
    with pytest.raises(KeyboardInterrupt):
        report_file(atlas_file, out=out, each="departement", quiet=True)
    before = stamps(out)
    assert list(before) == ["departement-A.html"]
    monkeypatch.setattr(reporting, "write_one", write_one)
    written = report_file(atlas_file, out=out, each="departement", quiet=True)
    assert [path.name for path in written] == ["departement-B.html"]
    assert stamps(out)["departement-A.html"] == before["departement-A.html"]
    assert report_file(atlas_file, out=out, each="departement", quiet=True) == []
    again = report_file(atlas_file, out=out, each="departement", lang="fr", quiet=True)
    assert len(again) == 2  # another language is another report
    signed = Imprint(author="A. Author")
    assert (
        len(report_file(atlas_file, out=out, each="departement", imprint=signed, quiet=True)) == 2
    )


def test_processes_write_the_same_reports(
    atlas_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report_file(atlas_file, out=tmp_path / "one", each="departement", quiet=True)
    monkeypatch.setattr(reporting, "SERIAL", 0)
    report_file(atlas_file, out=tmp_path / "two", each="departement", quiet=True, workers=2)
    for name in ("departement-A.html", "departement-B.html", "index.html"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_changed_figure_changes_the_hash(scored: Atlas) -> None:
    once = atlas_hash(scored)
    assert atlas_hash(scored) == once
    changed = scored.values.copy()
    changed.loc["A1", "need"] = np.nextafter(12.5, 13)
    other = scored.add(scored.indicator("need"), changed["need"])
    assert atlas_hash(other) != once
    assert atlas_hash(scored.noting("something")) != once


def test_a_code_that_is_no_file_name_stays_in_the_folder(scored: Atlas, tmp_path: Path) -> None:
    from dataclasses import replace

    parents = scored.territories.parents.assign(departement="../../evil\u202e")
    names = {"departement": {"../../evil\u202e": "Evil"}}
    territories = replace(scored.territories, parents=parents, parent_names=names)
    path = tmp_path / "evil.parquet"
    save_atlas(replace(scored, territories=territories), path)
    out = tmp_path / "in" / "reports"
    (written,) = report_file(path, out=out, each="departement", quiet=True)
    assert written.parent == out
    assert {entry.name for entry in tmp_path.iterdir()} == {"evil.parquet", "in"}


def test_bad_options_are_sentences(atlas_file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such level"):
        report_file(atlas_file, out=tmp_path / "r", each="canton", quiet=True)
    with pytest.raises(InputError, match="contains none"):
        report_file(atlas_file, out=tmp_path / "r.html", within="ZZ", quiet=True)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(InputError, match="file of that name"):
        report_file(atlas_file, out=tmp_path / "file", each="departement", quiet=True)
    with pytest.raises(ProblemWithEnvironment, match="cannot be written"):
        report_file(atlas_file, out=tmp_path / "file" / "r.html", quiet=True)


def test_without_the_pdf_libraries_the_page_still_comes(
    atlas_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object) -> None:
        raise ProblemWithEnvironment("The PDF is not written: install Pango.")

    monkeypatch.setattr(reporting, "write_pdf", missing)
    with pytest.raises(ProblemWithEnvironment, match="install Pango"):
        report_file(atlas_file, out=tmp_path / "r.html", pdf=True, quiet=True)
    assert (tmp_path / "r.html").is_file() and not (tmp_path / "r.pdf").exists()


def test_the_commands(atlas_file: Path, tmp_path: Path) -> None:
    runner = CliRunner()
    page, folder = tmp_path / "r.html", tmp_path / "embed"
    done = runner.invoke(
        app,
        [
            "report",
            str(atlas_file),
            "-o",
            str(page),
            "--within",
            "A",
            "--author",
            "Me",
            "--date",
            "May",
        ],
    )
    assert done.exit_code == 0, done.output
    text = page.read_text("utf-8")
    assert str(page) in done.output and "Alpha" in text and "<bdi>Me</bdi>" in text
    done = runner.invoke(app, ["embed", str(atlas_file), "-o", str(folder), "--show", "need"])
    assert done.exit_code == 0, done.output
    assert (folder / "snippet.html").is_file()


@pytest.fixture
def plan_folder(atlas_file: Path, scored: Atlas, tmp_path: Path) -> Path:
    """The plan of a site in département A, by the command."""
    result = CliRunner().invoke(
        app,
        ["plan", "sites", "--add", "1", "--within", "A", "--existing", "none", "--lang", "en",
         "--atlas", str(atlas_file), "-o", str(tmp_path / "plan"), "--author", "Town & Co",
         "--commissioner", "The prefect", "--date", "2026-11-30"],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    return tmp_path / "plan"


def test_a_report_presents_a_plan(atlas_file: Path, plan_folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "with.html"
    report_file(atlas_file, out=page, within="A", lang="fr", quiet=True,
                plan_file=plan_folder / "plan.json")  # fmt: skip
    text = page.read_text("utf-8")
    assert re.search(r'data-says="plan\.0"', text)
    assert "Où les prochains lieux serviraient le plus d" in text
    assert re.search(r"Tableau \d+\. Ce que le plan propose", text)
    assert re.search(r"Figure \d+\. <bdi>Lieux proposés", text)
    assert "pas des routes" in text
    assert "Town &amp; Co" in text and "30 novembre 2026" in text
    # The brief stays first.
    assert text.index('id="brief"') < text.index('id="plan"')


def test_the_answer_of_a_plan_is_signed(plan_folder: Path) -> None:
    text = (plan_folder / "report.html").read_text("utf-8")
    assert "Town &amp; Co" in text and "The prefect" in text
    assert '"author": "Town & Co"' in (plan_folder / "run.json").read_text("utf-8")


def test_a_plan_for_another_area_is_refused(
    atlas_file: Path, plan_folder: Path, tmp_path: Path
) -> None:
    for options, message in (
        ({"within": "B"}, "of the plan are outside the area of the report"),
        ({"each": "departement"}, "a plan is for one area"),
    ):
        with pytest.raises(InputError, match=message):
            report_file(atlas_file, out=tmp_path / "no", plan_file=plan_folder, quiet=True,
                        **options)  # fmt: skip
