"""Errors, written so that the user can fix the problem.

Every failure that a user can cause or fix is a `ZoneblancheError`. Its text is a sentence with what
was found, what was expected and what to do. Its `exit_status` is that of the command line. Any
other exception is a defect of ours.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from zoneblanche.geo.messages import EMPTY, Joined, Translatable, _, join, ngettext, translate

One = TypeVar("One")
Other = TypeVar("Other")


class ZoneblancheError(Exception):
    """Base of all failures that are reported as a sentence."""

    exit_status = 2

    def __init__(self, message: Translatable | str = "") -> None:
        super().__init__(message)
        self.message = message

    def said_in(self, lang: str) -> str:
        """Return the failure as sentences in `lang`, one per line; invisible characters are
        escaped."""
        lines: tuple[str, ...] = (self.message,)
        if isinstance(self.message, Joined) and self.message.separator == "\n":
            lines = self.message.parts
        return "\n".join(visible(translate(line, lang)) for line in lines)


class ProblemWithEnvironment(ZoneblancheError):
    """A problem of the disk, a permission, a lock, a missing system library or the network, not the
    input."""

    exit_status = 3


@dataclass(frozen=True)
class Fault:
    """One error in one place of one input.

    Attributes:
        message: what was found and what was expected, as a sentence without its place.
        file: the file, as the user named it, or None without a file (an option).
        line: 1-based line of a text file, or None.
        column: column, key or field name, or None.
        feature: 0-based feature or row number of a binary file, or a code, or None.
        value: the offending value as in the input, or None.
        remedy: what the user can do, as a sentence.
        kind: a short name of the kind of fault that does not change ("duplicate-code", "no-crs",
            ...), for counting and tests.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    feature: str | int | None = None
    value: str | None = None
    remedy: str = EMPTY
    kind: str = "input"

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> Translatable:
        """Return the place, what was found and the remedy."""
        place = self._place()
        statement = (
            _("{place}: {message}", place=place, message=self.message) if place else self.message
        )
        return join((statement, self.remedy), " ")

    def said_in(self, lang: str) -> str:
        """Return the place, what was found and the remedy, in `lang`."""
        return translate(self.sentence, lang)

    def _place(self) -> str:
        parts = [] if self.file is None else [self.file]
        if self.line is not None:
            parts.append(_("line {line}", line=self.line))
        if self.feature is not None:
            parts.append(_("feature {feature}", feature=_short(self.feature, 60)))
        if self.column is not None:
            # A project has keys, a table has columns, an atlas has both.
            column = shown(self.column)
            in_keys = self.kind == "atlas-metadata" or str(self.file).endswith(".toml")
            parts.append(
                _("key {key}", key=column) if in_keys else _("column {column}", column=column)
            )
        return join(parts)


class InputError(ZoneblancheError):
    """One or more faults of one or more inputs, collected and raised once.

    >>> raise InputError([Fault("102 is above 100 %.", file="fibre.csv", line=7)])
    Traceback (most recent call last):
    zoneblanche.geo.errors.InputError: fibre.csv, line 7: 102 is above 100 %.
    """

    shown_faults = 20

    def __init__(self, faults: Fault | str | Sequence[Fault]) -> None:
        if isinstance(faults, str):
            faults = Fault(faults)
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__(self._lines())

    def _lines(self) -> Translatable:
        """Return the first faults of each input, one per line, and the number of others."""
        by_file: dict[str | None, list[Fault]] = {}
        for fault in self.faults:
            by_file.setdefault(fault.file, []).append(fault)
        lines: list[str] = []
        for faults in by_file.values():
            lines += [fault.sentence for fault in faults[: self.shown_faults]]
            more = len(faults) - self.shown_faults
            if more > 0:
                lines.append(
                    ngettext(
                        "… and {count} more of the same input.",
                        "… and {count} more of the same input.",
                        more,
                    )
                )
        return join(lines, "\n")


class OutOfTime(InputError):
    """A run took longer than its project allows; the rest of it is not run."""


@contextmanager
def gathered(faults: list[Fault]) -> Iterator[None]:
    """Add the faults that the block raises to a list, so that what follows is read too.

    >>> faults = []
    >>> for cell in ("102", "103"):
    ...     with gathered(faults):
    ...         raise InputError(Fault(f"{cell} is above 100 %."))
    >>> len(faults)
    2
    """
    try:
        yield
    except OutOfTime:
        raise
    except InputError as error:
        faults += error.faults


@contextmanager
def blamed_on(file: str | None, column: str | None = None) -> Iterator[None]:
    """Add a file, and a key of it, to the faults of the block that have no file.

    >>> with blamed_on("project.toml", "recipe"):
    ...     raise InputError(Fault("no territory is scored."))
    Traceback (most recent call last):
    zoneblanche.geo.errors.InputError: project.toml, key 'recipe': no territory is scored.
    """
    try:
        yield
    except OutOfTime:
        raise
    except InputError as error:
        if file is None or all(fault.file is not None for fault in error.faults):
            raise
        raise InputError(
            [
                fault
                if fault.file is not None
                else replace(fault, file=file, column=fault.column or column)
                for fault in error.faults
            ]
        ) from error


def together(first: Callable[[], One], second: Callable[[], Other]) -> tuple[One, Other]:
    """Return the results of both.

    Raises:
        InputError: the faults of both together.
    """
    results: list[One] = []
    faults: list[Fault] = []
    with gathered(faults):
        results.append(first())
    with gathered(faults):
        other = second()
        if results:
            return results[0], other
    raise InputError(faults)


def shown(value: object, *, limit: int = 60) -> str:
    """Return a value as it can appear in a message: quoted, on one line, limited in length."""
    text = repr(str(value))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


_JOINERS = "\u200c\u200d"
"""Signs without a width that join letters and emoji; they do no harm."""


def visible(text: str, *, lines: bool = False) -> str:
    r"""A text as a terminal may display it: control characters, marks of direction and other
    characters that cannot be seen are escaped.

    Args:
        text: any.
        lines: whether to keep line ends and tabs.

    >>> print(visible("code \u202e10\x1b[31m\n"))
    code \u202e10\x1b[31m\n
    """
    kept = _JOINERS + ("\n\t" if lines else "")
    if text.isprintable():
        return text
    return "".join(
        ascii(sign)[1:-1]
        if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") and sign not in kept
        else sign
        for sign in text
    )


def first_of(codes: Iterable[object], *, count: int = 5) -> Translatable:
    """Return the first few codes and the number of others.

    >>> first_of(["01004", "01007", "01010"], count=2)
    '01004, 01007 and 1 more'
    """
    items: list[str] = [
        code if isinstance(code, Translatable) else _short(code, 200) for code in codes
    ]
    head, more = join(items[:count]), len(items) - count
    if more <= 0:
        return head
    return ngettext("{codes} and {count} more", "{codes} and {count} more", more, codes=head)


def _short(value: object, limit: int) -> str:
    text = str(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def nearest(word: str, choices: Iterable[str], *, count: int = 3) -> Translatable:
    """Return a suggestion for an unknown word: the nearest known one, else the known ones.

    >>> nearest("comune", ["commune", "epci"])
    "Did you mean 'commune'?"
    >>> nearest("xyz", ["commune", "epci"])
    'Known: commune, epci.'
    """
    names = list(choices)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return _("Did you mean {near}?", near=repr(_short(near[0], 200)))
    if not names:
        return EMPTY
    return _("Known: {names}.", names=first_of(names, count=max(count, 12)))


def missing_file(path: Path | str, *, what: str | None = None) -> Fault:
    """Return the fault of a path without a file, with the nearest name in the same folder."""
    path = Path(path)
    folder = path.parent
    if not folder.is_dir():
        return Fault(
            _("there is no folder {folder}.", folder=shown(folder)), file=str(path), kind="no-file"
        )
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    near = difflib.get_close_matches(path.name, names, n=1, cutoff=0.6)
    return Fault(
        _("there is no such {what}.", what=what or _("file")),
        file=str(path),
        remedy=nearest(path.name, near) or _("The folder holds: {names}.", names=first_of(names)),
        kind="no-file",
    )
