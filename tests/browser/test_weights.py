"""The reader's weights of an index: scores, ranks, classes, card, address, and the worst tenth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from tests.browser.conftest import Watched
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.explain import explain
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.breaks import quantile_breaks

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]

COUNT = 400
PARTS = ("fast", "mobile", "site", "mail")
DIMENSIONS = ("access", "presence")
LOOK = """async () => {
  const page = await window.zoneblanche.started;
  const { values, reasons } = page.model.column(page.layer.id);
  return { id: page.layer.id, values: Array.from(values, (one, i) => (reasons[i] ? null : one)),
    ranks: Array.from(page.model.ranks(page.layer.id).ranks, (one) => (one === one ? one : null)),
    breaks: page.shown.breaks, title: page.speech.text(page.layer.title),
    took: performance.getEntriesByName("zb-weighed").map((one) => one.duration) };
}"""


def scored_atlas(weights: dict[str, float], measured: Atlas) -> Atlas:
    table: dict[str, Any] = {
        "id": "lack",
        "orientation": "worse",
        "normalise": "goalposts",
        "min_available": 0.7,
        "weights": weights,
        "dimensions": {
            "access": {"title": "Access", "weights": {"fast": 2, "mobile": 1}},
            "presence": {"title": "Presence", "weights": {"site": 1, "mail": 1}},
        },
        # The page has no estimates: it takes them from the scores of the dimension.
        "indicators": {
            "mail": {
                "regression": {"on": {"site": "linear"}, "shrink": 0, "reasons": ["not-published"]}
            }
        },
    }
    recipe = recipe_from_table(table, file="", indicators=measured.indicators)
    return compute_index(measured, recipe)


@pytest.fixture(scope="module")
def measured() -> Atlas:
    """Squares with four shares, some of them missing."""
    rng = np.random.default_rng(5)
    codes = pd.Index([f"c{place:03d}" for place in range(COUNT)], name="code")
    boxes = [shapely.box(x, y, x + 1, y + 1) for y in range(20) for x in range(20)]
    frame = gpd.GeoDataFrame({"name": codes}, geometry=boxes, index=codes, crs=3857)
    rows = pd.DataFrame({"row": [f"r{place // 20:02d}" for place in range(COUNT)]}, index=codes)
    territories = Territories(
        frame=frame, level="square", parents=rows.astype(object),
        facts=pd.DataFrame({"population": 10.0}, index=codes),
    )  # fmt: skip
    values = pd.DataFrame(rng.random((COUNT, 4)).round(3) * 100, index=codes, columns=list(PARTS))
    values = values.round(1).mask(rng.random((COUNT, 4)) < 0.2)
    reasons = values.isna().astype("int8")
    indicators = {
        name: Indicator(name, name.title(), "percent", "higher", bounds=(0, 100)) for name in PARTS
    }
    return Atlas(territories, values, reasons, indicators, pd.DataFrame(index=codes))


@pytest.fixture(scope="module")
def weighed_page(measured: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "map.html"
    draw_map(scored_atlas({"access": 1, "presence": 1}, measured), lang="en").save(path)
    return path


def test_the_readers_weights_give_the_index_of_a_recipe_with_them(
    watched: Opener, weighed_page: Path, measured: Atlas
) -> None:
    page = watched().open(weighed_page, "#at=c007")
    published = page.locator(".zb-score-value").inner_text()
    page.locator(".zb-weights summary").click()
    slider = page.locator("#zb-weight-presence")
    slider.focus()
    for _ in range(15):
        page.keyboard.press("ArrowLeft")
    assert slider.input_value() == "25"
    assert page.locator("output[for=zb-weight-presence]").inner_text() == "20%"
    shown = page.evaluate(LOOK)
    assert shown["id"] == "your-index"
    assert shown["title"] == "Your index: Access 80%, Presence 20%"
    expected = scored_atlas({"access": 80, "presence": 20}, measured).values["lack"].round(1)
    values = pd.Series(shown["values"], index=expected.index, dtype=float)
    assert (values.isna() == expected.isna()).all() and values.isna().any()
    apart = (values - expected).abs().dropna()
    assert apart.max() < 0.11 and (apart < 0.01).mean() > 0.95  # the others are ties of rounding
    ranks = values.rank(ascending=False, method="min")
    np.testing.assert_array_equal(np.array(shown["ranks"], dtype=float), ranks.to_numpy())
    assert shown["breaks"] == quantile_breaks(values.to_numpy(), digits=1)
    assert shown["took"] and min(shown["took"]) <= 50
    page.wait_for_function("() => location.hash.includes('weights=')")
    address = page.evaluate("location.hash")
    page.wait_for_function(
        f"() => document.querySelector('.zb-score-value').innerText !== {published!r}"
    )
    changed = page.locator(".zb-score-value").inner_text()
    again = watched().open(weighed_page, address)
    assert again.evaluate(LOOK)["values"] == shown["values"]
    assert again.locator(".zb-score-value").inner_text() == changed
    page.locator("[data-own=published]").click()
    assert page.evaluate(LOOK)["id"] == "lack"
    assert page.locator(".zb-score-value").inner_text() == published
    page.wait_for_function("() => !location.hash.includes('weights=')")


def test_the_weights_are_those_of_the_level_shown(
    watched: Opener, measured: Atlas, tmp_path: Path
) -> None:
    whole = replace(measured, values=measured.values.fillna(50), reasons=measured.reasons * 0)
    draw_map(scored_atlas({"access": 1, "presence": 1}, whole), lang="en").save(
        tmp_path / "map.html"
    )
    page = watched().open(tmp_path / "map.html")
    page.locator("#zb-level").select_option("row")
    page.locator(".zb-weights summary").click()
    page.locator("#zb-weight-access").focus()
    page.keyboard.press("Home")
    for level, count in (("row", 20), ("", COUNT)):
        page.locator("#zb-level").select_option(level)
        shown = page.evaluate(LOOK)
        assert shown["id"] == "your-index" and len(shown["values"]) == count
        presence = page.evaluate("""async () => {
          const { model } = await window.zoneblanche.started;
          return Array.from(model.column("presence").values);
        }""")
        np.testing.assert_allclose(shown["values"], presence, atol=0.11)


def test_an_estimated_part_has_its_points(
    watched: Opener, weighed_page: Path, measured: Atlas
) -> None:
    atlas = scored_atlas({"access": 1, "presence": 1}, measured)
    some = atlas.values[measured.values["mail"].isna() & measured.values["site"].notna()]
    code = str(some.index[some["lack"].notna()][0])
    parts = explain(atlas, code, "lack").parts["contribution"]
    page = watched().open(weighed_page, f"#at={code}")
    rows = {
        row.locator("span").first.inner_text().strip(): float(row.locator(".zb-value").inner_text())
        for row in page.locator(".zb-parts li").all()
    }
    assert rows["Mail (estimated)"] == pytest.approx(parts["mail"], abs=0.11)
    assert rows["Site"] == pytest.approx(parts["site"], abs=0.051)
    assert sum(rows.values()) == pytest.approx(atlas.values["lack"][code], abs=0.2)


def test_the_card_says_how_often_a_territory_is_among_the_worst(
    watched: Opener, weighed_page: Path, measured: Atlas
) -> None:
    scored = scored_atlas({"access": 1, "presence": 1}, measured).values
    worst = str(scored["lack"].idxmax())
    page = watched().open(weighed_page, f"#at={worst}")
    page.wait_for_function("() => document.querySelector('.zb-acceptability').innerText")
    text = page.locator(".zb-acceptability").inner_text()
    held = 0
    shares = [sum(int(bit) / 2 ** (k + 1) for k, bit in enumerate(f"{place:b}"[::-1]))
              for place in range(1, 257)]  # fmt: skip
    for share in shares:
        score = share * scored["access"] + (1 - share) * scored["presence"]
        score = score.fillna(scored["access"]).fillna(scored["presence"])
        score = score.where(scored["lack"].notna()).round(1)
        rank = score.rank(ascending=False, method="min")[worst]
        held += rank <= 0.1 * score.notna().sum()
    number = float(text.split("with ")[1].split("%")[0])
    assert held and abs(number - 100 * held / 256) <= 1


def test_weights_that_cannot_be_are_ignored(watched: Opener, weighed_page: Path) -> None:
    page = watched().open(weighed_page)
    for weights in ("access:0,presence:0", "access:-1", "access:x", "nothing:5", "access:1e9"):
        page.evaluate(f"location.hash = 'layer=your-index&weights={weights}'")
        page.wait_for_timeout(50)
        assert page.evaluate(LOOK)["id"] == "lack", weights
    page.evaluate("location.hash = 'layer=your-index&weights=access:5'")
    page.wait_for_function("() => document.querySelector('.zb-weights').open")
    assert page.evaluate(LOOK)["id"] == "your-index"
