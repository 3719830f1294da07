"""Exports of records whose fields may be lists: JSON, JSON lines or CSV, compressed or not.

A table has one value in a cell; use `geo.tables.read` for it. Here the fields keep their structure.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from zoneblanche.geo.errors import Fault, InputError
from zoneblanche.geo.files.archive import gunzipped
from zoneblanche.geo.files.kinds import HEAD, check_file, kind_of, read_bytes, refused_kind
from zoneblanche.geo.files.limits import LARGE_LIMITS, Limits
from zoneblanche.geo.files.structured.json_text import parse_json
from zoneblanche.geo.messages import _, quantity
from zoneblanche.geo.tables.formats.text_files.delimited import cut_delimited
from zoneblanche.geo.tables.formats.text_files.text import Decoded, decode

Record = dict[str, Any]

ACCEPTED = _("records in JSON, JSON lines and CSV, also compressed by gzip")


def read_records(
    path: Path, *, separator: str = ";", limits: Limits = LARGE_LIMITS
) -> list[Record]:
    """Return the records of an export: a JSON list, one JSON object on each line, or CSV.

    Args:
        separator: of a CSV.

    Raises:
        InputError: the file is of another kind, or damaged; a record is not an object; more than
            the limits.
        ProblemWithEnvironment: no permission to read the file.
    """
    file = str(path)
    kind = kind_of(check_file(path, most_bytes=limits.table_bytes, what=_("export")))
    if kind == "gzip":
        data = gunzipped(path, limits=limits)
        kind = kind_of(data[:HEAD])
    elif kind in ("json", "text"):
        data = read_bytes(path, most_bytes=limits.table_bytes)
    if kind not in ("json", "text"):
        raise InputError(refused_kind(path, kind, accepted=ACCEPTED))
    decoded = decode(data, file=file, encoding=None)
    if kind == "text":
        return _rows(decoded, separator, file, limits)
    text = decoded.text
    _check_values(text, file, limits)
    if text.lstrip()[:1] == "[":
        records = parse_json(text, file=file)
    else:
        records = [
            parse_json(line, file=file, first_line=number)
            for number, line in enumerate(text.split("\n"), start=1)
            if line.strip()
        ]
    if not all(isinstance(record, dict) for record in records):
        raise InputError(Fault(_("a record is not an object."), file=file, kind="records"))
    return list(records)


def listed(value: Any) -> list[Any]:
    """Return the values of a field that is a list, a list in JSON, one value, or empty.

    >>> listed('[{"valeur": "https://a.fr"}]')
    [{'valeur': 'https://a.fr'}]
    """
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip() else []
        except (ValueError, RecursionError):
            return []
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _rows(decoded: Decoded, separator: str, file: str, limits: Limits) -> list[Record]:
    table = cut_delimited(
        decoded, file=file, separator=separator, decimal=None, header=None, limits=limits
    )
    names = list(table.columns)
    cells = zip(*(column.tolist() for column in table.columns.values()), strict=True)
    return [dict(zip(names, row, strict=True)) for row in cells]


def _check_values(text: str, file: str, limits: Limits) -> None:
    """Refuse a JSON text of more values than a table may have cells; each takes much memory."""
    values = text.count(",") + text.count("[") + text.count("{")
    if values > limits.cells:
        raise InputError(
            Fault(
                _(
                    "the file has {values} values, more than the limit of {cells}.",
                    values=quantity(values),
                    cells=quantity(limits.cells),
                ),
                file=file,
                remedy=_("Keep only the records needed, or raise the limit."),
                kind="too-large",
            )
        )
