"""Errors of the JSON and TOML parsers and of pydantic, as messages of ours.

JSON names each error by a fixed text, pydantic by a type and its context; TOML by a fixed text, or
one that begins with a fixed text and ends with the name or character. An unknown text of a later
release is shown unchanged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from zoneblanche.geo.messages import _

if TYPE_CHECKING:
    from json import JSONDecodeError

    from pydantic_core import ErrorDetails

_JSON = {
    "Expecting value": _("expecting value"),
    "Expecting ',' delimiter": _("expecting ',' delimiter"),
    "Expecting ':' delimiter": _("expecting ':' delimiter"),
    "Expecting property name enclosed in double quotes": _(
        "expecting property name enclosed in double quotes"
    ),
    "Extra data": _("extra data"),
    "Unterminated string starting at": _("unterminated string starting at"),
    "Invalid control character at": _("invalid control character at"),
    "Invalid \\escape": _("invalid \\escape"),
    "Invalid \\uXXXX escape": _("invalid \\uXXXX escape"),
    "Illegal trailing comma before end of object": _("illegal trailing comma before end of object"),
    "Illegal trailing comma before end of array": _("illegal trailing comma before end of array"),
}
_TOML = {
    "Invalid statement": _("invalid statement"),
    "Invalid value": _("invalid value"),
    "Cannot overwrite a value": _("cannot overwrite a value"),
    "Expected '=' after a key in a key/value pair": _(
        "expected '=' after a key in a key/value pair"
    ),
    "Expected newline or end of document after a statement": _(
        "expected newline or end of document after a statement"
    ),
    "Expected ']' at the end of a table declaration": _(
        "expected ']' at the end of a table declaration"
    ),
    "Expected ']]' at the end of an array declaration": _(
        "expected ']]' at the end of an array declaration"
    ),
    "Invalid initial character for a key part": _("invalid initial character for a key part"),
    "Unclosed array": _("unclosed array"),
    "Unclosed inline table": _("unclosed inline table"),
    "Unterminated string": _("unterminated string"),
    "Unescaped '\\' in a string": _("unescaped '\\' in a string"),
    "Invalid hex value": _("invalid hex value"),
    "Invalid date or datetime": _("invalid date or datetime"),
    "Escaped character is not a Unicode scalar value": _(
        "escaped character is not a Unicode scalar value"
    ),
}
_TOML_OF = {
    "Cannot declare ": lambda name: _(
        "cannot declare {name} twice", name=name.removesuffix(" twice")
    ),
    "Cannot mutate immutable namespace ": lambda name: _(
        "cannot mutate immutable namespace {name}", name=name
    ),
    "Cannot redefine namespace ": lambda name: _("cannot redefine namespace {name}", name=name),
    "Duplicate inline table key ": lambda name: _("duplicate inline table key {name}", name=name),
    "Illegal character ": lambda sign: _("illegal character {sign}", sign=sign),
    "Found invalid character ": lambda sign: _("found invalid character {sign}", sign=sign),
    "Expected ": lambda sign: _("expected {sign}", sign=sign),
}
_PYDANTIC = {
    "list_type": lambda _context: _("Input should be a valid list"),
    "tuple_type": lambda _context: _("Input should be a valid list"),
    "float_type": lambda _context: _("Input should be a valid number"),
    "float_parsing": lambda _context: _("Input should be a valid number"),
    "int_type": lambda _context: _("Input should be a valid integer"),
    "int_parsing": lambda _context: _("Input should be a valid integer"),
    "int_from_float": lambda _context: _("Input should be a valid integer"),
    "string_type": lambda _context: _("Input should be a valid string"),
    "bool_type": lambda _context: _("Input should be a valid boolean"),
    "bool_parsing": lambda _context: _("Input should be a valid boolean"),
    "dict_type": lambda _context: _("Input should be a valid dictionary"),
    "model_type": lambda _context: _("Input should be a valid dictionary"),
    "finite_number": lambda _context: _("Input should be a finite number"),
    "greater_than_equal": lambda context: _(
        "Input should be greater than or equal to {limit}", limit=f"{context['ge']:g}"
    ),
    "less_than_equal": lambda context: _(
        "Input should be less than or equal to {limit}", limit=f"{context['le']:g}"
    ),
    "greater_than": lambda context: _(
        "Input should be greater than {limit}", limit=f"{context['gt']:g}"
    ),
    "less_than": lambda context: _("Input should be less than {limit}", limit=f"{context['lt']:g}"),
}


def json_message(error: JSONDecodeError) -> str:
    """Return what is wrong with a JSON text, without its place.

    >>> import json
    >>> json_message(json.JSONDecodeError("Expecting value", "", 0))
    'expecting value'
    """
    return _JSON.get(error.msg) or _lowered(error.msg)


def toml_message(text: str) -> str:
    """Return what is wrong with a TOML text according to tomllib, without its place.

    >>> toml_message("Cannot declare ('a',) twice")
    "cannot declare ('a',) twice"
    """
    if text in _TOML:
        return _TOML[text]
    for begin, message in _TOML_OF.items():
        if text.startswith(begin):
            return message(text.removeprefix(begin))
    return _lowered(text.rstrip("."))


def model_message(detail: ErrorDetails) -> str:
    """Return what does not fit a model, by pydantic's type of error."""
    message = _PYDANTIC.get(detail["type"])
    return message(detail.get("ctx", {})) if message else detail["msg"]


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]
