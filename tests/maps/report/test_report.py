"""A report says what its tables hold, and no more than their intervals support."""

from __future__ import annotations

import re
from math import sqrt

import numpy as np
import pandas as pd
import pytest

from tests.maps.report.reading_reports import (
    AREAS,
    PAIRS,
    ReportPage,
    check_page,
    squares,
    table_of,
)
from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.analysis.areas import draw_means
from zoneblanche.layers.analysis.estimates import (
    Columns,
    Difference,
    clear_of_chance,
    difference_of,
    figure_of,
    verdict_of,
)
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.edition import edition_inputs, presence_waves
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.presence.barometer import Category, Wave, compute_barometer
from zoneblanche.maps.report.areas import find_area, references_of
from zoneblanche.maps.report.peers import Standing, standing_of
from zoneblanche.maps.report.write import Report, Shared, compose_report, render_report


@pytest.mark.parametrize(("area", "lang"), PAIRS)
def test_every_figure_of_a_sentence_is_a_cell(
    reports: dict[tuple[str | None, str], Report], area: str | None, lang: str
) -> None:
    page = check_page(reports[area, lang])
    assert len({sentence.key for sentence in page.sentences}) >= 8


@pytest.mark.parametrize("area", AREAS)
def test_verdicts_are_what_the_intervals_say(
    reports: dict[tuple[str | None, str], Report], area: str | None
) -> None:
    """A claim under stated errors, or beside a model, needs an interval on one side of zero, in
    the cell it names; a claim on counts has the sign of the difference, and no interval."""
    report = reports[area, "fr"]
    page = ReportPage(render_report(report))
    checked = 0
    for sentence in page.sentences:
        topic, _, kind = sentence.key.removesuffix(".ranged").removesuffix(".plain").partition(".")
        if topic not in ("index", "size", "waves") or kind not in ("better", "worse", "same"):
            continue
        target = next(t for t, _ in sentence.links if re.search(r"-(dif\d|residual|change)$", t))
        attributes = page.cells[target].attributes
        if sentence.key.endswith(".plain") or topic == "waves":
            assert "data-low" not in attributes
            low = high = float(attributes["data-value"])
        else:
            low, high = float(attributes["data-low"]), float(attributes["data-high"])
        if kind == "same":
            assert low <= 0 <= high, sentence
        else:
            # A high index is a bad one; a high share of websites is a good one.
            assert (low > 0) == ((kind == "worse") == (topic == "index")), sentence
            assert low * high > 0, sentence
        checked += 1
    assert checked >= (2 if area else 1)


def test_no_count_of_everybody_has_an_interval(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    """Intervals are those of the index, its ranks and its differences, and of the model at equal
    size: of nothing else."""
    members = set()
    for report in reports.values():
        main = report.scope.shared.main
        assert main is not None
        for table in report.tables():
            for row, cells in table.rows.items():
                for column, cell in zip(table.columns, cells, strict=True):
                    if cell.low is None and cell.high is None:
                        continue
                    of_index = column in ("score", "rank") or row == main.id
                    of_model = column == "residual"
                    assert of_index or of_model, (table.id, row, column)
                    members.add(column)
    assert {"score", "rank", "area", "dif0", "residual"} <= members


@pytest.mark.parametrize("area", [area for area in AREAS if area])
def test_lists_of_better_and_worse_agree_with_the_cells(
    reports: dict[tuple[str | None, str], Report], area: str
) -> None:
    report = reports[area, "fr"]
    page = ReportPage(render_report(report))
    table = table_of(report, "t-key")
    rows = {cells[1].id: key for key, cells in table.rows.items()}
    for sentence in page.sentences:
        if not sentence.key.startswith("key.") or sentence.key in ("key.nothing",):
            continue
        tone = sentence.key.removeprefix("key.")
        figures = [target for target, _ in sentence.links]
        for own, other in zip(figures[::2], figures[1::2], strict=True):
            cell = table.at(rows[own], "dif" + other[-1])
            value, reference = (
                table.at(rows[own], "area").value,
                table.at(rows[own], "ref" + other[-1]).value,
            )
            assert value is not None and reference is not None
            if tone == "coarse":
                assert cell.value is None
                continue
            assert cell.kind == tone
            assert cell.value == pytest.approx(value - reference)
            if tone in ("better", "worse"):
                up = report.scope.atlas.indicators[rows[own]].better == "higher"
                assert (cell.value > 0) == ((tone == "better") == up)


def test_key_figures_are_those_of_the_atlas(
    shared: Shared, reports: dict[tuple[str | None, str], Report]
) -> None:
    """Recomputed here from the columns, without the code of the report."""
    atlas, table = shared.atlas, table_of(reports["48", "fr"], "t-figures")
    lozere = (atlas.territories.parents["departement"] == "48").to_numpy()
    website = atlas.values["website"]
    assert table.at("website", "area").value == pytest.approx(100 * website[lozere].mean())
    assert table.at("website", "ref1").value == pytest.approx(100 * website.mean())
    people = atlas.territories.facts["population"]
    index = atlas.values["digital-inequality"]
    known = index.notna() & lozere
    assert table.at("digital-inequality", "area").value == pytest.approx(
        np.average(index[known], weights=people[known])
    )
    premises = atlas.weights["premises"]
    assert table.at("premises-1gbps", "area").value == pytest.approx(
        np.average(atlas.values["premises-1gbps"][lozere], weights=premises[lozere])
    )
    area = atlas.territories.facts["area_km2"]
    assert table.at("density", "area").value == pytest.approx(
        people[lozere].sum() / area[lozere].sum()
    )
    cell = table.at("website", "dif1")
    assert cell.value == pytest.approx(100 * (website[lozere].mean() - website.mean()))
    assert cell.low is None and cell.kind == "worse"


def test_the_range_of_a_score_is_that_of_the_draws(
    shared: Shared, reports: dict[tuple[str | None, str], Report]
) -> None:
    """90 % of the draws of the stated errors, of the area and of its difference from France."""
    drawn = draw_means(shared.atlas, "digital-inequality")
    here, all_of_it = drawn["departement"]["48"], drawn["country"]["FR"]
    table = table_of(reports["48", "fr"], "t-key")
    for cell, draws in (
        (table.at("digital-inequality", "area"), here),
        (table.at("digital-inequality", "dif1"), here - all_of_it),
    ):
        low, high = np.quantile(draws, (0.05, 0.95))
        assert cell.value is not None
        assert cell.low == pytest.approx(min(low, cell.value))
        assert cell.high == pytest.approx(max(high, cell.value))


def test_flags_waves_and_inequality_are_those_of_the_atlas(
    shared: Shared, reports: dict[tuple[str | None, str], Report]
) -> None:
    atlas, report = shared.atlas, reports["48", "fr"]
    lozere = (atlas.territories.parents["departement"] == "48").to_numpy()
    flags = table_of(report, "t-flag0")
    state = atlas.values["sparse-underserved"].to_numpy()
    people = atlas.territories.facts["population"]
    assert flags.at("area", "flagged").value == (state[lozere] == 1).sum()
    assert flags.at("area", "people").value == people[lozere & (state == 1)].sum()
    types = table_of(report, "t-types")
    assert sum(cells[1].value or 0 for cells in types.rows.values()) == lozere.sum()
    crossing = table_of(report, "t-crossing")
    assert sum(cells[2].value or 0 for cells in crossing.rows.values()) == lozere.sum()
    assert sum(cells[3].value or 0 for cells in crossing.rows.values()) == people[lozere].sum()
    spread = table_of(report, "t-unequal")
    scores = atlas.values["digital-inequality"][lozere].dropna()
    assert spread.at("sd", "territories").value == pytest.approx(scores.std(ddof=0))
    weights = people[scores.index]
    mean = np.average(scores, weights=weights)
    by_people = sqrt(np.average((scores - mean) ** 2, weights=weights))
    assert spread.at("sd", "population").value == pytest.approx(by_people)
    cells = [cell for cells in spread.rows.values() for cell in cells]
    assert not [cell for cell in cells if cell.range_text or cell.low is not None]
    split = table_of(report, "t-split").at("size-band", "between").value
    assert split is not None and 0 < split < 100


def test_waves_are_those_of_the_barometer(
    shared: Shared, reports: dict[tuple[str | None, str], Report]
) -> None:
    """The barometer counts the same changes by a code of its own."""
    country = read_country("fr")
    codes = set(shared.atlas.codes[shared.atlas.territories.parents["departement"] == "48"])
    rows = presence_waves(country)
    dates = sorted(rows["wave"].astype(str).unique())
    waves = []
    for date in (dates[0], dates[-1]):
        there = rows[(rows["wave"] == date) & rows["code"].isin(codes)].set_index("code")
        waves.append(Wave(date, {"commune": there[["website", "email_domain"]]}))
    generic = list(edition_inputs(country)["generic-providers"].frame.index)
    category = Category("commune", {"fr": "c", "en": "c"}, "commune")
    changes = compute_barometer(waves, [category], generic=generic).changes.set_index("criterion")
    table = table_of(reports["48", "fr"], "t-change")
    assert list(table.rows) == ["website", "https", "own-email"]
    for name in table.rows:
        row = changes.loc[name]
        assert table.at(name, "both").value == row["authorities"]
        assert table.at(name, "change").value == pytest.approx(row["change_points"])
        assert table.at(name, "change").low is None
        assert table.at(name, "gained").value == row["gained"]


def test_the_last_wave_is_the_atlas_own_column(shared: Shared) -> None:
    panel = shared.panel
    assert panel is not None
    for name, table in panel.by_criterion.items():
        last, column = table[panel.waves[-1]], shared.atlas.values[name]
        known = last.notna()
        pd.testing.assert_series_equal(last[known], column[known], check_names=False)
        # The layer knows a little more than the wave of the directory: 302 of 34,874 communes.
        assert column[~known].notna().sum() < 0.01 * len(column)


def test_peers_and_outcome_add_up(
    shared: Shared, reports: dict[tuple[str | None, str], Report]
) -> None:
    peers = table_of(reports["48", "fr"], "t-peers")
    parts = [peers.at(key, "n").value or 0 for key in ("worse", "same", "better", "unsure")]
    assert sum(parts) == peers.at("all", "n").value == 100
    drawn = draw_means(shared.atlas, "digital-inequality")["departement"]
    above = drawn.drop(columns="48").gt(drawn["48"], axis=0).mean()
    assert parts[0] == (above >= 0.95).sum() > 0
    outcome = table_of(reports[None, "fr"], "t-outcome")
    assert sum(cells[1].value or 0 for cells in outcome.rows.values()) == 101


def test_a_shared_worst_score_is_nobodys_own(
    shared: Shared,
) -> None:
    report = compose_report(shared, area="973", lang="fr")
    scores = report.scope.inner.values["digital-inequality"]
    assert (scores.round(9) == scores.round(9).max()).sum() > 1
    keys = {sentence.key for sentence in report.sentences()}
    assert "worst.shared" in keys and "worst.first" not in keys


def test_a_figure_of_a_wider_level_is_not_compared(
    toy_atlas: Atlas,
) -> None:
    """The toy country's fibre is known by département: a commune has no figure of its own."""
    report = compose_report(toy_atlas, area="commune:A1", lang="fr")
    cell = table_of(report, "t-key").at("fibre", "dif0")
    assert cell.value is None and cell.text == "–"
    assert "key.coarse" in {sentence.key for sentence in report.sentences()}
    counted = table_of(compose_report(toy_atlas, area="A", lang="fr"), "t-key").at("fibre", "area")
    assert counted.value is not None and counted.low is None


def test_differences_by_hand(toy_atlas: Atlas) -> None:
    columns = Columns(toy_atlas)
    fibre, presence = toy_atlas.indicator("fibre"), toy_atlas.indicator("presence")
    first, everything = np.array([True, True, False, False]), np.ones(4, dtype=bool)
    counted = difference_of(columns, fibre, first, everything, digits=1)
    assert counted.value == pytest.approx(50 - 70.6) and counted.verdict == "below"
    assert np.isnan(counted.low) and np.isnan(counted.high)
    alone = np.array([True, False, False, False])
    assert figure_of(columns, fibre, alone).kind == "coarse"
    assert difference_of(columns, fibre, alone, everything, digits=1).verdict == "unsure"
    assert figure_of(columns, presence, everything).value == pytest.approx(50.0)


def test_a_difference_that_is_displayed_as_none_is_none() -> None:
    score = Indicator("x", "X", "score", "higher")
    atlas = squares(40, {"x": score}, {"x": [50.0] * 20 + [50.04] * 20})
    half, everything = np.arange(40) < 20, np.ones(40, dtype=bool)
    columns = Columns(atlas)
    assert difference_of(columns, score, half, everything, digits=1).verdict == "equal"
    assert difference_of(columns, score, half, everything, digits=2).verdict == "below"


@pytest.mark.parametrize(
    ("apart", "verdict"),
    [((0.01, 0.07), "equal"), ((-0.07, -0.01), "equal"), ((-0.5, 0.52), "same")],
)
def test_a_range_on_one_side_of_zero_does_not_contradict_a_displayed_zero(
    apart: tuple[float, float], verdict: str
) -> None:
    score = Indicator("x", "X", "score", "higher", role="index", bounds=(0, 100))
    middle = 50 + sum(apart) / 2
    shared = Shared(squares(40, {"x": score}, {"x": [middle] * 20 + [50.0] * 20}))
    draws = pd.DataFrame({"A": 50 + np.linspace(*apart, 101), "B": 50.0})
    shared.__dict__["drawn"] = {"departement": draws}
    one, other = (find_area(shared.atlas, f"departement:{code}", lang="en") for code in "AB")
    comparison = shared.compare(score, one, other, digits=1)
    assert comparison.verdict == verdict
    assert np.isnan(comparison.low) == (verdict == "equal")
    finer = shared.compare(score, one, other, digits=2)
    assert finer.verdict == ("same" if verdict == "same" else "above" if middle > 50 else "below")


def test_many_residuals_do_not_find_chance() -> None:
    """Benjamini and Hochberg, by hand: of ten p-values the sorted k-th is held to k/200."""
    nan = float("nan")
    reach = [1.96 / z for z in (3.5, 2.9, 2.6, 2.0, 1.97, 1.0, 0.5, 0.3, 0.2, 0.1)]
    apart = [Difference(1.0, verdict_of(1 - r, 1 + r), 1 - r, 1 + r) for r in reach]
    assert [one.verdict for one in apart].count("above") == 5
    # p of 0.0005, 0.0037, 0.0093 lie under 0.005, 0.010, 0.015; 0.0455 not under 0.020.
    clear = clear_of_chance([*apart, Difference(nan, "unsure")])
    assert clear == [True] * 3 + [False] * 8


def test_scores_that_are_displayed_alike_are_not_distinguishable() -> None:
    table = pd.DataFrame({"score": [50.0, 50.04, 60.0, 40.0, np.nan]}, index=list("ABCDE"))
    standing = standing_of(table, None, "A", digits=1, high_is_bad=True)
    assert standing == Standing(worse=1, better=1, same=1, unknown=1)


def test_equal_or_missing_draws_are_no_difference() -> None:
    """Of 20 draws, B is above A in 19, C in 18, D below in 19; E equals A, and F was not drawn."""
    table = pd.DataFrame({"score": [50.0, 60, 60, 40, 50, 70, np.nan]}, index=list("ABCDEFG"))
    above, below = np.full(20, 60.0), np.full(20, 40.0)
    above[0] = below[0] = 50.0
    mostly = above.copy()
    mostly[1] = 40.0
    drawn = pd.DataFrame({"A": 50.0, "B": above, "C": mostly, "D": below, "E": 50.0, "F": np.nan})
    standing = standing_of(table, drawn, "A", digits=1, high_is_bad=True)
    assert standing == Standing(worse=1, better=1, same=3, unknown=1)
    other = standing_of(table, drawn, "A", digits=1, high_is_bad=False)
    assert (other.worse, other.better) == (1, 1)


def test_references_are_named_only_where_they_are_whole(shared: Shared) -> None:
    atlas = shared.atlas
    area = find_area(atlas, "48", lang="fr")
    assert (area.level, area.name, area.count) == ("departement", "Lozère", 152)
    assert [one.name for one in references_of(atlas, area, lang="fr")] == ["Occitanie", "France"]
    parents = atlas.territories.parents["departement"]
    two = take(atlas, parents.isin(["48", "12"]).to_numpy())
    area = find_area(two, "48", lang="fr")
    references = references_of(two, area, lang="fr")
    assert [one.name for one in references] == [""]  # a part of Occitanie is not Occitanie
    lozere = take(atlas, (parents == "48").to_numpy())
    assert find_area(lozere, None, lang="fr").name == "Lozère"
    assert references_of(lozere, find_area(lozere, None, lang="fr"), lang="fr") == ()


def test_an_unknown_area_is_refused(shared: Shared) -> None:
    with pytest.raises(InputError, match="'4X' contains none"):
        compose_report(shared, area="4X")
    with pytest.raises(InputError, match="language 'xx'"):
        compose_report(shared, lang="xx")
