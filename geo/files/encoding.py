"""The encoding of text that is not Unicode, by its letters.

A file that is not UTF-8 seldom says in which of the encodings of one byte it is written. Each of
these gives other letters: Wrocław in Windows-1250 is Wroc³aw in Windows-1252. The encoding is the
one whose letters are the most probable in names of places of one of its languages
(`geo.files.letters`), for which a short list of names suffices.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from zoneblanche.geo.files.letters import SHARES

_WESTERN = (
    "Catalan",
    "Danish and Norwegian",
    "Dutch",
    "Finnish",
    "French",
    "German",
    "Icelandic",
    "Italian",
    "Portuguese",
    "Spanish",
    "Swedish",
)
_CENTRAL = (
    "Albanian",
    "Croatian",
    "Czech",
    "Hungarian",
    "Polish",
    "Romanian",
    "Slovak",
    "Slovene",
)
_LANGUAGES = {
    "cp1252": _WESTERN,
    "cp1250": _CENTRAL,
    "iso-8859-2": _CENTRAL,
    "iso-8859-15": _WESTERN,
    "mac-roman": _WESTERN,
    "cp1254": ("Turkish",),
    "cp1257": ("Estonian", "Latvian", "Lithuanian"),
}
"""Encodings and the languages that are written in them; the usual first."""

_USUAL = "cp1252"
_HEAD_START = 5.0
"""Logarithm of how much more often files are in the usual encoding than in each other."""

_CLOSE = 6.0
"""Two encodings are as probable as each other if one is less than exp(6) times more probable."""

_STRANGE = math.log(1e-4)
"""Logarithm of the probability of a letter that the language does not have, or is misplaced."""

_SIGN = math.log(1 / 60)
_MOST_STRANGE = 0.2
"""Share of letters from which a text has none of the encodings."""

_MOST_WORDS = 5_000
_PIECES, _PIECE_BYTES = 8, 1 << 20
_BEYOND_ASCII = 0x80
_TO_SMALL = 0x20
"""The bit by which a small letter of ASCII differs from its capital."""

_LETTERS_OF_ASCII = 26
_FIRST_OF_UTF8 = np.array([0xC3, 0xC5, 0xE2], np.uint8)
_FIRST_OF_THREE = 0xE2
_FOREIGN = re.compile("[^\x00-\x7f]")
_SIGNS = "’‘“”«»–—…·\u00a0"
_SIGNS_AFTER = "°²³€§©®™ªº"
"""Signs that no letter follows within a word."""


@dataclass(frozen=True)
class Guess:
    """The encoding of a text, by its letters.

    Attributes:
        encoding: its name in Python.
        other: the next probable one, if it is about as probable and gives another text; or "".
        word: a word of the text, as it is in the encoding.
    """

    encoding: str
    other: str = ""
    word: str = ""

    @property
    def usual(self) -> bool:
        """Whether it is Windows-1252, and no other is as probable."""
        return self.encoding == _USUAL and not self.other


def foreign_words(data: bytes) -> set[bytes]:
    """Return words of a text that have letters beyond ASCII, up to 5,000: those of a text up to
    1 MiB, or of eight pieces of a longer one."""
    words: set[bytes] = set()
    for first in range(0, len(data), max(len(data) // _PIECES, _PIECE_BYTES)):
        piece = data[first : first + _PIECE_BYTES]
        for start, end in _places_of_foreign_words(piece):
            if len(words) >= _MOST_WORDS:
                return words
            words.add(piece[start:end])
    return words


def _places_of_foreign_words(piece: bytes) -> Iterator[tuple[int, int]]:
    """Return where the words that have letters beyond ASCII start and end."""
    codes = np.frombuffer(piece, np.uint8)
    foreign = np.flatnonzero(codes >= _BEYOND_ASCII)
    is_letter = (codes >= _BEYOND_ASCII) | ((codes | _TO_SMALL) - ord("a") < _LETTERS_OF_ASCII)
    edges = np.flatnonzero(np.diff(is_letter, prepend=False, append=False))
    starts, ends = edges[::2], edges[1::2]
    places = np.searchsorted(starts, foreign, side="right") - 1
    places = places[np.diff(places, prepend=-1) > 0]
    return zip(starts[places].tolist(), ends[places].tolist(), strict=True)


def has_letters_of_utf8(data: bytes) -> bool:
    """Return whether two or three bytes of a text are a letter, or a sign, of western or central
    Europe in UTF-8; in an encoding of one byte they would be two or three strange letters."""
    codes = np.frombuffer(data, np.uint8)
    foreign = np.flatnonzero(codes[:-1] >= _BEYOND_ASCII)
    foreign = foreign[np.isin(codes[foreign], _FIRST_OF_UTF8)]
    foreign = foreign[_follows(codes[foreign + 1])]
    if (codes[foreign] != _FIRST_OF_THREE).any():
        return True
    foreign = foreign[foreign + 2 < codes.size]
    return bool(_follows(codes[foreign + 2]).any())


def _follows(codes: np.ndarray) -> np.ndarray:
    """Return which bytes are those of UTF-8 after the first of a letter."""
    return (codes & 0xC0) == _BEYOND_ASCII


def guess_encoding(words: Iterable[bytes]) -> Guess | None:
    """Return the encoding of words in an encoding of one byte; None if they are in none of those.

    >>> guess_encoding(["Wrocław".encode("cp1250"), "Łódź".encode("cp1250")])
    Guess(encoding='cp1250', other='', word='Wrocław')
    """
    ordered = sorted(words)
    data = b" ".join(ordered)
    read = {name: text for name in _LANGUAGES if (text := _text(data, name)) is not None}
    if not read or _is_of_other_alphabet(next(iter(read.values()))):
        return None
    kinds = {name: _kinds_of_letters(text) for name, text in read.items()}
    scores = {name: _score(kinds[name], name) for name in read}
    best = max(scores, key=lambda name: scores[name])
    if kinds[best].total() < 2:
        best = _USUAL  # a single letter shows too little
    if best not in read or kinds[best][""] > _MOST_STRANGE * kinds[best].total():
        return None
    close = [
        name for name in scores if scores[best] - scores[name] < _CLOSE and read[name] != read[best]
    ]
    other = max(close, key=lambda name: scores[name], default="")
    return Guess(best, other, _word_that_differs(read[best], read.get(other or _USUAL, "")))


def _text(data: bytes, encoding: str) -> str | None:
    """Return the text of bytes, None if some are undefined in the encoding, or control codes."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if re.search("[\x80-\x9f]", text) else text


def _is_of_other_alphabet(text: str) -> bool:
    """Return whether most words consist of letters beyond ASCII: they are Greek, or Cyrillic."""
    words = [word for word in text.split() if len(word) >= 3]
    foreign = (sum(not letter.isascii() and letter.isalpha() for letter in word) for word in words)
    most = [3 * count > 2 * len(word) for count, word in zip(foreign, words, strict=True)]
    return 2 * sum(most) > len(most)


def _kinds_of_letters(text: str) -> Counter[str]:
    """Return how often a text has each letter beyond ASCII, in lower case; "." stands for signs, ""
    for what is in no name: a sign or a capital within a word."""
    counts: Counter[str] = Counter()
    for match in _FOREIGN.finditer(text):
        letter, at = match[0], match.start()
        before, after = text[at - 1 : at], text[at + 1 : at + 2]
        if letter in _SIGNS or (letter in _SIGNS_AFTER and not after.isalpha()):
            counts["."] += 1
        elif letter in _SIGNS_AFTER or not letter.isalpha() or _is_misplaced(before, letter, after):
            counts[""] += 1
        else:
            counts[letter.lower()] += 1
    return counts


def _is_misplaced(before: str, letter: str, after: str) -> bool:
    """Return whether a letter is a capital after a small one, or a small one between capitals, or
    the second capital of a word of small letters."""
    if letter.isupper():
        return before.islower() or (before.isupper() and after.islower())
    return letter.islower() and before.isupper() and after.isupper()


def _score(counts: Mapping[str, int], encoding: str) -> float:
    """Return the logarithm of the probability of letters in the language of an encoding that fits
    best, or in a mixture of all."""
    languages = [_shares(name) for name in _LANGUAGES[encoding]]
    letters = {letter for shares in languages for letter in shares}
    mixed = {
        letter: sum(shares.get(letter, 0) for shares in languages) / len(languages)
        for letter in letters
    }
    fits = [
        sum(count * _probability(letter, shares) for letter, count in counts.items())
        for shares in (*languages, mixed)
    ]
    return max(fits) + (_HEAD_START if encoding == _USUAL else 0)


def _probability(letter: str, shares: Mapping[str, float]) -> float:
    """Return the logarithm of the probability of a letter."""
    if letter == ".":
        return _SIGN
    return math.log(shares[letter]) if letter in shares else _STRANGE


@cache
def _shares(language: str) -> dict[str, float]:
    pairs = SHARES[language].split()
    return {pair[0]: int(pair[1:]) / 1000 for pair in pairs}


def _word_that_differs(text: str, other: str) -> str:
    """Return the first word that another encoding reads differently, else the first."""
    words = text.split(" ")
    pairs = zip(words, other.split(" "), strict=False)
    return next((word for word, read in pairs if word != read), words[0])
