"""Corrected figures on the card, and the form that reports an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest

from tests.browser.conftest import Watched
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas, empty_atlas
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.inputs.corrections import correct
from zoneblanche.maps import draw_map


@pytest.fixture
def atlas(toy: Territories) -> Atlas:
    fibre = Indicator(
        "fibre", {"fr": "Fibre", "en": "Fibre lines"}, "percent", "higher", bounds=(0, 100)
    )
    atlas = empty_atlas(toy).add(fibre, pd.Series([95.0, 0.0, 60.0, 92.0], toy.codes))
    return replace(atlas, contact="sig@example.org")


def test_the_card_says_what_is_corrected(
    atlas: Atlas, watched: Callable[[], Watched], tmp_path: Path
) -> None:
    table = tmp_path / "c.csv"
    table.write_text(
        "code,indicator,value,date,who,why\nA2,fibre,88.5,2026-11-30,<b>SIG</b>,On the ground.\n",
        "utf-8",
    )
    draw_map(correct(atlas, table), lang="en").save(tmp_path / "map.html")
    page = watched().open(tmp_path / "map.html", "#at=A2")
    row = page.locator(".zb-figure").inner_text()
    assert "88.5" in row
    assert "Corrected on 30 November 2026 by <b>SIG</b>; published: 0.0%. On the ground." in (
        row.replace("\u00a0", " ").replace(" %", "%")
    )
    page = watched().open(tmp_path / "map.html", "#at=A1")
    assert "Corrected" not in page.locator(".zb-card").inner_text()


def test_the_form_saves_a_table_of_corrections(
    atlas: Atlas, watched: Callable[[], Watched], tmp_path: Path
) -> None:
    draw_map(atlas, lang="en").save(tmp_path / "map.html")
    page = watched().open(tmp_path / "map.html", "#at=A2")
    page.locator(".zb-report summary").click()
    assert not page.locator(".zb-mail").is_visible()
    page.get_by_label("The right figure").fill("88,5")
    page.get_by_label("Your name or office").fill("=SIG, Lozère")
    page.get_by_label("How you know it").fill("On the ground")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the correction").click()
    path = tmp_path / download.value.suggested_filename
    assert path.name == "correction-a2.csv"
    download.value.save_as(path)
    (made,) = correct(atlas, path).corrections
    assert (made.code, made.indicator, made.value, made.old) == ("A2", "fibre", 88.5, 0.0)
    assert (made.who, made.why) == ("'=SIG, Lozère", "On the ground")
    address = page.locator(".zb-mail").get_attribute("href")
    assert address is not None
    assert address.startswith("mailto:sig@example.org?subject=Correction%3A%20Atwo%20(A2)&body=")
    assert "A2,Atwo,fibre,0,88.5," in unquote(address)
