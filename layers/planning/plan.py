"""A plan: the answer to a question of a decider, with all that was assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from zoneblanche.geo.source import Source
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.indicator import Indicator


@dataclass(frozen=True)
class Plan:
    """An answer in sentences, as a table, and as columns of an atlas.

    Attributes:
        id: of the question: "sites", "lift" or "budget".
        title: of the answer.
        sentences: the answer, every figure with its unit.
        assumptions: what it rests on, as sentences.
        table: one row for each thing that is proposed, in order; columns of text and float64.
        columns: title of each column of the table.
        atlas: the territories with what is proposed as columns of their own.
        show: id of the column of the atlas that a map opens with.
        words: what ids in columns of text are called, by id.
        essential: positions of the main sentences.
        digits: decimals of the columns of figures; others are whole.
        signed: author, commissioner and date, by name ("author"); those that are known.
    """

    id: str
    title: str
    sentences: tuple[str, ...]
    assumptions: tuple[str, ...]
    table: pd.DataFrame
    columns: Mapping[str, str]
    atlas: Atlas
    show: str
    words: Mapping[str, str] = field(default_factory=dict)
    essential: tuple[int, ...] = (0,)
    digits: Mapping[str, int] = field(default_factory=dict)
    signed: Mapping[str, str] = field(default_factory=dict)


def outcome_indicator(
    name: str,
    title: str,
    categories: Mapping[int, str],
    *,
    level: str,
    sources: tuple[Source, ...],
    method: str,
) -> Indicator:
    """Return the column of what a plan proposes for each territory: a category that is no better or
    worse than another, and whose codes have these titles."""
    return Indicator(
        id=name,
        title=title,
        unit="category",
        digits=0,
        native_level=level,
        sources=sources,
        method=method,
        categories=categories,
        role="context",
    )
