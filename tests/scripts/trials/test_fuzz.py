"""The search for inputs that are not met with a sentence: it finds what is there to find."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
from typer.main import get_group

from zoneblanche.scripts.cli import app
from zoneblanche.scripts.trials import fuzz as fuzzing
from zoneblanche.scripts.trials import ground
from zoneblanche.scripts.trials.fuzz import fuzz
from zoneblanche.scripts.trials.guarded import GIB, Bounds
from zoneblanche.scripts.trials.mutations import spoil
from zoneblanche.scripts.trials.sample import TABLES, VECTORS, write_sample
from zoneblanche.scripts.trials.trials import Trial, write_trials

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")
ROOMY = Bounds(seconds=60, memory=8 * GIB)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trial, ...]:
    project = write_sample(tmp_path_factory.mktemp("sample") / "project")
    return write_trials(tmp_path_factory.mktemp("trials"), [project])


def test_every_command_can_be_tried(tmp_path: Path) -> None:
    """Each ends well on files that nobody spoiled: else the search could not begin."""
    tried = {trial.arguments[0] for trial in write_trials(tmp_path)}
    assert tried == set(get_group(app).commands)


def test_a_few_tries_of_each_command(trials: tuple[Trial, ...], tmp_path: Path) -> None:
    findings, ends = fuzz(trials, seconds=600, seed=1, most=8, keep=tmp_path, bounds=ROOMY)
    assert findings == []
    assert sum(ends.values()) == 8
    assert {end.split(":")[0] for end in ends} == {"run", "build", "check"}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("raise ValueError", "ends with 1"),
        ("(given / 'more').touch()", "changes its input"),
        ("(given.parent / 'stray').touch()", "leaves stray behind"),
        ("(given.parent / 'tmp' / 'x').touch()", "leaves temporary files: x"),
        (
            "(out / 'half').touch(); print('no', file=sys.stderr); sys.exit(2)",
            "changes what was in out though it refuses",
        ),
        ("(out / '.zb-x').touch()", "leaves .zb-x beside its results"),
        ("pass", "says done, and run/run.json is that of the run before"),
        ("(out / 'run' / 'run.json').unlink()", "says done, and run/run.json is not there"),
    ],
)
def test_what_goes_wrong_is_found_and_kept(
    trials: tuple[Trial, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: str,
    told: str,
) -> None:
    def broken(arguments: tuple[str, ...], *, ground: Path) -> int:
        given, out = ground / "in", ground / "out"
        exec(fault, {"given": given, "out": out, "sys": sys})
        return 0

    monkeypatch.setattr(fuzzing, "command", broken)
    findings, _ = fuzz(trials[:1], seconds=60, most=1, seed=0, keep=tmp_path, bounds=ROOMY)
    assert [finding.fault for finding in findings] == [told]
    assert told in (tmp_path / "0-0" / "fault.txt").read_text("utf-8")


@pytest.mark.parametrize("vector", VECTORS)
def test_the_same_seed_spoils_alike(tmp_path: Path, vector: str) -> None:
    project = write_sample(tmp_path, vector=vector, table=TABLES[VECTORS.index(vector) % 4])
    content = (project.parent / f"squares.{vector}").read_bytes()
    kind = {"gpkg": "sqlite", "geojson": "json", "topojson": "json"}.get(vector, vector)
    twice = [[spoil(content, kind, random.Random(seed)) for seed in range(8)] for _ in range(2)]
    assert twice[0] == twice[1]
    assert sum(spoiled != content for spoiled in twice[0]) > 5


def test_a_result_that_is_cut_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": NaN}')
    (tmp_path / "m.html").write_text("<html>")
    assert "NaN is no JSON" in ground.part_fault(tmp_path / "a.json")
    assert ground.part_fault(tmp_path / "m.html") == "is cut off"
    assert ground.part_fault(tmp_path / "x.csv") == "is not there"
