"""Faults of a project file whose keys and types are correct."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from zoneblanche.geo.country import known_countries
from zoneblanche.geo.errors import Fault, InputError, missing_file, nearest, shown
from zoneblanche.geo.files.results.lock import follow_links
from zoneblanche.geo.files.results.output import plain_name
from zoneblanche.geo.messages import _
from zoneblanche.layers.indicator import RESERVED
from zoneblanche.layers.measuring.entries import RasterEntry, SourceEntry
from zoneblanche.layers.measuring.source_layers import unknown_columns
from zoneblanche.layers.project.schema import (
    ProjectTable,
    country_of_project,
    found_path,
    is_toml,
    paths_of,
)

_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|[/\\]vsi", re.IGNORECASE)
_ABSOLUTE = re.compile(r"[A-Za-z]:|[/\\]")


def check_project(table: ProjectTable, folder: Path, file: str) -> list[Fault]:
    """Return all faults of the project that can be found before reading its inputs.

    Args:
        table: the content of the file.
        folder: the folder of the file, resolved.
        file: as the user named it.
    """
    faults = []
    for key, value in paths_of(table).items():
        faults += _path_faults(value, folder, key)
    faults += _id_faults([layer.id for layer in table.layers])
    for layer in table.layers:
        if isinstance(layer, RasterEntry):
            faults += _raster_faults(layer)
        elif isinstance(layer, SourceEntry):
            faults += _source_faults(layer)
    faults += [*_whole_faults(table), *_choice_faults(table), *_name_faults(table)]
    return [replace(fault, file=file) for fault in faults]


def _path_faults(value: str, folder: Path, key: str) -> list[Fault]:
    if _ADDRESS.match(value):
        return [
            Fault(
                _("{value} is an address, not a file of the project.", value=shown(value)),
                column=key,
                value=value,
                remedy=_("Download it, and name the file: a run opens no connection."),
                kind="path",
            )
        ]
    try:
        inside = "\0" not in value and follow_links(folder / value).is_relative_to(folder)
        target = found_path(folder, value) if inside else folder
        status = target.is_file(), target.is_dir(), target.exists(), target.is_symlink()
    except (OSError, ValueError):
        return [
            Fault(
                _("the path {value} cannot be followed.", value=shown(value)),
                column=key,
                value=value,
                remedy=_("Put the file itself next to the project file."),
                kind="path",
            )
        ]
    if not inside or _ABSOLUTE.match(value):
        return [
            Fault(
                _("the path {value} leads out of the project's folder.", value=shown(value)),
                column=key,
                value=value,
                remedy=_(
                    "Put the file next to the project file, or name it on the command line with "
                    "--source NAME=FILE."
                ),
                kind="path",
            )
        ]
    is_file, is_folder, exists, is_link = status
    if is_file:
        return []
    what, remedy = _("no file"), missing_file(target).remedy
    if is_folder:
        what, remedy = _("a folder"), _("Name a file in it.")
    elif exists:
        what, remedy = _("not a regular file"), _("Name a file.")
    elif is_link:
        what, remedy = _("a broken link"), _("Put the file itself there.")
    return [
        Fault(
            _("the path {value} leads to {what}.", value=shown(value), what=what),
            column=key,
            value=value,
            remedy=remedy,
            kind="no-file",
        )
    ]


def _id_faults(ids: list[str]) -> Iterator[Fault]:
    """Return ids that two columns of the results would share; a GeoPackage ignores case."""
    counts = Counter(name.casefold() for name in ids)
    for name in {name.casefold(): name for name in ids}.values():
        if counts[name.casefold()] > 1:
            yield Fault(
                _("two layers have the id {name}.", name=shown(name)),
                column="layers",
                value=name,
                remedy=_("Give each layer a different id; upper and lower case count as the same."),
                kind="duplicate-id",
            )
    for name in dict.fromkeys(ids):
        if name.casefold() in RESERVED:
            yield Fault(
                _("the id {name} is that of a column of the results.", name=shown(name)),
                column=f"layers.{name}.id",
                value=name,
                remedy=_(
                    "Give the layer another id; not {reserved}.", reserved=", ".join(RESERVED)
                ),
                kind="reserved-id",
            )


def _whole_faults(table: ProjectTable) -> Iterator[Fault]:
    if table.country is None and table.territories is None:
        yield Fault(
            _("neither a country nor territories are given."),
            remedy=_('Write country = "fr", or a table [territories] with path and code.'),
            kind="no-territories",
        )
    elif table.country is None and not table.layers and not table.catalogue and not table.sources:
        yield Fault(
            _("there is nothing to measure: no layer is given."),
            column="layers",
            remedy=_("Write a table [[layers]] with id, path, code and value."),
            kind="no-layers",
        )
    is_file = table.country is not None and is_toml(table.country)
    if table.country is not None and not is_file and table.country not in known_countries():
        yield Fault(
            _("no country {country} is described.", country=shown(table.country)),
            column="country",
            value=table.country,
            remedy=nearest(table.country, known_countries()),
            kind="unknown-country",
        )
    if table.use is not None and table.recipe is not None:
        yield Fault(
            _("both a shipped recipe (use) and a recipe of its own ([recipe]) are given."),
            column="use",
            remedy=_("Keep one of them."),
            kind="two-recipes",
        )


def check_country(table: ProjectTable, folder: Path) -> list[Fault]:
    """Return the fault of a level that neither the country nor the territories have.

    Raises:
        InputError: all that is wrong with the file that describes the country.
    """
    country = country_of_project(table.country, folder)
    if country is None or table.level is None:
        return []
    parents = () if table.territories is None else table.territories.parents
    levels = [*(level.id for level in country.levels), *parents]
    if table.level in levels:
        return []
    return [
        Fault(
            _(
                "{level} is not a level of the country or of the territories.",
                level=shown(table.level),
            ),
            column="level",
            value=table.level,
            remedy=nearest(table.level, levels),
            kind="unknown-level",
        )
    ]


def _choice_faults(table: ProjectTable) -> Iterator[Fault]:
    """Return unknown recipes, rules and sources."""
    from zoneblanche.layers.analysis.flagging.rule import known_rules
    from zoneblanche.layers.index.recipe.load import known_recipes

    choices = [("use", table.use or "", known_recipes())]
    choices += [("flags", rule, known_rules()) for rule in table.flags]
    for key, name, names in choices:
        if name and not name.endswith(".toml") and name not in names:
            yield Fault(
                _("no recipe is called {name}.", name=shown(name))
                if key == "use"
                else _("no rule is called {name}.", name=shown(name)),
                column=key,
                value=name,
                remedy=nearest(name, names),
                kind="unknown-recipe" if key == "use" else "unknown-rule",
            )
    if table.sources:
        from zoneblanche.layers.publishers.connector import known_connectors

        known_sources = known_connectors()
        for name in table.sources:
            if name not in known_sources:
                yield Fault(
                    _("no source is called {name}.", name=shown(name)),
                    column=f"sources.{name}",
                    value=name,
                    remedy=nearest(name, known_sources),
                    kind="unknown-source",
                )


def _raster_faults(layer: RasterEntry) -> Iterator[Fault]:
    """Return keys that a statistic of a raster needs, and those that have no effect for it."""
    stat = layer.stat or "mean"
    cuts = [name for name in ("threshold", "below") if getattr(layer, name) is not None]
    faults: list[tuple[str, str, str]] = []
    if stat.endswith("share") != (len(cuts) == 1):
        message: str = (
            _("stat = {stat} needs a threshold (or below).", stat=repr(stat))
            if stat.endswith("share")
            else _("stat = {stat} takes no threshold.", stat=repr(stat))
        )
        remedy: str = _(
            "A share is that of area, or of people, with at least `threshold` or with less than "
            "`below`: give one of them."
        )
        faults.append(("threshold", message, remedy))
    if stat.startswith("weighted_") != (layer.weights is not None):
        message = (
            _("stat = {stat} needs weights.", stat=repr(stat))
            if stat.startswith("weighted_")
            else _("stat = {stat} takes no weights.", stat=repr(stat))
        )
        remedy = _("They are a raster of people, and go with weighted_mean and weighted_share.")
        faults.append(("weights", message, remedy))
    for name, message, remedy in faults:
        yield Fault(
            message,
            column=f"layers.{layer.id}.{name}",
            remedy=remedy,
            kind="missing-key",
        )


def _source_faults(layer: SourceEntry) -> Iterator[Fault]:
    """Sources that nobody publishes, and columns that a source does not have."""
    from zoneblanche.layers.publishers.connector import known_connectors

    connectors = known_connectors().values()
    sources = dict.fromkeys(
        name for connector in connectors for name in (connector.input, connector.id)
    )
    named = [("from", name) for name in layer.origin]
    named += [("needs", name) for needed in layer.needs for name in needed.split("|")]
    for key, name in named:
        if name not in sources:
            yield Fault(
                _("no source is called {name}.", name=shown(name)),
                column=f"layers.{layer.id}.{key}",
                value=name,
                remedy=nearest(name, sources),
                kind="unknown-source",
            )
    yield from unknown_columns(layer)


def _name_faults(table: ProjectTable) -> Iterator[Fault]:
    if table.output.name is None:
        return
    try:
        plain_name(table.output.name)
    except InputError as error:
        for fault in error.faults:
            yield Fault(
                fault.message,
                column="output.name",
                value=table.output.name,
                remedy=fault.remedy,
                kind="name",
            )
