"""The main job as its user runs it, on real data and on spoiled projects."""

from __future__ import annotations

import base64
import csv
import gzip
import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pytest

from tests.scripts.conftest import Command
from zoneblanche.geo.source import sha256_of
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.scripts.cli import run_command
from zoneblanche.scripts.jobs.main_job.overrides import Overrides
from zoneblanche.scripts.jobs.main_job.run import run_project

MEASURED = (
    *("lacking-fixed", "website", "own-email", "distance-france-services", "aged-65"),
    "median-income",
)
FILES = {
    "index.html",
    "report.html",
    "embed",
    "dcat.json",
    "territories.csv",
    "territories.parquet",
    "territories.gpkg",
    "territories.xlsx",
    "datapackage.json",
    "run.json",
}


@pytest.fixture(scope="module")
def lozere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of `run --within 48`, for tests that read them."""
    folder = tmp_path_factory.mktemp("lozere") / "out"
    assert run_command(["run", "--within", "48", "-o", str(folder), "-q"]) == 0
    return folder


def rows_of(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "territories.csv").open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream)}


def test_lozere_from_the_embedded_edition(zoneblanche: Command, tmp_path: Path) -> None:
    status, out, err = zoneblanche("run", "--within", "48", "-o", tmp_path / "out", "--lang", "en")
    assert status == 0, err
    assert "152 communes" in out
    assert "index.html" in out
    lines = out.splitlines()
    assert len(lines) <= 8
    assert lines[-1] == f"Open {(tmp_path / 'out' / 'index.html').as_uri()}"
    assert err == "", "remarks are printed with -v"
    folder = tmp_path / "out"
    assert {path.name for path in folder.iterdir()} == FILES
    rows = rows_of(folder)
    assert rows["48095"]["name"] == "Mende"
    assert list(rows["48095"])[:2] == ["code", "name"]
    assert {"density", "website", "score", "rank", "rank_low", "rank_high", "missing"} <= set(
        rows["48095"]
    )
    assert len(gpd.read_parquet(folder / "territories.parquet")) == 152
    with closing(sqlite3.connect(folder / "territories.gpkg")) as database:
        assert database.execute("select count(*) from territories").fetchone() == (152,)


def test_what_is_written_is_described(lozere: Path) -> None:
    folder = lozere
    package = json.loads((folder / "datapackage.json").read_text("utf-8"))
    table = package["resources"][0]
    with (folder / "territories.csv").open(encoding="utf-8") as stream:
        header = next(csv.reader(stream))
    assert [field["name"] for field in table["schema"]["fields"]] == header
    for resource in package["resources"]:
        assert resource["hash"] == f"sha256:{sha256_of(folder / resource['path'])}"
    assert any("DILA" in source["title"] for source in package["sources"])
    run = json.loads((folder / "run.json").read_text("utf-8"))
    for name, record in run["files"].items():
        assert record["sha256"] == sha256_of(folder / name)
    for account in run["rows"].values():
        placed = account["matched"] + account["outside"]
        assert account["rows"] == placed + len(account["listed"])
    assert [notice["en"] for notice in run["notices"]] == run["warnings"]
    assert {notice["severity"] for notice in run["notices"]} == {"remark"}, "nothing is coarser"
    assert "couches ne sont pas mesurées" in run["notices"][0]["fr"]


def test_the_territories_of_a_run_are_an_atlas(zoneblanche: Command, tmp_path: Path) -> None:
    titled = ("--title", "Lozère numérique")
    folder, page = tmp_path / "out", tmp_path / "map.html"
    assert zoneblanche("run", "--within", "48", "-o", folder, "-q", *titled)[0] == 0
    atlas = folder / "territories.parquet"
    assert zoneblanche("map", atlas, "-o", page, *titled)[0] == 0
    # The page is that of the run.
    assert head_of(page) == head_of(folder / "index.html")
    assert "<title>Lozère numérique</title>" in page.read_text("utf-8")
    for given in (
        ("report", atlas, "-o", tmp_path / "report.html"),
        ("embed", atlas, "-o", tmp_path / "embed"),
        ("explain", atlas, "48095"),
        ("analyse", atlas),
    ):
        status, out, err = zoneblanche(*given)
        assert (status, err) == (0, ""), given
        assert out
    # Other programs find the columns of the CSV.
    plain = pd.read_parquet(atlas, columns=["code", "score", "missing"])
    rows = rows_of(folder)
    assert {code: float(score) for code, score in plain["score"].items()} == {
        code: float(row["score"]) for code, row in rows.items()
    }


def head_of(page: Path) -> Any:
    """The description of the layers in a page."""
    match = re.search(r'id="zoneblanche-head">([^<]*)<', page.read_text("utf-8"))
    assert match is not None
    return json.loads(gzip.decompress(base64.b64decode(match[1])))


def test_the_same_inputs_give_the_same_bytes(
    zoneblanche: Command, lozere: Path, tmp_path: Path
) -> None:
    assert zoneblanche("run", "--within", "48", "-o", tmp_path / "two", "-q")[0] == 0
    written = [path.relative_to(lozere) for path in lozere.rglob("*.*")]
    assert len(written) >= 15
    for name in written:
        assert sha256_of(lozere / name) == sha256_of(tmp_path / "two" / name), name


def test_the_report_and_the_snippets_of_a_run(
    zoneblanche: Command, lozere: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(lozere, folder)  # what a run wrote before is exchanged as a whole
    assert zoneblanche("run", "--within", "48", "-o", folder, "-q")[0] == 0
    report = (folder / "report.html").read_text("utf-8")
    assert "<bdi>Inégalités numériques des territoires</bdi>\u00a0: <bdi>Lozère</bdi>" in report
    index = (folder / "index.html").read_text("utf-8")
    framed = (folder / "embed" / "map.html").read_text("utf-8")
    head = head_of(folder / "embed" / "map.html")
    assert [layer["id"] for layer in head["layers"]] == ["digital-inequality"]
    assert head["place"] == head_of(folder / "index.html")["place"]
    # Less than the page, although its scripts are the same and 152 communes are few.
    assert len(framed) < 0.95 * len(index)
    assert len(framed) < 300_000
    assert "embed/snippet.html" in json.loads((folder / "run.json").read_text("utf-8"))["files"]


def test_each_territory_is_in_one_class_of_each_style(lozere: Path) -> None:
    """The conditions of a QGIS rule are SQL as well."""
    with closing(sqlite3.connect(lozere / "territories.gpkg")) as base:
        styles = base.execute(
            "SELECT description, styleQML, styleSLD FROM layer_styles ORDER BY useAsDefault DESC"
        ).fetchall()
        assert styles[0][0] == "score"
        assert {"website", "density", "sparse-underserved"} <= {column for column, _, _ in styles}
        for column, qml, sld in styles:
            rules = ET.fromstring(qml.partition("\n")[2]).findall(".//rule")
            tests = [f"({rule.get('filter')})" for rule in rules]
            (wrong,) = base.execute(
                f"SELECT count(*) FROM territories WHERE {' + '.join(tests)} <> 1"
            ).fetchone()
            assert wrong == 0, column
            space = {"se": "http://www.opengis.net/se"}
            assert len(ET.fromstring(sld.partition("\n")[2]).findall(".//se:Rule", space)) == len(
                rules
            )


def test_a_level_above(zoneblanche: Command, tmp_path: Path, shared_data: Path) -> None:
    out = tmp_path / "out"
    status, printed, err = zoneblanche("run", "--level", "departement", "-o", out, "--lang", "en")
    assert status == 0, err
    assert "101 départements" in printed
    rows = rows_of(out)
    assert len(rows) == 101
    assert rows["48"]["name"] == "Lozère"
    official = pd.read_csv(
        shared_data / "fr/population/donnees_communes.csv", sep=";", dtype={"DEP": str}
    )
    assert float(rows["48"]["population"]) == official.loc[official["DEP"] == "48", "PMUN"].sum()
    # Arcep's own figure for the département, given back by the communes' weights.
    assert float(rows["48"]["premises-1gbps"]) == pytest.approx(76.9, abs=0.05)
    # The index of a département, by hand: goalposts of the four dimensions, weights 30/15/30/25.
    row = {name: float(rows["48"][name]) for name in MEASURED}
    access = 100 * row["lacking-fixed"] / 50
    online = 100 - (row["website"] + row["own-email"]) / 2
    near = 100 * row["distance-france-services"] / 15
    aged = 100 * (row["aged-65"] - 15) / 20
    poor = 100 * (29_000 - row["median-income"]) / 11_000
    people = (aged + poor) / 2
    expected = 0.3 * access + 0.15 * online + 0.3 * near + 0.25 * people
    assert float(rows["48"]["score"]) == pytest.approx(expected, abs=1e-4)
    account = json.loads((out / "run.json").read_text("utf-8"))
    warnings = [warning for warning in account["warnings"] if "A run of communes shows" in warning]
    assert warnings and warnings[0].startswith("The index is that of the figures of départements.")


def test_the_figures_of_france(zoneblanche: Command, tmp_path: Path, shared_data: Path) -> None:
    """What the run's summary prints, recomputed from the inputs by other means."""
    arcep = shared_data / "fr/connectivity/commune_debit_2022-12-31.csv"
    density = shared_data / "fr/population/grille_densite_7_niveaux_2024.xlsx"
    out = tmp_path / "out"
    status, printed, err = zoneblanche(
        "run", "--source", f"arcep-debit={arcep}", "--source", f"insee-density={density}",
        "-o", out, "--lang", "en", "-v",
    )  # fmt: skip
    assert status == 0, err
    assert "34,875 communes with 68,350,798 inhabitants" in printed
    assert "Declared website: 61.6 % of the communes, home to 91.3 % of the population." in printed
    assert "It is 22" in printed, "below 200 inhabitants"
    assert "28.4 % of the communes" in printed, "e-mail at the website's domain"
    assert "46.3 % of those that it applies to" in printed, "e-mail at a domain of its own"
    gigabit = (
        "Premises at 1 Gbit/s or more: 77.8 % overall. The highest is 99.3 % (Paris), the lowest"
    )
    assert f"{gigabit} 0.0 %" in printed.replace("\u00a0", " ")
    table = pd.read_csv(arcep, sep=";", dtype={"code_insee": str, "code_dep": str})
    rows = rows_of(out)
    mende = table.set_index("code_insee").loc["48095"]
    expected = 100 * mende["elig_thd1g"] / mende["nbr"]
    assert float(rows["48095"]["premises-1gbps"]) == pytest.approx(expected, abs=1e-5)
    run = json.loads((out / "run.json").read_text("utf-8"))
    account = run["rows"]["premises-1gbps"]
    assert account["rows"] == len(table)
    assert account["matched"] + len(account["listed"]) == len(table)
    assert run["missing"]["premises-1gbps"]["not_applicable"] >= 1, "no premises is not 0 %"
    # The budget of the page with every layer and every wave.
    assert (out / "index.html").stat().st_size <= 4_200_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("run", "nowhere.toml"), "nowhere.toml"),
        (("run", "--within", "4B"), "'4B' contains none"),
        (("run", "--level", "comune"), "Did you mean 'commune'"),
        (("run", "--lang", "xx"), "en, de, fr"),
        (("run", "--source", "arcep-debit"), "is not NAME=FILE"),
        (("run", "--source", "arcep-debi=x.csv"), "Did you mean 'arcep-debit'"),
        (("run", "--source", "arcep-debit=nowhere.csv"), "nowhere.csv"),
        (("run", "--bogus"), "bogus"),
        (("list", "layer"), "Did you mean 'layers'"),
        (("list", "columns"), "columns are those of one source"),
        (("list", "columns", "insee-population"), "Did you mean 'insee-populations'"),
        (("map", "nowhere.parquet"), "nowhere.parquet"),
        (("index", "nowhere.parquet", "-o", "x.parquet"), "nowhere.parquet"),
    ],
)
def test_a_misuse_is_a_sentence_and_exit_2(
    zoneblanche: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    # Of France a run fails in French, where nothing else is asked for.
    english = ("--lang", "en") if arguments[0] == "run" and "--lang" not in arguments else ()
    status, _, err = zoneblanche(*arguments, *english)
    assert status == 2
    assert message in err
    assert list(tmp_path.iterdir()) == [], "nothing half-written"


def test_the_steps_one_by_one(zoneblanche: Command, tmp_path: Path) -> None:
    atlas, scored = tmp_path / "atlas.parquet", tmp_path / "scored.parquet"
    assert zoneblanche("build", "--level", "epci", "--within", "48", "-o", atlas)[0] == 0
    status, _, err = zoneblanche(
        "index", atlas, "--recipe", "digital-inequality", "--flag", "sparse-underserved",
        "-o", scored,
    )  # fmt: skip
    assert status == 0, err
    read = load_atlas(scored)
    assert read.territories.level == "epci"
    assert {"digital-inequality", "sparse-underserved"} <= set(read.indicators)
    page = tmp_path / "map.html"
    status, _, err = zoneblanche("map", scored, "--show", "density-presence", "-o", page)
    assert status == 0, err
    assert page.stat().st_size > 100_000


def test_an_atlas_is_the_same_after_the_disk(zoneblanche: Command, tmp_path: Path) -> None:
    from zoneblanche.layers import read_atlas
    from zoneblanche.layers.outputs.atlas_file import save_atlas

    atlas = read_atlas("fr", within="48")
    save_atlas(atlas, tmp_path / "a.parquet")
    again = load_atlas(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(again.values, atlas.values)
    pd.testing.assert_frame_equal(again.reasons, atlas.reasons)
    assert again.indicators == atlas.indicators
    assert again.notices == atlas.notices
    assert again.territories.parent_names["departement"]["48"] == "Lozère"


def test_a_file_that_is_no_atlas_is_refused(zoneblanche: Command, tmp_path: Path) -> None:
    path = tmp_path / "x.parquet"
    pd.DataFrame({"a": [1]}).to_parquet(path)
    status, _, err = zoneblanche("map", path)
    assert status == 2
    assert "does not describe its columns" in err


@pytest.mark.parametrize("what", ["layers", "recipes", "rules", "countries", "sources"])
def test_lists(zoneblanche: Command, what: str) -> None:
    status, out, _ = zoneblanche("list", what)
    assert status == 0
    assert len(out.splitlines()) >= 2


def test_columns_of_a_source_in_both_languages(zoneblanche: Command) -> None:
    status, out, _ = zoneblanche("list", "columns", "insee-areas", "--lang", "en")
    assert (status, out) == (0, "area_km2 km²\n")
    _, out, _ = zoneblanche("list", "columns", "insee-populations", "--lang", "fr")
    assert out.splitlines()[1] == "population_apart habitants (nombre) comptés à part"
    status, out, err = zoneblanche("list", "sources", "insee-areas", "--lang", "en")
    assert (status, out) == (2, "")
    assert "zoneblanche list columns insee-areas" in err


def test_a_project_of_which_no_layer_can_be_measured(zoneblanche: Command, tmp_path: Path) -> None:
    project, out = tmp_path / "project.toml", tmp_path / "out"
    project.write_text('country = "fr"\nwithin = ["48"]\ncatalogue = ["aged-75"]\n', "utf-8")
    status, _, err = zoneblanche("run", project, "--lang", "en", "-o", out)
    assert status == 2
    assert "no layer of the project can be measured" in err
    assert "insee-ages" in err and "--source" in err
    assert not out.exists()


def test_a_place_of_which_too_little_is_known_is_drawn_without_an_index(tmp_path: Path) -> None:
    """The directory has no entry for Paris; that stops no run of Paris by the recipe of 2025."""
    project = tmp_path / "paris.toml"
    project.write_text(
        'country = "fr"\nwithin = ["75"]\nuse = "digital-inequality-2025"\n'
        'flags = ["sparse-underserved"]\n',
        "utf-8",
    )
    atlas = run_project(project, out=tmp_path / "paris", quiet=True)
    assert not atlas.recipes
    assert "sparse-underserved" not in atlas.indicators
    text = " ".join(atlas.notices)
    assert "No index is computed: of no territory within 75" in text
    assert "The flag sparse-underserved is left out" in text
    assert (tmp_path / "paris" / "index.html").is_file()


def test_paris_has_a_score(tmp_path: Path) -> None:
    atlas = run_project(
        None, out=tmp_path / "paris", overrides=Overrides(within=("75",)), quiet=True
    )
    assert 3 < atlas.values["digital-inequality"]["75056"] < 8
