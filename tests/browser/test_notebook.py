"""The map in an output cell of a notebook: a frame whose page is in the cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import Watched
from tests.browser.test_map_page import AT_REST, PAINTED
from tests.maps.conftest import make_toy_atlas
from zoneblanche.geo.territories import Territories
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.palettes import NEED, ramp, rgb

pytestmark = pytest.mark.browser

CELL = """<!DOCTYPE html><html data-ready><meta charset="utf-8"><title>A notebook</title>
<div class="jp-OutputArea-output" style="width: 820px">{output}</div></html>
"""


def test_a_cell_shows_the_map_without_a_network(
    watched: Callable[..., Watched], toy: Territories, tmp_path: Path
) -> None:
    place = tmp_path / "cell.html"
    output = draw_map(make_toy_atlas(toy), "need", lang="en")._repr_html_()
    place.write_text(CELL.format(output=output), encoding="utf-8")
    page = watched().open(place)
    frame = page.frames[-1]
    assert frame.url == "about:srcdoc"
    frame.wait_for_selector("html[data-ready]", timeout=20_000)
    frame.evaluate(AT_REST)
    wanted = {",".join(map(str, rgb(colour))) for colour in ramp(NEED["light"], 6)}
    assert len(wanted & set(frame.evaluate(PAINTED))) >= 2
    frame.fill("#zb-search", "Btwo")
    frame.press("#zb-search", "Enter")
    assert "Btwo" in frame.inner_text(".zb-card")
    assert page.url == place.as_uri()  # the state of the map is not the address of the notebook
