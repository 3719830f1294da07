"""Measure the kernels of `geo` beside what one would use otherwise, in one run.

    python -m scripts.bench_geo FOLDER [--only zonal,points,…] [--points 2000000,20000000]

FOLDER holds the open data that the tests read (fr/boundaries/communes_2026.parquet, …). Each
measurement runs in a process of its own, so that its peak of memory is its own; kernels are
compiled beforehand. Machines differ and drift: quote the ratios of one run, not the seconds.
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

Job = Callable[[Any], Any]


def _communes(data: Path) -> Any:
    import geopandas as gpd

    communes = gpd.read_parquet(data / "fr/boundaries/communes_2026.parquet")
    metropolitan = communes[~communes["code_dep"].str.startswith("97")]
    plain = metropolitan[["code", "geometry"]].to_crs(2154).set_index("code")
    return plain.set_geometry(plain.make_valid())


SIDE = 10_000


def _made_raster(folder: Path) -> Path:
    """A raster of France, 10,000 × 10,000 cells of some 100 m with random amounts."""
    import rasterio

    path = folder / "france_100m.tif"
    if path.exists():
        return path
    rng = np.random.default_rng(7)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        crs="EPSG:2154",
        transform=rasterio.Affine(115, 0, 99_000, 0, -107, 7_115_000),
        dtype="float32",
        height=SIDE,
        width=SIDE,
        count=1,
        tiled=True,
        nodata=-1,
        compress="deflate",
    ) as out:
        for row in range(0, SIDE, 256):
            high = min(256, SIDE - row)
            block = rng.integers(0, 50, (high, SIDE)).astype(np.float32)
            out.write(block, 1, window=((row, row + high), (0, SIDE)))
    return path


def _made_points(folder: Path, rows: int) -> Path:
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = folder / f"points_{rows}.parquet"
    if path.exists():
        return path
    rng = np.random.default_rng(3)
    schema = pa.schema([("x", pa.float64()), ("y", pa.float64())])
    with pq.ParquetWriter(path, schema) as writer:
        for first in range(0, rows, 2**20):
            n = min(2**20, rows - first)
            x, y = rng.uniform(99_000, 1_242_000, n), rng.uniform(6_046_000, 7_110_000, n)
            writer.write_table(pa.table({"x": x, "y": y}, schema=schema))
    return path


def _arcs_ours(given: Any) -> int:
    from geo.arcs import build_arcs

    return len(build_arcs(given["communes"].geometry, grid=10))


def _contiguity_ours(given: Any) -> int:
    from geo.contiguity import compute_contiguity

    return compute_contiguity(given["communes"].geometry).edges


def _contiguity_libpysal(given: Any) -> int:
    from libpysal.weights import Queen

    return (
        sum(Queen.from_dataframe(given["communes"], silence_warnings=True).cardinalities.values())
        // 2
    )


def _zonal_ours(given: Any) -> float:
    from geo.zonal import zonal_statistics

    return float(zonal_statistics(given["communes"].geometry, given["raster"], stat="sum").sum())


def _zonal_exactextract(given: Any) -> float:
    from exactextract import exact_extract

    found = exact_extract(given["raster"], given["communes"], ["sum"], output="pandas")
    return float(found["sum"].sum())


def _zonal_rasterstats(given: Any) -> float:
    from rasterstats import zonal_stats  # type: ignore[import-not-found]

    found = zonal_stats(given["communes"], given["raster"], stats=["sum"])
    return float(sum(row["sum"] or 0 for row in found))


def _points_with(executor: Any, engine: Any = "kernel") -> Job:
    def run(given: Any) -> int:
        from geo.point_files import Layout
        from geo.points import count_points

        layout = Layout("x", "y")
        found = count_points(
            given["communes"].geometry,
            given["points"],
            layout=layout,
            executor=executor,
            engine=engine,
        )
        return int(found.counts.sum())

    return run


def _points_sjoin(given: Any) -> int:
    import geopandas as gpd
    import pandas as pd

    table = pd.read_parquet(given["points"])
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(table["x"], table["y"]), crs=2154)
    return len(gpd.sjoin(points, given["communes"][["geometry"]], predicate="intersects"))


def _coverage(given: Any) -> Any:
    """50,000 ragged polygons about real mobile sites, of 0.8 to 4 km."""
    import geopandas as gpd
    import pandas as pd
    import shapely

    path = next((given["data"] / "fr/connectivity").glob("2018_01_Sites*.csv"))
    sites = pd.read_csv(path, sep=";", na_values="#N/A").dropna().sample(50_000, random_state=1)
    rng = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 33)[:-1]
    reach = rng.uniform(800, 4000, (len(sites), 1)) * rng.uniform(0.6, 1.4, (len(sites), 32))
    x = sites["x"].to_numpy()[:, None] + reach * np.cos(angle)
    y = sites["y"].to_numpy()[:, None] + reach * np.sin(angle)
    return gpd.GeoSeries(shapely.polygons(np.stack([x, y], axis=-1)), crs=2154)


def _share_ours(given: Any) -> float:
    from geo.coverage_share import compute_coverage_share

    found = compute_coverage_share(given["communes"].geometry, _coverage(given))
    return float(found.any_percent.mean())


def _share_overlay(given: Any) -> float:
    """Clip, then dissolve by commune: what one would write with geopandas."""
    import geopandas as gpd

    coverage = gpd.GeoDataFrame(geometry=_coverage(given))
    communes = given["communes"].reset_index()[["code", "geometry"]]
    parts = gpd.overlay(communes, coverage, how="intersection", keep_geom_type=True)
    covered = parts.dissolve("code").area.reindex(communes["code"], fill_value=0).to_numpy()
    return float((100 * covered / communes.area).mean())


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
    "coverage": {"ours": _share_ours, "geopandas.overlay": _share_overlay},
}


def _peak_mb(who: int) -> float:
    return resource.getrusage(who).ru_maxrss / 1024


def _processor_seconds() -> float:
    """Of this process and its finished workers: what a shared machine does not blur."""
    return sum(os.times()[:4])


def _run_one(data: Path, folder: Path, subject: str, name: str, points: int) -> dict[str, Any]:
    """Prepare, warm up where there is something to compile, measure; in this process."""
    given: dict[str, Any] = {"data": data, "communes": _communes(data)}
    job = JOBS[subject][name]
    if subject == "zonal":
        given["raster"] = str(_made_raster(folder))
    if subject == "points":
        given["points"] = str(_made_points(folder, points))
    if name == "ours":
        small = {**given, "communes": given["communes"].iloc[:50]}
        if subject == "points":
            small["points"] = str(_made_points(folder, 1000))
        if subject in ("zonal", "points", "contiguity"):
            job(small)
    before = _peak_mb(resource.RUSAGE_SELF)
    begin, busy = time.perf_counter(), _processor_seconds()
    answer = job(given)
    return {
        "seconds": time.perf_counter() - begin,
        "processor": _processor_seconds() - busy,
        "before_mb": before,
        "peak_mb": _peak_mb(resource.RUSAGE_SELF),
        "workers_peak_mb": _peak_mb(resource.RUSAGE_CHILDREN),
        "answer": answer,
    }


def _measure(
    arguments: argparse.Namespace, subject: str, name: str, folder: Path, points: int
) -> dict | str:
    command = [sys.executable, "-m", "scripts.bench_geo", str(arguments.data)]
    command += ["--one", f"{subject}/{name}", "--folder", str(folder)]
    command += ["--points", str(points)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=arguments.most)
    except subprocess.TimeoutExpired:
        return f"stopped after {arguments.most} s"
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        return f"skipped: {last[0] if last else 'no message'}"
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _print_subject(title: str, found: dict[str, dict | str]) -> None:
    print(f"\n{title}")
    ours = found["ours"]
    for name, row in found.items():
        if isinstance(row, str):
            print(f"  {name:20} {row}")
            continue
        base = ours if isinstance(ours, dict) else row
        print(
            f"  {name:20} {row['seconds']:8.2f} s  ×{row['seconds'] / base['seconds']:6.2f}   "
            f"processor {row['processor']:8.2f} s  ×{row['processor'] / base['processor']:6.2f}   "
            f"peak {row['peak_mb']:6.0f} MB "
            f"(before {row['before_mb']:.0f}, largest worker {row['workers_peak_mb']:.0f})   "
            f"answer {row['answer']:.10g}",
            flush=True,
        )


def _print_growth(few: dict[str, dict | str], many: dict[str, dict | str], title: str) -> None:
    """How much more each takes of processor and memory for the longer table."""
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
    parser.add_argument("--points", default="2000000", help="how many, with commas")
    parser.add_argument("--most", type=float, default=900, help="seconds before a job is stopped")
    parser.add_argument("--folder", type=Path, help="where made-up inputs are kept")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    sizes = [int(size) for size in arguments.points.split(",")]
    if arguments.one:
        subject, name = arguments.one.split("/")
        result = _run_one(arguments.data, arguments.folder, subject, name, sizes[0])
        print(json.dumps(result))
        return
    with tempfile.TemporaryDirectory() as made:
        folder = arguments.folder or Path(made)
        for subject in arguments.only.split(","):
            runs = []
            for points in sizes if subject == "points" else sizes[:1]:
                title = f"{points:,} points" if subject == "points" else subject
                found = {
                    name: _measure(arguments, subject, name, folder, points)
                    for name in JOBS[subject]
                }
                _print_subject(title, found)
                runs.append(found)
            if len(runs) > 1:
                _print_growth(runs[0], runs[-1], f"from {sizes[0]:,} to {sizes[-1]:,} points")


if __name__ == "__main__":
    main()
