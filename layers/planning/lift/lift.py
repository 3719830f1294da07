"""What it would take: the least change of figures by which a score passes a limit, or a flag falls.

The limit is fixed: the ninth decile of the scores of today. A tenth by rank always holds a tenth of
the territories, however much they change. The score must pass it by a margin of one half-width of
its range, so that it stays beyond it in nine draws of ten; without the margin the change is smaller
than the noise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _, join, quantity
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.index.context import Context, index_context
from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.index.score import ScoredAtlas, score, score_atlas
from zoneblanche.layers.index.uncertainty.robustness import draw_scores
from zoneblanche.layers.planning.distances import Floats, Ints
from zoneblanche.layers.planning.lift.change import Moves, is_linear, least_change, moves_of

SHARE = 0.9
"""Share of the draws in which a score must stay beyond the limit; and the decile of the limit."""
WIDENINGS = 15
"""How often the margin of a score grows by a quarter where it holds in too few draws."""
MOST_BISECTED = 10
"""Territories for which a recipe that is not linear is scored again and again."""
STEPS = 40


@dataclass(frozen=True)
class Lifted:
    """The least change of some territories.

    Attributes:
        figures: what can be changed as it is now; index: their codes; one column per indicator.
        change: what each figure moves towards its good side, in its unit; same shape; 0 without.
        cost: of all changes; infinite where no change suffices.
        score, limit: of the index today, and where it has to be; NaN for a flag.
        in_draws: share of the draws in which the changed score is beyond the cut; NaN if not drawn.
        exact: whether no change costs less.
    """

    figures: pd.DataFrame
    change: pd.DataFrame
    cost: pd.Series
    score: pd.Series
    limit: pd.Series
    in_draws: pd.Series
    exact: bool

    @property
    def possible(self) -> pd.Series:
        """Where a change suffices."""
        return pd.Series(np.isfinite(self.cost), self.cost.index)


@dataclass(frozen=True)
class Index:
    """An index of an atlas, and what of it can be changed.

    Attributes:
        atlas: with the index computed.
        recipe: of the index.
        scored_atlas: the atlas with its scores and the steps to them.
        names: ids of the indicators that can be changed.
        costs: of one unit of each, in their order.
        worse_up: whether a high score is worse.
        margin: points by which a limit is passed; None for half of the range of each score.
        by_sites: id of the figure that a site changes; "" where no site is considered.
        unsold: ids of the indicators that nobody buys: only a site changes them, or nothing.
    """

    atlas: Atlas
    recipe: Recipe
    scored_atlas: ScoredAtlas
    names: tuple[str, ...]
    costs: Floats
    worse_up: bool
    margin: float | None = None
    by_sites: str = ""
    unsold: frozenset[str] = frozenset()

    @property
    def scores(self) -> pd.Series:
        """The scores that have a rank."""
        return self.scored_atlas.scored.ranked(self.recipe.id)

    @property
    def cut(self) -> float:
        """The score that a tenth of the territories are worse than, today."""
        finite = self.scores.dropna().to_numpy()
        return float(np.quantile(finite, SHARE if self.worse_up else 1 - SHARE))

    @property
    def worst(self) -> pd.Series:
        """Which territories are in the worst tenth."""
        return self.scores >= self.cut if self.worse_up else self.scores <= self.cut

    @property
    def bounds(self) -> dict[str, tuple[float | None, float | None]]:
        """The lowest and highest possible figure of each indicator."""
        return {name: self.atlas.indicators[name].bounds for name in self.names}

    @property
    def whole(self) -> set[str]:
        """Ids of the indicators that are a yes or a no."""
        return {name for name in self.names if self.atlas.indicators[name].unit == "boolean"}


@dataclass(frozen=True)
class Rows:
    """Territories to be lifted, each as it is or as a site would leave it.

    Attributes:
        at: position of the territory of each row in the atlas; one may be there more than once.
        nearer: units by which a site moves the figure `by_sites` of the index towards its good
            side, ≥ 0.
    """

    at: Ints
    nearer: Floats


def rows_of(index: Index, codes: Sequence[str]) -> Rows:
    """Return territories as they are, in the order of the atlas."""
    at = np.flatnonzero(index.atlas.codes.isin(codes))
    return Rows(at, np.zeros(len(at)))


def read_index(
    atlas: Atlas,
    index_id: str | None,
    costs: Mapping[str, float],
    *,
    margin: float | None = None,
    by_sites: str = "",
) -> Index:
    """Return an index of an atlas with what can be changed and what it costs.

    Without costs, a change counts by its share of the goalposts, or of the range of all figures.

    Args:
        by_sites: id of a figure that sites change: without a cost, only they do; and without any
            costs, nothing else is changed.

    Raises:
        InputError: no such index, nothing that can be changed, a figure of sites that is not in it,
            or costs of some indicators only.
    """
    index_id = index_id or ["", *atlas.recipes][-1]
    recipe = atlas.recipe(index_id)
    scored_atlas = score_atlas(atlas, recipe)
    recipe = scored_atlas.scored.recipe
    elements = [
        element for element in recipe.elements if element.changeable and element.better is not None
    ]
    if not elements:
        raise InputError(
            Fault(
                _("no figure of {recipe} can be changed.", recipe=repr(recipe.id)),
                remedy=_("Leave out changeable = false for one of its indicators."),
                kind="nothing-changeable",
            )
        )
    names = tuple(element.id for element in elements)
    if by_sites:
        _check_figure_of_sites(recipe, names, by_sites)
    units = _unit_costs(elements, scored_atlas.values, costs, by_sites)
    unsold = frozenset(set(names) - set(costs)) if by_sites else frozenset()
    return Index(
        atlas,
        recipe,
        scored_atlas,
        names,
        units,
        recipe.orientation == "worse",
        margin,
        by_sites,
        unsold,
    )


def _check_figure_of_sites(recipe: Recipe, names: Sequence[str], by_sites: str) -> None:
    if by_sites not in names:
        raise InputError(
            Fault(
                _(
                    "a site changes {figure}, which is not among the figures of {recipe} that can "
                    "be changed.",
                    figure=repr(by_sites),
                    recipe=repr(recipe.id),
                ),
                remedy=nearest(by_sites, names),
                kind="no-site-figure",
            )
        )


def _unit_costs(
    elements: Sequence[Element], values: pd.DataFrame, costs: Mapping[str, float], by_sites: str
) -> Floats:
    """Return the cost of one unit of each indicator."""
    if not costs:
        return 1.0 / np.array(
            [_span(element.goalposts, values[element.id]) for element in elements]
        )
    missing = [
        element.id for element in elements if element.id not in costs and element.id != by_sites
    ]
    if missing:
        raise InputError(
            Fault(
                _("costs are missing: {missing}.", missing=join(missing)),
                remedy=_("Give one for each with --cost ID=NUMBER, or none at all."),
                kind="no-cost",
            )
        )
    return np.array([costs.get(element.id, 1.0) for element in elements])


def _span(goalposts: tuple[float, float] | None, figures: pd.Series) -> float:
    low, high = goalposts or (figures.min(), figures.max())
    return float(high - low) or 1.0


def lift(index: Index, codes: Sequence[str], *, exact: bool = False) -> Lifted:
    """Return the least change by which territories leave the worst tenth of today.

    Args:
        index: see `read_index`.
        codes: of territories with a rank.
        exact: refuse a recipe that is not linear.

    Raises:
        InputError: an exact answer is asked of a recipe that is not linear; or too many territories
            for one.
    """
    if is_linear(index.recipe):
        return lift_rows(index, rows_of(index, codes))
    if exact:
        raise InputError(
            Fault(
                _(
                    "the recipe {recipe} is not linear, so it has no exact answer.",
                    recipe=repr(index.recipe.id),
                ),
                remedy=_("Leave out --exact for an upper bound by bisection."),
                kind="not-linear",
            )
        )
    if len(codes) > MOST_BISECTED:
        raise InputError(
            Fault(
                _(
                    "the recipe {recipe} is not linear: {count} territories are too many, {most} "
                    "are possible.",
                    recipe=repr(index.recipe.id),
                    count=quantity(len(codes)),
                    most=quantity(MOST_BISECTED),
                ),
                remedy=_("Name fewer territories."),
                kind="too-many",
            )
        )
    return _lift_by_bisection(index, codes)


def half_widths(index: Index, name: str, codes: Sequence[str]) -> Floats:
    """Return half of the range of each score from its 5th to its 95th percentile; or the margin
    that is given.

    Raises:
        InputError: the atlas has no range of the scores.
    """
    if index.margin is not None:
        return np.full(len(codes), index.margin)
    table = index.atlas.intervals.get(name)
    if table is None or "score_low" not in table or table["score_low"].isna().all():
        raise InputError(
            Fault(
                _("{name} has no range of its scores, so no margin is known.", name=repr(name)),
                remedy=_("Compute the index with draws on one scale, or give --margin POINTS."),
                kind="no-range",
            )
        )
    ends = table.loc[list(codes), ["score_low", "score_high"]].to_numpy(dtype="float64")
    width: Floats = (ends[:, 1] - ends[:, 0]) / 2
    return np.nan_to_num(width)


def _need(index: Index, codes: Sequence[str], margin: Floats) -> tuple[Floats, Floats]:
    """Return the limit of each score, and the points between."""
    scores = index.scores[list(codes)].to_numpy()
    limit = index.cut - margin if index.worse_up else index.cut + margin
    return limit, (scores - limit if index.worse_up else limit - scores)


def lift_rows(index: Index, rows: Rows) -> Lifted:
    """Return the least change by which rows leave the worst tenth of today, for a linear recipe."""
    order = index.atlas.codes[rows.at]
    moves, gained = moves_at(index, index.recipe.root, rows)
    margin = half_widths(index, index.recipe.id, list(order))
    figures = figures_at(index, rows)
    for _widening in range(WIDENINGS):
        limit, need = _need(index, list(order), margin)
        cost, units = least_change(need - gained, moves, index.costs)
        in_draws = _in_draws(index, rows, _changed(index, figures, units))
        short = np.isfinite(cost) & (in_draws < SHARE)
        if not short.any() or index.margin is not None:
            break
        margin = np.where(short, 1.25 * margin + 0.1, margin)
    else:
        cost = np.where(short, np.inf, cost)
    return as_lifted(index, order, figures, units, cost, limit, in_draws, exact=True)


def moves_at(index: Index, part: Dimension, rows: Rows) -> tuple[Moves, Floats]:
    """Return how far each figure that is bought can move the score of a dimension, and the points
    that the sites of the rows have moved it."""
    every = moves_of(index.scored_atlas.scored, part, index.names, index.bounds, index.whole)
    moves, gained = every.take(rows.at), np.zeros(len(rows.at))
    if index.by_sites:
        moves, gained = moves.advanced(index.names.index(index.by_sites), rows.nearer)
    unsold = [place for place, name in enumerate(index.names) if name in index.unsold]
    return (moves.without(unsold) if unsold else moves), gained


def figures_at(index: Index, rows: Rows) -> pd.DataFrame:
    """Return the figures of the rows that can be changed, after what sites change of them."""
    figures = index.scored_atlas.scored.steps[-2].values.iloc[rows.at][list(index.names)]
    if not index.by_sites:
        return figures
    site = np.array([name == index.by_sites for name in index.names])
    return _changed(index, figures, np.where(site, rows.nearer[:, None], 0.0))


def as_lifted(
    index: Index,
    order: pd.Index,
    figures: pd.DataFrame,
    units: Floats,
    cost: Floats,
    limit: Floats,
    in_draws: Floats,
    *,
    exact: bool,
) -> Lifted:
    """Return the result of territories from arrays in their order."""
    possible = np.isfinite(cost)
    return Lifted(
        figures=figures,
        change=pd.DataFrame(np.where(possible[:, None], units, 0.0), order, list(index.names)),
        cost=pd.Series(cost, order),
        score=index.scores[order],
        limit=pd.Series(limit, order),
        in_draws=pd.Series(np.where(possible, in_draws, np.nan), order),
        exact=exact,
    )


def _changed(index: Index, figures: pd.DataFrame, units: Floats) -> pd.DataFrame:
    """Return the figures after a change towards their good sides."""
    elements = {element.id: element for element in index.recipe.elements}
    signs = [-1.0 if elements[name].better == "lower" else 1.0 for name in index.names]
    return figures + units * np.array(signs)


def _in_draws(index: Index, rows: Rows, changed: pd.DataFrame) -> Floats:
    """Return the share of the draws in which the changed scores are beyond the cut.

    Goalposts make each score independent of the others, so only these rows are drawn; their
    estimated figures stay as they are.
    """
    if not index.recipe.draws:
        return np.full(len(changed), np.nan)
    labels = pd.RangeIndex(len(rows.at))
    values = index.scored_atlas.scored.steps[-2].values.iloc[rows.at].set_axis(labels)
    values[list(index.names)] = changed.set_axis(labels)
    plain = replace(index.recipe, root=without_estimates(index.recipe.root))
    context = _context_of(index, rows, labels)
    drawn = draw_scores(
        values, score(values, plain, context=context), draws=plain.draws, context=context,
        names={plain.id},
    )[plain.id]  # fmt: skip
    beyond = drawn < index.cut if index.worse_up else drawn > index.cut
    return np.asarray(beyond.mean(axis=0), dtype="float64")


def _context_of(index: Index, rows: Rows, labels: pd.RangeIndex) -> Context:
    """Return what the recipe uses of the territories of rows, which may be there more than once."""
    chosen = np.zeros(len(index.atlas.codes), dtype=bool)
    chosen[rows.at] = True
    context = index_context(index.recipe, take(index.atlas, chosen))
    place = np.searchsorted(np.flatnonzero(chosen), rows.at)
    return Context(
        None if context.groups is None else context.groups.iloc[place].set_axis(labels),
        *(
            None if table is None else table.iloc[place].set_axis(labels)
            for table in (context.facts, context.parents, context.reasons)
        ),
    )


def without_estimates(part: Dimension) -> Dimension:
    """Return a dimension whose missing figures are not estimated."""
    children = tuple(
        without_estimates(child)
        if isinstance(child, Dimension)
        else replace(child, impute="none", regression=None)
        for child in part.children
    )
    return replace(part, children=children)


def _lift_by_bisection(index: Index, codes: Sequence[str]) -> Lifted:
    """Change the figure that moves the score most for its cost, then the next, and halve the last
    one: an upper bound of the least cost."""
    order = index.atlas.codes[index.atlas.codes.isin(codes)]
    margin = half_widths(index, index.recipe.id, list(order))
    limit, _need_now = _need(index, list(order), margin)
    figures = index.scored_atlas.values.loc[order, list(index.names)]
    units, cost = np.zeros(figures.shape), np.full(len(order), np.inf)
    for row, code in enumerate(order):
        units[row], cost[row] = _bisected(index, str(code), float(limit[row]))
    nothing = np.full(len(order), np.nan)
    return as_lifted(index, order, figures, units, cost, limit, nothing, exact=False)


def _bisected(index: Index, code: str, limit: float) -> tuple[Floats, float]:
    table = index.scored_atlas.values
    now = table.loc[code, list(index.names)].to_numpy(dtype="float64")
    best = np.array([_good_end(index, name) for name in index.names])
    full = np.where(np.isnan(now), 0.0, np.abs(best - now))

    def passes(units: Floats) -> tuple[bool, float]:
        changed = table.copy()
        changed.loc[code, list(index.names)] = now + np.sign(best - now) * units
        try:
            scored = score(changed, index.recipe, context=index.scored_atlas.context)
        except InputError:  # a scale of its own has no place for such figures
            return False, float("nan")
        reached = float(scored.index[code])
        return (reached <= limit if index.worse_up else reached >= limit), reached

    start = passes(np.zeros(len(now)))[1]
    single = [
        abs(passes(np.where(np.arange(len(now)) == position, full, 0.0))[1] - start)
        / max(full[position] * index.costs[position], 1e-12)
        for position in range(len(now))
    ]
    units = np.zeros(len(now))
    for position in np.argsort(-np.nan_to_num(single), kind="stable"):
        units[position] = full[position]
        if not passes(units)[0]:
            continue
        if index.names[position] not in index.whole:
            low, high = 0.0, full[position]
            for _unused in range(STEPS):
                units[position] = (low + high) / 2
                low, high = (low, units[position]) if passes(units)[0] else (units[position], high)
            units[position] = high
        return units, float(units @ index.costs)
    return np.zeros(len(now)), float("inf")


def _good_end(index: Index, name: str) -> float:
    """Return the best figure that is possible: the good goalpost, the bound, or the best of all."""
    element = next(element for element in index.recipe.elements if element.id == name)
    lower = element.better == "lower"
    bound = index.bounds[name][0 if lower else 1]
    if element.goalposts is not None:
        return element.goalposts[0 if lower else 1]
    figures = index.scored_atlas.values[name]
    return float(bound if bound is not None else figures.min() if lower else figures.max())
