"""Names that communes, or parts of them, had before, from the official file of events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from zoneblanche.geo.source import sha256_of
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.events import read_events
from zoneblanche.geo.vintages.former_names import former_names
from zoneblanche.layers.inputs.recode import EVENTS
from zoneblanche.layers.publishers.connector import connector_named
from zoneblanche.scripts.build.edition.storage import write_packed

DEFINITION = (
    "Names that are no longer those of a commune, from the events since 1943. Names that differ "
    "from the present one in accents, capitals or hyphens only are left out, and earlier names of "
    "a commune that are a part of its present name."
)

_COLUMNS = {
    "code": "Code of the commune that had the name.",
    "name": "Its name with the article.",
    "now": "Code of the commune that has its territory; a commune that was shared out has a row "
    "for each.",
    "kind": "merged; renamed, where the commune goes on under another name.",
}


def write_former_names(events: Path, territories: Territories, out: Path) -> dict[str, Any]:
    """Write the former names of the territories, and return what `figures.json` says of them.

    Args:
        events: the official file of events of communes.
        territories: of the edition.
        out: the file to write.

    Raises:
        InputError: what `read_events` refuses.
    """
    names = former_names(read_events(events, renamed=True), territories.names)
    table = pa.Table.from_pandas(names, preserve_index=False)
    write_packed(table.replace_schema_metadata(None), out, use_dictionary=["kind"])
    source = replace(connector_named(EVENTS).source, sha256=sha256_of(events))
    return {
        "definition": DEFINITION,
        "source": source.as_dict(),
        "rows": {str(kind): int(count) for kind, count in names["kind"].value_counts().items()},
        "columns": _COLUMNS,
    }
