"""The command `count`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from zoneblanche.scripts.commands.options import (
    Country,
    Level,
    Quiet,
)


def count(
    points: Annotated[
        list[str],
        typer.Argument(metavar="POINTS…", help="CSV or Parquet files, folders, or fsspec paths."),
    ],
    x: Annotated[str, typer.Option("--x", metavar="COLUMN", help="Longitude, or east.")],
    y: Annotated[str, typer.Option("--y", metavar="COLUMN", help="Latitude, or north.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="CSV to write.")] = Path("counts.csv"),
    crs: Annotated[str, typer.Option(help="Of x and y.")] = "EPSG:4326",
    value: Annotated[
        list[str] | None,
        typer.Option("--sum", metavar="COLUMN", help="A column to sum; may be repeated."),
    ] = None,
    mean: Annotated[
        list[str] | None,
        typer.Option("--mean", metavar="COLUMN", help="A column to average; may be repeated."),
    ] = None,
    weight: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Of --mean: the weight of each point.")
    ] = None,
    nearest: Annotated[
        bool, typer.Option("--nearest", help="Also kilometres to the nearest point.")
    ] = False,
    country: Country = "fr",
    level: Level = None,
    territories: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Your own polygons.")
    ] = None,
    code: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Of --territories: their codes.")
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="FIELD", help="Of --territories: their names.")
    ] = None,
    executor: Annotated[
        str, typer.Option(metavar="serial|processes|dask", help="Where to count.")
    ] = "serial",
    workers: Annotated[int | None, typer.Option(help="By default one a processor.")] = None,
    scheduler: Annotated[
        str | None, typer.Option(metavar="tcp://…", help="A running dask cluster.")
    ] = None,
    engine: Annotated[
        str, typer.Option(metavar="kernel|sedonadb", help="What locates the points.")
    ] = "kernel",
    separator: Annotated[
        str | None, typer.Option(metavar="CHAR", help="Of a CSV; by default it is found.")
    ] = None,
    decimal_comma: Annotated[
        bool, typer.Option("--decimal-comma", help="A CSV writes 48,85 for 48.85.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Count points in territories: any number of rows, streamed, here or on a dask cluster."""
    from zoneblanche.geo.points.files import Layout
    from zoneblanche.scripts.jobs.count import Machines, Places, count_into_file

    count_into_file(
        tuple(points),
        layout=Layout(
            x,
            y,
            tuple(value or ()),
            separator,
            "," if decimal_comma else ".",
            means=tuple(mean or ()),
            weight=weight,
        ),
        crs=crs,
        places=Places(country, territories, code, level, name),
        machines=Machines(executor, workers, scheduler, engine),
        nearest_too=nearest,
        out=out,
        quiet=quiet,
    )
