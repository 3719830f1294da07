"""The intervals of the index hold what other sources give, in two départements."""

from __future__ import annotations

from pathlib import Path

from zoneblanche.layers.build import read_atlas
from zoneblanche.scripts.bench.intervals import (
    SETTLED,
    check_intervals,
    other_sources,
    premises_2024,
)


def test_other_sources_stay_within_the_intervals(shared_data: Path) -> None:
    atlas = read_atlas("fr", within=["48", "15"])
    settled = (premises_2024(shared_data)["pct_fibre"].reindex(atlas.codes) >= SETTLED).to_numpy()
    table = check_intervals(atlas, other_sources(atlas, shared_data), settled)
    assert settled.sum() > 100
    assert table.loc["all", "errors"] >= 0.85
    assert table.loc["self-check", "errors"] >= 0.85
    # Weights alone promise more than they hold.
    assert table.loc["all", "weights"] < table.loc["all", "errors"]
    assert table.loc["self-check", "weights"] < 0.75
