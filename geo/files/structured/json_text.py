"""JSON, read strictly, with the place of every fault."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from zoneblanche.geo.errors import Fault, InputError, shown
from zoneblanche.geo.files.kinds import check_file, read_bytes
from zoneblanche.geo.library_messages import json_message
from zoneblanche.geo.messages import _

_SURROGATE = re.compile(r"\\u[dD][89A-Fa-f]")


def read_json(path: Path, *, most_bytes: int, one_a_line: str = "") -> Any:
    """Return the content of a JSON file in UTF-8, UTF-16 or UTF-32.

    Args:
        one_a_line: what to do where a file holds several values, one a line.

    Raises:
        InputError: no plain file, too large, no Unicode, or what `parse_json` refuses.
        ProblemWithEnvironment: it may not be read.
    """
    file = str(path)
    check_file(path, most_bytes=most_bytes)
    data = read_bytes(path, most_bytes=most_bytes)
    name = unicode_encoding(data)
    try:
        text = data.decode(name)
    except UnicodeDecodeError as error:
        raise InputError(
            Fault(
                _("the file is not {name} text.", name=error.encoding.upper()),
                file=file,
                line=data[: error.start].decode(name, "replace").count("\n") + 1,
                remedy=_("JSON is UTF-8: export it again."),
                kind="encoding",
            )
        ) from error
    return parse_json(text, file=file, one_a_line=one_a_line)


def unicode_encoding(data: bytes) -> str:
    """Return the encoding of a JSON text: UTF-8, or another one of Unicode by its byte-order mark
    or its first characters, which are ASCII (RFC 4627).

    >>> unicode_encoding(b"{}"), unicode_encoding("{}".encode("utf-16"))
    ('utf-8-sig', 'utf-16')
    """
    name = json.detect_encoding(data)
    return "utf-8-sig" if name == "utf-8" else name


def parse_json(
    text: str,
    *,
    file: str,
    one_a_line: str = "",
    number: type[str] | None = None,
    first_line: int = 1,
) -> Any:
    """Return the content of a JSON text.

    Args:
        file: names it in a fault.
        one_a_line: what to do where it holds several values, one a line.
        number: what numbers become, by their digits; None: int and float.
        first_line: number of the line in the file where the text begins.

    Raises:
        InputError: no JSON (with line and column), numbers that are not finite or too long, a key
            twice in one object, half a letter, or lists too deep in one another.
    """

    def not_finite(word: str) -> Any:
        raise InputError(
            Fault(
                _("{word} is not a number, nor JSON.", word=word),
                file=file,
                value=word,
                remedy=_("Write null where the figure is not known."),
                kind="not-finite",
            )
        )

    def no_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        record = dict(pairs)
        if len(record) < len(pairs):
            raise InputError(_double_key([name for name, _ in pairs], file))
        return record

    try:
        content = json.loads(
            text,
            parse_int=number,
            parse_float=number,
            parse_constant=not_finite,
            object_pairs_hook=no_doubles,
        )
    except json.JSONDecodeError as error:
        fault = _syntax(error, text, file, one_a_line)
        raise InputError(replace(fault, line=error.lineno + first_line - 1)) from error
    except (RecursionError, ValueError) as error:
        raise InputError(
            Fault(
                _("lists are nested too deep, or a number is too long."),
                file=file,
                kind="json-syntax",
            )
        ) from error
    _check_letters(text, content, file)
    return content


def _syntax(error: json.JSONDecodeError, text: str, file: str, one_a_line: str) -> Fault:
    remedy: str = _("The file seems cut off: export or fetch it again.")
    if error.pos < len(text.rstrip()):
        remedy = ""
    if error.msg == "Extra data":
        remedy = one_a_line
    return Fault(
        _("column {column}: {message}.", column=error.colno, message=json_message(error)),
        file=file,
        value=text[error.pos : error.pos + 40],
        remedy=remedy,
        kind="json-syntax",
    )


def _double_key(names: list[str], file: str) -> Fault:
    """Return the fault of an object with a duplicate key, which is ambiguous."""
    double = next(name for name in names if names.count(name) > 1)
    return Fault(
        _("an object has the key {double} more than once.", double=shown(double)),
        file=file,
        column=double,
        value=double,
        remedy=_("Give each key a different name."),
        kind="duplicate-column",
    )


def _check_letters(text: str, content: Any, file: str) -> None:
    """Refuse halves of letters (\\ud800), which JSON can write and no text can hold.

    Raises:
        InputError: the content holds one.
    """
    if not _SURROGATE.search(text):
        return
    try:
        json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        half = error.object[error.start : error.end].encode("unicode_escape").decode()
        raise InputError(
            Fault(
                _("{half} is half of a surrogate pair, which text cannot contain.", half=half),
                file=file,
                value=half,
                remedy=_("Export the file again, as UTF-8."),
                kind="encoding",
            )
        ) from None
