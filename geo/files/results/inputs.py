"""What the running command reads, so that no output takes the place of any of it.

The command line notes the files of its arguments, a project those that it names, a reader of
folders what it finds in them. Two paths are the same file where the system says so, however they
are written: by a link, by a second name, in capitals where these do not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

_read: ContextVar[list[Path] | None] = ContextVar("files that are read", default=None)


@contextmanager
def reading(paths: Iterable[str | Path] = ()) -> Iterator[None]:
    """Notes what is read within the block: these paths and what `note_inputs` adds."""
    before = _read.set([])
    try:
        note_inputs(paths)
        yield
    finally:
        _read.reset(before)


def note_inputs(paths: Iterable[str | Path]) -> None:
    """Notes files, or folders with all that they hold, as inputs of the running command; nothing
    where none runs, as in a notebook."""
    paths_read = _read.get()
    if paths_read is not None:
        paths_read += [Path(path) for path in paths]


def input_at(place: Path) -> Path | None:
    """The input that is the file at `place`, or the folder in which it was read."""
    return next((path for path in _read.get() or () if _same(path, place) or within(place, path)),
                None)  # fmt: skip


def inputs_in(folder: Path) -> list[Path]:
    """The inputs that lie in a folder, or are it."""
    return [path for path in _read.get() or () if _same(path, folder) or within(path, folder)]


def within(path: Path, folder: Path) -> bool:
    """Whether a path that leads to something leads below a folder, links followed."""
    try:
        return path.exists() and any(_same(above, folder) for above in path.resolve().parents)
    except (OSError, RuntimeError):
        return False


def _same(first: Path, second: Path) -> bool:
    with suppress(OSError, ValueError):
        return first.samefile(second)
    return False
