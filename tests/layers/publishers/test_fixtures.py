"""Connectors on small files in the official layouts, where no real file is at hand."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.publishers.anct import places_of_france_services
from zoneblanche.layers.publishers.arcep_mobile import places_of_sites
from zoneblanche.layers.publishers.connector import read_source
from zoneblanche.layers.publishers.etalab import statuses_of
from zoneblanche.scripts.trials.publishers_files import (
    AGES,
    DIRECTORY,
    WIRED,
    directory_record,
    write_fixtures,
    write_ftth_archive,
)


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("official")
    write_fixtures(folder)
    return folder


def test_wired_speeds(fixtures: Path) -> None:
    table = read_source("arcep-debit-filaire", fixtures / "commune_debit_filaire.csv")
    assert table.frame["premises"].to_dict() == {
        "01001": 440.0,
        "48095": 9000.0,
        "75056": 1_700_000.0,
        "2A041": 0.0,
    }
    assert table.frame.loc["48095", "premises_1gbps"] == 8600
    assert table.notices == ()
    assert table.period == "2026-06-30"


def test_technologies(fixtures: Path) -> None:
    frame = read_source("arcep-technologies", fixtures / "commune_techno.csv").frame
    assert frame.loc["48095", "premises_coaxial"] == 100
    best = read_source("arcep-best-technology", fixtures / "commune_meilleure_techno_thd.csv").frame
    assert best.loc["01001", "premises_best_satellite"] == 15


def test_the_older_name_of_fixed_4g_is_read(fixtures: Path, tmp_path: Path) -> None:
    text = (fixtures / "commune_techno.csv").read_text("utf-8").replace("elig_4gf", "elig_4fg")
    path = tmp_path / "commune_techno.csv"
    path.write_text(text, "utf-8")
    assert read_source("arcep-technologies", path).frame.loc["48095", "premises_fixed_4g"] == 5000


def _spoiled(folder: Path, old: str, new: str) -> Path:
    path = folder / "commune_debit.csv"
    assert old in WIRED
    path.write_text(WIRED.replace(old, new, 1), "utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("elig_thd1g", "elig_1g", "no column elig_thd1g"),
        ("48095;Mende;48;76;9000;all", "01001;Mende;48;76;9000;all", "01001"),
        ("01001;L'Ab", "1001;L'Ab", "1001"),
        ("8700;8600", "8600;8700", "premises_1gbps is greater than premises_100mbps"),
        ("8700;8600", "8700;8_600", "8_600"),
        ("8700;8600", "8700;-1", "-1"),
        ("8600;2026-06-30", "8600;2026-03-31", "several values of 'date'"),
        ("8700;8600;2026-06-30", "8700;8600", "line 4"),
    ],
)
def test_spoiled_files_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(InputError) as caught:
        read_source("arcep-debit", _spoiled(tmp_path, old, new))
    assert message in str(caught.value)


def test_fibre_from_the_zipped_shapefile(fixtures: Path) -> None:
    table = read_source("arcep-ftth", fixtures / "2026T2-Commune.zip")
    assert table.period == "2026-06-30"
    assert table.frame.to_dict("index") == {
        "01001": {"premises": 440.0, "premises_ftth": 390.0},
        "75056": {"premises": 35_000.0, "premises_ftth": 34_800.0},
        "97611": {"premises": 20_000.0, "premises_ftth": 0.0},
    }


def test_a_commune_without_a_code_in_the_zipped_shapefile(fixtures: Path, tmp_path: Path) -> None:
    path = tmp_path / "2026T2-Commune.zip"
    with zipfile.ZipFile(fixtures / path.name) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b"75101", b"     ") if name.endswith(".dbf") else data)
    with pytest.raises(InputError, match="line 2, column 'INSEE_COM': the code is blank"):
        read_source("arcep-ftth", path)


def test_fibre_from_the_flat_table(fixtures: Path) -> None:
    frame = read_source("arcep-ftth", fixtures / "releve_geographique_2026T2.csv").frame
    assert frame.loc["48095", "premises_ftth"] == 8600
    assert np.isnan(frame.loc["97501", "premises_ftth"])


def test_ages_are_added_up_to_communes(fixtures: Path) -> None:
    """By IRIS, with a table beside that describes the columns; arrondissements in Paris."""
    table = read_source("insee-ages", fixtures / "base-ic-evol-struct-pop-2021_csv.zip")
    assert table.frame.loc["48095"].tolist() == pytest.approx([12_339.4, 3_100, 1_600])
    assert table.frame.loc["75056"].tolist() == [3_000, 400, 150]
    assert (table.period, table.vintage) == ("2021-01-01", "2023")
    assert table.rows is not None
    assert table.rows.codes.tolist() == ["01001", "48095", "48095", "75056", "75056"]


def test_ages_of_the_file_by_commune(tmp_path: Path) -> None:
    """Which has 75 and more in two columns, 65 and more by sex, and older censuses beside."""
    path = tmp_path / "base-cc-evol-struct-pop-2022.CSV"
    path.write_text(
        "CODGEO;P22_POP;P22_POP7589;P22_POP90P;P22_H65P;P22_F65P;P16_POP\n"
        "01001;860;50;10;80;90;800\n",
        "utf-8",
    )
    table = read_source("insee-ages", path)
    assert table.frame.loc["01001"].tolist() == [860, 170, 60]
    assert table.vintage == "2024"


def test_diplomas(fixtures: Path) -> None:
    table = read_source("insee-diplomas", fixtures / "base-ic-diplomes-formation-2021_csv.zip")
    assert table.frame.loc["48095"].tolist() == [8_400, 1_940]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("P21_POP65P", "P21_POP65", "no column P21_POP65P"),
        ("COM;TYP", "COMMUNE;TYP", "no column COM, CODGEO"),
        ("460;200.25", "460;2000.25", "people_65 is greater than people_census in 1 communes"),
        ("460;200.25", "460;-1", "-1"),
        ("010010000;01001", "010010000;1001", "1001"),
    ],
)
def test_spoiled_ages_are_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "ages.csv"
    assert old in AGES
    path.write_text(AGES.replace(old, new, 1), "utf-8")
    with pytest.raises(InputError) as caught:
        read_source("insee-ages", path)
    assert message in str(caught.value)


def test_an_archive_with_two_tables_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "2026T2-Commune.zip"
    write_ftth_archive(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("other.dbf", b"x")
    with pytest.raises(InputError, match="2 attribute tables"):
        read_source("arcep-ftth", path)


@pytest.mark.parametrize("content", [b"", b"x", b"\x03" + bytes(40), b"\x03" * 400])
def test_an_attribute_table_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "2026T2-Commune.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("commune.dbf", content)
    with pytest.raises(InputError, match=r"commune\.dbf: the (file is|attribute table is damaged)"):
        read_source("arcep-ftth", path)


def test_no_virtual_file_is_followed_as_an_attribute_table(tmp_path: Path) -> None:
    """GDAL takes such a file for what it is, whatever its name, and reads where it points."""
    aside, path = tmp_path / "aside.csv", tmp_path / "2026T2-Commune.zip"
    aside.write_text("INSEE_COM,Locaux,ftth\n48095,1,1\n", "utf-8")
    points = f'<OGRVRTLayer name="aside"><SrcDataSource>{aside}</SrcDataSource></OGRVRTLayer>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("commune.dbf", f"<OGRVRTDataSource>{points}</OGRVRTDataSource>")
    with pytest.raises(InputError, match="VRT"):
        read_source("arcep-ftth", path)


def test_mobile_sites_by_commune(fixtures: Path) -> None:
    """Latin-1, arrondissements in the whole commune, operators counted once."""
    path = fixtures / "2026_T2_sites_Metropole.csv"
    table = read_source("arcep-mobile-sites", path)
    assert table.frame.loc[
        "48095", ["sites", "operators", "sites_4g", "operators_5g"]
    ].tolist() == [
        3.0,
        2.0,
        2.0,
        1.0,
    ]
    assert table.frame.loc["75056", "operators"] == 2
    assert table.period == "2026-06-30"
    points = places_of_sites(path)
    assert len(points) == 5
    assert points["5g"].sum() == 2


def test_mobile_sites_of_2018_are_points(shared_data: Path) -> None:
    path = (
        shared_data / "fr/connectivity/2018_01_Sites_mobiles_2G_3G_4G_France_metropolitaine_L93.csv"
    )
    points = places_of_sites(path)
    # The last row has no coordinates.
    assert len(points) == 77_147
    west, south, east, north = points.total_bounds
    assert -6 < west < east < 10
    assert 41 < south < north < 52


def test_directory_of_each_level(fixtures: Path) -> None:
    path = fixtures / "annuaire.json"
    communes = read_source("dila-directory", path)
    row = communes.frame.loc["48095"]
    assert row["website"] == "https://www.mende.example.fr"
    assert row["email_domain"] == "mende.example.fr"
    assert row[["facebook", "x", "youtube"]].tolist() == [1.0, 1.0, 0.0]
    assert communes.frame.loc["48001", "facebook"] == 0
    assert communes.notices == (
        "Further records of the same authorities, left out: 1.",
        "Records without a code, left out: 1.",
    )
    assert communes.rows is not None
    assert communes.rows.codes.tolist() == ["48095", "48001"]
    assert sum(communes.rows.left_out.values()) + 2 == len(DIRECTORY)
    assert read_source("dila-directory-departement", path).frame.index.tolist() == ["48"]
    region = read_source("dila-directory-region", path).frame
    assert region.loc["76", "youtube"] == 1
    assert read_source("dila-directory-epci", path).frame.index.tolist() == ["244800050"]
    assert "@" not in communes.frame.to_csv()


def test_services_that_the_directory_declares(fixtures: Path) -> None:
    """`application_mobile`, `sve`, `tchat`, and the age of the entry."""
    frame = read_source("dila-directory", fixtures / "annuaire.json").frame
    columns = ["mobile_app", "electronic_referral", "chat", "entry_recent"]
    assert frame.loc["48095", columns].tolist() == [1.0, 1.0, 1.0, 1.0]
    assert frame.loc["48001", columns].tolist() == [0.0, 0.0, 0.0, 0.0]
    assert frame["entry_days"].to_dict() == {"48095": 0.0, "48001": 994.0}


@pytest.mark.parametrize("cell, declared", [
    (None, 0.0), ("", 0.0), ("[]", 0.0), ([], 0.0), ([""], 0.0), ('[{"valeur": ""}]', 0.0),
    ("{}", 0.0), ('[{"valeur": "https://a.example", "custom_dico2": "iOS"}]', 1.0),
    (["sve@a.example"], 1.0), ("sve@a.example", 1.0), ([{"lien": "https://a.example"}], 1.0),
    ([{"valeur": "", "description": "no longer in use"}], 0.0),
])  # fmt: skip
def test_a_field_declares_something_where_it_holds_a_value(
    tmp_path: Path, cell: object, declared: float
) -> None:
    """As JSON in the export, as lists in the archive of the directory."""
    path = tmp_path / "annuaire.json"
    path.write_text(json.dumps([directory_record("mairie", "48095", "Mairie", sve=cell)]), "utf-8")
    table = read_source("dila-directory", path)
    assert table.frame.loc["48095", "electronic_referral"] == declared


def test_an_export_without_these_fields_did_not_collect_them(tmp_path: Path) -> None:
    kept = ("nom", "pivot", "site_internet", "adresse_courriel", "code_insee_commune")
    path = tmp_path / "annuaire.json"
    records = [{name: record[name] for name in kept} for record in DIRECTORY]
    path.write_text(json.dumps(records), "utf-8")
    table = read_source("dila-directory", path)
    columns = ["mobile_app", "electronic_referral", "chat", "entry_days", "entry_recent"]
    assert table.frame[columns].isna().all(axis=None) and table.reasons is not None
    assert (table.reasons[columns] == Reason.NOT_COLLECTED).all(axis=None)


@pytest.mark.parametrize("layer, expected", [
    ("declared-app", [1.0, 0.0]), ("electronic-referral", [1.0, 0.0]),
    ("declared-chat", [1.0, 0.0]), ("directory-age", [0.0, 994.0]),
])  # fmt: skip
def test_layers_of_the_directory(fixtures: Path, layer: str, expected: list[float]) -> None:
    places = edition_territories(read_country("fr")).within(["48"])
    table = read_source("dila-directory", fixtures / "annuaire.json")
    measured = known_layers()[layer].measure(places, {"dila-directory": table})
    assert measured.values.loc[["48095", "48001"]].tolist() == expected
    assert measured.values.notna().sum() == 2
    absent = measured.reasons[measured.values.isna()]
    assert (absent == Reason.NOT_MATCHED).all()


def test_a_directory_without_accounts_did_not_collect_them(tmp_path: Path) -> None:
    path = tmp_path / "annuaire.jsonl"
    records = [
        {key: value for key, value in record.items() if key != "reseau_social"}
        for record in DIRECTORY
    ]
    path.write_text("\n".join(json.dumps(record) for record in records), "utf-8")
    table = read_source("dila-directory", path)
    assert table.frame["facebook"].isna().all()
    assert table.reasons is not None
    assert (table.reasons["facebook"] == Reason.NOT_COLLECTED).all()


@pytest.mark.parametrize("text", ['[{"nom": "x"}', "[1, 2]", '[{"nom": "x"}]', "nom;b\nx;y\n"])
def test_what_is_no_directory_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "annuaire.json"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError):
        read_source("dila-directory", path)


def test_conformance_by_level(fixtures: Path) -> None:
    path = fixtures / "presence-numerique-des-territoires.json.gz"
    table = read_source("anct-dpnt", path)
    mende = table.frame.loc["48095"]
    assert mende[["rpnt_1_6", "rpnt_1_8", "rpnt_2_8"]].tolist() == [1.0, 1.0, 1.0]
    # No record of the file knows 1.7 or 2.3: an older référentiel, not a no.
    assert np.isnan(mende["rpnt_1_7"])
    assert table.frame.loc["48001"].filter(like="rpnt_").isna().all()
    assert read_source("anct-dpnt-departement", path).frame.index.tolist() == ["48"]
    assert read_source("anct-dpnt-region", path).frame.index.tolist() == ["76"]
    epci = read_source("anct-dpnt-epci", path).frame
    assert epci.loc["244800050", "rpnt_1_1"] == 0


def test_running_checks_are_no_refusal(shared_data: Path) -> None:
    table = read_source("anct-dpnt", shared_data / "fr/presence/dpnt_sample_organizations.json")
    frame = table.frame
    assert len(frame) == 4
    assert frame.loc["01001", "rpnt_1_1"] == 0
    assert np.isnan(frame.loc["01002", "rpnt_2_6"])
    assert frame.loc["01002", "email_domain"] == "abergement-de-varey.fr"


def test_mail_hosting_is_unknown_where_nobody_looked(shared_data: Path) -> None:
    table = read_source("mxmap", shared_data / "fr/presence/mxmap_fr_2026-07.csv")
    assert len(table.frame) == 34_959
    assert table.reasons is not None
    counts = table.reasons["mx"].value_counts()
    assert counts[Reason.NOT_COLLECTED] == 18_075
    assert counts[Reason.NOT_APPLICABLE] == 121
    assert (table.frame["mx"] == 0).sum() == 4_656
    assert (table.frame["spf"] == 0).sum() == 4_804


def test_measured_https_reaches_communes(shared_data: Path) -> None:
    import pandas as pd

    path = shared_data / "fr/presence/communes_http_status_2022-12.csv"
    table = read_source("etalab-https", path)
    assert len(table.frame) == 36_633
    panel = pd.read_parquet(shared_data / "fr/presence/presence_panel.parquet")
    websites = panel[panel["date"] == "2023-02-03"].set_index("code")["website"]
    statuses = statuses_of(table, websites)
    assert statuses.index.equals(websites.index)
    assert 15_000 < statuses["reachable"].notna().sum() < websites.notna().sum()
    assert statuses[websites.isna()].isna().all(axis=None)
    assert statuses.loc[statuses["certificate"] == 0, "https"].eq(0).all()


def test_france_services(shared_data: Path) -> None:
    path = shared_data / "fr/socio/liste-fs-20240801.csv"
    frame = read_source("anct-france-services", path).frame
    assert frame["places"].sum() == 2845
    assert frame["places_fixed"].sum() == 2845 - 134 - 29
    assert not frame.index.str.startswith("751").any()
    points = places_of_france_services(path)
    assert len(points) == 2845
    assert points.crs.to_epsg() == 4326
