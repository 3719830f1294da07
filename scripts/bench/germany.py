"""Make a Germany of invented places in the official layout, and run the commands of its page.

    python -m scripts.bench.germany FOLDER [--places 10949] [--make]

The polygons have the layout of VG250-EW: EPSG:25832, several features of one AGS, waters apart
(GF 1 and 2), 281 places without a population. Borders are shared vertex by vertex. The other files
are those of docs/germany.md, with a row for each place; the project is that of the page, letter by
letter. `--make` only writes the files. Otherwise each command of the page runs in its own process,
and the table has its seconds and its peak of memory.
"""

from __future__ import annotations

import argparse
import re
import tempfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from zoneblanche.scripts import AS_A_PROCESS
from zoneblanche.scripts.bench.run import measure

PAGE = Path(__file__).resolve().parents[2] / "docs" / "germany.md"
_FILES = re.compile(r"^`([\w.-]+)`:\n\n^```\w*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_COMMANDS = re.compile(r"^zoneblanche (.+)$", re.MULTILINE)
WEST, SOUTH, EAST, NORTH = 300_000, 5_280_000, 900_000, 6_080_000
"""Metres of EPSG:25832, within the bounds of the country."""
KREISE, LAENDER, UNPEOPLED = 400, 16, 281
_MOST_MEMBERS = 999
"""Of a Kreis: the last three digits of the AGS."""


def write_germany(folder: Path, places: int = 10_949, *, detail: int = 4, seed: int = 1) -> None:
    """Write all files that docs/germany.md names.

    Args:
        folder: where; it exists.
        places: number of Gemeinden.
        detail: how often each border is halved: 4 makes about a hundred vertices a place.
    """
    random = np.random.default_rng(seed)
    for name, text in _FILES.findall(PAGE.read_text("utf-8")):
        (folder / name).write_text(text, encoding="utf-8")
    seeds = _seeds(places, random)
    table = _gemeinden(seeds, min(KREISE, max(1, places // 4)), random)
    shapes = list(_with_detail(_cells(seeds), detail, seed))
    frame = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:25832")
    _with_parts(frame, random).to_file(folder / "vg250.gpkg", layer="vg250_gem")
    _write_tables(folder, frame, random)


def _seeds(places: int, random: np.random.Generator) -> np.ndarray:
    """Return points of a jittered grid, so that no border is very short or steep."""
    columns = int(np.ceil(np.sqrt(places * (EAST - WEST) / (NORTH - SOUTH))))
    rows = int(np.ceil(places / columns))
    place = np.arange(places)
    grid = np.column_stack([place % columns, place // columns])
    jitter = random.uniform(0.25, 0.75, (places, 2))
    step = np.array([(EAST - WEST) / columns, (NORTH - SOUTH) / rows])
    return np.array((WEST, SOUTH)) + (grid + jitter) * step


def _cells(seeds: np.ndarray) -> np.ndarray:
    """Return the cell of each seed within the bounds, in the order of the seeds."""
    bounds = shapely.box(WEST, SOUTH, EAST, NORTH)
    parts = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=bounds)
    cells = shapely.intersection(np.array(shapely.get_parts(parts)), bounds)
    tree = shapely.STRtree(cells)
    seed, cell = tree.query(shapely.points(seeds), predicate="within")
    order = np.empty(len(seeds), dtype=int)
    order[seed] = cell
    return np.array(cells[order])


def _with_detail(cells: np.ndarray, detail: int, seed: int) -> np.ndarray:
    """Return the cells with winding borders, which both sides have alike.

    Each edge is halved `detail` times, and its middle moved by a twentieth of its length, to a side
    that depends on the coordinates of the middle only.
    """
    lines = shapely.get_exterior_ring(cells)
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    coordinates = coordinates.round(1)
    for _time in range(detail):
        after, same = np.roll(coordinates, -1, axis=0), np.roll(owner, -1) == owner
        low = np.minimum(coordinates, after)
        forward = (coordinates == low).all(axis=1) | ((coordinates < after)[:, 0])
        edge = np.where(forward[:, None], after - coordinates, coordinates - after)
        middle = (coordinates + after) / 2
        inner = (
            (middle[:, 0] > WEST + 1) & (middle[:, 0] < EAST - 1)
            & (middle[:, 1] > SOUTH + 1) & (middle[:, 1] < NORTH - 1)
        )  # fmt: skip
        side = np.sin(middle @ np.array([0.0137, 0.0291]) + seed) * 0.06 * inner
        moved = (middle + np.column_stack([-edge[:, 1], edge[:, 0]]) * side[:, None]).round(1)
        places = np.empty((len(coordinates) + int(same.sum()), 2))
        at = np.arange(len(coordinates)) + np.concatenate([[0], np.cumsum(same)[:-1]])
        places[at] = coordinates
        places[at[same] + 1] = moved[same]
        owners = np.empty(len(places), dtype=int)
        owners[at] = owner
        owners[at[same] + 1] = owner[same]
        coordinates, owner = places, owners
    return np.array(shapely.polygons(shapely.linearrings(coordinates, indices=owner)))


def _gemeinden(seeds: np.ndarray, kreise: int, random: np.random.Generator) -> pd.DataFrame:
    """Return AGS, name and population of each place; a Kreis is the nearest of some seats."""
    seats = seeds[random.choice(len(seeds), kreise, replace=False)]
    kreis = cKDTree(seats).query(seeds)[1]
    capitals = seats[random.choice(kreise, min(LAENDER, kreise), replace=False)]
    land = cKDTree(capitals).query(seats)[1] + 1
    number = pd.Series(land).groupby(land).cumcount().to_numpy() + 1
    prefix = np.array([f"{state:02d}{rank:03d}" for state, rank in zip(land, number, strict=True)])
    member = pd.Series(kreis).groupby(kreis).cumcount().to_numpy() + 1
    if member.max() > _MOST_MEMBERS:
        raise ValueError("more places in a Kreis than there are numbers")
    people = np.round(random.lognormal(7.5, 1.3, len(seeds)) + 10)
    people[random.choice(len(seeds), UNPEOPLED * len(seeds) // 10_949, replace=False)] = np.nan
    codes = [
        f"{prefix[place]}{number_within:03d}"
        for place, number_within in zip(kreis, member, strict=True)
    ]
    return pd.DataFrame(
        {"AGS": codes, "GEN": [f"Ort {code}" for code in codes], "EWZ": people, "GF": 4}
    )


def _with_parts(frame: gpd.GeoDataFrame, random: np.random.Generator) -> gpd.GeoDataFrame:
    """Return the features: some places have a second one, some a water of their own (GF 2)."""
    west, south, east, north = frame.geometry.bounds.to_numpy().T
    middle = (west + east) / 2
    parts = []
    for rows, kind in (
        (random.random(len(frame)) < 0.03, 4),
        (random.random(len(frame)) < 0.03, 2),
    ):
        part = frame[rows].copy()
        east_half = shapely.box(middle[rows], south[rows], east[rows], north[rows])
        half = shapely.intersection(part.geometry.array, east_half)
        rest = shapely.difference(part.geometry.array, east_half)
        whole = (shapely.area(half) > 0) & (shapely.area(rest) > 0)
        part = part[whole].set_geometry(half[whole], crs=frame.crs)
        part["GF"] = kind
        frame.loc[part.index, "geometry"] = gpd.GeoSeries(
            rest[whole], index=part.index, crs=frame.crs
        )
        west, south, east, north = frame.geometry.bounds.to_numpy().T
        middle = (west + east) / 2
        parts.append(part.assign(EWZ=0.0) if kind == 2 else part)
    return pd.concat([frame, *parts], ignore_index=True)


def _write_tables(folder: Path, frame: gpd.GeoDataFrame, random: np.random.Generator) -> None:
    """Write the tables of the page: the lines around the rows are those that the page shows."""
    share = [f"{value:.1f}".replace(".", ",") for value in random.uniform(5, 100, len(frame))]
    shown = np.where(frame["EWZ"].isna(), ".", share)
    rows = [
        f"{code};{name};{value}"
        for code, name, value in zip(frame["AGS"], frame["GEN"], shown, strict=True)
    ]
    _fill(folder / "breitband.csv", "AGS;", rows)
    site = random.random(len(frame)) < 0.9
    rows = [
        f"{code};ort-{code}.de;https://ort-{code}.de/kontakt" if has else f"{code};;"
        for code, has in zip(frame["AGS"], site, strict=True)
    ]
    _fill(folder / "websites.csv", "AGS;", rows)
    for file, digits in (("kreise.csv", 5), ("laender.csv", 2)):
        codes = sorted(set(frame["AGS"].str[:digits]))
        _fill(folder / file, "AGS;", [f"{code};Name {code}" for code in codes])


def _fill(path: Path, header: str, rows: list[str]) -> None:
    """Replace the rows below the header of a table by others; what surrounds them stays."""
    lines = path.read_text("utf-8").splitlines()
    first = next(place for place, line in enumerate(lines) if line.startswith(header)) + 1
    last = next((at for at in range(first, len(lines)) if not lines[at].strip()), len(lines))
    path.write_text("\n".join([*lines[:first], *rows, *lines[last:]]) + "\n", encoding="utf-8")


def main() -> None:
    """Write the files, and run the commands of the page on them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--places", type=int, default=10_949)
    parser.add_argument("--make", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    write_germany(options.folder, options.places)
    if options.make:
        return
    print(f"{'command':60} {'clock s':>8} {'processor s':>12} {'memory MB':>10}")
    with tempfile.TemporaryDirectory() as modules:
        for command in _COMMANDS.findall(PAGE.read_text("utf-8")):
            words = command.replace(" project.toml", f" {options.folder}/project.toml")
            words = words.replace(" -o ", f" -o {options.folder}/")
            run = measure(
                [*AS_A_PROCESS, *words.split()],
                written=options.folder,
                modules=Path(modules),
            )
            print(f"{command:60} {run.wall:8.1f} {run.cpu:12.1f} {run.memory_mb:10.0f}")


if __name__ == "__main__":
    main()
