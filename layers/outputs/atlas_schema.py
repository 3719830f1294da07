"""The schema of an atlas file: its metadata, its columns and their cells.

Everything is checked before anything is used, because such a file can contain anything.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa

from zoneblanche.geo.country import known_countries, read_country
from zoneblanche.geo.errors import Fault, nearest, shown
from zoneblanche.geo.files.structured.json_types import LONGEST_TEXT, Wrong, check_json
from zoneblanche.geo.messages import SLOT, _, quantity
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import MOST
from zoneblanche.layers.correction import Correction
from zoneblanche.layers.index.recipe.recipe import Recipe
from zoneblanche.layers.indicator import Indicator, impossible

FORMAT = 1
CODE, NAME, SHAPE = "code", "name", "geometry"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,199}")
_MOST_DIGITS = 12
_MOST_FAULTS = 1_000
_LONGEST_NUMBER = 500


@dataclass(frozen=True)
class MessageEntry:
    """A message, as `geo.messages.Message.as_dict` writes it."""

    template: str
    slots: Mapping[str, Text] = field(default_factory=dict)
    plural: str | None = None
    count: int = 1
    context: str | None = None


@dataclass(frozen=True)
class NumberEntry:
    """A number in a message."""

    number: float
    digits: Literal[0, 1, 2, 3, 4, 5, 6, 7, 8, 9] | None = None


@dataclass(frozen=True)
class JoinedEntry:
    """Texts in a row."""

    parts: tuple[Text, ...]
    separator: Text


@dataclass(frozen=True)
class TextsEntry:
    """A text that comes with its languages."""

    texts: Mapping[str, str] | str


Text = MessageEntry | NumberEntry | JoinedEntry | TextsEntry | str
"""What `geo.messages.message_from_dict` reads."""


@dataclass(frozen=True)
class SourceEntry(Source):
    """A source, as `Source.as_dict` writes it."""

    note_message: Text | None = None


@dataclass(frozen=True)
class IndicatorEntry(Indicator):
    """An indicator, as `Indicator.as_dict` writes it."""

    sources: tuple[SourceEntry, ...] = ()


@dataclass(frozen=True)
class ListedEntry:
    """A row of an input that is listed, or carried."""

    row: str
    code: str
    reason: str


@dataclass(frozen=True)
class AccountEntry:
    """What became of the rows of an input, as `geo.tables.account.Account.as_dict` writes it."""

    rows: int
    matched: int
    listed: tuple[ListedEntry, ...] = ()
    carried: tuple[ListedEntry, ...] = ()
    counted: Mapping[str, int] = field(default_factory=dict)
    outside: int = 0


@dataclass(frozen=True)
class AtlasMetadata:
    """The metadata of the file, under the key `zoneblanche`.

    `table` names the columns that repeat the figures for other programs.
    """

    format: Literal[1]
    level: str
    vintage: str
    country: str | None
    sources: tuple[SourceEntry, ...]
    parent_names: Mapping[str, Mapping[str, str]]
    extra: bool
    indicators: tuple[IndicatorEntry, ...]
    intervals: tuple[str, ...]
    notices: tuple[str | Mapping[str, Any], ...]
    account: Mapping[str, AccountEntry]
    recipes: tuple[Recipe, ...] = ()
    table: tuple[str, ...] = ()
    corrections: tuple[Correction, ...] = ()
    contact: str = ""


def metadata_faults(metadata: Mapping[str, Any], file: str) -> list[Fault]:
    """Return the faults of the metadata: keys, types and choices, then whether they agree."""
    wrong = list(islice(check_json(metadata, AtlasMetadata), _MOST_FAULTS))
    if not wrong:
        wrong = list(islice(_text_faults(metadata), _MOST_FAULTS))
    if not wrong:
        wrong = [*_level_faults(metadata), *_indicator_faults(metadata), *_recipe_faults(metadata)]
    return [
        Fault(message, file=file, column=key, remedy=remedy, kind="atlas-metadata")
        for key, message, remedy in wrong
    ]


def _text_faults(metadata: Mapping[str, Any]) -> Iterator[Wrong]:
    """Yield the faults of notices, and of texts that would become too long."""
    messages: list[tuple[str, Any]] = []
    for place, notice in enumerate(metadata["notices"]):
        key = f"notices[{place}]"
        if isinstance(notice, str):
            continue
        wrong: list[Wrong] = []
        if not notice.keys() - {"severity"}:
            wrong.append((key, _("it holds no text in any language."), ""))
        for name, value in notice.items():
            kind: Any = {"severity": Literal["warning", "remark"], "message": Text}.get(name, str)
            wrong += check_json(value, kind, f"{key}.{name}")
        yield from wrong
        if not wrong:
            messages.append((f"{key}.message", notice.get("message", "")))
    listed = [("sources", metadata["sources"])]
    listed += [
        (f"indicators[{n}].sources", indicator.get("sources", ()))
        for n, indicator in enumerate(metadata["indicators"])
    ]
    for key, sources in listed:
        for place, source in enumerate(sources):
            messages.append((f"{key}[{place}].note_message", source.get("note_message") or ""))
    for key, message in messages:
        if _length(message) > LONGEST_TEXT:
            yield key, _("the text is too long."), ""


def _length(text: Any) -> int:
    """Return the most characters that a text may have once its slots are filled."""
    match text:
        case str():
            return len(text)
        case {"template": str(template)}:
            slots = {name: _length(value) for name, value in text.get("slots", {}).items()}
            forms = [template, text.get("plural") or ""]
            return max(
                len(form) + sum(slots.get(name, 0) for name in SLOT.findall(form)) for form in forms
            )
        case {"parts": list(parts)}:
            between = _length(text.get("separator", ""))
            return sum(_length(part) + between for part in parts)
        case {"texts": dict(texts)}:
            return max(map(_length, texts.values()), default=0)
    return _LONGEST_NUMBER


def _level_faults(metadata: Mapping[str, Any]) -> Iterator[Wrong]:
    if not metadata["level"]:
        yield "level", _("it is empty."), ""
    code = metadata["country"]
    if code is None:
        return
    if code not in known_countries():
        yield (
            "country",
            _("no country {code} is described.", code=shown(code)),
            nearest(code, known_countries()),
        )
        return
    levels = [level.id for level in read_country(code).levels]
    places = {"level": metadata["level"]}
    for place, indicator in enumerate(metadata["indicators"]):
        places[f"indicators[{place}].native_level"] = indicator.get("native_level") or levels[0]
    for key, level in places.items():
        if level not in levels:
            yield (
                key,
                _("{level} is not a level of the country.", level=shown(level)),
                nearest(level, levels),
            )


def _indicator_faults(metadata: Mapping[str, Any]) -> Iterator[Wrong]:
    ids = [indicator["id"] for indicator in metadata["indicators"]]
    twice = {name for name, count in Counter(ids).items() if count > 1}
    for place, indicator in enumerate(metadata["indicators"]):
        key = f"indicators[{place}]"
        if not _ID.fullmatch(indicator["id"]):
            yield f"{key}.id", _("{name} is not an id.", name=shown(indicator["id"])), ""
        if indicator["id"] in twice:
            yield f"{key}.id", _("{name} is there more than once.", name=shown(indicator["id"])), ""
        low, high = indicator.get("bounds", (None, None))
        if low is not None and high is not None and not low < high:
            yield f"{key}.bounds", _("the lower bound is not below the upper one."), ""
        if not 0 <= indicator.get("digits", 1) <= _MOST_DIGITS:
            yield f"{key}.digits", _("digits are 0 to {most}.", most=_MOST_DIGITS), ""
        if indicator.get("unit") == "category" and not indicator.get("categories"):
            yield f"{key}.categories", _("a category has titles for its codes."), ""
    for place, name in enumerate(metadata["intervals"]):
        if name not in ids:
            yield f"intervals[{place}]", _("there is no indicator {name}.", name=shown(name)), ""
        if metadata["intervals"].count(name) > 1:
            yield f"intervals[{place}]", _("{name} is there more than once.", name=shown(name)), ""


def _recipe_faults(metadata: Mapping[str, Any]) -> Iterator[Wrong]:
    ids = {indicator["id"] for indicator in metadata["indicators"]}
    recipes = metadata.get("recipes", ())
    twice = {
        name for name, count in Counter(recipe["id"] for recipe in recipes).items() if count > 1
    }
    for place, recipe in enumerate(recipes):
        key = f"recipes[{place}]"
        if recipe["id"] in twice:
            yield f"{key}.id", _("{name} is there more than once.", name=shown(recipe["id"])), ""
        if recipe["root"]["id"] != recipe["id"]:
            yield f"{key}.root.id", _("it is not the id of the recipe."), ""
        for name, least, most in _RANGES:
            if not least <= recipe.get(name, least) <= most:
                yield (
                    f"{key}.{name}",
                    _(
                        "it is not within {least} and {most}.",
                        least=quantity(least),
                        most=quantity(most),
                    ),
                    "",
                )
        share = recipe.get("uncertainty", {}).get("weights", 0)
        if not 0 <= share <= 1:
            yield f"{key}.uncertainty.weights", _("a share is from 0 to 1."), ""
        yield from _part_faults(recipe["root"], f"{key}.root", ids, visited=set())


_RANGES = (
    ("min_available", 0, 1), ("max_winsorised", 0, 1_000_000), ("skew", 1e-12, 1e12),
    ("kurtosis", 1e-12, 1e12), ("boxcox", -1e6, 1e6), ("draws", 0, 1_000_000), ("seed", 0, 2**63),
)  # fmt: skip


def _part_faults(
    part: Mapping[str, Any], key: str, ids: set[str], visited: set[str]
) -> Iterator[Wrong]:
    """Yield the faults of a dimension, or of an indicator in it."""
    name = part["id"]
    if name not in ids:
        yield f"{key}.id", _("there is no indicator {name}.", name=shown(name)), ""
    if name in visited:
        yield f"{key}.id", _("{name} is there more than once.", name=shown(name)), ""
    visited.add(name)
    if "children" not in part:
        yield from _element_faults(part, key)
        return
    children = [child["id"] for child in part["children"]]
    weights = part["weights"]
    if not children:
        yield f"{key}.children", _("there are none."), ""
    elif set(weights) != set(children):
        yield f"{key}.weights", _("they are not those of the children."), ""
    elif min(weights.values()) < 0 or not 0 < sum(weights.values()) < 1e300:
        yield f"{key}.weights", _("they are not positive numbers."), ""
    if not 0 <= part.get("min_available", 0) <= 1:
        yield f"{key}.min_available", _("a share is from 0 to 1."), ""
    for place, child in enumerate(part["children"]):
        yield from _part_faults(child, f"{key}.children[{place}]", ids, visited)


def _element_faults(part: Mapping[str, Any], key: str) -> Iterator[Wrong]:
    for name in ("goalposts", "range"):
        pair = part.get(name)
        if pair is not None and not pair[0] < pair[1]:
            yield f"{key}.{name}", _("the first number is not below the second."), ""
    if part.get("error", 0) < 0:
        yield f"{key}.error", _("it is below 0."), ""


_NUMBER = (pa.types.is_floating, pa.types.is_integer)
_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_null)
_PARTS: dict[str, tuple[str, tuple[Any, ...]]] = {
    "value": (_("numbers"), _NUMBER),
    "weight": (_("numbers"), _NUMBER),
    "fact": (_("numbers"), _NUMBER),
    "interval": (_("numbers"), _NUMBER),
    "reason": (_("whole numbers"), (pa.types.is_integer,)),
    "parent": (_("texts"), _TEXT),
    "extra": (_("texts or numbers"), (*_TEXT, *_NUMBER, pa.types.is_boolean)),
}
"""What the columns with each prefix contain."""


def own_columns(schema: pa.Schema, metadata: Mapping[str, Any]) -> list[str]:
    """Return the columns of the atlas, without those that repeat its figures."""
    repeated = set(metadata.get("table", ())) - {CODE, NAME, SHAPE}
    return [name for name in schema.names if name not in repeated]


def column_faults(schema: pa.Schema, metadata: Mapping[str, Any], file: str) -> list[Fault]:
    """Return the faults of columns: missing, duplicate, unknown, or of another type."""
    wrong: list[Wrong] = []
    for name, count in Counter(schema.names).items():
        if count > 1:
            wrong.append((name, _("{count} columns are called so.", count=count), ""))
    own = set(own_columns(schema, metadata))
    kinds = {
        name: kind for name, kind in zip(schema.names, schema.types, strict=True) if name in own
    }
    ids = [indicator["id"] for indicator in metadata["indicators"]]
    needed = [
        CODE,
        NAME,
        SHAPE,
        *(f"{part}.{name}" for part in ("value", "reason") for name in ids),
    ]
    needed += ["fact.population", "fact.area_km2"]
    wrong += [(name, _("there is no such column."), "") for name in needed if name not in kinds]
    for name, kind in kinds.items():
        if name in (CODE, NAME):
            if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
                wrong.append(
                    (name, _("the column holds {kind}, not texts.", kind=str(kind)[:60]), "")
                )
        elif name == SHAPE:
            if not (pa.types.is_binary(kind) or pa.types.is_large_binary(kind)):
                wrong.append(
                    (
                        name,
                        _("the column holds {kind}, not well-known binary.", kind=str(kind)[:60]),
                        "",
                    )
                )
        else:
            wrong += _typed(name, kind, ids, metadata["intervals"])
    return [
        Fault(message, file=file, column=name[:200], remedy=remedy, kind="damaged-atlas")
        for name, message, remedy in wrong
    ]


def _typed(name: str, kind: pa.DataType, ids: list[str], intervals: list[str]) -> Iterable[Wrong]:
    part, _dot, rest = name.partition(".")
    is_named = part in _PARTS and bool(rest)
    if part in ("value", "reason"):
        is_named = rest in ids
    elif part == "interval":
        is_named = rest.rpartition(".")[0] in intervals
    if not is_named:
        yield name, _("nothing says what the column is."), ""
        return
    what, tests = _PARTS[part]
    if not any(test(kind) for test in tests):
        yield name, _("the column holds {kind}, not {what}.", kind=str(kind)[:60], what=what), ""


def cell_faults(
    parts: Mapping[str, pd.DataFrame], metadata: Mapping[str, Any], file: str
) -> list[Fault]:
    """Return the faults of figures: not finite, out of range, unknown reasons and categories.

    Args:
        parts: the columns by what their names begin with; columns of figures are float64.
    """
    listed = [
        *_number_faults(parts, "value", -np.inf),
        *_number_faults(parts, "weight", 0),
        *_number_faults(parts, "fact", 0),
        *_number_faults(parts, "interval", -np.inf),
        *_reason_faults(parts["reason"]),
    ]
    if not listed:
        listed = [
            wrong
            for indicator in metadata["indicators"]
            for wrong in _figure_faults(indicator, parts["value"][indicator["id"]])
        ]
    return [
        Fault(message, file=file, column=name, feature=code, kind="damaged-atlas")
        for name, code, message in listed
    ]


_MOST_WEIGHED = 1e15
"""Above every count and area in square metres on Earth: the products of figures stay finite."""

_Cell = tuple[str, str, str]
"""Column, code of the territory, and what is wrong."""


def _number_faults(parts: Mapping[str, pd.DataFrame], part: str, least: float) -> Iterator[_Cell]:
    table = parts[part]
    for name in table:
        cells = table[name].to_numpy()
        most = MOST.get(str(name), _MOST_WEIGHED) if part in ("fact", "weight") else np.inf
        wrong = np.isinf(cells) | (cells < least) | (cells > most)
        if wrong.any():
            first = int(np.argmax(wrong))
            message = _("{value} is not a finite number.", value=cells[first])
            if np.isfinite(cells[first]):
                message = (
                    _("{value} is below 0.", value=cells[first])
                    if cells[first] < least
                    else _("{value} is above {most}.", value=cells[first], most=f"{most:g}")
                )
            yield f"{part}.{name}", _short(table.index[first]), message


def _reason_faults(reasons: pd.DataFrame) -> Iterator[_Cell]:
    numbers = [int(reason) for reason in Reason]
    for name in reasons:
        cells = reasons[name].to_numpy()
        wrong = ~np.isin(cells, numbers)
        if wrong.any():
            first = int(np.argmax(wrong))
            yield (
                f"reason.{name}",
                _short(reasons.index[first]),
                _(
                    "{value} is not a reason; reasons are {least} to {most}.",
                    value=cells[first],
                    least=numbers[0],
                    most=numbers[-1],
                ),
            )


def _figure_faults(indicator: Mapping[str, Any], figures: pd.Series) -> Iterator[_Cell]:
    wrong = impossible(
        figures.to_numpy(),
        unit=indicator.get("unit", ""),
        bounds=indicator.get("bounds", (None, None)),
        categories=[int(code) for code in indicator.get("categories", {})],
    )
    if wrong is not None:
        at, sentence = wrong
        yield indicator["id"], _short(figures.index[at]), sentence


def _first(cells: np.ndarray, wrong: np.ndarray) -> str:
    return str(cells[int(np.argmax(wrong))])


def _short(code: Any) -> str:
    text = str(code)
    return text if len(text) <= 60 else f"{text[:59]}…"
