"""Limits on inputs. docs/reading.md lists them; the caller or `[limits]` of a project sets them."""

from __future__ import annotations

import _thread
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import FrameType

from zoneblanche.geo.errors import Fault, OutOfTime
from zoneblanche.geo.messages import _

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """Limits on one input. Change one with `replace(Limits(), rows=…)`.

    Attributes:
        toml_bytes: size of a TOML file.
        table_bytes: size of the file of a table, of any kind.
        rows: data rows of a table.
        columns: columns of a table, or fields of a vector file.
        cells: rows times columns of a table.
        cell_length: characters in one cell, one name or one attribute.
        archive_bytes: unpacked size of a workbook (a ZIP archive) or a Parquet file.
        archive_ratio: unpacked size over packed size, for members over 10 MiB.
        vector_bytes: size of a file of polygons.
        json_bytes: size of a JSON file of polygons, which needs ten times its size in memory.
        features: shapes in a file of polygons.
        vertices: vertices of all its shapes together.
        raster_bytes: size of the file of a raster.
        raster_cells: declared number of cells of a raster (2e10: Europe at 15 m).
        faults: faults collected from one input before reading stops.
        seconds: wall time of a run; None for no limit.
    """

    toml_bytes: int = 1 * MIB
    table_bytes: int = 256 * MIB
    rows: int = 2_000_000
    columns: int = 2_000
    cells: int = 40_000_000
    cell_length: int = 32_767
    archive_bytes: int = 512 * MIB
    archive_ratio: float = 200.0
    vector_bytes: int = 2048 * MIB
    json_bytes: int = 256 * MIB
    features: int = 1_000_000
    vertices: int = 50_000_000
    raster_bytes: int = 1024 * 1024 * MIB
    raster_cells: int = 20_000_000_000
    faults: int = 1_000
    seconds: float | None = None


DEFAULT_LIMITS = Limits()

LARGE_LIMITS = replace(
    DEFAULT_LIMITS,
    table_bytes=2048 * MIB,
    archive_bytes=2048 * MIB,
    rows=10_000_000,
    features=10_000_000,
)
"""For the exports and grids of publishers, of which a few columns are read."""


@contextmanager
def bounded_time(seconds: float | None) -> Iterator[None]:
    """Stop the block with an error if it takes longer.

    A timer interrupts the main thread between two Python instructions, so it acts after a call of
    a library returns. Time in other threads is not limited.

    Raises:
        OutOfTime: the time is over.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop() -> None:
        raise OutOfTime(
            Fault(
                _(
                    "the run is not done after {seconds} seconds, its limit.",
                    seconds=f"{seconds:g}",
                ),
                column="limits.seconds",
                remedy=_("Raise the limit, or take fewer territories or smaller inputs."),
                kind="too-long",
            )
        )

    clock = _alarm if hasattr(signal, "setitimer") else _timer
    with clock(seconds, stop):
        yield


@contextmanager
def _alarm(seconds: float, stop: Callable[[], None]) -> Iterator[None]:
    """The clock of the operating system: Linux and macOS."""
    before = signal.signal(signal.SIGALRM, lambda number, frame: stop())
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextmanager
def _timer(seconds: float, stop: Callable[[], None]) -> Iterator[None]:
    """A thread that waits and then interrupts the main thread like Ctrl-C: Windows."""
    over = threading.Event()
    before = signal.getsignal(signal.SIGINT)

    def interrupted(number: int, frame: FrameType | None) -> None:
        if over.is_set():
            stop()
        elif callable(before):
            before(number, frame)

    def ring() -> None:
        over.set()
        _thread.interrupt_main()

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    signal.signal(signal.SIGINT, interrupted)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        signal.signal(signal.SIGINT, before)
