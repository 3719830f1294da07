"""Locking the place where results will be written.

This module checks that results may be written there, keeps other runs away, and turns errors of the
operating system into sentences.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment
from zoneblanche.geo.messages import _, join

_MOUNTED = _(
    "it is where a volume is mounted, which cannot be exchanged as a whole; name a folder inside it"
)
REASONS = {
    errno.ENOSPC: _("the disk is full"),
    errno.EDQUOT: _("the disk quota is used up"),
    errno.EFBIG: _("the file would be larger than this system allows"),
    errno.EACCES: _("there is no permission to write there"),
    errno.EPERM: _("there is no permission to write there"),
    errno.EROFS: _("the file system is read-only"),
    errno.ENOTDIR: _("a part of the path is a file"),
    errno.EEXIST: _("a part of the path is a file"),
    errno.ENAMETOOLONG: _("the name is too long"),
    errno.EILSEQ: _("the file system takes no such name"),
    errno.EBUSY: _MOUNTED,
    errno.EXDEV: _MOUNTED,
    errno.ENOLCK: _("the file system has no locks, without which two runs could mix"),
}
_LINKS_IN_A_RING = errno.ELOOP


@contextmanager
def told(place: Path) -> Iterator[None]:
    """Turn errors of the operating system in the block into a sentence about `place`, or about the
    other file that the error names.

    Raises:
        ProblemWithEnvironment: instead of an OSError.
    """
    try:
        yield
    except OSError as error:
        raise ProblemWithEnvironment(_sentence(place, error)) from error


@contextmanager
def written_by_gdal(path: Path) -> Iterator[None]:
    """Turn failed writes by GDAL and SQLite in the block into errors of the operating system.

    GDAL does not return the error number of the system. It also prints messages, which are kept
    from the user's screen.

    Raises:
        OSError: the file could not be written.
    """
    import pyogrio

    failures = (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, sqlite3.Error)
    pyogrio.set_gdal_config_options({"CPL_LOG": os.devnull})
    try:
        yield
    except failures as error:
        raise OSError(_number_of(str(error), path), str(error), str(path)) from error
    finally:
        pyogrio.set_gdal_config_options({"CPL_LOG": None})


def _number_of(text: str, path: Path) -> int:
    full = "full" in text or "No space" in text or shutil.disk_usage(path.parent).free < 2**20
    return errno.ENOSPC if full else errno.EIO


def follow_links(path: Path) -> Path:
    """Return the absolute path that a path leads to, whether something is there or not.

    Raises:
        OSError: the links form a loop. `Path.resolve` raises RuntimeError for it up to Python 3.12,
            and returns the link from 3.13.
        ValueError: a name that no file system accepts.
    """
    try:
        target = path.resolve()
        if not target.is_symlink():
            return target
    except RuntimeError as error:
        raise OSError(_LINKS_IN_A_RING, os.strerror(_LINKS_IN_A_RING), str(path)) from error
    raise OSError(_LINKS_IN_A_RING, os.strerror(_LINKS_IN_A_RING), str(path))


def place_of(target: Path) -> Path:
    """Return the place that a path leads to, with links resolved.

    Raises:
        InputError: a name that no file system accepts, or links that form a loop.
    """
    try:
        return follow_links(target)
    except (OSError, ValueError) as error:
        ring = getattr(error, "errno", 0) == _LINKS_IN_A_RING
        raise InputError(
            Fault(
                _("the links of this path form a loop.") if ring else _("this is not a path."),
                file=repr(str(target))[1:-1],
                remedy=_("Name another place for the results."),
                kind="output",
            )
        ) from error


def make_parents(target: Path) -> list[Path]:
    """Create the folders above `target`; return those that were created, innermost first."""
    created = []
    above = target.parent
    while not above.exists():
        created.append(above)
        above = above.parent
    with told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    return created


def own_prefix(target: Path) -> str:
    """Return the prefix of the names of everything created next to `target`."""
    digest = sha256(os.fsencode(target.name)).hexdigest()[:8]
    return f".{target.name[:40]}.zb-{digest}-"


def left_behind(target: Path) -> list[Path]:
    """Return what killed runs on `target` left next to it."""
    pattern = re.compile(re.escape(own_prefix(target)) + r"[a-z0-9_]{8}(\.[^./\\]*)?")
    return [entry for entry in target.parent.iterdir() if pattern.fullmatch(entry.name)]


@contextmanager
def held(target: Path) -> Iterator[None]:
    """Keep other runs from writing to `target` during the block.

    Raises:
        ProblemWithEnvironment: another run holds it, or nothing can be written next to it.
    """
    path = target.parent / f"{own_prefix(target)}lock"
    with told(target):
        # Without a writable place, the lock would look like that of another run.
        with tempfile.TemporaryFile(dir=target.parent):
            pass
        release = _lock(path) if os.name == "posix" else _lock_elsewhere(path)
    if release is None:
        raise ProblemWithEnvironment(
            _(
                "{target}: another run is writing there. Wait for it, or name another place.",
                target=target,
            )
        )
    try:
        yield
    finally:
        release()


def _lock(path: Path) -> Callable[[], None] | None:
    """Lock a file that exists only while it is locked; return how to release it, or None if another
    run holds it."""
    import fcntl

    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # The previous holder removes the file, then releases the lock: a file opened in
            # between has no name any more, and protects nothing.
            if os.path.samestat(os.fstat(handle), path.stat()):
                return partial(_let_go, path, handle)
        except FileNotFoundError:
            pass
        except BlockingIOError:
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _let_go(path: Path, handle: int) -> None:
    with suppress(OSError):
        path.unlink()
    os.close(handle)


def _lock_elsewhere(path: Path) -> Callable[[], None] | None:
    """The same on Windows, where an open file cannot be removed."""
    from filelock import FileLock, Timeout

    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock.release


def _sentence(place: Path, error: OSError) -> str:
    reason = REASONS.get(
        error.errno or 0, _("the system says: {error}", error=error.strerror or error)
    )
    named = Path(error.filename) if isinstance(error.filename, str) else place
    if not named.is_relative_to(place.parent):
        return _(
            "{path}: cannot be used, {reason}. {place} is untouched.",
            path=shown_path(named),
            reason=reason,
            place=place,
        )
    # Files created next to the place have names that the user does not know.
    denied = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
    unwritten = _(
        "{path}: cannot be written, {reason}. What was there before is unchanged.",
        path=shown_path(place),
        reason=reason,
    )
    if not denied:
        return unwritten
    hint = _("Results are made in {folder} first, which must be writable.", folder=place.parent)
    return join((unwritten, hint), " ")


def shown_path(path: Path) -> str:
    """Return a path as it can appear in a sentence, with any characters."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in str(path))
