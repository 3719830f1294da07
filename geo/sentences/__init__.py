"""The French of what is said in English.

Sentences are written once, in English, where they are needed; the catalogue beside this module
says each of them in French: a template, with {0}, {1}, … for what is put into it in order. A
sentence is matched to its template when it is printed, and what was put into it is translated
likewise. `tests/geo/test_sentences.py` reads the source and names every template without French.
"""

from __future__ import annotations

import functools
import re
import tomllib
from dataclasses import dataclass
from importlib import resources

_PLACE = re.compile(r"\{(\d+)\}")
_PREDICATE = re.compile(r"(is|has|may|needs|takes) ")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_MORE = re.compile(r"\band (\d+) more\b")
_MEASURE = re.compile(r"(?<![\d.])(\d+)\.(\d+)(?= (?:%|km|m²))")
_SHARE = re.compile(r"\d+(?:\.\d+)?%")
_DEEPEST = 4


@dataclass(frozen=True)
class Template:
    """A sentence with places, in both languages.

    Attributes:
        letters: what it says itself; the more, the surer the match.
        key: the longest of its parts, by which most sentences are told not to be of it.
        pattern: of the English; a group a place.
        french: with {0}, {1}, …
    """

    letters: int
    key: str
    pattern: str
    french: str

    @functools.cached_property
    def form(self) -> re.Pattern[str]:
        """Matches the English. Compiling all of them takes longer than most runs have to say."""
        return re.compile(self.pattern, re.DOTALL)


@functools.cache
def french_sentences() -> dict[str, str]:
    """Every template of the catalogue and its French."""
    known: dict[str, str] = {}
    for entry in sorted(
        resources.files("zoneblanche.geo.sentences").iterdir(), key=lambda one: one.name
    ):
        if entry.name.endswith(".fr.toml"):
            known |= tomllib.loads(entry.read_text("utf-8"))
    return known


def in_french(sentence: str) -> str:
    """The sentence in French; as it stands where the catalogue does not have it.

    >>> in_french("there is no column 'taux'.").replace("\\u00a0", " ")
    "il n'y a pas de colonne 'taux'."
    """
    return _translated(sentence, _DEEPEST)


def said_in(sentence: str, lang: str) -> str:
    """The sentence in `lang`: English as it stands, or French."""
    return in_french(sentence) if lang == "fr" else sentence


def more_in_french(text: str) -> str:
    """A list as `geo.errors.first_of` ends it, ended in French.

    >>> more_in_french("01004, 01007 and 1 more")
    '01004, 01007 et 1 de plus'
    """
    return _MORE.sub(r"et \1 de plus", text)


def places_in(template: str) -> list[str]:
    """The numbers of the places of a template, sorted, each once."""
    return sorted(set(_PLACE.findall(template)))


def _translated(text: str, depth: int) -> str:
    known = french_sentences()
    if text in known:
        return known[text]
    if depth:
        for template in _templates():
            found = template.form.fullmatch(text) if template.key in text else None
            if found:
                return _filled(template.french, found.groupdict(), depth - 1)
    return text


def _filled(french: str, parts: dict[str, str], depth: int) -> str:
    filled = _PLACE.sub(lambda place: _inserted(parts[f"p{place[1]}"], depth), french)
    return _MEASURE.sub(r"\1,\2", filled)


def _inserted(part: str, depth: int) -> str:
    """What stands in a place: a number, a list, another sentence, or a name."""
    if _THOUSANDS.fullmatch(part):
        return part.replace(",", "\u202f")
    if _SHARE.fullmatch(part):
        return part.replace(".", ",").replace("%", "\u00a0%")
    if "; " in part and "'" not in part:  # a list; what is quoted stays as it was written
        return "\u00a0; ".join(_inserted(one, depth) for one in part.split("; "))
    return more_in_french(_translated(part, depth))


@functools.cache
def _templates() -> tuple[Template, ...]:
    """The templates with places, those that say most first."""
    made = []
    for english, french in french_sentences().items():
        if _PREDICATE.match(english):  # what is said of a subject: "'taux' is no finite number."
            subject, end = f"{{99}} {english}", "" if english.endswith(".") else "."
            made += [_template(subject, f"{{99}} {french}")]
            made += [_template(subject + end, f"{{99}} {french}{end}")] if end else []
        if _PLACE.search(english):
            made.append(_template(english, french))
    return tuple(sorted(made, key=lambda one: -one.letters))


def _template(english: str, french: str) -> Template:
    pieces = _PLACE.split(english)
    said, numbers = pieces[::2], pieces[1::2]
    form, seen = re.escape(said[0]), set()
    for number, piece in zip(numbers, said[1:], strict=True):
        form += f"(?P=p{number})" if number in seen else f"(?P<p{number}>.*?)"
        form += re.escape(piece)
        seen.add(number)
    letters = sum(sign.isalpha() for piece in said for sign in piece)
    return Template(letters, max(said, key=len), form, french)
