"""The arcs that a page draws, and their streams of bytes.

Three or more arcs meet at a *junction*. So the ends of arcs are numbers of junctions, and each
junction has its place once, in the order in which the arcs come to it: a new one is the next.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from zoneblanche.maps.page.encoding import pack_tokens, unpack_tokens, unzigzag, zigzag

FIELDS = ("junctions.x", "junctions.y", "from", "to", "lengths", "x", "y", "left", "right")
"""The streams of arcs: the places of the junctions, as differences from the one before; where each
arc begins (0: where the arc before it ends, 1: at a new junction, 1 + k: at the k-th last) and ends
(0: at a new junction, k: at the k-th last); how many vertices it has between, and the differences
of these from the one before; the territories on its two sides."""


@dataclass(frozen=True)
class Lines:
    """The arcs that a page draws: vertices in grid steps, where each arc starts, and the
    territories on its two sides (-1 for none)."""

    x: np.ndarray
    y: np.ndarray
    starts: np.ndarray
    left: np.ndarray
    right: np.ndarray


def part_lines(lines: Lines, units: np.ndarray) -> tuple[Lines, Lines]:
    """Return the arcs between different units, and those inside one, each in the order that they
    have.

    Args:
        lines: the arcs of territories.
        units: position of the unit of each territory, -1 for none.

    >>> inside = Lines(np.arange(6), np.arange(6), np.array([0, 2, 4, 6]), np.array([0, 1, 2]),
    ...                np.array([1, 2, -1]))
    >>> outer, inner = part_lines(inside, np.array([0, 0, 1]))
    >>> outer.x.tolist(), outer.starts.tolist(), inner.left.tolist()
    ([2, 3, 4, 5], [0, 2, 4], [0])
    """
    unit = np.append(units, -1)  # of no territory: no unit
    between = unit[lines.left] != unit[lines.right]
    return _chosen(lines, between), _chosen(lines, ~between)


def _chosen(lines: Lines, chosen: np.ndarray) -> Lines:
    sizes = np.diff(lines.starts)
    vertices = np.repeat(chosen, sizes)
    starts = np.concatenate([[0], np.cumsum(sizes[chosen])])
    return Lines(
        lines.x[vertices], lines.y[vertices], starts, lines.left[chosen], lines.right[chosen]
    )


def pack_lines(lines: Lines) -> dict[str, bytes]:
    """Return the streams of arcs, by name; see `FIELDS`."""
    x, y = lines.x.astype(np.int64), lines.y.astype(np.int64)
    ends = _ends(lines.starts)
    place = (x[ends] << 32) + y[ends]
    _places, first, which = np.unique(place, return_index=True, return_inverse=True)
    new = np.zeros(len(ends), dtype=bool)
    new[first] = True
    met = np.cumsum(new) - new  # junctions before this end
    number = met[first][which]
    back = np.where(new, 0, met - number)
    follows = np.zeros(len(ends) // 2, dtype=bool)
    follows[1:] = number[2::2] == number[1:-1:2]
    between = _between(lines.starts)
    fields = {
        "junctions.x": zigzag(np.diff(x[ends[new]], prepend=0)),
        "junctions.y": zigzag(np.diff(y[ends[new]], prepend=0)),
        "from": np.where(follows, 0, back[0::2] + 1),
        "to": back[1::2],
        "lengths": np.diff(lines.starts) - 2,
        "x": zigzag(x[between] - x[between - 1]),
        "y": zigzag(y[between] - y[between - 1]),
        "left": zigzag(np.diff(lines.left, prepend=0)),
        "right": zigzag(lines.left - lines.right),
    }
    streams = {}
    for name in FIELDS:
        streams[name], streams[f"{name}.bits"] = pack_tokens(fields[name])
    return streams


def unpack_lines(streams: Mapping[str, bytes]) -> Lines:
    """Return the arcs whose streams `pack_lines` returned."""
    fields = {name: unpack_tokens(streams[name], streams[f"{name}.bits"]) for name in FIELDS}
    starts = np.concatenate([[0], np.cumsum(fields["lengths"] + 2)])
    ends, between = _ends(starts), _between(starts)
    code = np.empty(len(ends), dtype=np.int64)
    code[0::2], code[1::2] = fields["from"] - 1, fields["to"]  # -1: where the arc before it ends
    met = np.cumsum(code == 0) - (code == 0)
    number = met - np.maximum(code, 0)
    follows = np.flatnonzero(code == -1)
    number[follows] = number[follows - 1]
    left = np.cumsum(unzigzag(fields["left"]))
    places = {}
    for axis in ("x", "y"):
        places[axis] = np.zeros(starts[-1], dtype=np.int64)
        places[axis][ends] = np.cumsum(unzigzag(fields[f"junctions.{axis}"]))[number]
        # Sums within each arc: those of all, without what they are at its beginning.
        sums = np.zeros(starts[-1], dtype=np.int64)
        sums[between] = unzigzag(fields[axis])
        sums = np.cumsum(sums)
        owner = np.repeat(starts[:-1], fields["lengths"])
        places[axis][between] = places[axis][owner] + sums[between] - sums[owner]
    return Lines(**places, starts=starts, left=left, right=left - unzigzag(fields["right"]))


def _ends(starts: np.ndarray) -> np.ndarray:
    """Return the positions of the first and the last vertex of each arc, in turns."""
    return np.column_stack([starts[:-1], starts[1:] - 1]).ravel()


def _between(starts: np.ndarray) -> np.ndarray:
    """Return the positions of the other vertices."""
    inner = np.ones(starts[-1], dtype=bool)
    inner[_ends(starts)] = False
    return np.flatnonzero(inner)
