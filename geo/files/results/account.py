"""The account of a folder of results: `run.json`, which lists each file with its hash.

By it a folder is known to be of our making, and each file in it as we wrote it. The account holds
the hash of itself, so that one which was written or changed by hand counts for nothing; and a file
is ours only where its content has the listed hash, so that a forged account exposes no other file.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoneblanche.geo.files.structured.records import read_record
from zoneblanche.geo.source import sha256_of

MARK = "run.json"
_SEAL = "sha256"
_MOST_BYTES = 2**26


@dataclass(frozen=True)
class Account:
    """What a command wrote into its folder.

    Attributes:
        command: "run" or "embed".
        files: SHA-256 by name, without the account itself.
    """

    command: str
    files: Mapping[str, str]


def sealed(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content of an account with its own hash; its keys are texts at every depth."""
    return {**content, _SEAL: _hash_of(content)}


def read_account(folder: Path) -> Account | None:
    """Return the account of a folder, or None if there is none that zoneblanche wrote."""
    content: Any = read_record(folder / MARK, most_bytes=_MOST_BYTES)
    try:
        if content is None or "zoneblanche" not in content or content[_SEAL] != _hash_of(content):
            return None
        files = {str(name): str(record["sha256"]) for name, record in content["files"].items()}
        return Account(str(content["command"]), files)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None


def files_below(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every entry below a folder that is no folder, links not followed, and every empty folder,
    by its name within it, in order.

    Raises:
        OSError: a folder cannot be read.
    """
    for entry in sorted(folder.iterdir()):
        if entry.is_symlink() or not entry.is_dir():
            yield entry.name, entry
            continue
        inside = [(f"{entry.name}/{name}", path) for name, path in files_below(entry)]
        yield from inside or [(entry.name, entry)]


def own_files(folder: Path) -> frozenset[str]:
    """Names of the files of a folder that are still as its command wrote them."""
    account = read_account(folder)
    return frozenset() if account is None else _unchanged(folder, account)


def _unchanged(folder: Path, account: Account) -> frozenset[str]:
    same = {
        name
        for name, path in files_below(folder)
        if name in account.files and _is_plain(path) and sha256_of(path) == account.files[name]
    }
    return frozenset({MARK, *same})


def changed_files(folder: Path) -> list[str]:
    """Names of the files that the command wrote and somebody changed since."""
    account = read_account(folder)
    if account is None:
        return []
    unchanged = _unchanged(folder, account)
    return [
        name for name in account.files if name not in unchanged and os.path.lexists(folder / name)
    ]


def _is_plain(path: Path) -> bool:
    return stat.S_ISREG(path.lstat().st_mode)


def _hash_of(content: Mapping[str, Any]) -> str:
    sealed = {key: value for key, value in content.items() if key != _SEAL}
    return hashlib.sha256(json.dumps(sealed, sort_keys=True).encode("ascii")).hexdigest()
