"""The JSON of GeoJSON and TopoJSON files, and the rings in it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.kinds import read_bytes
from zoneblanche.geo.files.limits import Limits
from zoneblanche.geo.library_messages import json_message
from zoneblanche.geo.messages import _, message_of
from zoneblanche.geo.vectors.formats.features import too_large

Rings = list[np.ndarray]
_SURROGATE = re.compile(rb"\\u[dD][89A-Fa-f]")


class BadShape(ValueError):
    """A geometry that cannot be read; its text gives the reason."""


def read_json(path: Path, *, limits: Limits) -> Any:
    """Return the content of a JSON file.

    Raises:
        InputError: not UTF-8, not JSON (with line and column), or numbers that are not finite.
    """
    file = str(path)
    data = read_bytes(path, most_bytes=limits.json_bytes)

    def not_finite(word: str) -> Any:
        raise InputError(
            Fault(_("{word} is no number.", word=word), file=file, value=word, kind="not-finite")
        )

    try:
        content = json.loads(
            data.decode("utf-8-sig"),
            parse_constant=not_finite,
            object_pairs_hook=partial(without_doubles, file=file),
        )
        check_letters(data, content, file)
        return content
    except UnicodeDecodeError as error:
        raise InputError(
            Fault(
                _("the file is not UTF-8 text."),
                file=file,
                line=data.count(b"\n", 0, error.start) + 1,
                remedy=_("GeoJSON and TopoJSON are UTF-8: export it again."),
                kind="encoding",
            )
        ) from error
    except json.JSONDecodeError as error:
        remedy: str = "" if error.pos < len(error.doc.rstrip()) else _("The file seems cut off.")
        if error.msg == "Extra data":
            remedy = _("One feature a line is not read: put them into a FeatureCollection.")
        raise InputError(
            Fault(
                _("column {column}: {message}.", column=error.colno, message=json_message(error)),
                file=file,
                line=error.lineno,
                value=error.doc[error.pos : error.pos + 40],
                remedy=remedy,
                kind="json-syntax",
            )
        ) from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            Fault(
                _("lists stand too deep in one another, or a number is too long."),
                file=file,
                kind="json-syntax",
            )
        ) from error


def without_doubles(pairs: list[tuple[str, Any]], *, file: str) -> dict[str, Any]:
    """An object of a JSON file.

    Raises:
        InputError: it has a key twice; which of the two is meant, nobody knows.
    """
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _unused in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise InputError(
            Fault(
                _("an object has the key {double} more than once.", double=shown(double)),
                file=file,
                column=double,
                value=double,
                remedy=_("Give each key a name of its own."),
                kind="duplicate-column",
            )
        )
    return record


def check_letters(data: bytes, content: Any, file: str) -> None:
    """Refuse unpaired surrogates (\\ud800), which JSON can write and text cannot contain.

    Raises:
        InputError: the content has one.
    """
    if not _SURROGATE.search(data):
        return
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = error.object[error.start : error.end].encode("unicode_escape").decode()
        raise InputError(
            Fault(
                _("{half} is half a letter, which no text can hold.", half=half),
                file=file,
                value=half,
                remedy=_("Export the file again, as UTF-8."),
                kind="encoding",
            )
        ) from None


def read_shapes(
    found: Sequence[dict[str, Any]],
    shape_of: Callable[[dict[str, Any]], Any],
    *,
    file: str,
    limits: Limits,
) -> tuple[np.ndarray, dict[int, str]]:
    """The shape of each feature, None where it cannot be read; and why, by the feature's number.

    Args:
        shape_of: from a feature to its shape, or to a `BadShape`.

    Raises:
        InputError: more vertices than the limit.
    """
    shapes = np.empty(len(found), dtype=object)
    unreadable: dict[int, str] = {}
    vertices = 0
    for number, feature in enumerate(found):
        try:
            shapes[number] = shape_of(feature)
        except BadShape as error:
            unreadable[number] = message_of(error)
        vertices += shapely.get_num_coordinates(shapes[number])
        if vertices > limits.vertices:
            raise too_large(_("more vertices"), limits.vertices, file)
    return shapes, unreadable


def positions(values: Any) -> np.ndarray:
    """Return the positions of a ring: an array of shape (n, 2) or (n, 3).

    Raises:
        BadShape: they are not lists of two or more finite numbers.
    """
    try:
        array = np.array(values)
    except ValueError:
        raise BadShape(_("positions of different lengths")) from None
    if array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind not in "iuf":
        raise BadShape(_("positions that are not pairs of numbers"))
    points = array[:, :3].astype(float)
    if not np.isfinite(points).all():
        raise BadShape(_("positions that are not finite"))
    return points


def polygon_of(rings: Rings) -> shapely.Polygon:
    """Return the polygon of a shell and its holes.

    Raises:
        BadShape: a ring with fewer than four positions, or one that is not closed.
    """
    for ring in rings:
        if len(ring) < 4:
            raise BadShape(_("a ring of fewer than four positions"))
        if (ring[0] != ring[-1]).any():
            raise BadShape(_("a ring that does not end where it begins"))
    if not rings:
        return shapely.Polygon()
    if len(rings) == 1:
        return shapely.polygons(rings[0])
    return shapely.Polygon(rings[0], rings[1:])
