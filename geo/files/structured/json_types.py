"""JSON values checked against the types of dataclasses."""

from __future__ import annotations

import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from zoneblanche.geo.errors import first_of, nearest, shown
from zoneblanche.geo.messages import _, quantity

MOST_DEEP = 40
"""Values within values."""

LONGEST_TEXT = 32_767

Wrong = tuple[str, str, str]
"""The key of a value, what is wrong with it, and what to do."""

_PLAIN: dict[type, str] = {
    int: _("a whole number"),
    float: _("a finite number"),
    bool: _("true or false"),
    str: _("a text"),
    type(None): "null",
}


def check_json(value: Any, kind: Any, key: str = "", *, deep: int = MOST_DEEP) -> Iterator[Wrong]:
    """Yield what is wrong with a JSON value that should have a type.

    Args:
        kind: a dataclass (its fields with a default may be left out), `Mapping[str, …]`,
            `Mapping[int, …]` (whose keys are digits), `tuple[…, ...]`, `tuple[…, …]`, a `Literal`,
            str, int, float, bool, None, a union, or Any. `Mapping[str, str] | str` is a text, or
            one text or more by language.
        key: where the value is ("indicators[3].unit").

    >>> list(check_json({"a": [1, "x"]}, Mapping[str, tuple[int, ...]]))
    [('a[1]', "it is 'x', not a whole number.", '')]
    """
    origin = get_origin(kind)
    if not deep:
        yield key, _("values are nested too deep."), ""
    elif kind is Any:
        return
    elif origin is Literal:
        if not any(value == choice and type(value) is type(choice) for choice in get_args(kind)):
            yield key, _("{value} is not a choice here.", value=shown(value)), _choices(kind)
    elif origin in (Union, types.UnionType):
        yield from _check_union(value, get_args(kind), key, deep)
    elif origin is tuple:
        yield from _check_list(value, get_args(kind), key, deep)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        names, inner = get_args(kind)
        yield from _check_mapping(value, names, inner, key, deep)
    elif is_dataclass(kind) and isinstance(kind, type):
        yield from _check_dataclass(value, kind, key, deep)
    elif not _fits(value, kind):
        yield key, _("it is {value}, not {kind}.", value=_called(value), kind=_PLAIN[kind]), ""
    elif isinstance(value, str) and len(value) > LONGEST_TEXT:
        yield (
            key,
            _(
                "it has {count} characters, more than {limit}.",
                count=quantity(len(value)),
                limit=quantity(LONGEST_TEXT),
            ),
            "",
        )


def _fits(value: Any, kind: type) -> bool:
    if isinstance(value, bool) or kind is bool:
        return isinstance(value, bool) and kind is bool
    if kind is float:
        return isinstance(value, int | float) and abs(value) < 1e308 and math.isfinite(value)
    if kind is int:
        return isinstance(value, int) and abs(value) < 2**63
    return isinstance(value, kind)


def _check_union(value: Any, kinds: tuple[Any, ...], key: str, deep: int) -> Iterator[Wrong]:
    if {str, Mapping[str, str]} <= set(kinds):
        if not isinstance(value, str | Mapping):
            yield (
                key,
                _("it is {value}, not a text, nor one by language.", value=_called(value)),
                "",
            )
            return
        if isinstance(value, Mapping) and not value:
            yield key, _("it holds no text in any language."), ""
            return
    # The first fault decides: a table with a key of another kind is not looked into further.
    first = [next(check_json(value, kind, key, deep=deep - 1), None) for kind in kinds]
    if all(first):
        # The type that the value comes nearest to: of most it is said at once that it is not.
        nearest_kind = max(range(len(kinds)), key=lambda place: len((first[place] or ("",))[0]))
        yield from check_json(value, kinds[nearest_kind], key, deep=deep - 1)


def _check_list(value: Any, kinds: tuple[Any, ...], key: str, deep: int) -> Iterator[Wrong]:
    if not isinstance(value, list | tuple):
        yield key, _("it is {value}, not a list.", value=_called(value)), ""
    elif kinds[-1] is Ellipsis:
        for place, item in enumerate(value):
            yield from check_json(item, kinds[0], f"{key}[{place}]", deep=deep - 1)
    elif len(value) != len(kinds):
        yield (
            key,
            _("it has {count} parts, not {expected}.", count=len(value), expected=len(kinds)),
            "",
        )
    else:
        for place, (item, kind) in enumerate(zip(value, kinds, strict=True)):
            yield from check_json(item, kind, f"{key}[{place}]", deep=deep - 1)


def _check_mapping(value: Any, names: type, kind: Any, key: str, deep: int) -> Iterator[Wrong]:
    if not isinstance(value, Mapping):
        yield key, _("it is {value}, not a table.", value=_called(value)), ""
        return
    for name, inner in value.items():
        path = _within(key, name)
        if len(name) > LONGEST_TEXT or (names is int and not _is_digits(name)):
            what = _PLAIN[int if names is int else str]
            yield path, _("the key {name} is not {what}.", name=shown(name), what=what), ""
        else:
            yield from check_json(inner, kind, path, deep=deep - 1)


def _check_dataclass(value: Any, kind: type, key: str, deep: int) -> Iterator[Wrong]:
    if not isinstance(value, Mapping):
        yield key, _("it is {value}, not a table.", value=_called(value)), ""
        return
    hints = _hints(kind)
    for name in value:
        if name not in hints:
            yield (
                _within(key, name),
                _("the key {name} is not known.", name=shown(name)),
                nearest(name, hints),
            )
    for name, (hint, needed) in hints.items():
        path = _within(key, name)
        if name in value:
            yield from check_json(value[name], hint, path, deep=deep - 1)
        elif needed:
            yield path, _("the key {name} is missing.", name=shown(name)), ""


@cache
def _hints(kind: type) -> dict[str, tuple[Any, bool]]:
    """Return the type of each field, and whether it is required."""
    hints = get_type_hints(kind)
    return {
        field.name: (
            hints[field.name],
            field.default is MISSING and field.default_factory is MISSING,
        )
        for field in fields(kind)
    }


def _within(key: str, name: str) -> str:
    name = name if len(name) <= 60 else f"{name[:59]}…"
    return f"{key}.{name}" if key else name


def _is_digits(name: str) -> bool:
    return len(name) <= 18 and name.removeprefix("-").isascii() and name.removeprefix("-").isdigit()


def _called(value: Any) -> str:
    if isinstance(value, Mapping):
        return _("a table")
    if isinstance(value, list | tuple):
        return _("a list")
    return "null" if value is None else shown(value)


def _choices(kind: Any) -> str:
    return _("Known: {names}.", names=first_of(get_args(kind), count=20))
