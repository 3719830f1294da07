"""Any text in every field of a project: on the page, the report and the embed it is what was typed,
and nothing happens."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watched
from zoneblanche.scripts.jobs.main_job.run import run_project

pytestmark = pytest.mark.browser

SQUARES = 24
FRAGMENTS = (
    "{{ 7*7 }}", "{% raw %}", "{# x #}", "${alert(1)}", "`", "</script>", "<!--", "-->", "]]>",
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "&lt;",
    "&#60;b&#62;", "<iframe src=//x.fr>", "<a href='javascript:alert(1)'>x</a>", "'", '"', "\\",
    "<style>*{display:none}</style>", "javascript:alert(1)", "\u2028", "\u2029", "\u202e", "\u2066",
    "\u200b", "\ufeff", "\x00", "\x1b", "\x7f", "\x85", "\r\n", "\t", "\\u003c", "%3Cscript%3E",
    "__proto__", "constructor", "é", "e\u0301", "ﷺ", "🏳️‍🌈", "=1+1", "<base href=//x.fr>",
    "<meta http-equiv=refresh content=0>", "%s", "{0}", "{title}", "%(x)s", "a" * 300, "*b*", "$x$",
    "[link](http://x.fr)", "@import url(//x)",
)  # fmt: skip
ANY = st.characters(exclude_categories=["Cs"])
TEXTS = st.lists(
    st.one_of(st.sampled_from(FRAGMENTS), st.text(ANY, max_size=12)), min_size=1, max_size=4
).map(lambda parts: f"a{''.join(parts)}z")
LINES = TEXTS.map(lambda text: text[:900])
DANGEROUS = (
    "script, iframe, object, embed, base, meta, link, style, form, foreignObject, svg, img, video, "
    "a[href^='javascript'], [onerror], [onload], [onclick], [srcdoc], [style*='url(']"
)


def typed(text: str) -> str:
    """A TOML string of exactly this text."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def write_project(folder: Path, names: Sequence[str], texts: Sequence[str]) -> Path:
    """A project of small squares with these names, and these texts wherever a text may stand."""
    folder.mkdir()
    boxes = [
        shapely.box(4 + x / 10, 46 + y / 10, 4.1 + x / 10, 46.1 + y / 10)
        for y in range(4)
        for x in range(6)
    ]
    codes = [f"c{place:02d}" for place in range(SQUARES - 3)] + ["<b>'\"&", "{{3}}", "${4}"]
    places = gpd.GeoDataFrame({"code": codes, "name": list(names)}, geometry=boxes, crs=4326)
    content = json.loads(places.to_json())
    content["crs"] = {"type": "name", "properties": {"name": "EPSG:4326"}}
    (folder / "c.geojson").write_text(json.dumps(content), "utf-8")
    rows = [{"code": code, texts[0]: place} for place, code in enumerate(codes[:-1])]
    (folder / "t.json").write_text(json.dumps(rows), "utf-8")
    title, layer, other, source, index, part, period, place = map(typed, texts[1:])
    (folder / "project.toml").write_text(
        f"""title = {title}
lang = "en"
flags = ["rule.toml"]
[territories]
path = "c.geojson"
code = "code"
name = "name"
source = {source}
[[layers]]
id = "one"
title = {layer}
path = "t.json"
code = "code"
value = {typed(texts[0])}
period = {period}
source = {source}
[[layers]]
id = "two"
title = {{ fr = {other}, en = {other} }}
path = "t.json"
code = "code"
value = {typed(texts[0])}
better = "lower"
source = {place}
[recipe]
title = {{ fr = {index}, en = {index} }}
[recipe.dimensions.first]
title = {{ fr = {part}, en = {part} }}
weights = {{ one = 1.0, two = 2.0 }}
""",
        "utf-8",
    )
    (folder / "rule.toml").write_text(
        f'id = "low"\ntitle = {{ fr = {layer}, en = {layer} }}\n'
        f"method = {{ fr = {part}, en = {part} }}\n"
        'all = [{ indicator = "one", op = "<", value = 5 }]\n',
        "utf-8",
    )
    return folder / "project.toml"


def visible(text: str) -> str:
    """What of a text can be seen: HTML has no control characters, and one kind of space."""
    shown = "".join(sign for sign in text if unicodedata.category(sign) != "Cc" or sign.isspace())
    return " ".join(shown.replace("\ufffd", "").split())


def dangerous(page: Page) -> int:
    return int(page.evaluate("tags => document.querySelectorAll(tags).length", DANGEROUS))


@pytest.fixture
def pages(
    chromium: Browser, tmp_path: Path
) -> Callable[[str, Sequence[str], Sequence[str]], list[tuple[str, int, str]]]:
    """Runs a project and opens what it draws: for each page its title, the number of elements that
    could do harm, and all its text. No page may ask, say or do anything."""

    def look(name: str, names: Sequence[str], texts: Sequence[str]) -> list[tuple[str, int, str]]:
        project = write_project(tmp_path / name, names, texts)
        run_project(project, out=tmp_path / f"{name}-out", quiet=True)
        seen = []
        for file, address in (
            ("index.html", "#table=1"),
            ("report.html", ""),
            ("embed/map.html", ""),
        ):
            page = chromium.new_page(viewport={"width": 1400, "height": 2000})
            watched = Watched(page)
            watched.own = (tmp_path / f"{name}-out" / file).resolve().as_uri()
            page.goto(watched.own + address)
            if file != "report.html":
                page.wait_for_selector("html[data-ready]", timeout=20_000)
            heading = page.locator("h1").first.text_content() or ""
            body = page.locator("body").text_content() or ""
            seen.append((visible(heading), dangerous(page), visible(body)))
            page.close()
            assert watched.wrongs == [], file
        return seen

    return look


@pytest.fixture
def plain(pages: Callable[..., list[tuple[str, int, str]]]) -> list[tuple[str, int, str]]:
    """What the pages of harmless texts show: any other texts add no element to it."""
    return pages("plain", [f"a{n}z" for n in range(SQUARES)], [f"t{n}" for n in range(9)])


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # a smaller example costs minutes of browser time
)
@given(
    names=st.lists(TEXTS, min_size=SQUARES, max_size=SQUARES),
    texts=st.lists(LINES, min_size=9, max_size=9),
)
def test_any_text_stands_as_typed_and_does_nothing(
    pages: Callable[..., list[tuple[str, int, str]]],
    plain: list[tuple[str, int, str]],
    tmp_path_factory: pytest.TempPathFactory,
    names: list[str],
    texts: list[str],
) -> None:
    turn = tmp_path_factory.mktemp("turn").name
    odd = pages(turn, names, texts)
    for (_, before, _), (heading, after, body) in zip(plain, odd, strict=True):
        assert visible(texts[1]) in heading
        assert after == before, "an element was added"
        assert visible(texts[5]) in body
    for name in names:
        assert visible(name) in odd[0][2], "each name stands in the table as typed"
