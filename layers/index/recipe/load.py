"""Reading recipes: shipped ones, files of the user, tables of project files.

A recipe is a TOML file in `layers/index/recipes/`, a file of the user, or the `[recipe]` table of a
project file. All have the same options (docs/recipes.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from zoneblanche.geo.errors import Fault, InputError, missing_file, nearest
from zoneblanche.geo.files.structured.toml import Document, read_document
from zoneblanche.geo.messages import _
from zoneblanche.geo.plugins import Known, TomlFile, files_inside, toml_files, with_plugins
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.indicator import Indicator

FIRST = "digital-inequality"
"""The recipe that is listed first."""


def known_recipes() -> tuple[str, ...]:
    """Return the names of the shipped recipes, `digital-inequality` first, then of plug-ins."""
    return tuple(_known().things)


def added_recipes() -> Mapping[str, str]:
    """Return the distribution of each recipe that comes from a plug-in."""
    return _known().distributions


@cache
def _known() -> Known[TomlFile | Recipe]:
    files = toml_files(resources.files("zoneblanche.layers.index") / "recipes")
    shipped = {file.name: file for file in sorted(files, key=lambda file: file.name != FIRST)}
    return with_plugins(
        "recipes",
        shipped,
        types=(TomlFile, Recipe),
        name_of=lambda entry: entry.id if isinstance(entry, Recipe) else entry.name,
        inside=files_inside,
    )


def read_recipe(name_or_path: str | Path) -> Recipe:
    """Read a recipe that ships or comes from a plug-in by its name, or that in a TOML file.

    A file has one `[recipe]` table; its `id` defaults to the name of the file.

    Raises:
        InputError: no such recipe, a file that is not TOML, or an invalid table.

    >>> read_recipe("digital-inequality").orientation
    'worse'
    """
    name = str(name_or_path)
    recipes = _known().things
    if name in recipes:
        recipe = recipes[name]
        return recipe if isinstance(recipe, Recipe) else _recipe(recipe.read(), recipe_id=name)
    path = Path(name_or_path)
    if not path.is_file():
        raise InputError(_no_recipe(name))
    return _recipe(read_document(path), recipe_id=path.stem)


def recipe_from_table(
    table: Mapping[str, Any],
    *,
    file: str,
    indicators: Mapping[str, Indicator] | Iterable[str] | None = None,
    recipe_id: str = "index",
    text: str = "",
) -> Recipe:
    """Return the recipe of a `[recipe]` table.

    Args:
        table: the table, as parsed from TOML.
        file: the name of the file, for messages.
        indicators: the available ones. A recipe that lists no indicator uses them all, except
            context (`better` None) and earlier waves, if the indicators themselves are given. None:
            the recipe is read without knowing the data, and checked when it is computed.
        recipe_id: the id if the table has none.
        text: of the file, for the lines of its faults.

    Raises:
        InputError: all faults of the table, each with the path of its key.
    """
    document = Document(file, {"recipe": table}, text)
    return _of_document(document, indicators=indicators, recipe_id=recipe_id)


def named_in(table: Mapping[str, Any]) -> set[str]:
    """Return everything that a `[recipe]` table names, unchecked: indicators, dimensions, columns.

    >>> sorted(named_in({"weights": {"a": 1}, "dimensions": {"d": {"indicators": ["b"]}}}))
    ['a', 'b', 'd']
    """
    names: set[str] = set()
    for key in ("weights", "indicators", "dimensions"):
        value = table.get(key)
        if isinstance(value, Mapping | list):
            names |= {name for name in value if isinstance(name, str)}
    inner = table.get("dimensions")
    for child in inner.values() if isinstance(inner, Mapping) else ():
        names |= named_in(child) if isinstance(child, Mapping) else set()
    indicators = table.get("indicators")
    for options in indicators.values() if isinstance(indicators, Mapping) else ():
        if isinstance(options, Mapping) and isinstance(options.get("denominator"), str):
            names.add(options["denominator"])
    return names


def _recipe(document: Document, *, recipe_id: str) -> Recipe:
    others = [key for key in document.table if key != "recipe"]
    if not isinstance(document.table.get("recipe"), dict) or others:
        odd = _(" Found {others} beside it.", others=repr(others[0])) if others else ""
        message = _("a recipe file holds one table, [recipe].{odd}", odd=odd)
        raise InputError(document.fault(tuple(others[:1]), message, kind="no-recipe"))
    return _of_document(document, indicators=None, recipe_id=recipe_id)


def _of_document(
    document: Document,
    *,
    indicators: Mapping[str, Indicator] | Iterable[str] | None,
    recipe_id: str,
) -> Recipe:
    # pydantic takes a fifth of a second to import, which only a reader of recipes should pay.
    from zoneblanche.layers.index.recipe.parse import recipe_of

    return recipe_of(document, indicators=indicators, recipe_id=recipe_id)


def _no_recipe(name: str) -> Fault:
    if name.endswith(".toml") or "/" in name:
        return missing_file(Path(name), what=_("recipe"))
    return Fault(
        _("there is no recipe {name}.", name=repr(name)),
        remedy=nearest(name, known_recipes()),
        kind="unknown-recipe",
    )
