"""Names that territories had before, from the events that a run is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.events import read_events
from zoneblanche.geo.vintages.former_names import (
    MERGED_NAMES,
    former_name_columns,
    former_names,
)
from zoneblanche.layers.inputs.recode import EVENTS


def with_former_names(territories: Territories, sources: Mapping[str, Path]) -> Territories:
    """Return territories with the former names that given events have, among their texts; unchanged
    without such a file, and if an edition has told the names.

    Raises:
        InputError: what `read_events` refuses.
    """
    extra = territories.extra
    if EVENTS not in sources or (extra is not None and MERGED_NAMES in extra):
        return territories
    events = read_events(sources[EVENTS], renamed=True)
    named = former_names(events, territories.whole.names)
    if named.empty:
        return territories
    columns = former_name_columns(named, territories.codes)
    return replace(territories, extra=columns if extra is None else extra.join(columns))
