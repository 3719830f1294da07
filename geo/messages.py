"""Texts for the user: a template and its slots, translated where it is displayed.

A `Message` is a `str`. Its value is the English text, so it is compared, sorted and printed like
any other text. It contains its template and the values of the slots, which `translate` uses for any
language with a catalogue in `geo/locale/`. A message that is not in the catalogue stays in English.

>>> message = _("there is no column {name}.", name="'taux'")
>>> message
"there is no column 'taux'."
>>> translate(message, "fr")
"il n'y a pas de colonne 'taux'."

Quantities are marked as such: `quantity(3000)` is written 3,000 or 3 000, while a year or a code is
not changed.
"""

from __future__ import annotations

import copy
import functools
import gettext
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from importlib import resources
from typing import Any, Literal, Self

Severity = Literal["warning", "remark"]
"""A *warning* says that something may be wrong, or that a figure is not what it seems. A *remark*
says how something was done. A notice without a severity is a warning."""

DOMAIN = "zoneblanche"
SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
"""A slot of a template. Other braces are plain text."""


class Translatable(str):
    """An English text that can be translated."""

    __slots__ = ("severity",)
    severity: Severity

    def __new__(cls, english: str = "", **parts: object) -> Self:
        """Return the text; `parts` are the attributes of a kind of it, which a copy needs too."""
        text = super().__new__(cls, english)
        text.severity = "warning"
        for name, value in parts.items():
            setattr(text, name, value)
        return text

    def in_language(self, lang: str) -> str:
        """Return the text in `lang`."""
        return str(self)

    def as_dict(self) -> dict[str, Any]:
        """Return its content, for JSON."""
        raise NotImplementedError


class Message(Translatable):
    """A template with its slots filled.

    Attributes:
        template: in English, with `{name}` for each slot.
        slots: the values, by name; a value may be translatable itself.
        plural: the template for a number other than one, or None.
        number: the number that selects the plural form; 1 without a plural.
        context: distinguishes uses of one English text with different translations, or None.
    """

    __slots__ = ("context", "number", "plural", "slots", "template")
    template: str
    slots: Mapping[str, str]
    plural: str | None
    number: int
    context: str | None

    def in_language(self, lang: str) -> str:
        """Return the text in `lang`; in English if the catalogue does not have the template."""
        template = _looked_up(self, lang)
        if template is None:
            return str(self)
        return _fill(template, {name: translate(value, lang) for name, value in self.slots.items()})

    def as_dict(self) -> dict[str, Any]:
        """Return template, slots and the other attributes."""
        record: dict[str, Any] = {"template": self.template}
        if self.slots:
            record["slots"] = {name: _as_json(value) for name, value in self.slots.items()}
        if self.plural is not None:
            record |= {"plural": self.plural, "count": self.number}
        if self.context is not None:
            record["context"] = self.context
        return record


class Quantity(Translatable):
    """A number, with a number of decimals, or as many as it needs (None)."""

    __slots__ = ("digits", "value")
    value: float
    digits: int | None

    def in_language(self, lang: str) -> str:
        """Return it in the format of `lang`."""
        from zoneblanche.geo.numerals import format_number

        return format_number(self.value, self.digits, lang)

    def as_dict(self) -> dict[str, Any]:
        """Return value and digits."""
        return {"number": self.value, "digits": self.digits}


class Joined(Translatable):
    """Several texts with a separator between them."""

    __slots__ = ("parts", "separator")
    parts: tuple[str, ...]
    separator: str

    def in_language(self, lang: str) -> str:
        """Return each part and the separator in `lang`."""
        return translate(self.separator, lang).join(translate(part, lang) for part in self.parts)

    def as_dict(self) -> dict[str, Any]:
        """Return parts and separator."""
        return {"parts": list(map(_as_json, self.parts)), "separator": _as_json(self.separator)}


class Titled(Translatable):
    """A text with its own translations, such as the title of a layer."""

    __slots__ = ("texts",)
    texts: Mapping[str, str]

    def in_language(self, lang: str) -> str:
        """Return the text in `lang`, else in English, else in the first language that it has."""
        return self.texts.get(lang) or str(self)

    def as_dict(self) -> dict[str, Any]:
        """Return the text in each language."""
        return {"texts": dict(self.texts)}


def _(template: str, /, **slots: object) -> Message:
    """Return the message of a template.

    >>> translate(_("{count} features", count=quantity(3000)), "fr").encode("ascii", "replace")
    b'3?000 entit?s'
    """
    return _message(template, slots)


def fill(phrase: str, /, **slots: object) -> Message:
    """Return the message of a phrase whose slots are open, such as those that a page fills in too.

    >>> fill(_("rank {rank} of {count}"), rank=1, count=quantity(3000))
    'rank 1 of 3,000'
    """
    context = phrase.context if isinstance(phrase, Message) else None
    return _message(str(phrase), slots, context=context)


def pgettext(context: str, template: str, /, **slots: object) -> Message:
    """Return a message whose English text has several translations: `context` selects one."""
    return _message(template, slots, context=context)


def ngettext(singular: str, many: str, count: int, /, **slots: object) -> Message:
    """Return a message that agrees with a number, which is in the slot `count`.

    >>> ngettext("{count} row is left out.", "{count} rows are left out.", 2)
    '2 rows are left out.'
    """
    return _message(singular, {"count": quantity(count), **slots}, plural=many, number=count)


def npgettext(context: str, singular: str, many: str, count: int, /, **slots: object) -> Message:
    """`ngettext` with the context of `pgettext`."""
    slots = {"count": quantity(count), **slots}
    return _message(singular, slots, plural=many, number=count, context=context)


def quantity(value: float, digits: int | None = None) -> Quantity:
    """Return a number for a slot, see `geo.numerals.format_number`.

    >>> quantity(3000), quantity(67.25), quantity(67.25, digits=1), quantity(5.0, digits=0)
    ('3,000', '67.25', '67.3', '5')
    """
    # Here, because the catalogues are compiled with this file alone, before there is a package.
    from zoneblanche.geo.numerals import format_english

    value = value.item() if hasattr(value, "item") else value
    return Quantity(format_english(value, digits), value=value, digits=digits)


def percent(share: float, digits: int = 0) -> Message:
    """Return a share of one for a slot.

    >>> percent(0.67), translate(percent(0.675, digits=1), "fr").replace("\\u00a0", " ")
    ('67%', '67,5 %')
    """
    return _("{number}%", number=quantity(100 * share, digits))


def join(parts: Iterable[str], separator: str = ", ") -> Joined:
    """Return several texts as one; empty ones are left out.

    >>> join(["Did you mean 'a'?", "", "Columns: a, b."], " ")
    "Did you mean 'a'? Columns: a, b."
    """
    kept = tuple(part for part in parts if part)
    return Joined(separator.join(kept), parts=kept, separator=separator)


EMPTY = join(())
"""No text."""


def semicolons(parts: Iterable[str]) -> Joined:
    """Return several texts with semicolons between them, with the spacing of each language."""
    return join(parts, _("; "))


def titled(texts: Mapping[str, str] | str) -> str:
    """Return a text with its own translations, for a slot; a plain text is returned unchanged.

    >>> title = titled({"fr": "Fibre", "en": "Fibre cover"})
    >>> title, translate(title, "fr"), translate(title, "de")
    ('Fibre cover', 'Fibre', 'Fibre cover')
    """
    if isinstance(texts, str):
        return texts
    english = texts.get("en") or next(iter(texts.values()))
    return Titled(english, texts=dict(texts))


def translate(text: str, lang: str) -> str:
    """Return the text in `lang`; a text that is not a message is returned unchanged."""
    if isinstance(text, Translatable) and lang != "en":
        return text.in_language(lang)
    return str(text)


def translate_all(messages: Mapping[str, str], lang: str) -> dict[str, str]:
    """Each of the messages in `lang`, by its name."""
    return {name: translate(message, lang) for name, message in messages.items()}


def message_of(error: BaseException) -> str:
    """What an error says: its message, if it has one."""
    text = error.args[0] if error.args else ""
    return text if isinstance(text, Translatable) else str(error)


def in_languages(text: str) -> dict[str, str]:
    """The text in English, and in each language whose catalogue has it.

    >>> in_languages(_("a folder"))["fr"]
    'un dossier'
    """
    return {lang: translate(text, lang) for lang in languages() if _is_translated(text, lang)}


def as_title(text: str) -> dict[str, str]:
    """A message as a text that comes with its languages: those that it is said in, and in which
    every title within it is known.

    >>> title = titled({"fr": "Fibre", "en": "Fibre cover"})
    >>> as_title(_("{title}, change", title=title))["fr"]
    'Fibre, évolution'
    """
    texts = in_languages(text)
    return {lang: words for lang, words in texts.items() if _is_translated(text, lang, titles=True)}


def _is_translated(text: str, lang: str, *, titles: bool = False) -> bool:
    if lang == "en":
        return True
    if isinstance(text, Message):
        inner: Iterable[str] = text.slots.values()
        if _looked_up(text, lang) is None:
            return False
    else:
        inner = text.parts if isinstance(text, Joined) else ()
    if titles and isinstance(text, Titled):
        return lang in text.texts
    return all(_is_translated(piece, lang, titles=titles) for piece in inner)


# Severity ---------------------------------------------------------------------------------------


def remark(text: str) -> Translatable:
    """Return the message as a remark on how something was done."""
    noted = copy.copy(text) if isinstance(text, Translatable) else _message(text, {})
    noted.severity = "remark"
    return noted


def severity_of(notice: str) -> Severity:
    """Return whether a notice is a warning or a remark.

    >>> severity_of("No such thing."), severity_of(remark("The separator is a comma."))
    ('warning', 'remark')
    """
    return notice.severity if isinstance(notice, Translatable) else "warning"


def warnings_first(notices: Iterable[str]) -> tuple[str, ...]:
    """Return the notices, warnings before remarks, otherwise in their order."""
    return tuple(sorted(notices, key=lambda notice: severity_of(notice) == "remark"))


class Notices:
    """What is to be said of a task, collected while it is done: each once, in order.

    A function that has something to say takes one as its keyword `notices`.

    >>> notices = Notices()
    >>> notices.warn("2 rows are left out."); notices.remark(_("Done.")); notices.warn("Done.")
    >>> [(notice, severity_of(notice)) for notice in notices]
    [('2 rows are left out.', 'warning'), ('Done.', 'remark')]
    """

    def __init__(self, notices: Iterable[str] = ()) -> None:
        self._notices = dict.fromkeys(notices)

    def warn(self, notice: str) -> None:
        """Add a sentence on what may be wrong."""
        self._notices.setdefault(notice)

    def remark(self, notice: str) -> None:
        """Add a sentence on how something was done."""
        self.warn(remark(notice))

    def extend(self, notices: Iterable[str]) -> None:
        """Add those of something else."""
        for notice in notices:
            self.warn(notice)

    def __iter__(self) -> Iterator[str]:
        return iter(self._notices)

    def as_tuple(self) -> tuple[str, ...]:
        """The notices, for what is handed on."""
        return tuple(self._notices)


def without(notice: str, part: str) -> str:
    """Return the notice with `part` removed from its slots, or from its text if it has none.

    >>> without(_("{file}: the sheet is empty.", file="a/f.xlsx"), "a/")
    'f.xlsx: the sheet is empty.'
    """
    if isinstance(notice, Message):
        slots = {name: without(value, part) for name, value in notice.slots.items()}
        shortened = _message(
            notice.template,
            slots,
            plural=notice.plural,
            number=notice.number,
            context=notice.context,
        )
        shortened.severity = notice.severity
        return shortened
    if isinstance(notice, Joined):
        return join([without(inner, part) for inner in notice.parts], notice.separator)
    return notice if isinstance(notice, Translatable) else notice.replace(part, "")


# JSON -------------------------------------------------------------------------------------------


def notice_texts(notice: str) -> dict[str, str]:
    """For a page: severity, and the text in each language."""
    return {"severity": severity_of(notice), **in_languages(notice)}


def notice_as_dict(notice: str) -> dict[str, Any]:
    """Return for JSON: severity, the text in each language, template and slots.

    >>> notice_as_dict(remark("Done."))["severity"]
    'remark'
    """
    message = {"message": notice.as_dict()} if isinstance(notice, Translatable) else {}
    return notice_texts(notice) | message


def notice_from_dict(record: str | Mapping[str, Any]) -> str:
    """Return the notice that `notice_as_dict` wrote, or a plain or bilingual one of an older
    file."""
    if isinstance(record, str):
        return record
    if "message" in record:
        notice = message_from_dict(record["message"])
    else:
        notice = titled({lang: text for lang, text in record.items() if lang != "severity"})
    return remark(notice) if record.get("severity") == "remark" else notice


def _as_json(text: str) -> Any:
    return text.as_dict() if isinstance(text, Translatable) else str(text)


def message_from_dict(record: Any) -> str:
    """Return the message from the result of `as_dict`."""
    match record:
        case {"template": str(template)}:
            slots = {
                str(name): message_from_dict(value)
                for name, value in record.get("slots", {}).items()
            }
            return _message(
                template,
                slots,
                plural=record.get("plural"),
                number=record.get("count", 1),
                context=record.get("context"),
            )
        case {"number": int() | float() as value}:
            return quantity(value, record.get("digits"))
        case {"parts": list(parts), "separator": separator}:
            return join(map(message_from_dict, parts), message_from_dict(separator))
        case {"texts": dict(texts)}:
            return titled(texts)
    return str(record)


# Catalogues -------------------------------------------------------------------------------------


@functools.cache
def languages() -> tuple[str, ...]:
    """Return the supported languages: English, and those with a catalogue."""
    folder = resources.files(__package__) / "locale"
    with_catalogue = [
        entry.name
        for entry in folder.iterdir()
        if (entry / "LC_MESSAGES" / f"{DOMAIN}.mo").is_file()
        or (entry / "LC_MESSAGES" / f"{DOMAIN}.po").is_file()
    ]
    return ("en", *sorted(with_catalogue))


def spoken(*wanted: str | None, default: str = "en") -> str:
    """The first of the languages that has a catalogue, else the default.

    >>> spoken(None, "fr"), spoken("xx")
    ('fr', 'en')
    """
    return next((lang for lang in wanted if lang in languages()), default)


def translate_text(text: str, lang: str, context: str | None = None) -> str:
    """Return a text without slots in `lang`, from the catalogue: help texts, notes of sources."""
    if not text:
        return ""  # gettext returns the head of the catalogue for it
    catalogue = _catalogue(lang)
    translation = catalogue.pgettext(context, text) if context else catalogue.gettext(text)
    return translation or text


class _Lacking(gettext.NullTranslations):
    """For texts that a catalogue does not have: the empty text, so that the absence is visible."""

    def gettext(self, message: str) -> str:
        return ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return ""

    def pgettext(self, context: str, message: str) -> str:
        return ""

    def npgettext(self, context: str, msgid1: str, msgid2: str, n: int) -> str:
        return ""


@functools.cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    """Return the compiled catalogue; in a working copy without one, the .po itself."""
    if lang not in languages() or lang == "en":
        return _Lacking()
    folder = resources.files(__package__) / "locale" / lang / "LC_MESSAGES"
    compiled, source = folder / f"{DOMAIN}.mo", folder / f"{DOMAIN}.po"
    with resources.as_file(compiled) as mo, resources.as_file(source) as po:
        fresh = mo.exists() and not (po.exists() and po.stat().st_mtime > mo.stat().st_mtime)
        content = mo.read_bytes() if fresh else compile_catalogue(po.read_bytes())
    catalogue = gettext.GNUTranslations(io.BytesIO(content))
    catalogue.add_fallback(_Lacking())
    return catalogue


def compile_catalogue(po: bytes) -> bytes:
    """Return a .po as a .mo."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    buffer, catalogue = io.BytesIO(), read_po(io.BytesIO(po))
    # The same bytes each time.
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def _looked_up(message: Message, lang: str) -> str | None:
    catalogue, template, plural = _catalogue(lang), message.template, message.plural
    if plural is None:
        context = message.context
        translation = (
            catalogue.pgettext(context, template) if context else catalogue.gettext(template)
        )
    elif message.context:
        translation = catalogue.npgettext(message.context, template, plural, message.number)
    else:
        translation = catalogue.ngettext(template, plural, message.number)
    return translation or None


def _message(
    template: str,
    slots: Mapping[str, object],
    *,
    plural: str | None = None,
    number: int = 1,
    context: str | None = None,
) -> Message:
    texts = {name: _slot(value) for name, value in slots.items()}
    english = _fill(template if plural is None or number == 1 else plural, texts)
    message = Message(
        english,
        template=template,
        slots=texts,
        plural=plural,
        number=int(number),
        context=context,
    )
    return message


def _slot(value: object) -> str:
    """Return the value of a slot: a text unchanged; an error as its message; others as Python
    formats them."""
    if isinstance(value, str):
        return value
    return message_of(value) if isinstance(value, BaseException) else str(value)


def _fill(template: str, slots: Mapping[str, str]) -> str:
    return SLOT.sub(lambda place: str(slots.get(place[1], place[0])), template)
