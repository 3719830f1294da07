"""Rasters of a project, weighed by people: by hand, on the toy country of four squares."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.layer import Measurement
from zoneblanche.layers.measure import measure_layers
from zoneblanche.layers.project.read import read_project
from zoneblanche.layers.project.user_layers.kinds import user_layer


def write_raster(path: Path, west: list[float], cell: float = 5000) -> None:
    """Two equal rows of cells over A1, A2, B1 (x from 600 km) and not B2; -1 is no data."""
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        crs="EPSG:2154",
        transform=rasterio.Affine(cell, 0, 600_000, 0, -cell, 6_510_000),
        width=len(west),
        height=int(10_000 / cell),
        count=1,
        dtype="float32",
        nodata=-1,
    ) as raster:
        raster.write(np.tile(west, (int(10_000 / cell), 1)).astype("float32"), 1)


def measured(folder: Path, toy: Territories, layer: str) -> tuple[Measurement, Atlas]:
    """What the one layer of a project measures, and its atlas."""
    (folder / "project.toml").write_text(
        'country = "fr"\n[[layers]]\nid = "layer"\nkind = "raster"\n' + layer, encoding="utf-8"
    )
    project = read_project(folder / "project.toml")
    made = user_layer(project.table.layers[0], project)
    return made.measure(toy, {}), measure_layers(toy, [made], {})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_raster(tmp_path / "speed.tif", [10, 50, 10, 50, 10, 50])
    write_raster(tmp_path / "people.tif", [30, 10, 0, 0, 1, 3])
    return tmp_path


def test_a_mean_over_people(folder: Path, toy: Territories) -> None:
    text = 'path = "speed.tif"\nweights = "people.tif"\nstat = "weighted_mean"\n'
    measure, atlas = measured(folder, toy, text)
    np.testing.assert_allclose(measure.values, [20, np.nan, 40, np.nan])
    assert measure.reasons.tolist() == [
        Reason.PRESENT,
        Reason.NOT_APPLICABLE,
        Reason.PRESENT,
        Reason.NOT_COVERED,
    ]
    assert measure.weights["layer-people"].tolist() == [80, 0, 8, 0]
    whole = atlas_at(atlas, "country").values["layer"]
    assert whole.tolist() == pytest.approx([(20 * 80 + 40 * 8) / 88])


def test_a_band_by_its_description(folder: Path, toy: Territories) -> None:
    with rasterio.open(folder / "speed.tif", "r+") as raster:
        raster.set_band_description(1, "speed")
    measure, _ = measured(folder, toy, 'path = "speed.tif"\nband = "speed"\n')
    plain, _ = measured(folder, toy, 'path = "speed.tif"\nband = 1\n')
    assert measure.values.equals(plain.values)
    for band in ("0", "true", '" "', "1.5"):
        with pytest.raises(InputError, match="the number of a band, from 1, or its description"):
            measured(folder, toy, f'path = "speed.tif"\nband = {band}\n')


def test_the_share_of_people_on_both_sides_of_a_threshold(folder: Path, toy: Territories) -> None:
    text = 'path = "speed.tif"\nweights = "people.tif"\nstat = "weighted_share"\n'
    above, _ = measured(folder, toy, text + "threshold = 30\n")
    below, _ = measured(folder, toy, text + "below = 30\n")
    np.testing.assert_allclose(above.values, [25, np.nan, 75, np.nan])
    np.testing.assert_allclose(below.values, [75, np.nan, 25, np.nan])
    assert above.indicator.unit == "percent"


def test_people_in_sparse_cells_and_their_degree_of_urbanisation(
    tmp_path: Path, toy: Territories
) -> None:
    cells = [5500.0] * 10 + [400.0] * 3 + [20.0] * 7 + [20.0] * 10
    write_raster(tmp_path / "grid.tif", cells, cell=1000)
    sparse = 'path = "grid.tif"\nweights = "grid.tif"\nstat = "weighted_share"\nbelow = 30\n'
    measure, _ = measured(tmp_path, toy, sparse)
    np.testing.assert_allclose(measure.values, [0, 100 * 140 / 1340, 100, np.nan])
    measure, _ = measured(tmp_path, toy, 'path = "grid.tif"\nstat = "urbanisation"\n')
    np.testing.assert_array_equal(measure.values, [1, 2, 5, np.nan])
    assert measure.indicator.unit == "category"
    assert measure.indicator.better is None
    assert measure.reasons.iloc[3] == Reason.NOT_COVERED


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ('stat = "weighted_mean"', "needs weights"),
        ('stat = "mean"\nweights = "people.tif"', "takes no weights"),
        ('stat = "share"', "needs a threshold"),
        ('stat = "share"\nthreshold = 1\nbelow = 1', "needs a threshold"),
        ('stat = "sum"\nbelow = 1', "takes no threshold"),
        ('stat = "weighted_mean"\nweights = "../people.tif"', "leads out of the project"),
    ],
)
def test_keys_that_do_not_go_together(
    folder: Path, toy: Territories, keys: str, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        measured(folder, toy, 'path = "speed.tif"\n' + keys)


@pytest.mark.parametrize(
    ("cells", "unit", "message"),
    [
        ([10, 150, 10, 50, 10, 50], "percent", "values from 10 to 150, which percent does not"),
        ([10, -5, 10, 50, 10, 50], "percent", "values from -5 to 50, which percent does not"),
        ([0.1, 1.5, 0.1, 0.5, 0.1, 0.5], "ratio", "which ratio does not allow"),
        ([0.1, 0.9, 0.1, 0.5, 0.1, 0.5], "percent", "shares of one, not percentages"),
        ([10, -5, 10, 50, 10, 50], "count", "which count does not allow"),
    ],
)
def test_cells_that_their_unit_does_not_allow(
    folder: Path, toy: Territories, cells: list[float], unit: str, message: str
) -> None:
    """The means of the territories would all be in bounds."""
    write_raster(folder / "speed.tif", cells)
    with pytest.raises(InputError, match=message):
        measured(folder, toy, f'path = "speed.tif"\nunit = "{unit}"\n')


@pytest.mark.parametrize("scale", [0.0, 1e308, float("inf")])
def test_a_scale_that_makes_all_values_alike_or_endless(
    folder: Path, toy: Territories, scale: float
) -> None:
    with rasterio.open(folder / "speed.tif", "r+") as raster:
        raster.scales = (scale,)
    with pytest.raises(InputError, match="values are stored"):
        measured(folder, toy, 'path = "speed.tif"\n')
