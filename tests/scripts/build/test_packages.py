"""What is installed: one package, every folder of it, and nothing of the workshop."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from zoneblanche.scripts.build.packages import ROOT, installed_folders, with_package_lists


def test_pyproject_lists_the_folders_that_are_there() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    assert with_package_lists(text, installed_folders()) == text


def test_a_new_folder_is_listed(tmp_path: Path) -> None:
    for room in ("geo", "layers", "maps", "scripts", "scripts/bench", "geo/__pycache__"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "module.py").touch()
    assert installed_folders(tmp_path) == ["geo", "layers", "maps", "scripts"]


def test_the_wheel_holds_one_package_and_no_workshop(tmp_path: Path) -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    source = tmp_path / "source"
    for name in listed.stdout.splitlines():
        if name.startswith(
            ("geo/", "layers/", "maps/", "scripts/", "pyproject", "README", "LICENSE")
        ):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((ROOT / name).read_bytes())
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation"]
    subprocess.run([*command, "-w", str(tmp_path), str(source)], check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    held = {name for name in names if not name.startswith("zoneblanche-")}
    assert {name.split("/")[0] for name in held} == {"zoneblanche"}
    workshop = ("build", "bench", "trials", "face")
    assert not [
        name
        for name in held
        if name.startswith(tuple(f"zoneblanche/scripts/{w}/" for w in workshop))
    ]
    files = {
        name
        for name in listed.stdout.splitlines()
        if name.split("/")[0] in ("geo", "layers", "maps")
    }
    # Catalogues are installed as they are looked up: compiled.
    files = {f"{name[:-3]}.mo" if name.endswith(".po") else name for name in files}
    assert {f"zoneblanche/{name}" for name in files} <= held
    assert {"zoneblanche/__init__.py", "zoneblanche/py.typed", "zoneblanche/scripts/cli.py"} <= held
