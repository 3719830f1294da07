"""Intervals of 95 %: of a share, and of the difference of two shares."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

Z95 = 1.959964
"""Quantile of the normal distribution at the ends of a 95 % interval."""

Amount = TypeVar("Amount", float, pd.Series)


def wilson(share: Amount, count: Amount) -> tuple[Amount, Amount]:
    """Return the interval of a share of `count`, both from 0 to 1 (Wilson 1927).

    >>> [round(float(end), 3) for end in wilson(0.5, 10)]
    [0.237, 0.763]
    """
    over = 1 + Z95**2 / count
    middle = (share + Z95**2 / (2 * count)) / over
    half = Z95 * np.sqrt(share * (1 - share) / count + Z95**2 / (4 * count**2)) / over
    return np.clip(middle - half, 0.0, 1.0), np.clip(middle + half, 0.0, 1.0)


def newcombe(
    first: tuple[float, float, float], second: tuple[float, float, float]
) -> tuple[float, float]:
    """Return the interval of the difference of two independent shares, from each share and the ends
    of its own interval (Newcombe 1998, method 10).

    >>> [round(end, 3) for end in newcombe((0.5, 0.237, 0.763), (0.5, 0.237, 0.763))]
    [-0.372, 0.372]
    """
    (value, low, high), (base, base_low, base_high) = first, second
    down = np.hypot(value - low, base_high - base)
    up = np.hypot(high - value, base - base_low)
    return float(value - base - down), float(value - base + up)
