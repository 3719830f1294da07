"""Measure the kernels of `geo` and the usual alternatives, in one run.

    python -m scripts.bench.geo FOLDER [--only zonal,points,…] [--names "ours;exactextract"]
                                       [--points 2000000,20000000]

FOLDER contains the open data that the tests read (fr/boundaries/communes_2026.parquet, …). Each
measurement runs in its own process, so that its peak of memory is its own; kernels are compiled
before. Each returns one number per commune, and the table gives the distance of the others from
ours. Machines differ and drift: quote the ratios of one run, not the seconds. What is not installed
is left out, with a message; the extras `scale` and `bench` install all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from zoneblanche.scripts.bench.geo_inputs import (
    make_coverage,
    make_points,
    make_raster,
    read_communes,
)

Job = Callable[[Any], Any]


def _arcs_ours(inputs: Any) -> int:
    from zoneblanche.geo.borders.arcs import build_arcs

    return len(build_arcs(inputs["communes"].geometry, grid=10))


def _contiguity_ours(inputs: Any) -> int:
    from zoneblanche.geo.borders.contiguity import compute_contiguity

    return compute_contiguity(inputs["communes"].geometry).edges


def _contiguity_libpysal(inputs: Any) -> int:
    from libpysal.weights import Queen

    return (
        sum(Queen.from_dataframe(inputs["communes"], silence_warnings=True).cardinalities.values())
        // 2
    )


def _zonal_ours(inputs: Any) -> Any:
    from zoneblanche.geo.rasters.zonal import zonal_statistics

    return zonal_statistics(inputs["communes"].geometry, inputs["raster"], stat="sum").to_numpy()


def _zonal_exactextract(inputs: Any) -> Any:
    from exactextract import exact_extract

    sums = exact_extract(inputs["raster"], inputs["communes"], ["sum"], output="pandas")
    return sums["sum"].to_numpy()


def _zonal_rasterstats(inputs: Any) -> Any:
    """Whole cells whose centre is inside: simple, and not exact."""
    from rasterstats import zonal_stats

    rows = zonal_stats(inputs["communes"], inputs["raster"], stats=["sum"])
    return np.array([row["sum"] or 0.0 for row in rows], dtype=np.float64)


def _points_with(executor: Any, engine: Any = "kernel") -> Job:
    def run(inputs: Any) -> Any:
        from zoneblanche.geo.points.count import count_points
        from zoneblanche.geo.points.files import Layout

        layout = Layout("x", "y")
        counted = count_points(
            inputs["communes"].geometry,
            inputs["points"],
            layout=layout,
            executor=executor,
            engine=engine,
        )
        return counted.counts.to_numpy()

    return run


def _points_sjoin(inputs: Any) -> Any:
    import geopandas as gpd
    import pandas as pd

    table = pd.read_parquet(inputs["points"])
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(table["x"], table["y"]), crs=4326)
    communes = inputs["communes"][["geometry"]]
    joined = gpd.sjoin(points, communes, predicate="intersects")
    return joined["code"].value_counts().reindex(communes.index, fill_value=0).to_numpy()


def _share_ours(inputs: Any) -> Any:
    from zoneblanche.geo.borders.coverage_share import compute_coverage_share

    return compute_coverage_share(inputs["communes"].geometry, inputs["coverage"]).any_percent


def _share_of_operators(inputs: Any) -> Any:
    """Return the share by any, by each of four operators and by at least 1, 2, 3, 4 of them, in one
    pass."""
    import pandas as pd

    from zoneblanche.geo.borders.coverage_share import compute_coverage_share

    coverage = inputs["coverage"]
    operators = pd.Series(np.arange(len(coverage)) % 4, index=coverage.index)
    shares = compute_coverage_share(inputs["communes"].geometry, coverage, groups=operators)
    return shares.any_percent


def _share_union(inputs: Any) -> Any:
    """Unite what meets each commune, then clip: exact, by GEOS."""
    import shapely

    shapes, land = inputs["coverage"].to_numpy(), inputs["communes"].geometry.to_numpy()
    piece, place = shapely.STRtree(land).query(shapes, predicate="intersects")
    order = np.argsort(place, kind="stable")
    places, of_place = np.unique(place[order], return_inverse=True)
    heaps = shapely.geometrycollections(shapes[piece[order]], indices=of_place)
    united = shapely.union_all(heaps[:, None], axis=1)
    share = np.zeros(len(land))
    share[places] = shapely.area(shapely.intersection(united, land[places]))
    return 100 * share / shapely.area(land)


def _share_overlay(inputs: Any) -> Any:
    """Clip, then dissolve by commune: the usual geopandas code."""
    import geopandas as gpd

    coverage = gpd.GeoDataFrame(geometry=inputs["coverage"])
    communes = inputs["communes"].reset_index()[["code", "geometry"]]
    parts = gpd.overlay(communes, coverage, how="intersection", keep_geom_type=True)
    covered = parts.dissolve("code").area.reindex(communes["code"], fill_value=0).to_numpy()
    return 100 * covered / communes.area.to_numpy()


JOBS: dict[str, dict[str, Job]] = {
    "arcs": {"ours": _arcs_ours},
    "contiguity": {"ours": _contiguity_ours, "libpysal": _contiguity_libpysal},
    "zonal": {
        "ours": _zonal_ours,
        "exactextract": _zonal_exactextract,
        "rasterstats": _zonal_rasterstats,
    },
    "points": {
        "ours": _points_with("serial"),
        "ours, processes": _points_with("processes"),
        "ours, dask": _points_with("dask"),
        "SedonaDB": _points_with("serial", "sedonadb"),
        "geopandas.sjoin": _points_sjoin,
    },
    "coverage": {
        "ours": _share_ours,
        "ours, 4 operators": _share_of_operators,
        "union and clip": _share_union,
        "geopandas.overlay": _share_overlay,
    },
}


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _processor_seconds() -> float:
    """Return the processor time of this process and its finished workers, which other load hardly
    affects."""
    return sum(os.times()[:4])


def _run_one(data: Path, folder: Path, subject: str, name: str, points: int) -> dict[str, Any]:
    """Prepare, warm up if there is something to compile, and measure, in this process."""
    inputs: dict[str, Any] = {"communes": read_communes(data, subject)}
    job = JOBS[subject][name]
    if subject == "zonal":
        inputs["raster"] = str(make_raster(folder))
    if subject == "points":
        inputs["points"] = str(make_points(folder, points))
    if subject == "coverage":
        inputs["coverage"] = make_coverage(data)
    if name.startswith("ours"):
        small = {**inputs, "communes": inputs["communes"].iloc[:50]}
        if subject == "points":
            small["points"] = str(make_points(folder, 1000))
        if subject == "coverage":
            small["coverage"] = inputs["coverage"].iloc[:500]
        if subject in ("zonal", "points", "contiguity", "coverage"):
            JOBS[subject]["ours"](small)
    before = _peak_mb(resource.RUSAGE_SELF)
    begin, busy = time.perf_counter(), _processor_seconds()
    answer = job(inputs)
    seconds, processor = time.perf_counter() - begin, _processor_seconds() - busy
    numbers = np.atleast_1d(np.asarray(answer, dtype=np.float64))
    np.save(_answer_file(folder, subject, name, points), numbers)
    return {
        "seconds": seconds,
        "processor": processor,
        "before_mb": before,
        "peak_mb": _peak_mb(resource.RUSAGE_SELF),
        "workers_peak_mb": _peak_mb(resource.RUSAGE_CHILDREN),
        "answer": float(np.nansum(numbers)),
    }


def _answer_file(folder: Path, subject: str, name: str, points: int) -> Path:
    return folder / f"answer_{subject}_{name}_{points}.npy"


def _farthest(folder: Path, subject: str, name: str, points: int) -> float:
    """Return the largest distance of a commune from our result, relative to ours but at least to a
    thousandth of the mean."""
    ours = np.nan_to_num(np.load(_answer_file(folder, subject, "ours", points)))
    theirs = np.nan_to_num(np.load(_answer_file(folder, subject, name, points)))
    scale = np.maximum(np.abs(ours), np.abs(ours).mean() / 1000)
    return float((np.abs(theirs - ours) / scale).max())


def _measure(
    arguments: argparse.Namespace, subject: str, name: str, folder: Path, points: int
) -> dict | str:
    command = [sys.executable, "-m", "zoneblanche.scripts.bench.geo", str(arguments.data)]
    command += ["--one", f"{subject}/{name}", "--folder", str(folder)]
    command += ["--points", str(points)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.most)
    except subprocess.TimeoutExpired:
        return f"stopped after {arguments.most} s"
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        if last and last[0].startswith("ModuleNotFoundError"):
            return f"not installed ({last[0].split(': ', 1)[1]}); see the extras scale and bench"
        return f"skipped: {last[0] if last else 'no message'}"
    measured = dict(json.loads(done.stdout.strip().splitlines()[-1]))
    if _answer_file(folder, subject, "ours", points).exists():
        measured["farthest"] = _farthest(folder, subject, name, points)
    return measured


def _print_row(name: str, row: dict | str, base: dict | None) -> None:
    if isinstance(row, str):
        print(f"  {name:20} {row}", flush=True)
        return
    base = base or row
    farthest = f"   farthest {row['farthest']:.1e}" if "farthest" in row else ""
    print(
        f"  {name:20} {row['seconds']:8.2f} s  ×{row['seconds'] / base['seconds']:6.2f}   "
        f"processor {row['processor']:8.2f} s  ×{row['processor'] / base['processor']:6.2f}   "
        f"peak {row['peak_mb']:6.0f} MB "
        f"(before {row['before_mb']:.0f}, largest worker {row['workers_peak_mb']:.0f})   "
        f"answer {row['answer']:.10g}{farthest}",
        flush=True,
    )


def _measure_all(
    arguments: argparse.Namespace, subject: str, folder: Path, points: int
) -> dict[str, dict | str]:
    """Measure and print one subject; ours is first, and the others are compared with it."""
    print(f"\n{f'{points:,} points' if subject == 'points' else subject}", flush=True)
    measured: dict[str, dict | str] = {}
    wanted = arguments.names.split(";") if arguments.names else list(JOBS[subject])
    for name in (name for name in JOBS[subject] if name in wanted):
        measured[name] = _measure(arguments, subject, name, folder, points)
        ours = measured.get("ours")
        _print_row(name, measured[name], ours if isinstance(ours, dict) else None)
    return measured


def _print_growth(few: dict[str, dict | str], many: dict[str, dict | str], title: str) -> None:
    """Print how much more processor time and memory each needs for the longer table."""
    print(f"\n{title}")
    for name in few:
        a, b = few[name], many[name]
        if isinstance(a, dict) and isinstance(b, dict):
            memory = {
                size: max(row["peak_mb"], row["workers_peak_mb"]) - row["before_mb"]
                for size, row in (("few", a), ("many", b))
            }
            print(
                f"  {name:20} processor ×{b['processor'] / a['processor']:6.2f}   memory taken "
                f"{memory['few']:6.0f} MB → {memory['many']:6.0f} MB"
            )


def main() -> None:
    """Print a table of seconds, ratios and peaks of memory."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder of open data")
    parser.add_argument("--only", default=",".join(JOBS), help="subjects, with commas")
    parser.add_argument("--names", help="what to measure of each subject, with semicolons; all")
    parser.add_argument("--points", default="2000000,20000000", help="how many, with commas")
    parser.add_argument("--most", type=float, default=1800, help="seconds before a job is stopped")
    parser.add_argument("--folder", type=Path, help="where made-up inputs are kept")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.points.split(",")]
    if arguments.one:
        subject, name = arguments.one.split("/")
        result = _run_one(arguments.data, arguments.folder, subject, name, sizes[0])
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.folder or Path(temporary)
        for subject in arguments.only.split(","):
            runs = [
                _measure_all(arguments, subject, folder, points)
                for points in (sizes if subject == "points" else sizes[:1])
            ]
            if len(runs) > 1:
                _print_growth(runs[0], runs[-1], f"from {sizes[0]:,} to {sizes[-1]:,} points")


if __name__ == "__main__":
    main()
