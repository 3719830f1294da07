"""A table on the territories: every cell keeps its code, and its reason."""

from __future__ import annotations

import pandas as pd
import pytest

from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.inputs.join import join_table
from zoneblanche.layers.layer import Table


@pytest.mark.parametrize("codes", [["A1", "A2", "B1", "B2"], ["B2", "A1", "B1", "A2"]])
def test_reasons_belong_to_codes_and_not_to_rows(toy: Territories, codes: list[str]) -> None:
    frame = pd.DataFrame({"x": [1.0, None, None, None]}, index=["A1", "A2", "B1", "B2"])
    reasons = pd.DataFrame({"x": [0, int(Reason.SECRET)]}, index=["A1", "B2"], dtype="int8")
    source = Source("Producer", "Table", "https://example.org/", "CC BY 4.0", "2026-01-31")
    table = Table(
        frame.loc[codes].rename_axis("code"), toy.level, source, reasons=reasons.iloc[::-1]
    )
    joined_reasons = join_table(toy, table).reasons_of("x")
    assert joined_reasons.to_dict() == {
        "A1": Reason.PRESENT,
        "A2": Reason.NOT_PUBLISHED,
        "B1": Reason.NOT_PUBLISHED,
        "B2": Reason.SECRET,
    }
