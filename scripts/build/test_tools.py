"""Install what the tests need for browsers and PDF: Debian's packages, if run as root."""

from __future__ import annotations

import ctypes.util
import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FIREFOX = ("firefox-esr", "firefox")
# weasyprint loads these by name when it is imported; the value is the Debian package.
PDF_LIBRARIES = {
    "pango-1.0": "libpango-1.0-0",
    "pangoft2-1.0": "libpangoft2-1.0-0",
    "harfbuzz": "libharfbuzz0b",
    "harfbuzz-subset": "libharfbuzz-subset0",
}


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome, from CHROMIUM or the usual names, or None."""
    named = os.environ.get("CHROMIUM")
    candidates = [named] if named else []
    return next((path for name in [*candidates, *NAMES] if (path := shutil.which(name))), None)


def missing_packages() -> list[str]:
    """Return the Debian packages that the tests need and that are not installed."""
    browser = [] if find_chromium() else ["chromium", "fonts-dejavu-core"]
    absent = [
        package for name, package in PDF_LIBRARIES.items() if ctypes.util.find_library(name) is None
    ]
    return browser + absent


def main() -> None:
    """Install Debian's packages if possible; otherwise print what to install. Firefox is installed
    if it can be: its tests are not collected without it."""
    packages = missing_packages()
    firefox = any(map(shutil.which, FIREFOX))
    if not packages and firefox:
        return
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        if not packages:
            return
        sys.exit(
            f"The tests need what these Debian packages hold: {', '.join(packages)}. "
            "Install it (a Chromium may be named in CHROMIUM)."
        )
    subprocess.run([apt, "update", "-qq"], check=bool(packages))
    for names, needed in ((packages, True), (FIREFOX[:1], False)):
        if names and (needed or not firefox):
            subprocess.run(
                [apt, "install", "-y", "-qq", "--no-install-recommends", *names],
                check=needed,
                env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            )


if __name__ == "__main__":
    main()
