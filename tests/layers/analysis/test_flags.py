"""Flags: the language of rules, what is missing, what is possible, where a quartile ends."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.flagging.cuts import Cut, quantile_cut, sides_of
from zoneblanche.layers.analysis.flagging.flags import (
    Rule,
    flag,
    flag_summary,
    known_rules,
    read_rule,
)
from zoneblanche.layers.analysis.flagging.rule import Condition, Group

NAN = float("nan")
CONTEXT = {"better": None}
GRID = {"better": None, "unit": "category", "categories": {code: str(code) for code in range(1, 8)}}


def write_rule(folder: Path, body: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_text(f'id = "mine"\ntitle = "Mine"\n{body}', encoding="utf-8")
    return path


@pytest.mark.parametrize("name", known_rules())
def test_every_shipped_rule_says_in_both_languages_what_it_is(name):
    rule = read_rule(name)
    assert rule.id == name
    assert set(rule.title) == set(rule.method) == {"fr", "en"}


def test_sparse_underserved_by_hand(make_atlas):
    # Eight territories: the worst quartile of the network is T00 and T01, of presence T00 and T02.
    atlas = make_atlas(
        {
            "density-class": [7, 4, 6, 1, 5, 6, NAN, NAN],
            "density": [10, 400, 45, 2000, 12, 33, 25, 90],
            "premises-1gbps": [0, 5, 40, 60, 70, 80, 90, 95],
            "presence": [0, 80, 10, 90, 60, 70, 55, 75],
        },
        density_class=GRID,
        density=CONTEXT,
    )
    flagged = flag(atlas, "sparse-underserved-2025")
    assert flagged.values["sparse-underserved-2025"].tolist() == [1, 0, 1, 0, 0, 0, 0, 0]
    assert flagged.indicator("sparse-underserved-2025").role == "flag"
    assert any("2 territories without a figure of" in line for line in flagged.notices)


def test_a_missing_figure_is_unknown_only_where_the_rule_hangs_on_it(make_atlas):
    atlas = make_atlas(
        {
            "density": [10, 10, 500, NAN, 10, 10, 10, 10],
            "premises-1gbps": [NAN, NAN, NAN, 0, 1, 50, 60, 70],
            "presence": [0, 90, 90, 80, 70, 10, 60, 50],
        },
        density=CONTEXT,
    )
    flagged = flag(atlas, "sparse-underserved-2025")
    column = flagged.values["sparse-underserved-2025"]
    # T00: presence alone is enough. T01: the network decides, and is missing. T02 is dense.
    assert column.iloc[0] == 1
    assert np.isnan(column.iloc[1])
    assert column.iloc[2] == 0
    assert np.isnan(column.iloc[3])
    assert flagged.reasons["sparse-underserved-2025"].iloc[1] == Reason.NOT_PUBLISHED
    assert any("judged without" in line for line in flagged.notices)


def test_reason_of_the_decisive_figure_is_kept(make_atlas):
    atlas = make_atlas({"a": [NAN, 1.0, 2.0], "b": [NAN, 5.0, 5.0]})
    atlas = atlas.add(atlas.indicator("a"), atlas.values["a"], reasons=Reason.SECRET)
    conditions = tuple(
        Condition(indicator=(name,), op="<", value=(limit,)) for name, limit in (("a", 2), ("b", 1))
    )
    out = flag(atlas, Rule("r", "R", Group("any", conditions)))
    assert out.values["r"].tolist()[1:] == [1, 0]
    assert out.reasons["r"].iloc[0] == Reason.SECRET


def test_a_lower_better_score_is_worst_where_high(make_atlas):
    atlas = make_atlas(
        {"digital-inequality": [90, 10, 20, 30, 40, 50, 60, 70, 80, 5]},
        digital_inequality={"better": "lower", "unit": "score", "role": "index"},
    )
    assert flag(atlas, "worst-decile").values["worst-decile"].tolist() == [1] + [0] * 9


def test_an_interval_over_the_cut_is_possible_on_either_side(make_atlas):
    # Rank 1 is the highest score; the worst tenth of the people of ten is T00, rank 1.
    scores = [90, 80, 70, 60, 50, 40, 30, 20, 10, 5]
    ranks = list(range(1, 11))
    low = [1, 1, 2, *ranks[3:]]
    high = [1, 3, 4, *ranks[3:]]
    options = {"better": "lower", "unit": "score"}
    for first_high, expected in ((1, 1), (2, 2)):
        interval = pd.DataFrame({"rank": ranks, "rank_low": low, "rank_high": high})
        interval.loc[0, "rank_high"] = first_high
        atlas = make_atlas(
            {"digital-inequality": scores},
            intervals={"digital-inequality": interval},
            digital_inequality=options,
        )
        column = flag(atlas, "worst-decile").values["worst-decile"]
        assert column.tolist() == [expected, 2, 0, 0, 0, 0, 0, 0, 0, 0]


def test_intervals_of_a_score_that_is_better_high(make_atlas, tmp_path):
    path = write_rule(tmp_path, 'all = [{ indicator = "s", quantile = 0.25 }]')
    interval = pd.DataFrame(
        {"rank": [4, 3, 2, 1], "rank_low": [4, 3, 1, 1], "rank_high": [4, 4, 3, 2]}
    )
    atlas = make_atlas({"s": [10, 20, 30, 40]}, intervals={"s": interval})
    assert flag(atlas, path).values["mine"].tolist() == [1, 2, 0, 0]


def test_ranks_of_the_whole_country_serve_a_part_of_it(make_atlas, tmp_path):
    path = write_rule(tmp_path, 'all = [{ indicator = "s", op = "<", value = 25 }]')
    interval = pd.DataFrame(
        {"rank": [900, 800, 300], "rank_low": [850, 790, 200], "rank_high": [950, 900, 810]}
    )
    atlas = make_atlas({"s": [10, 20, 30]}, intervals={"s": interval})
    # The cut lies at rank 800: T01 reaches above it, T02 below it.
    assert flag(atlas, path).values["mine"].tolist() == [1, 2, 2]


def test_population_counts_people(make_atlas, tmp_path):
    body = 'all = [{{ indicator = "s", quantile = 0.25, reference = "{}" }}]'
    atlas = make_atlas({"s": [1, 2, 3, 4]}, population=[10, 10, 40, 40])
    people = flag(atlas, write_rule(tmp_path, body.format("population")))
    each = flag(atlas, write_rule(tmp_path, body.format("territories")))
    assert people.values["mine"].tolist() == [1, 1, 0, 0]
    assert each.values["mine"].tolist() == [1, 0, 0, 0]


def test_summary_counts_territories_and_people(make_atlas, tmp_path):
    path = write_rule(tmp_path, 'all = [{ indicator = "s", op = "<", value = 2 }]')
    atlas = make_atlas({"s": [1, 2, NAN, 0]}, population=[10, 20, 30, NAN])
    summary = flag_summary(flag(atlas, path), "mine")
    assert (summary.flagged.territories, summary.flagged.population) == (2, 10)
    assert (summary.not_flagged.territories, summary.not_flagged.population) == (1, 20)
    assert (summary.unknown.territories, summary.unknown.population) == (1, 30)
    assert summary.population_percent(summary.flagged) == pytest.approx(100 / 6)
    with pytest.raises(InputError, match="'s' is not a flag"):
        flag_summary(atlas, "s")


def test_ties_are_never_split():
    booleans = np.array([0.0] * 38 + [1.0] * 62)
    assert quantile_cut(booleans, quantile=0.25, low_is_chosen=True) == Cut("<=", 0.0, 0.38, 100)
    few = np.array([0.0] * 5 + [50.0] * 90 + [100.0] * 5)
    assert quantile_cut(few, quantile=0.25, low_is_chosen=True) == Cut("<=", 0.0, 0.05, 100)
    assert quantile_cut(few, quantile=0.25, low_is_chosen=False) == Cut(">=", 100.0, 0.05, 100)
    equal = quantile_cut(np.full(4, 3.0), quantile=0.25, low_is_chosen=True)
    assert not equal.holds(np.full(4, 3.0)).any()


@settings(deadline=None)
@given(
    st.lists(st.integers(-5, 5), min_size=1, max_size=40),
    st.floats(0.05, 0.95),
    st.booleans(),
)
def test_cut_laws(values, quantile, low):
    column = np.array(values, dtype="float64")
    cut = quantile_cut(column, quantile=quantile, low_is_chosen=low)
    held = cut.holds(column)
    assert held.mean() == pytest.approx(cut.share)
    if len(set(values)) == 1:
        assert not held.any()
    else:
        assert held.any() and not held.all()
        extreme = column.min() if low else column.max()
        assert held[column == extreme].all()
    reordered = quantile_cut(column[::-1], quantile=quantile, low_is_chosen=low)
    assert (reordered.op, reordered.share) == (cut.op, pytest.approx(cut.share))
    mirrored = quantile_cut(-column, quantile=quantile, low_is_chosen=not low)
    assert (mirrored.holds(-column) == held).all()


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 100), st.integers(0, 4)), min_size=2, max_size=30))
def test_wider_intervals_never_make_surer(rows):
    values = np.array([value for value, _ in rows])
    ranks = pd.Series(values).rank(ascending=False, method="min")
    spread = np.array([width for _, width in rows])
    cut = quantile_cut(values, quantile=0.25, low_is_chosen=True)
    before = sides_of(cut, values, None)
    for factor in (0, 1, 2):
        interval = pd.DataFrame(
            {
                "rank": ranks,
                "rank_low": ranks - factor * spread,
                "rank_high": ranks + factor * spread,
            }
        )
        now = sides_of(cut, values, interval)
        assert (now[0] <= before[0]).all() and (now[1] >= before[1]).all()
        before = now


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "either `all` or `any`"),
        ("all = []", "at least one condition"),
        ("all = [3]", "is a table"),
        ("every = []", "no key 'every'"),
        ('all = [{ indicator = "s" }]', "either `op` and `value`, or `quantile`"),
        ('all = [{ indicator = "s", op = "=<", value = 3 }]', "'=<' is no op"),
        ('all = [{ indicator = "s", value = 3 }]', "needs an `op`"),
        ('all = [{ indicator = "s", op = "<", value = [3, 4] }]', "one value unless it is `in`"),
        ('all = [{ indicator = "s", op = "<", value = "3" }]', "`value` is a number"),
        ('all = [{ indicator = "s", op = "<", value = nan }]', "not a usable number"),
        ('all = [{ indicator = "s", quantile = 25 }]', "between 0 and 1"),
        (
            'all = [{ indicator = "s", quantile = 0.2, direction = "wurst" }]',
            "Did you mean 'worst'",
        ),
        ('all = [{ indicator = "s", quantle = 0.2 }]', "Did you mean 'quantile'"),
        ('all = [{ op = "<", value = 3 }]', "names an `indicator`"),
        ('all = [{ indicator = [], op = "<", value = 3 }]', "names an `indicator`"),
        ('all = [{ rule = "mine.toml" }]', "include each other"),
        ('all = [{ rule = "../mine.toml" }]', "same folder"),
        ('all = [{ rule = "spars" }]', "Did you mean 'sparse'"),
        ("all = [", "line 3"),
    ],
)
def test_a_wrong_rule_is_a_sentence(tmp_path, body, words):
    with pytest.raises(InputError) as raised:
        read_rule(write_rule(tmp_path, body))
    assert words in str(raised.value)


def test_all_faults_of_a_rule_come_at_once(tmp_path):
    path = write_rule(tmp_path, 'all = [{ indicator = "s", quantile = 2, refrence = "x" }]')
    with pytest.raises(InputError) as raised:
        read_rule(path)
    assert len(raised.value.faults) == 2


def test_no_such_rule_or_file(tmp_path):
    with pytest.raises(InputError, match="Did you mean 'sparse-underserved"):
        read_rule("sparse-undeserved")
    with pytest.raises(InputError, match="no such rule"):
        read_rule(tmp_path / "absent.toml")


def test_indicators_that_the_rule_cannot_use(make_atlas, tmp_path):
    atlas = make_atlas({"density": [1, 2]}, density=CONTEXT)
    cases = {
        'all = [{ indicator = "densty", op = "<", value = 3 }]': "Did you mean 'density'",
        'all = [{ indicator = "density", quantile = 0.2 }]': "no better direction",
        'all = [{ indicator = "density", op = "in", value = [1] }]': "codes of a category",
        'all = [{ indicator = "x", op = "<", value = 1, optional = true }]': "needs one of x",
    }
    for body, words in cases.items():
        with pytest.raises(InputError, match=words):
            flag(atlas, write_rule(tmp_path, body))


def test_the_method_says_the_cuts_as_they_came_out(make_atlas):
    atlas = make_atlas(
        {"density": [10, 400, 45, 2000], "premises-1gbps": [0, 5.5, 40, 60]}, density=CONTEXT
    )
    indicator = flag(atlas, "sparse-underserved-2025").indicator("sparse-underserved-2025")
    assert "Rule: Density < 30 and " in indicator.method_in("en")
    assert "Premises-1Gbps ≤ 0,0 (25,0\u00a0% des 4 territoires)" in indicator.method_in("fr")
    assert indicator.parts == ("density", "premises-1gbps")


def test_a_coarse_figure_is_told(make_atlas):
    atlas = make_atlas(
        {"density": [10, 400], "presence": [0, 5]},
        density=CONTEXT,
        parents={"departement": ["A", "A"]},
        presence={"better": "higher", "native_level": "departement"},
    )
    notices = flag(atlas, "sparse-underserved-2025").notices
    assert any("known by departement only" in line for line in notices)


@pytest.mark.parametrize("taken", ["speed", "SPEED", "code", "Rank"])
def test_a_flag_takes_no_column_of_others(make_atlas, tmp_path, taken):
    atlas = make_atlas({"speed": [1.0, 2.0, 3.0, 4.0]})
    path = write_rule(tmp_path, 'all = [{ indicator = "speed", op = "<", value = 2 }]\n')
    again = flag(flag(atlas, path), path)
    assert list(again.indicators) == ["speed", "mine"]
    path.write_text(path.read_text("utf-8").replace('id = "mine"', f'id = "{taken}"'), "utf-8")
    with pytest.raises(InputError, match="is that of a column of the results"):
        flag(atlas, path)
