"""Publishers' own files, read right: rows, totals, reasons."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables import parse_codes, parse_numbers, read_raw_table

COMMUNE = read_country("fr").base.code_pattern


def test_arcep_premises(shared_data: Path) -> None:
    raw = read_raw_table(shared_data / "fr/connectivity/commune_debit_2022-12-31.csv")
    assert len(raw) == 34_957
    codes = parse_codes(raw, "code_insee", pattern=COMMUNE)
    assert codes.account.rows == codes.account.matched + len(codes.account.listed)
    premises = parse_numbers(raw, "nbr", unit="count").values
    gigabit = parse_numbers(raw, "elig_thd1g", unit="count").values
    assert round(100 * gigabit.sum() / premises.sum(), 1) == 77.8
    assert (premises == 0).sum() == 5


def test_arcep_fibre_percentages_pass_for_what_they_are(shared_data: Path) -> None:
    raw = read_raw_table(shared_data / "fr/connectivity/communes_fibre_pct.csv")
    read = parse_numbers(raw, "fibre_pct", unit="percent")
    assert (read.values == 0).sum() == 731
    assert ((read.values > 0) & (read.values < 1)).sum() == 46
    assert (read.reasons == Reason.NOT_PUBLISHED).sum() == 3
    with pytest.raises(InputError):
        parse_numbers(raw, "fibre_pct", unit="ratio")


@pytest.mark.parametrize(
    "name",
    [
        "communes_4g_nb_operateurs_2017_2019.csv",
        "communes_drom_4g_2019_01.csv",
        "epci_4g_share_area_2017_2019.csv",
    ],
)
def test_coverage_percentages_pass(shared_data: Path, name: str) -> None:
    raw = read_raw_table(shared_data / "fr/connectivity" / name)
    for column in raw.columns:
        if column.startswith("pct_"):
            parse_numbers(raw, column, unit="percent")


def test_decimal_commas_of_quoted_codes(shared_data: Path) -> None:
    raw = read_raw_table(shared_data / "fr/connectivity/thd_2017_datacom.csv")
    read = parse_numbers(raw, "ID_3", unit="percent")
    assert (len(raw), raw.columns["CODGEO"][0]) == (35_357, "01001")
    assert read.values[:3].tolist() == [0.0, 2.4, 43.0]
    assert any("','" in notice for notice in read.notices)


def test_secrecy_is_not_zero(shared_data: Path) -> None:
    raw = read_raw_table(shared_data / "fr/socio/cc_filosofi_2021_COM.csv")
    read = parse_numbers(raw, "MED21", bounds=(0, None))
    assert np.isfinite(read.values).sum() == 31_304
    assert (read.reasons == Reason.SECRET).sum() == 34_909 - 31_304 - 12
    poverty = parse_numbers(raw, "TP6021", unit="percent")
    assert np.isfinite(poverty.values).sum() == 4_397


def test_insee_workbook_with_its_header_on_line_5(shared_data: Path) -> None:
    path = shared_data / "fr/population/grille_densite_7_niveaux_2024.xlsx"
    raw = read_raw_table(path, header=5)
    assert len(raw) == 34_935
    assert parse_codes(raw, "CODGEO", pattern=COMMUNE).matched.all()
    classes = parse_numbers(raw, "DENS", unit="count", bounds=(1, 7))
    assert np.isfinite(classes.values).all()
    people = parse_numbers(raw, "PMUN21", unit="count").values
    mayotte = np.array([code.startswith("976") for code in raw.columns["CODGEO"]])
    # INSEE's published legal population of 2021, which leaves Mayotte out.
    assert people[~mayotte].sum() == 67_408_052


def test_declared_websites_of_the_panel(shared_data: Path) -> None:
    raw = read_raw_table(shared_data / "fr/presence/presence_panel.parquet")
    read = parse_numbers(raw, "website", unit="url")
    latest = raw.columns["date"] == raw.columns["date"].max()
    assert len(raw) == 244_965
    assert 0.6 < np.nanmean(read.values[latest]) < 0.63
