"""Section: flagged territories and their people; the typology."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from zoneblanche.geo.country import in_language
from zoneblanche.layers.analysis.flagging.flags import FLAGGED, POSSIBLE
from zoneblanche.layers.analysis.flagging.typology import (
    RURAL_POOR,
    TYPES,
    TYPOLOGY,
    URBAN_POOR,
)
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.areas import Area
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Slot,
    Table,
    make_table,
    name_cell,
    say,
)
from zoneblanche.maps.report.scope import Scope, population_of
from zoneblanche.maps.report.sections.measured import people_of
from zoneblanche.maps.report.sections.ranking import unit_columns, unit_rows


def flagged_section(scope: Scope) -> Section:
    """Return for each flag how many territories and people; for the workbook all of them."""
    flags = [i for i in scope.atlas.indicators.values() if i.role == "flag"]
    sentences: list[Sentence] = []
    blocks: list[object] = []
    more: list[Callable[[], Table]] = []
    if not flags:
        sentences.append(say(scope.words, "flag.absent"))
    for place, flag in enumerate(flags):
        table = _tally(scope, flag, f"t-flag{place}")
        blocks.append(table)
        sentences += _flag_sentences(scope, flag, table)
        if scope.shared.main is not None and _flagged_in(scope, flag).any():
            more.append(partial(_listed, scope, scope.shared.main, flag, f"t-flagged{place}"))
    types, typology = _types(scope), scope.atlas.indicators.get(TYPOLOGY)
    if types is not None:
        blocks.append(types)
        sentences += _types_sentences(scope, types)
    notes = [scope.words["flag_note"]] if flags else []
    described = [*flags, *([typology] if types is not None and typology is not None else [])]
    notes += [
        scope.words["rule_note"].format(
            title=flag.title_in(scope.lang), method=flag.method_in(scope.lang)
        )
        for flag in described
    ]
    return Section(
        "flags",
        scope.words["flags"],
        tuple(sentences),
        blocks=tuple(blocks),
        notes=tuple(notes),
        more=tuple(more),
    )


def _tally(scope: Scope, flag: Indicator, table_id: str) -> Table:
    words = scope.words
    columns = {
        "area": words["territory"],
        "units": scope.units,
        "flagged": words["flagged"],
        "share": words["share_of"].format(units=scope.units),
        "people": words["people_flagged"],
        "people_share": words["people_share"],
        "possible": words["possible"],
        "unjudged": words["unjudged"],
    }
    rows = {"area": _tally_row(scope, flag, scope.area)}
    for place, reference in enumerate(scope.references):
        rows[f"ref{place}"] = _tally_row(scope, flag, reference)
    caption = words["flag_caption"].format(title=flag.title_in(scope.lang))
    return make_table(table_id, caption, columns, rows)


def _tally_row(scope: Scope, flag: Indicator, area: Area) -> tuple[Cell, ...]:
    states = scope.atlas.values[flag.id].to_numpy()
    inside = area.inside
    flagged, possible = (inside & (states == state) for state in (FLAGGED, POSSIBLE))
    judged = inside & ~np.isnan(states)
    people, everyone = people_of(scope, flagged), people_of(scope, inside)
    share = 100 * flagged.sum() / judged.sum() if judged.any() else np.nan
    return (
        name_cell(scope.label(area)),
        scope.count(area.count),
        scope.count(flagged.sum()),
        scope.percent(share),
        scope.count(people if flagged.any() else 0.0),
        scope.percent(100 * people / everyone if everyone and flagged.any() else _none(flagged)),
        scope.count(possible.sum()),
        scope.count((inside & np.isnan(states)).sum()),
    )


def _none(flagged: np.ndarray) -> float:
    return float("nan") if flagged.any() else 0.0


def _flag_sentences(scope: Scope, flag: Indicator, table: Table) -> list[Sentence]:
    words = scope.words
    slots: dict[str, Slot] = {
        "title": Piece(flag.title_in(scope.lang), is_name=True),
        "count": table.at("area", "flagged"),
        "of": table.at("area", "units"),
        "units": scope.units,
        "people": table.at("area", "people"),
        "people_share": table.at("area", "people_share"),
        "in_area": scope.inside(scope.area),
    }
    if table.at("area", "unjudged").value == table.at("area", "units").value:
        return [say(words, "flag.unknown", title=slots["title"])]
    if scope.area.count == 1:
        return [_single_sentence(scope, slots["title"], table)]
    if not table.at("area", "flagged").value:
        key = "flag.none.of" if table.at("area", "unjudged").value else "flag.none"
        sentences = [say(words, key, **slots, unjudged=table.at("area", "unjudged"))]
    elif table.at("area", "people").value is None:
        sentences = [say(words, "flag.count", **slots)]
    else:
        sentences = [say(words, "flag.people", **slots)]
    if scope.references and table.at("area", "share").value is not None:
        last = f"ref{len(scope.references) - 1}"
        sentences.append(
            say(
                words,
                "flag.beside",
                share=table.at("area", "share"),
                other=table.at(last, "share"),
                in_reference=scope.inside(scope.references[-1]),
                units=scope.units,
            )
        )
    if table.at("area", "possible").value:
        sentences.append(say(words, "flag.possible", count=table.at("area", "possible")))
    if table.at("area", "unjudged").value and table.at("area", "flagged").value:
        sentences.append(say(words, "flag.unjudged", count=table.at("area", "unjudged")))
    return sentences


def _single_sentence(scope: Scope, title: Slot, table: Table) -> Sentence:
    """Return the sentences on a single territory, which has no shares."""
    key = "none"
    for state in ("flagged", "possible"):
        key = state if table.at("area", state).value else key
    name = Piece(scope.label(scope.area), is_name=True)
    return say(scope.words, f"flag.{key}.one", title=title, name=name)


def _flagged_in(scope: Scope, flag: Indicator) -> np.ndarray:
    flagged: np.ndarray = scope.area.inside & (scope.atlas.values[flag.id].to_numpy() == FLAGGED)
    return flagged


def _listed(scope: Scope, main: Indicator, flag: Indicator, table_id: str) -> Table:
    scores = scope.atlas.values[main.id].to_numpy()
    sign = -1.0 if main.better == "lower" else 1.0
    places = np.flatnonzero(_flagged_in(scope, flag))
    people = np.nan_to_num(population_of(scope.atlas).to_numpy(dtype="float64"))
    order = places[np.lexsort((-people[places], np.round(sign * scores[places], 9)))]
    rows = unit_rows(scope, main, order, bars=False)
    words = scope.words
    caption = words["flagged_caption"].format(
        units=scope.units, title=flag.title_in(scope.lang), main=main.title_in(scope.lang)
    )
    return make_table(table_id, caption, unit_columns(scope, main), rows)


def _types(scope: Scope) -> Table | None:
    types = scope.shared.typology
    if types is None or np.isnan(types[scope.area.inside]).all():
        return None
    words = scope.words
    everyone = people_of(scope, scope.area.inside)
    rows = {}
    for code, title in TYPES.items():
        chosen = scope.area.inside & (types == code)
        people = people_of(scope, chosen) if chosen.any() else 0.0
        rows[str(code)] = (
            Cell(in_language(title, scope.lang)),
            scope.count(chosen.sum()),
            scope.count(people),
            scope.percent(100 * people / everyone if everyone else np.nan),
        )
    unknown = scope.area.inside & np.isnan(types)
    if unknown.any():
        people = people_of(scope, unknown)
        share = scope.percent(100 * people / everyone if everyone else np.nan)
        rows["unknown"] = (
            Cell(words["unjudged"]), scope.count(unknown.sum()), scope.count(people), share
        )  # fmt: skip
    columns = {
        "type": words["type"],
        "units": scope.units,
        "people": words["people"],
        "share": words["people_share"],
    }
    return make_table("t-types", words["types_caption"], columns, rows)


def _types_sentences(scope: Scope, table: Table) -> list[Sentence]:
    thin, dense = str(RURAL_POOR), str(URBAN_POOR)
    if scope.area.count == 1:
        return []
    return [
        say(
            scope.words,
            "types.both",
            thin=table.at(thin, "units"),
            thin_people=table.at(thin, "people"),
            dense=table.at(dense, "units"),
            dense_people=table.at(dense, "people"),
            thin_units=scope.units_of(table.at(thin, "units").value),
            dense_units=scope.units_of(table.at(dense, "units").value),
            thin_word=scope.word("people_word", table.at(thin, "people").value),
            dense_word=scope.word("people_word", table.at(dense, "people").value),
            in_area=scope.inside(scope.area),
        )
    ]
