"""The search for inputs that are not met with a sentence: it finds what is there to find."""

from __future__ import annotations

import _socket
import contextlib
import json
import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_type_hints

import pytest
import shapely

from zoneblanche.layers.fetching import connection
from zoneblanche.scripts.cli import leaf_commands
from zoneblanche.scripts.trials import fuzz as fuzzing
from zoneblanche.scripts.trials import ground
from zoneblanche.scripts.trials.fuzz import fuzz
from zoneblanche.scripts.trials.guarded import GIB, Bounds, watch
from zoneblanche.scripts.trials.mutations.answers import mutate_http
from zoneblanche.scripts.trials.mutations.mutate import spoil
from zoneblanche.scripts.trials.mutations.shapes import mutate_wkb
from zoneblanche.scripts.trials.mutations.stored import mutate_record
from zoneblanche.scripts.trials.sample import TABLES, VECTORS, write_sample
from zoneblanche.scripts.trials.server import Server
from zoneblanche.scripts.trials.serving import answer, published
from zoneblanche.scripts.trials.trials import Trial, served_trials, write_trials

pytestmark = pytest.mark.skipif(os.name != "posix", reason="children are forked")
ROOMY = Bounds(seconds=60, memory=8 * GIB)


@pytest.fixture(scope="module")
def trials(tmp_path_factory: pytest.TempPathFactory) -> tuple[Trial, ...]:
    project = write_sample(tmp_path_factory.mktemp("sample") / "project")
    return write_trials(tmp_path_factory.mktemp("trials"), [project])


def test_every_command_can_be_tried(tmp_path: Path) -> None:
    """Each ends well on files that nobody spoiled: else the search could not begin. A new command
    needs a trial, and so does an option that names a file."""
    tried = write_trials(tmp_path)
    commands = leaf_commands()
    called = {name: tuple(name.split()) for name in commands}

    def tries(trial: Trial, words: tuple[str, ...]) -> bool:
        return trial.arguments[: len(words)] == words

    for words in called.values():
        assert any(tries(trial, words) for trial in tried), words
    assert all(any(tries(trial, words) for words in called.values()) for trial in tried)
    for name, command in commands.items():
        hints = get_type_hints(command.callback)
        given = {w for trial in tried if tries(trial, called[name]) for w in trial.arguments}
        for option in command.params:
            if "Path" in str(hints.get(option.name)) and option.opts[0].startswith("-"):
                assert given & set(option.opts), option.opts


def test_a_few_tries_of_each_command(trials: tuple[Trial, ...], tmp_path: Path) -> None:
    findings, ends = fuzz(trials, seconds=600, seed=1, most=8, keep=tmp_path, bounds=ROOMY)
    assert findings == []
    assert sum(ends.values()) == 8
    assert {end.split(":")[0] for end in ends} == {"run", "build", "check"}


@pytest.mark.parametrize(
    ("fault", "expected"),
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
    expected: str,
) -> None:
    def broken(arguments: tuple[str, ...], *, ground: Path) -> int:
        given, out = ground / "in", ground / "out"
        exec(fault, {"given": given, "out": out, "sys": sys})
        return 0

    monkeypatch.setattr(fuzzing, "command", broken)
    findings, _ = fuzz(trials[:1], seconds=60, most=1, seed=0, keep=tmp_path, bounds=ROOMY)
    assert [finding.fault for finding in findings] == [expected]
    assert expected in (tmp_path / "0-0" / "fault.txt").read_text("utf-8")


@pytest.mark.parametrize("vector", VECTORS)
def test_the_same_seed_spoils_alike(tmp_path: Path, vector: str) -> None:
    project = write_sample(tmp_path, vector=vector, table=TABLES[VECTORS.index(vector) % 4])
    content = (project.parent / f"squares.{vector}").read_bytes()
    kind = {"gpkg": "sqlite", "geojson": "json", "topojson": "json"}.get(vector, vector)
    twice = [[spoil(content, kind, random.Random(seed)) for seed in range(8)] for _ in range(2)]
    assert twice[0] == twice[1]
    assert sum(spoiled != content for spoiled in twice[0]) > 5


@pytest.mark.parametrize("kind", ["http", "record", "wkb"])
def test_what_is_mutated_by_its_structure_stays_other_than_it_was(kind: str) -> None:
    content = {
        "http": answer("200 OK", 'ETag: "a"', body=b"code;n\n01001;1\n"),
        "record": json.dumps({"filename": "a.csv", "size": 1, "sha256": "0" * 64}).encode(),
        "wkb": shapely.to_wkb(shapely.box(0, 0, 1, 1)),
    }[kind]
    mutate = {"http": mutate_http, "record": mutate_record, "wkb": mutate_wkb}[kind]
    twice = [[mutate(content, random.Random(seed)) for seed in range(150)] for _ in range(2)]
    assert twice[0] == twice[1]
    assert len(set(twice[0])) > 40


def test_what_asks_elsewhere_or_does_not_end_is_found(tmp_path: Path) -> None:
    """The search for faults of `fetch` sees what it is there to see."""
    (trial,) = (trial for trial in served_trials(tmp_path / "s") if "arcep-ftth" in trial.fetches)

    def told(task: Callable[[], object]) -> str:
        return watch(task, log=tmp_path / "log.txt", bounds=ROOMY, served=True).fault

    assert trial.served

    def ask(host: str, port: int = 80) -> None:
        with contextlib.suppress(OSError):
            _socket.socket().connect((host, port))  # the tests themselves watch the other class

    assert told(lambda: ask("10.1.2.3")).startswith("opens a socket: socket.connect")
    assert told(lambda: ask("169.254.169.254")).startswith("opens a socket")
    (tmp_path / "log.socket").unlink()
    with Server(lambda _: [b"x"]) as server:
        assert told(lambda: ask("127.0.0.1", server.port)) == ""
    assert told(lambda: ask("8.8.8.8")) == "", "public, and not reached"
    with published(trial.folder / "server", tmp_path / "elsewhere"):
        with connection.create_connection(("127.0.0.1", 80)) as asking:
            asking.send(b"GET / HTTP/1.1\r\nHost: 10.0.0.1\r\n\r\n")
        while not (tmp_path / "elsewhere").exists():
            time.sleep(0.01)
    assert "Host: 10.0.0.1" in (tmp_path / "elsewhere").read_text("utf-8")
    ground_of_it = tmp_path / "x"
    (ground_of_it / "cache").mkdir(parents=True)
    assert ground.store_fault(ground_of_it, trial.fetches) == (
        "says done, and the store holds no arcep-ftth"
    )


def test_a_result_that_is_cut_off_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": NaN}')
    (tmp_path / "m.html").write_text("<html>")
    assert "NaN is no JSON" in ground.part_fault(tmp_path / "a.json")
    assert ground.part_fault(tmp_path / "m.html") == "is cut off"
    assert ground.part_fault(tmp_path / "x.csv") == "is not there"
