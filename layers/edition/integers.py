"""Integers as bytes: all lowest ones first, then all second ones, and so on.

Similar bytes compress better.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def unsigned(numbers: Ints) -> Ints:
    """Return 0, -1, 1, -2 … as 0, 1, 2, 3 …

    >>> unsigned(np.array([0, -1, 1, -2])).tolist()
    [0, 1, 2, 3]
    """
    return (numbers << 1) ^ (numbers >> 63)


def signed(numbers: Ints) -> Ints:
    """Return the integers that `unsigned` returned."""
    return (numbers >> 1) ^ -(numbers & 1)


def bytes_of(numbers: Ints) -> bytes:
    """Return unsigned integers below 2³² as four bytes each, byte by byte."""
    return np.ascontiguousarray(numbers.astype("<u4").view(np.uint8).reshape(-1, 4).T).tobytes()


def numbers_of(data: bytes) -> Ints:
    """Return the integers whose bytes `bytes_of` returned."""
    planes = np.frombuffer(data, dtype=np.uint8).reshape(4, -1)
    return np.ascontiguousarray(planes.T).view("<u4").ravel().astype(np.int64)
