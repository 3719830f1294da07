"""Draws that are kept: read where all is the same, drawn anew where anything is not."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.runtime import compiled
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index import compute
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.index.score import resolve, score_atlas
from zoneblanche.layers.index.uncertainty.drawing import kept

MakeAtlas = Callable[..., Atlas]
RECIPE: dict[str, Any] = {
    "weights": {"a": 1, "b": 1},
    "goalposts": [0, 100],
    "indicators": {"a": {"error": 5.0}},
    "uncertainty": {"weights": 0.25},
    "draws": 40,
}


class Kept:
    """An atlas whose draws are kept, however few, and how often they were made."""

    def __init__(self, folder: Path, atlas: Atlas, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.atlas = atlas
        self.made = 0
        draw = compute._draw
        monkeypatch.setattr(
            compute, "_draw", lambda *given, **named: self._count(draw, given, named)
        )

    def _count(self, draw: Callable[..., Any], given: Any, named: Any) -> Any:
        self.made += 1
        return draw(*given, **named)

    def index(self, atlas: Atlas | None = None, **changes: Any) -> Atlas:
        recipe = recipe_from_table({**RECIPE, **changes}, file="r.toml")
        return compute_index(self.atlas if atlas is None else atlas, recipe)

    def place(self) -> kept.KeptDraws:
        """Where the draws of the index are."""
        recipe = resolve(recipe_from_table(RECIPE, file="r.toml"), self.atlas.indicators)
        return kept.KeptDraws(score_atlas(self.atlas, recipe), self.atlas.territories)

    def tables(self, atlas: Atlas) -> dict[str, pd.DataFrame]:
        """What is kept of an index, by the names in the file."""
        drawn = {f"intervals {name}": table for name, table in atlas.intervals.items()}
        return drawn | {f"means {level}": t for level, t in atlas.area_means["index"].items()}

    def files(self) -> list[Path]:
        return sorted(self.folder.iterdir())


@pytest.fixture
def draws(tmp_path: Path, make_atlas: MakeAtlas, monkeypatch: pytest.MonkeyPatch) -> Kept:
    monkeypatch.setattr(compiled, "_caches", lambda: tmp_path / "caches")
    monkeypatch.setattr(kept, "private_cache", compiled.private_cache.__wrapped__)
    monkeypatch.setattr(kept, "LEAST", 0)
    random = np.random.default_rng(0)
    atlas = make_atlas(pd.DataFrame(random.uniform(0, 100, (60, 2)), columns=list("ab")))
    return Kept(tmp_path / "caches" / "zoneblanche" / "draws", atlas, monkeypatch)


def check_same(first: Atlas, second: Atlas) -> None:
    for one, other in ((first.intervals, second.intervals), (first.area_means, second.area_means)):
        assert list(one) == list(other)
    for name, table in first.intervals.items():
        pd.testing.assert_frame_equal(table, second.intervals[name], check_exact=True)
    for name, means in first.area_means.items():
        for level, table in means.items():
            pd.testing.assert_frame_equal(table, second.area_means[name][level], check_exact=True)
    assert first.notices == second.notices


def test_the_same_index_is_drawn_once(draws: Kept) -> None:
    first = draws.index()
    assert first.intervals["index"]["rank_low"].notna().all()
    assert first.area_means["index"]["region"].shape == (40, 1)
    check_same(first, draws.index())
    assert draws.made == 1
    assert len(draws.files()) == 1


def test_whatever_changes_is_drawn_anew(draws: Kept) -> None:
    draws.index()
    territories = draws.atlas.territories
    other = draws.atlas.values + 1e-9
    facts = territories.facts.assign(population=np.arange(60.0))
    parents = territories.parents.assign(region=["r", "s"] * 30)
    changed = [
        draws.index(seed=2),
        draws.index(draws=41),
        draws.index(weights={"a": 1, "b": 2}),
        draws.index(indicators={"a": {"error": 6.0}}),
        draws.index(replace(draws.atlas, values=other)),
        draws.index(replace(draws.atlas, territories=replace(territories, facts=facts))),
        draws.index(replace(draws.atlas, territories=replace(territories, parents=parents))),
    ]
    assert draws.made == 1 + len(changed)
    assert list(changed[-1].area_means["index"]["region"].columns) == ["r", "s"]


def test_other_code_draws_anew(
    draws: Kept, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = tmp_path / "code" / "steps"
    code.mkdir(parents=True)
    digests = set()
    with monkeypatch.context() as patch:
        patch.setattr(kept, "files", lambda name: tmp_path / "code")
        for text in ("first = 1", "first = 2"):
            (code / "step.py").write_text(text)
            digests.add(kept._code.__wrapped__())
    assert len(digests) == 2
    assert kept._code() not in digests
    first = draws.index()
    monkeypatch.setattr(kept, "_code", lambda: b"a later version")
    check_same(first, draws.index())
    assert draws.made == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"no archive at all"])
def test_a_damaged_file_is_drawn_anew_and_replaced(draws: Kept, content: bytes) -> None:
    first = draws.index()
    file = draws.files()[0]
    whole = file.read_bytes()
    file.write_bytes(content)
    check_same(first, draws.index())
    file.write_bytes(whole[: len(whole) // 2])
    check_same(first, draws.index())
    assert draws.made == 3
    check_same(first, draws.index())
    assert draws.made == 3


def test_no_flipped_bit_is_believed_or_fatal(draws: Kept) -> None:
    first = draws.index()
    file = draws.files()[0]
    whole = file.read_bytes()
    random = np.random.default_rng(0)
    places = zip(random.integers(0, len(whole), 400), random.integers(0, 8, 400), strict=True)
    for at, bit in places:
        damaged = bytearray(whole)
        damaged[at] ^= 1 << bit
        file.write_bytes(damaged)
        read = kept.KeptDraws.read(draws.place())
        if read is not None:
            for name, table in draws.tables(first).items():
                pd.testing.assert_frame_equal(read[name], table, check_exact=True)


def test_what_a_killed_process_left_is_removed(draws: Kept) -> None:
    draws.index(seed=1)
    old, new = (draws.folder / name for name in ("old.part", "new.part"))
    for path in (old, new):
        path.write_bytes(b"cut")
    os.utime(old, (1, 1))
    draws.index(seed=2)
    assert new in draws.files()
    assert old not in draws.files()


def test_the_oldest_are_forgotten(draws: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "MOST", 2)
    draws.index(seed=1)
    first = draws.files()[0]
    os.utime(first, (1, 1))
    draws.index(seed=2)
    draws.index(seed=1)  # Used again: the second is older now.
    second = next(path for path in draws.files() if path != first)
    os.utime(second, (2, 2))
    draws.index(seed=3)
    assert first in draws.files()
    assert second not in draws.files()
    assert len(draws.files()) == 2


def test_where_nothing_can_be_kept_it_is_drawn(
    draws: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*given: Any, **named: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full)
    check_same(draws.index(), draws.index())
    assert draws.files() == []
    monkeypatch.setattr(kept, "private_cache", lambda name: None)
    draws.index()
    assert draws.made == 3


def test_a_small_index_is_not_kept(draws: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "LEAST", 60 * 40 + 1)
    draws.index()
    assert not draws.folder.exists()
