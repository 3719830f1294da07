"""Files are opened and read within their limits."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from zoneblanche.geo.files.kinds import read_bytes


def test_a_small_file_takes_little_memory_whatever_its_limit(tmp_path: Path) -> None:
    (tmp_path / "small.csv").write_bytes(b"code,v\n1,2\n")
    tracemalloc.start()
    try:
        data = read_bytes(tmp_path / "small.csv", most_bytes=2**28)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert data == b"code,v\n1,2\n"
    assert peak < 2**20
