"""Analyses as columns of an atlas: what they find of each territory, for maps and tables to show.

An analysis is named by a text, in a project's `analyses` or on the command line: its name, and
after colons the indicators that it is of, by default the index: `clusters`, `clusters:website`,
`change:fibre-2020:fibre-2024`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.notice import Notice
from zoneblanche.geo.sentences import in_french
from zoneblanche.layers.analysis.change.columns import add_change, add_presence_change
from zoneblanche.layers.atlas import Atlas


def _clusters(atlas: Atlas, indicator_id: str) -> Atlas:
    # Contiguity is compiled, and few runs need it.
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
"""By name: of how many indicators an analysis is, and what adds its column."""


def check_analyses(names: Iterable[str], *, file: str | None = None) -> None:
    """Refuse analyses that there are not, and those of more or fewer indicators than they take.

    Raises:
        InputError: all faults at once.
    """
    faults = []
    for text in names:
        name, *of = text.split(":")
        if name not in ANALYSES:
            message, remedy = f"there is no analysis {name!r}.", nearest(name, ANALYSES)
        elif len(of) not in _counts(name):
            message = f"{text!r}: {name} is of {ANALYSES[name][0]} indicators, and names {len(of)}."
            remedy = f"Write {_written(name)}."
        else:
            continue
        faults.append(Fault(message, file=file, column="analyses", remedy=remedy, kind="analysis"))
    if faults:
        raise InputError(faults)


def _counts(name: str) -> tuple[int, ...]:
    """How many indicators may be named: all, or none where the index stands for one."""
    count = ANALYSES[name][0]
    return (0, 1) if count == 1 else (count,)


def _written(name: str) -> str:
    return ":".join([name, "BEFORE", "AFTER"]) if ANALYSES[name][0] == 2 else name


def add_analyses(atlas: Atlas, names: Iterable[str], *, index_id: str | None = None) -> Atlas:
    """The atlas with a column for each analysis: role "typology" for classes (clusters, typology,
    presence-change), "context" for figures (equal-size, change).

    An analysis that these territories do not allow (one territory has no neighbours) is left out,
    and a notice says why; so a project can be run for any part of its territories.

    Args:
        atlas: any.
        names: see the module.
        index_id: what an analysis is of that names no indicator; None where there is no index.

    Raises:
        InputError: an analysis that there is not, or of an indicator that the atlas has not.
    """
    names = tuple(names)
    check_analyses(names)
    for text in names:
        name, *of = text.split(":")
        count, add = ANALYSES[name]
        if count == 1 and not of:
            if index_id is None:
                atlas = atlas.noting(*_left_out(text, "there is no index for it to be of."))
                continue
            of = [index_id]
        for indicator_id in of:
            atlas.indicator(indicator_id)
        try:
            atlas = add(atlas, *of)
        except InputError as error:
            atlas = atlas.noting(*_left_out(text, str(error)))
    return atlas


def _left_out(text: str, why: str) -> tuple[Notice, ...]:
    return (
        Notice(
            f"The analysis {text} is left out: {why}",
            fr=f"L'analyse {text} n'est pas faite : {in_french(why)}",
        ),
    )
