"""Reports of atlases that lack something, and of names that attack the page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.maps.report.reading_reports import (
    ReportPage,
    assert_sound,
    squares,
    squeezed,
    table_of,
)
from zoneblanche.geo.errors import ProblemWithEnvironment
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import write_report
from zoneblanche.maps.report.write import Shared, compose_report, render_report


def test_no_data_at_all(toy_atlas: Atlas) -> None:
    nothing = replace(
        toy_atlas,
        values=toy_atlas.values * np.nan,
        reasons=(toy_atlas.reasons * 0 + int(Reason.NOT_PUBLISHED)).astype("int8"),
        intervals={},
    )
    page = assert_sound(nothing)
    keys = {sentence.key for sentence in page.sentences}
    assert {"ranking.nothing", "unequal.nothing", "size.nothing", "waves.nothing"} <= keys
    assert {"flag.unknown", "quality.least"} <= keys


def test_an_amount_has_gini_and_theil_by_inhabitant_and_no_interval() -> None:
    """Two départements of ten, at 1 and at 3: all inequality is between them."""
    amount = Indicator("x", "X", "number", "higher", denominator="population")
    atlas = squares(20, {"x": amount}, {"x": [1.0] * 10 + [3.0] * 10})
    table = table_of(compose_report(atlas, lang="en"), "t-unequal")
    assert table.at("gini", "territories").value == pytest.approx(0.25)
    assert not [cell for cells in table.rows.values() for cell in cells if cell.range_text]
    assert {"unequal.gini"} <= {sentence.key for sentence in assert_sound(atlas).sentences}


def test_no_indicator(toy_atlas: Atlas) -> None:
    empty = replace(toy_atlas.keep([]), weights=toy_atlas.weights)
    keys = {sentence.key for sentence in assert_sound(empty).sentences}
    assert {"key.nothing", "quality.nothing", "flag.absent"} <= keys


def test_one_commune(toy_atlas: Atlas, shared: Shared) -> None:
    one = take(toy_atlas, np.array([True, False, False, False]))
    page = assert_sound(one)
    assert not [
        sentence for sentence in page.sentences if sentence.key in ("index.worse", "index.better")
    ]
    page = assert_sound(shared.atlas, area="commune:48095")
    sentences = {sentence.key: sentence for sentence in page.sentences}
    assert "flag.none.one" in sentences and "crossing.none.one" in sentences
    # Its score has the range of its own errors, and the claim is what that range allows.
    cell = table_of(compose_report(shared, area="commune:48095", lang="en"), "t-key").at(
        "digital-inequality", "dif1"
    )
    low, high = shared.atlas.intervals["digital-inequality"].loc[
        "48095", ["score_low", "score_high"]
    ]
    score = shared.atlas.values.loc["48095", "digital-inequality"]
    assert cell.value is not None and cell.low is not None and cell.high is not None
    assert cell.high - cell.low == pytest.approx(high - low)
    assert cell.value - cell.low == pytest.approx(score - low)
    table = table_of(compose_report(shared, area="commune:48095", lang="en"), "t-key")
    assert table.at("website", "area").text in ("yes", "no")


def test_rows_without_a_territory_are_in_the_workbook(toy_atlas: Atlas) -> None:
    account = {"rows": 6, "matched": 4, "listed": [{"row": "5"}, {"row": "6"}]}
    report = compose_report(replace(toy_atlas, account={"fibre": account}), lang="en")
    row = table_of(report, "t-account").rows["fibre"]
    assert [cell.text for cell in row[1:]] == ["6", "4", "0", "2"]
    assert not [one for one in compose_report(toy_atlas).tables() if one.id == "t-account"]


def test_no_command_and_no_head_of_a_catalogue_is_in_a_report(toy_atlas: Atlas) -> None:
    """A notice keeps its sentences for readers; an empty note of a source stays empty."""
    noted = toy_atlas.noting("Two layers are missing. Give them with --source NAME=FILE.")
    text = render_report(compose_report(noted, lang="fr"))
    assert "Two layers are missing." in text and "--source" not in text
    assert "Project-Id-Version" not in text


HOSTILE = "</title><script>alert(1)</script>{{ 7*7 }}{% raw %}<img src=x onerror=alert(1)>\"'&"


ARABIC = "\u202eبلدية الاختبار\u202d مدينة"


@pytest.mark.parametrize("name", [HOSTILE, ARABIC, "Z" * 200, "\ud800 lone", "a\x00b"])
def test_names_stay_names(toy_atlas: Atlas, name: str) -> None:
    page = assert_sound(renamed(toy_atlas, name), title=name)
    assert not {"script", "iframe", "object", "link", "base", "form"} & set(page.tags)
    handlers = [one for one in page.attributes if one[1].startswith("on")]
    assert not handlers
    assert not [v for t, n, v in page.attributes if n in ("src", "href") and not (
        (v or "").startswith(("#", "data:image/png", "https://example.org/")))]  # fmt: skip
    assert "49" not in squeezed(next(c.text for i, c in page.cells.items() if "worst" in i))


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=st.text(min_size=1, max_size=40))
def test_no_text_adds_an_element(toy_atlas: Atlas, name: str) -> None:
    same = renamed(toy_atlas, "plain")
    plain = ReportPage(render_report(compose_report(same, lang="en", title="T")))
    page = ReportPage(
        render_report(compose_report(renamed(toy_atlas, name), lang="en", title=name))
    )
    for tag in ("script", "a", "img", "style", "td"):
        assert page.tags.get(tag) == plain.tags.get(tag), tag


def renamed(atlas: Atlas, name: str) -> Atlas:
    """The atlas with that text wherever the data has text."""
    # A table cannot hold half a character; a title can.
    held = name.encode("utf-8", "replace").decode("utf-8")
    frame = atlas.territories.frame.assign(name=held)
    names = {level: dict.fromkeys(known, name) for level, known in
             atlas.territories.parent_names.items()}  # fmt: skip
    source = Source(name, name, "javascript:alert(1)", name, name, note=name)
    indicators = {
        key: replace(one, title=name, sources=(source,), method=name, period=name, suffix=name)
        for key, one in atlas.indicators.items()
    }
    return replace(
        atlas,
        territories=replace(atlas.territories, frame=frame, parent_names=names),
        indicators=indicators,
        notices=(name,),
    )


def test_a_place_that_cannot_be_written(toy_atlas: Atlas, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(ProblemWithEnvironment, match="cannot be written"):
        write_report(toy_atlas, tmp_path / "file" / "report.html")
    assert (tmp_path / "file").read_text() == "mine"
