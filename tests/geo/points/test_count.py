"""Counting and nearest points: by hand, by every executor, and on the real mobile sites."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import Point, box

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.points import files as point_files
from zoneblanche.geo.points.count import count_points
from zoneblanche.geo.points.files import Layout, plan_chunks, read_chunk

XY = Layout("x", "y")
HERE = gpd.GeoSeries(
    [box(0, 0, 1, 1), box(1, 0, 2, 1), box(5, 5, 6, 6)], index=["a", "b", "c"], crs=2154
)


@pytest.fixture
def scattered(tmp_path: Path) -> Path:
    """A folder of a CSV and a Parquet file of 30,000 points over [0, 3]²."""
    rng = np.random.default_rng(11)
    frame = pd.DataFrame(rng.uniform(0, 3, (30_000, 2)), columns=["x", "y"])
    frame["people"] = rng.integers(0, 9, len(frame))
    frame["name"] = "Médréac"
    frame[:20_000].to_parquet(tmp_path / "one.parquet", row_group_size=3000)
    frame[20_000:].to_csv(tmp_path / "two.csv", index=False, sep=";", encoding="cp1252")
    return tmp_path


def test_counts_by_hand(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text(
        "x,y,people\n0.5,0.5,3\n0.25,0.5,\n1.5,0.5,4\n1,0.5,1\n9,9,5\n,0.5,6\nNA,0.5,7\n"
    )
    counted = count_points(HERE, tmp_path / "p.csv", layout=Layout("x", "y", ("people",)))
    assert counted.counts.to_dict() == {"a": 2, "b": 2, "c": 0}
    assert counted.sums["people"].to_dict() == {"a": 3.0, "b": 5.0, "c": 0.0}
    assert (counted.rows, counted.outside, counted.unreadable, counted.blank) == (
        7,
        1,
        2,
        {"people": 1},
    )
    path = tmp_path / "p.csv"
    assert counted.examples == ((f"{path}, row 5",), (f"{path}, row 6", f"{path}, row 7"))


def test_points_in_another_crs(tmp_path: Path) -> None:
    paris = gpd.GeoSeries([Point(2.35, 48.85).buffer(0.05)], crs=4326).to_crs(2154)
    (tmp_path / "p.csv").write_text("lon;lat\n2,35;48,85\n3;48\n999;999\n")
    layout = Layout("lon", "lat", decimal=",")
    counted = count_points(paris, tmp_path / "p.csv", layout=layout, crs="EPSG:4326")
    assert counted.counts.tolist() == [1]
    assert counted.rows == counted.outside + counted.unreadable + 1 == 3


def test_coordinates_beyond_their_bounds_have_their_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, layout = tmp_path / "p.csv", Layout("x", "y", bounds=(180.0, 90.0))
    path.write_text("x,y\n2,48\n\n2,48\n,48\n999,48\n2,-91\ninf,48\n180,90\n")
    for size in (1, 10, 10_000):
        monkeypatch.setattr(point_files, "CHUNK_BYTES", size)
        with pytest.raises(InputError) as refused:
            count_points(HERE, path, layout=layout)
        first = refused.value.faults[0]
        assert (first.line, first.column, first.value) == (6, "x", "999")
    places = [(fault.line, fault.column, fault.kind) for fault in refused.value.faults]
    assert places[1:] == [(7, "y", "out-of-range"), (8, "x", "not-finite")]
    frame = pd.DataFrame({"x": [2.0] * 4 + [-181.0], "y": 48.0})
    frame.to_parquet(tmp_path / "p.parquet", row_group_size=2)
    with pytest.raises(InputError, match=r"p.parquet, feature 4, column 'x': '-181' is below -180"):
        count_points(HERE, tmp_path / "p.parquet", layout=layout)


def test_chunks_share_out_every_line_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{k},{'7' * (k % 13)}1" for k in range(500)]
    path = tmp_path / "p.csv"
    for text in ("\n".join(lines), "\n".join(lines) + "\n", "\r\n".join(lines)):
        path.write_bytes(b"\xef\xbb\xbfx,y" + (b"\r\n" if "\r" in text else b"\n") + text.encode())
        for size in (1, 7, 64, 10_000):
            monkeypatch.setattr(point_files, "CHUNK_BYTES", size)
            batches = [batch for chunk in plan_chunks(path, XY) for batch in read_chunk(chunk)]
            assert np.concatenate([batch.x for batch in batches]).tolist() == list(range(500))


def test_batches_of_a_row_group_are_bounded(
    scattered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(point_files, "BATCH_ROWS", 100)
    chunk = plan_chunks(scattered / "one.parquet", XY)[0]
    assert {len(batch.x) for batch in read_chunk(chunk)} == {100}


def test_every_executor_gives_the_same_counts(
    scattered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(point_files, "CHUNK_BYTES", 100_000)
    layout = Layout("x", "y", ("people",))
    serial = count_points(HERE, scattered, layout=layout)
    assert serial.rows == 30_000
    frame = pd.concat(
        [
            pd.read_parquet(scattered / "one.parquet"),
            pd.read_csv(scattered / "two.csv", sep=";", encoding="cp1252"),
        ]
    )
    inside = frame[(frame["y"] < 1) & (frame["x"] < 1)]
    assert serial.counts["a"] == len(inside)
    assert serial.sums.loc["a", "people"] == inside["people"].sum()
    parallel = count_points(HERE, scattered, layout=layout, executor="processes", workers=2)
    assert parallel.counts.equals(serial.counts)
    assert parallel.sums.equals(serial.sums)


def test_a_path_that_fsspec_reads(scattered: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    with fsspec.open("memory://bucket/one.parquet", "wb") as stream:
        stream.write((scattered / "one.parquet").read_bytes())
    there = count_points(HERE, "memory://bucket", layout=XY)
    here = count_points(HERE, scattered / "one.parquet", layout=XY)
    assert there.counts.equals(here.counts)


def test_a_join_in_sql_gives_the_same_counts_on_borders_too(
    scattered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sedonadb")
    border = pd.DataFrame({"x": [1.0, 1.0, 0.0, 2.0, np.nan], "y": [0.5, 1.0, 0.0, 0.5, 0.5]})
    border.assign(people=[1, 2, 3, np.nan, 5]).to_parquet(scattered / "three.parquet")
    monkeypatch.setattr(point_files, "BATCH_ROWS", 1000)
    layout = Layout("x", "y", ("people",))
    ours = count_points(HERE, scattered, layout=layout)
    theirs = count_points(HERE, scattered, layout=layout, engine="sedonadb")
    assert theirs.counts.equals(ours.counts)
    assert theirs.sums.equals(ours.sums)
    assert (theirs.outside, theirs.unreadable, theirs.blank) == (
        ours.outside,
        ours.unreadable,
        ours.blank,
    )
    assert ours.unreadable == 1
    with pytest.raises(InputError, match="does not run on the executor"):
        count_points(HERE, scattered, layout=layout, engine="sedonadb", executor="processes")


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "p.csv").write_text("lon,lat\n1,2\n")
    with pytest.raises(InputError, match="column 'x': there is no such column"):
        count_points(HERE, tmp_path / "p.csv", layout=XY)
    (tmp_path / "q.csv").write_text("x,y\n1,2\n1;2\n")
    with pytest.raises(InputError, match="cannot be read"):
        count_points(HERE, tmp_path / "q.csv", layout=XY)
    pd.DataFrame({"x": ["a"], "y": [1.0]}).to_parquet(tmp_path / "r.parquet")
    with pytest.raises(InputError, match="not numbers"):
        count_points(HERE, tmp_path / "r.parquet", layout=XY)
    (tmp_path / "s.csv").write_bytes(b"PK\x03\x04")
    with pytest.raises(InputError, match="ZIP"):
        count_points(HERE, tmp_path / "s.csv", layout=XY)
    with pytest.raises(InputError, match="no coordinate system"):
        count_points(HERE.set_crs(None, allow_override=True), tmp_path / "p.csv", layout=XY)


def test_the_real_mobile_sites_against_sjoin(shared_data: Path) -> None:
    folder = shared_data / "fr/connectivity"
    path = next(folder.glob("2018_01_Sites_mobiles*.csv"))
    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    communes = communes[~communes["code_dep"].str.startswith("97")].set_index("code").to_crs(2154)
    counted = count_points(communes.geometry, path, layout=Layout("x", "y", ("4G",)))
    assert counted.rows == 77_148
    sites = pd.read_csv(path, sep=";")
    points = gpd.GeoDataFrame(sites, geometry=gpd.points_from_xy(sites["x"], sites["y"], crs=2154))
    joined = gpd.sjoin(points, communes[["geometry"]], predicate="intersects")
    single = joined[~joined.index.duplicated(keep=False)]
    expected = single.groupby("code").size().reindex(communes.index, fill_value=0)
    doubled = joined.index[joined.index.duplicated()].nunique()
    assert counted.counts.sum() == len(single) + doubled
    assert (counted.counts - expected).abs().sum() == doubled
    assert counted.unreadable == 1
    assert counted.outside == len(sites) - 1 - counted.counts.sum()
    covered = single.groupby("code")["4G"].sum().reindex(communes.index, fill_value=0)
    assert (counted.sums["4G"] - covered).abs().sum() <= doubled
