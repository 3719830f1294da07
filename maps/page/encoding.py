"""Numbers in few bytes that a browser can decode without a library.

A page has *streams*: named arrays of bytes, one after another in a block that is gzipped and
written in base64. Integers are packed in one of two ways: `tokens` (one byte each and some loose
bits), for differences that are mostly small; `planes` (all lowest bytes, then all second bytes, …),
for columns of figures. `assets/decode.js` decodes them.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from zoneblanche.geo.messages import _

REASON_CODES = 16
"""Packed codes below this are reasons for a missing cell; figures start here."""

DIRECT = 16
"""Numbers below this are their own token."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

LARGEST = 2**47
"""Packed integers are below this: six bytes, and exact in a browser's numbers."""


@dataclass(frozen=True)
class Column:
    """A packed column of figures.

    Attributes:
        data: its bytes.
        how: `planes` or, for figures that no integer scale represents, `float` (eight bytes each,
            with missing cells as a NaN whose lowest byte is the reason).
        bytes_each: bytes per cell.
        offset: added to an integer after `REASON_CODES` is subtracted.
        digits: decimals: the integer is the figure times ten to this power.
    """

    data: bytes
    how: Literal["planes", "float"]
    bytes_each: int
    offset: int
    digits: int

    def describe(self) -> dict[str, str | int]:
        """Return what the page needs to decode it."""
        return {
            "how": self.how,
            "bytes": self.bytes_each,
            "offset": self.offset,
            "digits": self.digits,
        }


def zigzag(numbers: np.ndarray) -> np.ndarray:
    """Return signed integers as unsigned ones, small ones first: 0, -1, 1, -2 … become 0, 1, 2, 3 …

    >>> zigzag(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    wide = numbers.astype(np.int64)
    return ((wide << 1) ^ (wide >> 63)).astype(np.uint64)


def unzigzag(numbers: np.ndarray) -> np.ndarray:
    """Return the signed integers that `zigzag` made unsigned.

    >>> unzigzag(np.array([0, 1, 2, 3])).tolist()
    [0, -1, 1, -2]
    """
    return (numbers >> 1) ^ -(numbers & 1)


def pack_tokens(numbers: np.ndarray) -> tuple[bytes, bytes]:
    """Return unsigned integers below 2³² as one byte each, and a string of bits.

    Below 16 the byte is the number. Above, it has the length of the number in bits and the two bits
    after the first. The bits below those go into the second stream unchanged, lowest first, because
    no compressor can shorten them. Huffman coding of the bytes is then within a hundredth of the
    entropy of the numbers (the scheme is JPEG XL's hybrid integers).

    >>> tokens, bits = pack_tokens(np.array([5, 300]))
    >>> list(tokens), list(bits)  # 300 is 1 00 101100 in binary: nine bits, then 00, then 101100
    ([5, 32], [44])
    """
    wide = numbers.astype(np.int64)
    if len(wide) and wide.max() >= 2**32:
        raise ValueError(_("{max} is too large to be packed.", max=wide.max()))
    length = np.frexp(wide.astype(np.float64))[1] - 1  # position of the highest bit
    large = wide >= DIRECT
    below = np.where(large, length - 2, 0)
    token = np.where(large, DIRECT + ((length - 4) << 2) + ((wide >> below) & 3), wide)
    starts = np.cumsum(below) - below
    bits = np.zeros(int(below.sum()), dtype=np.uint8)
    for place in range(int(below.max(initial=0))):
        has = below > place
        bits[starts[has] + place] = (wide[has] >> place) & 1
    return token.astype(np.uint8).tobytes(), np.packbits(bits, bitorder="little").tobytes()


def unpack_tokens(tokens: bytes, bits: bytes) -> np.ndarray:
    """Return the integers that `pack_tokens` packed, as int64.

    >>> unpack_tokens(*pack_tokens(np.array([5, 300]))).tolist()
    [5, 300]
    """
    token = np.frombuffer(tokens, dtype=np.uint8).astype(np.int64)
    loose = np.unpackbits(np.frombuffer(bits, dtype=np.uint8), bitorder="little")
    large = np.flatnonzero(token >= DIRECT)
    below = ((token[large] - DIRECT) >> 2) + 2
    numbers = (4 | (token[large] & 3)) << below
    starts = np.cumsum(below) - below
    for place in range(int(below.max(initial=0))):
        has = np.flatnonzero(below > place)
        numbers[has] |= loose[starts[has] + place].astype(np.int64) << place
    token[large] = numbers
    return token


def pack_planes(numbers: np.ndarray, *, bytes_each: int) -> bytes:
    """Return unsigned integers as all lowest bytes, then all next bytes, …: similar bytes compress
    better.

    >>> list(pack_planes(np.array([1, 258]), bytes_each=2))
    [1, 2, 0, 1]
    """
    wide = numbers.astype("<u8")
    return np.ascontiguousarray(wide.view(np.uint8).reshape(-1, 8)[:, :bytes_each].T).tobytes()


def bytes_for(largest: int) -> int:
    """Return how many bytes an unsigned integer up to `largest` needs.

    >>> bytes_for(255), bytes_for(256)
    (1, 2)
    """
    return max(1, (int(largest).bit_length() + 7) // 8)


def share_beginnings(texts: Iterable[str]) -> list[str]:
    """Return texts, each without the letters that it begins with as the one before does, and after
    their number, a digit in base 36. Sorted codes and names then take a fraction of their bytes.

    >>> share_beginnings(["Arc-en-Barrois", "Arc-et-Senans", "Dole"])
    ['0Arc-en-Barrois', '5t-Senans', '0Dole']
    """
    shared, last = [], ""
    for text in texts:
        same = 0
        for letter, of_last in zip(text[: len(DIGITS) - 1], last, strict=False):
            # A browser counts a letter above this one as two.
            if letter != of_last or letter > "\uffff":
                break
            same += 1
        shared.append(DIGITS[same] + text[same:])
        last = text
    return shared


def packed_digits(values: pd.Series, *, digits: int) -> int:
    """Return the decimals of the column that `pack_column` returns."""
    low, high = _range(np.rint(values.to_numpy(dtype=np.float64) * 10.0**digits))
    return 0 if _is_wide(low, high) else digits


def _range(scaled: np.ndarray) -> tuple[float, float]:
    observed = scaled[~np.isnan(scaled)]
    return (float(observed.min()), float(observed.max())) if len(observed) else (0.0, 0.0)


def _is_wide(low: float, high: float) -> bool:
    """Return whether no integers of a page reach from one figure to the other."""
    return max(abs(low), abs(high)) >= LARGEST or high - low >= LARGEST


def pack_column(values: pd.Series, reasons: pd.Series, *, digits: int) -> Column:
    """Pack a column of figures at the published precision, with the reason in each missing cell.

    Args:
        values: float64, NaN if missing, no infinities.
        reasons: `Reason` codes on the same index, 0 for a figure.
        digits: decimals that are published; figures are rounded to them.
    """
    figures = values.to_numpy(dtype=np.float64)
    missing = np.isnan(figures)
    reason_codes = reasons.to_numpy().astype(np.int64)
    scaled = np.rint(figures * 10.0**digits)
    low, high = _range(scaled)
    if _is_wide(low, high):
        return _pack_floats(figures, reason_codes, missing)
    codes = np.where(missing, reason_codes, np.where(missing, 0, scaled) - low + REASON_CODES)
    size = bytes_for(int(high - low) + REASON_CODES)
    packed = pack_planes(codes.astype(np.int64), bytes_each=size)
    return Column(packed, "planes", size, int(low), digits)


def _pack_floats(figures: np.ndarray, reason_codes: np.ndarray, missing: np.ndarray) -> Column:
    raw = figures.astype("<f8").view("<u8").copy()
    raw[missing] = np.uint64(0x7FF8 << 48) | reason_codes[missing].astype(np.uint64)
    return Column(raw.tobytes(), "float", 8, 0, 0)


def pack_block(
    streams: Mapping[str, bytes], *, kind: Literal["mixed", "tokens"] = "mixed"
) -> tuple[str, dict[str, list[int]]]:
    """Return streams one after another, gzipped, in base64, and the beginning and length of each.

    The same streams give the same text: zlib writes no time stamp and no name. A block of `tokens`
    is coded without searching for repetitions, which only costs time in numbers without a pattern.
    """
    places: dict[str, list[int]] = {}
    position = 0
    for name, data in streams.items():
        places[name] = [position, len(data)]
        position += len(data)
    strategy = zlib.Z_HUFFMAN_ONLY if kind == "tokens" else zlib.Z_DEFAULT_STRATEGY
    # Level 7 takes three times as long and saves one percent.
    packer = zlib.compressobj(5, zlib.DEFLATED, 16 + zlib.MAX_WBITS, 9, strategy)
    squeezed = packer.compress(b"".join(streams.values())) + packer.flush()
    return base64.b64encode(squeezed).decode("ascii"), places
