"""Paris, Lyon and Marseille by arrondissement: territories, tables, levels, names."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.arrondissements import ARRONDISSEMENTS, WHOLE
from zoneblanche.layers.build import build_atlas
from zoneblanche.layers.edition import edition_inputs, edition_project, edition_territories
from zoneblanche.layers.inputs.gather import gather_inputs
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Measurement
from zoneblanche.layers.outputs.atlas_file import load_atlas, save_atlas
from zoneblanche.layers.project.read import Project, read_project
from zoneblanche.layers.project.user_layers.kinds import user_layer

LYON = list(ARRONDISSEMENTS["69123"])


@pytest.fixture(scope="module")
def france() -> Territories:
    return edition_territories(read_country("fr"), arrondissements="separate")


@pytest.fixture(scope="module")
def rhone() -> Project:
    project = read_project(edition_project(read_country("fr")))
    changes = {"arrondissements": "separate", "catalogue": ["website", "density"], "use": None}
    return replace(project, table=project.table.model_copy(update=changes))


def measured(folder: Path, france: Territories, rows: str, *, unit: str) -> Measurement:
    (folder / "t.csv").write_text(f"code;n\n{rows}\n", "utf-8")
    (folder / "p.toml").write_text(
        'country = "fr"\narrondissements = "separate"\n[[layers]]\nid = "n"\npath = "t.csv"\n'
        f'code = "code"\nvalue = "n"\nunit = "{unit}"\n',
        "utf-8",
    )
    project = read_project(folder / "p.toml")
    return user_layer(project.table.layers[0], project).measure(france, {})


def test_they_stand_in_place_of_their_communes(france: Territories) -> None:
    assert len(france) == 34_875 - 3 + 45
    assert not france.codes.isin(ARRONDISSEMENTS).any()
    assert france.facts["population"].sum() == 68_350_798
    assert france.names["69383"] == "Lyon 3e Arrondissement"
    assert france.parents.loc["75116"].to_dict() == {
        "departement": "75", "region": "11", "epci": "200054781", "country": "FR",
    }  # fmt: skip
    assert france.extra is not None
    assert france.extra["postal_codes"][["75116", "13201"]].tolist() == ["75016 75116", "13001"]
    assert france.level_title("fr", plural=True) == "communes et arrondissements"
    assert (france.codes == sorted(france.codes)).all()


def test_counts_of_a_whole_city_are_shared_out_by_people(
    france: Territories, tmp_path: Path
) -> None:
    got = measured(tmp_path, france, "69123;1000\n01001;7", unit="count")
    people = france.facts["population"][LYON]
    assert got.values[LYON].tolist() == pytest.approx((1000 * people / people.sum()).tolist())
    assert got.values.sum() == pytest.approx(1007)
    assert got.account is not None
    assert [(row.row, row.code) for row in got.account.carried] == [("line 2", "69123")]
    assert got.account.carried[0].reason.startswith("shared out to 69381, 69382")
    text = " ".join(got.notices)
    assert "the rows of 69123 are of the whole commune" in text
    assert "1,007 before, 1,007 after, 0 lost" in text
    assert "older codes" not in text


def test_a_rate_of_a_whole_city_stands_for_each(france: Territories, tmp_path: Path) -> None:
    got = measured(tmp_path, france, "69123;40\n13201;12\n01001;7", unit="percent")
    assert got.values[LYON].tolist() == [40] * 9
    assert got.values["13201"] == 12
    assert got.values[["13202", "75101"]].isna().all()


def test_a_city_beside_one_of_its_own_is_refused(france: Territories, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="69123 appears together with its own arrondissements"):
        measured(tmp_path, france, "69123;40\n69381;12\n01001;1", unit="count")


def test_the_directory_of_the_city_stands_for_each(france: Territories) -> None:
    halls = gather_inputs({}, edition_inputs(read_country("fr")), france)["town-halls"]
    assert set(halls.frame["website"][LYON]) == {"https://www.lyon.fr/"}
    assert "town-halls: the rows of 13055, 69123 are of the whole commune" in " ".join(
        halls.notices
    )
    account = join_table(france, halls).account
    assert account.rows == account.matched + len(account.listed)


def test_publishers_own_figures_are_kept_apart(france: Territories, shared_data: Path) -> None:
    sources = {
        "insee-populations": shared_data / "fr/population/donnees_communes.csv",
        "insee-filosofi": shared_data / "fr/socio/cc_filosofi_2021_COM.csv",
        "arcep-debit": shared_data / "fr/connectivity/commune_debit_2022-12-31.csv",
    }
    inputs = gather_inputs(sources, {}, france)
    people = inputs["insee-populations"].frame["population"]
    codes = list(WHOLE)
    assert people[codes].tolist() == france.facts["population"][codes].tolist()
    income = inputs["insee-filosofi"]
    assert income.frame["median_income"][["75101", "13201"]].tolist() == [35_030, 16_530]
    assert income.account is not None
    assert [row.code for row in income.account.listed] == ["13055", "69123", "75056"]
    premises = inputs["arcep-debit"]
    assert premises.frame["premises"][LYON].sum() == pytest.approx(364_227)


def test_places_and_levels(france: Territories, rhone: Project, tmp_path: Path) -> None:
    lyon = build_atlas(replace(rhone, table=rhone.table.model_copy(update={"within": ["69123"]})))
    assert list(lyon.codes) == LYON
    assert any("45 territories in place of 3" in note for note in lyon.notices)
    save_atlas(lyon, tmp_path / "lyon.parquet")
    again = load_atlas(tmp_path / "lyon.parquet").territories
    assert again.level_title("en", plural=True) == "communes and arrondissements"
    up = {"within": ["69"], "level": "departement"}
    whole = build_atlas(replace(rhone, table=rhone.table.model_copy(update=up)))
    inside = france.parents["departement"] == "69"
    assert whole.territories.facts["population"]["69"] == france.facts["population"][inside].sum()
