"""The barometer: counts, what was not collected, and change on constant territory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.geo.vintages.events import COLUMNS, read_events
from zoneblanche.layers.presence.barometer import (
    Category,
    Wave,
    categories_of,
    change_interval,
    compute_barometer,
    waves_of,
    with_history,
)

GENERIC = ["orange.fr"]
ALL = Category("commune", "Communes", "commune")
TOWNS = Category("prefecture", "Préfectures", "commune", frozenset(["2", "3", "9"]))
REGIONS = Category("region", "Régions", "region")


def _wave(date: str, websites: dict[str, str | None], **columns: object) -> Wave:
    frame = pd.DataFrame({"website": pd.Series(websites, dtype="object")})
    return Wave(date, {"commune": frame.assign(**columns)}, vintage=date[:4])


def _row(table: pd.DataFrame, **wanted: str) -> pd.Series:
    for column, value in wanted.items():
        table = table[table[column] == value]
    assert len(table) == 1
    return table.iloc[0]


def test_counts_by_category_and_criterion() -> None:
    wave = _wave(
        "2026-01-01",
        {"1": "https://a.fr", "2": "http://b.fr", "3": None, "4": "no address"},
        email_domain=["a.fr", "orange.fr", None, None],
        facebook=[1.0, 0.0, 1.0, np.nan],
    )
    table = compute_barometer([wave], [ALL, TOWNS, REGIONS], generic=GENERIC).table
    cell = _row(table, category="commune", criterion="website")
    assert (cell["authorities"], cell["known"], cell["present"]) == (4, 3, 2)
    assert cell["share_percent"] == pytest.approx(200 / 3)
    assert _row(table, category="commune", criterion="https")["present"] == 1
    assert _row(table, category="commune", criterion="own-email")["share_percent"] == 50.0
    social = _row(table, category="commune", criterion="facebook")
    assert (social["known"], social["present"]) == (3, 2)
    # A préfecture without a row is counted among the authorities, and not known.
    town = _row(table, category="prefecture", criterion="website")
    assert (town["authorities"], town["known"], town["present"]) == (3, 2, 1)


def test_services_and_the_age_of_entries_are_counted() -> None:
    wave = _wave(
        "2026-01-01",
        {"1": "https://a.fr", "2": None, "3": None, "4": None},
        mobile_app=[1.0, 0.0, 0.0, np.nan],
        chat=[0.0, 0.0, 0.0, 0.0],
        entry_recent=[1.0, 1.0, 0.0, np.nan],
    )
    table = compute_barometer([wave], [ALL, TOWNS], generic=GENERIC).table
    shares = {name: _row(table, category="commune", criterion=name)["share_percent"]
              for name in ("mobile_app", "chat", "entry_recent")}  # fmt: skip
    assert shares == pytest.approx({"mobile_app": 100 / 3, "chat": 0.0, "entry_recent": 200 / 3})
    cell = _row(table, category="commune", criterion="electronic_referral")
    assert cell["state"] == "not collected"


def test_what_nobody_collected_is_no_zero() -> None:
    wave = _wave("2018-05-01", {"1": "https://a.fr", "2": None}, email_domain=[None, None])
    table = compute_barometer([wave], [ALL, REGIONS], generic=GENERIC).table
    for criterion in ("own-email", "facebook"):
        cell = _row(table, category="commune", criterion=criterion)
        assert cell["state"] == "not collected"
        assert np.isnan(cell["share_percent"])
    region = _row(table, category="region", criterion="website")
    assert region["state"] == "not collected"
    assert np.isnan(region["authorities"])


def test_change_is_measured_on_constant_territory() -> None:
    """2 is merged into 1, which keeps its website; 4 gains one. As listed, the share would rise
    from 1/3 to 2/2, of which the merger alone is a part."""
    events = pd.DataFrame(
        [
            ("32", "2020-01-01", "2", "b", "1", "a"),
            ("32", "2020-01-01", "1", "a", "1", "a"),
        ],
        columns=list(COLUMNS),
    )
    before = _wave("2018-01-01", {"1": "https://a.fr", "2": None, "4": None})
    after = _wave("2022-01-01", {"1": "https://a.fr", "4": "https://d.fr"})
    barometer = compute_barometer([after, before], [ALL], generic=GENERIC, events=events)
    change = _row(barometer.changes, criterion="website")
    assert (change["from"], change["to"]) == ("2018-01-01", "2022-01-01")
    assert (change["authorities"], change["gained"], change["given_up"]) == (2, 1, 0)
    assert (change["from_percent"], change["to_percent"]) == (50.0, 100.0)
    assert change["change_points"] == 50.0
    assert change["listed_points"] == pytest.approx(100 - 100 / 3)
    assert change["composition_points"] == pytest.approx(100 / 6)
    assert barometer.notices == ()


def test_without_events_only_common_codes_are_compared_and_it_is_said() -> None:
    before = _wave("2018-01-01", {"1": "https://a.fr", "2": None})
    after = _wave("2022-01-01", {"1": None, "4": "https://d.fr"})
    barometer = compute_barometer([before, after], [ALL], generic=GENERIC)
    assert _row(barometer.changes, criterion="website")["authorities"] == 1
    assert "events" in barometer.notices[0]


def test_a_change_needs_both_waves() -> None:
    before = _wave("2018-01-01", {"1": "https://a.fr"}, email_domain=[None])
    after = _wave("2022-01-01", {"1": "https://a.fr"}, email_domain=["a.fr"])
    changes = compute_barometer([before, after], [ALL], generic=GENERIC).changes
    assert set(changes["criterion"]) == {"website", "https"}


@given(gained=st.integers(0, 500), given_up=st.integers(0, 500), others=st.integers(0, 10_000))
def test_the_interval_holds_the_change(gained: int, given_up: int, others: int) -> None:
    count = gained + given_up + others + 1
    low, high = change_interval(gained, given_up, count)
    shrunk = 100 * (gained - given_up) / (count + 2)
    assert low < shrunk < high
    wider = change_interval(gained, given_up, count, level=0.99)
    # An interval ends where shares do: at 100 points.
    assert wider[0] < low or wider[0] == low == -100
    assert high < wider[1] or high == wider[1] == 100


def test_the_interval_covers_in_simulation() -> None:
    """Of 95 % intervals about 95 % hold the true change, also with few authorities."""
    rng = np.random.default_rng(7)
    cells = rng.multinomial(60, [0.08, 0.03, 0.5, 0.39], size=4000)
    held = 0
    for gained, given_up, *_ in cells:
        low, high = change_interval(int(gained), int(given_up), 60)
        held += low <= 5.0 <= high
    assert 0.93 < held / 4000 < 0.975


def test_the_real_waves(shared_data: Path) -> None:
    panel = pd.read_parquet(shared_data / "fr/presence/presence_panel.parquet")
    panel = panel.assign(wave=panel["date"].dt.strftime("%Y-%m-%d")).drop(columns="date")
    waves = waves_of(panel)
    assert len(waves) == 7
    chosen = [waves[0], waves[-1]]
    events = read_events(shared_data / "fr/population/mouvements-communes.csv")
    generic = (shared_data / "reference/rpnt/generic_providers.txt").read_text("utf-8").split()
    rows = pd.read_csv(shared_data / "fr/population/departements.csv", dtype="str")
    seats = pd.Series(3, index=rows["CHEFLIEU"])
    categories = categories_of(seats)
    barometer = compute_barometer(chosen, categories, generic=generic, events=events)
    last = _row(barometer.table, category="commune", criterion="website", wave="2026-09-22")
    assert (last["authorities"], last["share_percent"]) == (34875, pytest.approx(61.6, abs=0.1))
    town = _row(barometer.table, category="prefecture", criterion="website", wave="2026-09-22")
    assert town["authorities"] == 101
    assert town["share_percent"] > 95
    change = _row(barometer.changes, category="commune", criterion="website")
    # 94 communes of 2026 have no row in 2018, and 40 addresses cannot be read.
    assert change["authorities"] == 34741
    assert change["low"] < change["change_points"] < change["high"]
    assert change["composition_points"] == pytest.approx(
        change["listed_points"] - change["change_points"]
    )
    assert set(barometer.table.loc[barometer.table["criterion"] == "facebook", "state"]) == {
        "not collected"
    }


def test_what_is_known_of_none_is_not_collected() -> None:
    """The table and the terminal say the same of a criterion without a single figure."""
    wave = _wave("2026-01-01", {"1": "https://a.fr", "9": "no address"})
    table = compute_barometer([wave], [TOWNS], generic=GENERIC).table
    cell = _row(table, category="prefecture", criterion="website")
    assert cell["state"] == "not collected"


HOSTS = pd.DataFrame(
    [("region", "84", "a.fr"), ("region", "84", "b.fr"), ("region", "", "c.fr")],
    columns=["level", "code", "host"],
)
SHARES = pd.DataFrame(
    [
        ("region", "facebook", "2017", 96.0, "", "", "A text"),
        ("towns", "x", "2012-05", 50.0, "Villes", "Towns", "Another"),
    ],
    columns=["category", "criterion", "date", "percent", "fr", "en", "source"],
)


def test_history_is_marked_and_enters_no_change() -> None:
    waves = [_wave(date, {"1": "https://a.fr", "2": None}) for date in ("2022-01-01", "2026-01-01")]
    counted = compute_barometer(waves, [REGIONS, ALL], generic=GENERIC)
    history = with_history(counted, hosts=HOSTS, members={"region": 4}, shares=SHARES)
    listed = _row(history.table, category="region", state="at least")
    assert (listed["present"], listed["authorities"], listed["share_percent"]) == (1, 4, 25.0)
    assert "1 of 4 authorities are matched by name, 1 hosts match none" in str(history.notices[-1])
    published = history.table[history.table["state"] == "published"]
    assert published["share_percent"].tolist() == [96.0, 50.0]
    assert published["source"].tolist() == ["A text", "Another"]
    assert published["authorities"].isna().all()
    assert history.other_categories == {"towns": {"fr": "Villes", "en": "Towns"}}
    assert history.changes.equals(counted.changes)
