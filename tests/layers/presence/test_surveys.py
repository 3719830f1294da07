"""Surveys of authorities: what is refused, and how uncertain the rest is."""

from __future__ import annotations

from pathlib import Path

import pytest
from scipy.stats import binomtest

from zoneblanche.geo.errors import InputError
from zoneblanche.layers.presence.surveys import read_survey

HEADER = "category,date,question,answer,percent,sample_size"
KNOWN = ("commune", "departement")


def survey(folder: Path, *rows: str, header: str = HEADER) -> Path:
    path = folder / "survey.csv"
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return path


def test_answers_have_their_interval_and_change(tmp_path: Path) -> None:
    path = survey(
        tmp_path, "commune,2018,Obstacles?,Money,31,500", "commune,2017,Obstacles?,Money,20,500"
    )
    read_back = read_survey(path, categories=KNOWN)
    assert read_back.answers["date"].tolist() == ["2017", "2018"]
    for _, row in read_back.answers.iterrows():
        known = binomtest(round(row["percent"] * 5), 500).proportion_ci(method="wilson")
        assert (row["low"], row["high"]) == pytest.approx((100 * known.low, 100 * known.high))
    assert read_back.answers["margin_points"].tolist() == pytest.approx([3.506, 4.054], abs=1e-3)
    change = read_back.changes.iloc[0]
    assert (change["from"], change["to"], change["change_points"]) == ("2017", "2018", 11.0)
    # Newcombe (1998), method 10, by hand: 11 ∓ √(3.89² + 3.73²), 11 ± √(4.18² + 3.28²).
    assert change["low"] == pytest.approx(5.61, abs=0.02)
    assert change["high"] == pytest.approx(16.31, abs=0.02)


def test_the_margin_of_the_publisher_is_kept(tmp_path: Path) -> None:
    header = HEADER + ",margin_points,source"
    rows = ("commune,2018,Q,A,31,500,5.0,INSEE", "departement,2018,Q,A,31,500,,INSEE")
    answers = read_survey(survey(tmp_path, *rows, header=header), categories=KNOWN).answers
    assert answers["margin_points"].tolist() == pytest.approx([5.0, 4.054], abs=1e-3)
    assert set(answers["source"]) == {"INSEE"}


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("comune,2018,Q,A,31,500", "Did you mean 'commune'"),
        ("commune,May 2018,Q,A,31,500", "is not a date"),
        ("commune,2018,Q,A,131,500", "131"),
        ("commune,2018,Q,A,31,0", "0"),
        ("commune,2018,Q,A,,500", "no percent or no sample size"),
        ("commune,2018,Q,A,31,500\ncommune,2018,Q,A,32,500", "repeats an answer"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, row: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        read_survey(survey(tmp_path, row), categories=KNOWN)
