"""What a recipe uses of the territories besides its indicators."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _
from zoneblanche.geo.reasons import Reason
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.index.steps.impute import groups_in


@dataclass(frozen=True)
class Context:
    """Columns of the territories that a recipe names, all on the index of the scored table.

    Attributes:
        groups: of `Recipe.group`, for the group imputations; None if the recipe has none.
        facts: float64, by name: facts, weights and other indicators; NaN is unknown.
        parents: the containing areas by level, and other groups.
        reasons: int8 codes of `Reason` of the cells of the scored table; None if nothing is known
            of the missing ones.
    """

    groups: pd.Series | None = None
    facts: pd.DataFrame | None = None
    parents: pd.DataFrame | None = None
    reasons: pd.DataFrame | None = None

    def fact(self, name: str) -> pd.Series:
        """Return a column of facts.

        Raises:
            InputError: nothing is known of it.
        """
        if self.facts is None or name not in self.facts:
            names = [] if self.facts is None else map(str, self.facts)
            raise InputError(
                Fault(
                    _("the recipe needs {name}, which is not known.", name=repr(name)),
                    remedy=nearest(name, names),
                    kind="unknown-fact",
                )
            )
        return self.facts[name]

    def group(self, name: str) -> pd.Series:
        """Return the group of each row by a level or a column.

        Raises:
            InputError: there is no such level or column.
        """
        empty = pd.DataFrame()
        facts = empty if self.facts is None else self.facts
        return groups_in(
            name, values=facts, parents=empty if self.parents is None else self.parents
        )

    def has_group(self, name: str) -> bool:
        """Return whether it has a level or a column of that name."""
        return any(name in table for table in (self.facts, self.parents) if table is not None)

    def missing_for(self, column: str, reasons: tuple[str, ...]) -> pd.Series | None:
        """Return where a cell is missing for one of these reasons; None if no reason is known."""
        if self.reasons is None:
            return None
        return self.reasons[column].isin(reason_codes(reasons))


def reason_codes(names: Iterable[str]) -> list[int]:
    """Return the codes of reasons by the names that recipes use.

    >>> reason_codes(["secret", "not-published"])
    [2, 1]
    """
    return [int(Reason[name.upper().replace("-", "_")]) for name in names]


def index_context(recipe: Recipe, atlas: Atlas) -> Context:
    """Return what a recipe uses of an atlas.

    `density` is inhabitants per km² of the facts where the atlas has no layer of it.

    Raises:
        InputError: a group of the recipe that the atlas does not have.
    """
    territories = atlas.territories
    groups = None
    if recipe.group is not None:
        groups = groups_in(
            recipe.group, values=atlas.values, parents=territories.parents, file=recipe.file or None
        )
    names = dict.fromkeys(_facts_of(recipe))
    if not names:
        return Context(groups=groups, parents=territories.parents if _by_area(recipe) else None)
    carried = pd.concat([atlas.weights, territories.facts, atlas.values], axis=1)
    carried = carried.loc[:, ~carried.columns.duplicated(keep="last")]
    if "density" not in carried and {"population", "area_km2"} <= set(carried):
        carried["density"] = carried["population"] / carried["area_km2"]
    facts = carried[[name for name in names if name in carried]].astype("float64")
    reasons = atlas.reasons[[element.id for element in recipe.elements]]
    return Context(groups, facts, territories.parents, reasons)


def _by_area(recipe: Recipe) -> bool:
    """Return whether an error of the recipe is one of areas."""
    errors = [element.measurement_error for element in recipe.elements]
    return any(error is not None and (error.area or error.within_level) for error in errors)


def _facts_of(recipe: Recipe) -> Iterator[str]:
    """Return everything beside indicators and levels that a recipe names."""
    if recipe.inhabited:
        yield "population"
    for element in recipe.elements:
        if element.regression is not None:
            yield from element.regression.on
        error = element.measurement_error
        if error is not None:
            yield from error.size
            if error.radius:
                yield "area_km2"
