"""INSEE's squares of 200 m, in the official layout."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.publishers.population_grid import people_notice, read_cells
from zoneblanche.scripts.trials.publishers_files import squares_table


@pytest.fixture
def table(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "carreaux_200m_met.csv"
        path.write_text(text, "utf-8")
        return path

    return write


def test_squares_of_the_csv(table: Callable[[str], Path]) -> None:
    cells = read_cells(table(squares_table()))
    assert (len(cells), cells.size, cells.crs) == (1667, 200.0, "EPSG:3035")
    assert (cells.west[0], cells.south[0], cells.amount[0]) == (3_794_000, 2_391_000, 1.0)


def test_squares_of_2017_have_capitals(table: Callable[[str], Path]) -> None:
    text = squares_table().replace("idcar_200m", "Idcar_200m").replace(",ind,", ",Ind,")
    assert len(read_cells(table(text))) == 1667


def test_squares_of_the_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "carreaux_200m_mart.gpkg"
    with closing(sqlite3.connect(path)) as base:
        base.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
        base.execute("INSERT INTO gpkg_contents VALUES ('carreaux', 'features')")
        base.execute("CREATE TABLE carreaux (fid INTEGER, idcar_200m TEXT, ind REAL)")
        base.execute("INSERT INTO carreaux VALUES (1, 'CRS5490RES200mN1621200E715400', 12.5)")
        base.commit()
    cells = read_cells(path)
    assert (cells.crs, cells.amount.tolist()) == ("EPSG:5490", [12.5])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("idcar_200m", "carreau", "has no columns 'idcar_200m' and 'ind'"),
        ("CRS3035RES200mN2391000E3794000", "3794000", "'3794000' is not a square"),
        ("N2391000E3794000", "N2391001E3794000", "is not on its grid"),
        ("RES200mN2391000E3794000", "RES1000mN2391000E3794000", "squares of 2 sizes or grids"),
        ("N2391000E3794000", "N2391000E3795400", "appears twice"),
        ("48095,1.0,", "48095,-1.0,", "'-1.0' is not a number of people"),
        ("48095,1.0,", "48095,,", "'' is not a number of people"),
        ("48095,1.0,", "48095,s,", "'s' is not a number of people"),
        ("48095,1.0,", "48095,", "is no table of squares"),
    ],
)
def test_spoiled_squares_are_refused(
    table: Callable[[str], Path], old: str, new: str, message: str
) -> None:
    text = squares_table()
    assert old in text
    with pytest.raises(InputError) as caught:
        read_cells(table(text.replace(old, new, 1)))
    assert message in str(caught.value)


def test_the_publishers_archive_says_that_it_is_to_be_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "Filosofi2019_carreaux_200m_gpkg.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Filosofi2019_carreaux_200m_gpkg.7z", b"7z\xbc\xaf\x27\x1c")
    with pytest.raises(InputError, match="`7z x`"):
        read_cells(path)
    path.write_bytes(b"SQLite format 3\x00 and no more")
    with pytest.raises(InputError, match="is no GeoPackage"):
        read_cells(path)


def test_tiles_beside_squares_are_said_to_be_left_aside(tmp_path: Path) -> None:
    tile, squares = "ghsl-population-r4-c18", "insee-population-grid"
    assert people_notice({tile: tmp_path}) == people_notice({squares: tmp_path}) == ()
    (notice,) = people_notice({tile: tmp_path, squares: tmp_path})
    assert notice == f"Shares of people are those of {squares}; {tile} is not used as well."
