"""Measure a map page against the budgets of its readers: size, time to paint, each reaction, heap.

    python -m scripts.bench.budgets zoneblanche-out/index.html [--repeat 3]

The page is opened from disk in headless Chromium (1280 × 900, no GPU), each time in a new browser.
The times are read from Chromium's trace as in `scripts/bench/reactions.py`: processor time of the
page's main thread from the action until its frame is handed over. *Painted* is by the clock, from
the start of the navigation. *Heap* is that of JavaScript after a collection, with its arrays, once
all names and the first layer are there. Reactions are measured at the page's own territories, of
which there are the most, and at the level with which the page opens.
"""

from __future__ import annotations

import json
import os
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from zoneblanche.scripts.bench.page import FLAGS, find_chromium, open_window, page_options
from zoneblanche.scripts.bench.reactions import (
    ACT,
    CATEGORIES,
    CHOOSE_EACH,
    POINT_AT_MANY,
    trace_reactions,
    work_until,
)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MOVE = """async () => {
  TIMED
  const { map } = await window.zoneblanche.started;
  for (let k = 0; k < 12; k++) {
    await timed(() => map.ACT, 450);
  }
}""".replace("TIMED", ACT)
ZOOM = MOVE.replace("ACT", "zoomIn([1, 1, 1, -1, -1, -1][k % 6], { animate: false })")
PAN = MOVE.replace("ACT", "panBy([k % 2 ? -90 : 90, k % 4 < 2 ? 40 : -40], { animate: false })")
WEIGH = """async () => {
  TIMED
  document.querySelector(".zb-weights").open = true;
  const sliders = [...document.querySelectorAll("[data-weight]")];
  for (let k = 0; k < 12; k++) {
    const slider = sliders[k % sliders.length];
    slider.value = (Number(slider.value) + 25) % 100;
    await timed(() => slider.dispatchEvent(new Event("input", { bubbles: true })), 350);
  }
  document.querySelector('[data-own="published"]').click();
}""".replace("TIMED", ACT)
STEP = """async () => {
  TIMED
  const page = await window.zoneblanche.started;
  const waved = new Set(page.model.layers.map(({ wave_of }) => wave_of).filter(Boolean));
  for (const id of waved) {
    page.choose(page.model.layer(id));
    await new Promise((done) => setTimeout(done, 900));
    const { min, max } = document.getElementById("zb-wave");
    for (let at = Number(max) - 1; at >= Number(min); at--) {
      await timed(() => {
        const slider = document.getElementById("zb-wave");
        slider.value = at;
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      }, 350);
    }
  }
  page.choose(page.firstLayer());
}""".replace("TIMED", ACT)
SEARCH = """async () => {
  TIMED
  const field = document.getElementById("zb-search");
  for (const word of ["saint-etienne", "marseile", "st georges", "48095", "zzyzx"]) {
    for (let end = 1; end <= word.length; end++) {
      await timed(() => {
        field.value = word.slice(0, end);
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }, 60);
    }
  }
  field.value = "";
  field.dispatchEvent(new Event("blur"));
}""".replace("TIMED", ACT)
REACTIONS = {
    "recolour": CHOOSE_EACH,
    "zoom": ZOOM,
    "pan": PAN,
    "hover": POINT_AT_MANY,
    "your weights": WEIGH,
    "a step of the slider": STEP,
    "search, a key": SEARCH,
}
"""What a reader does, as a script that times each action."""

AT_LEVELS = """async (level) => {
  const page = await window.zoneblanche.started;
  page.setLevel(level);
  await new Promise((done) => setTimeout(done, 2500));
  return page.speech.text(page.model.head.level.plural);
}"""
IDLE_MS = 4_000
"""In which the page prepares layers and names."""


@dataclass(frozen=True)
class Budget:
    """The most that a reader should wait: median and worst, in milliseconds."""

    median: float
    worst: float | None = None


BUDGETS: Mapping[str, Budget] = {
    "recolour": Budget(10, 20),
    "zoom": Budget(30),
    "pan": Budget(30),
    "hover": Budget(5),
    "your weights": Budget(50),
    "a step of the slider": Budget(30),
    "search, a key": Budget(20),
}
MOST_BYTES, MOST_PAINTED_MS, MOST_HEAP_MB = 4_200_000, 600.0, 40.0


def main() -> None:
    """Open the page, and print the table of budgets in Markdown."""
    options = page_options(__doc__)
    path: Path = options.page
    painted: list[tuple[float, float]] = []
    heaps: list[float] = []
    figures_of: dict[tuple[str, str], list[float]] = {}
    for _turn in range(options.repeat):
        times, first, heap = measure_page(path)
        painted.append(first)
        heaps.append(heap)
        for key, figures in times.items():
            figures_of.setdefault(key, []).extend(figures)
    print(f"{path.stat().st_size:,} bytes, {options.repeat} openings, {os.cpu_count()} cores\n")
    print("| reaction | at | median | worst | budget | |")
    print("| --- | --- | ---: | ---: | --- | --- |")
    for (name, level), figures in figures_of.items():
        print(_row(name, level, figures))
    size, mb = path.stat().st_size / 1e6, statistics.median(heaps)
    clock, work = (statistics.median(figures) for figures in zip(*painted, strict=True))
    print(_line("painted, by the clock", f"{clock:.0f} ms", f"{MOST_PAINTED_MS:.0f} ms",
                clock <= MOST_PAINTED_MS))  # fmt: skip
    print(f"| painted, processor of the page | | {work:.0f} ms | | | |")
    print(_line("heap", f"{mb:.1f} MB", f"{MOST_HEAP_MB:.0f} MB", mb <= MOST_HEAP_MB))
    print(_line("file", f"{size:.3f} MB", f"{MOST_BYTES / 1e6:.1f} MB", size <= MOST_BYTES / 1e6))


def measure_page(
    path: Path,
) -> tuple[dict[tuple[str, str], list[float]], tuple[float, float], float]:
    """Open a page in a new browser. Return milliseconds by reaction and level, those until it was
    painted by the clock and of the processor, and the megabytes of its heap."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS.split())
        page = open_window(browser)
        browser.start_tracing(page=page, categories=CATEGORIES)
        page.goto(path.resolve().as_uri(), wait_until="commit")
        page.wait_for_selector("html[data-ready]")
        work = work_until(json.loads(browser.stop_tracing())["traceEvents"], "zb-painted")
        painted = float(page.evaluate("performance.getEntriesByName('zb-painted')[0].startTime"))
        page.wait_for_timeout(IDLE_MS)
        tools = page.context.new_cdp_session(page)
        tools.send("HeapProfiler.collectGarbage")
        usage = tools.send("Runtime.getHeapUsage")
        heap = (usage["usedSize"] + usage["backingStorageSize"]) / 1e6
        times = _reactions_at(browser, page, "")
        opening = page.evaluate("async () => (await zoneblanche.started).base.head.opening")
        if opening:
            times |= _reactions_at(browser, page, opening)
        browser.close()
    return times, (painted, work), heap


def _reactions_at(browser: Browser, page: Page, level: str) -> dict[tuple[str, str], list[float]]:
    """Return milliseconds of each action, by reaction and level. Each is done once before, as the
    browser compiles what it runs often."""
    title = str(page.evaluate(AT_LEVELS, level))
    times = {}
    for name, script in REACTIONS.items():
        page.evaluate(script)
        page.wait_for_timeout(500)
        times[name, title] = [reaction.work for reaction in trace_reactions(browser, page, script)]
        page.evaluate("async () => (await zoneblanche.started).goHome()")
        page.wait_for_timeout(900)
    return times


def _row(name: str, level: str, figures: list[float]) -> str:
    budget = BUDGETS[name]
    median, worst = statistics.median(figures), max(figures)
    within = median <= budget.median and (budget.worst is None or worst <= budget.worst)
    limit = f"{budget.median:.0f} ms" + (f", worst {budget.worst:.0f}" if budget.worst else "")
    return (
        f"| {name} | {level} | {median:.1f} | {worst:.1f} | {limit} "
        f"| {'within' if within else 'missed'} |"
    )


def _line(name: str, measured: str, limit: str, within: bool) -> str:
    return f"| {name} | | {measured} | | {limit} | {'within' if within else 'missed'} |"


if __name__ == "__main__":
    main()
