"""Which file a layer is measured from, and what becomes of codes of other years."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import Notices
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.events import COLUMNS
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import edition_inputs, edition_territories
from zoneblanche.layers.inputs.gather import gather_inputs, reads, say_unread
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.inputs.recode import on_todays_codes
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import connector_named, read_source
from zoneblanche.scripts.trials.publishers_files import write_fixtures

EVENTS = pd.DataFrame(
    [
        ("32", "2024-01-01", "Z1", "zone", "A1", "Aone"),
        ("32", "2024-01-01", "A1", "Aone", "A1", "Aone"),
    ],
    columns=list(COLUMNS),
)
CODES = ["A1", "Z1", "A2", "B1", "B2", "XX"]


@pytest.fixture(scope="module")
def france() -> Territories:
    return edition_territories(read_country("fr"))


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("publishers")
    write_fixtures(folder)
    return folder


def income(**columns: list[float]) -> Table:
    frame = pd.DataFrame(columns, index=pd.Index(CODES, name="code"))
    reasons = pd.DataFrame(0, index=frame.index, columns=frame.columns)
    reasons = reasons.mask(frame.isna(), int(Reason.SECRET)).astype("int8")
    return Table(frame, "commune", Source("INSEE", "Filosofi"), vintage="2021", reasons=reasons)


def test_counts_are_added_and_means_averaged_along_the_events(toy: Territories) -> None:
    table = income(
        people_in_households=[100.0, 300.0, 50.0, 60.0, 70.0, 5.0],
        median_income=[20_000.0, 24_000.0, 21_000.0, np.nan, 19_000.0, 1.0],
    )
    got = on_todays_codes(table, connector_named("insee-filosofi"), toy, events=EVENTS)
    assert got.frame.index.tolist() == ["A1", "A2", "B1", "B2"]
    assert got.frame.loc["A1"].tolist() == [400.0, 23_000.0]
    account = got.account
    assert account is not None
    assert (account.rows, account.matched) == (6, 5)
    assert [(row.code, row.reason) for row in account.listed] == [
        ("XX", "no territory has this code")
    ]
    assert [(row.code, row.reason) for row in account.carried] == [
        ("Z1", "merged into A1 (Aone) on 2024-01-01")
    ]
    assert "585 before, 580 after, 5 lost, 0 withheld" in got.notices[-1]
    joined = join_table(toy, got)
    assert joined.account is account
    assert joined.reasons_of("median_income").tolist() == [0, 0, Reason.SECRET, 0]


def test_without_events_strange_codes_are_listed_and_it_is_said(toy: Territories) -> None:
    table = income(people_in_households=[1.0] * 6)
    got = on_todays_codes(table, connector_named("insee-filosofi"), toy, events=None)
    assert got.frame is table.frame
    assert "2 of 6 rows have a code that no commune has (Z1, XX)" in got.notices[-1]
    assert [row.code for row in join_table(toy, got).account.listed] == ["Z1", "XX"]


def test_a_part_of_a_country_is_no_older_vintage(toy: Territories) -> None:
    one = toy.take(toy.codes == "A1")
    table = income(people_in_households=[1.0] * 6)
    assert on_todays_codes(table, connector_named("insee-filosofi"), one, events=None) is table


def test_territories_of_an_unknown_year_only_have_their_strangers_explained(
    toy: Territories,
) -> None:
    table = income(people_in_households=[1.0] * 6)
    undated = replace(toy, vintage="")
    got = on_todays_codes(table, connector_named("insee-filosofi"), undated, events=EVENTS)
    assert got.frame is table.frame
    assert got.account is not None
    assert got.account.listed[0].reason == "merged into A1 (Aone) on 2024-01-01"


def test_a_file_feeds_the_input_that_layers_know(france: Territories, fixtures: Path) -> None:
    sources = {"arcep-debit-filaire": fixtures / "commune_debit_filaire.csv"}
    embedded = dict(edition_inputs(read_country("fr")))
    kept = gather_inputs(sources, embedded, france)["arcep-debit"]
    assert kept.source.published == "2022-12-31", "the file has a few communes, the edition all"
    assert "has figures of 4 of 34,875 territories" in str(kept.notices[-1])
    del embedded["arcep-debit"]
    inputs = gather_inputs(sources, embedded, france)
    assert inputs["arcep-debit"].frame is inputs["arcep-debit-filaire"].frame
    assert inputs["arcep-debit"].level == "commune"
    assert len(inputs["arcep-debit"].source.sha256) == 64
    assert inputs["town-halls"].period == "2026-09-22", "the edition's own"


@pytest.mark.parametrize("order", [1, -1])
def test_the_wired_file_is_preferred(france: Territories, fixtures: Path, order: int) -> None:
    names = ["arcep-debit", "arcep-debit-filaire"][::order]
    file = fixtures / "commune_debit_filaire.csv"
    inputs = gather_inputs(dict.fromkeys(names, file), {}, france)
    assert "arcep-debit-filaire is taken for arcep-debit" in inputs["arcep-debit"].notices[-1]


def test_a_source_that_no_layer_reads_is_named() -> None:
    layers = list(known_layers().values())
    notices = Notices()
    say_unread(["arcep-debit-filaire", "dila-directory"], layers, notices=notices)
    say_unread(["insee-code-events", "ghsl-population-r4-c18"], layers, notices=notices)
    assert list(notices) == []
    say_unread(["dila-directory-epci", "mxmap"], layers, notices=notices)
    (notice,) = notices
    assert notice == "No layer is measured from dila-directory-epci, which was given."
    named = {layer.id for layer in layers if reads(layer, ["arcep-debit-filaire"])}
    assert named == {"premises-100mbps", "premises-1gbps"}


def test_unknown_sources_and_files_are_refused(france: Territories, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Did you mean 'arcep-ftth'"):
        gather_inputs({"arcep-fth": tmp_path}, {}, france)
    with pytest.raises(InputError, match=r"nowhere\.csv"):
        gather_inputs({"insee-code-events": tmp_path / "nowhere.csv"}, {}, france)
    with pytest.raises(InputError, match="shapes or a raster"):
        read_source("ign-admin-express", Path(__file__))


def test_real_premises_of_2022_are_carried_to_2026(france: Territories, shared_data: Path) -> None:
    sources = {
        "arcep-debit": shared_data / "fr/connectivity/commune_debit_2022-12-31.csv",
        "insee-code-events": shared_data / "fr/population/mouvements-communes.csv",
    }
    table = gather_inputs(sources, {}, france)["arcep-debit"]
    account = table.account
    assert account is not None
    assert (account.rows, account.matched, len(account.carried)) == (34957, 34955, 95)
    assert [row.code for row in account.listed] == ["97701", "97801"]
    premises = table.frame["premises"]
    assert premises.sum() == pytest.approx(43_576_369, abs=1)
    assert table.frame.index.isin(france.codes).all()
