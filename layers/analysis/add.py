"""Analyses as columns of an atlas, for maps and tables.

An analysis is named by a text, in a project's `analyses` or on the command line: its name and,
after colons, the ids of its indicators; by default the index. Examples: `clusters`,
`clusters:website`, `change:fibre-2020:fibre-2024`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.messages import _
from zoneblanche.geo.runtime.memory import release_memory
from zoneblanche.layers.analysis.change.columns import add_change, add_presence_change
from zoneblanche.layers.atlas import Atlas


def _clusters(atlas: Atlas, indicator_id: str) -> Atlas:
    # Contiguity needs compilation, and few runs need it.
    from zoneblanche.layers.analysis.spatial.clusters import add_clusters

    return add_clusters(atlas, indicator_id)


def _equal_size(atlas: Atlas, indicator_id: str) -> Atlas:
    from zoneblanche.layers.analysis.inequality.equal_size import add_equal_size

    return add_equal_size(atlas, indicator_id)


def _typology(atlas: Atlas) -> Atlas:
    from zoneblanche.layers.analysis.flagging.typology import add_typology

    return add_typology(atlas)


ANALYSES: Mapping[str, tuple[int, Callable[..., Atlas]]] = {
    "clusters": (1, _clusters),
    "equal-size": (1, _equal_size),
    "typology": (0, _typology),
    "change": (2, add_change),
    "presence-change": (0, add_presence_change),
}
"""By name: the number of indicators of an analysis, and the function that adds its column."""


def check_analyses(names: Iterable[str], *, file: str | None = None) -> None:
    """Refuse unknown analyses, and those with more or fewer indicators than they take.

    Raises:
        InputError: all faults together.
    """
    faults = []
    for text in names:
        name, *arguments = text.split(":")
        if name not in ANALYSES:
            message, remedy = (
                _("there is no analysis {name}.", name=repr(name)),
                nearest(name, ANALYSES),
            )
        elif len(arguments) not in _counts(name):
            message = _(
                "{text}: {name} is of {analyses} indicators, and names {count}.",
                text=repr(text),
                name=name,
                analyses=ANALYSES[name][0],
                count=len(arguments),
            )
            remedy = _("Write {written}.", written=_written(name))
        else:
            continue
        faults.append(Fault(message, file=file, column="analyses", remedy=remedy, kind="analysis"))
    if faults:
        raise InputError(faults)


def _counts(name: str) -> tuple[int, ...]:
    """Return how many indicators may be named: all, or none if the index is used."""
    count = ANALYSES[name][0]
    return (0, 1) if count == 1 else (count,)


def _written(name: str) -> str:
    return ":".join([name, "BEFORE", "AFTER"]) if ANALYSES[name][0] == 2 else name


def add_analyses(atlas: Atlas, names: Iterable[str], *, index_id: str | None = None) -> Atlas:
    """Return the atlas with a column for each analysis: role "typology" for classes (clusters,
    typology, presence-change), "context" for figures (equal-size, change).

    An analysis that these territories do not allow (one territory has no neighbours) is left out,
    with a notice. So a project can be run for any part of its territories.

    Args:
        atlas: any.
        names: see the module.
        index_id: the indicator of an analysis that names none; None if there is no index.

    Raises:
        InputError: an unknown analysis, or an indicator that the atlas does not have.
    """
    names = tuple(names)
    check_analyses(names)
    for text in names:
        name, *arguments = text.split(":")
        count, add = ANALYSES[name]
        if count == 1 and not arguments:
            if index_id is None:
                atlas = atlas.noting(*_left_out(text, _("there is no index to analyse.")))
                continue
            arguments = [index_id]
        for indicator_id in arguments:
            atlas.indicator(indicator_id)
        release_memory()
        try:
            atlas = add(atlas, *arguments)
        except InputError as error:
            atlas = atlas.noting(*_left_out(text, error.message))
    return atlas


def _left_out(text: str, why: str) -> tuple[str, ...]:
    return (_("The analysis {analysis} is left out: {why}", analysis=text, why=why),)
