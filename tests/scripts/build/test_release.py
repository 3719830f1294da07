"""A release: one version, a wheel that any machine builds alike, and files that agree with it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from pathlib import Path
from typing import Any

import pytest
import yaml

from zoneblanche.scripts.build.release import ROOT, build_sdist, build_wheel
from zoneblanche.scripts.build.reproducible import EPOCH, source_date_epoch

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PACKAGING = ROOT / "scripts" / "build" / "packaging"
BUILT = ("geo/", "layers/", "maps/", "scripts/", "LICENSE", "MANIFEST.in", "README.md", "pyproject")


def read_yaml(path: Path) -> Any:
    return yaml.safe_load(path.read_text("utf-8"))


def borrow_dependencies(environment: Path) -> None:
    """Let an environment import what the tests import, except what is installed for editing."""
    (packages,) = environment.glob("[Ll]ib/**/site-packages")
    folders = [one for one in sys.path if one.endswith(("site-packages", "dist-packages"))]
    (packages / "borrowed.pth").write_text("\n".join(folders), encoding="utf-8")


def test_a_wheel_of_the_sdist_is_the_wheel_of_the_checkout_and_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    source = tmp_path / "source"
    for name in listed.stdout.splitlines():
        if name.startswith(BUILT):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    (source / "build" / "lib" / "zoneblanche").mkdir(parents=True)
    (source / "build" / "lib" / "zoneblanche" / "stale.py").touch()  # of an earlier build
    monkeypatch.setenv(EPOCH, "1700000000")
    archive = build_sdist(source, tmp_path / "sdist")
    wheel = build_wheel(source, tmp_path / "first")
    monkeypatch.delenv(EPOCH)
    for path in source.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    mask = os.umask(0o077)
    try:
        other = build_wheel(archive, tmp_path / "second")
    finally:
        os.umask(mask)
    assert wheel.name == other.name
    assert wheel.read_bytes() == other.read_bytes()

    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    borrow_dependencies(environment)
    tools = environment / ("Scripts" if os.name == "nt" else "bin")
    pip = [sys.executable, "-m", "pip", "--python", str(tools / "python")]
    install = ["install", "-q", "--no-deps", "--no-index", "--no-compile", str(wheel)]
    subprocess.run([*pip, *install], check=True, capture_output=True)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    command = [tools / "zoneblanche", "run", "--within", "48"]
    subprocess.run(command, cwd=elsewhere, check=True, capture_output=True)
    page = (elsewhere / "zoneblanche-out" / "index.html").read_text("utf-8")
    assert "Mende" in page
    where = "import zoneblanche; print(zoneblanche.__file__, zoneblanche.__version__)"
    done = subprocess.run(
        [tools / "python", "-c", where], cwd=elsewhere, capture_output=True, text=True, check=True
    )
    assert str(environment) in done.stdout
    assert done.stdout.split()[-1] == PROJECT["version"]


def test_sources_have_the_time_of_the_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(EPOCH, raising=False)
    assert source_date_epoch(tmp_path) is None
    (tmp_path / "PKG-INFO").touch()
    os.utime(tmp_path / "PKG-INFO", (1_600_000_000, 1_600_000_000))
    assert source_date_epoch(tmp_path) == 1_600_000_000
    environment = {**os.environ, "GIT_COMMITTER_DATE": "1650000000 +0000"}
    for command in (
        ["init", "-q"],
        ["-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-qm", "A", "--allow-empty"],
    ):
        subprocess.run(["git", *command], cwd=tmp_path, env=environment, check=True)
    assert source_date_epoch(tmp_path) == 1_650_000_000
    monkeypatch.setenv(EPOCH, "1700000000")
    assert source_date_epoch(tmp_path) == 1_700_000_000


def test_every_file_gives_the_same_version() -> None:
    version = PROJECT["version"]
    citation = read_yaml(ROOT / "CITATION.cff")
    assert citation["version"] == version
    assert read_yaml(PACKAGING / "recipe.yaml")["package"]["version"] == version
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    newest = re.search(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d{2}-\d{2})$", changes, re.MULTILINE)
    assert newest
    assert newest.groups() == (version, str(citation["date-released"]))
    assert citation["license"] == PROJECT["license"]
    assert citation["authors"] == PROJECT["authors"]


def test_the_conda_recipe_requires_what_the_package_requires() -> None:
    recipe = read_yaml(PACKAGING / "recipe.yaml")
    listed = {line.replace(" ", "") for line in recipe["requirements"]["run"]}
    assert listed == {*PROJECT["dependencies"], f"python{PROJECT['requires-python']}"}
    script = recipe["build"]["python"]["entry_points"]
    assert script == [f"zoneblanche = {PROJECT['scripts']['zoneblanche']}"]


def test_the_container_copies_what_the_package_is_built_from_and_is_not_root() -> None:
    lines = (PACKAGING / "Containerfile").read_text("utf-8").splitlines()
    copied = {
        name
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    }
    assert {"geo", "layers", "maps", "scripts", "pyproject.toml", "README.md", "LICENSE"} <= copied
    assert all((ROOT / name).exists() for name in copied)
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users and users[-1] not in ("root", "0")
    bases = [line.split()[1] for line in lines if line.startswith("FROM ")]
    assert all(base.endswith("-slim") for base in bases)


def test_the_workflow_runs_the_commands_of_the_readme_on_every_version() -> None:
    jobs = read_yaml(ROOT / ".github" / "workflows" / "test.yml")["jobs"]
    versions = {
        match[1]
        for name in PROJECT["classifiers"]
        if (match := re.fullmatch(r"Programming Language :: Python :: (3\.\d+)", name))
    }
    systems = set()
    for name in ("unix", "windows"):
        matrix = jobs[name]["strategy"]["matrix"]
        assert set(matrix["python"]) == versions
        systems |= {one.split("-")[0] for one in matrix["os"]}
    assert systems == {"ubuntu", "macos", "windows"}
    readme = (ROOT / "README.md").read_text("utf-8")
    steps = [step for name in ("unix", "windows") for step in jobs[name]["steps"]]
    lines = [step["run"] for step in steps if "run" in step]
    shown = re.search(r"On Windows:\n\n```\n(.*?)```", readme, re.DOTALL)
    assert shown
    assert set(shown[1].splitlines()) <= set(lines)
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    called = {line.split()[1] for line in lines if line.startswith("make ")}
    assert called == {"run", "test"}
    assert called <= targets
