"""The draws of large indices, kept in the user's cache: they take longest, and are often the same.

A file is named by a digest of all that its draws rest on: figures, recipe, context, areas, and the
code with its libraries. So a result depends on its inputs only, whether it was drawn or read. An
edition has the draws of its own index (`layers.edition.draws`), which its builder made with the
same code and the libraries of the lock.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib import metadata
from importlib.resources import files
from pathlib import Path
from time import time
from typing import Any, cast

import numpy as np
import pandas as pd

from zoneblanche.geo.runtime.compiled import keep_file, private_cache
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.edition import edition_folder
from zoneblanche.layers.edition.draws import Tables, read_draws
from zoneblanche.layers.index.score import ScoredAtlas

LEAST = 4_000_000
"""Draws × territories from which draws are kept: fewer take less than a second or two."""
MOST = 8
"""Files that are kept, about 11 MB each for 35,000 territories; the oldest goes first."""

HOUR = 3600


class KeptDraws:
    """The place of one index among the draws that are kept.

    Attributes:
        rests_on: digest of all that the draws rest on, but for the versions of libraries; "" of few
            draws, which are not kept.
        path: of its file; None where nothing is kept: few draws, or no folder that is the user's
            alone.
    """

    def __init__(self, scored: ScoredAtlas, territories: Territories) -> None:
        self._rows, self._country = scored.values.index, territories.country
        many = len(self._rows) * scored.scored.recipe.draws >= LEAST
        self.rests_on = _digest(_parts(scored, territories)) if many else ""
        folder = private_cache("draws") if many else None
        name = _digest([self.rests_on.encode(), *_versions()])
        self.path = None if folder is None else folder / f"{name}.npz"

    def read(self) -> dict[str, pd.DataFrame] | None:
        """Return the tables that were kept, each on the rows of the index or numbered by draw; None
        if there are none, or not whole."""
        tables = self._of_edition()
        return self._own() if tables is None else tables

    def _of_edition(self) -> dict[str, pd.DataFrame] | None:
        if not self.rests_on or self._country is None or self._country.edition is None:
            return None
        folder = edition_folder(self._country)
        return read_draws(folder, rests_on=self.rests_on, rows=self._rows)

    def _own(self) -> dict[str, pd.DataFrame] | None:
        if self.path is None:
            return None
        try:
            with self.path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                tables = {
                    name: pd.DataFrame(
                        file[f"values {name}"],
                        index=None if file[f"by draw {name}"] else self._rows,
                        columns=pd.Index(
                            file[f"columns {name}"].tolist(), dtype=str(file[f"type {name}"])
                        ),
                    )
                    for name in file["names"].tolist()
                }
            os.utime(self.path)  # It was used: others go first.
        except Exception:
            # Readers of a damaged archive raise anything (one flipped bit: NotImplementedError,
            # RuntimeError, BadZipFile …). The draws can always be made again.
            return None
        return tables

    def keep(self, tables: Tables) -> None:
        """Keep some tables for `read`; where that fails, they are drawn again next time."""
        if self.path is None:
            return
        arrays: dict[str, np.ndarray] = {"names": np.array(list(tables), dtype="str")}
        for name, table in tables.items():
            arrays[f"by draw {name}"] = np.array(isinstance(table.index, pd.RangeIndex))
            arrays[f"columns {name}"] = table.columns.to_numpy("str")
            arrays[f"type {name}"] = np.array(str(table.columns.dtype))
            arrays[f"values {name}"] = table.to_numpy("float64")
        with suppress(OSError):
            keep_file(self.path, lambda file: np.savez(file, **cast("dict[str, Any]", arrays)))
            _forget(self.path.parent)


def _forget(folder: Path) -> None:
    """Remove the files used longest ago, and what a process left that was killed an hour ago."""
    used = {path: path.stat().st_mtime for path in folder.iterdir()}
    whole = sorted((path for path in used if path.suffix == ".npz"), key=used.__getitem__)
    left = [path for path, last in used.items() if path.suffix == ".part" and last < time() - HOUR]
    for path in (*whole[:-MOST], *left):
        with suppress(OSError):  # another process reads it, on Windows
            path.unlink(missing_ok=True)


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "little"))
        digest.update(part)
    return digest.hexdigest()


def _parts(scored: ScoredAtlas, territories: Territories) -> Iterator[bytes]:
    """Yield all that the draws of an index and of the means of its areas rest on."""
    yield _code()
    yield repr(replace(scored.scored.recipe, file="")).encode()
    yield repr(scored.scored.weights).encode()
    context = scored.context
    groups = None if context.groups is None else context.groups.to_frame()
    people = territories.facts.filter(["population"])
    parents = territories.parents
    rows = scored.values.index
    yield pd.util.hash_pandas_object(rows).to_numpy().tobytes()
    for table in (
        scored.values, groups, context.facts, context.parents, context.reasons, people, parents
    ):  # fmt: skip
        if table is None:
            yield b"none"
            continue
        yield repr([str(name) for name in table.columns]).encode()
        if not table.index.equals(rows):
            yield pd.util.hash_pandas_object(table.index).to_numpy().tobytes()
        for name in table.columns:
            column = table[name]
            if pd.api.types.is_numeric_dtype(column):
                yield str(column.dtype).encode() + column.to_numpy().tobytes()
            else:
                yield pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes()


@cache
def _code() -> bytes:
    """Return a digest of the code of indices."""
    digest = hashlib.sha256()
    for path in sorted(Path(str(files("zoneblanche.layers.index"))).rglob("*.py")):
        # Lines end otherwise in a checkout of Windows.
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.digest()


@cache
def _versions() -> list[bytes]:
    """Return the versions of all else that draws call."""
    names = ("zoneblanche", "numpy", "numba", "pandas", "scipy")
    return [metadata.version(name).encode() for name in names]
