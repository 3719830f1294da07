"""Workers may die; the answer stays."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from geo.errors import InputError, ProblemWithEnvironment
from geo.executors import Executor, run_chunks


def square(chunk: int, shared: int) -> int:
    return chunk * chunk + shared


def die_once(chunk: int, marks: Path) -> int:
    """The first worker to see chunk 3 is killed in the midst of its work."""
    mark = marks / "died"
    if chunk == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return chunk


def die(chunk: int, shared: None) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return chunk


def refuse(chunk: int, shared: None) -> int:
    raise InputError("row 7 is not a number.")


EVERY: list[Executor] = ["serial", "processes", "dask"]


@pytest.fixture(scope="module")
def scheduler() -> Iterator[str]:
    """The address of a cluster of two worker processes that is already there."""
    from distributed import LocalCluster  # here, so that spawned workers need not import it

    with LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster.scheduler_address


@pytest.mark.parametrize("executor", EVERY)
def test_answers_come_in_the_order_of_the_chunks(executor: Executor, scheduler: str) -> None:
    options: dict[str, Any] = {"executor": executor, "workers": 2, "scheduler": scheduler}
    assert list(run_chunks(square, list(range(9)), 100, **options)) == [
        100 + k * k for k in range(9)
    ]
    assert list(run_chunks(square, [], 100, **options)) == []


@pytest.mark.parametrize("executor", EVERY[1:])
def test_a_worker_killed_in_mid_run_changes_nothing(executor: Executor, tmp_path: Path) -> None:
    found = run_chunks(die_once, list(range(12)), tmp_path, executor=executor, workers=2)
    assert list(found) == list(range(12))
    assert (tmp_path / "died").exists()


@pytest.mark.parametrize("executor", EVERY[1:])
def test_faults_of_the_input_reach_the_caller(executor: Executor, scheduler: str) -> None:
    with pytest.raises(InputError, match="row 7 is not a number"):
        list(run_chunks(refuse, [1, 2], None, executor=executor, workers=2, scheduler=scheduler))


def test_workers_that_always_die_are_given_up() -> None:
    with pytest.raises(ProblemWithEnvironment, match="lost again and again"):
        list(run_chunks(die, [1], None, executor="processes", workers=1))
