"""From the table of a TOML file to a checked model: all that is wrong at once, in sentences.

Projects, layers, recipes, rules and countries each have models of their own, made of `TomlTable`
and of the types below; `checked` is the one place where what pydantic finds becomes a `Fault`.
pydantic takes a fifth of a second to import: readers import their models where they read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from types import UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Tag,
    ValidationError,
    WrapValidator,
)
from pydantic_core import ErrorDetails, PydanticCustomError

from zoneblanche.geo.errors import Fault, InputError, nearest, shown
from zoneblanche.geo.files.structured.toml import Document
from zoneblanche.geo.files.structured.toml_lines import Key
from zoneblanche.geo.messages import EMPTY, _, languages, quantity

_BRANCH = re.compile(r"<[\w-]+>|\[key\]")
"""What pydantic puts into the path of a key for a member of a union, or for a key itself."""


class Refusal(NamedTuple):
    """What is said of a key: a sentence, what to do, and the kind of the fault."""

    sentence: str
    remedy: str = EMPTY
    kind: str = "wrong-value"


class TomlTable(BaseModel):
    """A table of a TOML file, in which every key is known and has the type that is meant."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    @classmethod
    def known_keys(cls) -> list[str]:
        """The keys that it may have, as they are written."""
        return [field.alias or name for name, field in cls.model_fields.items()]

    @classmethod
    def refuse_unknown(cls, key: str, value: Any) -> Refusal:
        """What is said of a key that the table does not have."""
        remedy = nearest(key, cls.known_keys())
        return Refusal(_("the key {key} is not known.", key=shown(key)), remedy, "unknown-key")

    @classmethod
    def refuse_missing(cls, key: str) -> Refusal:
        """What is said of a key that has to be there."""
        return Refusal(
            _("the key {key} is missing.", key=shown(key)), _("Write it."), "missing-key"
        )


def refused(sentence: str, *, remedy: str = EMPTY, kind: str = "wrong-value", key: str = "") -> Any:
    """The error that a validator raises, to be said as it stands.

    Args:
        key: of the table that is validated, where the fault is of one of its keys.
    """
    slots = {"sentence": sentence, "remedy": remedy, "key": key}
    return PydanticCustomError(kind, "{sentence}", slots)


def branch(name: str) -> Tag:
    """The name of a member of a union, which is told apart from a key."""
    return Tag(f"<{name}>")


def unfit(value: Any, wanted: str) -> str:
    """The sentence on a value that is not what was expected."""
    return _("{got} does not fit; expected is {wanted}.", got=shown(value), wanted=wanted)


def expected(what: str) -> WrapValidator:
    """At the end of an annotated type: what a value that does not fit should have been."""

    def validate(value: Any, handler: Callable[[Any], Any]) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise refused(unfit(value, what)) from None

    return WrapValidator(validate)


_Texts = str | dict[str, str]


def _text_of(most: int, *, least: int = 0) -> Callable[[Any], Any]:
    def validate(text: Any) -> Any:
        by_language = text if isinstance(text, Mapping) else {"en": text}
        fits = by_language and all(
            isinstance(words, str) and least <= len(words.strip()) and len(words) <= most
            for words in by_language.values()
        )
        if not fits or not all(re.fullmatch("[a-z]{2}", language) for language in by_language):
            raise refused(unfit(text, _("a text in quotes, or one a language: { fr = …, en = … }")))
        return dict(text) if isinstance(text, Mapping) else text

    return validate


Line = Annotated[str, Field(max_length=1000)]
Name = Annotated[Line, AfterValidator(lambda name: unicodedata.normalize("NFC", name))]
"""A name of something in a file, such as a column, whichever way its accents were typed."""
Identifier = Annotated[
    str,
    Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$"),
    expected(_("1 to 64 letters, digits, - and _, the first a letter or a digit")),
]
Words = Annotated[Any, BeforeValidator(_text_of(1_000), json_schema_input_type=_Texts)]
"""A text for readers: one text, or a table of texts by language."""
Title = Annotated[Any, BeforeValidator(_text_of(1_000, least=1), json_schema_input_type=_Texts)]
"""One that says something."""
Prose = Annotated[Any, BeforeValidator(_text_of(20_000, least=1), json_schema_input_type=_Texts)]
"""A longer one."""
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


def _spoken(lang: Any) -> Any:
    if lang not in languages():
        raise refused(
            _("{got} is not a choice here.", got=shown(lang)),
            remedy=nearest(str(lang), languages()),
        )
    return lang


Language = Annotated[str, BeforeValidator(_spoken)]
"""A language that has a catalogue of messages."""

Model = TypeVar("Model", bound=BaseModel)


def checked(document: Document, model: type[Model], *, at: Key = ()) -> Model:
    """The model of a document, or of the table under a key of it.

    Raises:
        InputError: a fault for each key that is not known, is missing, or has a value of another
            type or out of its bounds; with file, line and key.
    """
    table: Any = document.table
    for part in at:
        table = table[part]
    try:
        return model.model_validate(table)
    except ValidationError as error:
        faults: dict[str | None, Fault] = {}
        for entry in error.errors(include_url=False):
            fault = _fault(entry, document, model, at)
            faults.setdefault(fault.column, fault)  # one a key
        raise InputError(list(faults.values())) from None


def _fault(entry: ErrorDetails, document: Document, model: type[BaseModel], at: Key) -> Fault:
    kind, slots, got = entry["type"], entry.get("ctx", {}), entry["input"]
    got = str(got).lower() if isinstance(got, bool) else got  # as TOML writes it
    parts = entry["loc"]
    key = (*at, *(part for part in parts if not _BRANCH.fullmatch(str(part))))
    last = str(key[-1]) if key else ""
    if kind in ("extra_forbidden", "missing"):
        table = _table_at(model, parts[:-1])
        unknown = kind == "extra_forbidden"
        refusal = table.refuse_unknown(last, got) if unknown else table.refuse_missing(last)
        return document.fault(key, refusal.sentence, remedy=refusal.remedy, kind=refusal.kind)
    if "sentence" in slots:
        key = (*key, slots["key"]) if slots["key"] else key
        more = {"remedy": slots["remedy"], "kind": kind}
        return document.fault(key, slots["sentence"], value=got, **more)
    if kind in ("literal_error", "union_tag_invalid"):
        choices = re.findall(r"'<?(.*?)>?'", slots.get("expected") or slots["expected_tags"])
        if kind == "union_tag_invalid":
            got, key = slots["tag"].strip("<>"), (*key, "kind")
        return document.fault(
            key,
            _("{got} is not a choice here.", got=shown(got)),
            value=got,
            remedy=nearest(str(got), choices, count=20),
            kind="wrong-value",
        )
    return document.fault(
        key,
        unfit(got, _expected(kind, slots)),
        value=got,
        kind="wrong-value",
    )


_EXPECTED = {
    "string_type": _("a text in quotes"),
    "list_type": _("a list, [ … ]"),
    "dict_type": _("a table"),
    "model_type": _("a table"),
    "model_attributes_type": _("a table"),
    "int_type": _("a whole number"),
    "float_type": _("a number"),
    "finite_number": _("a finite number"),
    "bool_type": _("true or false"),
}


def _expected(kind: str, slots: Mapping[str, Any]) -> str:
    """What a value of a plain type has to be."""
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    bounds: dict[str, Callable[[], str]] = {
        "greater_than_equal": lambda: _("{number} or more", number=quantity(slots["ge"])),
        "greater_than": lambda: _("more than {number}", number=quantity(slots["gt"])),
        "less_than_equal": lambda: _("{number} or less", number=quantity(slots["le"])),
        "less_than": lambda: _("less than {number}", number=quantity(slots["lt"])),
        "string_too_long": lambda: _(
            "a text of at most {number} characters", number=quantity(slots["max_length"])
        ),
        "too_short": lambda: _("at least one"),
    }
    return bounds[kind]() if kind in bounds else _("another value")


def _table_at(model: type[BaseModel], parts: tuple[str | int, ...]) -> type[TomlTable]:
    """The model of the table that the parts of an error lead to."""
    kinds: list[Any] = [model]
    for part in parts:
        kinds = [inner for kind in kinds for inner in _inside(kind, part)]
    tables = [table for kind in kinds for table in _tables(kind)]
    return tables[0] if tables else TomlTable


def _inside(kind: Any, part: str | int) -> list[Any]:
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated:
        if any(isinstance(argument, Tag) and argument.tag == part for argument in arguments[1:]):
            return [arguments[0]]
        return _inside(arguments[0], part)
    if origin in (Union, UnionType):
        return [inner for argument in arguments for inner in _inside(argument, part)]
    if origin is list:
        return [arguments[0]] if isinstance(part, int) else []
    if origin is dict:
        return [arguments[1]] if not _BRANCH.fullmatch(str(part)) else []
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        fields = kind.model_fields.items()
        return [field.annotation for name, field in fields if part in (name, field.alias)]
    return []


def _tables(kind: Any) -> list[type[TomlTable]]:
    origin = get_origin(kind)
    if origin is Annotated:
        return _tables(get_args(kind)[0])
    if origin in (Union, UnionType):
        return [table for member in get_args(kind) for table in _tables(member)]
    return [kind] if isinstance(kind, type) and issubclass(kind, TomlTable) else []
