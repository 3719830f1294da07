"""On which line of a TOML file each key is written: what tomllib does not tell.

The text is one that tomllib has accepted; nothing is checked here again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

Key = tuple[str | int, ...]
"""The way to a value: keys of tables, and places in lists counted from 0."""

_TOKEN = re.compile(
    r"""
    (?P<space> [ \t\r]+ | \#[^\n]* )
  | (?P<newline> \n )
  | (?P<quoted> \"{3}(?:[^\\]|\\.)*?\"{3,5} | '{3}.*?'{3,5} | "(?:[^"\\\n]|\\.)*" | '[^'\n]*' )
  | (?P<mark> [][{},=.] )
  | (?P<bare> [^][{},=.\s\#"']+ )
    """,
    re.VERBOSE | re.DOTALL,
)
_END = "end"
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", '"': '"', "\\": "\\"}


def key_lines(text: str) -> dict[Key, int]:
    """The line, counted from 1, of every key, table and member of a list.

    >>> key_lines('a = 1\\n[[b]]\\nc = [\\n  { d = 2 },\\n]\\n')[("b", 0, "c", 0, "d")]
    4
    """
    scanner = _Scanner(list(_tokens(text)))
    scanner.scan()
    return scanner.lines


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    line: int


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = str(match.lastgroup)
        if kind != "space":
            yield _Token(kind, match[0], line)
        line += match[0].count("\n")
    yield _Token(_END, "", line)


@dataclass
class _Scanner:
    tokens: list[_Token]
    lines: dict[Key, int] = field(default_factory=dict)
    place: int = 0
    arrays: dict[Key, int] = field(default_factory=dict)
    """Arrays of tables, each with the number of its last."""

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def scan(self) -> None:
        table: Key = ()
        while self.token.kind != _END:
            if self.token.kind == "newline":
                self.place += 1
            elif self.token.text == "[":
                table = self._header()
            else:
                self._assignment(table)

    def _header(self) -> Key:
        """`[a.b]` or `[[a.b]]`; a part that is an array of tables means its last."""
        line, start = self.token.line, self.place
        while self.token.text == "[":
            self.place += 1
        several = self.place - start == 2
        parts = self._parts("]")
        self.place += 2 if several else 1
        table: Key = ()
        for number, part in enumerate(parts, start=1):
            table = (*table, part)
            self.lines.setdefault(table, line)
            if several and number == len(parts):
                self.arrays[table] = self.arrays.get(table, -1) + 1
            if table in self.arrays:
                table = (*table, self.arrays[table])
                self.lines.setdefault(table, line)
        return table

    def _assignment(self, table: Key) -> None:
        line = self.token.line
        for part in self._parts("="):
            table = (*table, part)
            self.lines.setdefault(table, line)
        self.place += 1
        self._value(table)

    def _value(self, key: Key) -> None:
        if self.token.text == "[":
            self._members(key)
        elif self.token.text == "{":
            self.place += 1
            while self._more("}"):
                self._assignment(key)
            self.place += 1
        else:
            while self.token.kind not in ("newline", _END) and self.token.text not in ",]}":
                self.place += 1

    def _members(self, key: Key) -> None:
        self.place += 1
        number = 0
        while self._more("]"):
            self.lines[(*key, number)] = self.token.line
            self._value((*key, number))
            number += 1
        self.place += 1

    def _more(self, closing: str) -> bool:
        """Goes to the next member of a list or an inline table; False at its end."""
        while self.token.kind == "newline" or self.token.text == ",":
            self.place += 1
        return self.token.kind != _END and self.token.text != closing

    def _parts(self, until: str) -> list[str]:
        parts = []
        while self.token.text != until:
            if self.token.text != ".":
                parts.append(_plain(self.token))
            self.place += 1
        return parts


def _plain(token: _Token) -> str:
    """A part of a key without its quotes."""
    if token.kind != "quoted":
        return token.text
    text = token.text[1:-1]
    return text if token.text[0] == "'" else _ESCAPE.sub(_unescaped, text)


def _unescaped(escape: re.Match[str]) -> str:
    code = escape[1]
    return chr(int(code[1:], 16)) if code[0] in "uU" else _ESCAPES[code]
