"""The index that a project asks for, on the atlas that was measured for it."""

from __future__ import annotations

from dataclasses import replace

from zoneblanche.geo.errors import InputError, blamed_on, first_of
from zoneblanche.geo.messages import _, as_title, percent, remark, titled
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import read_recipe, recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Dimension, Recipe
from zoneblanche.layers.index.steps.normalise import has_no_scale, varies
from zoneblanche.layers.project.read import Project, is_toml


def with_index(project: Project, atlas: Atlas) -> tuple[Atlas, Recipe | None]:
    """Return the atlas with the index of the project, and its recipe; with a notice if there is
    none."""
    recipe = recipe_of(project, atlas)
    if recipe is not None:
        atlas, recipe = _without_constant(atlas, recipe)
    alike = without_scale(project, atlas)
    if alike:
        named = first_of(alike)
        atlas = atlas.noting(
            _(
                "{named}: the same figure wherever there is one; the index leaves it out.",
                named=named,
            )
        )
    if recipe is None:
        left_out = _(
            "No index is computed: no layer that says which direction is better "
            "has two different figures."
        )
        return atlas.noting(left_out), None
    try:
        with blamed_on(*_place_of(project, recipe)):
            return _say_level(compute_index(atlas, recipe)), recipe
    except InputError as error:
        # Too few figures for one place do not make the recipe wrong.
        of_place = bool(project.table.within) and all(f.kind == "too-few" for f in error.faults)
        if not of_place:
            raise
    place = first_of(project.table.within)
    if recipe.min_available == 0:
        notice = _(
            "No index is computed: no territory within {place} has what {recipe} requires.",
            place=place,
            recipe=repr(recipe.id),
        )
        return atlas.noting(notice), None
    notice = _(
        "No index is computed: of no territory within {place} enough of the indicators of {recipe} "
        "is known ({share} at least).",
        place=place,
        recipe=repr(recipe.id),
        share=percent(recipe.min_available),
    )
    return atlas.noting(notice), None


def _say_level(atlas: Atlas) -> Atlas:
    """Return the atlas with a remark if its territories contain finer ones that are known: their
    index is not the mean that a map of the finer ones shows of them."""
    territories = atlas.territories
    if territories.country is None or territories.level == territories.country.base.id:
        return atlas
    notice = _(
        "The index is that of the figures of {level}. A run of {finer} shows the mean of their "
        "scores over inhabitants instead, which differs.",
        level=territories.level_message(plural=True),
        finer=titled(territories.country.base.plural),
    )
    return atlas.noting(remark(notice))


def recipe_of(project: Project, atlas: Atlas) -> Recipe | None:
    """Return the recipe of a project: a shipped one, a file, its own table, or equal weights of its
    own layers; None if no layer has a direction."""
    table = project.table
    if table.use is not None:
        is_file = table.use.endswith(".toml")
        return read_recipe(project.path(table.use) if is_file else table.use)
    own_ids = [layer.id for layer in table.layers if layer.id in atlas.indicators]
    if table.recipe is None:
        alike = without_scale(project, atlas)
        own_ids = [name for name in own_ids if name not in alike]
        if table.layers and not own_ids:
            return None
    # A recipe may name any layer; one that names none uses those of the user, not the catalogue's.
    names = table.recipe is not None and not {"weights", "dimensions"}.isdisjoint(table.recipe)
    chosen = list(atlas.indicators) if names or not own_ids else own_ids
    measured = {name: atlas.indicators[name] for name in chosen}
    if table.recipe is None and all(item.better is None for item in measured.values()):
        return None
    table_with_title = {"title": as_title(_("Composite index")), **(table.recipe or {})}
    return recipe_from_table(
        table_with_title, file=project.file, indicators=measured, text=project.text
    )


def _without_constant(atlas: Atlas, recipe: Recipe) -> tuple[Atlas, Recipe]:
    """Return the recipe without indicators that have the same figure everywhere, and a notice with
    the weights of those that stay. One of which nothing else would be left is not changed."""
    constant = [
        element.id
        for element in recipe.elements
        if element.id in atlas.values
        and len(atlas.values[element.id].dropna()) > 1
        and has_no_scale(element, atlas.values[element.id])
    ]
    root = _pruned(recipe.root, frozenset(constant)) if constant else recipe.root
    if not constant or root is None:
        return atlas, recipe
    total = {
        dimension.id: sum(dimension.weights.values()) for dimension in (root, *root.dimensions())
    }
    weights = [
        f"{name} {weight / total[dimension.id]:.3g}"
        for dimension in (root, *root.dimensions())
        for name, weight in dimension.weights.items()
        if dimension.weighting in ("given", "equal") and total[dimension.id] > 0
    ]
    notice = _(
        "{named}: the same figure wherever there is one; the index leaves it out. The weights of "
        "the others: {weights}.",
        named=first_of(constant),
        weights=first_of(weights, count=12) if weights else _("computed from the data"),
    )
    return atlas.noting(notice), replace(recipe, root=root)


def _pruned(dimension: Dimension, left_out: frozenset[str]) -> Dimension | None:
    """Return a dimension without these elements, None if nothing with a weight stays."""
    children = []
    for child in dimension.children:
        kept = _pruned(child, left_out) if isinstance(child, Dimension) else child
        if kept is not None and kept.id not in left_out:
            children.append(kept)
    weights = {
        child.id: dimension.weights[child.id] for child in children if child.id in dimension.weights
    }
    if not children or (dimension.weights and not sum(weights.values()) > 0):
        return None
    return replace(dimension, children=tuple(children), weights=weights)


def without_scale(project: Project, atlas: Atlas) -> list[str]:
    """Return the user's layers that the index of equal weights leaves out: they have a direction,
    but the same figure everywhere, and so no scale.

    Of a written recipe, `with_index` leaves such layers out.
    """
    if project.table.use is not None or project.table.recipe is not None:
        return []
    return [
        layer.id
        for layer in project.table.layers
        if layer.id in atlas.indicators
        and atlas.indicators[layer.id].better is not None
        and not atlas.indicators[layer.id].wave_of
        and not varies(atlas.values[layer.id])
    ]


def _place_of(project: Project, recipe: Recipe) -> tuple[str | None, str | None]:
    """Return the file and the key of the recipe."""
    use = project.table.use
    if use is not None and not is_toml(use):
        return project.file_of("use"), "use"
    return recipe.file or None, None if project.table.recipe is None and use is None else "recipe"
