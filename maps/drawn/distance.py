"""Round lengths for scale bars, and their text."""

from __future__ import annotations

import numpy as np

from zoneblanche.geo.numerals import format_number


def round_length(metres: float, most: float) -> float:
    """Return a round length for a scale bar, in metres.

    Args:
        metres: metres per unit of the picture.
        most: maximum length of the bar in units.

    >>> round_length(1000, 100), round_length(3, 50)
    (100000.0, 100.0)
    """
    power = 10.0 ** np.floor(np.log10(most * metres))
    return float(max(step * power for step in (1, 2, 5) if step * power <= most * metres * 1.0001))


def write_distance(metres: float, lang: str) -> str:
    """Return a round length with its unit.

    >>> write_distance(20000, "en"), write_distance(0.5, "fr")
    ('20\xa0km', '0,5\xa0m')
    """
    number, unit = (metres / 1000, "km") if metres >= 1000 else (metres, "m")
    digits = 0 if number >= 1 else 1 - int(np.floor(np.log10(number))) - 1
    return f"{format_number(number, digits, lang)}\u00a0{unit}"
