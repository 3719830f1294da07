"""`zoneblanche count`: from points of tables of any length to counts by territory, and the distance
to the nearest."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pandas as pd

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import Fault, InputError, nearest
from zoneblanche.geo.files.results.output import check_file_place, staged_file
from zoneblanche.geo.messages import _, join, ngettext, semicolons
from zoneblanche.geo.nesting import groups_at, sum_by
from zoneblanche.geo.points.count import Engine, Layout, PointCounts, count_points
from zoneblanche.geo.points.distance import centres_of
from zoneblanche.geo.points.nearest import compute_nearest
from zoneblanche.geo.runtime.executors import Executor
from zoneblanche.geo.tables.spreadsheet_safe import spreadsheet_safe
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vectors.read import read_territories
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.measuring.nearby import parts_of


@dataclass(frozen=True)
class Places:
    """The territories in which points are counted.

    Attributes:
        country: of the embedded edition, unless `file` is given.
        file, code: polygons of the user, and the field with their codes.
        name: the field with their names; None for their codes.
        level: the level that counts are summed to; None for the finest.
    """

    country: str
    file: Path | None = None
    code: str | None = None
    level: str | None = None
    name: str | None = None


@dataclass(frozen=True)
class Machines:
    """Where chunks are counted; as the arguments of `count_points`."""

    executor: str = "serial"
    workers: int | None = None
    scheduler: str | None = None
    engine: str = "kernel"


def count_into_file(
    points: tuple[str, ...],
    *,
    layout: Layout,
    crs: str,
    places: Places,
    machines: Machines,
    nearest_too: bool,
    out: Path,
    quiet: bool,
) -> None:
    """Count the points in each territory and write one CSV: code, name, count, sums; with
    `nearest_too` also the kilometres from its middle to the nearest point.

    Raises:
        InputError: unknown or incompatible options, what `count_points` refuses.
    """
    options = _checked(machines)
    _check_layout(layout)
    # In the environment, where the workers of a cluster read it too; errors are still printed.
    os.environ.setdefault("DASK_LOGGING__DISTRIBUTED", "error")
    _check_places(places, nearest_too)
    check_file_place(out, "counts")
    if not quiet:
        _say_what_opens_sockets(points, machines)
    territories = _territories(places)
    counted = count_points(
        territories.frame.geometry, list(points), layout=layout, crs=crs, **options
    )
    if not counted.counts.any():
        raise InputError(
            Fault(
                _("none of the {rows} points lies in a territory.", rows=counted.rows),
                file=points[0],
                remedy=_(
                    "Check which columns are x (longitude, east) and y (latitude, north), "
                    "and their crs."
                ),
                kind="no-match",
            )
        )
    table = _table(counted, territories, places.level, layout)
    if nearest_too:
        where = {name: option for name, option in options.items() if name != "engine"}
        away = compute_nearest(
            centres_of(territories),
            list(points),
            layout=replace(layout, values=(), means=(), weight=None),
            crs=crs,
            groups=parts_of(territories),
            **where,
        )
        table["nearest_km"] = (away.distance_m / 1000).round(3).to_numpy()
    with staged_file(out, "counts") as staging:
        table.to_csv(staging, encoding="utf-8", lineterminator="\n")
    if not quiet:
        print(_outcome(counted, table, out, layout))


def _checked(machines: Machines) -> dict[str, Any]:
    faults = [
        Fault(
            _("--{name} {value} is not known.", name=name, value=repr(value)),
            remedy=nearest(value, choices),
            kind="option",
        )
        for name, value, choices in (
            ("executor", machines.executor, get_args(Executor)),
            ("engine", machines.engine, get_args(Engine)),
        )
        if value not in choices
    ]
    if machines.scheduler is not None and machines.executor != "dask":
        faults.append(
            Fault(
                _("--scheduler goes with --executor dask alone."),
                remedy=_("Add it."),
                kind="option",
            )
        )
    if machines.workers is not None and machines.workers < 1:
        faults.append(
            Fault(
                _("--workers {workers} is not a number of workers.", workers=machines.workers),
                kind="option",
            )
        )
    if faults:
        raise InputError(faults)
    return vars(machines)


def _check_layout(layout: Layout) -> None:
    if layout.weight is not None and not layout.means:
        raise InputError(
            Fault(
                _("--weight goes with --mean."),
                remedy=_("Name the column that is averaged, or leave --weight out."),
                kind="option",
            )
        )
    faults = [
        Fault(
            _("--{option} {column} is given twice.", option=option, column=column),
            remedy=_("Name each column once."),
            kind="option",
        )
        for option, columns in (("sum", layout.values), ("mean", layout.means))
        for column in dict.fromkeys(columns)
        if columns.count(column) > 1
    ]
    if layout.weight in layout.means:
        faults.append(
            Fault(
                _("--mean and --weight both name {column}.", column=layout.weight),
                remedy=_("Name two columns, or leave --weight out to weigh all rows alike."),
                kind="option",
            )
        )
    if faults:
        raise InputError(faults)


def _check_places(places: Places, nearest_too: bool) -> None:
    if nearest_too and places.level is not None:
        raise InputError(
            Fault(
                _("--nearest does not go with --level: distances cannot be summed."),
                remedy=_("Leave --level out, or give the polygons of that level by --territories."),
                kind="option",
            )
        )
    if (places.file is None) != (places.code is None):
        raise InputError(
            Fault(
                _("--territories and --code go together."),
                remedy=_("Name the file of polygons and the field with their codes."),
                kind="option",
            )
        )
    if places.file is None and places.name is not None:
        raise InputError(
            Fault(
                _("--name goes with --territories: the embedded edition has names."),
                remedy=_("Name the file of polygons too, or leave --name out."),
                kind="option",
            )
        )
    if places.file is not None and places.level is not None:
        raise InputError(
            Fault(
                _("--level goes with the embedded edition, not with --territories."),
                remedy=_("Give the polygons of that level."),
                kind="option",
            )
        )


def _say_what_opens_sockets(points: tuple[str, ...], machines: Machines) -> None:
    """Print which option opens sockets: paths with a scheme and clusters. A plain run opens
    none."""
    away = [path for path in points if "://" in path]
    if away:
        print(
            _("{away}: read through fsspec, which may open the network.", away=away[0]),
            file=sys.stderr,
        )
    if machines.executor == "dask":
        where = machines.scheduler or "a cluster on this machine (loopback)"
        print(_("Counting on dask: {where}.", where=where), file=sys.stderr)


def _territories(places: Places) -> Territories:
    if places.file is None or places.code is None:
        return edition_territories(read_country(places.country))
    return read_territories(places.file, code=places.code, name=places.name).territories


def _table(
    counted: PointCounts, territories: Territories, level: str | None, layout: Layout
) -> pd.DataFrame:
    """Return index `code`; `name`, `count`, the sums and the means, of the requested level."""
    figures = pd.concat([counted.counts, counted.sums.add_prefix("sum_")], axis=1)
    names = territories.names
    if level is not None and level != territories.level:
        groups = groups_at(territories, level)
        figures = figures.apply(lambda column: sum_by(column, groups))
        figures["count"] = figures["count"].astype("int64")
        names_of_level = territories.parent_names.get(level, {})
        names = pd.Series(
            [names_of_level.get(code, code) for code in figures.index], index=figures.index
        )
    for mean in layout.means:
        product, weights = (
            figures.pop(f"sum_{part}") for part in replace(layout, values=(), means=(mean,)).summed
        )
        figures[f"mean_{mean}"] = (product / weights.where(weights > 0)).to_numpy()
    figures.insert(0, "name", names.map(spreadsheet_safe))
    figures.index = figures.index.map(spreadsheet_safe)
    figures.columns = [spreadsheet_safe(str(name)) for name in figures.columns]
    return figures.rename_axis("code")


def _blank_sentences(counted: PointCounts, layout: Layout) -> list[str]:
    """Return a sentence for each column that some counted points have no figure of."""
    lines: list[str] = [
        ngettext(
            "{count} point in territories has no {column}: it is counted, and not summed.",
            "{count} points in territories have no {column}: they are counted, and not summed.",
            counted.blank[column],
            column=column,
        )
        for column in layout.values
        if counted.blank[column]
    ]
    for column in layout.means:
        blank = counted.blank[replace(layout, values=(), means=(column,)).summed[0]]
        if not blank:
            continue
        if layout.weight is None:
            lines.append(
                ngettext(
                    "{count} point in territories has no {column}: it is counted, and not in the "
                    "mean.",
                    "{count} points in territories have no {column}: they are counted, and not "
                    "in the mean.",
                    blank,
                    column=column,
                )
            )
        else:
            lines.append(
                ngettext(
                    "{count} point in territories lacks {column} or {weight}: it is counted, and "
                    "not in the mean.",
                    "{count} points in territories lack {column} or {weight}: they are counted, "
                    "and not in the mean.",
                    blank,
                    column=column,
                    weight=layout.weight,
                )
            )
    return lines


def _outcome(counted: PointCounts, table: pd.DataFrame, out: Path, layout: Layout) -> str:
    lines: list[str] = [
        _(
            "{rows} rows: {counts} points in territories, {outside} in none, "
            "{unreadable} without two coordinates.",
            rows=counted.rows,
            counts=int(counted.counts.sum()),
            outside=counted.outside,
            unreadable=counted.unreadable,
        )
    ]
    outside, unreadable = map(semicolons, counted.examples)
    if outside:
        lines.append(_("In none, the first: {rows}.", rows=outside))
    if unreadable:
        lines.append(_("Without two coordinates, the first: {rows}.", rows=unreadable))
    inside = int(table["count"].sum())
    if inside != counted.counts.sum():
        lines.append(
            _(
                "{counts} of them lie in territories that belong to none of that level.",
                counts=int(counted.counts.sum()) - inside,
            )
        )
    lines += _blank_sentences(counted, layout)
    lines.append(_("{file}: {count} territories", file=out, count=len(table)))
    return join(lines, "\n")
