"""The connectors on the publishers' real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.publishers.connector import known_connectors, read_source


def test_premises_by_speed(shared_data: Path) -> None:
    path = shared_data / "fr/connectivity/commune_debit_2022-12-31.csv"
    table = read_source("arcep-debit", path)
    frame = table.frame
    assert len(frame) == len(path.read_text("utf-8").splitlines()) - 1 == 34957
    assert (table.level, table.period, table.vintage) == ("commune", "2022-12-31", "2022")
    share = 100 * frame["premises_1gbps"] / frame["premises"]
    assert share["75056"] == pytest.approx(99.3, abs=0.05)
    assert 100 * frame["premises_1gbps"].sum() / frame["premises"].sum() == pytest.approx(
        77.8, abs=0.05
    )
    assert (frame["premises"] == 0).sum() == 5
    assert "satellite" in table.notices[0]
    assert len(table.source.sha256) == 64


def test_populations_sum_arrondissements_and_mayotte_has_its_own(shared_data: Path) -> None:
    folder = shared_data / "fr/population"
    table = read_source("insee-populations", folder / "donnees_communes.csv")
    assert (len(table.frame), table.frame["population"].sum()) == (34858, 68_094_280)
    assert "75056" in table.frame.index
    assert "75101" not in table.frame.index
    assert table.rows is not None
    assert len(table.rows.codes) == 34900, "rows of the file, arrondissements one by one"
    mayotte = read_source("insee-populations-mayotte", folder / "donnees_communes_mayotte.csv")
    assert mayotte.frame["population"].sum() == 68_350_798 - 68_094_280
    assert mayotte.frame.loc["97601", "population"] == 5192


def test_populations_of_another_year_say_it_in_their_name(
    shared_data: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "donnees_communes_mayotte_2024.csv"
    copy.write_bytes((shared_data / "fr/population/donnees_communes_mayotte.csv").read_bytes())
    table = read_source("insee-populations-mayotte", copy)
    assert (table.period, table.vintage) == ("2024-01-01", "2026")
    assert table.source.title == "Populations légales 2024"


def test_areas_count_each_territory_once(shared_data: Path) -> None:
    path = shared_data / "fr/population/comparateur_2024_superficies.csv"
    table = read_source("insee-areas", path)
    assert table.frame["area_km2"].sum() == pytest.approx(632_665.74, abs=0.01)
    assert table.reasons is not None
    assert table.reasons.loc["97601", "area_km2"] == Reason.NOT_PUBLISHED


def test_income_keeps_secrecy_apart(shared_data: Path) -> None:
    table = read_source("insee-filosofi", shared_data / "fr/socio/cc_filosofi_2021_COM.csv")
    assert len(table.frame) == 34909
    assert table.frame["median_income"].notna().sum() == 31304
    assert table.reasons is not None
    counts = table.reasons["median_income"].value_counts()
    assert counts[Reason.SECRET] == 3593
    assert counts[Reason.NOT_PUBLISHED] == 12
    assert table.frame.loc["01004", "income_decile_ratio"] == 3.1


def test_fibre_of_2018(shared_data: Path) -> None:
    table = read_source("arcep-ftth", shared_data / "fr/connectivity/communes_ftth_2018T1.csv")
    assert len(table.frame) == 35_361
    assert (table.period, table.vintage) == ("2018-03-31", "2018")
    assert table.frame.loc["64001"].tolist() == [81, 0]
    assert table.frame["premises_ftth"].sum() == 10_965_667


def test_ages_of_the_census_by_iris(shared_data: Path) -> None:
    """The compact table, of whole people, without those of 75 and more."""
    table = read_source("insee-ages", shared_data / "fr/socio/iris_2021.parquet")
    assert len(table.frame) == 34_928
    assert table.frame.sum().tolist() == [67_408_104, 13_823_803]
    assert table.vintage == "2023"
    assert table.rows is not None
    assert (len(table.rows.codes), table.rows.counted) == (49_280, "record")


def test_density_grid_header_is_found(shared_data: Path) -> None:
    path = shared_data / "fr/population/grille_densite_7_niveaux_2024.xlsx"
    table = read_source("insee-density", path)
    assert len(table.frame) == 34935
    assert table.vintage == "2024"
    assert table.frame.loc["01001", "density_level"] == 6
    assert set(table.frame["density_level"]) == set(range(1, 8))


def test_unknown_source_suggests_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean 'arcep-debit'"):
        read_source("arcep-debits", tmp_path / "x.csv")


def test_every_connector_says_what_it_is() -> None:
    for connector in known_connectors().values():
        assert connector.title.keys() >= {"fr", "en"}, connector.id
        assert connector.source.producer, connector.id
        assert connector.source.licence, connector.id
        if connector.read is not None:
            assert connector.columns, connector.id
            assert connector.level, connector.id
