"""Kernels compile where nothing can be written, too."""

import numba
import pytest

from zoneblanche.geo.compiled import compiled


def double(number: int) -> int:
    return 2 * number


def test_machine_code_is_kept_where_it_can_be() -> None:
    kernel = compiled(double)
    assert kernel(21) == 42
    assert type(kernel._cache).__name__ == "FunctionCache"


def test_a_place_where_nothing_can_be_written_is_no_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from numba.core.caching import CompileResultCacheImpl

    monkeypatch.setattr(CompileResultCacheImpl, "_locator_classes", [])
    with pytest.raises(RuntimeError, match="no locator available"):
        numba.njit(cache=True)(double)
    assert compiled(double)(21) == 42
