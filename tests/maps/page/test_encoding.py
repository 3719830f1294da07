"""What is packed comes out again, as written and at the published precision."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.maps.unpacking import open_block, read_column, read_planes, read_tokens, unzigzag
from zoneblanche.maps.page.encoding import pack_block, pack_column, pack_planes, pack_tokens, zigzag


@given(st.lists(st.integers(0, 2**32 - 1), max_size=200))
def test_tokens_come_out_as_they_went_in(numbers: list[int]) -> None:
    tokens, bits = pack_tokens(np.array(numbers, dtype=np.int64))
    assert read_tokens(tokens, bits) == numbers
    assert len(tokens) == len(numbers)


def test_numbers_that_tokens_cannot_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="4294967296 is too large"):
        pack_tokens(np.array([2**32]))


@given(st.lists(st.integers(-(2**40), 2**40), min_size=1))
def test_zigzag_is_undone_and_keeps_small_numbers_small(numbers: list[int]) -> None:
    packed = zigzag(np.array(numbers)).tolist()
    assert [unzigzag(number) for number in packed] == numbers
    assert all(after <= 2 * abs(before) for before, after in zip(numbers, packed, strict=True))


@given(st.lists(st.integers(0, 2**24 - 1)))
def test_planes_come_out_as_they_went_in(numbers: list[int]) -> None:
    data = pack_planes(np.array(numbers, dtype=np.int64), bytes_each=3)
    assert read_planes(data, len(numbers), 3) == numbers


cell = st.one_of(st.floats(-1e7, 1e7), st.integers(1, 8).map(lambda reason: -1e9 - reason))


@given(st.lists(cell, max_size=50), st.integers(0, 3))
def test_columns_keep_figures_and_reasons(cells: list[float], digits: int) -> None:
    expected = [int(-1e9 - one) if one <= -1e9 else 0 for one in cells]
    figures = pd.Series([np.nan if one <= -1e9 else one for one in cells], dtype="float64")
    column = pack_column(figures, pd.Series(expected, dtype="int8"), digits=digits)
    values, reasons = read_column(column.data, column.describe(), len(cells))
    assert reasons == expected
    # A figure halfway may go either way: the scale is applied in floating point.
    np.testing.assert_allclose(values, figures, rtol=0, atol=0.5000001 * 10.0**-digits)
    known = [round(value * 10**digits) / 10**digits == value for value in values if value == value]
    assert all(known)


def test_figures_beyond_every_integer_scale_are_carried_whole() -> None:
    figures = pd.Series([1e20, -1e20, 0.1, np.nan])
    column = pack_column(figures, pd.Series([0, 0, 0, 2], dtype="int8"), digits=1)
    assert column.how == "float"
    values, reasons = read_column(column.data, column.describe(), 4)
    assert values[:3] == [1e20, -1e20, 0.1]
    assert reasons == [0, 0, 0, 2]


def test_a_column_without_any_figure() -> None:
    column = pack_column(pd.Series([np.nan, np.nan]), pd.Series([1, 6], dtype="int8"), digits=1)
    assert read_column(column.data, column.describe(), 2)[1] == [1, 6]
    assert column.bytes_each == 1


@pytest.mark.parametrize("kind", ["mixed", "tokens"])
def test_a_block_is_base64_of_gzip_and_the_same_each_time(kind: str) -> None:
    streams = {"a": b"\x00\x01" * 40, "b": b"", "c": b"</script>{{7*7}}"}
    text, places = pack_block(streams, kind=kind)
    assert (text, places) == pack_block(streams, kind=kind)
    whole = open_block(text)
    assert {name: whole[at : at + size] for name, (at, size) in places.items()} == streams
    assert set(text) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
