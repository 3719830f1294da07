"""Write the lists of packages in pyproject.toml from the existing folders.

    python -m scripts.build.packages

Setuptools cannot find packages whose folders have other names, so they are listed.
"""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("geo", "layers", "maps", "scripts")
WORKSHOP = {"build", "bench", "trials", "face"}
"""Folders of `scripts` that are not installed: for maintainers, and the public face of the
package."""
_HEAD, _END = "[tool.setuptools]\n", "# Only what is listed here"


def installed_folders(root: Path = ROOT) -> list[str]:
    """Return every folder that is installed, sorted: those of the rooms that contain files."""
    folders = [
        folder.relative_to(root)
        for room in ROOMS
        for folder in (root / room, *(root / room).rglob("*"))
        if folder.is_dir() and any(entry.is_file() for entry in folder.iterdir())
    ]
    return sorted(
        folder.as_posix()
        for folder in folders
        if not {"__pycache__", "locale"} & set(folder.parts)
        and not (folder.parts[0] == "scripts" and set(folder.parts[1:2]) & WORKSHOP)
    )


def package_lists(folders: list[str]) -> str:
    """Return the tables `[tool.setuptools]` and `[tool.setuptools.package-dir]`."""
    names = {"zoneblanche." + folder.replace("/", "."): folder for folder in folders}
    listed = "".join(f'  "{name}",\n' for name in ("zoneblanche", *names))
    placed = "".join(f'"{name}" = "{folder}"\n' for name, folder in names.items())
    return (
        f"{_HEAD}include-package-data = false\npackages = [\n{listed}]\n\n"
        f'[tool.setuptools.package-dir]\nzoneblanche = "scripts/face"\n{placed}\n'
    )


def with_package_lists(text: str, folders: list[str]) -> str:
    """Return the text of pyproject.toml with its lists replaced."""
    start, end = text.index(_HEAD), text.index(_END)
    return text[:start] + package_lists(folders) + text[end:]


if __name__ == "__main__":
    path = ROOT / "pyproject.toml"
    path.write_text(with_package_lists(path.read_text("utf-8"), installed_folders()), "utf-8")
