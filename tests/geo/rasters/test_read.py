"""Rasters are right or refused."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.windows import Window

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.rasters.read import open_raster, read_raster_facts

CELLS = np.arange(12, dtype=np.float32).reshape(3, 4)
NORTH_UP = rasterio.Affine(10, 0, 100, 0, -10, 200)


def write(path: Path, values: np.ndarray = CELLS, **options: Any) -> Path:
    profile = {
        "driver": "GTiff",
        "crs": "EPSG:2154",
        "transform": NORTH_UP,
        "dtype": values.dtype,
        "height": values.shape[-2],
        "width": values.shape[-1],
        "count": 1,
        **options,
    }
    given = {key: value for key, value in profile.items() if value is not None}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)  # rasterio's, on writing
        with rasterio.open(path, "w", **given) as out:
            out.write(values, 1)
    return path


def whole(path: Path, **options: Any) -> tuple[np.ndarray, np.ndarray | None]:
    with open_raster(path, **options) as raster:
        rows, columns = raster.facts.shape
        result = raster.read(Window(0, 0, columns, rows))
        raster.doubts()
        return result


def test_facts(tmp_path: Path) -> None:
    facts = read_raster_facts(write(tmp_path / "a.dat", nodata=3))
    assert facts.crs.to_epsg() == 2154
    assert facts.transform == (10, 0, 100, 0, -10, 200)
    assert (facts.shape, facts.dtype, facts.nodata) == ((3, 4), "float32", 3.0)
    assert facts.bounds == (100, 170, 140, 200)
    assert facts.notices == ()


def test_values_and_which_are_data(tmp_path: Path) -> None:
    values = CELLS.copy()
    values[0, 0], values[1, 1] = np.nan, np.inf
    cells, valid = whole(write(tmp_path / "a.tif", values, nodata=3))
    assert valid is not None
    assert np.argwhere(~valid).tolist() == [[0, 0], [0, 3], [1, 1]]
    assert cells[2, 3] == 11
    _, valid = whole(write(tmp_path / "b.tif", nodata=3), nodata="none")
    assert valid is None
    _, valid = whole(write(tmp_path / "c.tif", nodata=3), nodata=5)
    assert valid is not None
    assert np.argwhere(~valid).tolist() == [[1, 1]]


def test_scale_and_offset_are_applied_and_stated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[1, 2], [3, 255]], dtype=np.uint8), nodata=255)
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.5,), (10.0,)
    cells, valid = whole(path)
    assert valid is not None
    assert cells[valid].tolist() == [10.5, 11.0, 11.5]
    assert any("× 0.5 + 10" in notice for notice in read_raster_facts(path).notices)


def test_an_inner_mask_is_heeded(tmp_path: Path) -> None:
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = write(tmp_path / "a.tif")
        with rasterio.open(path, "r+") as dataset:
            dataset.write_mask(CELLS > 4)
    _, valid = whole(path)
    assert valid is not None
    assert valid.tolist() == (CELLS > 4).tolist()


def test_files_beside_it_are_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif")
    (tmp_path / "a.tif.aux.xml").write_text(
        '<PAMDataset><PAMRasterBand band="1"><NoDataValue>3</NoDataValue></PAMRasterBand>'
        "</PAMDataset>"
    )
    with rasterio.open(path) as dataset:
        assert dataset.nodata == 3  # what an unguarded reader is made to believe
    assert read_raster_facts(path).nodata is None
    bare = write(tmp_path / "b.tif", transform=None)
    (tmp_path / "b.tfw").write_text("10\n0\n0\n-10\n105\n195\n")
    with pytest.raises(InputError, match="does not say where its cells lie"):
        read_raster_facts(bare)


VRT = """<VRTDataset rasterXSize="1" rasterYSize="1"><VRTRasterBand dataType="Byte" band="1">
<SimpleSource><SourceFilename>/vsicurl/http://127.0.0.1:9/x.tif</SourceFilename></SimpleSource>
</VRTRasterBand></VRTDataset>"""


@pytest.mark.parametrize("name", ["/vsicurl/http://127.0.0.1/x.tif", "http://127.0.0.1/x.tif"])
def test_paths_that_are_no_local_file(name: str) -> None:
    with pytest.raises(InputError, match="not the path of a local file"):
        read_raster_facts(name)


def test_other_formats_are_refused_by_content(tmp_path: Path) -> None:
    (tmp_path / "a.tif").write_text(VRT)
    with pytest.raises(InputError, match=r"virtual file \(VRT\).*only GeoTIFF"):
        read_raster_facts(tmp_path / "a.tif")
    with pytest.raises(InputError, match="no such raster"):
        read_raster_facts(tmp_path / "b.tif")
    (tmp_path / "c.tif").write_bytes(b"II*\x00" + b"\x00" * 40)
    with pytest.raises(InputError, match="damaged"):
        read_raster_facts(tmp_path / "c.tif")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"crs": None}, "no coordinate reference system"),
        ({"transform": None}, "where its cells lie"),
        ({"transform": NORTH_UP @ rasterio.Affine.rotation(20)}, "rotated"),
        ({"transform": rasterio.Affine(1e-307, 0, 4, 0, -0.1, 46)}, "claims cells of 1e-307"),
        ({"transform": rasterio.Affine(0.1, 0, 4, 0, -1e200, 46)}, "claims cells of"),
        ({"values": CELLS.astype(np.complex64)}, "complex"),
        ({"crs": "EPSG:4326"}, "in degrees, yet covers"),
        (
            {"crs": "EPSG:4326", "transform": rasterio.Affine(1, 0, 181, 0, -1, 50)},
            "Longitudes run from -180",
        ),
    ],
)
def test_refusals(tmp_path: Path, options: dict, words: str) -> None:
    path = write(tmp_path / "a.tif", **options)
    with pytest.raises(InputError, match=words):
        read_raster_facts(path)


def test_no_such_band(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no band 2; it has 1"):
        read_raster_facts(write(tmp_path / "a.tif"), band=2)


def with_bands(path: Path, descriptions: tuple[str | None, ...]) -> Path:
    options = {"driver": "GTiff", "crs": "EPSG:2154", "transform": NORTH_UP, "dtype": "float32"}
    count = len(descriptions)
    with rasterio.open(path, "w", height=3, width=4, count=count, **options) as out:
        for number, text in enumerate(descriptions, start=1):
            out.write(CELLS + 100 * number, number)
            if text is not None:
                out.set_band_description(number, text)
    return path


def test_a_band_is_chosen_by_its_description(tmp_path: Path) -> None:
    path = with_bands(tmp_path / "a.tif", ("built-up", "people"))
    cells, _ = whole(path, band="people")
    assert cells[0, 0] == 200
    assert read_raster_facts(path, band=" built-up ").band == 1


@pytest.mark.parametrize(
    ("descriptions", "words"),
    [
        (("built-up", "people"), "no band is described as 'pop'. Descriptions.*'people'"),
        ((None, None), "Its bands have no descriptions: give a number, 1 to 2"),
        (("pop", "pop"), r"2 bands are described as 'pop': 1, 2. .*band = 1"),
    ],
)
def test_no_band_or_several_with_a_description(
    tmp_path: Path, descriptions: tuple[str | None, ...], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        read_raster_facts(with_bands(tmp_path / "a.tif", descriptions), band="pop")


def test_a_number_with_one_digit_over_and_over_may_be_a_value(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[7777, 1], [2, 900]], dtype=np.int32))
    with open_raster(path) as raster:
        raster.read(Window(0, 0, 2, 2))
        assert raster.doubts() == ()


def test_a_claim_of_too_many_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.tif"
    size = {"height": 200_000, "width": 200_000, "SPARSE_OK": True, "BIGTIFF": "YES", "tiled": True}
    profile = {"driver": "GTiff", "crs": "EPSG:2154", "transform": NORTH_UP, "count": 1}
    with rasterio.open(path, "w", dtype="uint8", **profile, **size):
        pass
    with pytest.raises(InputError, match="claims 200000 × 200000 cells"):
        read_raster_facts(path)


def test_a_truncated_file(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).random((300, 300))
    path = write(tmp_path / "a.tif", noise, compress="deflate")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(InputError, match="damaged"):
        whole(path)


@pytest.mark.parametrize(
    ("values", "mark"),
    [
        (np.array([[-9999, 1], [2, 3]], dtype=np.float32), "-9999"),
        (np.array([[-3.4028235e38, 1], [2, 3]], dtype=np.float32), "-3.4"),
        (np.array([[255, 0], [2, 4]], dtype=np.uint8), "255"),
        (np.array([[-32768, 0], [2, 4]], dtype=np.int16), "-32768"),
        (np.array([[-200, 1], [2, 3]], dtype=np.float32), "-200"),
        (np.array([[-8888, 1], [2, 3]], dtype=np.float32), "-8888"),
        (np.array([[77777, 1], [2, 3]], dtype=np.int32), "77777"),
    ],
)
def test_undeclared_no_data_stops_the_run(tmp_path: Path, values: np.ndarray, mark: str) -> None:
    path = write(tmp_path / "a.tif", values)
    with pytest.raises(InputError, match=f"holds {mark}.*which it does not declare as no data"):
        whole(path)
    cells, _ = whole(path, nodata="none")
    assert cells[0, 0] == values[0, 0]
    _, valid = whole(path, nodata=float(values[0, 0]))
    assert valid is not None
    assert valid.tolist() == [[False, True], [True, True]]


def test_255_among_values_as_large_is_taken_for_a_value_and_stated(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", np.array([[255, 250], [2, 4]], dtype=np.uint8))
    with open_raster(path) as raster:
        _, valid = raster.read(Window(0, 0, 2, 2))
        assert valid is None
        assert "255 is not declared as no data" in raster.doubts()[0]


def test_south_up_is_stated(tmp_path: Path) -> None:
    facts = read_raster_facts(
        write(tmp_path / "a.tif", transform=rasterio.Affine(10, 0, 0, 0, 10, 0))
    )
    assert facts.bounds == (0, 0, 40, 30)
    assert "stored south up" in facts.notices[0]


def test_the_real_ones(shared_data: Path) -> None:
    population = read_raster_facts(shared_data / "raster/belgium__POP.tif")
    assert population.shape == (219, 303)
    assert str(population.nodata) == "nan"
    density = read_raster_facts(shared_data / "raster/gpw_density_alsace.tif")
    assert any("no no-data value" in notice for notice in density.notices)
    mobile = read_raster_facts(shared_data / "fr/connectivity/nb_operateurs_4g_2019_06_l93.tif")
    assert mobile.nodata == 255
