"""How stable a flag is: in how many draws of an uncertain index it is set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import InputError
from zoneblanche.geo.messages import _
from zoneblanche.layers.analysis.flagging.judge import LEFT_OUT, UNKNOWN, YES, Judge
from zoneblanche.layers.analysis.flagging.rule import Rule, read_rule
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.score import score_atlas
from zoneblanche.layers.index.uncertainty.robustness import draw_scores
from zoneblanche.layers.indicator import Indicator

UNSURE = (0.05, 0.95)
"""Shares of the draws between which a flag is not sure."""


def flag_stability(
    atlas: Atlas, rule: str | Path | Rule, drawn: Mapping[str, np.ndarray]
) -> pd.Series:
    """Return the share of the draws, 0 to 1, in which a rule holds; NaN if none can be judged.

    `flags.flag` uses the ends of an interval: flagged, possible or not. This function says how
    often, and considers conditions together: two conditions may seldom hold in the same draw.

    Args:
        atlas: with the indicators that the rule names.
        rule: see `flags.flag`.
        drawn: for each uncertain indicator, its values in every draw: (draws, territories), in the
            order of the territories, NaN where the atlas has none, see `draw_index`. Draws with
            the same number belong together.

    Raises:
        InputError: see `flags.flag`; draws of another shape, or none.
    """
    rule = rule if isinstance(rule, Rule) else read_rule(rule)
    count = _draws(atlas, drawn)
    times_flagged = np.zeros(len(atlas.codes))
    judged = np.zeros(len(atlas.codes))
    for draw in range(count):
        columns = {name: table[draw].astype("float64") for name, table in drawn.items()}
        drawn_atlas = replace(atlas, values=atlas.values.assign(**columns), intervals={})
        states = Judge(drawn_atlas, rule).verdict().states
        times_flagged += states == YES
        judged += (states != UNKNOWN) & (states != LEFT_OUT)
    with np.errstate(invalid="ignore"):
        share = times_flagged / judged
    return pd.Series(share, index=atlas.codes, name=rule.id)


def draw_index(atlas: Atlas, index_id: str, *, draws: int = 100) -> dict[str, np.ndarray]:
    """Return the scores of an index and its dimensions in every draw, for `flag_stability`.

    Args:
        atlas: in which the index was computed.
        index_id: of the index.
        draws: how many; the seed is that of the recipe.

    Raises:
        InputError: the atlas has no recipe of the index, or the data does not allow a choice of the
            recipe.
    """
    scored = score_atlas(atlas, atlas.recipe(index_id))
    return draw_scores(scored.values, scored.scored, draws=draws, context=scored.context)


@dataclass(frozen=True)
class FlagStability:
    """How certain a flag is, over the draws of an index that it depends on.

    Attributes:
        flag: the indicator of the flag.
        sure: number of territories flagged in 95 % of the draws or more.
        unsure: number of territories flagged in more than 5 % and less than 95 %.
        draws: how many.
    """

    flag: Indicator
    sure: int
    unsure: int
    draws: int


def flags_of_index(atlas: Atlas, index_id: str, *, draws: int = 100) -> list[FlagStability]:
    """Return how stable the flags of an atlas are that depend on a dimension of an index; none if
    the recipe has no draws.

    Raises:
        InputError: see `draw_index` and `flag_stability`.
    """
    recipe = atlas.recipe(index_id)
    dimension_ids = {dimension.id for dimension in recipe.dimensions}
    flags = [
        item
        for item in atlas.indicators.values()
        if item.role == "flag" and dimension_ids & set(item.parts)
    ]
    if not flags or not recipe.draws:
        return []
    drawn = draw_index(atlas, index_id, draws=draws)
    count = len(next(iter(drawn.values())))
    stabilities = []
    for flag in flags:
        share = flag_stability(atlas, flag.id, drawn)
        unsure = (share > UNSURE[0]) & (share < UNSURE[1])
        stabilities.append(
            FlagStability(flag, int((share >= UNSURE[1]).sum()), int(unsure.sum()), count)
        )
    return stabilities


def _draws(atlas: Atlas, drawn: Mapping[str, np.ndarray]) -> int:
    for name in drawn:
        atlas.indicator(name)
    counts = {table.shape[0] for table in drawn.values() if table.ndim == 2}
    widths = {table.shape[1:] for table in drawn.values()}
    if len(counts) != 1 or widths != {(len(atlas.codes),)} or counts == {0}:
        raise InputError(
            _(
                "the draws must be tables of as many rows each, at least one, and {count} columns.",
                count=len(atlas.codes),
            )
        )
    return counts.pop()
