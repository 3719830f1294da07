"""Freed memory goes back to the system where the C library can give it back."""

from __future__ import annotations

import subprocess
import sys

import pytest

from zoneblanche.geo.runtime.memory import release_memory

KEEPS = """
from zoneblanche.geo.runtime.memory import release_memory

def resident_mb():
    with open("/proc/self/statm") as stream:
        return int(stream.read().split()[1]) * 4096 / 1e6

blocks = [bytes(2000) for _ in range(100_000)]
blocks = blocks[-1:]  # the last one, above all that is free
before = resident_mb()
release_memory()
print(before - resident_mb())
"""


def test_nothing_happens_where_the_library_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    release_memory()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc")
def test_freed_memory_below_a_block_in_use_is_returned() -> None:
    done = subprocess.run([sys.executable, "-c", KEEPS], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 100


def test_arrow_shares_the_memory_of_the_library() -> None:
    ask = (
        "import pyarrow as pa; from zoneblanche.geo.runtime.memory import share_memory; "
        "share_memory(); "
        "print(pa.default_memory_pool().backend_name)"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "system"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc")
def test_all_threads_take_their_memory_from_one_area() -> None:
    # Below the first area lies the heap, which grows by `brk`; a second one has maps of its own.
    ask = (
        "import ctypes, threading; from zoneblanche.geo.runtime.memory import share_one_area; "
        "share_one_area(); "
        "places = []; "
        "malloc = ctypes.CDLL(None).malloc; malloc.restype = ctypes.c_size_t; "
        "work = lambda: places.append(malloc(1000)); "
        "threads = [threading.Thread(target=work) for _ in range(4)]; "
        "[thread.start() for thread in threads]; [thread.join() for thread in threads]; "
        "heap = [line for line in open('/proc/self/maps') if '[heap]' in line][0].split()[0]; "
        "low, high = (int(end, 16) for end in heap.split('-')); "
        "print(all(low <= place < high for place in places))"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_a_process_of_ours_ends_without_a_last_look_at_all_objects() -> None:
    ask = (
        "import gc, sys; from zoneblanche.scripts.cli import main; "
        "sys.argv = ['zoneblanche', '--version']; "
        "sys.exit = lambda status: print(status, gc.get_freeze_count() > 10_000); "
        "main()"
    )
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "0 True"
