"""IGN's communes in place of the embedded boundaries."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import Notices, translate
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import build_atlas, read_atlas
from zoneblanche.layers.edition import edition_project
from zoneblanche.layers.inputs.accounting import unaccounted_rows
from zoneblanche.layers.inputs.boundaries import given_boundaries
from zoneblanche.layers.project.read import read_project
from zoneblanche.scripts.trials.publishers_files import WIRED, write_communes

CODES = ["48095", "48001", "48999", "75056", "97411"]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ign") / "commune.parquet"
    write_communes(path)
    return path


@pytest.fixture(scope="module")
def atlas(file: Path) -> Atlas:
    return read_atlas("fr", sources={"ign-admin-express": file})


def test_the_files_communes_are_the_territories(atlas: Atlas) -> None:
    got = atlas.territories
    assert list(got.codes) == CODES
    assert got.names["48999"] == "Commune inventée"
    assert got.facts["population"].tolist() == [12000, 200, 300, 2_100_000, 150_000]
    assert got.vintage == "2026"
    first = got.sources[0]
    assert (first.producer, first.title, len(first.sha256)) == ("IGN", "ADMIN EXPRESS COG", 64)
    assert not any(source.title.startswith("Populations") for source in got.sources)
    known = atlas.values["density"] * got.facts["area_km2"]
    assert known.tolist() == pytest.approx(got.facts["population"].tolist())


def test_what_contains_them_is_known_of_every_code(atlas: Atlas) -> None:
    parents = atlas.territories.parents
    assert parents["departement"].tolist() == ["48", "48", "48", "75", "974"]
    assert parents["region"].tolist() == ["76", "76", "76", "11", "04"]
    assert parents.loc["75056", "epci"] == "200054781"
    assert parents.loc["48999", "epci"] == "200069151", "of the file, which alone knows the code"
    assert parents["country"].eq("FR").all()


def test_what_differs_from_the_edition_is_said_and_accounted(atlas: Atlas) -> None:
    notes = [note for note in atlas.notices if note.startswith("ign-admin-express")]
    assert notes[0].startswith("ign-admin-express: nothing in the file says the year")
    assert "does not know: 1 of 5 (48999)" in notes[1]
    assert "no territories here: 34871 (01001" in notes[2]
    assert "absents du fichier" in translate(notes[2], "fr")
    account = atlas.account["ign-admin-express"]
    assert (account["rows"], account["matched"], account["listed"]) == (5, 5, [])
    assert not any("No layer is measured" in note for note in atlas.notices)


def test_a_part_of_them_keeps_every_row_in_the_account(file: Path) -> None:
    part = read_atlas("fr", within="48", sources={"ign-admin-express": file})
    account = part.account["ign-admin-express"]
    assert (account["rows"], account["matched"], account["outside"]) == (5, 3, 2)
    assert unaccounted_rows(account) == 0
    above = read_atlas("fr", level="departement", sources={"ign-admin-express": file})
    assert above.territories.facts["population"].to_dict() == {
        "48": 12_500, "75": 2_100_000, "974": 150_000,
    }  # fmt: skip


def test_the_year_is_that_of_the_name_and_older_columns_are_known(tmp_path: Path) -> None:
    path = tmp_path / "ADMIN-EXPRESS-COG_3-2_2024.parquet"
    write_communes(path, old=True)
    project = read_project(edition_project(read_country("fr")), sources={"ign-admin-express": path})
    notices = Notices()
    got = given_boundaries(project, read_country("fr"), notices=notices)
    assert (list(got.codes), got.vintage) == (CODES, "2024")
    assert got.sources[0].published == "2024-01-01"
    assert not any("nothing in the file says the year" in note for note in notices)


def test_another_layout_and_arrondissements_are_refused(tmp_path: Path, file: Path) -> None:
    other = tmp_path / "commune.parquet"
    pd.DataFrame({"code": ["48095"]}).to_parquet(other)
    with pytest.raises(InputError, match="not in the layout of ign-admin-express"):
        read_atlas("fr", sources={"ign-admin-express": other})
    (tmp_path / "p.toml").write_text('country = "fr"\narrondissements = "separate"\n', "utf-8")
    project = read_project(tmp_path / "p.toml", sources={"ign-admin-express": file})
    with pytest.raises(InputError, match="as whole communes"):
        build_atlas(project)


def own_polygons(folder: Path, vintage: str, *codes: str, **sources: Path) -> Atlas:
    """Communes of Ain as a user's own, measured for their premises."""
    frame = gpd.GeoDataFrame(
        {"code": codes},
        geometry=[
            box(5.8 + place / 10, 46.1, 5.9 + place / 10, 46.2) for place in range(len(codes))
        ],
        crs="EPSG:4326",
    )
    frame.to_file(folder / "own.geojson")
    (folder / "p.toml").write_text(
        'country = "fr"\ncatalogue = ["premises-100mbps"]\n[territories]\npath = "own.geojson"\n'
        f'code = "code"\n{vintage}\n',
        "utf-8",
    )
    return build_atlas(read_project(folder / "p.toml", sources=sources))


def test_own_polygons_may_state_the_year_of_their_codes(tmp_path: Path) -> None:
    """01091 was merged into 01033 in 2019."""
    debit = tmp_path / "commune_debit.csv"
    head = WIRED.splitlines()[0]
    debit.write_text(
        f"{head}\n01033;Bellegarde;01;84;100;all;0;100;100;100;50;50;0;2018-12-31\n"
        "01091;Châtillon;01;84;10;all;0;10;10;10;5;5;0;2018-12-31\n",
        "utf-8",
    )
    given = {"arcep-debit": debit}
    before = own_polygons(tmp_path, 'vintage = "2018"', "01033", "01091", **given)
    assert before.territories.vintage == "2018"
    assert before.weights["premises"].tolist() == [100, 10], "a code that is there is not gone"
    since = own_polygons(tmp_path, 'vintage = "2026"', "01033", "01004", **given)
    assert since.weights["premises"]["01033"] == 110
    unsaid = own_polygons(tmp_path, "", "01033", "01004", **given)
    assert unsaid.weights["premises"]["01033"] == 100
    with pytest.raises(InputError, match="vintage"):
        own_polygons(tmp_path, 'vintage = "last year"', "01033")


def test_given_boundaries_are_not_used_beside_own_polygons(tmp_path: Path, file: Path) -> None:
    got = own_polygons(tmp_path, "", "01033", **{"ign-admin-express": file})
    assert any("boundaries of ign-admin-express are not used" in note for note in got.notices)
    assert "ign-admin-express" not in got.account
