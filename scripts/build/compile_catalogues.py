"""Compile the catalogues of messages when the package is built, installed or edited.

    python scripts/build/compile_catalogues.py

Setuptools runs it before it collects the files of the package (`cmdclass` in pyproject.toml). So it
loads one file of the package, by its path, and imports nothing else of it. A working copy in which
a .po is newer than its .mo reads the .po.
"""

from __future__ import annotations

import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from setuptools.command.build_py import build_py

LOCALE = Path(__file__).resolve().parents[2] / "geo" / "locale"


def compile_catalogues(locale: Path = LOCALE) -> list[Path]:
    """Write the .mo next to every .po, and return them."""
    spec = spec_from_file_location("messages", LOCALE.parent / "messages.py")
    assert spec is not None and spec.loader is not None
    messages = module_from_spec(spec)
    spec.loader.exec_module(messages)
    written = []
    for source in sorted(locale.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        target.write_bytes(messages.compile_catalogue(source.read_bytes()))
        written.append(target)
    return written


class BuildWithCatalogues(build_py):
    """`build_py` that compiles the catalogues first, and builds into an empty folder."""

    def run(self) -> None:
        """Compile, then build without files of an earlier build, with the same modes anywhere."""
        compile_catalogues()
        if self.editable_mode:  # nothing is copied
            super().run()
            return
        shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()
        for path in Path(self.build_lib).rglob("*"):
            path.chmod(0o755 if path.is_dir() else 0o644)


if __name__ == "__main__":
    compile_catalogues()
