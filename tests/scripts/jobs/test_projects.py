"""Projects of a user's own, whole and spoiled, through `zoneblanche run PROJECT.toml`."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely

from tests.scripts.conftest import Command
from zoneblanche.geo.runtime import beside
from zoneblanche.scripts.trials.sample import SQUARES, write_sample

Result = tuple[int, str, dict[str, dict[str, str]], dict[str, Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four squares of 0.1°, west to east and south to north, and a file of each kind."""
    folder = tmp_path / "project"
    write_sample(folder)
    (folder / "web.csv").write_text(
        "code,site\n01001,https://a.fr\n01002,\n01003,www.c.fr\n", encoding="utf-8"
    )
    options = ("normalise", "aggregate", "min_available", "flags", 'name = "carte"', "[output]")
    lines = (folder / "project.toml").read_text("utf-8").splitlines()
    plain = [line for line in lines if not line.startswith(options)]
    (folder / "project.toml").write_text("\n".join(plain) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def run(zoneblanche: Command) -> Callable[..., Result]:
    def command(folder: Path, *options: str) -> Result:
        target = folder.parent / "out"
        status, out, err = zoneblanche("run", folder / "project.toml", "-o", target, *options)
        if status:
            assert not target.exists(), "nothing half-written"
            return status, err, {}, {}
        with (target / "territories.csv").open(encoding="utf-8", newline="") as stream:
            rows = {row["code"]: row for row in csv.DictReader(stream)}
        return status, out, rows, json.loads((target / "run.json").read_text("utf-8"))

    return command


def change(folder: Path, name: str, edits: Mapping[str, str]) -> None:
    text = (folder / name).read_text("utf-8")
    for old, new in edits.items():
        assert old in text
        text = text.replace(old, new)
    (folder / name).write_text(text, encoding="utf-8")


def test_the_distance_to_the_nearest_point(folder: Path, run: Callable[..., Result]) -> None:
    change(folder, "project.toml", {'kind = "points"': 'kind = "points"\nstat = "distance"'})
    (folder / "sites.csv").write_text("lon,lat\n4.05,46.05\n4.25,46.15\n,46\n,\n")
    status, out, rows, account = run(folder)
    assert status == 0, out
    # squares are 0.1° wide: 7.73 km from middle to middle along the parallel of 46.05°
    distances = [float(rows[code]["antennes"]) for code, _, _ in SQUARES]
    np.testing.assert_allclose(distances, [0, 7.74, 11.11, 7.73], atol=0.02)
    assert "2 rows have no two coordinates" in json.dumps(account)


@pytest.mark.parametrize("most", [0, 2**20])
def test_points_off_the_globe_are_refused_whatever_the_size(
    folder: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("zoneblanche.layers.project.user_layers.points.MOST_BYTES_LISTED", most)
    (folder / "sites.csv").write_text("lon,lat\n4.05,46.05\n999,46.05\n")
    status, err, *_ = run(folder)
    assert status == 2
    assert "sites.csv, line 3, column 'lon': '999' is above 180; expected: number, -180 to" in err


def test_points_without_a_place_are_listed(folder: Path, run: Callable[..., Result]) -> None:
    (folder / "sites.csv").write_text("lon,lat\n4.05,46.05\n#N/A,#N/A\n9,9\n,46\n")
    status, out, rows, run_account = run(folder)
    assert status == 0, out
    assert float(rows["01001"]["antennes"]) == 1
    account = run_account["rows"]["antennes"]
    assert (account["rows"], account["matched"]) == (4, 1)
    assert [row["reason"][:8] for row in account["listed"]] == ["has no t", "lies in ", "has no t"]
    assert [row["row"] for row in account["listed"]] == ["line 3", "line 4", "line 5"]


def test_territories_covered_in_part_are_listed_each(
    folder: Path, run: Callable[..., Result]
) -> None:
    with rasterio.open(folder / "debit.tif", "r+") as raster:
        values = raster.read(1)
        values[0, 0], values[:2, 2:] = -1, -1  # a quarter of 01003, all of 01004
        raster.write(values, 1)
    status, out, rows, run_account = run(folder)
    assert status == 0, out
    account = run_account["rows"]["debit"]
    assert (account["rows"], account["matched"]) == (3, 2)
    assert account["listed"] == [
        {"row": "", "code": "01003", "reason": "covered to 75.0 % of its area"}
    ]
    assert "debit: outside the area covered" in rows["01004"]["missing"]


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[recipe]", '[recipe]\naggregate = "geometric"', "key 'recipe': the geometric"),
        ('lang = "en"', 'lang = "en"\nwithin = ["999"]', "key 'within': '999' "),
    ],
)
def test_what_the_index_or_a_place_refuses_names_the_project(
    folder: Path, run: Callable[..., Result], old: str, new: str, says: str
) -> None:
    change(folder, "project.toml", {old: new})
    status, err, *_ = run(folder)
    assert status == 2
    assert f"project.toml, {says}" in err


def test_the_nearest_point_on_another_continent(folder: Path, run: Callable[..., Result]) -> None:
    change(folder, "project.toml", {'kind = "points"': 'kind = "points"\nstat = "distance"'})
    (folder / "sites.csv").write_text("lon,lat\n46.05,4.05\n")
    status, err, *_ = run(folder)
    assert status == 2
    assert "none of the 1 points lies within 1000 km of a territory" in err


def test_every_kind_of_layer(folder: Path, run: Callable[..., Result]) -> None:
    status, out, rows, run_account = run(folder)
    assert status == 0, out
    assert list(rows["01001"])[:7] == ["code", "name", "fibre", "debit", "web", "4g", "antennes"]
    assert rows["01001"]["fibre"] == "50.5"
    assert [float(rows[code]["debit"]) for code, _, _ in SQUARES] == [1, 2, 3, 4]
    assert [rows[code]["web"] for code, _, _ in SQUARES] == ["1", "0", "", ""]
    assert float(rows["01001"]["4g"]) == pytest.approx(50, abs=0.1), "each place counts once"
    assert [rows[code]["antennes"] for code, _, _ in SQUARES] == ["2", "0", "0", "1"]
    assert "fibre: not published" in rows["01003"]["missing"]
    assert "web: unreadable" in rows["01003"]["missing"]
    assert "fibre: not in the table" in rows["01004"]["missing"]
    assert rows["01004"]["score"] == "", "two of four indicators are too few"
    account = run_account["rows"]["fibre"]
    assert account["rows"] == 4
    assert account["matched"] == 3
    assert account["listed"][0]["code"] == "09999"


def test_the_score_is_the_weighted_mean(folder: Path, run: Callable[..., Result]) -> None:
    _, _, rows, _ = run(folder)
    # Between the least and the greatest value of each layer: fibre 50.5 and 100, debit 1 to 4,
    # coverage 50 % and 0 %, websites 0 and 1; only the two that are scored make the scale, as in
    # COINr, so that 01002 has the greatest debit.
    assert float(rows["01001"]["score"]) == pytest.approx(100 * (0 + 0 + 0.2 + 0.2))
    assert float(rows["01002"]["score"]) == pytest.approx(100 * (0.4 + 0.2 + 0 + 0))
    assert rows["01002"]["rank"] == "1"


def test_a_result_does_not_tell_where_it_was_made(
    folder: Path, run: Callable[..., Result], tmp_path: Path
) -> None:
    run(folder)
    out = tmp_path / "out"
    first = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    other = tmp_path / "elsewhere"
    other.mkdir()
    shutil.move(str(folder), other / "project")
    run(other / "project")
    for name, content in first.items():
        assert (other / "out" / name).read_bytes() == content, str(name)
        assert str(tmp_path).encode() not in content


def test_a_second_thread_gives_the_same_bytes(
    folder: Path, run: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []
    for processors in (1, 4):
        monkeypatch.setattr(beside, "processors", lambda count=processors: count)
        assert run(folder)[0] == 0
        out = folder.parent / "out"
        written.append({path.name: path.read_bytes() for path in out.iterdir() if path.is_file()})
        shutil.rmtree(out)
    assert written[0] == written[1]


def test_equal_weights_where_no_recipe_is_given(folder: Path, run: Callable[..., Result]) -> None:
    text = (folder / "project.toml").read_text("utf-8")
    (folder / "project.toml").write_text(text[: text.index("[recipe]")], encoding="utf-8")
    status, _, rows, _ = run(folder)
    assert status == 0
    assert rows["01001"]["score"] != ""


@pytest.mark.parametrize(
    ("name", "edits", "parts"),
    [
        ("project.toml", {'value = "taux"': 'value = "tau"'}, ("fibre.csv", "'taux'")),
        ("project.toml", {'code = "code"\nname': 'code = "insee"\nname'}, ("squares", "insee")),
        ("project.toml", {"fibre = 0.4": "fibr = 0.4"}, ("fibr", "Did you mean 'fibre'")),
        ("project.toml", {"4g = 0.2": "4g = -0.2"}, ("4g",)),
        ("project.toml", {"fibre.csv": "fibr.csv"}, ("fibr.csv", "Did you mean 'fibre.csv'")),
        ("fibre.csv", {"01002;100": "01002;102"}, ("fibre.csv, line 3, column 'taux'", "102")),
        ("fibre.csv", {"01002;100": "01002;-3"}, ("line 3", "-3")),
        ("fibre.csv", {"01002;100": "01002;1_000"}, ("line 3", "1_000")),
        ("fibre.csv", {"01002;100": "01002;inf"}, ("line 3", "inf")),
        ("fibre.csv", {"01002;100": "1002;100"}, ("line 3", "leading zeros")),
        ("fibre.csv", {"01002;100": "01001;100"}, ("01001", "2 rows")),
        ("fibre.csv", {"01002;100": "01002;100;7"}, ("line 3",)),
        ("fibre.csv", {"01001;": "x;", "01002;": "y;", "01003;": "z;"}, ("none of the 4 codes",)),
        ("squares.geojson", {'"01002"': '"01001"'}, ("squares.geojson", "01001")),
    ],
)
def test_a_spoiled_project_is_a_sentence(
    folder: Path,
    run: Callable[..., Result],
    name: str,
    edits: Mapping[str, str],
    parts: tuple[str, ...],
) -> None:
    change(folder, name, edits)
    status, err, _, _ = run(folder)
    assert status == 2
    for part in parts:
        assert part in err, err


def test_polygons_without_a_crs(folder: Path, run: Callable[..., Result]) -> None:
    frame = gpd.read_file(folder / "squares.geojson").set_crs(None, allow_override=True)
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(folder / "squares.shp")
    change(folder, "project.toml", {"squares.geojson": "squares.shp"})
    status, err, _, _ = run(folder)
    assert status == 2
    assert "coordinate reference system" in err


def test_swapped_axes(folder: Path, run: Callable[..., Result]) -> None:
    frame = gpd.read_file(folder / "squares.geojson")
    swapped = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    frame.set_geometry(gpd.GeoSeries(swapped, crs=4326)).to_file(folder / "squares.geojson")
    change(folder, "project.toml", {'lang = "en"': 'lang = "en"\ncountry = "fr"'})
    status, err, _, _ = run(folder)
    assert status == 2
    assert "swapped" in err


def test_an_output_that_cannot_be_written(folder: Path, run: Callable[..., Result]) -> None:
    (folder.parent / "file").write_text("")
    status, err, _, _ = run(folder, "-o", str(folder.parent / "file" / "out"))
    assert status == 3
    assert "cannot be written" in err


def test_switzerland_without_connectivity(
    run: Callable[..., Result], tmp_path: Path, shared_data: Path
) -> None:
    folder = tmp_path / "ch"
    folder.mkdir()
    for path in (shared_data / "ch").glob("municipalities.*"):
        shutil.copy(path, folder)
    shutil.copy(shared_data / "raster" / "gpw_density_alsace.tif", folder / "density.tif")
    listed = json.loads((shared_data / "ch" / "domains_ch.json").read_text("utf-8"))
    with (folder / "web.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["bfs", "site"])
        for entry in listed["municipalities"]:
            site = entry["website"]
            writer.writerow([entry["code"], f"https://{site}" if site else ""])
    (folder / "project.toml").write_text(
        'title = "Présence"\ncountry = "ch"\n'
        '[territories]\npath = "municipalities.shp"\ncode = "id"\nname = "name"\n'
        '[[layers]]\nid = "density"\npath = "density.tif"\nkind = "raster"\nbetter = "none"\n'
        '[[layers]]\nid = "website"\npath = "web.csv"\ncode = "bfs"\nvalue = "site"\n'
        'unit = "url"\n',
        encoding="utf-8",
    )
    status, out, rows, run_account = run(folder)
    assert status == 0, out
    assert len(rows) == 2113
    density = [row["density"] for row in rows.values() if row["density"]]
    assert 1_500 < len(density) < 1_600, "the raster covers about 1,553 of them"
    assert run_account["missing"]["density"]["not_covered"] == 2113 - len(density)
    assert any("not covered" in notice for notice in run_account["warnings"])
    assert not any("insee" in notice for notice in run_account["warnings"])


def test_formulas_are_harmless_in_the_geopackage_too(
    folder: Path, run: Callable[..., Result]
) -> None:
    change(folder, "squares.geojson", {'"nom": "A"': '"nom": "=cmd|\' /C calc\'!A0"'})
    status, out, rows, _ = run(folder)
    assert status == 0, out
    assert rows["01001"]["name"].startswith("'=cmd")
    names = gpd.read_file(folder.parent / "out" / "territories.gpkg", layer="territories")["name"]
    assert names[0].startswith("'=cmd")


def test_an_old_code_says_what_became_of_it(
    folder: Path, run: Callable[..., Result], shared_data: Path
) -> None:
    change(folder, "fibre.csv", {"09999": "01059"})
    events = shared_data / "fr" / "population" / "mouvements-communes.csv"
    status, out, _, run_account = run(folder, "--source", f"insee-code-events={events}")
    assert status == 0, out
    listed = run_account["rows"]["fibre"]["listed"]
    assert listed[0]["reason"].startswith("merged into 01453")


def test_points_of_a_list_with_a_spreadsheet_error(
    folder: Path, run: Callable[..., Result]
) -> None:
    (folder / "sites.csv").write_text("lon,lat\n4.05,46.05\n4.06,46.05\n#N/A,#N/A\n")
    status, out, rows, run_account = run(folder)
    assert status == 0, out
    assert rows["01001"]["antennes"] == "2"
    account = run_account["rows"]["antennes"]
    assert account["listed"][0]["reason"] == "has no two coordinates"
