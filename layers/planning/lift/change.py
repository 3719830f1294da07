"""The least change of figures that moves a score, for recipes that are linear in the figures.

With goalposts and arithmetic means, a score is a weighted sum of figures between their goalposts.
To move it by a number of points at least cost is a linear programme of one row: the figure that
moves it most cheaply is changed first. Two things break this and are tried in every combination: a
yes or no changes as a whole, and a figure beyond its goalpost must first come back to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from zoneblanche.layers.index.recipe.recipe import Dimension, Element, Recipe
from zoneblanche.layers.index.score import Scored
from zoneblanche.layers.planning.distances import Floats, Ints

MOST_SWITCHES = 12
"""Indicators that change as a whole or are beyond a goalpost; every combination is tried."""


@dataclass(frozen=True)
class Moves:
    """How far each figure of each territory can move the score towards the good side.

    All arrays have the shape (territories, indicators).

    Attributes:
        points: of the score, if the figure is brought to its good goalpost.
        idle: units of the figure before the score moves: how far it is beyond its bad goalpost.
        units: of the figure for one point, after that; infinite where it cannot move the score.
        whole: whether the figure changes as a whole, as a yes or no does; (indicators,).
    """

    points: Floats
    idle: Floats
    units: Floats
    whole: np.ndarray

    def take(self, rows: Ints) -> Moves:
        """Return those of some territories, by position; one may be taken more than once."""
        return replace(self, points=self.points[rows], idle=self.idle[rows], units=self.units[rows])

    def without(self, columns: Sequence[int]) -> Moves:
        """Return them with some figures that cannot be changed."""
        points, idle, units = self.points.copy(), self.idle.copy(), self.units.copy()
        points[:, columns], idle[:, columns], units[:, columns] = 0.0, 0.0, np.inf
        return replace(self, points=points, idle=idle, units=units)

    def advanced(self, column: int, amount: Floats) -> tuple[Moves, Floats]:
        """Return what is left after a figure has moved towards its good side, and the points that
        this moved the score.

        Args:
            column: of the figure.
            amount: in its unit, ≥ 0; (territories,).
        """
        points, idle = self.points.copy(), self.idle.copy()
        in_vain = np.minimum(idle[:, column], amount)
        gained = np.minimum((amount - in_vain) / self.units[:, column], points[:, column])
        idle[:, column] -= in_vain
        points[:, column] -= gained
        return replace(self, points=points, idle=idle), gained


def is_linear(recipe: Recipe) -> bool:
    """Return whether a score is a weighted sum of the figures between their goalposts."""
    means = all(
        part.aggregate == "arithmetic" and part.weighting in ("given", "equal")
        for part in recipe.dimensions
    )
    return means and all(
        element.normalise in ("goalposts", "scaled")
        and element.scale == "linear"
        and element.treat == "none"
        for element in recipe.elements
    )


def effective_weights(scored: Scored, target: Dimension) -> pd.DataFrame:
    """Return the weight of each indicator in the score of a dimension, row by row: parts that a row
    lacks are left out, and the weights of the others divided by their sum."""
    present = scored.normalised.notna()
    weights = pd.DataFrame(0.0, index=present.index, columns=list(present.columns))

    def descend(part: Dimension, share: pd.Series) -> None:
        own = scored.weights[part.id]
        there = {
            child.id: present[child.id] if isinstance(child, Element) else _has(scored, child)
            for child in part.children
        }
        total = sum(
            (own[name] * there[name] for name in there), start=pd.Series(0.0, present.index)
        )
        for child in part.children:
            mine = (share * own[child.id] * there[child.id] / total.where(total > 0)).fillna(0.0)
            if isinstance(child, Element):
                weights[child.id] += mine
            else:
                descend(child, mine)

    descend(target, pd.Series(1.0, index=present.index))
    return weights


def _has(scored: Scored, part: Dimension) -> pd.Series:
    return scored.upward[part.id].notna()


def moves_of(
    scored: Scored,
    target: Dimension,
    names: Sequence[str],
    bounds: dict[str, tuple],
    whole: set[str],
) -> Moves:
    """Return the moves of some indicators towards the good side of a linear recipe.

    Args:
        scored: with the figures as they are used (imputed).
        target: the index or a dimension.
        names: of the indicators that can be changed.
        bounds: lowest and highest possible figure of each, None for none.
        whole: ids of those that change as a whole.
    """
    figures = scored.steps[-2].values[list(names)]
    weights = effective_weights(scored, target)[list(names)].to_numpy()
    elements = {element.id: element for element in scored.recipe.elements}
    points, idle, units = (np.zeros(figures.shape) for _each in range(3))
    units[:] = np.inf
    for column, name in enumerate(names):
        element = elements[name]
        low, high = element.goalposts or (0.0, 100.0)
        value = figures[name].to_numpy(dtype="float64")
        good, bad = (low, high) if element.better == "lower" else (high, low)
        least, most = bounds.get(name, (None, None))
        reachable = good
        if element.better == "lower" and least is not None:
            reachable = max(good, least)
        if element.better != "lower" and most is not None:
            reachable = min(good, most)
        ends = element.range if element.normalise == "goalposts" else (0.0, 100.0)
        slope = weights[:, column] * (ends[1] - ends[0]) / (high - low)
        inside = np.clip(value, low, high) if element.normalise == "goalposts" else value
        room = np.maximum((inside - reachable) * np.sign(bad - good), 0.0)
        beyond = np.abs(value - inside) * (np.sign(value - inside) == np.sign(bad - good))
        movable = ~np.isnan(value) & (slope > 0) & (room > 0)
        points[movable, column] = (slope * room)[movable]
        idle[movable, column] = beyond[movable]
        units[movable, column] = 1.0 / slope[movable]
    return Moves(points, idle, units, np.array([name in whole for name in names]))


def least_change(need: Floats, moves: Moves, costs: Floats) -> tuple[Floats, Floats]:
    """Return the least cost of moving each score by `need` points, and the change of each figure.

    Args:
        need: points; (territories,). Zero or less needs no change.
        moves: of the figures.
        costs: of one unit of each figure, above zero; (indicators,) or (territories, indicators).

    Returns:
        The cost, infinite where no change suffices, and the units of each figure, ≥ 0, shape
        (territories, indicators).
    """
    costs = np.broadcast_to(costs, moves.points.shape)
    switches = np.flatnonzero(moves.whole | (moves.idle > 0).any(axis=0))
    assert len(switches) <= MOST_SWITCHES
    best = np.where(need > 0, np.inf, 0.0)
    change = np.zeros(moves.points.shape)
    for chosen in product((False, True), repeat=len(switches)):
        on = np.ones(moves.points.shape, dtype=bool)
        on[:, switches] = chosen
        # A figure that is not beyond its goalpost needs no switch, except for a yes or no.
        on |= ~moves.whole & (moves.idle == 0)
        cost, units = _with_switches(need, moves, costs, on)
        better = cost < best * (1 - 1e-12)
        best[better], change[better] = cost[better], units[better]
    return best, change


def _with_switches(
    need: Floats, moves: Moves, costs: Floats, on: np.ndarray
) -> tuple[Floats, Floats]:
    """Return cost and change if what is switched on and changes as a whole is changed, and the rest
    of the need is filled by the cheapest figures."""
    flat = np.where(np.isfinite(moves.units), moves.units, 0.0)
    taken = np.where(on & moves.whole, moves.points, 0.0)
    left = need - taken.sum(axis=1)
    filling = on & ~moves.whole & (moves.points > 0)
    price = np.where(filling, flat * costs, np.inf)
    order = np.argsort(price, axis=1, kind="stable")
    room = np.take_along_axis(np.where(filling, moves.points, 0.0), order, axis=1)
    before = np.cumsum(room, axis=1) - room
    used = np.clip(left[:, None] - before, 0.0, room)
    np.put_along_axis(taken, order, taken_with(taken, order, used), axis=1)
    units = taken * flat + np.where(taken > 0, moves.idle, 0.0)
    enough = taken.sum(axis=1) >= need - 1e-9
    return np.where(enough, (units * costs).sum(axis=1), np.inf), units


def taken_with(taken: Floats, order: np.ndarray, used: Floats) -> Floats:
    """Return what is taken of each figure, in the order of their prices, with what fills the
    need."""
    return np.take_along_axis(taken, order, axis=1) + used
