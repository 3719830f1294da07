"""Lay the package out as it is installed, with links to the folders: mypy reads it there.

    python scripts/build/lay_out.py .venv/typed

An editable install resolves `zoneblanche.geo` by a hook in the import system, which runs code. Type
checkers do not run code; they look for folders. Only the standard library is used here.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geo", "layers", "maps", "scripts")


def lay_out(folder: Path) -> None:
    """Create `folder/zoneblanche` from links; existing ones are kept."""
    package = folder / "zoneblanche"
    package.mkdir(parents=True, exist_ok=True)
    targets = {room: ROOT / room for room in ROOMS}
    targets |= {name: ROOT / "scripts" / "face" / name for name in ("__init__.py", "py.typed")}
    for name, target in targets.items():
        link = package / name
        if not link.is_symlink():
            link.symlink_to(target, target_is_directory=target.is_dir())


if __name__ == "__main__":
    lay_out(Path(sys.argv[1]))
