"""The brief of a report: what comes first, can be quoted alone, and is said once."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.maps.report.reading_reports import (
    AREAS,
    ReportPage,
    assert_sound,
    check_page,
    squares,
    squeezed,
    table_of,
)
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.analysis.areas import rank_areas
from zoneblanche.layers.analysis.estimates import (
    figure_of,
)
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.given_facts import older_people
from zoneblanche.maps.report.areas import find_area
from zoneblanche.maps.report.content import Cell, Table
from zoneblanche.maps.report.map import Figure
from zoneblanche.maps.report.sections.dimensions import Glossary, Multiples
from zoneblanche.maps.report.sections.like_sized import is_rare
from zoneblanche.maps.report.write import Report, Shared, compose_report, render_report


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
    assert len(pictures) >= 6 and all(caption is not None for _, caption in dimensions.figures)


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
    keys = {one.key for one in unweighted.sentences}
    assert {"index.unweighted", "unequal.spread_units"} <= keys
    assert not keys & {"unequal.spread", "unequal.nothing", "worst.shared"}
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
    keys = {sentence.key for sentence in page.sentences}
    assert {"index.unknown", "crossing.unknown", "ranking.nothing"} <= keys
    assert not keys & {"crossing.none", "crossing.none.one", "quality.complete"}


def test_a_sentence_of_the_summary_can_be_quoted_alone(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    """It names the place, the years of the figures, and of how many a rank is."""
    texts = {one.key: squeezed(one.text) for one in reports["48", "fr"].essential}
    for key, text in texts.items():
        assert "Lozère" in text, (key, text)
    assert "données de 20" in texts["index.worse.ranged"]
    assert re.search(r"la Lozère est au rang \d+ sur 98 dans l'ordre", texts["beside.rank"])
    waves = next(text for key, text in texts.items() if key.startswith("waves."))
    assert re.search(r"sur \d+ communes dont le chiffre est connu aux deux dates\s: ", waves)
    assert re.search(r"\s; \d+ gains?, \d+ pertes?\.$", waves)
    texts = {one.key: squeezed(one.text) for one in reports["departement:976", "fr"].sentences()}
    assert "0 habitant\u00a0;" in texts["types.both"] and "0 habitants" not in texts["types.both"]
    assert "celui de la CC du Sud" in texts["parts.ends"]
    assert "la Martinique, la Guadeloupe et" in texts["beside.similar_size"]


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


def test_a_page_may_end_between_the_table_and_the_map_of_the_crossing(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    """Side by side they left a third of the page before them empty."""
    section = next(one for one in reports["48", "fr"].sections if one.id == "map")
    assert [type(block) for block in section.blocks] == [Table, Figure]
    style = render_report(reports["48", "fr"]).split("@media print")[1]
    assert "#map { break-inside" not in style and "#map, " not in style
    assert "footer { break-before: avoid; }" in style  # its line was alone on a page


def test_long_tables_may_continue_on_the_next_page(
    reports: dict[tuple[str | None, str], Report],
) -> None:
    report = reports["48", "fr"]
    text = render_report(report)
    for table in (table_of(report, "t-crossing"), table_of(report, "t-sources")):
        whole = f'<div id="{table.id}-s" class="scroll short"' in text
        assert whole == (len(table.rows) < 12)


def test_scores_that_turn_figures_around_say_so_beside_them(
    reports: dict[tuple[str | None, str], Report], shared: Shared
) -> None:
    """Presence is better where it is high, and the dimension of the same subject is worse."""
    main = shared.main
    assert main is not None
    for (_area, lang), report in reports.items():
        sections = {one.id: one for one in report.sections}
        names = ("website", "own-email", "median-income")
        turned = [shared.atlas.indicator(name).title_in(lang) for name in names]
        beside = [sections["key"].notes[0]]
        beside += [
            block.note for block in sections["dimensions"].blocks if isinstance(block, Multiples)
        ]
        for note in beside:
            assert all(title in note for title in turned), note
        if sections["map"].notes:
            assert ("sens inverse" if lang == "fr" else "other way") in sections["map"].notes[0]


def test_the_dimensions_are_named_by_what_lacks(shared: Shared) -> None:
    """A high score is a bad one: *help nearby* of 100 would be far away."""
    assert shared.main is not None and shared.main.better == "lower"
    lacks = re.compile(r"^(Manque|Absence|Éloignement|Lack|Absence|Distance)\b")
    for part in shared.main.parts:
        indicator = shared.atlas.indicator(part)
        assert all(lacks.match(indicator.title_in(lang)) for lang in ("fr", "en")), part


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
        texts = {one.key: squeezed(one.text) for one in report.essential}
        assert f"index.{claim}.ranged" in texts, texts
        assert "et de ce qui est inconnu" in texts[f"index.{claim}.ranged"]
        assert texts["index.partial"].startswith("Manque de moyens des habitants")
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
    values = [cells[-1].value for cells in table.rows.values()]
    assert 0 < len(values) <= 6
    assert values == pytest.approx(scores.iloc[: len(values)].to_numpy())
    assert scores.iloc[len(values) - 1] > scores.iloc[len(values)]  # none of several equal ones
    (figure,) = [one for one in report.sections[0].blocks if isinstance(one, Figure)]
    numbers = [one.text for one in figure.picture.sheet.labels if one.kind == "number"]
    assert numbers == [cells[1].text for cells in table.rows.values()]
    keys = {one.key for one in report.sections[0].sentences}
    assert "first.worst" in keys and "first.certain" not in keys


def test_the_worst_of_the_parts_is_not_established_where_ranges_overlap(shared: Shared) -> None:
    for area in ("48", "departement:976", "region:84"):
        report = compose_report(shared, area=area, lang="fr")
        sentences = {one.key for one in report.sentences()}
        scores = [cells[-1] for cells in table_of(report, "t-parts").rows.values()]

        def overlaps(one: Cell, other: Cell) -> bool:
            if one.low is None or other.low is None:
                return False
            assert one.high is not None and other.high is not None
            return one.low <= other.high and other.low <= one.high

        first = any(overlaps(scores[0], one) for one in scores[1:])
        last = any(overlaps(scores[-1], one) for one in scores[:-1])
        keys = {(True, True): "parts.open", (True, False): "parts.open_worst",
                (False, True): "parts.open_best", (False, False): ""}  # fmt: skip
        opened = [key for key in sentences if key.startswith("parts.open")]
        assert opened == [key for key in [keys[first, last]] if key], area


def test_a_part_without_a_rank_may_be_the_worst(shared: Shared) -> None:
    """Mayotte's score lacks a part of the index, and its range reaches beyond that of Cantal."""
    report = compose_report(shared, lang="fr")
    worst = next(iter(table_of(report, "t-parts").rows.values()))[-1]
    apart = shared.score_range(find_area(shared.atlas, "departement:976", lang="fr"))
    assert worst.high is not None and apart[1] > worst.high
    assert "parts.open" in {sentence.key for sentence in report.sentences()}


def test_an_intercommunality_is_named_with_its_article(shared: Shared) -> None:
    text = squeezed(render_report(compose_report(shared, area="epci:200069151", lang="fr")))
    assert "dans la <bdi>CC Gorges Causses Cévennes</bdi>" in text
    assert "dans l'intercommunalité" not in text.replace("&#39;", "'")
    english = render_report(compose_report(shared, area="epci:200069151", lang="en"))
    assert "in the intercommunality <bdi>" in english


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
    inner = panel.by_criterion["website"][report.scope.area.inside]
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
    sentences = list(reports["departement:976", "fr"].sentences())
    online = next(one for one in sentences if one.text.startswith("Absence en ligne"))
    assert "score moyen par habitant de" in online.text and "des communes contre" in online.text
    paris = compose_report(shared, area="75", lang="fr")
    online = next(one for one in paris.sentences() if one.text.startswith("Absence en ligne"))
    assert "chiffre inconnu" in online.text and "–" not in online.text
    own = next(one for one in paris.sentences() if one.key == "measures.own")
    assert "Niveau de vie médian" in own.text


@given(
    st.lists(st.floats(0.01, 0.99), min_size=1, max_size=9),
    st.integers(0, 2**9 - 1),
)
@settings(max_examples=60, deadline=None)
def test_a_number_is_rare_by_the_sum_of_all_cases(chances: list[float], bits: int) -> None:
    answer = np.array([bits >> at & 1 for at in range(len(chances))], dtype="float64")
    fewer = more = 0.0
    for case in range(2 ** len(chances)):
        answers = [case >> at & 1 for at in range(len(chances))]
        chance = np.prod([p if yes else 1 - p for p, yes in zip(chances, answers, strict=True)])
        fewer += chance * (sum(answers) <= answer.sum())
        more += chance * (sum(answers) >= answer.sum())
    least = min(fewer, more)
    if abs(least - 0.025) > 1e-9:
        assert is_rare(answer, np.array(chances)) == (least <= 0.025)


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


def test_the_glossary_says_what_a_handicap_is(
    reports: dict[tuple[str | None, str], Report], toy_atlas: Atlas
) -> None:
    def terms(report: Report) -> dict[str, str]:
        blocks = [block for section in report.sections for block in section.blocks]
        return dict(next(block for block in blocks if isinstance(block, Glossary)).entries)

    text = terms(reports["48", "fr"])["Handicaps cumulés"]
    assert "Manque d'accès fixe ≥ 40" in text
    assert "Éloignement de l'aide > 67" in text
    assert not any(
        "andicap" in term for term in terms(compose_report(Shared(toy_atlas), lang="fr"))
    )


def test_the_people_of_mayotte_are_of_an_earlier_census(
    reports: dict[tuple[str | None, str], Report], shared: Shared
) -> None:
    """INSEE's populations of 2023 have the census of 2017 there: whatever rests on it says so."""
    report = reports["departement:976", "fr"]
    text = squeezed(render_report(report))
    assert re.search(r"256\s518 habitants en 2017", text)
    assert "recensement de 2017" in table_of(report, "t-beside").note
    sections = {one.id: one for one in report.sections}
    assert any("recensement de 2017" in note for note in sections["quality"].notes)
    beside = compose_report(shared, area="departement:971", lang="fr")
    mentions = "Mayotte" in [cells[0].text for cells in table_of(beside, "t-beside").rows.values()]
    assert ("2017" in table_of(beside, "t-beside").note) == mentions
    whole = compose_report(shared, lang="en")
    quality = next(one for one in whole.sections if one.id == "quality")
    assert any(note.startswith("Mayotte: ") for note in quality.notes)
    assert "census of 2017" not in render_report(reports["48", "fr"])
    renamed = replace(
        shared.atlas.territories,
        sources=tuple(
            replace(one, title="Populations légales 2031")
            for one in shared.atlas.territories.sources
        ),
    )
    assert older_people(shared.atlas.territories) and not older_people(renamed)
