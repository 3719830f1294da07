"""Sees to it that the browser tests have a Chromium: the system's, else Debian's where root."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_chromium() -> str | None:
    """Path of a Chromium or Chrome, from CHROMIUM or the usual names, or None."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else []
    return next((path for name in [*candidates, *NAMES] if (path := shutil.which(name))), None)


def main() -> None:
    """Installs Debian's package where it can; says what to install where it cannot."""
    if find_chromium() is not None:
        return
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        sys.exit("The browser tests need Chromium: install it, or name one in CHROMIUM.")
    subprocess.run([apt, "update", "-qq"], check=True)
    subprocess.run(
        [apt, "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"],
        check=True,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
    )


if __name__ == "__main__":
    main()
