"""The one way in which this project compiles a kernel, and the caches of a user."""

from __future__ import annotations

import functools
import os
import stat
import sys
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, TypeVar, cast

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(kernel: Kernel) -> Kernel:
    """Compile with numba on first call, keeping the machine code on disk where that is safe.

    Divided by zero is NaN, as in numpy. Machine code is kept in a folder of the user's cache that
    nobody else may write to, because what is found there is run. Where there is no such folder (a
    read-only container, a user without a home), the kernel is compiled anew in each process, a
    second or so.
    """
    numba = _load_numba()
    folder = private_cache("kernels")
    if folder is not None:
        try:
            with _cached_in(numba, folder):
                return _jit(numba, kernel, cache=True)
        except RuntimeError:  # "cannot cache function …: no locator available"
            pass
    return _jit(numba, kernel, cache=False)


def _jit(numba: ModuleType, kernel: Kernel, *, cache: bool) -> Kernel:
    return cast(Kernel, numba.njit(cache=cache, nogil=True, error_model="numpy")(kernel))


@functools.cache
def _load_numba() -> ModuleType:
    """numba, without the settings file that it would read from the working folder.

    `.numba_config.yaml` could name a folder of machine code there. numba reads it where it can
    import yaml, while it is imported itself and before each compilation.
    """
    if "numba" in sys.modules:  # the program around us has made its choice
        return sys.modules["numba"]
    is_loaded = "yaml" in sys.modules
    yaml = sys.modules.get("yaml")
    sys.modules["yaml"] = cast(ModuleType, None)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a settings file is there, and no yaml
            import numba
            from numba.core import config
    finally:
        if is_loaded:
            sys.modules["yaml"] = cast(ModuleType, yaml)
        else:
            del sys.modules["yaml"]
    config._config_fname = os.devnull
    return numba


@contextmanager
def _cached_in(numba: ModuleType, folder: Path) -> Iterator[None]:
    """Cache the machine code of functions decorated within the block in `folder`; this overrides
    numba's settings."""
    config = numba.config
    names = {"CACHE_DIR": str(folder), "CACHE_LOCATOR_CLASSES": ""}
    before = {name: getattr(config, name) for name in names if hasattr(config, name)}
    try:
        for name in before:
            setattr(config, name, names[name])
        yield
    finally:
        for name, value in before.items():
            setattr(config, name, value)


@functools.cache
def private_cache(name: str) -> Path | None:
    """A folder of the user's cache, made if it is not there; None where it is not the user's alone.

    It lies in the user's home, wherever the environment says that caches are.
    """
    try:
        above = _caches() / "zoneblanche"
        folder = above / name
        above.parent.mkdir(parents=True, exist_ok=True)
        for part in (above, folder):
            part.mkdir(mode=0o700, exist_ok=True)
        private = _is_private(above, others=0o022) and _is_private(folder, others=0o077)
        return folder if private and os.access(folder, os.W_OK | os.X_OK) else None
    except (OSError, RuntimeError):  # no home, or none that can be written
        return None


def keep_file(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file of a cache, whole or not at all.

    Raises:
        OSError: it cannot be written.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            write(file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _caches() -> Path:
    if sys.platform == "win32":
        import platformdirs

        return Path(platformdirs.user_cache_dir())
    return Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache")


def _is_private(folder: Path, *, others: int) -> bool:
    """Whether a folder is the user's, no link, and closed to others in these ways."""
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        return False
    return os.name != "posix" or (status.st_uid == os.getuid() and not status.st_mode & others)
