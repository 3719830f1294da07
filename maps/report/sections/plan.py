"""Section: what a plan proposes, and what it assumes."""

from __future__ import annotations

import math
from numbers import Real

from zoneblanche.geo.messages import translate
from zoneblanche.layers.planning.plan import Plan
from zoneblanche.maps.report.content import (
    Cell,
    Piece,
    Section,
    Sentence,
    Table,
    make_table,
    name_cell,
)
from zoneblanche.maps.report.imprint import Imprint, imprint_parts
from zoneblanche.maps.report.map import draw_figure
from zoneblanche.maps.report.scope import Scope
from zoneblanche.maps.report.sections.measured import Notices

LISTED = 40
"""Maximum number of rows; the table of the plan has all."""
TOO_WIDE = ("people_alone", "distance_alone", "instead", "site")
"""Columns without room on a page; sentences name what could take the place of a site, and the rows
below a site are those that it lifts."""
NAMES = ("name", "instead", "site", "change")
"""Columns with text of the data."""


def plan_section(scope: Scope, plan: Plan) -> Section:
    """Return the answer in sentences, a map, the table, what was assumed, and who made it."""
    lang = scope.lang
    sentences = tuple(
        Sentence(f"plan.{place}", (Piece(translate(text, lang) + " "),))
        for place, text in enumerate(plan.sentences)
    )
    table, whole = (_table(scope, plan, whole=whole) for whole in (False, True))
    blocks: list[object] = []
    figure = draw_figure(scope.atlas, plan.show, scope.area.inside, lang, sheet=scope.sheet)
    if figure is not None:
        blocks.append(figure)
    if table.rows:
        blocks.append(table)
    assumed = tuple(translate(text, lang) for text in plan.assumptions)
    if assumed:
        blocks.append(Notices(scope.words["plan_assumed"], assumed))
    notes = () if not plan.signed else (_signed(scope, plan),)
    title = translate(plan.title, lang)
    return Section("plan", title, sentences, tuple(blocks), notes, more=(whole,))


def _table(scope: Scope, plan: Plan, *, whole: bool) -> Table:
    """Return the table of the plan: all of it, or what a page has room for."""
    columns = {
        name: translate(title, scope.lang)
        for name, title in plan.columns.items()
        if whole or name not in TOO_WIDE
    }
    shown = plan.table if whole else plan.table.head(LISTED)
    rows = {
        str(place): tuple(_cell(scope, plan, name, row[name]) for name in columns)
        for place, row in shown.iterrows()
    }
    table_id = "t-plan-all" if whole else "t-plan"
    return make_table(table_id, scope.words["plan_caption"], columns, rows)


def _signed(scope: Scope, plan: Plan) -> str:
    """Return who made the plan, for whom and when, as a sentence."""
    parts = imprint_parts(Imprint(**plan.signed), scope.lang)
    listed = [f"{heading}{scope.words['colon']}{text}" for heading, text in parts]
    return scope.words["plan_signed"].format(parts=scope.words["list_break"].join(listed))


def _cell(scope: Scope, plan: Plan, name: str, value: object) -> Cell:
    if isinstance(value, str):
        word = translate(plan.words.get(value, value), scope.lang)
        return name_cell(value) if name in NAMES else Cell(word)
    if not isinstance(value, Real) or math.isnan(value):
        return Cell("–")
    figure = float(value)
    return Cell(scope.number(figure, plan.digits.get(name, 0)), figure)
