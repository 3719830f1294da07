"""The office of hotspots of Toyland: hotspots by municipality, as CSV."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from zoneblanche.geo.source import Source
from zoneblanche.layers.layer import Table
from zoneblanche.layers.publishers.connector import Connector
from zoneblanche.layers.publishers.read_tables import read_codes, read_figures, read_rows

SOURCE = Source(
    producer="Office of hotspots",
    title="Public hotspots",
    licence="CC BY 4.0",
    published="2026-01-31",
)
COLUMNS = {"number": "hotspots", "answering": "working"}


def read_hotspots(path: Path) -> Table:
    """Hotspots of each municipality, and those of them that answer."""
    rows = read_rows(path, ("code", *COLUMNS))
    index = pd.Index(read_codes(rows, "code", path, pattern=r"T[0-9]{2}"), name="code")
    figures = read_figures(rows, COLUMNS, path, bounds=(0, None))
    return Table(
        frame=figures.values.set_index(index),
        level="municipality",
        source=SOURCE,
        period=SOURCE.published,
        reasons=figures.reasons.set_index(index),
    )


HOTSPOTS = Connector(
    id="toy-hotspots",
    title={"fr": "Bornes Wi-Fi", "en": "Hotspots"},
    source=SOURCE,
    level="municipality",
    read=read_hotspots,
    columns={"hotspots": "hotspots (count)", "working": "hotspots that answer (count)"},
    header=("code", *COLUMNS),
    separator=";",
    country="xt",
)
