"""Work beside other work: in a thread of its own, or when its result is asked for."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from zoneblanche.geo.runtime import beside
from zoneblanche.geo.runtime.beside import WhenAsked, most_threads, second_thread


def test_work_is_done_once_when_its_result_is_asked_for() -> None:
    done: list[int] = []

    def append(number: int, *, twice: bool = False) -> int:
        done.append(number)
        return 2 * number if twice else number

    with WhenAsked() as other:
        never, later = other.submit(append, 1), other.submit(append, 2, twice=True)
        assert done == []
        assert (later.result(), later.result()) == (4, 4)
    assert done == [2]
    assert never.result() == 1


def test_what_fails_fails_where_the_result_is_asked_for() -> None:
    with WhenAsked() as other:
        failing = other.submit(int, "x")
        for _unused in range(2):
            with pytest.raises(ValueError, match="invalid literal"):
                failing.result()


@pytest.mark.parametrize(("count", "is_thread"), [(1, False), (2, False), (3, True), (16, True)])
def test_there_is_a_thread_where_it_has_a_core(
    count: int, is_thread: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beside, "processors", lambda: count)
    assert most_threads() == (count if is_thread else 1)
    with second_thread() as other:
        assert isinstance(other, ThreadPoolExecutor) == is_thread
        ran_in = other.submit(threading.current_thread).result()
    assert (ran_in is not threading.current_thread()) == is_thread


def test_a_process_has_at_least_one_processor() -> None:
    assert beside.processors() >= 1
