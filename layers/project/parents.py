"""What contains the territories of a project, by a field or by the digits of a code."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from zoneblanche.geo.codes.groups import join_groups
from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import Notices, _, ngettext
from zoneblanche.geo.tables import column, read_raw_table
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vectors.read import ReadTerritories
from zoneblanche.layers.project.read import Project
from zoneblanche.layers.project.schema import ParentTable


def with_parents(
    read: ReadTerritories, parents: Mapping[str, ParentTable], project: Project, *, notices: Notices
) -> Territories:
    """Return the territories with the containing levels of the project, in its order.

    Territories whose field is blank are in no territory of that level, which is said.

    Raises:
        InputError: a code shorter than the digits, or a table of names that cannot be read.
    """
    territories = read.territories
    columns = {}
    names: dict[str, Mapping[str, str]] = {}
    for level, parent in parents.items():
        if parent.digits is None:
            columns[level] = territories.parents[level]
        else:
            columns[level] = _by_digits(territories, level, parent.digits, project)
        outside = columns[level].isna()
        if outside.any():
            notices.warn(
                ngettext(
                    "{count} territory is in no {level} ({codes}).",
                    "{count} territories are in no {level} ({codes}).",
                    int(outside.sum()),
                    level=level,
                    codes=first_of(territories.codes[outside]),
                )
            )
        if parent.names is not None:
            names[level] = _names_in_table(parent, level, columns[level], project, notices=notices)
        elif parent.name is not None:
            labels = read.labels[parent.name]
            pairs = pd.DataFrame({"code": columns[level], "name": labels}).dropna()
            names[level] = dict(zip(pairs["code"], pairs["name"], strict=True))
    if not parents:
        return territories
    frame = pd.DataFrame(columns, index=territories.codes).astype("object")
    return replace(territories, parents=frame, parent_names={**territories.parent_names, **names})


def _by_digits(territories: Territories, level: str, digits: int, project: Project) -> pd.Series:
    codes = territories.codes.to_series()
    short = codes[codes.str.len() < digits]
    if len(short):
        raise InputError(
            Fault(
                _(
                    "{count} codes have fewer than {digits} characters (first: {codes}).",
                    count=len(short),
                    digits=digits,
                    codes=first_of(short),
                ),
                file=project.file,
                column=f"territories.parents.{level}.digits",
                remedy=_("Write fewer digits, or name the field of the containing territory."),
                kind="short-code",
            )
        )
    return codes.str[:digits]


def _names_in_table(
    parent: ParentTable, level: str, codes: pd.Series, project: Project, *, notices: Notices
) -> dict[str, str]:
    assert parent.names is not None and parent.code is not None and parent.name is not None
    raw = read_raw_table(
        project.path(parent.names),
        encoding=parent.encoding,
        wanted=(parent.code, parent.name),
        limits=project.limits,
    )
    keys = [cell.strip() for cell in column(raw, parent.code)]
    labels = [cell.strip() for cell in column(raw, parent.name)]
    parent_codes = codes.dropna().unique().tolist()
    joined = join_groups(keys, frozenset(parent_codes))
    keys = [joined.get(key, key) for key in keys]
    names = {key: label for key, label in zip(keys, labels, strict=True) if key and label}
    unnamed = [code for code in parent_codes if code not in names]
    if unnamed:
        notices.warn(
            ngettext(
                "{file}: {count} code of the level {level} has no name there ({codes}).",
                "{file}: {count} codes of the level {level} have no name there ({codes}).",
                len(unnamed),
                file=parent.names,
                level=level,
                codes=first_of(unnamed),
            )
        )
    return names
