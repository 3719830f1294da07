"""The index that a project asks for, on the atlas that was measured for it."""

from __future__ import annotations

from zoneblanche.geo.errors import InputError, blamed_on, first_of
from zoneblanche.geo.messages import _, as_title, percent
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import read_recipe, recipe_from_table
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.project.read import Project, is_toml


def with_index(project: Project, atlas: Atlas) -> tuple[Atlas, Recipe | None]:
    """Return the atlas with the index of the project, and its recipe; with a notice if there is
    none."""
    recipe = recipe_of(project, atlas)
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
            return compute_index(atlas, recipe), recipe
    except InputError as error:
        # Too few figures for one place do not make the recipe wrong.
        of_place = bool(project.table.within) and all(f.kind == "too-few" for f in error.faults)
        if not of_place:
            raise
    place = first_of(project.table.within)
    notice = _(
        "No index is computed: of no territory within {place} enough of the indicators of {recipe} "
        "is known ({share} at least).",
        place=place,
        recipe=repr(recipe.id),
        share=percent(recipe.min_available),
    )
    return atlas.noting(notice), None


def recipe_of(project: Project, atlas: Atlas) -> Recipe | None:
    """Return the recipe of a project: a shipped one, a file, its own table, or equal weights of its
    own layers; None if no layer has a direction."""
    table = project.table
    if table.use is not None:
        is_file = table.use.endswith(".toml")
        return read_recipe(project.path(table.use) if is_file else table.use)
    own_ids = [layer.id for layer in table.layers if layer.id in atlas.indicators]
    if table.recipe is None:
        own_ids = [name for name in own_ids if name not in without_scale(project, atlas)]
        if table.layers and not own_ids:
            return None
    # A recipe may name any layer; one that names none uses those of the user, not the catalogue's.
    names = table.recipe is not None and not {"weights", "dimensions"}.isdisjoint(table.recipe)
    chosen = list(atlas.indicators) if names or not own_ids else own_ids
    measured = {name: atlas.indicators[name] for name in chosen}
    if table.recipe is None and all(item.better is None for item in measured.values()):
        return None
    titled = {"title": as_title(_("Composite index")), **(table.recipe or {})}
    return recipe_from_table(titled, file=project.file, indicators=measured, text=project.text)


def without_scale(project: Project, atlas: Atlas) -> list[str]:
    """Return the user's layers that the index of equal weights leaves out: they have a direction,
    but the same figure everywhere, and so no scale.

    A written recipe is not changed: it refuses such a layer.
    """
    if project.table.use is not None or project.table.recipe is not None:
        return []
    return [
        layer.id
        for layer in project.table.layers
        if layer.id in atlas.indicators
        and atlas.indicators[layer.id].better is not None
        and atlas.values[layer.id].nunique() < 2
    ]


def _place_of(project: Project, recipe: Recipe) -> tuple[str | None, str | None]:
    """Return the file and the key of the recipe."""
    use = project.table.use
    if use is not None and not is_toml(use):
        return project.file_of("use"), "use"
    return recipe.file or None, None if project.table.recipe is None and use is None else "recipe"
