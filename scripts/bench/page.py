"""Compare the map page with the usual alternatives, in one run: size, time to write, time to paint.

    python -m scripts.bench.page [--pages ours,explore,choropleth,lonboard] [--within 48]

All pages show the same communes with the same figures. They are opened from disk in headless
Chromium (1280 × 900, no GPU), each in a new browser. The pages of geopandas and folium request
Leaflet, jQuery and Bootstrap from a content network. Here this machine answers these requests
immediately (Leaflet with our copy, all else with nothing), so their times include no network. On a
real network they are longer, and without one the pages stay blank.

*Painted* is from the start of the navigation until the picture of the territories is there: our
page marks it; for the others it is the first frame after all their paths are drawn. *Zoom*, *pan*
and *recolour* are the processor time of the page's main thread (Chromium's TaskDuration in thread
ticks, so that other load counts little) for one step and the tenth of a second after it: `setZoom`
and `panBy` of Leaflet without animation; another layer on our page, with legend and the smooth
picture that follows, `setStyle` with another colour for each territory on theirs. *Heap* is that of
JavaScript, after a collection. Below the table are, for our page only, the times from an action to
the painted frame (`scripts/bench/reactions.py`) and the sizes of the page of the whole and of a
département, with the part of Leaflet.

lonboard's page (extra `bench`) is only written and weighed. It draws by WebGL with a script of some
megabytes from a content network, and shows nothing without both.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from zoneblanche.scripts.bench.reactions import Reaction, measure_reactions, tell_reactions

if TYPE_CHECKING:
    import geopandas as gpd
    from playwright.sync_api import Browser, CDPSession, Page, Route

    from zoneblanche.layers.atlas import Atlas

FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--enable-precise-memory-info"
)
ASSETS = Path(__file__).resolve().parents[2] / "maps" / "assets"
STUBS = {
    # folium only calls $(…).ready; d3 draws the colour bar, which is not measured
    "jquery": "window.$ = () => ({ ready: (f) => f() });",
    "d3": """window.d3 = new Proxy(function () {}, {
      get: (_, key) => (key === Symbol.toPrimitive ? () => "#888" : window.d3),
      apply: () => window.d3,
    });""",
}
PATIENCE_MS = 240_000
STEPS = 5
SETTLE_MS = 100
OWN_START_MS = 2000
"""How long a new window is left alone: Chromium loads pages of its own for it, such as the two of
its address bar. A reader's browser has done so long before the page is opened."""

OURS = """async () => {
  const page = await window.zoneblanche.started;
  window.benchMap = page.map;
  const layers = page.model.layers;
  let turn = 0;
  window.benchRecolour = () => page.choose(layers[++turn % layers.length]);
}"""
THEIRS = """() => {
  const mine = Object.keys(window).map((name) => window[name]);
  window.benchMap = mine.find((one) => one instanceof L.Map);
  const shapes = [];
  window.benchMap.eachLayer((layer) => { if (layer instanceof L.GeoJSON) shapes.push(layer); });
  let turn = 0;
  window.benchRecolour = () => {
    const ramp = ["#fdf3df", "#f9d29d", "#f0a367", "#d96c4b", "#ae3c4b", "#73204f"];
    turn++;
    let k = turn;
    for (const layer of shapes) layer.setStyle(() => ({ fillColor: ramp[k++ % ramp.length] }));
  };
}"""
SHAPES_DRAWN = "() => document.querySelectorAll('path.leaflet-interactive').length > {count}"
STEPS_OF = {
    "zoom": "(k) => void benchMap.zoomIn(k % 2 ? -1 : 1, { animate: false })",
    "pan": "(k) => void benchMap.panBy([k % 2 ? -90 : 90, 40], { animate: false })",
    "recolour": "() => void benchRecolour()",
}


def main() -> None:
    """Write, open and measure each page, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pages", default="ours,explore,choropleth,lonboard")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--within", default="", help="code of a département, for a quick look")
    options = parser.parse_args()
    from zoneblanche.layers.build import take

    atlas = read_scored(options.within)
    few = take(atlas, np.arange(len(atlas.codes)) < 12)
    rows = []
    reactions: list[dict[str, list[Reaction]]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name in options.pages.split(","):
            path = Path(folder) / f"{name}.html"
            WRITERS[name](few, path)  # so that imports are not counted
            begun = time.perf_counter()
            WRITERS[name](atlas, path)
            build = time.perf_counter() - begun
            drawn = int(atlas.values["digital-inequality"].notna().sum())
            opened = 0 if name in NEVER_PAINTED else options.repeat
            runs = [
                measure(path, count=drawn, reactions=reactions if name == "ours" else None)
                for _ in range(opened)
            ]
            row = {key: statistics.median(run[key] for run in runs) for key in OPENED if runs}
            layers = len(atlas.indicators) if name == "ours" else 1
            size = path.stat().st_size / 1e6
            rows.append({"page": name, "layers": layers, "mb": size, "build": build, **row})
    print_table(rows, territories=len(atlas.codes), repeat=options.repeat)
    if reactions:
        print("\n" + "\n".join(tell_reactions(reactions)))
        print("\n" + "\n".join(weigh_pages(atlas)))


def read_scored(within: str) -> Atlas:
    """Return the embedded edition with its index."""
    from zoneblanche.geo import read_country
    from zoneblanche.layers import compute_index, read_atlas

    country = read_country("fr")
    atlas = read_atlas(country, level="commune", within=[within] if within else ())
    return compute_index(atlas, "digital-inequality")


def write_ours(atlas: Atlas, path: Path) -> None:
    """Our page: every layer of the atlas."""
    from zoneblanche.maps import draw_map

    draw_map(atlas).save(path)


def write_explore(atlas: Atlas, path: Path) -> None:
    """geopandas: one layer, with its tooltip."""
    _frame(atlas).explore(column="score", tooltip=["name", "score"]).save(path)


def write_choropleth(atlas: Atlas, path: Path) -> None:
    """folium: one Choropleth."""
    import folium

    frame = _frame(atlas).reset_index()
    page = folium.Map(location=[46.5, 2.5], zoom_start=6)
    folium.Choropleth(
        geo_data=frame[["code", "name", "geometry"]].to_json(),
        data=frame[["code", "score"]].dropna(),
        columns=["code", "score"],
        key_on="feature.properties.code",
    ).add_to(page)
    page.save(path)


def write_lonboard(atlas: Atlas, path: Path) -> None:
    """lonboard: one layer of polygons, with their figures."""
    from lonboard import Map, PolygonLayer

    colours = np.zeros((len(atlas.codes), 3), dtype=np.uint8)
    colours[:, 0] = np.nan_to_num(2.5 * atlas.values["digital-inequality"].to_numpy())
    layer = PolygonLayer.from_geopandas(_frame(atlas).reset_index(), get_fill_color=colours)
    Map(layer).to_html(path)


def _frame(atlas: Atlas) -> gpd.GeoDataFrame:
    frame = atlas.territories.frame.rename_axis("code")
    return frame.assign(score=atlas.values["digital-inequality"])


WRITERS: dict[str, Callable[[Atlas, Path], None]] = {
    "ours": write_ours,
    "explore": write_explore,
    "choropleth": write_choropleth,
    "lonboard": write_lonboard,
}
NEVER_PAINTED = frozenset({"lonboard"})
OPENED = ("painted", "zoom", "pan", "recolour", "heap")
"""The measurements of an open page."""


def weigh_pages(atlas: Atlas) -> list[str]:
    """Return the kilobytes of our page of the whole and of its first département, with and without
    Leaflet."""
    from zoneblanche.layers.build import take

    leaflet = sum((ASSETS / name).stat().st_size for name in ("leaflet.js", "leaflet.css"))
    departements = atlas.territories.parents["departement"]
    departement = take(atlas, (departements == departements.iloc[0]).to_numpy())
    lines = [f"{'our page, kB':48}{'all':>9}{'without Leaflet':>17}"]
    with tempfile.TemporaryDirectory() as folder:
        for title, part in (("of the whole", atlas), ("of one département", departement)):
            path = Path(folder) / "page.html"
            write_ours(part, path)
            size = path.stat().st_size
            words = f"{title}, {len(part.codes)} territories"
            lines.append(f"{words:48}{size / 1000:9.0f}{(size - leaflet) / 1000:17.0f}")
    return lines


def measure(
    path: Path, *, count: int, reactions: list[dict[str, list[Reaction]]] | None
) -> dict[str, float]:
    """Open a page in a new browser: milliseconds, and megabytes of heap. With a list to add them
    to, the page is ours and its reactions are measured too."""
    from playwright.sync_api import sync_playwright

    program = find_chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS.split())
        page = open_window(browser)
        page.route("**/*", _serve)
        page.goto(path.resolve().as_uri(), timeout=PATIENCE_MS, wait_until="commit")
        ours = reactions is not None
        painted = _measure_ours(page) if ours else _measure_theirs(page, count)
        page.wait_for_timeout(1000)
        tools = page.context.new_cdp_session(page)
        tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        tools.send("HeapProfiler.collectGarbage")
        heap = tools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
        busy = {name: _busy(page, tools, step) for name, step in STEPS_OF.items()}
        if reactions is not None:
            reactions.append(measure_reactions(browser, page))
        browser.close()
    return {"painted": painted, "heap": heap, **busy}


def open_window(browser: Browser) -> Page:
    """Return an empty window of a browser that is done with its own start."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_default_timeout(PATIENCE_MS)
    page.wait_for_timeout(OWN_START_MS)
    return page


def page_options(description: str | None) -> argparse.Namespace:
    """Return the options of a measurement of a page: its file `page`, and how often, `repeat`."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def find_chromium() -> str:
    """Return the path of the system's Chromium, or end the program."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    if program is None:
        raise SystemExit("There is no Chromium here: install it and run again.")
    return program


def _serve(route: Route) -> None:
    """Answer requests of pages to other sites from this machine."""
    url = route.request.url
    name = next((name for name in STUBS if name in url), "")
    if url.startswith(("file:", "data:", "blob:")):
        route.continue_()
    elif url.endswith("/leaflet.js"):
        route.fulfill(path=ASSETS / "leaflet.js", content_type="text/javascript")
    elif url.endswith("/leaflet.css"):
        route.fulfill(path=ASSETS / "leaflet.css", content_type="text/css")
    elif name in STUBS:
        route.fulfill(body=STUBS[name], content_type="text/javascript")
    else:
        kind = "text/css" if url.split("?")[0].endswith(".css") else "text/javascript"
        route.fulfill(body="", content_type=kind)


def _measure_ours(page: Page) -> float:
    page.wait_for_selector("html[data-ready]")
    page.evaluate(OURS)
    return float(page.evaluate("performance.getEntriesByName('zb-painted')[0].startTime"))


def _measure_theirs(page: Page, count: int) -> float:
    page.wait_for_function(SHAPES_DRAWN.replace("{count}", str(count // 2)), polling="raf")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    painted = float(page.evaluate("performance.now()"))
    page.evaluate(THEIRS)
    return painted


def _busy(page: Page, tools: CDPSession, step: str) -> float:
    """Return the median milliseconds of the main thread for a step."""
    seconds = []
    for k in range(STEPS):
        before = _task_seconds(tools)
        page.evaluate(step, k)
        page.wait_for_timeout(SETTLE_MS)
        seconds.append(1000 * (_task_seconds(tools) - before))
    return statistics.median(seconds)


def _task_seconds(tools: CDPSession) -> float:
    metrics = tools.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def print_table(rows: list[dict[str, Any]], *, territories: int, repeat: int) -> None:
    """The figures side by side."""
    print(f"{territories} territories, medians of {repeat} openings, {os.cpu_count()} cores")
    heads = ("page", "layers", "MB", "build s", "painted ms", "zoom ms", "pan ms", "recolour ms",
             "heap MB")  # fmt: skip
    print(f"{heads[0]:12}" + "".join(f"{head:>13}" for head in heads[1:]))
    for row in rows:
        figures = [row.get(name) for name in ("mb", "build", *OPENED)]
        cells = "".join(f"{'–' if figure is None else f'{figure:.1f}':>13}" for figure in figures)
        print(f"{row['page']:12}{row['layers']:13d}{cells}")


if __name__ == "__main__":
    main()
