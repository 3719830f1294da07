"""A report says what its tables hold, and no more than their intervals support."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import combinations
from math import sqrt
from pathlib import Path
from string import Formatter
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.maps.report.reading_reports import ReportPage, squeezed
from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.layers.analysis.areas import draw_means, rank_areas
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
from zoneblanche.maps import write_report
from zoneblanche.maps.report.areas import Area, find_area, references_of
from zoneblanche.maps.report.content import Table
from zoneblanche.maps.report.map import Figure
from zoneblanche.maps.report.naming import of_area
from zoneblanche.maps.report.peers import Standing, standing_of
from zoneblanche.maps.report.picture import lay_out, paint_picture
from zoneblanche.maps.report.sections.dimensions import Multiples
from zoneblanche.maps.report.sections.like_sized import is_rare
from zoneblanche.maps.report.words import (
    DEFINITE,
    article_of,
    definite_article_of,
    words_in,
)
from zoneblanche.maps.report.workbook import write_report_workbook
from zoneblanche.maps.report.write import Report, Shared, compose_report, render_report, write_pdf
from zoneblanche.scripts.jobs.report import edition_atlas

AREAS = (None, "48", "departement:976", "epci:200069144")
PAIRS = [*((area, "fr") for area in AREAS), (None, "en"), ("48", "en")]
MONTHS = "janvier|février|avril|mai|juillet|septembre|February|April|May|July|September"


@pytest.fixture(scope="module")
def shared() -> Shared:
    """All of France, as `zoneblanche report` takes it."""
    return Shared(edition_atlas({}))


@pytest.fixture(scope="module")
def reports(shared: Shared) -> dict[tuple[str | None, str], Report]:
    return {(area, lang): compose_report(shared, area=area, lang=lang) for area, lang in PAIRS}


def table_of(report: Report, table_id: str) -> Table:
    """A table of the pages, or of the workbook alone."""
    return next(table for table in report.tables() if table.id == table_id)


# -- every sentence against its table -------------------------------------------------------------


def check_page(report: Report) -> ReportPage:
    """Each figure of each sentence stands in the cell it leads to; no other figure is said."""
    page = ReportPage(render_report(report))
    assert page.sentences
    literals = {
        key: "".join(part for part, _, _, _ in Formatter().parse(text))
        for key, text in words_in(report.scope.lang).items()
    }
    for said in page.sentences:
        for target, text in said.links:
            cell = page.cells[target]
            assert squeezed(text), said.key
            if target.endswith("-i"):
                assert squeezed(cell.text) == squeezed(text), (said.key, target)
            else:
                assert squeezed(cell.text).startswith(squeezed(text)), (said.key, target)
        loose = re.sub(rf"\d{{1,2}} ({MONTHS}) \d{{4}}", "", said.words)
        loose = loose.replace("hab./km²", "").replace("people/km²", "")
        if said.key.startswith("index."):  # the first and last year of the figures of the index
            main = report.scope.shared.main
            years = sorted(re.findall(r"\b\d{4}\b", "" if main is None else main.period))
            for of_years in ("données de {} à {}", "figures of {} to {}") if years else ():
                loose = loose.replace(of_years.format(years[0], years[-1]), "")
        allowed = re.findall(r"\d+", literals[said.key] + literals["of_a_hundred"])
        for number in re.findall(r"\d+", loose):
            assert number in allowed, (said.key, number, said.words)
    return page


@pytest.mark.parametrize(("area", "lang"), PAIRS)
def test_every_figure_of_a_sentence_is_a_cell(
    reports: dict[tuple[str | None, str], Report], area: str | None, lang: str
) -> None:
    page = check_page(reports[area, lang])
    assert len({said.key for said in page.sentences}) >= 8


@pytest.mark.parametrize("area", AREAS)
def test_verdicts_are_what_the_intervals_say(
    reports: dict[tuple[str | None, str], Report], area: str | None
) -> None:
    """A claim under stated errors, or beside a model, needs an interval on one side of zero, in
    the cell it names; a claim on counts has the sign of the difference, and no interval."""
    report = reports[area, "fr"]
    page = ReportPage(render_report(report))
    checked = 0
    for said in page.sentences:
        topic, _, kind = said.key.removesuffix(".ranged").removesuffix(".plain").partition(".")
        if topic not in ("index", "size", "waves") or kind not in ("better", "worse", "same"):
            continue
        target = next(t for t, _ in said.links if re.search(r"-(dif\d|residual|change)$", t))
        told = page.cells[target].attributes
        if said.key.endswith(".plain") or topic == "waves":
            assert "data-low" not in told
            low = high = float(told["data-value"])
        else:
            low, high = float(told["data-low"]), float(told["data-high"])
        if kind == "same":
            assert low <= 0 <= high, said
        else:
            # A high index is a bad one; a high share of websites is a good one.
            assert (low > 0) == ((kind == "worse") == (topic == "index")), said
            assert low * high > 0, said
        checked += 1
    assert checked >= (2 if area else 1)


def test_no_count_of_everybody_has_an_interval(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    """Intervals are those of the index, its ranks and its differences, and of the model at equal
    size: of nothing else."""
    found = set()
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
                    found.add(column)
    assert {"score", "rank", "area", "dif0", "residual"} <= found


@pytest.mark.parametrize("area", [area for area in AREAS if area])
def test_lists_of_better_and_worse_agree_with_the_cells(
    reports: dict[tuple[str | None, str], Report], area: str
) -> None:
    report = reports[area, "fr"]
    page = ReportPage(render_report(report))
    table = table_of(report, "t-key")
    rows = {cells[1].id: key for key, cells in table.rows.items()}
    for said in page.sentences:
        if not said.key.startswith("key.") or said.key in ("key.nothing",):
            continue
        tone = said.key.removeprefix("key.")
        figures = [target for target, _ in said.links]
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
    found = compute_barometer(waves, [category], generic=generic).changes.set_index("criterion")
    table = table_of(reports["48", "fr"], "t-change")
    assert list(table.rows) == ["website", "https", "own-email"]
    for name in table.rows:
        row = found.loc[name]
        assert table.at(name, "both").value == row["authorities"]
        assert table.at(name, "change").value == pytest.approx(row["change_points"])
        assert table.at(name, "change").low is None
        assert table.at(name, "gained").value == row["gained"]


def test_the_last_wave_is_the_atlas_own_column(shared: Shared) -> None:
    panel = shared.panel
    assert panel is not None
    for name, table in panel.found.items():
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


# -- figures by hand ------------------------------------------------------------------------------


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
    found = shared.compare(score, one, other, digits=1)
    assert found.verdict == verdict
    assert np.isnan(found.low) == (verdict == "equal")
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
    found = standing_of(table, None, "A", digits=1, high_is_bad=True)
    assert found == Standing(worse=1, better=1, same=1, unknown=1)


def test_equal_or_missing_draws_are_no_difference() -> None:
    """Of 20 draws, B is above A in 19, C in 18, D below in 19; E equals A, and F was not drawn."""
    table = pd.DataFrame({"score": [50.0, 60, 60, 40, 50, 70, np.nan]}, index=list("ABCDEFG"))
    above, below = np.full(20, 60.0), np.full(20, 40.0)
    above[0] = below[0] = 50.0
    mostly = above.copy()
    mostly[1] = 40.0
    drawn = pd.DataFrame({"A": 50.0, "B": above, "C": mostly, "D": below, "E": 50.0, "F": np.nan})
    found = standing_of(table, drawn, "A", digits=1, high_is_bad=True)
    assert found == Standing(worse=1, better=1, same=3, unknown=1)
    other = standing_of(table, drawn, "A", digits=1, high_is_bad=False)
    assert (other.worse, other.better) == (1, 1)


def squares(count: int, indicators: dict[str, Indicator], values: dict[str, Any]) -> Atlas:
    """Squares in a row, a hundred people in each, in two départements."""
    import geopandas as gpd

    from zoneblanche.geo.territories import Territories

    codes = pd.Index([f"T{k:03}" for k in range(count)], name="code", dtype="object")
    shapes = [shapely.box(k * 1000, 0, k * 1000 + 1000, 1000) for k in range(count)]
    frame = gpd.GeoDataFrame(
        {"name": [f"Place {k}" for k in range(count)]},
        geometry=gpd.GeoSeries(shapes, index=codes),
        index=codes,
        crs="EPSG:2154",
    )
    table = pd.DataFrame(values, index=codes, dtype="float64")
    half = ["A"] * (count // 2) + ["B"] * (count - count // 2)
    return Atlas(
        territories=Territories(
            frame=frame,
            level="commune",
            parents=pd.DataFrame({"departement": half, "country": "T"}, index=codes),
            facts=pd.DataFrame({"population": 100.0, "area_km2": 1.0}, index=codes),
            parent_names={"departement": {"A": "Alpha", "B": "Beta"}},
        ),
        values=table,
        reasons=table.isna().astype("int8") * int(Reason.NOT_PUBLISHED),
        indicators=indicators,
        weights=pd.DataFrame(index=codes),
    )


# -- areas ----------------------------------------------------------------------------------------


def test_references_are_named_only_where_they_are_whole(shared: Shared) -> None:
    atlas = shared.atlas
    area = find_area(atlas, "48", lang="fr")
    assert (area.level, area.name, area.count) == ("departement", "Lozère", 152)
    assert [one.name for one in references_of(atlas, area, lang="fr")] == ["Occitanie", "France"]
    parents = atlas.territories.parents["departement"]
    two = take(atlas, parents.isin(["48", "12"]).to_numpy())
    area = find_area(two, "48", lang="fr")
    found = references_of(two, area, lang="fr")
    assert [one.name for one in found] == [""]  # a part of Occitanie is not Occitanie
    lozere = take(atlas, (parents == "48").to_numpy())
    assert find_area(lozere, None, lang="fr").name == "Lozère"
    assert references_of(lozere, find_area(lozere, None, lang="fr"), lang="fr") == ()


def test_an_unknown_area_is_refused(shared: Shared) -> None:
    with pytest.raises(InputError, match="'4X' contains none"):
        compose_report(shared, area="4X")
    with pytest.raises(InputError, match="language 'xx'"):
        compose_report(shared, lang="xx")


# -- bad input ------------------------------------------------------------------------------------


def assert_sound(atlas: Atlas, **options: Any) -> ReportPage:
    for lang in ("fr", "en"):
        page = check_page(compose_report(atlas, lang=lang, **options))
    return page


def test_no_data_at_all(toy_atlas: Atlas) -> None:
    nothing = replace(
        toy_atlas,
        values=toy_atlas.values * np.nan,
        reasons=(toy_atlas.reasons * 0 + int(Reason.NOT_PUBLISHED)).astype("int8"),
        intervals={},
    )
    page = assert_sound(nothing)
    keys = {said.key for said in page.sentences}
    assert {"ranking.nothing", "unequal.nothing", "size.nothing", "waves.nothing"} <= keys
    assert {"flag.unknown", "quality.least"} <= keys


def test_an_amount_has_gini_and_theil_by_inhabitant_and_no_interval() -> None:
    """Two départements of ten, at 1 and at 3: all inequality is between them."""
    amount = Indicator("x", "X", "number", "higher", denominator="population")
    atlas = squares(20, {"x": amount}, {"x": [1.0] * 10 + [3.0] * 10})
    table = table_of(compose_report(atlas, lang="en"), "t-unequal")
    assert table.at("gini", "territories").value == pytest.approx(0.25)
    assert not [cell for cells in table.rows.values() for cell in cells if cell.range_text]
    assert {"unequal.gini"} <= {said.key for said in assert_sound(atlas).sentences}


def test_no_indicator(toy_atlas: Atlas) -> None:
    empty = replace(toy_atlas.keep([]), weights=toy_atlas.weights)
    keys = {said.key for said in assert_sound(empty).sentences}
    assert {"key.nothing", "quality.nothing", "flag.absent"} <= keys


def test_one_commune(toy_atlas: Atlas, shared: Shared) -> None:
    one = take(toy_atlas, np.array([True, False, False, False]))
    page = assert_sound(one)
    assert not [said for said in page.sentences if said.key in ("index.worse", "index.better")]
    page = assert_sound(shared.atlas, area="commune:48095")
    said = {said.key: said for said in page.sentences}
    assert "flag.none.one" in said and "crossing.none.one" in said
    # Its score has the range of its own errors, and the claim is what that range allows.
    cell = table_of(compose_report(shared, area="commune:48095", lang="en"), "t-key").at(
        "digital-inequality", "dif1"
    )
    low, high = shared.atlas.intervals["digital-inequality"].loc[
        "48095", ["score_low", "score_high"]
    ]
    score = shared.atlas.values.loc["48095", "digital-inequality"]
    assert cell.value is not None and cell.low is not None and cell.high is not None
    assert cell.high - cell.low == pytest.approx(high - low)
    assert cell.value - cell.low == pytest.approx(score - low)
    table = table_of(compose_report(shared, area="commune:48095", lang="en"), "t-key")
    assert table.at("website", "area").text in ("yes", "no")


def test_rows_without_a_territory_are_in_the_workbook(toy_atlas: Atlas) -> None:
    told = {"rows": 6, "matched": 4, "listed": [{"row": "5"}, {"row": "6"}]}
    report = compose_report(replace(toy_atlas, account={"fibre": told}), lang="en")
    row = table_of(report, "t-account").rows["fibre"]
    assert [cell.text for cell in row[1:]] == ["6", "4", "0", "2"]
    assert not [one for one in compose_report(toy_atlas).tables() if one.id == "t-account"]


def test_no_command_and_no_head_of_a_catalogue_is_in_a_report(toy_atlas: Atlas) -> None:
    """A notice keeps its sentences for readers; an empty note of a source stays empty."""
    noted = toy_atlas.noting("Two layers are missing. Give them with --source NAME=FILE.")
    text = render_report(compose_report(noted, lang="fr"))
    assert "Two layers are missing." in text and "--source" not in text
    assert "Project-Id-Version" not in text


def test_the_brief_is_first_and_numbers_its_figures(
    shared: Shared, reports: dict[tuple[str | None, str], Report]
) -> None:
    report = reports["48", "fr"]
    assert [section.id for section in report.sections][:3] == ["brief", "key", "dimensions"]
    assert report.annex == "dimensions"
    table = table_of(report, "t-beside")
    assert list(table.rows) == ["area", "similar0", "similar1", "similar2", "all"]
    facts, parents = shared.atlas.territories.facts, shared.atlas.territories.parents
    lozere = parents["departement"] == "48"
    assert table.at("area", "people").value == facts["population"][lozere].sum()
    rank = table.at("area", "rank")
    assert rank.value is not None and rank.low is not None and rank.high is not None
    assert rank.low <= rank.value <= rank.high
    first = table_of(report, "t-first")
    flags = shared.atlas.values["sparse-underserved"][lozere]
    names = shared.atlas.territories.names[lozere]
    certain = set(names[flags == 1])
    for key, cells in first.rows.items():
        assert (cells[0].text in certain) == key.startswith("certain")
    # Their numbers are on the second map.
    (maps,) = [block for block in report.sections[0].blocks if isinstance(block, Multiples)]
    labels = [one.text for one in maps.figures[1][0].picture.sheet.labels if one.kind == "number"]
    assert labels == [cells[1].text for cells in first.rows.values()]
    text = render_report(report)
    pictures = re.findall(r"Figure (\d+)\. ", text)
    assert pictures == [str(number) for number in range(1, len(pictures) + 1)]
    (dimensions,) = report.sections[2].blocks
    assert isinstance(dimensions, Multiples) and len(dimensions.figures) == 4
    assert len(pictures) >= 6 and all(said is not None for _, said in dimensions.figures)


def test_a_country_has_the_areas_to_act_on_first(
    shared: Shared, reports: dict[tuple[str | None, str], Report]
) -> None:
    """Too many communes: the ten intercommunalities with the worst ranks, numbered on the map."""
    report = reports[None, "fr"]
    ranks = rank_areas(shared.atlas, "digital-inequality", level="epci").dropna(subset=["rank"])
    first = table_of(report, "t-first")
    names = shared.atlas.territories.parent_names["epci"]
    expected = [names[code] for code in ranks.index[:10]]
    assert [cells[0].text for cells in first.rows.values()] == expected
    (figure,) = [block for block in report.sections[0].blocks if isinstance(block, Figure)]
    numbers = [one for one in figure.picture.sheet.labels if one.kind == "number"]
    assert [one.text for one in numbers] == [str(number) for number in range(1, 11)]
    middles = [complex(one.x, one.y) for one in numbers]
    # None is on top of another; one that gave way has a line to its place.
    assert min(abs(one - other) for one, other in combinations(middles, 2)) > 17.9
    assert all(one.place != (one.x, one.y) for one in numbers)
    assert any(one.place for one in numbers)
    assert not [table for table in report.tables() if table.id == "t-beside"]


def test_similar_territories_are_the_nearest_in_size_and_density() -> None:
    """Départements of one, two, three, four and nine hundred people on equal areas."""
    indicators = {"x": Indicator("x", "X", "score", "lower", role="index", bounds=(0, 100))}
    atlas = squares(5, indicators, {"x": [1.0, 2, 3, 4, 5]})
    territories = atlas.territories
    people = pd.Series([100.0, 200, 300, 400, 90_000], index=atlas.codes)
    territories = replace(
        territories,
        parents=territories.parents.assign(departement=list("ABCDE")),
        facts=territories.facts.assign(population=people),
        parent_names={"departement": {key: f"Part {key}" for key in "ABCDE"}},
    )
    atlas = replace(atlas, territories=territories)
    report = compose_report(atlas, area="departement:A", lang="en")
    table = table_of(report, "t-beside")
    names = [table.at(f"similar{place}", "name").text for place in range(3)]
    assert [name[-1] for name in names] == ["B", "C", "D"]


def test_a_territory_without_people_adds_no_area_to_the_density() -> None:
    """A hundred people on each km², not known of one of twenty territories of Alpha."""
    score = Indicator("x", "X", "score", "lower", role="index", bounds=(0, 100))
    atlas = squares(100, {"x": score}, {"x": np.arange(100.0)})
    territories = atlas.territories
    people = territories.facts["population"].where(atlas.codes != "T000")
    parts = pd.Series(np.repeat(list("ABCDE"), 20), index=atlas.codes)
    territories = replace(
        territories,
        parents=territories.parents.assign(departement=parts),
        facts=territories.facts.assign(population=people),
        parent_names={"departement": {key: f"Part {key}" for key in "ABCDE"}},
    )
    shared = Shared(replace(atlas, territories=territories))
    peers = shared.peers("departement")
    assert peers is not None
    assert peers.loc["A", ["people", "density"]].tolist() == [1900.0, 100.0]
    table = table_of(compose_report(shared, area="departement:A", lang="en"), "t-beside")
    assert [table.at(key, "density").value for key in ("area", "all")] == [100.0, 100.0]


def test_scores_without_people_and_no_direction_at_all(toy_atlas: Atlas) -> None:
    facts = toy_atlas.territories.facts.assign(population=np.nan)
    territories = replace(toy_atlas.territories, facts=facts)
    need = replace(toy_atlas.indicator("need"), denominator="population")
    by_people = {**toy_atlas.indicators, "need": need}
    unweighted = assert_sound(replace(toy_atlas, territories=territories, indicators=by_people))
    said = {one.key for one in unweighted.sentences}
    assert {"index.unweighted", "unequal.spread_units"} <= said
    assert not said & {"unequal.spread", "unequal.nothing", "worst.shared"}
    plain = {name: replace(one, better=None) for name, one in toy_atlas.indicators.items()}
    page = assert_sound(replace(toy_atlas, indicators=plain))
    assert {"index.none", "ranking.nothing"} <= {one.key for one in page.sentences}


def test_a_town_of_which_little_is_known_is_called_neither_good_nor_bad(shared: Shared) -> None:
    unknown = ["digital-inequality", "online", "presence"]
    atlas = shared.atlas
    unknown = [name for name in unknown if name in atlas.indicators]
    values, reasons = atlas.values.copy(), atlas.reasons.copy()
    values.loc["75056", unknown] = np.nan
    reasons.loc["75056", unknown] = int(Reason.NOT_COLLECTED)
    page = assert_sound(replace(atlas, values=values, reasons=reasons), area="75")
    keys = {said.key for said in page.sentences}
    assert {"index.unknown", "crossing.unknown", "ranking.nothing"} <= keys
    assert not keys & {"crossing.none", "crossing.none.one", "quality.complete"}


def test_names_of_departements_have_their_article(shared_data: Path) -> None:
    """INSEE says in TNCC what stands before a name."""
    words = {"0": "de ", "1": "d'", "2": "du ", "3": "de la ", "4": "des ", "5": "de l'"}
    table = pd.read_csv(shared_data / "fr" / "population" / "departements.csv", dtype=str)
    for code, kind, name in zip(table["DEP"], table["TNCC"], table["LIBELLE"], strict=True):
        assert article_of("departement", code, name) == words[kind], name
        definite = DEFINITE.get(words[kind], "")
        assert definite_article_of("departement", code, name) == definite, name
    assert article_of("commune", "72181", "Le Mans") == ""
    assert article_of("commune", "54395", "Nancy") == "de "


@pytest.mark.parametrize(
    ("level", "code", "name", "of", "definite"),
    [
        ("region", "84", "Auvergne-Rhône-Alpes", "de l'", "l'"),
        ("region", "52", "Pays de la Loire", "des ", "les "),
        ("region", "04", "La Réunion", "", ""),  # its name has its article
        ("epci", "200069144", "CC du Haut Allier", "de la ", "la "),
        ("epci", "200054781", "Métropole du Grand Paris", "de la ", "la "),
        ("epci", "246700488", "Eurométropole de Strasbourg", "de l'", "l'"),
        ("epci", "244500468", "Orléans Métropole", "d'", ""),
        ("epci", "243300316", "Bordeaux Métropole", "de ", ""),
    ],
)
def test_names_of_areas_have_their_article(
    level: str, code: str, name: str, of: str, definite: str
) -> None:
    assert article_of(level, code, name) == of
    assert definite_article_of(level, code, name) == definite


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("47001", "d'Agen"),
        ("76351", "du Havre"),
        ("85213", "des Lucs-sur-Boulogne"),
        ("54395", "de Nancy"),
        ("17300", "de La Rochelle"),
        ("40119", "Hagetmau"),  # whether its h is silent is not known
    ],
)
def test_a_commune_has_its_article_in_a_sentence(shared: Shared, code: str, name: str) -> None:
    scope = compose_report(shared, area="48", lang="fr").scope
    own = name.removeprefix("d'").removeprefix("de ")
    own = re.sub("^du ", "Le ", re.sub("^des ", "Les ", own))
    area = Area("commune", code, own, np.zeros(len(shared.atlas.codes), dtype=bool))
    assert "".join(one.text for one in scope.inside(area)) == f"dans la commune {name}"


def test_an_intercommunality_named_after_an_article_is_contracted(shared: Shared) -> None:
    scope = compose_report(shared, area="48", lang="fr").scope
    inside = np.zeros(len(shared.atlas.codes), dtype=bool)
    for name, text in (("Le Grand Chalon", "du Grand Chalon"), ("CC du Sud", "de la CC du Sud")):
        pieces = of_area(scope, Area("epci", "1", name, inside))
        assert "".join(one.text for one in pieces) == text


def test_a_sentence_of_the_summary_can_be_quoted_alone(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    """It names the place, the years of the figures, and of how many a rank is."""
    said = {one.key: squeezed(one.text) for one in reports["48", "fr"].essential}
    for key, text in said.items():
        assert "Lozère" in text, (key, text)
    assert "données de 20" in said["index.worse.ranged"]
    assert re.search(r"la Lozère est au rang \d+ sur 98 dans l'ordre", said["beside.rank"])
    waves = next(text for key, text in said.items() if key.startswith("waves."))
    assert re.search(r"sur \d+ communes dont le chiffre est connu aux deux dates\s: ", waves)
    assert re.search(r"\s; \d+ gains?, \d+ pertes?\.$", waves)
    said = {one.key: squeezed(one.text) for one in reports["departement:976", "fr"].sentences()}
    assert "0 habitant\u00a0;" in said["types.both"] and "0 habitants" not in said["types.both"]
    assert "celui de la CC du Sud" in said["parts.ends"]
    assert "la Martinique, la Guadeloupe et" in said["beside.similar_size"]


@pytest.mark.parametrize("area", AREAS)
def test_the_brief_says_nothing_twice(
    reports: dict[tuple[str | None, str], Report], area: str | None
) -> None:
    page = ReportPage(render_report(reports[area, "fr"]))
    keys = [one.key for one in page.sentences]
    assert keys.count("index.partial") == (area == "departement:976")
    assert len([key for key in keys if re.match(r"index\.(worse|better|same)", key)]) == 1


def test_the_keys_of_the_brief_are_not_broken(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    """Broken keys made the maps of a tall area too high for the first page."""
    text = render_report(reports["48", "fr"])
    assert "#brief .multiples .keys li { white-space: nowrap; }" in text.split("@media print")[1]


def test_a_small_share_is_not_written_as_none(shared: Shared) -> None:
    scope = compose_report(shared, area="48", lang="fr").scope
    assert scope.percent(0.009).text == "moins de 0,1\u00a0%"
    assert [scope.percent(share).text for share in (0, 0.05)] == ["0,0\u00a0%", "0,1\u00a0%"]


def test_a_score_without_a_part_of_the_index_is_not_compared_as_if_whole(shared: Shared) -> None:
    """The incomes and ages of Mayotte, Guadeloupe and Guyane are not known: their scores have the
    range of all that these could be, and no place in an order."""
    ranks = rank_areas(shared.atlas, "digital-inequality", level="departement")
    lacking = ranks.index[ranks["rank"].isna()]
    assert {"971", "973", "976"} <= set(lacking)
    whole = figure_of(shared.columns, shared.main, np.ones(len(shared.atlas.codes), bool)).value  # type: ignore[arg-type]
    for code, claim in (("976", "worse"), ("971", "same")):
        report = compose_report(shared, area=f"departement:{code}", lang="fr")
        check_page(report)
        said = {one.key: squeezed(one.text) for one in report.essential}
        assert f"index.{claim}.ranged" in said, said
        assert "et de ce qui est inconnu" in said[f"index.{claim}.ranged"]
        assert said["index.partial"].startswith("Moyens des habitants")
        cell = table_of(report, "t-key").at("digital-inequality", "area")
        low, high = ranks.loc[code, ["bound_low", "bound_high"]]
        assert cell.low == pytest.approx(low) and cell.high == pytest.approx(high)
        apart = table_of(report, "t-key").at("digital-inequality", "dif0")
        assert apart.low == pytest.approx(low - whole) and apart.high == pytest.approx(high - whole)
    report = compose_report(shared, lang="fr")
    table = table_of(report, "t-parts")
    assert not set(lacking) & set(table.rows) and "Mayotte" in table.note
    ends = next(one for one in report.sentences() if one.key == "parts.ends")
    assert "celui du Cantal" in ends.text


def test_where_none_is_flagged_the_worst_scores_are_named(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    """A reader who asks where to begin has an answer, which is not called a flag."""
    report = reports["departement:976", "fr"]
    table = table_of(report, "t-first")
    assert "state" not in table.columns
    inside = report.scope.area.inside
    scores = report.scope.atlas.values["digital-inequality"][inside].sort_values(ascending=False)
    found = [cells[-1].value for cells in table.rows.values()]
    assert 0 < len(found) <= 6
    assert found == pytest.approx(scores.iloc[: len(found)].to_numpy())
    assert scores.iloc[len(found) - 1] > scores.iloc[len(found)]  # none of several equal ones
    (figure,) = [one for one in report.sections[0].blocks if isinstance(one, Figure)]
    numbers = [one.text for one in figure.picture.sheet.labels if one.kind == "number"]
    assert numbers == [cells[1].text for cells in table.rows.values()]
    keys = {one.key for one in report.sections[0].sentences}
    assert "first.worst" in keys and "first.certain" not in keys


def test_communes_of_a_region_have_their_departement(shared: Shared) -> None:
    report = compose_report(shared, area="region:84", lang="fr")
    names = [cells[0].text for cells in table_of(report, "t-first").rows.values()]
    assert names and all(re.search(r" \(\d\d\)$", name) for name in names)
    of_one = compose_report(shared, area="48", lang="fr")
    assert not [
        cells for cells in table_of(of_one, "t-first").rows.values() if "(" in cells[0].text
    ]


def test_what_cannot_be_crossed_has_no_table_of_zeros(shared: Shared) -> None:
    report = compose_report(shared, area="75", lang="fr")
    section = next(one for one in report.sections if one.id == "map")
    unknown = [one.key for one in section.sentences] == ["crossing.unknown"]
    assert unknown == (not section.blocks)
    assert "géographie 2026" in render_report(report)


def test_a_change_starts_where_the_area_is_known(shared: Shared) -> None:
    """The first directory lacks Corsica, and all of them the website of Paris."""
    report = compose_report(shared, area="2A", lang="fr")
    check_page(report)
    table = table_of(report, "t-change")
    panel = shared.panel
    assert panel is not None and table.columns["from"] == report.scope.day(panel.waves[1])
    inner = panel.found["website"][report.scope.area.inside]
    both = inner[[panel.waves[1], panel.waves[-1]]].dropna()
    assert table.at("website", "both").value == len(both) > 100
    gained = (both[panel.waves[1]] == 0) & (both[panel.waves[-1]] == 1)
    assert table.at("website", "gained").value == gained.sum()
    keys = {one.key for one in compose_report(shared, area="75", lang="fr").sentences()}
    assert not keys & {"waves.nothing", "waves.better", "waves.worse", "waves.equal"}
    assert keys & {"waves.single", "waves.unknown"}


def test_shares_of_a_dimension_say_of_what_they_are(
    reports: dict[tuple[str | None, str], Report], shared: Shared
) -> None:
    """A mean of the inhabitants and a share of the communes may point in opposite directions."""
    said = list(reports["departement:976", "fr"].sentences())
    online = next(one for one in said if one.text.startswith("Présence en ligne"))
    assert "score moyen par habitant de" in online.text and "des communes contre" in online.text
    paris = compose_report(shared, area="75", lang="fr")
    online = next(one for one in paris.sentences() if one.text.startswith("Présence en ligne"))
    assert "chiffre inconnu" in online.text and "–" not in online.text
    own = next(one for one in paris.sentences() if one.key == "measures.own")
    assert "Niveau de vie médian" in own.text


@given(
    st.lists(st.floats(0.01, 0.99), min_size=1, max_size=9),
    st.integers(0, 2**9 - 1),
)
@settings(max_examples=60, deadline=None)
def test_a_number_is_rare_by_the_sum_of_all_cases(chances: list[float], bits: int) -> None:
    found = np.array([bits >> at & 1 for at in range(len(chances))], dtype="float64")
    fewer = more = 0.0
    for case in range(2 ** len(chances)):
        answers = [case >> at & 1 for at in range(len(chances))]
        chance = np.prod([p if yes else 1 - p for p, yes in zip(chances, answers, strict=True)])
        fewer += chance * (sum(answers) <= found.sum())
        more += chance * (sum(answers) >= found.sum())
    least = min(fewer, more)
    if abs(least - 0.025) > 1e-9:
        assert is_rare(found, np.array(chances)) == (least <= 0.025)


def test_all_towns_with_a_website_are_no_finding() -> None:
    """Of 39 towns 0.05 are expected to lack one: that none does is no more than expected."""
    chances = np.full(39, 0.9987)
    assert not is_rare(np.ones(39), chances)
    assert is_rare(np.r_[np.zeros(3), np.ones(36)], chances)
    assert is_rare(np.full(39, 0.4), chances)  # a percent, which is not counted


def test_a_dimension_that_is_missing_throughout(shared: Shared) -> None:
    atlas = shared.atlas
    gone = ["website", "own-email", "online", "digital-inequality"]
    values = atlas.values.assign(**dict.fromkeys(gone, np.nan))
    reasons = atlas.reasons.assign(**dict.fromkeys(gone, int(Reason.NOT_COLLECTED)))
    lost = replace(atlas, values=values, reasons=reasons.astype("int8"), intervals={})
    report = compose_report(lost, area="48", lang="fr")
    check_page(report)
    assert table_of(report, "t-measures").at("website", "known").value == 0
    assert "non collecté" in table_of(report, "t-measures").at("website", "missing").text


def test_the_workbook_has_all_tables_with_figures_as_numbers(
    reports: dict[tuple[str | None, str], Report], tmp_path: Path
) -> None:
    report = reports["48", "fr"]
    write_report_workbook(report, tmp_path / "report.xlsx")
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    tables = list(report.tables())
    assert len(book.worksheets) == 1 + len(tables)
    listed = list(book.worksheets[0].values)[1:]
    assert [row[1] for row in listed] == [table.caption for table in tables]
    names = [str(row[0]) for row in listed]
    sheet = book[next(name for name in names if name.endswith(" key"))]
    head, index, *_rest = sheet.values
    cell = table_of(report, "t-key").at("digital-inequality", "area")
    assert index[1:4] == (pytest.approx(cell.value), pytest.approx(cell.low),
                          pytest.approx(cell.high))  # fmt: skip
    assert len(set(head)) == len(head)
    flagged = book[next(name for name in names if "flagged0" in name)]
    assert flagged.max_row - 1 == table_of(report, "t-flag0").at("area", "flagged").value


HOSTILE = "</title><script>alert(1)</script>{{ 7*7 }}{% raw %}<img src=x onerror=alert(1)>\"'&"
ARABIC = "\u202eبلدية الاختبار\u202d مدينة"


@pytest.mark.parametrize("name", [HOSTILE, ARABIC, "Z" * 200, "\ud800 lone", "a\x00b"])
def test_names_stay_names(toy_atlas: Atlas, name: str) -> None:
    page = assert_sound(renamed(toy_atlas, name), title=name)
    assert not {"script", "iframe", "object", "link", "base", "form"} & set(page.tags)
    handlers = [one for one in page.attributes if one[1].startswith("on")]
    assert not handlers
    assert not [v for t, n, v in page.attributes if n in ("src", "href") and not (
        (v or "").startswith(("#", "data:image/png", "https://example.org/")))]  # fmt: skip
    assert "49" not in squeezed(next(c.text for i, c in page.cells.items() if "worst" in i))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(min_size=1, max_size=40))
def test_no_text_adds_an_element(toy_atlas: Atlas, name: str) -> None:
    same = renamed(toy_atlas, "plain")
    plain = ReportPage(render_report(compose_report(same, lang="en", title="T")))
    found = ReportPage(
        render_report(compose_report(renamed(toy_atlas, name), lang="en", title=name))
    )
    for tag in ("script", "a", "img", "style", "td"):
        assert found.tags.get(tag) == plain.tags.get(tag), tag


def renamed(atlas: Atlas, name: str) -> Atlas:
    """The atlas with that text wherever the data has text."""
    # A table cannot hold half a character; a title can.
    held = name.encode("utf-8", "replace").decode("utf-8")
    frame = atlas.territories.frame.assign(name=held)
    names = {level: dict.fromkeys(known, name) for level, known in
             atlas.territories.parent_names.items()}  # fmt: skip
    told = Source(name, name, "javascript:alert(1)", name, name, note=name)
    indicators = {
        key: replace(one, title=name, sources=(told,), method=name, period=name, suffix=name)
        for key, one in atlas.indicators.items()
    }
    return replace(
        atlas,
        territories=replace(atlas.territories, frame=frame, parent_names=names),
        indicators=indicators,
        notices=(name,),
    )


def test_a_place_that_cannot_be_written(toy_atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ProblemWithEnvironment, match="cannot be written"):
        write_report(toy_atlas, tmp_path / "file" / "report.html")
    assert (tmp_path / "file").read_text() == "mine"


# -- the page and the PDF -------------------------------------------------------------------------


def test_the_page_is_self_contained_and_accessible(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    for (area, lang), report in reports.items():
        text = render_report(report)
        page = ReportPage(text)
        assert f'<html lang="{lang}">' in text
        assert page.tags["h1"] == 1 and page.tags["h2"] == len(report.sections) + 1
        assert "script" not in page.tags and "link" not in page.tags
        assert page.tags["caption"] == page.tags["table"]
        assert all(value for tag, name, value in page.attributes if (tag, name) == ("img", "alt"))
        assert [n for t, n, _ in page.attributes if t == "img"].count("alt") == page.tags["img"]
        assert not [one for one in page.attributes if one[1] == "style"]
        assert len(text) < (900_000 if area is None else 480_000)
        loaded = [v for _, n, v in page.attributes if n in ("src", "data", "srcset")]
        assert all((value or "").startswith("data:image/png;base64,") for value in loaded)
        policy = next(v for t, n, v in page.attributes if n == "content" and "default-src" in v)
        assert policy.startswith("default-src 'none'; style-src 'sha256-")
        assert "script-src" not in policy and "unsafe" not in policy


def test_the_same_atlas_gives_the_same_bytes(shared: Shared) -> None:
    once = render_report(compose_report(Shared(shared.atlas), area="48"))
    assert once == render_report(compose_report(shared, area="48"))


def test_words_are_the_same_in_both_languages() -> None:
    def slots(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    french, english = words_in("fr"), words_in("en")
    assert french.keys() == english.keys()
    for key in french:
        assert slots(french[key]) == slots(english[key]), key


@pytest.fixture
def without_weasyprint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Exception], None]]:
    """Makes `import weasyprint` fail as it does on machines that lack something."""
    import builtins

    real = builtins.__import__

    def install(error: Exception) -> None:
        def failing(name: str, *rest: Any, **options: Any) -> Any:
            if name == "weasyprint":
                raise error
            return real(name, *rest, **options)

        monkeypatch.delitem(sys.modules, "weasyprint", raising=False)
        monkeypatch.setattr(builtins, "__import__", failing)

    yield install


def test_without_the_libraries_of_the_pdf_a_sentence_says_what_to_install(
    tmp_path: Path, without_weasyprint: Callable[[Exception], None]
) -> None:
    without_weasyprint(OSError("cannot load library 'libpango-1.0-0'"))
    with pytest.raises(ProblemWithEnvironment, match="apt install libpango"):
        write_pdf("<p>", tmp_path / "report.pdf")
    without_weasyprint(ModuleNotFoundError("No module named 'weasyprint'"))
    with pytest.raises(ProblemWithEnvironment, match=r"zoneblanche\[pdf\]"):
        write_pdf("<p>", tmp_path / "report.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_pdf_is_tagged(toy_atlas: Atlas, tmp_path: Path) -> None:
    pytest.importorskip("weasyprint")
    path = tmp_path / "report.pdf"
    write_pdf(render_report(compose_report(toy_atlas, lang="en", title="Toy")), path)
    content = path.read_bytes()
    assert content.startswith(b"%PDF-1.")
    told = b"".join(map(inflated, re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)))
    assert b"pdfuaid" in told + content and b"/MarkInfo" in told + content
    assert b"/Figure" in told and told.count(b"/Alt") >= 1


def inflated(stream: bytes) -> bytes:
    """A stream of a PDF, unpacked where it is packed."""
    import zlib

    try:
        return zlib.decompressobj().decompress(stream)
    except zlib.error:
        return stream


# -- the picture ----------------------------------------------------------------------------------


def test_the_picture_paints_what_lies_there(toy_atlas: Atlas) -> None:
    """Three squares side by side and one apart: a pixel is of whoever holds its middle."""
    colours = ["#111111", "#222222", "#333333", "#444444"]
    territories = toy_atlas.territories
    sheet = lay_out(territories, lang="en", width=300)
    assert sheet is not None
    picture = paint_picture(
        sheet, territories, np.array([0, 1, 2, -1]), colours, missing=("#ffffff", "#999999")
    )
    assert picture.sheet.scale is not None
    pixels, palette = unpacked(picture.png)
    assert pixels.shape == (2 * sheet.height, 600)
    row = pixels[pixels.shape[0] // 2]
    middles = [int(600 * (k + 0.5) / 6) for k in (0, 1, 2, 3, 5)]
    assert [palette[row[at]] for at in middles[:3]] == colours[:3]
    assert row[middles[3]] == 0  # nothing lies between the third and the island
    hatch = {
        palette[value] for value in np.unique(pixels[20:80, middles[4] - 10 : middles[4] + 10])
    }
    assert hatch == {"#ffffff", "#999999"}


def unpacked(png: bytes) -> tuple[np.ndarray, list[str]]:
    """Pixels and palette of a PNG, its checksums held."""
    import struct
    import zlib

    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    at, parts = 8, {}
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        name, data = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        assert struct.unpack(">I", png[at + 8 + size : at + 12 + size])[0] == zlib.crc32(
            name + data
        )
        parts[name] = data
        at += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    palette = [f"#{parts[b'PLTE'][k : k + 3].hex()}" for k in range(0, len(parts[b"PLTE"]), 3)]
    return rows[:, 1:], palette


def test_a_territory_without_people_or_shape_is_left_out(toy_atlas: Atlas) -> None:
    facts = toy_atlas.territories.facts.assign(population=np.nan)
    unknown = replace(toy_atlas, territories=replace(toy_atlas.territories, facts=facts))
    page = assert_sound(unknown)
    assert "flag.count" in {said.key for said in page.sentences}


def test_frames_of_distant_parts_have_scales_of_their_own(overseas_atlas: Atlas) -> None:
    sheet = lay_out(overseas_atlas.territories, lang="fr", width=400)
    assert sheet is not None and sheet.scale is not None
    (frame,) = sheet.frames
    assert frame.scale is not None and frame.scale[1].endswith("\u00a0km")
    assert frame.scale[0] <= 0.55 * frame.width and sheet.height >= frame.y + frame.height + 29
    # two communes of 0.2 degrees, side by side on 16.2 degrees north: 43 km in the frame
    metres = float(frame.scale[1].split("\u00a0")[0].replace(",", ".")) * 1000 / frame.scale[0]
    assert metres == pytest.approx(42_700 / (frame.width - 2 * 4), rel=0.03)
