"""Kernels compile where nothing can be written, and run no machine code but the user's own."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from zoneblanche.geo.runtime import compiled as module
from zoneblanche.geo.runtime.compiled import compiled, private_cache


def double(number: int) -> int:
    return 2 * number


def test_machine_code_is_kept_where_it_can_be() -> None:
    kernel = compiled(double)
    assert kernel(21) == 42
    assert type(kernel._cache).__name__ == "FunctionCache"
    assert Path(kernel._cache._cache_path).is_relative_to(private_cache("kernels") or "/nowhere")


def test_a_place_where_nothing_can_be_written_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from numba.core.caching import CompileResultCacheImpl

    monkeypatch.setattr(CompileResultCacheImpl, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="no locator available"):
        numba.njit(cache=True)(double)
    assert compiled(double)(21) == 42


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setattr(module, "_caches", lambda: folder / ".cache")
    return folder


def folder_found() -> Path | None:
    return private_cache.__wrapped__("kernels")


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_machine_code_lies_where_nobody_else_can_write(home: Path) -> None:
    before = os.umask(0)
    try:
        folder = folder_found()
    finally:
        os.umask(before)
    assert folder == home / ".cache" / "zoneblanche" / "kernels"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for wide in (folder, folder.parent):
        wide.chmod(0o770)
        assert folder_found() is None, wide
        wide.chmod(0o700)
    assert folder_found() == folder
    folder.rmdir()
    (home / "elsewhere").mkdir(mode=0o700)
    folder.symlink_to(home / "elsewhere")
    assert folder_found() is None


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_without_a_home_nothing_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home.rmdir()
    home.write_text("no folder")
    assert folder_found() is None
    monkeypatch.setattr(module, "private_cache", lambda name: None)
    kernel = compiled(double)
    assert kernel(21) == 42
    assert type(kernel._cache).__name__ == "NullCache"


PROGRAM = """
from zoneblanche.geo.runtime.compiled import compiled
from kernel import double
assert compiled(double)(21) == 42
import yaml  # it can still be had
"""


@pytest.mark.parametrize("how", ["settings", "damaged", "environment", "xdg"])
def test_numba_takes_no_folder_of_machine_code_from_outside(tmp_path: Path, how: str) -> None:
    """Neither from a file in the working folder nor from the environment: what is in such a folder
    is run."""
    (tmp_path / "planted").mkdir()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "kernel.py").write_text("def double(number):\n    return 2 * number\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "code"), "HOME": str(tmp_path / "h")}
    if how == "settings":
        (tmp_path / ".numba_config.yaml").write_text("cache_dir: planted\ndebug_cache: 1\n")
    elif how == "damaged":
        (tmp_path / ".numba_config.yaml").write_text("a: [")
    elif how == "environment":
        environment |= {"NUMBA_CACHE_DIR": "planted"}
        environment |= {"NUMBA_CACHE_LOCATOR_CLASSES": "InTreeCacheLocator"}
    else:
        environment["XDG_CACHE_HOME"] = "planted"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", PROGRAM],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert [path for path in (tmp_path / "planted").rglob("*") if path.is_file()] == []
    assert not list((tmp_path / "code").rglob("*.nbi"))
    if sys.platform == "linux":
        kept = tmp_path / "h" / ".cache" / "zoneblanche" / "kernels"
        assert list(kept.rglob("*.nbi"))
