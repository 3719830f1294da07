"""The page in Firefox: painted, searched, weighed, given a workbook, as in Chromium."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.browser.firefox import Firefox, find_firefox
from tests.browser.test_reader_workbook import workbook
from tests.maps.conftest import make_toy_atlas
from zoneblanche.geo.territories import Territories
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.classes import class_territories

pytestmark = pytest.mark.browser

PAINTED = """
const page = await window.zoneblanche.started;
const [layer] = page.layers;
const colours = {};
layer._ids.forEach((id, at) => {
  const value = layer._pixels[at] >>> 0;
  const hex = [value & 255, (value >> 8) & 255, (value >> 16) & 255]
    .map((part) => part.toString(16).padStart(2, "0")).join("");
  (colours[id] ??= {})[`#${hex}`] = (colours[id][`#${hex}`] ?? 0) + 1;
});
return Object.entries(colours).map(([id, found]) => [Number(id),
  Object.entries(found).sort((one, other) => other[1] - one[1])[0][0]]);
"""


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """The system's Firefox; without one this module is not collected."""
    program = find_firefox()
    assert program is not None
    browser = Firefox(program, tmp_path_factory.mktemp("firefox"))
    yield browser
    browser.close()


def scored(toy: Territories) -> Atlas:
    measured = make_toy_atlas(toy).keep(["fibre", "presence"])
    dimensions = {
        "net": {"title": "Net", "weights": {"fibre": 1}},
        "town": {"title": "Town", "weights": {"presence": 1}},
    }
    table = {
        "id": "lack", "orientation": "worse", "draws": 0, "weights": {"net": 1, "town": 1},
        "dimensions": dimensions,
    }  # fmt: skip
    return compute_index(
        measured, recipe_from_table(table, file="", indicators=measured.indicators)
    )


def test_a_map_page_works_in_firefox(firefox: Firefox, toy: Territories, tmp_path: Path) -> None:
    atlas = scored(toy)
    draw_map(atlas, "presence", lang="en").save(tmp_path / "map.html")
    firefox.open(tmp_path / "map.html")
    classed = class_territories(atlas, "presence", lang="en")
    expected = {k + 1: classed.colours[of] for k, of in enumerate(classed.of)}
    firefox.wait("(await window.zoneblanche.started).layers[0].atRest")
    painted = dict(firefox.evaluate(PAINTED))
    assert {one: painted[one] for one in expected} == expected

    firefox.press("#zb-search", f"{atlas.territories.names.iloc[1]}\ue007")  # Enter
    name = "document.querySelector('.zb-card h2')?.textContent"
    firefox.wait(f"{name} === {str(atlas.territories.names.iloc[1])!r}")

    firefox.evaluate("document.querySelector('.zb-weights').open = true;")
    firefox.press("#zb-weight-net", "\ue011")  # Home
    scores = firefox.evaluate("""
      const { model, layer } = await window.zoneblanche.started;
      return [layer.id, Array.from(model.column(layer.id).values)];""")
    assert scores[0] == "your-index"
    np.testing.assert_allclose(scores[1], atlas.values["town"].round(1), atol=0.11)

    rows = [["code", "note"], *([str(code), 2.5 * k] for k, code in enumerate(atlas.codes))]
    (tmp_path / "own.xlsx").write_bytes(workbook(rows))
    firefox.click("[data-own=open]")
    firefox.press("dialog input[type=file]", str(tmp_path / "own.xlsx"))
    firefox.wait("document.querySelector('.zb-own-account')")
    firefox.click(".zb-own-figure button")
    firefox.wait("(await window.zoneblanche.started).layer.role === 'own'")
    own = firefox.evaluate("""
      const { base, layer } = await window.zoneblanche.started;
      return Array.from(base.column(layer.id).values);""")
    assert own == [0, 2.5, 5, 7.5]
    assert firefox.picture().startswith(b"\x89PNG")
