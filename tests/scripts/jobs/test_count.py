"""`zoneblanche count` as its user runs it: real sites, a running cluster, and misused options."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.scripts.conftest import Command


@pytest.fixture
def count(zoneblanche: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setenv("DASK_LOGGING__DISTRIBUTED", "error")
    return partial(zoneblanche, "count")


@pytest.fixture
def squares(tmp_path: Path) -> Path:
    """Three squares of a degree, and a folder with 9,000 points over four, in two row groups."""
    gpd.GeoDataFrame(
        {"code": ["01", "=2", "03"]},
        geometry=[shapely.box(x, 45, x + 1, 46) for x in range(3)],
        crs=4326,
    ).to_file(tmp_path / "squares.geojson", driver="GeoJSON")
    (tmp_path / "points").mkdir()
    frame = pd.DataFrame({"x": np.linspace(0.0002, 3.9998, 9000), "y": 45.5, "n": 2})
    frame.to_parquet(tmp_path / "points" / "p.parquet", row_group_size=3000)
    return tmp_path


def own(folder: Path, *more: object) -> tuple[object, ...]:
    polygons = ("--territories", folder / "squares.geojson", "--code", "code")
    return (folder / "points", "--x", "x", "--y", "y", *polygons, *more)


def test_names_of_own_polygons_and_a_weighted_mean(tmp_path: Path, count: Command) -> None:
    gpd.GeoDataFrame(
        {"code": ["01", "02"], "label": ["Aa", "Bb"]},
        geometry=[shapely.box(x, 45, x + 1, 46) for x in range(2)],
        crs=4326,
    ).to_file(tmp_path / "t.geojson", driver="GeoJSON")
    lines = ("x,y,speed,tests", "0.5,45.5,10,1", "0.6,45.5,40,2", "0.7,45.5,,9", "1.5,45.5,7,0")
    (tmp_path / "p.csv").write_text("\n".join(lines) + "\n", "utf-8")
    place = ("--territories", tmp_path / "t.geojson", "--code", "code", "--name", "label")
    points = (tmp_path / "p.csv", "--x", "x", "--y", "y", "-o", tmp_path / "c.csv")
    status, out, err = count(*points, *place, "--mean", "speed", "--weight", "tests")
    assert status == 0, err
    table = (tmp_path / "c.csv").read_text("utf-8").splitlines()
    assert table == ["code,name,count,mean_speed", "01,Aa,3,30.0", "02,Bb,1,"]
    assert "1 point in territories lacks speed or tests: it is counted, and not in the mean" in out
    status, out, err = count(*points, *place, "--mean", "speed")
    assert status == 0, err
    assert "1 point in territories has no speed: it is counted, and not in the mean" in out
    assert "01,Aa,3,25.0" in (tmp_path / "c.csv").read_text("utf-8")
    assert "--weight goes with --mean" in count(*points, *place, "--weight", "tests")[2]
    assert "--name goes with --territories" in count(*points, "--name", "label")[2]


def test_a_weight_below_0_is_named_with_its_file_and_row(squares: Path, count: Command) -> None:
    (squares / "points" / "q.csv").write_text("x,y,n\n0.5,45.5,1\n\n0.6,45.5,-2\n", "utf-8")
    means = ("--mean", "y", "--weight", "n", "-o", squares / "c.csv")
    status, _, err = count(*own(squares, *means))
    assert status == 2
    assert f"{squares / 'points' / 'q.csv'}, line 4" in err
    pd.DataFrame({"x": [0.5, 0.6], "y": 45.5, "n": [1, -1]}).to_parquet(
        squares / "points" / "a.parquet"
    )
    assert f"{squares / 'points' / 'a.parquet'}, feature 1" in count(*own(squares, *means))[2]


def test_own_polygons_sums_and_a_running_cluster(squares: Path, count: Command) -> None:
    from distributed import LocalCluster  # here, so that spawned workers need not import it

    status, out, err = count(*own(squares, "--sum", "n", "-o", squares / "here.csv"))
    assert status == 0, err
    assert err == "", "a plain count opens no socket and prints nothing about sockets"
    assert "9000 rows: 6750 points in territories, 2250 in none, 0 without" in out
    text = (squares / "here.csv").read_text("utf-8").splitlines()
    assert text[0] == "code,name,count,sum_n"
    assert text[1] == "01,01,2250,4500.0"
    assert text[2].startswith("'=2,'=2,"), "no cell is a formula"
    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as cluster:
        address = cluster.scheduler_address
        cluster_options = ("--executor", "dask", "--scheduler", address)
        status, _, err = count(
            *own(squares, "--sum", "n", "-o", squares / "there.csv", *cluster_options)
        )
    assert status == 0, err
    assert f"Counting on dask: {address}." in err
    assert (squares / "there.csv").read_bytes() == (squares / "here.csv").read_bytes()


def test_the_nearest_point_too(squares: Path, count: Command) -> None:
    pd.DataFrame({"x": [0.5, 2.5, 999], "y": [45.5, 44.5, 999]}).to_csv(
        squares / "few.csv", index=False
    )
    status, out, err = count(
        squares / "few.csv", *own(squares, "--nearest", "-o", squares / "near.csv")[1:]
    )
    assert status == 0, err
    assert "In none, the first: " in out
    assert "few.csv, row 2" in out
    table = pd.read_csv(squares / "near.csv", index_col="code")
    assert table.columns.tolist() == ["name", "count", "nearest_km"]
    # a degree of the parallel of 45° is 78.8 km, of the meridian there 111.1 km
    np.testing.assert_allclose(table["nearest_km"], [0, 78.2, 111.1], atol=0.1)


def test_a_path_with_a_scheme_is_told(squares: Path, count: Command) -> None:
    path = f"file://{squares / 'points' / 'p.parquet'}"
    status, _, err = count(path, *own(squares, "-o", squares / "counts.csv")[1:])
    assert status == 0, err
    assert "read through fsspec, which may open the network" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--executor", "dusk"), "--executor 'dusk' is not known. Did you mean 'dask'"),
        (("--scheduler", "tcp://127.0.0.1:1"), "goes with --executor dask alone"),
        (("--workers", "0"), "--workers 0 is not a number"),
        (("--level", "departement"), "--level goes with the embedded edition"),
        (("--mean", "n", "--weight", "n"), "--mean and --weight both name n"),
        (("--mean", "n", "--mean", "n"), "--mean n is given twice. Name each column once"),
        (("--sum", "n", "--sum", "n"), "--sum n is given twice"),
        (("--nearest", "--level", "departement"), "distances cannot be summed"),
        (("--crs", "EPSG:0"), "there is no coordinate system"),
        (("--crs", "EPSG:2154"), "none of the 9000 points lies in a territory"),
    ],
)
def test_misused_options(
    squares: Path, count: Command, options: tuple[str, ...], message: str
) -> None:
    status, _, err = count(*own(squares, "-o", squares / "counts.csv", *options))
    assert status == 2
    assert message in err
    assert not (squares / "counts.csv").exists()


def test_the_real_mobile_sites_by_departement(
    shared_data: Path, tmp_path: Path, count: Command
) -> None:
    path = next((shared_data / "fr/connectivity").glob("2018_01_Sites_mobiles*.csv"))
    place = ("--x", "x", "--y", "y", "--crs", "EPSG:2154", "--level", "departement")
    status, out, err = count(path, *place, "-o", tmp_path / "counts.csv")
    assert status == 0, err
    assert "77148 rows" in out
    table = pd.read_csv(tmp_path / "counts.csv", dtype={"code": "str"}, index_col="code")
    assert len(table) == 101
    assert table.loc["48", "name"] == "Lozère"
    assert 76_900 < table["count"].sum() <= 77_147
    assert (table["count"][table.index.str.startswith("97")] == 0).all()
