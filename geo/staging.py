"""Writing whole or not at all.

A folder of results is made beside its place under another name and exchanged for the old one in
one step; a single file likewise. Whatever stops a run, what stood there before stands there still.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from geo.errors import Fault, InputError, ProblemWithEnvironment, first_of, shown

MARK = "run.json"
"""The file by which a folder is known to be of our making, and so may be replaced."""


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """A new empty folder that takes the place of `target` when the block ends without an error.

    Files in an old `target` that we did not write are kept. A second run on the same `target`
    is refused while the first one lasts.

    Args:
        target: where the results are to stand; need not exist.

    Raises:
        InputError: `target` is a file, or a folder of something else.
        ProblemWithEnvironment: another run writes there, or the disk or a permission forbids it.
    """
    target = target.absolute()
    _check_replaceable(target)
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    with _locked(target):
        _restore(target)
        with _told(target):
            for left_by_a_kill in target.parent.glob(f".{target.name}.zb-*"):
                shutil.rmtree(left_by_a_kill, ignore_errors=True)
            staging = Path(tempfile.mkdtemp(prefix=f".{target.name}.zb-", dir=target.parent))
            staging.chmod(0o777 & ~_umask())
        try:
            with _told(target):
                yield staging
                _sync_tree(staging)
                _replace_folder(staging, target)
        finally:
            shutil.rmtree(staging, ignore_errors=True)


@contextmanager
def staged_file(target: Path) -> Iterator[Path]:
    """A path to write to, which takes the place of `target` when the block ends without an error.

    Raises:
        ProblemWithEnvironment: the disk or a permission forbids it.
    """
    target = target.absolute()
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
        staging = Path(name)
        try:
            yield staging
            _sync_file(staging)
            staging.chmod(0o666 & ~_umask())
            staging.replace(target)
            _sync_folder(target.parent)
        finally:
            staging.unlink(missing_ok=True)


def _check_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise InputError(
            Fault(
                "there is a file of that name.",
                file=str(target),
                remedy="Name a folder for the results.",
                kind="output",
            )
        )
    held = sorted(entry.name for entry in target.iterdir())
    if held and MARK not in held:
        raise InputError(
            Fault(
                f"the folder holds files that are no results of a run ({first_of(held)}).",
                file=str(target),
                remedy="Name a new or an empty folder for the results.",
                kind="output",
            )
        )


@contextmanager
def _locked(target: Path) -> Iterator[None]:
    path = target.parent / f".{target.name}.lock"
    lock = FileLock(path)
    with _told(target):
        # The lock would take a place where nothing can be written for one that is taken.
        with tempfile.TemporaryFile(dir=target.parent):
            pass
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise ProblemWithEnvironment(
                f"{target}: another run is writing there. Wait for it, or name another folder."
            ) from None
    try:
        yield
    finally:
        # On POSIX the file is removed while the lock is held; a run that opened it just before
        # holds a lock on a file without a name, and at worst exchanges folders after this one.
        with suppress(OSError):
            if os.name == "posix":
                path.unlink()
        lock.release()


@contextmanager
def _told(target: Path) -> Iterator[None]:
    """Turns what the operating system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.ENOSPC: "the disk is full",
            errno.EDQUOT: "the disk quota is used up",
            errno.EACCES: "there is no permission to write there",
            errno.EPERM: "there is no permission to write there",
            errno.EROFS: "the file system is read-only",
            errno.ENOTDIR: "a part of the path is a file",
            errno.EEXIST: "a part of the path is a file",
            errno.ENAMETOOLONG: "the name is too long",
        }
        reason = reasons.get(error.errno or 0, f"the system says: {error.strerror or error}")
        raise ProblemWithEnvironment(
            f"{target}: cannot be written, {reason}. What stood there before is untouched."
        ) from error


def _replace_folder(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
        _sync_folder(target.parent)
        return
    if _exchanged(staging, target):
        _carry_over(old=staging, new=target)
    else:
        aside = target.parent / f".{target.name}.old"
        target.rename(aside)
        staging.rename(target)
        _carry_over(old=aside, new=target)
        shutil.rmtree(aside)
    _sync_folder(target.parent)


def _restore(target: Path) -> None:
    """Puts back what a run that was killed between two renames had set aside."""
    aside = target.parent / f".{target.name}.old"
    if aside.is_dir():
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(target)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchanges two folders in one step where the system can (Linux); False where it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _carry_over(*, old: Path, new: Path) -> None:
    """Moves a user's own files from the old results to the new ones."""
    ours = _written_by_us(old)
    for entry in old.iterdir():
        if entry.name not in ours and not (new / entry.name).exists():
            entry.rename(new / entry.name)


def _written_by_us(folder: Path) -> set[str]:
    try:
        listed = json.loads((folder / MARK).read_text("utf-8"))["files"]
        return {MARK, *(str(name).partition("/")[0] for name in listed)}
    except (OSError, ValueError, KeyError, TypeError):
        return {MARK}


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            _sync_file(path)
    _sync_folder(folder)


def _sync_file(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def plain_name(name: str) -> str:
    """`name` if it can name a file on every system.

    Raises:
        InputError: it holds a separator, a control character, or a name that Windows reserves.

    >>> plain_name("carte")
    'carte'
    """
    reserved = {"con", "prn", "aux", "nul"} | {
        f"{p}{n}" for p in ("com", "lpt") for n in "123456789"
    }
    bad = (
        not name
        or len(name.encode()) > 100
        or any(sign in '/\\:*?"<>|' or ord(sign) < 32 for sign in name)
        or name.strip(". ") != name
        or name.split(".")[0].lower() in reserved
    )
    if bad:
        raise InputError(
            Fault(
                f"{shown(name)} is no plain name for a file.",
                remedy="Take letters, digits, - and _.",
                kind="name",
            )
        )
    return name
