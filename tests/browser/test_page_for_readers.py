"""The page as somebody meets it who has never seen it: what it opens with, how a place is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import DILA, Watched, choose_layer
from tests.browser.test_map_page import rest
from zoneblanche.geo.vintages.former_names import former_name_columns
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import draw_map
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.embed.write import draw_embed, framed_page
from zoneblanche.maps.page import payload
from zoneblanche.maps.page.header.layers import class_breaks

pytestmark = pytest.mark.browser
Opener = Callable[..., Watched]
EDITION = Path(__file__).resolve().parents[2] / "layers" / "edition" / "fr"


def told(script: str) -> str:
    """A script about the page."""
    return f"window.zoneblanche.started.then((page) => {script})"


def _part(atlas: Atlas, chosen: np.ndarray) -> Atlas:
    return Atlas(
        territories=atlas.territories.take(chosen),
        values=atlas.values[chosen],
        reasons=atlas.reasons[chosen],
        indicators=atlas.indicators,
        weights=atlas.weights[chosen],
    )


def test_a_country_opens_on_groups_and_shows_communes_from_near(
    watched: Opener, country: Atlas, tmp_path: Path
) -> None:
    draw_map(country.keep(["gigabit", "presence", "density"])).save(tmp_path / "country.html")
    page = watched().open(tmp_path / "country.html")
    where = page.locator(".zb-eyebrow")
    assert "340 intercommunalités" in where.inner_text()
    assert "intercommunalités" in page.locator("#zb-level option:checked").inner_text()
    page.evaluate(told("void page.map.setView([46.0, 5.3], 9, { animate: false })"))
    assert "5\u202f100 communes" in where.inner_text()
    assert page.locator("#zb-level").input_value() == "auto"
    # A commune that is open stays so when the map shows groups again.
    page.locator("#zb-search").fill("bourg en bresse")
    page.keyboard.press("Enter")
    page.evaluate(told("void page.map.setZoom(7, { animate: false })"))
    assert "340 intercommunalités" in where.inner_text()
    assert page.locator(".zb-card h2").inner_text() == "Bourg-en-Bresse"
    page.locator("#zb-search").fill("Groupe G001")
    page.keyboard.press("Enter")
    assert page.locator("#zb-level").input_value() == "epci"
    assert page.locator(".zb-card h2").inner_text() == "Groupe G001"
    home = page.evaluate(told("page.map.getMinZoom()"))
    page.evaluate(told("void page.map.setZoom(2, { animate: false })"))  # it cannot be lost
    assert page.evaluate(told("page.map.getZoom()")) >= home > 4


EARLY = """new MutationObserver((_, watch) => {
  if (!document.documentElement.dataset.painted) return;
  watch.disconnect();
  const field = document.getElementById("zb-level");
  field.value = LEVEL;
  field.dispatchEvent(new Event("change", { bubbles: true }));
}).observe(document, { attributes: true, subtree: true });"""
"""Chooses in a field of the page, after the first picture and before the rest is read."""


@pytest.mark.parametrize(
    ("level", "units"), [("", "5\u202f100 communes"), ("departement", "15 départements")]
)
def test_a_choice_before_everything_is_read_is_kept(
    watched: Opener, country: Atlas, tmp_path: Path, level: str, units: str
) -> None:
    draw_map(country.keep(["gigabit"])).save(tmp_path / "country.html")
    early = watched()
    early.page.add_init_script(EARLY.replace("LEVEL", json.dumps(level)))
    page = early.open(tmp_path / "country.html")
    assert units in page.locator(".zb-eyebrow").inner_text()
    assert page.locator("#zb-level").input_value() == level


ARCS = """(() => {
  const { arcs, starts, x, y, leftId, rightId, boxes } = page.base.geometry;
  const vertices = (of, k) => of.slice(starts[k], starts[k + 1]);
  return Array.from({ length: arcs }, (_, k) => [leftId[k], rightId[k], vertices(x, k),
    vertices(y, k), boxes.slice(4 * k, 4 * k + 4)].join()).sort();
})()"""


def test_borders_that_are_read_later_are_all_there(
    watched: Opener, country: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    country = country.keep(["gigabit"])
    draw_map(country).save(tmp_path / "later.html")
    monkeypatch.setattr(payload, "GLANCE", 10_000)  # opens with communes, whose borders come first
    draw_map(country).save(tmp_path / "whole.html")
    whole = watched().open(tmp_path / "whole.html").evaluate(told(ARCS))
    assert len(whole) > 15_000
    for address in ("", "#view=46,5.3,9"):
        page = watched().open(tmp_path / "later.html", address)
        assert page.evaluate(told(ARCS)) == whole
        assert page.evaluate(told("page.model.id")) == ("" if address else "epci")


@pytest.fixture(scope="module")
def with_former_names(france: Atlas) -> Atlas:
    """Communes of Ain, Ardèche and Manche, which have former names and homonyms of them."""
    some = _part(france, france.territories.parents["departement"].isin(["01", "07", "50"]))
    codes = some.codes
    names = pd.read_parquet(EDITION / "former_names.parquet")
    texts = some.territories.extra
    assert texts is not None
    extra = texts.join(former_name_columns(names, codes))
    return replace(some, territories=replace(some.territories, extra=extra)).keep(["gigabit"])


@pytest.mark.parametrize(
    ("lang", "line"),
    [
        ("fr", "ancienne commune, aujourd'hui Bohas-Meyriat-Rignat · Ain"),
        ("en", "former commune, now part of Bohas-Meyriat-Rignat · Ain"),
        ("de", "ehemalige Gemeinde, heute Teil von Bohas-Meyriat-Rignat · Ain"),
    ],
)
def test_a_former_commune_leads_to_the_one_that_has_it_now(
    watched: Opener, with_former_names: Atlas, tmp_path: Path, lang: str, line: str
) -> None:
    draw_map(with_former_names, lang=lang).save(tmp_path / "page.html")
    page = watched().open(tmp_path / "page.html")
    search, results = page.locator("#zb-search"), page.locator("#zb-found [data-found]")
    search.fill("Rignat")
    assert results.first.inner_text().split("\n") == ["Rignat", line]
    page.keyboard.press("Enter")
    assert page.locator(".zb-card h2").inner_text() == "Bohas-Meyriat-Rignat"


def test_former_names_are_found_behind_present_ones(
    watched: Opener, with_former_names: Atlas, tmp_path: Path
) -> None:
    draw_map(with_former_names, lang="fr").save(tmp_path / "page.html")
    page = watched().open(tmp_path / "page.html")
    search, results = page.locator("#zb-search"), page.locator("#zb-found [data-found]")

    def answers(typed: str) -> list[list[str]]:
        search.fill(typed)
        return [one.split("\n") for one in results.all_inner_texts()]

    # A commune of that name comes before a former one of another département, and that before
    # names that only begin so.
    names = answers("beaumont")
    assert [one[1] for one in names[:2]] == [
        "Ardèche · 07110",
        "ancienne commune, aujourd'hui La Hague · Manche",
    ]
    assert {one[0] for one in names[:2]} == {"Beaumont"}
    assert all(one[0] != "Beaumont" for one in names[2:])
    # Accents, hyphens, articles and a wrong letter are forgiven; an absorbed name and a given one.
    for typed, name in (("ST bois", "Saint-Bois"), ("arbignyeu", "Arbignieu"),
                        ("ecoqueneauville", "Écoquenéauville"), ("Rignet", "Rignat"),
                        ("bellegarde sur valserine", "Bellegarde-sur-Valserine")):  # fmt: skip
        first = answers(typed)[0]
        assert first[0] == name and first[1].startswith("ancienne commune"), (typed, first)
    # One line for each commune, by the name that answers best.
    assert answers("Bohas-Meyriat") == [["Bohas-Meyriat-Rignat", "Ain · 01250"]]
    assert [one[0] for one in answers("meyriat")] == ["Meyriat"]
    # A commune that only changed its name.
    assert answers("belignat") == [["Bélignat", "ancien nom, aujourd'hui Bellignat · Ain"]]


def test_a_commune_is_found_and_compared(watched: Opener, lozere_page: Path) -> None:
    page = watched().open(lozere_page)
    assert page.title() == "Lozère – Besoin"
    assert page.locator("h1").inner_text().startswith("Lozère\u00a0: ")
    chooser = page.locator("#zb-layer").bounding_box()
    assert chooser is not None and chooser["y"] < 200
    for typed, name in (("st etienne valdonnez", "Saint-Étienne-du-Valdonnez"),
                         ("mande", "Mende"), ("Vilefort", "Villefort")):  # fmt: skip
        page.locator("#zb-search").fill(typed)
        names = page.locator("#zb-found [data-found]").all_inner_texts()
        assert any(one.startswith(name) for one in names), (typed, names)
    page.locator("#zb-search").fill("Mende")
    page.keyboard.press("Enter")
    card = page.locator(".zb-card")
    assert "Situation" in card.locator(".zb-standing").inner_text()
    card.locator(".zb-neighbours summary").click()
    around = card.locator(".zb-neighbours li").all_inner_texts()
    assert len(around) > 4 and all("km" in one for one in around)
    assert any("Chastel-Nouvel" in one and "nord," in one for one in around)
    page.wait_for_timeout(350)
    choose_layer(page, "density")
    page.wait_for_timeout(350)
    page.go_back()
    page.wait_for_function("() => location.hash.includes('layer=need')")
    assert page.locator("#zb-layer").input_value() == "Besoin"
    page.locator(".zb-theme-button").click()
    ground = page.evaluate("getComputedStyle(document.querySelector('.zb-root')).backgroundColor")
    assert ground == "rgb(23, 27, 34)"


def test_certainty_and_waves(watched: Opener, france: Atlas, tmp_path: Path) -> None:
    part = (france.territories.parents["departement"] == "48").to_numpy()
    some = _part(france, part).keep(["gigabit", "presence", "website"])
    earlier = some.values["website"].where(np.arange(len(some.codes)) % 7 > 0, 0.0)
    wave = Indicator(
        "website-2021", {"fr": "Site, 2021", "en": "Website, 2021"}, "boolean", "higher",
        digits=0, period="2021-07-12", sources=(DILA,), role="context", wave_of="website",
    )  # fmt: skip
    some = some.add(wave, earlier)
    table = {"id": "lack", "orientation": "worse", "weights": {"gigabit": 2, "presence": 1}}
    recipe = recipe_from_table(table, file="", indicators=some.indicators)
    some = compute_index(some, recipe, draws=20)
    draw_map(some).save(tmp_path / "some.html")
    page = watched().open(tmp_path / "some.html")
    doubts = told("page.shown.doubts?.reduce((sum, one) => sum + one, 0)")
    assert page.evaluate(doubts) is None
    page.locator("#zb-certain").check()
    assert page.evaluate(doubts) == int(some.values["lack"].notna().sum())
    choose_layer(page, "lack-worst-tenth")
    assert page.locator(".zb-legend-title").inner_text().startswith("lack")
    choose_layer(page, "website")
    page.locator("#zb-wave").focus()
    page.evaluate(
        "window.slider = document.activeElement; window.moves = 0;"
        "for (const kind of ['focusin', 'focusout']) addEventListener(kind, () => window.moves++);"
    )
    page.keyboard.press("ArrowLeft")
    assert page.locator("#zb-layer").input_value() == "Site, 2021"
    # A screen reader would read the legend again if the focus left the slider and came back.
    assert page.evaluate("document.activeElement === window.slider && window.moves === 0")
    assert page.locator("#zb-wave").get_attribute("aria-valuetext") == "12 juillet 2021"
    assert page.locator(".zb-waves output").inner_text() == "12 juillet 2021"
    dates = page.locator(".zb-gained select")
    dates.nth(0).select_option("website-2021")
    dates.nth(1).select_option("website")
    counts = page.evaluate(told("page.shown.classes.map(({ count }) => count)"))
    now = some.values["website"]
    pairs = ((now > earlier), (now == 1) & (earlier == 1), (now == 0) & (earlier == 0))
    assert counts == [*(int(one.sum()) for one in pairs), 0]
    assert [dates.nth(k).input_value() for k in (0, 1)] == ["website-2021", "website"]
    dates.nth(0).select_option("")
    assert page.locator("#zb-layer").input_value() == some.indicators["website"].title_in("fr")
    assert dates.nth(1).input_value() == ""
    assert page.locator("#zb-wave").input_value() == "1"


def test_an_embed_is_an_articles_map(watched: Opener, country: Atlas, tmp_path: Path) -> None:
    full = "https://example.org/carte/index.html"
    drawn = draw_embed(country, "gigabit", lang="fr", title=None, full_map=full)
    text = framed_page(drawn.text)
    assert len(text.encode("utf-8")) < 450_000  # made groups are scattered: their borders are long
    (tmp_path / "map.html").write_text(text, encoding="utf-8")
    for width in (680, 390):
        page = watched(width, 800).open(tmp_path / "map.html")
        rest(page)
        assert page.evaluate("document.getElementById('zb').offsetHeight") <= 600
        link = page.get_by_role("link", name="Ouvrir la carte complète")
        assert link.get_attribute("href") == full and link.get_attribute("target") == "_blank"
        assert page.evaluate(told("page.model.count")) == 340
        assert page.evaluate(told("page.map.scrollWheelZoom.enabled()")) is False
        box = page.locator("#zb-map").bounding_box()
        assert box is not None
        at = page.evaluate(told(
            "(({ x, y }) => [x, y])(page.map.latLngToContainerPoint([46.1, 5.3]))"
        ))  # fmt: skip
        page.mouse.click(box["x"] + at[0], box["y"] + at[1])
        card = page.locator(".zb-card").bounding_box()
        assert card is not None and card["y"] >= box["y"]
        assert card["y"] + card["height"] <= box["y"] + box["height"]


BARS = """(() => {
  const line = document.querySelector(".leaflet-control-scale-line");
  const words = document.createRange();
  const bars = [];
  for (let zoom = page.map.getMinZoom(); zoom <= page.map.getMaxZoom(); zoom += 0.1) {
    page.map.setZoom(zoom, { animate: false });
    words.selectNodeContents(line);
    const [bar, text] = [line, words].map((one) => one.getBoundingClientRect().width);
    bars.push([line.textContent, bar, text]);
  }
  return bars;
})()"""


def test_the_scale_bar_of_an_embed_is_as_long_as_its_words(
    watched: Opener, country: Atlas, tmp_path: Path
) -> None:
    drawn = draw_embed(country, "gigabit", lang="fr", title=None, full_map="")
    (tmp_path / "map.html").write_text(framed_page(drawn.text), encoding="utf-8")
    bars = watched(480, 800).open(tmp_path / "map.html").evaluate(told(BARS))
    assert len({text for text, _, _ in bars}) > 8
    for text, bar, words in bars:
        assert words <= bar <= 62, text
        assert re.fullmatch(r"[1-9]\d* k?m", text)


MEANINGS = """(texts) => texts.map((text) => meaningOf({ title: "", definition: text },
  { text: (one) => one, say: () => ": " }, 40))"""


def test_a_meaning_is_not_cut_where_it_cannot_stand_alone(chromium: Browser) -> None:
    page = chromium.new_page()
    page.add_script_tag(content=read_asset("chooser.js"))
    long = "a list of very many things and of others"
    shown = page.evaluate(
        MEANINGS,
        [
            "Share of the premises. More of it.",
            f"What a place lacks: {long}, and…",
            f"Ce qui manque à un territoire\u00a0: {long}.",
            f"A definition without any other end than {long}.",
            "Met: a website; an address.",
        ],
    )
    assert shown == [
        "Share of the premises",
        "What a place lacks",
        "Ce qui manque à un territoire",
        "",
        "Met: a website",
    ]
    page.close()


@pytest.mark.parametrize("width", [600, 390, 320])
def test_the_subtitle_of_an_article_is_whole(
    watched: Opener, country: Atlas, tmp_path: Path, width: int
) -> None:
    drawn = draw_embed(country, "gigabit", lang="fr", title=None)
    (tmp_path / "map.html").write_text(framed_page(drawn.text), encoding="utf-8")
    page = watched(width, 800).open(tmp_path / "map.html")
    line = page.locator(".zb-subtitle")
    assert line.evaluate("(one) => one.scrollHeight <= one.clientHeight")
    assert line.evaluate("(one) => getComputedStyle(one).webkitLineClamp") == "none"
    assert (line.text_content() or "").endswith(".")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.fixture(scope="module")
def france_embed(france: Atlas, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("france") / "map.html"
    drawn = draw_embed(france, "gigabit", lang="fr", title=None)
    path.write_text(framed_page(drawn.text), encoding="utf-8")
    return path


NAMES_CUT = """(names) => names.filter((name) => {
  const range = document.createRange();
  range.selectNodeContents(name);
  const [text, space] = [range.getBoundingClientRect(), name.getBoundingClientRect()];
  return text.left < space.left || text.right > space.right || range.getClientRects().length > 1;
}).map((name) => name.textContent)"""


@pytest.mark.parametrize("method", ["jenks", "equal"])
def test_an_article_may_ask_for_another_method(
    watched: Opener, france: Atlas, france_embed: Path, method: str
) -> None:
    page = watched(600, 800).open(france_embed, f"#method={method}")
    wanted = class_breaks(france.indicator("gigabit"), france.values["gigabit"], 1)
    assert page.evaluate(told("page.shown.breaks")) == wanted[method]


@pytest.mark.parametrize("width", [600, 390, 320])
def test_the_names_of_distant_parts_are_whole(
    watched: Opener, france_embed: Path, width: int
) -> None:
    page = watched(width, 800).open(france_embed)
    names = page.locator(".zb-inset-name button")
    assert names.all_inner_texts() == [
        "Guadeloupe", "Martinique", "Guyane", "La Réunion", "Mayotte",
    ]  # fmt: skip
    assert names.evaluate_all(NAMES_CUT) == []
    frames, around = (page.locator(one).bounding_box() for one in (".zb-insets", "#zb-map"))
    assert frames is not None and around is not None
    assert frames["x"] + frames["width"] <= around["x"] + around["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
