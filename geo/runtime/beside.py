"""Work beside other work, where the process has a core for it."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Generic, ParamSpec, Self, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

FEWEST_PROCESSORS = 3
"""Two processors are mostly the two threads of one core, as those are that a cloud rents out: each
work slows the other one down, and both need their memory at once."""


def second_thread() -> ThreadPoolExecutor | WhenAsked:
    """Return what does submitted work, one after the other: a thread, or with fewer than
    `FEWEST_PROCESSORS` the thread that asks for the result."""
    return ThreadPoolExecutor(1) if most_threads() > 1 else WhenAsked()


def most_threads() -> int:
    """Return how many threads are worth having: one with fewer than `FEWEST_PROCESSORS`."""
    count = processors()
    return count if count >= FEWEST_PROCESSORS else 1


def processors() -> int:
    """Return on how many processors the process may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class WhenAsked:
    """Does work when its result is asked for; what nobody asks for is not done."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:  # fmt: skip
        """Nothing is under way."""

    def submit(
        self,
        function: Callable[Arguments, Result],
        /,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> Answer[Result]:
        """Return the answer that calls the function."""
        return Answer(lambda: function(*args, **kwargs))


class Answer(Generic[Result]):
    """The result of work, once it was asked for."""

    def __init__(self, compute: Callable[[], Result]) -> None:
        self._compute: Callable[[], Result] | None = compute
        self._result: Any = None

    def result(self) -> Result:
        """Return the result; the work is done the first time."""
        if self._compute is not None:
            self._result = self._compute()
            self._compute = None
        result: Result = self._result
        return result
