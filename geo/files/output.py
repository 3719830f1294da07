"""Writing whole or not at all.

A folder of results is created next to its place under another name, and replaces the old one in one
step. Single files are written in the same way. If a run is stopped at any point, the old content is
still there. The next run removes what a killed run left.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import stat
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError, ProblemWithEnvironment, first_of, shown
from zoneblanche.geo.files.lock import (
    check_file_place,
    held,
    left_behind,
    make_parents,
    own_prefix,
    place_of,
    shown_path,
    told,
)
from zoneblanche.geo.messages import _

MARK = "run.json"
"""The file that marks a folder as ours, so that it may be replaced."""
HARMLESS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", ".keep", ".gitignore"})
"""Files that other programs put into otherwise empty folders; they are kept."""


@contextmanager
def staged_folder(target: Path) -> Iterator[Path]:
    """Open a new empty folder that replaces `target` when the block ends without an error.

    Files in the old `target` that zoneblanche did not write are kept and never overwritten. A link
    is followed. A second run on the same `target` is refused during the first.

    Args:
        target: the folder for the results; need not exist.

    Raises:
        InputError: `target` is a file, the current folder, the home folder, or a folder with
            other content; or a file of the user has the name of a result.
        ProblemWithEnvironment: another run writes there, or the disk or a permission prevents it.
    """
    target = place_of(target)
    with told(target):
        _check_replaceable(target)
    made = make_parents(target)
    try:
        with held(target):
            with told(target):
                _clear(target)
                staging = Path(tempfile.mkdtemp(prefix=own_prefix(target), dir=target.parent))
            try:
                with told(target), _told_of_its_place(staging):
                    yield staging
                    _sync_tree(staging)
                    _replace_folder(staging, target)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
    except BaseException:
        _remove_empty(made)
        raise


@contextmanager
def staged_file(target: Path) -> Iterator[Path]:
    """Return a path to write to; it replaces `target` when the block ends without an error.

    A link is followed. A second run on the same `target` is refused during the first.

    Raises:
        InputError: `target` is a folder or a device.
        ProblemWithEnvironment: another run writes there, or the disk or a permission prevents it.
    """
    target = place_of(target)
    check_file_place(target)
    made = make_parents(target)
    try:
        with held(target):
            with told(target):
                _clear(target)
                handle, name = tempfile.mkstemp(
                    prefix=own_prefix(target), suffix=target.suffix, dir=target.parent
                )
                os.close(handle)
            staging = Path(name)
            try:
                with told(target):
                    yield staging
                    _take_mode(staging, target, otherwise=0o666)
                    _sync_file(staging)
                    staging.replace(target)
                    _sync_folder(target.parent)
            finally:
                staging.unlink(missing_ok=True)
    except BaseException:
        _remove_empty(made)
        raise


@contextmanager
def _told_of_its_place(staging: Path) -> Iterator[None]:
    """Report errors about files in the staging folder as errors about the user's folder."""
    try:
        yield
    except ProblemWithEnvironment as problem:
        if isinstance(problem.__cause__, OSError) and staging.name in str(problem):
            raise problem.__cause__ from None
        raise


def _check_replaceable(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise _refusal(
            target, _("there is a file of that name."), _("Name a folder for the results.")
        )
    here = Path.cwd()
    if here.is_relative_to(target):
        raise _refusal(
            target,
            _(
                "this is the folder that you are in, or one around it, and results "
                "replace a folder as a whole."
            ),
            _(
                "Name a folder in it, such as {shown_path}.",
                shown_path=shown_path(here / "zoneblanche-out"),
            ),
        )
    if target in (Path.home(), Path(target.anchor)):
        raise _refusal(
            target, _("results would replace your home folder."), _("Name a folder in it.")
        )
    found = sorted(entry.name for entry in target.iterdir())
    others = [name for name in found if name not in HARMLESS]
    if others and _written_by_us(target) is None:
        raise _refusal(
            target,
            _(
                "the folder holds files that are no results of a run ({others}).",
                others=first_of(others),
            ),
            _("Name a new or an empty folder for the results."),
        )


def _refusal(target: Path, message: str, remedy: str) -> InputError:
    return InputError(Fault(message, file=shown_path(target), remedy=remedy, kind="output"))


def _clear(target: Path) -> None:
    """Restore what a run that was killed between two renames had moved, and remove what killed runs
    left incomplete."""
    aside = _aside(target)
    if aside.is_dir():
        if target.exists():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.rename(target)
    for left in left_behind(target):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def _replace_folder(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.chmod(0o777 & ~_umask())
        staging.rename(target)
        _sync_folder(target.parent)
        return
    # The user's files are in both folders before the exchange, so they are never absent.
    _keep_others(target, staging)
    _take_mode(staging, target, otherwise=0o777)
    _sync_folder(staging)
    if _exchanged(staging, target):
        _keep_others(staging, target, late=True)
    else:
        aside = _aside(target)
        target.rename(aside)
        staging.rename(target)
        _keep_others(aside, target, late=True)
        shutil.rmtree(aside)
    _sync_folder(target.parent)


def _aside(target: Path) -> Path:
    return target.parent / f"{own_prefix(target)}old"


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two folders in one step if the system can (Linux); return False if it cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def _keep_others(old: Path, new: Path, *, late: bool = False) -> None:
    """Copy to the new folder the files of the old one that zoneblanche did not write.

    Args:
        late: after the exchange: only files that appeared in between, and nothing is refused.

    Raises:
        InputError: a result has the name of such a file.
    """
    ours = _written_by_us(old) or frozenset()
    taken = []
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old)
        place = new / name
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                place.mkdir(parents=True, exist_ok=True)
        elif name.as_posix() in ours:
            continue
        elif not os.path.lexists(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            _link(path, place)
        elif not late:
            taken.append(name.as_posix())
    if taken:
        raise _refusal(
            old,
            _(
                "the folder holds files of yours that the results would overwrite ({taken}).",
                taken=first_of(taken),
            ),
            _("Move them elsewhere, or name another folder."),
        )


def _link(path: Path, place: Path) -> None:
    """Give a file a second name; copy it where the file system has no hard links."""
    try:
        os.link(path, place, follow_symlinks=False)
    except OSError:
        shutil.copy2(path, place, follow_symlinks=False)


def _written_by_us(folder: Path) -> frozenset[str] | None:
    """Return the names of the files that an earlier run wrote; None if the folder is not ours."""
    try:
        account = json.loads((folder / MARK).read_text("utf-8"))
        return frozenset({MARK, *account["files"]}) if "zoneblanche" in account else None
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _take_mode(staging: Path, target: Path, *, otherwise: int) -> None:
    """Set the permissions of what is replaced, or those of new files."""
    try:
        staging.chmod(stat.S_IMODE(target.stat().st_mode))
    except FileNotFoundError:
        staging.chmod(otherwise & ~_umask())


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _sync_tree(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            _sync_folder(path)
        else:
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


_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
"""Characters that are invisible or change the direction of text: a name with them is not what it
looks like."""


def plain_name(name: str) -> str:
    """Return `name` if it can name a file on every system.

    Raises:
        InputError: it has a separator, a control character, or a name that Windows reserves.

    >>> plain_name("carte")
    'carte'
    """
    reserved = {"con", "prn", "aux", "nul"} | {
        f"{p}{n}" for p in ("com", "lpt") for n in "123456789"
    }
    bad = (
        not name
        or len(name.encode()) > 100
        or any(sign in '/\\:*?"<>|' or unicodedata.category(sign) in _UNSEEN for sign in name)
        or name.strip(". ") != name
        or name.split(".")[0].lower() in reserved
    )
    if bad:
        raise InputError(
            Fault(
                _("{name} is no plain name for a file.", name=shown(name)),
                remedy=_("Take letters, digits, - and _."),
                kind="name",
            )
        )
    return name
