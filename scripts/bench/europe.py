"""Measure the main job on a project of Europe's size, made from the embedded communes of France.

    python -m scripts.bench.europe [FOLDER] [--pieces 3] [--runs 1] [--only make,run,open]
    python -m scripts.bench.europe FOLDER --only profile

Each commune is cut into three pieces from west to east, which gives 104,624 polygons: Europe has
98,000 local administrative units. Twelve indicators have denominators, one has six earlier waves,
and the intercommunalities are an upper level. The figures are made up, smooth over the country plus
noise, with a fixed seed.

`make` writes the project into FOLDER, `run` measures `zoneblanche run` on it in its own process
(the first run compiles and is not counted), `open` opens the page in headless Chromium,
`profile` prints where the time of a run goes.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import shutil
import statistics
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from zoneblanche.geo.country import read_country
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.edition import edition_territories
from zoneblanche.scripts import AS_A_PROCESS
from zoneblanche.scripts.bench.run import Run, measure

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

INDICATORS = 12
DENOMINATORS = ("population", "dwellings", "premises", "firms")
WAVES = ("2020-12-31", "2021-12-31", "2022-12-31", "2023-12-31", "2024-06-30", "2024-12-31")
TODAY = "2025-12-31"
MISSING = 0.02  # of the figures of each indicator
ABOUT = 'source = "Made up, 2026-01-01"\n'


def cut_in_pieces(shapes: gpd.GeoSeries, pieces: int) -> gpd.GeoSeries:
    """Return each polygon cut along meridians into pieces of equal width.

    A cut is also a vertex of the neighbour, so that the pieces still share their borders exactly.

    Args:
        shapes: polygons that share borders, by code.
        pieces: of each.

    Returns:
        The pieces, by code and number from the west ("01001-1"); an empty piece is left out.
    """
    bounds = shapely.bounds(shapes.to_numpy())
    steps = np.linspace(0, 1, pieces + 1)
    lines = bounds[:, :1] + (bounds[:, 2:3] - bounds[:, :1]) * steps
    nodes = _with_vertices(shapes.to_numpy(), lines[:, 1:-1])
    low, high = bounds[:, 1] - 1, bounds[:, 3] + 1
    lines[:, 0] -= 1
    lines[:, -1] += 1
    parts = []
    for piece in range(pieces):
        box = shapely.box(lines[:, piece], low, lines[:, piece + 1], high)
        cut = gpd.GeoSeries(_polygons_of(shapely.intersection(nodes, box)), crs=shapes.crs)
        cut.index = shapes.index + f"-{piece + 1}"
        parts.append(cut[~cut.is_empty])
    return pd.concat(parts).sort_index()


def _polygons_of(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Return the shapes without the points and lines where a box only touches them."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    area = shapely.get_dimensions(parts) == 2
    polygons = np.full(len(shapes), shapely.MultiPolygon(), dtype=object)
    parts, owner = parts[area], owner[area]
    held = np.unique(owner)
    polygons[held] = shapely.multipolygons(parts, indices=np.searchsorted(held, owner))
    return polygons


def _with_vertices(shapes: NDArray[np.object_], lines: Floats) -> NDArray[np.object_]:
    """Return the shapes with a vertex where a meridian of any owner of a segment crosses it."""
    kind, points, offsets = shapely.to_ragged_array(_multipolygons(shapes), include_z=False)
    rings, polygons, wholes = offsets
    ends = np.arange(len(points) - 1)
    inside = ~np.isin(ends, rings[1:] - 1)  # the last point of a ring begins no segment
    first = ends[inside]
    owner = np.searchsorted(rings[polygons[wholes]], first, side="right") - 1
    a, b = points[first], points[first + 1]
    turned = (a[:, 0] > b[:, 0]) | ((a[:, 0] == b[:, 0]) & (a[:, 1] > b[:, 1]))
    low, high = np.where(turned[:, None], b, a), np.where(turned[:, None], a, b)
    _, segment = np.unique(np.column_stack([low, high]), axis=0, return_inverse=True)
    crossed, x = _crossings(low, high, lines[owner])
    pairs = pd.DataFrame({"segment": segment.ravel()[crossed], "x": x}).drop_duplicates()
    every = pd.DataFrame({"segment": segment.ravel(), "at": np.arange(len(first))})
    new = every.merge(pairs, on="segment")
    at, x = new["at"].to_numpy(), new["x"].to_numpy()
    share = (x - low[at, 0]) / (high[at, 0] - low[at, 0])
    y = low[at, 1] + share * (high[at, 1] - low[at, 1])
    order = np.lexsort((np.where(turned[at], -x, x), at))
    places = first[at[order]] + 1
    all_points = np.insert(points, places, np.column_stack([x, y])[order], axis=0)
    moved = rings + np.searchsorted(places, rings, side="right")
    return shapely.from_ragged_array(kind, all_points, (moved, polygons, wholes))


def _multipolygons(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    parts, owner = shapely.get_parts(shapes, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=owner))


def _crossings(low: Floats, high: Floats, lines: Floats) -> tuple[Ints, Floats]:
    """Return the segments that a meridian of their owner crosses between its ends, and where."""
    within = (low[:, :1] < lines) & (lines < high[:, :1])
    segment, column = np.nonzero(within)
    return segment, lines[segment, column]


def make_project(folder: Path, communes: Territories, *, pieces: int) -> Path:
    """Write polygons, one table and a project file into a folder, and return the project file.

    Args:
        folder: may exist.
        communes: with intercommunalities and population.
        pieces: of each.
    """
    folder.mkdir(parents=True, exist_ok=True)
    shapes = cut_in_pieces(communes.frame.geometry, pieces)
    commune = shapes.index.str.rsplit("-", n=1).str[0]
    frame = gpd.GeoDataFrame(
        {
            "code": shapes.index,
            "name": communes.names.reindex(commune).to_numpy() + " " + shapes.index.str[-1],
            "epci": communes.parents["epci"].reindex(commune).fillna("none").to_numpy(),
        },
        geometry=shapes.to_numpy(),
        crs=shapes.crs,
    )
    people = communes.facts["population"].reindex(commune).fillna(0).to_numpy()
    frame["people"] = np.round(people / pieces) + 1
    frame.to_parquet(folder / "units.parquet")
    made_up(shapes, frame["people"].to_numpy()).to_csv(folder / "figures.csv", index=False)
    project = folder / "project.toml"
    project.write_text(project_text(), encoding="utf-8")
    return project


def made_up(shapes: gpd.GeoSeries, people: Floats) -> pd.DataFrame:
    """Return the figures of each unit: shares of four denominators, and the denominators."""
    rng = np.random.default_rng(20)
    middle = shapely.get_coordinates(shapely.point_on_surface(shapes.to_numpy()))
    table = pd.DataFrame({"code": shapes.index})
    for name, size in zip(DENOMINATORS[1:], (0.55, 0.6, 0.08), strict=True):
        table[name] = np.round(people * size * rng.uniform(0.8, 1.3, len(table))) + 1
    for number in range(INDICATORS):
        angle, length = rng.uniform(0, 2 * np.pi), rng.uniform(0.5, 2)
        wave = np.sin(length * (middle @ [np.cos(angle), np.sin(angle)]) + number)
        table[f"i{number + 1}"] = _share(60 + 15 * wave, rng)
    for earlier, date in enumerate(reversed(WAVES)):
        table[f"i1-{date}"] = (table["i1"] - 3 * (earlier + 1)).clip(lower=0).round(1)
    return table


def _share(mean: Floats, rng: np.random.Generator) -> Floats:
    """Return percentages with one decimal around a mean, some of them missing."""
    drawn = np.clip(mean + rng.normal(0, 12, len(mean)), 0, 100)
    shares = np.round(drawn.astype(np.float64), 1).astype(np.float64)
    shares[rng.random(len(shares)) < MISSING] = np.nan
    return shares


HEAD = f"""title = "A country of Europe's size"
lang = "en"

[territories]
path = "units.parquet"
code = "code"
name = "name"
population = "people"
{ABOUT}[territories.parents]
epci = "epci"
"""


def project_text() -> str:
    """Return the project file."""
    counts = [
        f'[[layers]]\nid = "{name}"\ntitle = "{name.title()}"\npath = "figures.csv"\n'
        f'code = "code"\nvalue = "{name}"\nunit = "count"\nbetter = "none"\n{ABOUT}'
        for name in DENOMINATORS[1:]
    ]
    shares = [
        _layer(
            f"i{number + 1}", f"Share {number + 1}", DENOMINATORS[number % len(DENOMINATORS)], TODAY
        )
        for number in range(INDICATORS)
    ]
    waves = [
        _layer(f"i1-{date}", f"Share 1 in {date[:7]}", "population", date, 'wave_of = "i1"\n')
        for date in WAVES
    ]
    return "\n".join([HEAD, *counts, *shares, *waves])


def _layer(name: str, title: str, weight: str, period: str, more: str = "") -> str:
    return (
        f'[[layers]]\nid = "{name}"\ntitle = "{title}"\npath = "figures.csv"\ncode = "code"\n'
        f'value = "{name}"\nunit = "percent"\nbetter = "higher"\nweight = "{weight}"\n'
        f'period = "{period}"\n{ABOUT}{more}'
    )


def run_job(folder: Path, runs: int) -> list[Run]:
    """Measure runs of the main job on the project of a folder, after one that is not counted."""
    out = folder / "out"
    command = [*AS_A_PROCESS, "run", str(folder / "project.toml")]
    command += ["-q", "-o", str(out)]
    modules = folder / "modules"
    measure(command, written=out / "index.html", modules=modules)
    return [measure(command, written=out / "index.html", modules=modules) for _ in range(runs)]


def profile_job(folder: Path, most: int) -> None:
    """Print the functions of a run that take most time, by themselves and with what they call."""
    from zoneblanche.scripts.cli import main as run_cli

    profile = cProfile.Profile()
    sys.argv = ["zoneblanche", "run", str(folder / "project.toml"), "-q", "-o", str(folder / "out")]
    with suppress(SystemExit):
        profile.runcall(run_cli)
    for order in ("cumulative", "tottime"):
        pstats.Stats(profile).sort_stats(order).print_stats(most)


PAINTED = "performance.getEntriesByName('zb-painted')[0].startTime"


def open_page(page_file: Path) -> float:
    """Return the milliseconds from the start of the navigation until the map is painted."""
    from playwright.sync_api import sync_playwright

    from zoneblanche.scripts.bench.page import FLAGS, open_window

    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        raise SystemExit("There is no Chromium here: install it and run again.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        page = open_window(browser)
        page.goto(page_file.resolve().as_uri(), wait_until="commit")
        page.wait_for_selector("html[data-ready]")
        painted = float(page.evaluate(PAINTED))
        browser.close()
    return painted


def main() -> None:
    """Make the project, run the job and open the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--pieces", type=int, default=3, help="of each commune")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default="make,run,open")
    options = parser.parse_args()
    steps = options.only.split(",")
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        if "make" in steps:
            communes = edition_territories(read_country("fr"))
            make_project(folder, communes, pieces=options.pieces)
        if "profile" in steps:
            profile_job(folder, 60)
        if "run" in steps:
            _print_runs(run_job(folder, options.runs))
        if "open" in steps:
            painted = [open_page(folder / "out" / "index.html") for _ in range(5)]
            print(f"painted after {statistics.median(painted):.0f} ms, median of 5 openings")


def _print_runs(runs: list[Run]) -> None:
    print(f"{os.cpu_count()} cores, medians of {len(runs)} runs, whole processes")
    for field in ("wall", "cpu", "memory_mb", "written_mb"):
        print(f"  {field:12}{statistics.median(getattr(run, field) for run in runs):10.1f}")


if __name__ == "__main__":
    main()
