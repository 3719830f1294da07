"""Print to a terminal: any text, on any terminal, even if the pipe behind it is closed.

Texts of data are printed: names, codes, paths. What would move the cursor, colour the screen or
turn the direction of reading is shown as its number instead. A letter that the terminal's encoding
lacks is shown without its accent, or as a question mark. A reader who closes the pipe (`| head`)
stops nothing: the command goes on to its end, and what it prints from then on is dropped.
"""

from __future__ import annotations

import errno
import os
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, TextIO, cast

from zoneblanche.geo.errors import visible

_CLOSED = (errno.EPIPE, errno.EBADF, errno.EINVAL)  # the last one on Windows


class Screen:
    """A text stream that takes any text. Everything but writing is the stream's own.

    Attributes:
        stream: the stream behind it.
        needed: whether it matters that what is printed arrives: a full disk is then an error.
    """

    def __init__(self, stream: TextIO, *, needed: bool = True) -> None:
        self.stream = stream
        self.needed = needed

    def write(self, text: str) -> int:
        """Writes a text, made harmless."""
        with self._until_closed():
            self.stream.write(written_in(visible(text, lines=True), self.stream.encoding))
        return len(text)

    def write_data(self, text: str) -> None:
        """Writes a table for another program, in UTF-8 and as it is; to a terminal as a text."""
        buffer = getattr(self.stream, "buffer", None)
        if buffer is None or self.stream.isatty():
            self.write(text)
            return
        with self._until_closed():
            self.stream.flush()
            buffer.write(text.encode("utf-8", "replace"))

    def flush(self) -> None:
        """Hands on what was written."""
        with self._until_closed():
            self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)

    @contextmanager
    def _until_closed(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            if self.needed and error.errno not in _CLOSED:
                raise
            lead_nowhere(self.stream)


def written_in(text: str, encoding: str | None) -> str:
    """The text with the letters that an encoding has.

    >>> written_in("Inégalité – 100 €", "ascii"), written_in("é–€", "cp1252")
    ('Inegalite ? 100 ?', 'é–€')
    """
    try:
        text.encode(encoding or "utf-8")
        return text
    except (UnicodeEncodeError, LookupError):
        return "".join(_nearest(sign, encoding or "utf-8") for sign in text)


def _nearest(sign: str, encoding: str) -> str:
    for spelling in (sign, unicodedata.normalize("NFKD", sign)[:1]):
        with suppress(UnicodeEncodeError, LookupError):
            spelling.encode(encoding)
            return spelling
    return "?"


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a table as lines: the first column at the left, the others at the right.

    >>> align_columns([["", "people"], ["Mende", "12,318"]])
    ['       people', 'Mende  12,318']
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join([first.ljust(widths[0]), *cells]).rstrip())
    return lines


def behind(stream: Any) -> TextIO:
    """The stream behind a screen, for what draws bars with the terminal's own signs."""
    return cast(TextIO, stream.stream if isinstance(stream, Screen) else stream)


def bar_options() -> dict[str, Any]:
    """How rich draws progress bars: on stderr, only if it is a terminal, and without touching what
    is printed."""
    from rich.console import Console

    console = Console(file=behind(sys.stderr))
    return {
        "console": console,
        "transient": True,
        "disable": not console.is_terminal,
        "redirect_stdout": False,
        "redirect_stderr": False,
    }


def lead_nowhere(stream: TextIO) -> None:
    """Lets a stream that nobody reads any more lead to nowhere, so that nothing fails at the end of
    the process either."""
    with suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def open_standard_streams() -> None:
    """Gives a process that was started without standard streams (`>&-`) ones that lead nowhere: the
    next file that it opens would else take their numbers, and what is printed."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            with suppress(OSError):
                # The lowest free number is taken.
                os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            with suppress(OSError):
                nowhere = os.open(os.devnull, os.O_WRONLY)
                setattr(sys, name, os.fdopen(nowhere, "w", encoding="utf-8"))


@contextmanager
def screens() -> Iterator[None]:
    """Both streams as screens within the block."""
    before = sys.stdout, sys.stderr
    sys.stdout = cast(TextIO, Screen(sys.stdout))
    sys.stderr = cast(TextIO, Screen(sys.stderr, needed=False))
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def print_data(text: str) -> None:
    """Prints a table for another program: see `Screen.write_data`."""
    if isinstance(sys.stdout, Screen):
        sys.stdout.write_data(text)
    else:
        sys.stdout.write(text)
