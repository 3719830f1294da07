"""Explain the score of one territory, part by part; the parts sum to it exactly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import comb, fsum

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import EMPTY, _, join, pgettext, titled
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.tables.raw import plain
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.recipe import Dimension, Recipe
from zoneblanche.layers.index.score import Scored, combine, score_atlas
from zoneblanche.layers.index.steps.orient import is_mazziotta, oriented, scale_ends
from zoneblanche.layers.index.steps.rank import rank

EFFECTS: Mapping[str, str] = {
    "imputed: mean": _("imputed: mean"),
    "imputed: median": _("imputed: median"),
    "imputed: group-mean": _("imputed: mean of the group"),
    "imputed: group-median": _("imputed: median of the group"),
    "imputed: regression": _("imputed: regression"),
    "winsorised: high": _("winsorised: high"),
    "winsorised: low": _("winsorised: low"),
    "log": pgettext("method", "logarithm"),
    "boxcox": pgettext("method", "Box-Cox transformation"),
    "below the goalposts": _("below the goalposts"),
    "above the goalposts": _("above the goalposts"),
}
"""What a step did to a cell, by its key in `Step.actions`."""


@dataclass(frozen=True)
class Explanation:
    """The parts of one territory's score.

    Attributes:
        code: the territory.
        score, rank: its own; NaN if it has none.
        reference: the score that the parts start from, see `explain`.
        parts: one row per indicator, in the order of the recipe: `dimension`, `value` as measured,
            `used` after imputation and treatment, `normalised` (high is good), `score` (the same,
            oriented like the index), `weight` in the whole index, `contribution`, and `done` (what
            imputation, treatment and goalposts did to the cell: keys of `EFFECTS`).
        dimensions: one row per dimension: `score`, `weight`, `contribution`.
    """

    code: str
    score: float
    rank: float
    reference: float
    parts: pd.DataFrame
    dimensions: pd.DataFrame


def explain(atlas: Atlas, code: str, recipe: str) -> Explanation:
    """Return what makes up the score of a territory in a computed index.

    If every mean is arithmetic, a contribution is weight × normalised figure (mirrored, for an
    index of what is worse), the reference is 0, and contributions sum to the score. Otherwise
    weights alone do not give the contribution of a part. It is then the Shapley value of the part
    (Shapley 1953): the change that it causes, averaged over all orders in which the indicators can
    be changed from the medians of all territories to the figures of this one (over 1,000 orders, if
    there are more than twelve). The reference is the score of those medians. In both cases the
    contributions and the reference sum to the score (`math.fsum`); the rounding error is added to
    the largest part.

    Args:
        atlas: with the index computed.
        code: of the territory.
        recipe: id of the index.

    Raises:
        InputError: an index or a territory that does not exist, a territory without a score, or an
            aggregation that has no parts (Copeland, benefit of the doubt).
    """
    if recipe not in atlas.recipes:
        raise InputError(
            Fault(
                _("there is no index {recipe} in the atlas.", recipe=repr(recipe)),
                remedy=nearest(recipe, atlas.recipes),
                kind="unknown-index",
            )
        )
    if code not in atlas.codes:
        raise InputError(
            Fault(
                _("there is no territory {code}.", code=repr(code)),
                remedy=_named(code, atlas) or nearest(code, list(atlas.codes)),
                kind="unknown-code",
            )
        )
    how = atlas.recipes[recipe]
    score = float(atlas.values[recipe][code])
    if np.isnan(score):
        reason = titled(Reason(int(atlas.reasons[recipe][code])).title)
        raise InputError(
            Fault(
                _(
                    "{code} has no score in {recipe}: {reason}.",
                    code=repr(code),
                    recipe=repr(recipe),
                    reason=reason,
                ),
                kind="no-score",
            ),
        )
    on_atlas = score_atlas(atlas, how)
    values, scored = on_atlas.values, on_atlas.scored
    computed = scored.index[code]
    if not np.isclose(score, computed, rtol=0, atol=1e-5, equal_nan=True):
        raise InputError(
            Fault(
                _(
                    "{code} scores {own} in {recipe}, and its recipe gives {found} on the "
                    "{count} territories of this atlas: others were scored with them.",
                    code=repr(code),
                    own=f"{score:g}",
                    recipe=repr(recipe),
                    found=f"{computed:g}",
                    count=len(values),
                ),
                remedy=_("Compute the index again, or explain it in the whole atlas."),
                kind="other-territories",
            )
        )
    return explain_row(scored, values, code)


def _named(name: str, atlas: Atlas) -> str:
    """Return a suggestion of the territories with this name; case and accents do not count."""
    names = atlas.territories.names.map(plain)
    matches = [
        f"{code} ({atlas.territories.names[code]})" for code in names[names == plain(name)].index
    ]
    return _("Did you mean {near}?", near=join(matches[:5], _(" or "))) if matches else EMPTY


def explain_row(scored: Scored, values: pd.DataFrame, code: str) -> Explanation:
    """See `explain`; for a table that was scored.

    Raises:
        InputError: the row has no score.
    """
    recipe = scored.recipe
    score = float(scored.index[code])
    if np.isnan(score):
        raise InputError(
            Fault(
                _("{code} has no score in {recipe}.", code=repr(code), recipe=repr(recipe.id)),
                kind="no-score",
            )
        )
    figures = pd.Series(scored.normalised.loc[code])
    relative = [d.id for d in recipe.dimensions if d.aggregate in ("copeland", "bod")]
    if relative:
        raise InputError(
            Fault(
                _(
                    "{relative} compares each territory with all others; its score has no parts.",
                    relative=repr(relative[0]),
                ),
                kind="no-parts",
            )
        )
    shares = _shares(recipe, scored, code)
    if all(dimension.aggregate == "arithmetic" for dimension in recipe.dimensions):
        contributions = _weighted(recipe, figures, shares, len(values))
        reference = 0.0
    else:
        contributions, reference = _shapley(recipe, scored, figures)
    contributions = _summing(contributions, score - reference)
    parts = _part_table(scored, values, code, shares, contributions)
    inner = [dimension for dimension in recipe.dimensions if dimension is not recipe.root]
    dimensions = pd.DataFrame(
        [
            {
                "score": scored.scores[dimension.id][code],
                "weight": fsum(shares[element.id] for element in dimension.elements()),
                "contribution": fsum(contributions[element.id] for element in dimension.elements()),
            }
            for dimension in inner
        ],
        index=[dimension.id for dimension in inner],
    )
    own_rank = float(rank(scored.ranked(recipe.id))[code])
    return Explanation(code, score, own_rank, reference, parts, dimensions)


def strengths_weaknesses(
    values: pd.DataFrame, recipe: Recipe, code: str, *, count: int = 5, distinct: float = 0.2
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the indicators on which a territory ranks highest and lowest (COINr `get_str_weak`).

    The rank of an indicator with few distinct values (a yes or no) says little. Those with a share
    of distinct values up to `distinct` are left out, and so are last places, shared or not.

    Returns:
        Two tables, `rank` and `value` by indicator, best first and worst last.
    """
    signs = {e.id: -1.0 if e.better == "lower" else 1.0 for e in recipe.elements}
    ranks, last = {}, {}
    for name in values.columns.intersection(list(signs), sort=False):
        column, sign = values[name], signs[name]
        if column.nunique(dropna=False) / len(column) <= distinct:
            continue
        places = rank(sign * column)
        ranks[name], last[name] = places[code], places.max()
    known_ranks = pd.Series(ranks, dtype="float64").dropna()
    known_ranks = known_ranks[known_ranks != pd.Series(last, dtype="float64")[known_ranks.index]]
    known_ranks = known_ranks.sort_values(kind="stable")
    table = pd.DataFrame({"rank": known_ranks, "value": values[list(known_ranks.index)].loc[code]})
    return table.head(count), table.tail(count)


def _shares(recipe: Recipe, scored: Scored, code: str) -> dict[str, float]:
    """Return the weight of each indicator in this territory's score: 0 if it is not known."""
    shares_of = {element.id: 0.0 for element in recipe.elements}
    row = {**scored.normalised.loc[code], **scored.upward.loc[code]}

    def descend(dimension: Dimension, share: float) -> None:
        weights = scored.weights[dimension.id]
        known_children = [child for child in dimension.children if not np.isnan(row[child.id])]
        total = fsum(weights[child.id] for child in known_children)
        for child in known_children:
            part = share * weights[child.id] / total if total else 0.0
            if isinstance(child, Dimension):
                descend(child, part)
            else:
                shares_of[child.id] = part

    descend(recipe.root, 1.0)
    return shares_of


def _weighted(
    recipe: Recipe, figures: pd.Series, shares: dict[str, float], count: int
) -> dict[str, float]:
    """Return weight × figure; the figure is mirrored if the index is."""
    oriented_figures = _oriented(recipe, figures, count)
    return {
        name: share * oriented_figures[name] if share else 0.0 for name, share in shares.items()
    }


def _oriented(recipe: Recipe, figures: pd.Series, count: int) -> pd.Series:
    """Return normalised figures oriented like the index: mirrored if it is."""
    if recipe.orientation == "better" or is_mazziotta(recipe):
        return figures
    ends = scale_ends(recipe.root, count=count)
    return (sum(ends) if ends else 0.0) - figures


def _shapley(recipe: Recipe, scored: Scored, figures: pd.Series) -> tuple[dict[str, float], float]:
    """Return the Shapley values of the known indicators, relative to the median territory."""
    present = [name for name in figures.index if not np.isnan(figures[name])]
    median = scored.normalised.median()[present]
    fixed = replace(recipe, root=_fixed(recipe.root, scored))

    def scores_of(included: np.ndarray) -> np.ndarray:
        rows = np.where(included, figures[present].to_numpy(), median.to_numpy())
        table = pd.DataFrame(rows, columns=present).reindex(columns=figures.index)
        return oriented(combine(table, fixed)[0], fixed)[recipe.id].to_numpy()

    values = (
        _exact(scores_of, len(present)) if len(present) <= 12 else _sampled(scores_of, len(present))
    )
    reference = float(scores_of(np.zeros((1, len(present)), dtype=bool))[0])
    nothing = dict.fromkeys(figures.index, 0.0)
    return {**nothing, **dict(zip(present, map(float, values), strict=True))}, reference


def _exact(scores_of: Callable[[np.ndarray], np.ndarray], width: int) -> np.ndarray:
    """Over all subsets of the others: each has the weight 1 / (width · C(width − 1, size))."""
    sets = (np.arange(2**width)[:, None] >> np.arange(width)) & 1
    scores = scores_of(sets.astype(bool))
    sizes = sets.sum(axis=1)
    weights = np.array([1.0 / (width * comb(width - 1, size)) for size in range(width)])
    values = []
    for place in range(width):
        without = np.flatnonzero(sets[:, place] == 0)
        gain = scores[without + 2**place] - scores[without]
        values.append(float(gain @ weights[sizes[without]]))
    return np.array(values)


def _sampled(scores_of: Callable[[np.ndarray], np.ndarray], width: int) -> np.ndarray:
    """Over 500 orders and their reverses, from a fixed seed; each order sums exactly."""
    random = np.random.default_rng(0)
    gains = np.zeros(width)
    for _unused in range(500):
        order = random.permutation(width)
        for run in (order, order[::-1]):
            included = np.zeros((width + 1, width), dtype=bool)
            for place, name in enumerate(run):
                included[place + 1 :, name] = True
            gains[run] += np.diff(scores_of(included))
    return gains / 1000.0


def _fixed(dimension: Dimension, scored: Scored) -> Dimension:
    """Return the recipe with the weights that were used, however they were computed."""
    children = tuple(
        _fixed(child, scored) if isinstance(child, Dimension) else child
        for child in dimension.children
    )
    shares = scored.weights[dimension.id]
    return replace(dimension, children=children, weights=shares, weighting="given")


def _summing(contributions: dict[str, float], total: float) -> dict[str, float]:
    """Return the same parts with the rounding error added to the largest, so that they sum to the
    total."""
    largest = max(contributions, key=lambda name: abs(contributions[name]))
    out = dict(contributions)
    for _unused in range(4):
        out[largest] += total - fsum(out.values())
    return out


def _part_table(
    scored: Scored,
    values: pd.DataFrame,
    code: str,
    shares: dict[str, float],
    contributions: dict[str, float],
) -> pd.DataFrame:
    recipe = scored.recipe
    inside = {
        child.id: dimension.id for dimension in recipe.dimensions for child in dimension.children
    }
    done = {
        name: [step.done_to(code)[name] for step in scored.steps if name in step.done_to(code)]
        for name in shares
    }
    used = scored.steps[-2].values.loc[code]
    scores = _oriented(recipe, pd.Series(scored.normalised.loc[code]), len(values))
    return pd.DataFrame(
        [
            {
                "dimension": inside[name],
                "value": values[name][code],
                "used": used[name],
                "normalised": scored.normalised[name][code],
                "score": scores[name],
                "weight": share,
                "contribution": contributions[name],
                "done": tuple(done[name]),
            }
            for name, share in shares.items()
        ],
        index=list(shares),
    )
