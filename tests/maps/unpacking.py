"""Slow and obvious readers of what a page carries: the oracle that `decode.js` must agree with."""

from __future__ import annotations

import base64
import gzip
import json
import re
from itertools import islice
from typing import Any

import numpy as np


def read_tokens(tokens: bytes, bits: bytes) -> list[int]:
    """Undo maps.page.encoding.pack_tokens with Python's own integers."""
    loose = int.from_bytes(bits, "little")
    numbers = []
    for token in tokens:
        if token < 16:
            numbers.append(token)
            continue
        below = ((token - 16) >> 2) + 2
        numbers.append(((4 | (token & 3)) << below) | (loose & ((1 << below) - 1)))
        loose >>= below
    return numbers


def unzigzag(number: int) -> int:
    return -(number + 1) // 2 if number & 1 else number // 2


def read_planes(data: bytes, count: int, size: int) -> list[int]:
    return [sum(data[k * count + i] << (8 * k) for k in range(size)) for i in range(count)]


def read_column(data: bytes, how: dict[str, Any], count: int) -> tuple[list[float], list[int]]:
    """Figures and reasons of a column."""
    if how["how"] == "float":
        raw = np.frombuffer(data, dtype="<f8")
        return list(raw), [data[8 * i] if np.isnan(raw[i]) else 0 for i in range(count)]
    values, reasons = [], []
    for code in read_planes(data, count, how["bytes"]):
        missing = code < 16
        values.append(np.nan if missing else (code - 16 + how["offset"]) / 10 ** how["digits"])
        reasons.append(code if missing else 0)
    return values, reasons


def open_block(text: str) -> bytes:
    return gzip.decompress(base64.b64decode(text))


class Opened:
    """The blocks of a page or of a payload, opened."""

    def __init__(self, blocks: dict[str, str]) -> None:
        self.head = json.loads(open_block(blocks["head"]))
        self.blocks = {name: open_block(text) for name, text in blocks.items() if name != "head"}

    def stream(self, name: str) -> bytes:
        for block, places in self.head["places"].items():
            if name in places:
                start, length = places[name]
                return self.blocks[block][start : start + length]
        raise KeyError(name)

    def tokens(self, name: str) -> list[int]:
        return read_tokens(self.stream(name), self.stream(f"{name}.bits"))

    def sums(self, name: str) -> list[int]:
        return np.cumsum([unzigzag(number) for number in self.tokens(name)]).tolist()

    def arcs(self, block: str) -> list[tuple[int, int, tuple[tuple[int, int], ...]]]:
        """The arcs of a block: the territories left and right (-1 for none), and the vertices."""
        places, data = self.head["places"][block], self.blocks[block]

        def numbers(name: str) -> list[int]:
            tokens, bits = (
                data[at : at + size] for at, size in (places[name], places[f"{name}.bits"])
            )
            return read_tokens(tokens, bits)

        def sums(name: str) -> list[int]:
            return np.cumsum([unzigzag(number) for number in numbers(name)]).tolist()

        junctions = list(zip(sums("junctions.x"), sums("junctions.y"), strict=True))
        apart = zip(map(unzigzag, numbers("x")), map(unzigzag, numbers("y")), strict=True)
        arcs, met, end = [], 0, 0
        for begins, ends, between, left, right in zip(
            numbers("from"),
            numbers("to"),
            numbers("lengths"),
            sums("left"),
            map(unzigzag, numbers("right")),
            strict=True,
        ):
            start = end if begins == 0 else met - (begins - 1)
            met += begins == 1
            end = met - ends
            met += ends == 0
            vertices = [junctions[start]]
            for x, y in islice(apart, between):
                vertices.append((vertices[-1][0] + x, vertices[-1][1] + y))
            arcs.append((left, left - right, (*vertices, junctions[end])))
        return arcs

    @property
    def text(self) -> dict[str, Any]:
        """Names and codes, without what is shared with the text before."""
        text = json.loads(self.stream("text"))
        entries = [[name] if isinstance(name, str) else name for name in text["names"]]
        names = unshare([name for name, *_former in entries])
        text["names"] = [
            [name, *former] if former else name
            for name, (_first, *former) in zip(names, entries, strict=True)
        ]
        text["codes"] = text["codes"] and unshare(text["codes"])
        return text

    def layer(self, name: str) -> dict[str, Any]:
        return next(layer for layer in self.head["layers"] if layer["id"] == name)


def unshare(texts: list[str]) -> list[str]:
    """Texts, of which each was written without the beginning of the one before."""
    whole: list[str] = []
    for same, *rest in texts:
        whole.append((whole[-1] if whole else "")[: int(same, 36)] + "".join(rest))
    return whole


def blocks_of(page: str) -> dict[str, str]:
    """The data blocks of a page."""
    block = r'type="application/octet-stream" id="zoneblanche-(\w+)">([A-Za-z0-9+/=]*)</script>'
    return dict(re.findall(block, page))
