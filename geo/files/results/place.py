"""Whether a place may be written: one decision for every command.

No output takes the place of an input, nor of a file that we did not write.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from zoneblanche.geo.errors import Fault, InputError, first_of
from zoneblanche.geo.files.results.account import MARK, changed_files, read_account
from zoneblanche.geo.files.results.inputs import input_at, inputs_in, within
from zoneblanche.geo.files.results.lock import place_of, shown_path, told
from zoneblanche.geo.files.results.signature import kind_signed
from zoneblanche.geo.messages import _

HARMLESS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini", ".gitkeep", ".keep", ".gitignore"})
"""What other programs put into folders that are else empty; it is kept."""

OTHER_FILE = _("Name another file, or remove this one first.")
OTHER_FOLDER = _("Name a new or an empty folder for the results.")


def check_places(places: Iterable[tuple[Path, str]]) -> None:
    """Refuses at once every file of several that may not be written: see `check_file_place`.

    Args:
        places: file and kind of result.

    Raises:
        InputError: with all of them.
        ProblemWithEnvironment: one cannot be looked at.
    """
    faults: list[Fault] = []
    for target, kind in places:
        try:
            check_file_place(target, kind)
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)


def check_file_place(target: Path, kind: str) -> None:
    """Refuses a place that holds anything but an earlier result of the same kind, unchanged.

    Args:
        target: the file to write; need not exist. Links are followed.
        kind: of the result, as `geo.files.results.signature.sign` takes it.

    Raises:
        InputError: the place is a folder, a device or a pipe, an input of the command, a file that
            we did not write, one that was changed since, or a result of another kind.
        ProblemWithEnvironment: it cannot be looked at.
    """
    target = place_of(target)
    with told(target), suppress(FileNotFoundError):
        mode = target.stat().st_mode
        if not stat.S_ISREG(mode):
            what = _("a folder") if stat.S_ISDIR(mode) else _("a device or a pipe")
            raise refusal(
                target,
                _("this is {kind}, and a file is to be written.", kind=what),
                _("Name a file."),
            )
        if input_at(target) is not None:
            raise refusal(
                target,
                _("the command reads this file; an output never replaces an input."),
                _("Name another file."),
            )
        signed = kind_signed(target)
        if signed is None:
            raise refusal(
                target,
                _(
                    "zoneblanche did not write this file, or it was changed since; it is not "
                    "replaced."
                ),
                OTHER_FILE,
            )
        if signed != kind:
            raise refusal(
                target,
                _(
                    "this file is another kind of result ({found}, not {kind}); it is not "
                    "replaced.",
                    found=signed,
                    kind=kind,
                ),
                OTHER_FILE,
            )


def check_folder_place(target: Path, command: str) -> None:
    """Refuses a place that holds anything but earlier results of the same command, unchanged.

    Other files in such a folder are kept, so they do not count.

    Args:
        target: the folder for the results; need not exist. Links are followed.
        command: "run" or "embed".

    Raises:
        InputError: the place is a file, the folder one works in, one's home, holds an input, or is
            a folder of something else.
        ProblemWithEnvironment: it cannot be looked at.
    """
    target = place_of(target)
    with told(target):
        if not target.exists():
            return
        if not target.is_dir():
            raise refusal(
                target, _("there is a file of that name."), _("Name a folder for the results.")
            )
        _check_apart(target)
        read = inputs_in(target)
        if read:
            raise refusal(
                target,
                _(
                    "the folder holds {inside}, which is read.",
                    inside=first_of(shown_path(path) for path in read),
                ),
                _("Name another folder for the results."),
            )
        _check_own(target, command)


def _check_apart(target: Path) -> None:
    with suppress(FileNotFoundError):  # the folder one works in may be gone
        cwd = Path.cwd()
        if cwd.samefile(target) or within(cwd, target):
            raise refusal(
                target,
                _(
                    "this is the folder that you are in, or one around it, and results "
                    "replace a folder as a whole."
                ),
                _(
                    "Name a folder in it, such as {shown_path}.",
                    shown_path=shown_path(cwd / "zoneblanche-out"),
                ),
            )
    with suppress(RuntimeError, FileNotFoundError):  # not every user has a home
        if Path.home().samefile(target):
            raise _at_home(target)
    if target == Path(target.anchor):
        raise _at_home(target)


def _at_home(target: Path) -> InputError:
    return refusal(target, _("results would replace your home folder."), _("Name a folder in it."))


def _check_own(target: Path, command: str) -> None:
    entries = sorted(entry.name for entry in target.iterdir())
    others = [name for name in entries if name not in HARMLESS]
    if not others:
        return
    account = read_account(target)
    if account is None:
        raise refusal(
            target,
            _(
                "the folder holds files that are no results of a run ({others}).",
                others=first_of(others),
            ),
            OTHER_FOLDER,
        )
    if account.command != command:
        raise refusal(
            target,
            _(
                "the folder holds the results of `zoneblanche {found}`, which those of "
                "`zoneblanche {command}` would replace.",
                found=account.command,
                command=command,
            ),
            OTHER_FOLDER,
        )
    try:
        changed = changed_files(target)
    except FileNotFoundError:
        changed = []
    if read_account(target) != account:  # another run was done in between
        _check_own(target, command)
    elif changed:
        raise refusal(
            target,
            _(
                "results in the folder were changed since they were written ({changed}).",
                changed=first_of(changed),
            ),
            _("Move them elsewhere, or name another folder."),
        )


def refusal(target: Path, message: str, remedy: str) -> InputError:
    """The error of a place that is not written."""
    return InputError(Fault(message, file=shown_path(target), remedy=remedy, kind="output"))


__all__ = [
    "HARMLESS",
    "MARK",
    "check_file_place",
    "check_folder_place",
    "check_places",
    "refusal",
]
