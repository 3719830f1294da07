"""One reader of TOML files: projects, layers, recipes, rules, countries.

`read_document` gives the file's table and where its keys are. `toml_model.checked` makes a model of
it, or faults with file, line and key.
"""

from __future__ import annotations

import ast
import math
import re
import tomllib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from zoneblanche.geo.errors import Fault, InputError, OutOfTime, shown
from zoneblanche.geo.files.kinds import check_file, kind_of, read_bytes, refused_kind
from zoneblanche.geo.files.limits import DEFAULT_LIMITS, Limits
from zoneblanche.geo.files.structured.toml_lines import Key, key_lines
from zoneblanche.geo.library_messages import toml_message
from zoneblanche.geo.messages import _

_DEEP_KEY = re.compile(
    rb"""(?<![\w"'-])(?:(?:"[^"\n]*+"|'[^'\n]*+'|[\w-]++)[ \t]*+\.[ \t]*+){100}"""
)
"""Number of parts of a dotted key: the time that tomllib takes grows with its square."""

_LONG_NUMBER = re.compile(rb"(?<![0-9_])[0-9_]{4301,}")
"""More digits than Python converts to an integer."""

_DECLARED = re.compile(r"Cannot declare (\(.{1,300}\)) twice")
"""What tomllib says of a table whose name is taken."""

_HEADER = re.compile(r"\s*\[{1,2}([^\[\]]{1,300})\]")
"""The line with the name of a table."""

_PLACE = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Document:
    """A TOML file: its table, and where in the text each key is written.

    Attributes:
        file: its name, as the user gave it or as the package calls it.
        table: what it holds.
        text: as it is written; empty for a table that came without.
    """

    file: str
    table: Mapping[str, Any]
    text: str = ""

    @cached_property
    def _lines(self) -> dict[Key, int]:
        return key_lines(self.text)

    def line_of(self, key: Key) -> int | None:
        """The line of a key; of one that is not there, that of the table that it belongs to."""
        while key:
            if key in self._lines:
                return self._lines[key]
            key = key[:-1]
        return None

    def name_of(self, key: Key) -> str:
        """A key as a reader knows it: a member of a list of tables by its id, or else by its
        number counted from 1.

        >>> document = parse_document(b'[[layers]]\\nid = "fibre"\\nunit = 3\\n', file="p.toml")
        >>> document.name_of(("layers", 0, "unit"))
        'layers.fibre.unit'
        """
        names, value = [], self.table
        for part in key:
            value = _member(value, part)
            name = str(part)
            if isinstance(part, int):
                its_id = value.get("id") if isinstance(value, Mapping) else None
                named = isinstance(its_id, str) and bool(its_id)
                name = str(its_id)[:64] if named else str(part + 1)
            names.append(name)
        return ".".join(names)

    def fault(self, key: Key, message: str, *, value: Any = None, **more: str) -> Fault:
        """A fault of a key, with its line."""
        return Fault(
            message,
            file=self.file,
            line=self.line_of(key),
            column=self.name_of(key) or None,
            value=None if value is None else str(value)[:200],
            **more,
        )

    @contextmanager
    def locating(self) -> Iterator[None]:
        """Gives the faults that the block raises of this file's keys the line of each.

        >>> document = parse_document(b'[recipe]\\nweights = "equal"\\n', file="p.toml")
        >>> with document.locating():
        ...     raise InputError(Fault("no.", file="p.toml", column="recipe.weights"))
        Traceback (most recent call last):
        zoneblanche.geo.errors.InputError: p.toml, line 2, key 'recipe.weights': no.
        """
        try:
            yield
        except OutOfTime:
            raise
        except InputError as error:
            raise InputError([self._located(fault) for fault in error.faults]) from error

    def _located(self, fault: Fault) -> Fault:
        if fault.file != self.file or fault.line is not None or not fault.column:
            return fault
        return replace(fault, line=self._line_named(fault.column))

    @cached_property
    def _named(self) -> dict[str, int]:
        named: dict[str, int] = {}
        for key, line in self._lines.items():
            named.setdefault(self.name_of(key), line)
        return named

    def _line_named(self, name: str) -> int | None:
        while name:
            if name in self._named:
                return self._named[name]
            name = name.rpartition(".")[0]
        return None


def _member(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(str(part))
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None


def read_toml(path: Path | str, *, limits: Limits = DEFAULT_LIMITS) -> dict[str, Any]:
    """The table that a TOML file holds: see `read_document`."""
    return dict(read_document(path, limits=limits).table)


def parse_toml(data: bytes, *, file: str) -> dict[str, Any]:
    """The table that the bytes of a TOML file hold: see `parse_document`."""
    return dict(parse_document(data, file=file).table)


def read_document(path: Path | str, *, limits: Limits = DEFAULT_LIMITS) -> Document:
    """A TOML file.

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
    return parse_document(data, file=str(path))


def parse_document(data: bytes, *, file: str) -> Document:
    """The bytes of a TOML file; `file` names it in a fault.

    >>> parse_document(b"a = 1\\na = 2\\n", file="p.toml")
    Traceback (most recent call last):
    zoneblanche.geo.errors.InputError: p.toml, line 2: column 6: cannot overwrite a value.
    """
    deep = _DEEP_KEY.search(data)
    if deep:
        raise InputError(_too_deep(file, line=data.count(b"\n", 0, deep.start()) + 1))
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise InputError(_not_utf8(data, error, file)) from error
    except RecursionError:
        raise InputError(_too_deep(file)) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(_syntax(str(error), data, file)) from error
    except ValueError:  # raised by int(), without a place
        raise InputError(_too_long(data, file)) from None
    document = Document(file, table, text)
    faults = list(_not_finite(document))
    if faults:
        raise InputError(faults)
    return document


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
        _("tables, lists or parts of a key are nested too deep."),
        file=file,
        line=line,
        kind="toml-syntax",
    )


def _too_long(data: bytes, file: str) -> Fault:
    for match in _LONG_NUMBER.finditer(data):
        before = data[data.rfind(b"\n", 0, match.start()) + 1 : match.start()]
        if not set(before) & set(b"\"'#"):  # neither text nor a comment
            line = data.count(b"\n", 0, match.start()) + 1
            break
    else:
        line = None
    return Fault(
        _("a whole number has more digits than the 19 that TOML has."),
        file=file,
        line=line,
        remedy=_("Write a smaller number; write a code in quotes."),
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
    declared = _declared(message, lines, text_line)
    clash = _value_and_table(declared, lines[: text_line - 1])
    if clash:
        return Fault(
            _("{key} has a value and is a table as well.", key=shown(clash)),
            file=file,
            line=text_line,
            column=clash,
            value=lines[text_line - 1][:60],
            remedy=_("Keep one of them: the tables [{key}.…] alone name its members.", key=clash),
            kind="toml-syntax",
        )
    if declared and _DECLARED.fullmatch(message):
        return Fault(
            _("the table {key} is declared twice.", key=shown(".".join(declared))),
            file=file,
            line=text_line,
            column=".".join(declared),
            value=lines[text_line - 1][:60],
            remedy=_("Keep one of them, with the keys of both."),
            kind="toml-syntax",
        )
    return Fault(
        _("column {column}: {message}.", column=column, message=sentence)
        if column
        else _("{message}, at the end of the file.", message=sentence),
        file=file,
        line=text_line,
        value=lines[text_line - 1][:60] if text_line <= len(lines) else None,
        kind="toml-syntax",
    )


def _declared(message: str, lines: list[str], line: int) -> tuple[str, ...]:
    """Return the key of the table that is declared where an error of tomllib is: in its message,
    "('recipe', 'indicators', 'v')", or on the line, "[recipe.weights]"; () if there is none."""
    twice = _DECLARED.fullmatch(message)
    header = _HEADER.match(lines[line - 1]) if 0 < line <= len(lines) else None
    try:
        if twice:
            return tuple(map(str, ast.literal_eval(twice[1])))
        table: Any = tomllib.loads(f"[{header[1]}]") if header else {}
    except (ValueError, SyntaxError, RecursionError):
        return ()
    key: list[str] = []
    while isinstance(table, dict) and len(table) == 1:
        ((name, table),) = table.items()
        key.append(name)
    return tuple(key)


def _value_and_table(key: tuple[str, ...], lines: list[str]) -> str:
    """Return the key, on the way to a table that is declared, that has a value already; or "".

    Args:
        key: of the table.
        lines: of the file, above the table.
    """
    try:
        value: Any = tomllib.loads("\n".join(lines)) if key else None
    except (ValueError, RecursionError):
        return ""
    for place, part in enumerate(key):
        value = value.get(part) if isinstance(value, dict) else None
        if value is not None and not isinstance(value, dict):
            return ".".join(key[: place + 1])
    return ""


def _not_finite(document: Document) -> Iterator[Fault]:
    pending: deque[tuple[Key, str, Any]] = deque([((), "", document.table)])
    while pending:
        key, name, value = pending.popleft()
        if isinstance(value, dict):
            pending += [
                ((*key, inner), (f"{name}.{inner}" if name else inner)[-200:], member)
                for inner, member in value.items()
            ]
        elif isinstance(value, list):
            pending += [
                ((*key, place), f"{name}[{place}]"[-200:], member)
                for place, member in enumerate(value)
            ]
        elif not _is_usable(value):
            yield Fault(
                _(
                    "{key} is {value}, which is not a usable number.",
                    key=shown(name),
                    value=str(value)[:60],
                ),
                file=document.file,
                line=document.line_of(key),
                column=name,
                value=str(value)[:60],
                remedy=_("Write a finite number, or leave the key out."),
                kind="not-finite",
            )


def _is_usable(value: Any) -> bool:
    """Return False for numbers that are not finite, and for integers beyond 64 bits."""
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, float) or math.isfinite(value)
