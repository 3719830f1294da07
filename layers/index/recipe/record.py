"""A recipe as JSON, so that an atlas on disk can explain its index."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from zoneblanche.layers.index.recipe.errors import error_from_dict
from zoneblanche.layers.index.recipe.recipe import (
    Dimension,
    Element,
    Handicap,
    NamedClass,
    Recipe,
    Regression,
    Uncertainty,
)

_PAIRS = ("goalposts", "range")


def recipe_as_dict(recipe: Recipe) -> dict[str, Any]:
    """Return everything needed to create the recipe again. See `recipe_from_dict`."""
    return asdict(recipe)


def recipe_from_dict(table: Mapping[str, Any]) -> Recipe:
    """Return the recipe that `recipe_as_dict` wrote, also if JSON has turned its tuples into lists.

    >>> from zoneblanche.layers.index.recipe.load import read_recipe
    >>> recipe = read_recipe("digital-inequality")
    >>> recipe_from_dict(recipe_as_dict(recipe)) == recipe
    True
    """
    uncertainty: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in table["uncertainty"].items()
    }
    fields = {
        **table,
        "root": _dimension(table["root"]),
        "uncertainty": Uncertainty(**uncertainty),
        "references": tuple(table["references"]),
        # An atlas of an earlier version has a recipe without the newer options.
        "required": tuple(table.get("required", ())),
        "classes": tuple(NamedClass(**entry) for entry in table.get("classes", ())),
    }
    return Recipe(**fields)


def _dimension(table: Mapping[str, Any]) -> Dimension:
    children = tuple(
        _dimension(child) if "children" in child else _element(child) for child in table["children"]
    )
    # JSON may have sorted the keys; weights have the order of the children.
    weights = {child.id: table["weights"][child.id] for child in children}
    handicap = table.get("handicap")
    return Dimension(
        **{
            **table,
            "children": children,
            "weights": weights,
            "handicap": None if handicap is None else Handicap(**handicap),
        }
    )


def _element(table: Mapping[str, Any]) -> Element:
    pairs = {name: tuple(table[name]) for name in _PAIRS if table[name] is not None}
    fit = table.get("regression")
    how = None if fit is None else Regression(**{**fit, "reasons": tuple(fit["reasons"])})
    error = error_from_dict(table.get("error_model"))
    return Element(**{**table, **pairs, "regression": how, "error_model": error})
