# ruff: noqa: E501
"""The table of `zoneblanche probe` on territories: figures, reasons, levels, waves, recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.index.recipe.load import read_recipe
from zoneblanche.layers.presence.tables import equal_size_table
from zoneblanche.layers.presence.waves import Counted, count_probes
from zoneblanche.layers.probing.pages.accounts import NETWORKS
from zoneblanche.layers.probing.sites import Authority, plan
from zoneblanche.layers.probing.table import presence_table
from zoneblanche.layers.publishers.connector import read_source
from zoneblanche.scripts.jobs.probe import write_table

RECORDS: dict[str, dict[str, Any]] = {
    "yes": {
        "accounts": [{"network": "facebook", "handle": "yes", "whose": "own", "page": "p",
                      "link": "https://www.facebook.com/yes"}],
        "accessibility": {"level": "partial", "page": "p", "link": "l", "date": "", "why": ""},
        "legal": {"page": "p", "link": "l", "why": ""},
        "news": {"date": "2026-11-01", "page": "p", "how": "feed"},
        "services": [{"kind": "app", "page": "p", "link": "l"}],
        "http": "https",
    },
    "no": {"http": "plain"},
    "robots": {"reason": "robots"},
    "spa": {"readable": "no-text"},
    "dead": {"reason": "no-answer", "https": "no-answer", "http": "no-answer", "status": 0},
}  # fmt: skip


def _record(name: str, more: dict[str, Any], day: str) -> dict[str, Any]:
    base = {"key": name, "asked": day, "reason": "", "https": "yes", "status": 200, "readable": "",
            "parked": "", "final": name, "host": name, "accounts": [], "own_domain": True}  # fmt: skip
    return base | more


def _of_its_own(record: dict[str, Any], code: str) -> dict[str, Any]:
    """The record with accounts that no other site shows."""
    return record | {"accounts": [one | {"handle": code} for one in record["accounts"]]}


def write_probe(
    path: Path, codes: dict[str, str], *, day: str = "2026-11-29", level: str = "commune"
) -> Path:
    """A probe's table: the code of each territory, and which of `RECORDS` its site is."""
    listed = [Authority(code, level, f"https://{kind}-{code}.example/" if kind else "", f"{code}.example")
              for code, kind in codes.items()]  # fmt: skip
    planned = plan(listed)
    sites = {
        f"{kind}-{code.lower()}.example/": _of_its_own(_record(kind, RECORDS[kind], day), code)
        for code, kind in codes.items()
        if kind
    }
    mail = {f"{code.lower()}.example": {"domain": code, "reason": "", "mx": ["mx1.mail.ovh.net"],
            "spf": "softfail", "dmarc": {}, "provider": "ovh", "kind": "commercial", "seat": "FR"}
            for code in codes}  # fmt: skip
    write_table(presence_table(listed, planned, sites, mail), path, seed=0)
    return path


def test_figures_and_why_they_are_missing(tmp_path: Path) -> None:
    path = write_probe(tmp_path / "presence.parquet", {
        "01001": "yes", "01002": "no", "01004": "robots", "01005": "spa", "01006": "dead", "01007": "",
    })  # fmt: skip
    table = read_source("presence-probe", path)
    assert table.level == "commune" and table.period == "2026-11-29"
    facebook = table.frame["facebook"]
    assert facebook.tolist()[:2] == [1.0, 0.0] and facebook.iloc[2:].isna().all()
    assert table.reasons is not None
    assert table.reasons["facebook"].tolist() == [
        Reason.PRESENT, Reason.PRESENT, Reason.REFUSED, Reason.NO_TEXT, Reason.NO_ANSWER,
        Reason.NOT_APPLICABLE,
    ]  # fmt: skip
    assert table.frame["news_recent"].tolist()[0] == 1.0
    assert table.reasons["news_recent"].iloc[1] == Reason.NOT_PUBLISHED
    assert table.frame["accessibility_code"].tolist()[:2] == [2.0, 0.0]
    assert table.frame["networks_any"].tolist()[:2] == [1.0, 0.0]
    assert table.frame["mx"].eq(1).all() and table.frame["dmarc"].eq(0).all()
    assert table.frame["redirections"].iloc[1] == 0 and np.isnan(
        table.frame["redirections"].iloc[0]
    )


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_both_forms_are_read_alike(tmp_path: Path, suffix: str) -> None:
    path = write_probe(tmp_path / f"presence.{suffix}", {"01001": "yes", "01002": "spa"})
    frame = read_source("presence-probe", path).frame
    assert frame["facebook"].iloc[0] == 1 and np.isnan(frame["facebook"].iloc[1])
    assert frame.index.tolist() == ["01001", "01002"]


def test_every_layer_of_the_recipe_is_measured(tmp_path: Path, toy: Territories) -> None:
    path = write_probe(tmp_path / "p.parquet", {"A1": "yes", "A2": "no", "B1": "robots"})
    table = read_source("presence-probe", path)
    recipe = read_recipe("digital-presence-measured")
    parts = [name for dimension in recipe.dimensions[:-1] for name in dimension.weights]
    assert len(parts) >= 9
    for name in parts:
        measured = known_layers()[name].measure(toy, {"presence-probe": table})
        assert measured.values["A1"] == measured.values["A1"], name
        assert measured.reasons["B2"] == Reason.NOT_MATCHED


def test_tables_that_are_none(tmp_path: Path) -> None:
    path = write_probe(tmp_path / "p.csv", {"01001": "yes"})
    with pytest.raises(InputError, match="no row of level 'epci'"):
        read_source("presence-probe-epci", path)
    text = path.read_text("utf-8")
    (tmp_path / "twice.csv").write_text(text + text.splitlines()[1] + "\n", "utf-8")
    with pytest.raises(InputError, match="listed twice"):
        read_source("presence-probe", tmp_path / "twice.csv")
    other = tmp_path / "other.csv"
    other.write_text("code,website\n01001,x\n", "utf-8")
    with pytest.raises(InputError, match="has no column"):
        read_source("presence-probe", other)


def test_probes_are_waves_and_change_has_its_interval(tmp_path: Path) -> None:
    territories = edition_territories(read_country("fr")).within(["48"])
    codes = list(territories.codes[:26])
    before = {code: "yes" if place % 3 == 0 else "no" for place, code in enumerate(codes)}
    after = {code: "yes" if place % 2 == 0 else "no" for place, code in enumerate(codes)}
    after[codes[1]] = "robots"
    probes = [
        write_probe(tmp_path / "one.parquet", before, day="2026-05-01"),
        write_probe(tmp_path / "two.parquet", after, day="2026-11-01"),
    ]
    counted = count_probes(read_country("fr"), probes)
    table, changes = counted.barometer.table, counted.barometer.changes
    cells = table[(table["category"] == "commune") & (table["criterion"] == "facebook")]
    assert cells["known"].tolist() == [len(codes), len(codes) - 1]
    change = changes[
        (changes["category"] == "commune") & (changes["criterion"] == "facebook")
    ].iloc[0]
    assert change["authorities"] == len(codes) - 1
    assert change["low"] < change["change_points"] < change["high"]
    assert change["gained"] > 0 and change["given_up"] > 0
    assert change["low"] >= -100 and change["high"] <= 100
    assert set(table["category"]) == {"region", "departement", "epci", "commune"}, "no town"
    assert counted.barometer.notices == (
        "The last probe lists 26 of 34,875 communes. Numbers, shares and changes are of these.",
    )
    regions = table[(table["category"] == "region") & (table["criterion"] == "facebook")]
    assert (regions["state"] == "not collected").all()
    with pytest.raises(InputError, match="two probes are of 2026-05-01"):
        count_probes(read_country("fr"), [probes[0], probes[0]])


@pytest.fixture(scope="module")
def lozere(tmp_path_factory: pytest.TempPathFactory) -> Counted:
    """A probe of the communes of one département: two of three have an account."""
    codes = edition_territories(read_country("fr")).within(["48"]).codes
    rows = {code: "yes" if place % 3 else "no" for place, code in enumerate(codes)}
    path = write_probe(tmp_path_factory.mktemp("lozere") / "presence.parquet", rows)
    return count_probes(read_country("fr"), [path])


def test_a_probe_of_a_part_says_nothing_of_the_towns_elsewhere(lozere: Counted) -> None:
    table = lozere.barometer.table
    facebook = table[table["criterion"] == "facebook"].set_index("category")
    assert facebook["authorities"].fillna(0).to_dict() == {
        "region": 0, "departement": 0, "epci": 0, "prefecture": 1, "sous-prefecture": 1,
        "commune": 152,
    }  # fmt: skip
    assert facebook.loc["commune", "present"] == 101


def test_a_layer_with_one_figure_is_not_compared_at_equal_size(lozere: Counted) -> None:
    table = equal_size_table(lozere, [], "fr")
    assert set(table["indicator"]) == {"social-measured"}, "all news are of one day"
    assert lozere.probe is not None
    accounts = [*NETWORKS, "networks_any"]
    none = lozere.probe.frame.assign(**dict.fromkeys(accounts, 0.0))
    with pytest.raises(InputError, match="no account and no news that differ"):
        equal_size_table(replace(lozere, probe=replace(lozere.probe, frame=none)), [], "fr")
