"""From a project to an atlas: territories, inputs, layers, selection, level.

The embedded edition, a user's project and the Python functions all use this path.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from zoneblanche.geo.country import Country, read_country
from zoneblanche.geo.errors import Fault, InputError, blamed_on, first_of, nearest
from zoneblanche.geo.messages import Notices, _, join, quantity, titled, without
from zoneblanche.geo.nesting import groups_at, sum_by
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vectors.read import read_territories
from zoneblanche.geo.vintages.arrondissements import in_arrondissements
from zoneblanche.layers.aggregate import atlas_at
from zoneblanche.layers.analysis.context import CONTEXT, is_published
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.catalogue import known_layers
from zoneblanche.layers.edition import edition_inputs, edition_project, edition_territories
from zoneblanche.layers.index.recipe.load import named_in, read_recipe
from zoneblanche.layers.inputs.accounting import check_carried, check_rows
from zoneblanche.layers.inputs.boundaries import (
    boundaries_account,
    boundaries_of,
    completed,
    given_boundaries,
    say_unused_boundaries,
)
from zoneblanche.layers.inputs.corrections import correct, follow_corrections
from zoneblanche.layers.inputs.former_names import with_former_names
from zoneblanche.layers.inputs.gather import gather_inputs, reads, say_unread
from zoneblanche.layers.inputs.given_facts import say_older_people, with_given_facts
from zoneblanche.layers.layer import Layer, Table
from zoneblanche.layers.measure import Progress, measure_layers
from zoneblanche.layers.measuring.entries import PointsEntry
from zoneblanche.layers.project.parents import with_parents
from zoneblanche.layers.project.read import Project, TerritoriesTable, read_project
from zoneblanche.layers.project.user_layers.describe import parse_source
from zoneblanche.layers.project.user_layers.kinds import user_layers
from zoneblanche.layers.project.user_layers.reference_system import crs_named

_MEASURED = ("indicator", "context")
_UNKNOWN = "unknown-weight"


def read_atlas(
    country: str | Country,
    *,
    level: str | None = None,
    within: str | Sequence[str] = (),
    sources: Mapping[str, str | Path] | None = None,
) -> Atlas:
    """Return an atlas of a country's embedded edition, with all layers that can be measured.

    Args:
        country: its code ("fr"), or the result of `read_country`.
        level: of its territories; by default the base level, the finest.
        within: codes of containing territories ("48"), `level:code` if ambiguous.
        sources: files for named sources ("arcep-debit"), instead of the edition's.

    Raises:
        InputError: no such country, level or place, no edition, or a source that cannot be read.
    """
    if isinstance(country, str):
        country = read_country(country)
    project = read_project(
        edition_project(country),
        sources={name: Path(path) for name, path in (sources or {}).items()},
    )
    places = [within] if isinstance(within, str) else list(within)
    level = level or country.base.id
    changes = {"level": level, "within": places, "catalogue": None, "use": None}
    return build_atlas(project.with_changes(changes))


def build_atlas(project: Project, *, progress: Progress | None = None) -> Atlas:
    """Return the atlas that a project describes, measured but without an index.

    Every row of every input is matched or listed in the account of the atlas. Notices say what
    could not be measured.

    Raises:
        InputError: an input that cannot be read, or does not fit the territories.
    """
    table = project.table
    country = project.country
    notices = Notices()
    base = _territories(project, country, notices=notices)
    level = table.level or base.level
    places = in_arrondissements(table.within, base.codes)
    with blamed_on(project.file_of("within"), "within"):
        chosen = _choose(base, level=level, places=places, notices=notices)
    layers = _layers(project, country)
    inputs = _inputs(project, country, chosen, layers)
    boundaries = boundaries_account(project, country, chosen)
    chosen = with_former_names(chosen, project.sources)
    chosen, rows = with_given_facts(chosen, inputs, project.sources, notices=notices)
    say_older_people(chosen, notices=notices)
    atlas = measure_layers(
        chosen, layers, inputs, progress=progress, named=project.table.catalogue or ()
    )
    _check_measured(project, layers, atlas)
    _check_weights(project, atlas)
    if project.corrections is not None:
        atlas = correct(atlas, project.corrections, limits=project.limits)
        atlas = follow_corrections(atlas, layers)
    atlas = replace(atlas, contact=project.table.corrections.mail or "")
    atlas = replace(
        atlas,
        account={
            **atlas.account,
            **{name: account.as_dict() for name, account in (boundaries | rows).items()},
        },
    )
    say_unread(project.sources, layers, notices=notices)
    _say_outside(atlas, notices=notices)
    _say_unknown(atlas, table.within, notices=notices)
    for input_table in inputs.values():
        notices.extend(input_table.notices)
    atlas = atlas.noting(*notices)
    # The folder of the project does not matter: the result is the same in any folder.
    folder_prefix = f"{project.folder}{os.sep}"
    atlas = replace(atlas, notices=tuple(without(note, folder_prefix) for note in atlas.notices))
    atlas = check_rows(atlas)
    if table.within:
        # After measuring, the rest of the country is not needed.
        atlas = replace(atlas, territories=replace(chosen, part_of=None))
    return check_carried(atlas, atlas_at(atlas, level))


def _check_measured(project: Project, layers: Sequence[Layer], atlas: Atlas) -> None:
    """Refuse a project none of whose layers can be measured, with the reasons."""
    if layers and not atlas.indicators:
        why = join(atlas.notices, " ")
        raise InputError(
            Fault(
                _("no layer of the project can be measured. {why}", why=why),
                file=project.file,
                kind="no-layers",
            )
        )


def _check_weights(project: Project, atlas: Atlas) -> None:
    """Refuse an unknown `weight` before any result is written."""
    others = [name for name, indicator in atlas.indicators.items() if indicator.role in _MEASURED]
    facts = ["territories", *map(str, atlas.weights), *map(str, atlas.territories.facts)]
    faults = []
    for layer in project.table.layers:
        of_points = isinstance(layer, PointsEntry) and layer.stat == "mean"  # a column of theirs
        if layer.id not in atlas.indicators or layer.weight is None or of_points:
            continue
        key = f"layers.{layer.id}.weight"
        weights = sorted({*facts, *(name for name in others if name != layer.id)})
        if layer.weight not in weights:
            message = _(
                "nothing is known of {weight}, by which the layer is to be weighted.",
                weight=repr(layer.weight),
            )
            remedy = nearest(layer.weight, weights)
            faults.append(Fault(message, project.file, column=key, remedy=remedy, kind=_UNKNOWN))
        elif layer.weight in atlas.values and (atlas.values[layer.weight] < 0).any():
            below = atlas.values.index[atlas.values[layer.weight] < 0]
            message = _(
                "the layer {weight} has figures below 0 ({codes}) and cannot be a weight.",
                weight=repr(layer.weight),
                codes=first_of(below),
            )
            remedy = _("Name a layer of counts, such as premises or households.")
            faults.append(Fault(message, project.file, column=key, remedy=remedy, kind=_UNKNOWN))
    if faults:
        raise InputError(faults)


def _territories(project: Project, country: Country | None, *, notices: Notices) -> Territories:
    territories = _given_territories(project, country, notices=notices)
    say_unused_boundaries(project, country, notices=notices)
    return territories


def _given_territories(
    project: Project, country: Country | None, *, notices: Notices
) -> Territories:
    own_territories = project.table.territories
    if own_territories is None:
        assert country is not None  # a project without either is refused when it is read
        choice = project.table.arrondissements or "whole"
        if boundaries_of(country, project.sources) is not None:
            return given_boundaries(project, country, notices=notices)
        if choice != "whole":
            notices.remark(
                _(
                    "Paris, Lyon and Marseille are taken by arrondissement: 45 territories "
                    "in place of 3."
                )
            )
        return edition_territories(country, arrondissements=choice)
    read = read_territories(
        project.path(own_territories.path),
        code=own_territories.code,
        name=own_territories.name,
        layer=own_territories.layer,
        level=_own_level(project, own_territories, country),
        country=country,
        population=own_territories.population,
        area_km2=own_territories.area_km2,
        parents={
            level: parent.field
            for level, parent in own_territories.parents.items()
            if parent.field is not None
        },
        part=own_territories.part,
        where=own_territories.where,
        crs=crs_named(own_territories.crs, project.file, "territories.crs"),
        encoding=own_territories.encoding,
        labels=tuple(
            parent.name
            for parent in own_territories.parents.values()
            if parent.name is not None and parent.names is None
        ),
        figures=own_territories.figures,
        limits=project.limits,
    )
    source = parse_source(own_territories.source or "", file=project.path(own_territories.path))
    notices.extend(read.notices)
    territories = replace(
        with_parents(read, own_territories.parents, project, notices=notices),
        sources=(source,),
        vintage=own_territories.vintage or "",
    )
    return territories if country is None else completed(territories, country, notices=notices)


def _own_level(project: Project, own_territories: TerritoriesTable, country: Country | None) -> str:
    """Return the level of the user's polygons: the requested level, unless it is one that contains
    them."""
    finest = "territory" if country is None else country.base.id
    wanted = project.table.level
    if wanted is None or wanted in own_territories.parents:
        return finest
    return wanted if country is None else country.level(wanted).id


def _inputs(
    project: Project, country: Country | None, territories: Territories, layers: Iterable[Layer]
) -> dict[str, Table]:
    embedded = {} if country is None or country.edition is None else edition_inputs(country)
    needed = {name for layer in layers for need in layer.needs for name in need.split("|")}
    return gather_inputs(project.sources, embedded, territories, needed=needed)


def _layers(project: Project, country: Country | None) -> list[Layer]:
    described = user_layers(project)
    ids = {layer.id for layer in described}
    return [
        *(layer for layer in _catalogue(project, country) if layer.id not in ids),
        *described,
    ]


def _catalogue(project: Project, country: Country | None) -> list[Layer]:
    """Return the catalogue's layers that this project uses: those it names, those its recipe needs
    and those of given sources, or all if it has no layers of its own."""
    table, catalogue = project.table, known_layers()
    if table.catalogue is not None:
        unknown = [name for name in table.catalogue if name not in catalogue]
        if unknown:
            raise InputError(
                [
                    Fault(
                        _("the catalogue has no layer {name}.", name=repr(name)),
                        file=project.file,
                        column="catalogue",
                        remedy=nearest(name, catalogue),
                        kind="unknown-layer",
                    )
                    for name in unknown
                ]
            )
        return [catalogue[name] for name in table.catalogue]
    if not table.layers and table.territories is None:
        return list(catalogue.values())
    wanted = {
        name for name in CONTEXT if country is not None and is_published(catalogue[name], country)
    }
    if table.use is not None:
        is_file = table.use.endswith(".toml")
        recipe = read_recipe(project.path(table.use) if is_file else table.use)
        wanted |= {element.id for element in recipe.elements}
    wanted |= named_in(table.recipe or {})
    return [
        layer
        for name, layer in catalogue.items()
        if name in wanted or reads(layer, project.sources)
    ]


def _choose(
    base: Territories, *, level: str, places: Sequence[str], notices: Notices
) -> Territories:
    """Return the territories to measure for the requested places on the requested level, which know
    the whole that they are part of.

    Territories of a higher level that are only partly in a place are taken whole, with all their
    members, if at least half of their people live in it.
    """
    if not places:
        return base
    inside = base.within(places, notices=notices)
    within = base.codes.isin(inside.codes)
    if level == base.level:
        return replace(inside, part_of=base)
    groups = groups_at(base, level)
    shares = _share_inside(base, groups, within)
    straddling = shares.index[(shares > 0) & (shares < 1)]
    if len(straddling):
        notice = _(
            "{count} {level} territories lie only partly in {places}; those with "
            "at least half of their people there are taken, whole ({straddling}).",
            count=len(straddling),
            level=level,
            places=first_of(places),
            straddling=first_of(straddling),
        )
        notices.remark(notice)
    chosen_groups = shares.index[shares >= 0.5]
    if not len(chosen_groups):
        raise InputError(
            Fault(
                _(
                    "no {level} has at least half of its people in {places}.",
                    level=level,
                    places=first_of(places),
                ),
                remedy=_("Choose a place that contains some, or a finer level."),
                kind="unknown-place",
            )
        )
    return replace(base.take(groups.isin(chosen_groups)), part_of=base)


def _say_unknown(atlas: Atlas, places: Sequence[str], *, notices: Notices) -> None:
    """Add a notice about indicators without any figure in the selected places."""
    nowhere = atlas.values.isna().all()
    names = ", ".join(map(str, nowhere.index[nowhere]))
    if places and names:
        place = first_of(places)
        notices.warn(
            _("Not known of any territory within {place}: {names}.", place=place, names=names)
        )


def _say_outside(atlas: Atlas, *, notices: Notices) -> None:
    """Add a notice with the number of rows of each input outside the selection."""
    rows = {
        name: account["outside"]
        for name, account in atlas.account.items()
        if account.get("outside")
    }
    if not rows:
        return
    titles = {name: titled(indicator.title) for name, indicator in atlas.indicators.items()}
    counts = [join((titles.get(name, name), quantity(count)), " ") for name, count in rows.items()]
    notices.remark(
        _("Rows that concern other territories than those chosen: {rows}.", rows=first_of(counts))
    )


def _share_inside(territories: Territories, groups: pd.Series, inside: np.ndarray) -> pd.Series:
    weight = territories.facts["population"]
    if weight.isna().any() or not (weight > 0).any():
        weight = pd.Series(1.0, index=territories.codes)
    return sum_by(weight.where(inside, 0.0), groups) / sum_by(weight, groups)


def take(atlas: Atlas, chosen: np.ndarray) -> Atlas:
    """Return the atlas of the territories where the boolean `chosen` is true, in the same order."""
    return replace(
        atlas,
        territories=atlas.territories.take(chosen),
        values=atlas.values[chosen],
        reasons=atlas.reasons[chosen],
        weights=atlas.weights[chosen],
        intervals={name: table[chosen] for name, table in atlas.intervals.items()},
        area_means={},
    )
