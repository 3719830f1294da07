"""Several dates of the directory of town halls in one table: the waves of a barometer.

Layout: one row per town hall and date; CSV or Parquet; `code`, `date` (ISO), `website` and, if it
was collected, `email_domain`; codes are those of each date.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.messages import _
from zoneblanche.geo.source import Source
from zoneblanche.geo.tables import read_raw_table
from zoneblanche.layers.publishers.connector import Connector
from zoneblanche.layers.publishers.insee import COMMUNE
from zoneblanche.layers.publishers.read_tables import read_codes, rows_of

SOURCE = Source(
    producer="DILA",
    title="Annuaire de l'administration, états successifs",
    licence="Licence Ouverte 2.0",
)
_DATE = r"20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"


def read_waves(path: Path) -> pd.DataFrame:
    """Return all waves of a table: `code`, `wave` (ISO date), `website`, `email_domain` (None if
    none is declared; a column that is empty for a whole wave was not collected).

    Raises:
        InputError: not this layout, an invalid date, or a duplicate town hall in a wave.
    """
    rows = rows_of(read_raw_table(path), ("code", "date", "website"))
    dates = rows["date"].str.slice(0, 10)
    wrong = ~dates.str.fullmatch(_DATE)
    if wrong.any():
        raise InputError(
            Fault(
                _(
                    "{iloc} is not a date (line {index}).",
                    iloc=repr(rows["date"][wrong].iloc[0]),
                    index=rows.index[wrong][0],
                ),
                file=str(path),
                column="date",
                remedy=_("Write ISO dates: 2026-09-22."),
                kind="date",
            )
        )
    waves = pd.DataFrame(
        {
            "code": read_codes(rows, "code", path, pattern=COMMUNE, unique=False),
            "wave": dates,
            "website": _declared(rows["website"]),
            "email_domain": _declared(rows["email_domain"]) if "email_domain" in rows else None,
        }
    )
    doubled = waves[waves.duplicated(["code", "wave"])]
    if len(doubled):
        raise InputError(
            Fault(
                _("{code} appear twice in one wave.", code=first_of(doubled["code"])),
                file=str(path),
                kind="duplicate-code",
            )
        )
    return waves.astype("object").where(waves.notna(), None)


def _declared(column: pd.Series) -> pd.Series:
    text = column.str.strip()
    return text.mask(text == "")


CONNECTORS = (
    Connector(
        id="presence-waves",
        named=r"presence_(panel|waves).*\.(csv|parquet)",
        title={"fr": "États successifs de l'annuaire", "en": "Successive states of the directory"},
        source=SOURCE,
        level="commune",
        aids="waves",
        header=("code", "date", "website"),
    ),
)
