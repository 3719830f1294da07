"""Compare the main job with the usual geopandas and folium code: seconds and memory.

    python -m scripts.bench.run [--runs 3] [--only drawn] [--one-core]

Each is a separate process, timed from outside, including its start, in a home of its own, and
writes into a new folder. The first run of each compiles modules and kernels and is not counted.
The edition has the draws of its own index. The second line is with one figure corrected, so that
its index is drawn anew; draws that earlier runs kept are removed before. The alternative reads the
same embedded boundaries, computes the mean of the same indicators and writes one folium choropleth;
our page has a dozen. One département is measured as well, beside what Python takes to load the
libraries alone.

With `--one-core` (Linux) each runs on one core only. Two threads of one core, which a virtual
machine counts as two cores, slow each other; what uses both seems to need more of the processor.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from zoneblanche.scripts import AS_A_PROCESS

PEER = """
import sys
import folium
from zoneblanche.geo import read_country
from zoneblanche.layers.edition import edition_inputs, edition_territories
from zoneblanche.layers.presence.criteria import criteria
country = read_country("fr")
frame = edition_territories(country).frame
inputs = edition_inputs(country)
told = criteria(inputs["town-halls"].frame, inputs["generic-providers"].frame.index)
frame["index"] = 100 * told.mean(axis=1).reindex(frame.index)
frame = frame.reset_index()
page = folium.Map(location=[46.5, 2.5], zoom_start=6)
folium.Choropleth(
    geo_data=frame[["code", "name", "geometry"]].to_json(),
    data=frame[["code", "index"]].dropna(),
    columns=["code", "index"],
    key_on="feature.properties.code",
).add_to(page)
page.save(sys.argv[1])
"""

TITLES = {
    "run": "zoneblanche run (all layers, files)",
    "drawn": "with a correction: drawn anew",
    "part": "zoneblanche run --within 48",
    "libraries": "import geopandas, folium, rasterio",
    "peer": "geopandas + folium, one choropleth",
}


CORRECTIONS = "code,indicator,value,date,who,why\n57019,fibre,98.2,2026-11-30,benchmark,\n"


@dataclass(frozen=True)
class Run:
    """One process: wall and CPU seconds, peak memory in MB of its largest process, MB written."""

    wall: float
    cpu: float
    memory_mb: float
    written_mb: float


def measure(
    arguments: list[str],
    *,
    written: Path | None,
    modules: Path,
    home: Path | None = None,
    one_core: bool = False,
) -> Run:
    """Run a command in its own process and return its cost; `modules` keeps its byte code, which an
    installed package has and which the environment may say not to write. `written` is the page
    whose size counts. `home` is instead of the
    user's, `one_core` runs it on the first core that the process may use."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(modules)}
    if home is not None:
        environment |= {"HOME": str(home), "USERPROFILE": str(home)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begun = time.perf_counter()
    process = subprocess.Popen(
        arguments,
        stdout=subprocess.DEVNULL,
        env=environment,
        preexec_fn=_keep_to_one_core if one_core else None,
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begun
    if status:
        raise SystemExit(f"{' '.join(arguments[:4])} … failed")
    scale = 1024 if sys.platform != "darwin" else 1024**2
    size = 0.0 if written is None else written.stat().st_size / 1e6
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / scale, size)


def _keep_to_one_core() -> None:
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def caches_of(home: Path) -> Path:
    """Return where earlier runs keep what they made, below a home."""
    caches = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return home / caches / "zoneblanche"


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=list(TITLES))
    parser.add_argument("--one-core", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        out, page = Path(folder) / "out", Path(folder) / "peer.html"
        home = Path(folder) / "home"
        home.mkdir()
        corrections = Path(folder) / "corrections.csv"
        corrections.write_text(CORRECTIONS, encoding="utf-8")
        ours = [*AS_A_PROCESS, "run", "-q", "-o", str(out)]
        peer = [sys.executable, "-c", PEER, str(page)]
        libraries = [sys.executable, "-c", "import geopandas, folium, rasterio"]
        commands = {
            "run": (ours, out / "index.html"),
            "drawn": ([*ours, "--corrections", str(corrections)], out / "index.html"),
            "part": ([*ours, "--within", "48"], out / "index.html"),
            "libraries": (libraries, None),
            "peer": (peer, page),
        }
        asked = {name: commands[name] for name in commands if options.only in (None, name)}
        runs: dict[str, list[Run]] = {name: [] for name in asked}
        for turn in range(options.runs + 1):
            for name, (command, written) in asked.items():
                shutil.rmtree(out, ignore_errors=True)
                if name == "drawn":
                    shutil.rmtree(caches_of(home) / "draws", ignore_errors=True)
                run = measure(
                    command,
                    written=written,
                    modules=Path(folder) / "modules",
                    home=home,
                    one_core=options.one_core,
                )
                if turn:
                    runs[name].append(run)
    cores = 1 if options.one_core else os.cpu_count()
    print(f"{cores} cores, medians of {options.runs} runs, whole processes")
    print(f"{'':38} {'wall s':>8} {'CPU s':>8} {'peak MB':>8} {'page MB':>8}")
    for name, times in runs.items():
        figures = (
            statistics.median(getattr(run, field) for run in times)
            for field in ("wall", "cpu", "memory_mb", "written_mb")
        )
        print(f"{TITLES[name]:38} " + " ".join(f"{figure:8.1f}" for figure in figures))


if __name__ == "__main__":
    main()
