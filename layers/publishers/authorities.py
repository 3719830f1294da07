"""The codes of French local authorities: from the seat of an authority to its code.

A directory identifies an authority by its SIREN and the commune of its seat. Tables of départements
and régions use their own codes.
"""

from __future__ import annotations

DEPARTEMENTS_OF: dict[str, tuple[str, ...]] = {
    "01": ("971",),
    "02": ("972",),
    "03": ("973",),
    "04": ("974",),
    "06": ("976",),
    "11": ("75", "77", "78", "91", "92", "93", "94", "95"),
    "24": ("18", "28", "36", "37", "41", "45"),
    "27": ("21", "25", "39", "58", "70", "71", "89", "90"),
    "28": ("14", "27", "50", "61", "76"),
    "32": ("02", "59", "60", "62", "80"),
    "44": ("08", "10", "51", "52", "54", "55", "57", "67", "68", "88"),
    "52": ("44", "49", "53", "72", "85"),
    "53": ("22", "29", "35", "56"),
    "75": ("16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87"),
    "76": ("09", "11", "12", "30", "31", "32", "34", "46", "48", "65", "66", "81", "82"),
    "84": ("01", "03", "07", "15", "26", "38", "42", "43", "63", "69", "73", "74"),
    "93": ("04", "05", "06", "13", "83", "84"),
    "94": ("2A", "2B"),
}
"""The départements of each région (loi n° 2015-29 du 16 janvier 2015; INSEE codes)."""

_REGION_OF = {part: region for region, parts in DEPARTEMENTS_OF.items() for part in parts}


def departement_of(commune: str) -> str:
    """Return the code of the département of a commune.

    >>> departement_of("97105"), departement_of("2A004")
    ('971', '2A')
    """
    return commune[:3] if commune.startswith("97") else commune[:2]


def region_of(commune: str) -> str:
    """Return the code of the région of a commune, or "" if it is in none (an overseas
    collectivity).

    >>> region_of("48095")
    '76'
    """
    return _REGION_OF.get(departement_of(commune), "")
