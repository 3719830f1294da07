"""RPNT 0.2 against ANCT's worked cases, and unknown kept apart from no."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.presence.rpnt import (
    CRITERIA,
    LEVELS,
    MEASURED,
    evaluate,
    reasons_of,
    score_of_area,
    score_of_commune,
)
from zoneblanche.layers.publishers.read_records import email_domain

ISSUES = {
    "WEBSITE_DOWN": ("reachable",),
    "WEBSITE_SSL": ("certificate",),
    "WEBSITE_DOMAIN_REDIRECT": ("own_domain",),
    "WEBSITE_HTTP_REDIRECT": ("https", "redirections"),
    "WEBSITE_HTTP_NOWWW": ("redirections",),
    "WEBSITE_HTTPS_NOWWW": ("redirections",),
    "DNS_DOWN": ("mx",),
    "DNS_MX_MISSING": ("mx",),
    "DNS_SPF_MISSING": ("spf",),
    "DNS_DMARC_MISSING": ("dmarc",),
    "DNS_DMARC_WEAK": ("dmarc_strict",),
    "DNS_MX_OUTSIDE_EU": ("mx_eu",),
}
"""What each issue of the worked cases says was measured to be wrong."""


@pytest.fixture(scope="module")
def generic(shared_data: Path) -> list[str]:
    return (shared_data / "reference/rpnt/generic_providers.txt").read_text("utf-8").split()


def test_all_worked_cases(shared_data: Path, generic: list[str]) -> None:
    path = shared_data / "reference/rpnt/rpnt_worked_cases.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        cases = list(csv.DictReader(stream))
    assert len(cases) == 72
    declared = pd.DataFrame(
        {
            "website": [case["website"] or None for case in cases],
            "email_domain": [email_domain(case["email"]) for case in cases],
        }
    )
    measured = pd.DataFrame(1.0, index=declared.index, columns=list(MEASURED))
    for row, case in enumerate(cases):
        for name in ISSUES.get(case["test_issue"], ()):
            measured.loc[row, name] = 0.0
    criteria = evaluate(declared, generic, measured=measured)
    for row, case in enumerate(cases):
        met = {name for name in (*CRITERIA, *LEVELS) if criteria.loc[row, name] == 1}
        assert met == set(filter(None, case["criteria_and_levels"].split("|"))), case


def test_nothing_measured_is_unknown_not_no(generic: list[str]) -> None:
    declared = pd.DataFrame(
        {
            "website": ["https://www.mende.fr", None, "https://www.mende.com"],
            "email_domain": ["mende.fr", "mende.fr", "wanadoo.fr"],
        },
        index=["a", "b", "c"],
    )
    criteria = evaluate(declared, generic)
    assert criteria.loc["a", ["1.1", "1.2", "1.8", "2.1", "2.2", "2.3"]].eq(1).all()
    assert criteria.loc["a", ["1.3", "1.4", "2.4", "1.a", "2.a", "a", "aa"]].isna().all()
    # No website: everything about it is a no, and 2.3 is waived.
    assert criteria.loc["b", ["1.1", "1.3", "1.8", "1.a", "a", "aa"]].eq(0).all()
    assert np.isnan(criteria.loc["b", "2.3"])
    assert np.isnan(criteria.loc["b", "2.a"])
    # One criterion that is not met settles the level, whatever is unknown.
    assert criteria.loc["c", ["1.a", "2.a", "a"]].eq(0).all()
    reasons = reasons_of(criteria)
    assert reasons.loc["b", "2.3"] == Reason.NOT_APPLICABLE
    assert reasons.loc["a", "1.3"] == Reason.NOT_COLLECTED
    assert reasons.loc["a", "1.1"] == Reason.PRESENT


def test_the_waiver_asks_for_a_sovereign_domain(generic: list[str]) -> None:
    declared = pd.DataFrame(
        {
            "website": [None, None, "https://www.ville.com", "https://www.ville.com"],
            "email_domain": ["ville.fr", "ville.com", "ville.fr", "ville.com"],
        }
    )
    measured = pd.DataFrame(1.0, index=declared.index, columns=list(MEASURED))
    criteria = evaluate(declared, generic, measured=measured)
    assert criteria["2.a"].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert criteria["2.3"].isna().tolist() == [True, False, True, False]


def test_what_was_not_collected_is_unknown(generic: list[str]) -> None:
    criteria = evaluate(pd.DataFrame({"website": ["https://www.mende.fr"]}), generic)
    assert criteria.filter(regex=r"^2\.").isna().all(axis=None)
    assert criteria.loc[0, "1.1"] == 1


def test_more_measured_never_contradicts_what_was_known(generic: list[str]) -> None:
    declared = pd.DataFrame(
        {
            "website": ["https://a.fr", "http://b.fr", None, "nothing"],
            "email_domain": ["a.fr", "c.fr", None, "gmail.com"],
        }
    )
    before = evaluate(declared, generic)
    for value in (0.0, 1.0):
        for name in MEASURED:
            measured = pd.DataFrame({name: [value] * 4})
            after = evaluate(declared, generic, measured=measured)
            settled = before.notna()
            assert (
                (after.where(settled) == before.where(settled)).where(settled, True).all(axis=None)
            )


def test_scores() -> None:
    criteria = pd.DataFrame(
        {"1.a": [1.0, 0.0, np.nan, 1.0], "2.a": [1.0, 1.0, 1.0, 0.0], "a": [1.0, 1.0, 0.0, 0.0]}
    )
    assert score_of_commune(criteria).tolist()[:2] == [2.0, 1.0]
    areas = pd.Series(["x", "x", "x", "y"])
    scored = score_of_area(criteria, areas)
    assert scored.loc["x"].tolist() == [1.5, pytest.approx(2 / 3)]
    # The formula as published gives the same over the communes that are known.
    part = criteria.iloc[:2].sum()
    published = (2 * part["a"] + (part["1.a"] - part["a"]) + (part["2.a"] - part["a"])) / 2
    assert scored.loc["x", "score"] == published
