"""Paris, Lyon and Marseille: one commune each, and the arrondissements that some tables count.

The code list gives both, the commune (type COM) and its municipal arrondissements (type ARM); a
publisher gives one or the other. Which one is meant is an explicit choice, never a guess.
"""

from __future__ import annotations

import pandas as pd

ARRONDISSEMENTS: dict[str, tuple[str, ...]] = {
    "13055": tuple(str(code) for code in range(13201, 13217)),
    "69123": tuple(str(code) for code in range(69381, 69390)),
    "75056": tuple(str(code) for code in range(75101, 75121)),
}
"""Codes of the municipal arrondissements of each commune that has some (INSEE, COG, type ARM)."""

WHOLE: dict[str, str] = {part: whole for whole, parts in ARRONDISSEMENTS.items() for part in parts}
"""The commune of each municipal arrondissement."""


def whole_communes(codes: pd.Series) -> pd.Series:
    """Each code, an arrondissement's replaced by its commune's.

    >>> whole_communes(pd.Series(["75101", "48095"])).tolist()
    ['75056', '48095']
    """
    return codes.replace(WHOLE)
