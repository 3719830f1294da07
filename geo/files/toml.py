"""The reader of TOML files: projects, recipes, rules, countries."""

from __future__ import annotations

import math
import re
import tomllib
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.kinds import check_file, kind_of, read_bytes, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.library_messages import toml_message
from zoneblanche.geo.messages import _

_DEEP_KEY = re.compile(
    rb"""(?<![\w"'-])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[\w-]++)[ \t]*+\.[ \t]*+){100}"""
)
"""Number of parts of a dotted key: the time that tomllib takes grows with its square."""

_LONG_NUMBER = re.compile(rb"(?<![0-9_])[0-9_]{4301,}")
"""More digits than Python converts to an integer."""

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


def read_toml(path: Path | str, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """Return the table in a TOML file.

    Duplicate keys, bytes that are not UTF-8 and numbers that are not finite are faults, like every
    syntax error, with line and column.

    Raises:
        InputError: the file does not exist, is too large, is not TOML, or has such a fault.
        ProblemWithEnvironment: it cannot be read.
    """
    path = Path(path)
    kind = kind_of(check_file(path, most_bytes=limits.toml_bytes))
    if kind not in ("text", "json", "empty"):
        raise InputError(refused_kind(path, kind, accepted=_("TOML files")))
    data = read_bytes(path, most_bytes=limits.toml_bytes)
    return parse_toml(data, file=str(path))


def parse_toml(data: bytes, *, file: str) -> dict[str, Any]:
    """Return the table in the bytes of a TOML file; `file` names it in a fault.

    >>> parse_toml(b"a = 1\\na = 2\\n", file="p.toml")
    Traceback (most recent call last):
    zoneblanche.geo.errors.InputError: p.toml, line 2: column 6: cannot overwrite a value.
    """
    deep = _DEEP_KEY.search(data)
    if deep:
        raise InputError(_too_deep(file, line=data.count(b"\n", 0, deep.start()) + 1))
    try:
        table = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        raise InputError(_not_utf8(data, error, file)) from error
    except RecursionError:
        raise InputError(_too_deep(file)) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(_syntax(str(error), data, file)) from error
    except ValueError:  # raised by int(), without a place
        raise InputError(_too_long(data, file)) from None
    faults = list(_not_finite(table, file))
    if faults:
        raise InputError(faults)
    return table


def _not_utf8(data: bytes, error: UnicodeDecodeError, file: str) -> Fault:
    return Fault(
        _("the file is not UTF-8 text."),
        file=file,
        line=data.count(b"\n", 0, error.start) + 1,
        value=data[error.start : error.start + 1].hex(),
        remedy=_("Save it as UTF-8."),
        kind="encoding",
    )


def _too_deep(file: str, line: int | None = None) -> Fault:
    return Fault(
        _("tables, lists or parts of a key stand too deep in one another."),
        file=file,
        line=line,
        kind="toml-syntax",
    )


def _too_long(data: bytes, file: str) -> Fault:
    for found in _LONG_NUMBER.finditer(data):
        before = data[data.rfind(b"\n", 0, found.start()) + 1 : found.start()]
        if not set(before) & set(b"\"'#"):  # neither text nor a comment
            line = data.count(b"\n", 0, found.start()) + 1
            break
    else:
        line = None
    return Fault(
        _("a whole number has more digits than the 19 that TOML has."),
        file=file,
        line=line,
        remedy=_("Write a smaller number; a code stands in quotes."),
        kind="toml-syntax",
    )


def _syntax(message: str, data: bytes, file: str) -> Fault:
    """tomllib ends its messages with the place; a fault has fields for it."""
    place = _PLACE.search(message)
    line = column = None
    if place:
        message = message[: place.start()]
        line, column = place.groups()
    sentence = toml_message(message)
    text_line = int(line) if line else data.count(b"\n") + 1
    lines = data.decode("utf-8-sig").splitlines()
    return Fault(
        _("column {column}: {message}.", column=column, message=sentence)
        if column
        else _("{message}, at the end of the file.", message=sentence),
        file=file,
        line=text_line,
        value=lines[text_line - 1][:60] if text_line <= len(lines) else None,
        kind="toml-syntax",
    )


def _not_finite(table: dict[str, Any], file: str) -> Iterator[Fault]:
    pending: deque[tuple[str, Any]] = deque(table.items())
    while pending:
        key, value = pending.popleft()
        if isinstance(value, dict):
            pending += [(f"{key}.{name}"[-200:], inner) for name, inner in value.items()]
        elif isinstance(value, list):
            pending += [(f"{key}[{place}]"[-200:], inner) for place, inner in enumerate(value)]
        elif not _is_usable(value):
            yield Fault(
                _(
                    "{key} is {value}, which is no number to reckon with.",
                    key=shown(key),
                    value=str(value)[:60],
                ),
                file=file,
                column=key,
                value=str(value)[:60],
                remedy=_("Write a finite number, or leave the key out."),
                kind="not-finite",
            )


def _is_usable(value: Any) -> bool:
    """Return False for numbers that are not finite, and for integers beyond 64 bits."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, float) or math.isfinite(value)
