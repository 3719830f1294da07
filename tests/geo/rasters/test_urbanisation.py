"""Degree of urbanisation: by hand on toy grids, and beside INSEE's own grid."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
from shapely import box

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.rasters.urbanisation import (
    CLASS_OF_INSEE,
    CLASSES,
    classify_grid,
    compare_classes,
    compute_urbanisation,
)


def test_a_centre_is_connected_by_sides_and_a_cluster_by_corners() -> None:
    people = np.array(
        [
            [30_000, 10, 0, 0],
            [20_000, 10, 0, 350],
            [10, 2000, 10, 60],
            [10, 10, 10, np.nan],
        ],
        dtype=np.float64,
    )
    expected = [
        [1, 5, 5, 5],
        [1, 5, 5, 4],  # 350 people alone are no cluster
        [5, 2, 5, 4],  # 2,000 touch the centre by a corner: of its cluster, not of the centre
        [5, 5, 5, 0],
    ]
    assert classify_grid(people).tolist() == expected


def test_thresholds_are_reached_by_equality() -> None:
    assert classify_grid(np.array([[50_000.0, 0]])).tolist() == [[1, 5]]
    assert classify_grid(np.array([[49_999.0, 0]])).tolist() == [[2, 5]]
    assert classify_grid(np.array([[5_000.0, 0]])).tolist() == [[2, 5]]
    assert classify_grid(np.array([[4_999.0, 0]])).tolist() == [[3, 5]]
    assert classify_grid(np.array([[500.0, 0, 499.0, 0, 50.0, 0, 49.9]])).tolist() == [
        [3, 5, 4, 5, 4, 5, 5]
    ]


def test_density_is_by_area_and_clusters_are_by_people() -> None:
    people = np.array([[50_000.0], [1400.0]])
    assert classify_grid(people).tolist() == [[1], [2]]
    assert classify_grid(people, cell_km2=0.9).tolist() == [[1], [1]]


def test_no_data_parts_a_cluster() -> None:
    assert classify_grid(np.array([[400.0, np.nan, 400.0]])).tolist() == [[4, 0, 4]]
    assert classify_grid(np.array([[400.0, 400.0, np.nan]])).tolist() == [[3, 3, 0]]


def write(path: Path, values: np.ndarray, cell: float = 1000.0) -> Path:
    rows, columns = values.shape
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        crs="EPSG:3035",
        transform=rasterio.Affine(cell, 0, 4e6, 0, -cell, 3e6),
        dtype="float64",
        height=rows,
        width=columns,
        count=1,
        nodata=np.nan,
    ) as out:
        out.write(values, 1)
    return path


def test_territories_take_the_class_of_most_of_their_people(tmp_path: Path) -> None:
    grid = write(tmp_path / "a.tif", np.array([[60_000.0, 0, 400, 0], [0, 0, 40, np.nan]]))
    x, y = 4e6, 3e6

    def cells(west: float, south: float, east: float, north: float) -> object:
        return box(x + 1000 * west, y + 1000 * south, x + 1000 * east, y + 1000 * north)

    shapes = {
        "town": cells(0, -2, 2, 0),
        "farm": cells(2, -2, 3, 0),
        "three": cells(0.995, -2, 3, 0),  # 300 in the centre, 400 of low, 40 of very low density
        "empty": cells(1, -1, 2, 0),
        "sea": cells(3, -2, 4, -1),
    }
    territories = gpd.GeoSeries(shapes, crs=3035)
    classed = compute_urbanisation(territories, grid)
    living = ["urban centre", "low density", "low density"]
    assert classed.degree[:3].tolist() == living
    assert classed.degree[3:].isna().all()
    assert classed.people.loc["three"].to_numpy().round(6).tolist() == [300, 0, 0, 400, 40]
    assert classed.majority.loc[["town", "three"]].tolist() == [True, True]
    assert classed.covered["sea"] == 0


def test_without_a_majority_the_median_inhabitant_decides(tmp_path: Path) -> None:
    grid = write(
        tmp_path / "a.tif", np.array([[400.0, 100, 0, 6000], [0, 0, 0, 0], [0, 0, 340, 0]])
    )
    west, north = 4e6, 3e6
    shape = box(west, north - 3000, west + 4000, north)
    # 6,000 of 6,840 in an urban cluster; a twentieth of that cell leaves 300 : 0 : 840 - …
    thin = box(west, north - 3000, west + 3050, north)
    classed = compute_urbanisation(gpd.GeoSeries([shape, thin], crs=3035), grid)
    assert classed.degree.tolist() == ["urban cluster", "low density"]
    assert classed.people.iloc[1].to_numpy().round(6).tolist() == [0, 300, 0, 840, 0]


def test_refusals(tmp_path: Path) -> None:
    town = gpd.GeoSeries([box(4e6, 2.999e6, 4.001e6, 3e6)], crs=3035)
    with pytest.raises(InputError, match=r"needs cells of 1 km²; these are 200 × 200"):
        compute_urbanisation(town, write(tmp_path / "a.tif", np.ones((2, 2)), cell=200))
    with pytest.raises(InputError, match="holds -5 people"):
        compute_urbanisation(town, write(tmp_path / "b.tif", np.array([[-5.0, 4.0]])))


def test_compare_by_hand() -> None:
    ours = pd.Series(["urban centre", "urban cluster", "urban cluster", None])
    theirs = pd.Series(["urban centre", "rural cluster", "urban cluster", "low density"])
    table = compare_classes(ours, theirs)
    assert table.loc["urban cluster", "agreement_percent"] == 50
    assert table.loc["urban centre", "urban centre"] == 1
    assert table["agreement_percent"].isna().tolist() == [False, False, True, True, True]


def test_agreement_with_insee_in_the_north(shared_data: Path) -> None:
    communes = gpd.read_parquet(shared_data / "fr/boundaries/communes_2026.parquet")
    communes = communes.set_index("code").cx[1:7, 48:52]
    classed = compute_urbanisation(communes.geometry, shared_data / "raster/belgium__POP.tif")
    insee = pd.read_excel(
        shared_data / "fr/population/grille_densite_7_niveaux_2024.xlsx",
        header=4,
        usecols=["CODGEO", "DENS"],
        dtype={"CODGEO": "str"},
    ).set_index("CODGEO")["DENS"]
    inside = classed.covered > 1 - 1e-9
    assert inside.sum() == 2233
    assert set(classed.degree[inside].dropna()) <= set(CLASSES)
    table = compare_classes(classed.degree[inside], insee.map(CLASS_OF_INSEE))
    counts = table[list(CLASSES)]
    assert counts.to_numpy().sum() > 2200
    lille = classed.degree["59350"]
    assert lille == "urban centre"
    # The same class, or the next one, for nine communes in ten; the order is never turned round.
    near = sum(np.trace(counts, offset) for offset in (-1, 0, 1))
    assert near / counts.to_numpy().sum() > 0.9
    shares = table["agreement_percent"]
    assert (shares[list(CLASSES[:2])] > 85).all()
    assert np.trace(counts) / counts.to_numpy().sum() > 0.75
