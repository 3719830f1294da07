"""Fixtures for all rooms: the real data beside the repository, and a toy country."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Generator
from functools import wraps
from inspect import signature
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import settings

from zoneblanche.geo.territories import Territories
from zoneblanche.layers import edition

# The same examples in every run: what fails in continuous integration fails at a desk too.
settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")


def read_once(read: Callable[..., Any]) -> Callable[..., Any]:
    """Return a reader of the embedded edition that reads each country once in a process.

    Hundreds of tests run something on France, and nobody writes into what an edition holds.
    """
    known: list[tuple[dict[str, Any], Any]] = []

    @wraps(read)
    def reader(*arguments: Any, **options: Any) -> Any:
        given = signature(read).bind(*arguments, **options)
        given.apply_defaults()
        for same, result in known:
            if same == given.arguments:
                return result
        known.append((given.arguments, read(*arguments, **options)))
        return known[-1][1]

    return reader


# Before any other module takes them from there.
for name in ("edition_territories", "edition_inputs", "edition_events"):
    setattr(edition, name, read_once(getattr(edition, name)))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The collector looks neither through imports while they last, nor at modules in each test."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


LONG = (
    "tests/scripts/trials/test_fuzz.py", "tests/scripts/trials/test_writing.py",
    "tests/layers/fetching/test_killed.py", "tests/scripts/test_terminal.py",
)  # fmt: skip
"""Files whose tests take longest; first, so that no worker is left alone with them at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first; all others as they were collected."""
    order = {name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: order.get(item.nodeid.partition("::")[0], len(LONG)))


SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the repository; tests that need it skip without it."""
    if not SHARED.is_dir():
        pytest.skip("the folder ../shared/data is not here")
    return SHARED


@pytest.fixture
def toy() -> Territories:
    """Four squares of 10 km in Lambert-93: A1 and A2 in A, B1 and B2 in B; B2 is an island without
    an intercommunality. People: 100, 300, 1000, 600."""
    squares = [shapely.box(x, y, x + 10_000, y + 10_000) for x, y in _CORNERS]
    codes = pd.Index(["A1", "A2", "B1", "B2"], name="code")
    frame = gpd.GeoDataFrame(
        {"name": ["Aone", "Atwo", "Bone", "Btwo"]},
        geometry=gpd.GeoSeries(squares, index=codes),
        index=codes,
        crs="EPSG:2154",
    )
    return Territories(
        frame=frame,
        level="commune",
        parents=pd.DataFrame(
            {"epci": ["X", "Y", "Y", None], "departement": ["A", "A", "B", "B"], "country": "T"},
            index=codes,
        ),
        facts=pd.DataFrame(
            {"population": [100.0, 300.0, 1000.0, 600.0], "area_km2": 100.0}, index=codes
        ),
        parent_names={"departement": {"A": "Alpha", "B": "Beta"}, "epci": {"X": "Ex", "Y": "Why"}},
        vintage="2026",
    )


_CORNERS = [(600_000, 6_500_000), (610_000, 6_500_000), (620_000, 6_500_000), (650_000, 6_500_000)]


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In continuous integration, a test that lacks data or a browser fails."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if os.environ.get("CI") and skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line(f"{len(skipped)} tests were skipped, which fails a run with CI set.")
