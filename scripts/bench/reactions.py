"""How long our page takes from an action of the reader until the frame that shows it is painted.

The times come from Chromium's own trace, not from a stopwatch in the page. From the choice of a
layer (a click on its radio button), or from the pointer's move over the map, all tasks of the
page's main thread are summed until the frame is handed over: handlers, style, layout, painting. The
times are those of its processor (`tdur`), so that other load counts little. The wall-clock time,
which includes the wait for the next frame of the screen (up to 16.7 ms), is printed too. *After* is
the longest task of what follows a choice (histogram, table, the smooth picture at rest, the
address). *Worded* is the processor's time until headline and legend are painted too, which may be a
frame later: that of both frames together.
"""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ACT = """const timed = (act, settle) => new Promise((done) => {
  requestAnimationFrame(() => setTimeout(() => {
    requestAnimationFrame(() => {
      markAfter("bench-drawn", () => setTimeout(done, settle));
    });
    performance.mark("bench-act");
    act();
  }));
});
const markAfter = (name, then = () => {}) => {
  const after = new MessageChannel();
  after.port1.onmessage = () => { performance.mark(name); then(); };
  after.port2.postMessage(0);
};"""
CHOOSE_EACH = """async () => {
  TIMED
  const { later } = await window.zoneblanche.started;
  const tell = () => requestAnimationFrame(() =>
    (later.waiting.has("words") ? tell() : markAfter("bench-worded")));
  const field = document.querySelector("#zb-layer");
  field.click();
  const offered = [...document.querySelectorAll(".zb-option:not([aria-selected=true])")];
  for (const { dataset: { layer } } of offered) {
    field.click();
    const option = document.querySelector(`[data-layer="${layer}"]`);
    await timed(() => { option.click(); tell(); }, 350);
  }
}""".replace("TIMED", ACT)
POINT_AT_MANY = """async () => {
  TIMED
  const map = document.querySelector("#zb-map");
  const { left, top, width, height } = map.getBoundingClientRect();
  for (let k = 0; k < 40; k++) {
    const clientX = left + width * (0.25 + 0.5 * ((k * 37) % 60) / 60);
    const clientY = top + height * (0.25 + 0.5 * ((k * 17) % 60) / 60);
    await timed(() => map.dispatchEvent(
      new MouseEvent("mousemove", { clientX, clientY, bubbles: true })), 60);
  }
}""".replace("TIMED", ACT)
CATEGORIES = ["toplevel", "blink.user_timing"]
TASK = "ThreadControllerImpl::RunTask"
SPARE_US = 20_000
"""Before the next action: its own preparation is not part of what follows the last one."""


@dataclass(frozen=True)
class Reaction:
    """Milliseconds of the processor until the frame is painted, by the clock until then, of the
    longest task that follows, and of the processor until the words are painted: those of `work`
    where there are none."""

    work: float
    clock: float
    after: float
    worded: float


def measure_reactions(browser: Browser, page: Page) -> dict[str, list[Reaction]]:
    """Select each layer three times and point at 40 places; the first round is reported separately,
    because the browser has not compiled our script yet."""
    first = trace_reactions(browser, page, CHOOSE_EACH)
    again = trace_reactions(browser, page, CHOOSE_EACH) + trace_reactions(
        browser, page, CHOOSE_EACH
    )
    return {
        "first choice": first,
        "recolour": again,
        "hover": trace_reactions(browser, page, POINT_AT_MANY),
    }


def trace_reactions(browser: Browser, page: Page, acts: str) -> list[Reaction]:
    """Run a script that times actions by `ACT`, and return the reaction to each."""
    browser.start_tracing(page=page, categories=CATEGORIES)
    page.evaluate(acts)
    return read_reactions(json.loads(browser.stop_tracing())["traceEvents"])


def read_reactions(events: list[dict[str, Any]]) -> list[Reaction]:
    """Return the reactions in a trace: from each `bench-act` to the next `bench-drawn`, and to its
    `bench-worded` if it has one."""
    marks = [event for event in events if str(event.get("name")).startswith("bench-")]
    thread = (marks[0]["pid"], marks[0]["tid"])
    tasks = [
        event
        for event in events
        if event.get("name") == TASK and (event["pid"], event["tid"]) == thread and "tdur" in event
    ]
    acts = [mark["ts"] for mark in marks if mark["name"] == "bench-act"]
    drawn = [mark["ts"] for mark in marks if mark["name"] == "bench-drawn"]
    worded = [mark["ts"] for mark in marks if mark["name"] == "bench-worded"]

    def work_in(act: float, end: float) -> float:
        """Milliseconds of the tasks between two moments."""
        within = (task for task in tasks if task["ts"] < end and task["ts"] + task["dur"] > act)
        return sum(task["tdur"] for task in within) / 1000

    reactions = []
    for act, end, following in zip(acts, drawn, [*acts[1:], float("inf")], strict=True):
        words = next((mark for mark in worded if act < mark < following), end)
        after = [task for task in tasks if end <= task["ts"] < following - SPARE_US]
        reactions.append(
            Reaction(
                work=work_in(act, end),
                clock=(end - act) / 1000,
                after=max((task["tdur"] for task in after), default=0) / 1000,
                worded=work_in(act, max(words, end)),
            )
        )
    return reactions


def work_until(events: list[dict[str, Any]], name: str) -> float:
    """Return the milliseconds of the processor that the page's main thread used in a trace until a
    mark."""
    mark = next(event for event in events if event.get("name") == name)
    thread = (mark["pid"], mark["tid"])
    return sum(
        event["tdur"] / 1000
        for event in events
        if event.get("name") == TASK
        and (event["pid"], event["tid"]) == thread
        and "tdur" in event
        and event["ts"] < mark["ts"]
    )


LINES = (
    ("recolour: choice → painted frame", "recolour", "work"),
    ("  by the clock, with the wait for the screen", "recolour", "clock"),
    ("  with headline and legend painted too", "recolour", "worded"),
    ("  the first choice of each layer", "first choice", "work"),
    ("  longest task after", "recolour", "after"),
    ("hover: pointer → tooltip and outline painted", "hover", "work"),
    ("  by the clock, with the wait for the screen", "hover", "clock"),
)


def tell_reactions(runs: list[dict[str, list[Reaction]]]) -> list[str]:
    """Print median and maximum of each line, over all openings."""
    lines = [f"{'our page, ms':48}{'median':>9}{'max':>9}{'times':>8}"]
    for title, name, field in LINES:
        figures = [getattr(reaction, field) for run in runs for reaction in run[name]]
        lines.append(
            f"{title:48}{statistics.median(figures):9.1f}{max(figures):9.1f}{len(figures):8d}"
        )
    return lines
