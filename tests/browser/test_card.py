"""What the card of a territory says of its score, and of figures of larger areas."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.browser.conftest import Watched
from tests.maps.conftest import make_toy_atlas
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import draw_map

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]

MISSING = int(Reason.NOT_PUBLISHED)
FIGURES = {
    # website, own e-mail, fibre: found; not declared; unknown; nothing known of the town hall
    "a": (1.0, 1.0, 90.0),
    "b": (0.0, 1.0, 35.5),
    "c": (np.nan, 0.0, 60.0),
    "d": (np.nan, np.nan, 20.0),
}


def measured() -> Atlas:
    codes = pd.Index(list(FIGURES), name="code")
    boxes = [shapely.box(x, 0, x + 1, 1) for x in range(len(codes))]
    frame = gpd.GeoDataFrame({"name": codes}, geometry=boxes, index=codes, crs=3857)
    values = pd.DataFrame.from_dict(
        FIGURES, orient="index", columns=["website", "own-email", "fibre"]
    ).rename_axis("code")
    indicators = {
        "website": Indicator("website", "Website", "boolean", "higher", digits=0),
        "own-email": Indicator("own-email", "E-mail", "boolean", "higher", digits=0),
        "fibre": Indicator("fibre", "Fibre", "percent", "higher", bounds=(0, 100)),
    }
    territories = Territories(
        frame=frame, level="square", parents=pd.DataFrame(index=codes),
        facts=pd.DataFrame({"population": 10.0}, index=codes),
    )  # fmt: skip
    reasons = values.isna().astype("int8") * MISSING
    return Atlas(territories, values, reasons, indicators, pd.DataFrame(index=codes))


def scored(atlas: Atlas, orientation: str) -> Atlas:
    table = {
        "id": "lack", "orientation": orientation, "normalise": "goalposts", "min_available": 0.0,
        "weights": {"online": 15, "net": 30}, "draws": 0,
        "dimensions": {
            "online": {"title": "Online", "weights": {"website": 1, "own-email": 1}},
            "net": {"title": "Net", "weights": {"fibre": 1}},
        },
    }  # fmt: skip
    return compute_index(atlas, recipe_from_table(table, file="", indicators=atlas.indicators))


@pytest.mark.parametrize("orientation", ["worse", "better"])
def test_the_card_says_what_a_website_would_change(
    watched: Opener, tmp_path: Path, orientation: str
) -> None:
    atlas = measured()
    draw_map(scored(atlas, orientation), lang="en").save(tmp_path / "map.html")
    with_site = replace(
        atlas,
        values=atlas.values.assign(website=1.0),
        reasons=atlas.reasons.assign(website=np.int8(0)),
    )
    expected = scored(with_site, orientation).values["lack"]
    for code in FIGURES:
        page = watched().open(tmp_path / "map.html", f"#at={code}")
        line = page.locator(".zb-if")
        if code == "a":
            assert line.count() == 0
            continue
        text = line.inner_text()
        assert text.startswith("If its website were found: ")
        assert float(text.split(": ")[1][:-1]) == pytest.approx(expected[code], abs=0.11)


def test_a_share_with_the_id_of_the_website_is_no_website(watched: Opener, tmp_path: Path) -> None:
    atlas = measured()
    share = Indicator("website", "Sites by place", "percent", "higher", bounds=(0, 100))
    atlas = replace(atlas, indicators={**atlas.indicators, "website": share})
    draw_map(scored(atlas, "worse"), lang="en").save(tmp_path / "map.html")
    page = watched().open(tmp_path / "map.html", "#at=b")
    assert page.locator(".zb-parts").count() == 1
    assert page.locator(".zb-if").count() == 0


LOOK = """async () => {
  const page = await window.zoneblanche.started;
  const [layer] = page.layers;
  const colours = {};
  layer._ids.forEach((id, at) => {
    (colours[id] ??= new Set()).add(layer._pixels[at]);
  });
  return { coarse: page.layer.coarse,
    kinds: Object.fromEntries(Object.entries(colours).map(([id, set]) => [id, set.size])) };
}"""


def test_figures_of_larger_areas_are_hatched(
    watched: Opener, toy: Territories, tmp_path: Path
) -> None:
    atlas = make_toy_atlas(toy)
    draw_map(atlas, "fibre", lang="en").save(tmp_path / "map.html")
    page = watched().open(tmp_path / "map.html")
    page.wait_for_timeout(900)
    hatched = page.evaluate(LOOK)
    assert hatched["coarse"] is True
    assert page.locator(".zb-classes .zb-swatch path").count() > 0
    assert "hatched: measured by" in page.locator(".zb-legend-note").inner_text()
    sheet = page.evaluate("async () => { const page = await window.zoneblanche.started;"
                          " page.takePicture(); return page.pictures.innerHTML; }")  # fmt: skip
    assert sheet.count("url(#zb-coarse)") > 1
    page.evaluate("async () => (await zoneblanche.started).choose("
                  "(await zoneblanche.started).model.layer('presence'))")  # fmt: skip
    page.wait_for_timeout(900)
    plain = page.evaluate(LOOK)
    assert plain["coarse"] is False
    assert page.locator(".zb-classes .zb-swatch path").count() == 0
    # Lines apart, a territory has one colour; with stripes, two, and their mixtures at the edges.
    assert all(hatched["kinds"][one] > plain["kinds"][one] for one in ("1", "2", "3", "4"))
