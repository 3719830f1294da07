"""Whether a folder of results is that of one run, whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from zoneblanche.geo.files.results.output import MARK
from zoneblanche.geo.source import sha256_of


def check_whole(out: Path) -> dict[str, Any]:
    """Compare every file of a folder of results with the account in it.

    Returns:
        The account, `run.json`.

    Raises:
        AssertionError: a file is missing, not listed, or of another run.
    """
    account: dict[str, Any] = json.loads((out / MARK).read_text("utf-8"))
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    odd = sorted(files ^ {*account["files"], MARK})
    assert not odd, f"told and not there, or there and not told: {odd}"
    for name, record in account["files"].items():
        assert sha256_of(out / name) == record["sha256"], f"{name} is of another run"
    return account
