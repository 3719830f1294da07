"""The same inputs give the same bytes, under circumstances that must not matter."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from zoneblanche.scripts.trials.same_bytes import differing
from zoneblanche.scripts.trials.sample import write_sample


@pytest.mark.skipif(os.name != "posix", reason="cores are chosen as POSIX does it")
def test_circumstances_do_not_matter(tmp_path: Path) -> None:
    project = write_sample(tmp_path / "project", vector="gpkg", table="xlsx")
    differ, count = differing(project, tmp_path / "runs")
    assert count > 10
    assert differ == []
