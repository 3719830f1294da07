"""Build the site: python -m scripts.build.docs [FOLDER]."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config

from zoneblanche.scripts.build.lay_out import lay_out

CONFIG = Path(__file__).with_name("mkdocs.yml")


def build_site(folder: Path | None = None) -> Path:
    """Build the site strictly, by default into build/docs; uses no network.

    Raises:
        mkdocs.exceptions.Abort: a broken link, a page without a place, a docstring that cannot be
            read, or any other warning.
    """
    chosen = {} if folder is None else {"site_dir": str(folder.resolve())}
    with tempfile.TemporaryDirectory() as laid_out:
        lay_out(Path(laid_out))
        os.environ["ZONEBLANCHE_LAID_OUT"] = laid_out  # where mkdocstrings finds the package
        config = load_config(str(CONFIG), strict=True, **chosen)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
    return Path(config.site_dir)


if __name__ == "__main__":
    logging.basicConfig(format="%(levelname)s: %(message)s", level=logging.WARNING)
    print(build_site(Path(sys.argv[1]) if len(sys.argv) > 1 else None) / "index.html")
