"""The list of the parts of an area, and what is said of it, begin at the same end."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from tests.maps.report.test_report import squares, table_of
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.report.write import Shared, compose_report


def test_of_many_parts_the_ten_worst_and_the_five_best_are_listed() -> None:
    unit = Indicator("x", "X", "score", "lower", role="index", bounds=(0, 100))
    atlas = squares(60, {"x": unit}, {"x": [float(k) for k in range(60)]})
    codes = [f"D{k // 3:02}" for k in range(60)]
    parents = pd.DataFrame({"departement": codes, "country": "T"}, index=atlas.codes)
    names = {"departement": {code: f"Part {code}" for code in codes}}
    territories = replace(atlas.territories, parents=parents, parent_names=names)
    report = compose_report(Shared(replace(atlas, territories=territories)), lang="en")
    table = table_of(report, "t-parts")
    assert list(table.rows) == [f"D{k:02}" for k in (*range(19, 9, -1), *range(4, -1, -1))]
    assert table.caption.endswith("from the worst to the best")
    assert "The ten worst off and the five best off (" in table.note
