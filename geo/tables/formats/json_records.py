"""A JSON file of records as a raw table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.kinds import read_bytes
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.files.structured.json_text import parse_json, unicode_encoding
from zoneblanche.geo.messages import _, ngettext, remark
from zoneblanche.geo.tables.formats.text_files.delimited import check_size, no_rows, overlong
from zoneblanche.geo.tables.formats.text_files.header import build, check_names
from zoneblanche.geo.tables.formats.text_files.text import decode
from zoneblanche.geo.tables.raw import RawTable, Stored
from zoneblanche.geo.vectors.formats.features import choose_layer

_GEOGRAPHIC = {
    "FeatureCollection": "GeoJSON",
    "Feature": "GeoJSON",
    "Topology": "TopoJSON",
}

_ONE_A_LINE = _("One record a line is not read: put the records into one list, [ …, … ].")


class _Number(str):
    """A JSON number, stored as its digits in the file."""

    __slots__ = ()


def read_records(path: Path, *, limits: Limits, layer: str | None = None) -> RawTable:
    """Read a JSON list of flat objects, or an object with one such list among its members; or a
    list of rows, of which the first has the names.

    Of GeoJSON and TopoJSON the attributes of the features are the records; `layer` names the
    object of a topology that has several.

    Numbers keep their digits; true and false become words; null and a missing key are blank; lists
    and objects within a record become JSON text.

    Raises:
        InputError: see `geo.tables.read_raw_table`.
    """
    file = str(path)
    data = read_bytes(path, most_bytes=limits.table_bytes)
    name = unicode_encoding(data)
    text = decode(data, file=file, encoding=None if name == "utf-8-sig" else name).text
    records, notices = _found_records(
        parse_json(text, file=file, number=_Number, one_a_line=_ONE_A_LINE), file, layer
    )
    if not records:
        raise InputError(no_rows(file))
    names = list(dict.fromkeys(name for record in records for name in record))
    check_size(len(records), len(names), file, limits)
    faults = check_names(names, file=file)
    columns, stored = [], {}
    for name in names:
        values = [record.get(name) for record in records]
        kind = _stored(values)
        if kind is not None:
            stored[name] = kind
        cells = [_cell(value) for value in values]
        columns.append(np.array(cells, dtype=object))
        faults += [
            overlong(cell, file, place, name, limits)
            for place, cell in enumerate(cells)
            if len(cell) > limits.cell_length
        ]
    if faults:
        raise InputError(faults[: limits.faults])
    lines = np.arange(len(records))
    return build(file, names, columns, lines, counted="record", stored=stored, notices=notices)


def _found_records(
    content: Any, file: str, layer: str | None
) -> tuple[list[dict[str, Any]], list[str]]:
    notices: list[str] = []
    if isinstance(content, dict):
        kind = _GEOGRAPHIC.get(str(content.get("type")))
        if kind is not None:
            return _attributes(content, kind, file, layer)
        lists = {name: value for name, value in content.items() if _is_records(value)}
        if len(lists) == 1:
            name, content = next(iter(lists.items()))
            notices.append(
                remark(_("{file}: the records are those of {name}.", file=file, name=shown(name)))
            )
    if not isinstance(content, list) or isinstance(content, str):
        raise InputError(
            Fault(
                _("the file holds no list of records."),
                file=file,
                remedy=_('Expected is [{"code": "01001", "value": 1}, …].'),
                kind="wrong-format",
            )
        )
    if content and all(isinstance(row, list) for row in content):
        return _of_rows(content, file), notices
    faults = [
        Fault(
            _("the record is not an object: {record}.", record=shown(record)),
            file=file,
            feature=place,
            remedy=_('Expected is {"code": "01001", "value": 1}.'),
            kind="ragged-row",
        )
        for place, record in enumerate(content)
        if not isinstance(record, dict)
    ]
    if faults:
        raise InputError(faults[:100])
    return content, notices


def _of_rows(rows: list[list[Any]], file: str) -> list[dict[str, Any]]:
    """Return the records of a list of lists, of which the first has the names of the columns, as
    the US Census Bureau publishes them.

    Raises:
        InputError: names that are not texts, or twice there; rows of another length.
    """
    names, *cells = rows
    if not all(type(name) is str for name in names) or len(set(names)) < len(names):
        raise InputError(
            Fault(
                _("the first row does not have a different name for each column."),
                file=file,
                feature=0,
                remedy=_('Expected is [["code", "value"], ["01001", 1], …].'),
                kind="header-place",
            )
        )
    faults = [
        Fault(
            ngettext(
                "the row has {count} cell, the header {width}: {line}.",
                "the row has {count} cells, the header {width}: {line}.",
                len(row),
                width=len(names),
                line=shown(row),
            ),
            file=file,
            feature=place,
            remedy=_("Give every row as many cells as the header has."),
            kind="ragged-row",
        )
        for place, row in enumerate(cells, start=1)
        if len(row) != len(names)
    ]
    if faults:
        raise InputError(faults[:100])
    return [dict(zip(names, row, strict=True)) for row in cells]


def _attributes(
    content: dict[str, Any], kind: str, file: str, layer: str | None
) -> tuple[list[dict[str, Any]], list[str]]:
    """Return the attributes of features as records: the identifier of each, if it has one, and its
    properties."""
    features = [content] if content.get("type") == "Feature" else content.get("features")
    if kind == "TopoJSON":
        objects = content.get("objects")
        tables = objects if isinstance(objects, dict) else {}
        named = {
            name: table["geometries"]
            for name, table in tables.items()
            if isinstance(table, dict) and isinstance(table.get("geometries"), list)
        }
        features = named[choose_layer(list(named), layer, file=file)]
    if not isinstance(features, list):
        raise InputError(
            Fault(_("its features are not a list of objects."), file=file, kind="wrong-format")
        )
    records = []
    for item in features:
        feature = item if isinstance(item, dict) else {}
        properties = feature.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        records.append({"id": feature["id"], **properties} if "id" in feature else properties)
    notice = _("{file}: the attributes of the features of {kind} are read.", file=file, kind=kind)
    return records, [remark(notice)]


def _is_records(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def _stored(values: list[Any]) -> Stored | None:
    numbers = [value for value in values if isinstance(value, _Number)]
    if not numbers or any(type(value) is str for value in values):
        return None
    return "integer" if all(value.lstrip("-").isdigit() for value in numbers) else "float"
