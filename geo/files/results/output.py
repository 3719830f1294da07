"""Writing whole or not at all, and over nothing but what we wrote.

A folder of results is written next to its place under another name and exchanged for the old one in
one step; so is a single file. If a run stops, the previous results remain,
and the next run clears what a killed run left. After the exchange, what came out of
the place is looked at once more: a file that its user saved meanwhile is put back.
"""

from __future__ import annotations

import ctypes
import errno
import filecmp
import os
import shutil
import stat
import sys
import tempfile
import unicodedata
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from zoneblanche.geo.errors import (
    Fault,
    InputError,
    ProblemWithEnvironment,
    first_of,
    shown,
)
from zoneblanche.geo.files.results.account import files_below, own_files, read_account
from zoneblanche.geo.files.results.lock import (
    held,
    left_behind,
    make_parents,
    own_prefix,
    place_of,
    told,
)
from zoneblanche.geo.files.results.place import (
    MARK,
    check_file_place,
    check_folder_place,
    check_places,
    refusal,
)
from zoneblanche.geo.files.results.signature import kind_signed, sign
from zoneblanche.geo.messages import _

__all__ = [
    "MARK",
    "check_file_place",
    "check_folder_place",
    "check_places",
    "plain_name",
    "staged_file",
    "staged_folder",
    "workshop_file",
]


@contextmanager
def staged_folder(target: Path, *, command: str = "run") -> Iterator[Path]:
    """A new empty folder that takes the place of `target` when the block ends without an error.

    The block writes an account into it (`geo.files.results.account`). Files in an old `target` that
    are not as an earlier account has them are kept, and never overwritten. A link is followed. A
    second run on the same `target` is refused while the first one lasts.

    Args:
        target: where the results are to stand; need not exist.
        command: that writes them: "run" or "embed".

    Raises:
        InputError: what `check_folder_place` refuses; or a file of the user's own has the name of
            a result.
        ProblemWithEnvironment: another run writes there, or the disk or a permission forbids it.
    """
    target = place_of(target)
    check_folder_place(target, command)
    created = make_parents(target)
    try:
        with held(target):
            with told(target):
                _clear(target)
                staging = Path(tempfile.mkdtemp(prefix=own_prefix(target), dir=target.parent))
            try:
                check_folder_place(target, command)
                with told(target), _told_of_its_place(staging):
                    yield staging
                    _sync_tree(staging)
                    _replace_folder(staging, target)
            finally:
                _remove(staging)
    except BaseException:
        _remove_empty(created)
        raise


@contextmanager
def staged_file(target: Path, kind: str) -> Iterator[Path]:
    """A path to write to, which takes the place of `target` when the block ends without an error.

    A link is followed. A second run on the same `target` is refused while the first one lasts.

    Args:
        target: the file; need not exist.
        kind: of the result, such as "map": only an unchanged result of the same kind is replaced.

    Raises:
        InputError: what `check_file_place` refuses.
        ProblemWithEnvironment: another run writes there, or the disk or a permission forbids it.
    """
    check_file_place(target, kind)
    with _staged(place_of(target), kind) as staging:
        yield staging


@contextmanager
def workshop_file(target: Path) -> Iterator[Path]:
    """`staged_file` for the scripts that build this repository's files: it replaces any file, and
    leaves no signature."""
    with _staged(place_of(target), None) as staging:
        yield staging


@contextmanager
def _staged(target: Path, kind: str | None) -> Iterator[Path]:
    created = make_parents(target)
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
                    if kind is not None:
                        sign(staging, kind)
                    _sync_file(staging)
                    _take_mode(staging, target, otherwise=0o666)
                    _replace_file(staging, target, kind)
                    _sync_folder(target.parent)
            finally:
                staging.unlink(missing_ok=True)
    except BaseException:
        _remove_empty(created)
        raise


@contextmanager
def _told_of_its_place(staging: Path) -> Iterator[None]:
    """What a file in the staging folder met is told of the place that its user named."""
    try:
        yield
    except ProblemWithEnvironment as problem:
        if isinstance(problem.__cause__, OSError) and staging.name in str(problem):
            raise problem.__cause__ from None
        raise


def _clear(target: Path) -> None:
    """Removes what killed runs left half made, and puts back what they had taken from its place."""
    for old in (_beside(target, "old"), _beside(target, "ready")):
        if not os.path.lexists(old):
            continue
        if not os.path.lexists(target):
            old.rename(target)
        elif old.is_dir():
            _discard(old, target)
        else:
            _drop(old, target)
    for left in left_behind(target):
        if left.is_dir() and not left.is_symlink():
            _remove(left)
        else:
            left.unlink(missing_ok=True)


def _beside(target: Path, what: str) -> Path:
    """A name beside the place: "ready" for what is about to be exchanged, and what was; "old" for
    what is set aside where the system knows no exchange."""
    suffix = target.suffix if what == "ready" else ""
    return target.parent / f"{own_prefix(target)}{what}{suffix}"


def _replace_file(staging: Path, target: Path, kind: str | None) -> None:
    if kind is None:
        staging.replace(target)
        return
    if not os.path.lexists(target):
        try:
            _rename_fresh(staging, target)
        except FileExistsError:
            raise _late(target) from None
        return
    ready = _beside(target, "ready")
    staging.rename(ready)
    if not _exchanged(ready, target):
        try:
            check_file_place(target, kind)
        except InputError:
            ready.unlink()
            raise
        ready.replace(target)
    elif kind_signed(ready) == kind:
        ready.unlink()
    else:
        _exchanged(ready, target)
        _drop(ready, target)
        raise _late(target)


def _late(target: Path) -> InputError:
    return refusal(
        target,
        _("another program wrote this file while the command ran; it is kept."),
        _("Name another file, or remove this one and run the command again."),
    )


def _drop(path: Path, target: Path) -> None:
    """Removes a file that came out of its place if we wrote it; else gives it a name to be found
    by."""
    if kind_signed(path) is None:
        _keep_aside(path, target)
    path.unlink()


def _replace_folder(staging: Path, target: Path) -> None:
    if not os.path.lexists(target):
        staging.chmod(0o777 & ~_umask())
        _rename_fresh(staging, target)
        _sync_folder(target.parent)
        return
    # A user's own files stand in both folders before the exchange, so that no moment is without.
    results = {name for name, _path in files_below(staging)}
    clashes = _give_back(target, staging, results)
    if clashes:
        raise _overwritten(target, clashes)
    _take_mode(staging, target, otherwise=0o777)
    _sync_folder(staging)
    ready, old = _beside(target, "ready"), _beside(target, "old")
    staging.rename(ready)
    if _exchanged(ready, target):
        old = ready
    else:
        target.rename(old)
        ready.rename(target)
    clashes = _give_back(old, target, results)
    if clashes:  # saved meanwhile under the name of a result: all is put back as it was
        if old != ready or not _exchanged(ready, target):
            target.rename(staging)
            old.rename(target)
        else:
            ready.rename(staging)
        raise _overwritten(target, clashes)
    _discard(old, target)
    _sync_folder(target.parent)


def _overwritten(target: Path, names: Collection[str]) -> InputError:
    return refusal(
        target,
        _(
            "the folder holds files of yours that the results would overwrite ({taken}).",
            taken=first_of(names),
        ),
        _("Move them elsewhere, or name another folder."),
    )


def _give_back(old: Path, new: Path, results: Collection[str]) -> list[str]:
    """Gives the new folder the files of the old one that we did not write, as they are now.

    Returns:
        Names of those that cannot stand in it, because a result has the name.
    """
    ours = own_files(old)
    clashes = []
    for name, path in files_below(old):
        place = new / name
        if name in ours or (_is_folder(path) and _is_folder(place)):
            continue
        if name in results or _is_folder(place) or not _folders_made(place.parent, new):
            clashes.append(name)
        elif _is_folder(path):
            place.mkdir()
        elif not os.path.lexists(place):
            _link(path, place)
        elif not _same(path, place):  # saved after it was linked
            second = _beside(place, "ready")
            _link(path, second)
            second.replace(place)
    return clashes


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _folders_made(folder: Path, above: Path) -> bool:
    """Makes a folder in another one; False where a file has its name, or that of one around it."""
    inner = folder.relative_to(above).parts
    existing = above
    for part in inner:
        existing = existing / part
        if os.path.lexists(existing) and not _is_folder(existing):
            return False
    folder.mkdir(parents=True, exist_ok=True)
    return True


def _same(path: Path, other: Path) -> bool:
    """Whether two names lead to one file, or, where it had to be copied, to the same content."""
    first, second = path.lstat(), other.lstat()
    if os.path.samestat(first, second):
        return True
    if stat.S_ISLNK(first.st_mode) and stat.S_ISLNK(second.st_mode):
        return path.readlink() == other.readlink()
    plain = stat.S_ISREG(first.st_mode) and stat.S_ISREG(second.st_mode)
    return plain and filecmp.cmp(path, other, shallow=False)


_ROUNDS = 3


def _discard(old: Path, target: Path) -> None:
    """Removes a folder that came out of its place, name by name: what is not known by then stays,
    and is given back first."""
    account = read_account(target)
    results = {MARK} if account is None else {MARK, *account.files}
    for _round in range(_ROUNDS):
        # The account goes last: without it, what a killed run left would pass for a user's own.
        entries = sorted(files_below(old), key=lambda entry: entry[0] == MARK)
        for name in _give_back(old, target, results):
            _keep_aside(old / name, target / name)
        for _name, path in entries:
            with suppress(FileNotFoundError):
                path.rmdir() if _is_folder(path) else path.unlink()
        if _removed_empty(old):
            return


def _keep_aside(path: Path, place: Path) -> None:
    """Gives a user's file a name of its own beside the place that it cannot have."""
    number = 1
    while True:
        more = "" if number == 1 else f"-{number}"
        kept = place.with_name(f"{place.stem}.kept{more}{place.suffix}")
        if not os.path.lexists(kept):
            _link(path, kept)
            return
        number += 1


def _removed_empty(folder: Path) -> bool:
    """Removes a folder of empty folders; False where something stands in one."""
    try:
        for entry in list(folder.iterdir()):
            if not _is_folder(entry) or not _removed_empty(entry):
                return False
        folder.rmdir()
    except OSError:
        return False
    return True


_AT_HERE, _NO_REPLACE, _EXCHANGE = -100, 1, 2
"""AT_FDCWD, RENAME_NOREPLACE, RENAME_EXCHANGE of Linux."""


def _exchanged(first: Path, second: Path) -> bool:
    """Exchanges two entries in one step where the system can (Linux); False where it cannot."""
    return _renamed(first, second, _EXCHANGE) == 0


def _renamed(first: Path, second: Path, how: int) -> int:
    """What went wrong as a number of the system's, 0 where nothing did."""
    rename = None
    if sys.platform.startswith("linux"):
        rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return errno.ENOSYS
    done = rename(_AT_HERE, os.fsencode(first), _AT_HERE, os.fsencode(second), how)
    return 0 if done == 0 else ctypes.get_errno() or errno.EIO


def _rename_fresh(staging: Path, target: Path) -> None:
    """Gives a file or a folder its name, which nothing may have.

    Raises:
        FileExistsError: something has it by now.
    """
    failed = _renamed(staging, target, _NO_REPLACE)
    if failed == errno.EEXIST:
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    if not failed:
        return
    if not staging.is_dir():
        with suppress(PermissionError, NotImplementedError):  # no second names here
            target.hardlink_to(staging)
            staging.unlink()
            return
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(target))
    staging.rename(target)


def _link(path: Path, place: Path) -> None:
    """A second name for a file; a copy where the file system knows no second names."""
    try:
        os.link(path, place, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:
        mode = path.lstat().st_mode
        if not stat.S_ISREG(mode) and not stat.S_ISLNK(mode):
            raise  # a pipe would never end
        shutil.copy2(path, place, follow_symlinks=False)


def _remove(folder: Path) -> None:
    """Removes a folder of ours with all in it, with as few handles as there are."""
    shutil.rmtree(folder, ignore_errors=True)
    if not os.path.lexists(folder):
        return
    with suppress(OSError):
        # Not iterdir, which keeps a handle open at each depth: this runs where handles are few.
        for name in os.listdir(folder):  # noqa: PTH208
            entry = folder / name
            if _is_folder(entry):
                _remove(entry)
            else:
                entry.unlink(missing_ok=True)
        folder.rmdir()


def _take_mode(staging: Path, target: Path, *, otherwise: int) -> None:
    """The permissions of what is replaced, or those of what is new."""
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
    """The mask of new files; read, where the system tells it, so that no other thread makes a file
    while there is none."""
    with suppress(OSError, LookupError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text("ascii", "replace").splitlines()
        umask_line = next(line for line in lines if line.startswith("Umask:"))
        return int(umask_line.split()[1], 8)
    mask = os.umask(0o077)
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
                _("{name} is not a valid file name.", name=shown(name)),
                remedy=_("Take letters, digits, - and _."),
                kind="name",
            )
        )
    return name
