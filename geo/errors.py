"""What can go wrong, said so that the reader can mend it.

Every failure that a user can cause or cure is a `ZoneblancheError`. Its text is a sentence that
says what was found, what was expected and what to do; its `exit_status` is what the command line
returns. Anything else that escapes is a defect of ours.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

One = TypeVar("One")
Other = TypeVar("Other")


class ZoneblancheError(Exception):
    """Base of all failures that are reported as a sentence."""

    exit_status = 2

    def said_in(self, lang: str) -> str:
        """The failure as sentences in `lang` ("fr" or "en"), a line each."""
        from zoneblanche.geo.sentences import said_in

        return "\n".join(said_in(line, lang) for line in str(self).split("\n"))


class ProblemWithEnvironment(ZoneblancheError):
    """The disk, a permission, a lock, a missing system library or the network, not the input."""

    exit_status = 3


_WORDS = {
    "en": {
        "line": "line",
        "feature": "feature",
        "column": "column",
        "key": "key",
        "colon": ": ",
    },
    "fr": {
        "line": "ligne",
        "feature": "entité",
        "column": "colonne",
        "key": "clé",
        "colon": "\u00a0: ",
    },
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one place of one input.

    Attributes:
        message: what was found and what was expected, as a sentence without its place.
        file: the file, as the user named it, or None where there is none (an option).
        line: 1-based line of a text file, or None.
        column: column, key or field name, or None.
        feature: 0-based feature or row number of a binary file, or a code, or None.
        value: the offending value as it stood in the input, or None.
        remedy: what the user can do, as a sentence.
        kind: a short stable word for the family of the fault ("duplicate-code", "no-crs", ...),
            by which it can be counted, tested and translated.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: str | None = None
    feature: str | int | None = None
    value: str | None = None
    remedy: str = ""
    kind: str = "input"

    def __str__(self) -> str:
        return self.said_in("en")

    def said_in(self, lang: str) -> str:
        """The place, what was found and the remedy, in `lang` ("fr" or "en")."""
        from zoneblanche.geo.sentences import said_in

        words = _WORDS["fr" if lang == "fr" else "en"]
        # A project is written in keys, a table in columns.
        key = "key" if self.file is not None and self.file.endswith(".toml") else "column"
        place = [] if self.file is None else [self.file]
        if self.line is not None:
            place.append(f"{words['line']} {self.line}")
        if self.feature is not None:
            place.append(f"{words['feature']} {self.feature}")
        if self.column is not None:
            place.append(f"{words[key]} {shown(self.column)}")
        where = ", ".join(place) + words["colon"] if place else ""
        parts = [where + said_in(self.message, lang), said_in(self.remedy, lang)]
        return " ".join(part for part in parts if part)


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
        super().__init__(self.said_in("en"))

    def said_in(self, lang: str) -> str:
        """The first faults of each input in `lang`, a line each, and how many more there are."""
        from zoneblanche.geo.sentences import said_in

        by_file: dict[str | None, list[Fault]] = {}
        for fault in self.faults:
            by_file.setdefault(fault.file, []).append(fault)
        lines = []
        for faults in by_file.values():
            lines += [fault.said_in(lang) for fault in faults[: self.shown_faults]]
            more = len(faults) - self.shown_faults
            if more > 0:
                lines.append(said_in(f"… and {more} more of the same input.", lang))
        return "\n".join(lines)


class OutOfTime(InputError):
    """A run took longer than its project allows: nothing that is left of it is to be done."""


@contextmanager
def gathered(faults: list[Fault]) -> Iterator[None]:
    """Adds the faults that the block raises to a list, so that what follows is read as well.

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
    """Names a file, and a key of it, in the faults of the block that name no file.

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
    """What both give.

    Raises:
        InputError: the faults of both at once.
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
    """A value as it may stand in a message: quoted, on one line, bounded in length."""
    text = repr(str(value))
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def first_of(codes: Iterable[object], *, count: int = 5) -> str:
    """The first few codes and how many more there are; `geo.sentences.more_in_french` says the
    latter in French, for whatever is printed.

    >>> first_of(["01004", "01007", "01010"], count=2)
    '01004, 01007 and 1 more'
    """
    items = [str(code) for code in codes]
    head, more = ", ".join(items[:count]), len(items) - count
    return f"{head} and {more} more" if more > 0 else head


def nearest(word: str, known: Iterable[str], *, count: int = 3) -> str:
    """A suggestion for a word that is not known: the nearest, else what there is.

    >>> nearest("comune", ["commune", "epci"])
    "Did you mean 'commune'?"
    >>> nearest("xyz", ["commune", "epci"])
    'Known: commune, epci.'
    """
    names = list(known)
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not names:
        return ""
    return f"Known: {first_of(names, count=max(count, 12))}."


def missing_file(path: Path | str, *, what: str = "file") -> Fault:
    """The fault of a path that leads to no file, with the nearest name in the same folder."""
    path = Path(path)
    folder = path.parent
    if not folder.is_dir():
        return Fault(f"there is no folder {shown(folder)}.", file=str(path), kind="no-file")
    names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    near, beside = nearest(path.name, names), f"Beside it: {first_of(names)}."
    return Fault(
        f"there is no such {what}.",
        file=str(path),
        remedy=beside if near.startswith("Known") else near,
        kind="no-file",
    )
