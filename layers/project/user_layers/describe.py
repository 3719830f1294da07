"""The description of a layer in a project file, as an indicator and a source."""

from __future__ import annotations

import re
from pathlib import Path

from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.layers.indicator import Better, Indicator, Kind, Unit
from zoneblanche.layers.measuring.entries import BOUNDS, FileEntry
from zoneblanche.layers.project.read import Project

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_LICENCE = re.compile(r"licen[cs]|^cc|odbl|^mit$|etalab", re.IGNORECASE)


def describe(
    spec: FileEntry, project: Project, *, kind: Kind, unit: Unit, denominator: str, level: str
) -> Indicator:
    """Return the indicator of a layer, with `better = none` as context."""
    better: Better = None if spec.better == "none" else spec.better
    source = parse_source(spec.source or "", file=project.path(spec.path))
    return Indicator(
        id=spec.id,
        title=spec.title or spec.id,
        unit=unit,
        better=better,
        kind=kind,
        denominator=spec.weight or denominator,
        bounds=BOUNDS.get(unit, (None, None)),
        digits=spec.decimals_of(unit),
        period=spec.period or source.published,
        native_level=level,
        sources=(source,),
        role="context" if better is None or spec.wave_of else "indicator",
        suffix=spec.suffix or "",
        wave_of=spec.wave_of or "",
        method=spec.method or "",
    )


def parse_source(text: str, *, file: Path) -> Source:
    """Return the source in one line of text: producer, then title, date and licence in any order.

    Args:
        text: for example "Arcep, 2022-12-31, Licence Ouverte 2.0"; "" if the user named none.
        file: the file that was read; its name replaces a missing title.

    >>> source = parse_source("Arcep, 2022-12-31, Licence Ouverte 2.0", file=Path(__file__))
    >>> source.producer, source.published, source.licence
    ('Arcep', '2022-12-31', 'Licence Ouverte 2.0')
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    dates = [part for part in parts if _DATE.fullmatch(part)]
    licences = [part for part in parts[1:] if _LICENCE.search(part)]
    rest = [part for part in parts if part not in dates and part not in licences]
    return Source(
        producer=rest[0] if rest else "",
        title=", ".join(rest[1:]) or file.name,
        published=dates[0] if dates else "",
        licence=", ".join(licences),
        sha256=sha256_of(file),
    )
