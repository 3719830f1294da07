"""Build the same wheel and the same contents of an sdist from the same commit.

Setuptools uses the commands of this module (`cmdclass` in pyproject.toml). They set what otherwise
depends on the machine: the times of files and the modes of metadata. The variable is that of
https://reproducible-builds.org/specs/source-date-epoch/. `compile_catalogues` has another command.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

from setuptools.command.bdist_wheel import bdist_wheel
from setuptools.command.sdist import sdist

ROOT = Path(__file__).resolve().parents[2]
EPOCH = "SOURCE_DATE_EPOCH"


def source_date_epoch(root: Path = ROOT) -> int | None:
    """Return the time of the sources in seconds since 1970, or None if nothing records it.

    It is the environment's `SOURCE_DATE_EPOCH`, otherwise the time of the commit, otherwise the
    time that an sdist gives its PKG-INFO.
    """
    if EPOCH in os.environ:
        return int(os.environ[EPOCH])
    if (root / ".git").exists():
        command = ["git", "log", "-1", "--format=%ct"]
        done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return int(done.stdout)
    recorded = root / "PKG-INFO"
    return int(recorded.stat().st_mtime) if recorded.exists() else None


class ReproducibleWheel(bdist_wheel):
    """`bdist_wheel` in which all files have the time of the sources, under any umask."""

    def run(self) -> None:
        """Build the wheel under a fixed time, and restore the environment."""
        epoch_before, epoch = os.environ.get(EPOCH), source_date_epoch()
        if epoch is not None:
            os.environ[EPOCH] = str(epoch)
        try:
            super().run()
        finally:
            if epoch_before is None:
                os.environ.pop(EPOCH, None)

    def write_wheelfile(self, wheelfile_base: str, *rest: Any, **options: Any) -> None:
        """Write the last file of the metadata, and make all of them readable by everybody."""
        super().write_wheelfile(wheelfile_base, *rest, **options)
        for path in Path(wheelfile_base).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


class DatedSource(sdist):
    """`sdist` whose files have the time of the sources, from which a wheel can be dated."""

    def make_release_tree(self, base_dir: str, files: list[str]) -> None:
        """Copy the files, then set their times."""
        super().make_release_tree(base_dir, files)
        epoch = source_date_epoch()
        if epoch is not None:
            for path in Path(base_dir).rglob("*"):
                os.utime(path, (epoch, epoch))
