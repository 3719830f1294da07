"""A report and an embed in a browser: nothing fetched, nothing run that is not ours, heights that
settle."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import Watched
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import take
from zoneblanche.maps import write_report
from zoneblanche.maps.embed.write import write_embed

pytestmark = pytest.mark.browser

HOSTILE = "<img src=x onerror=alert(1)>{{ 7*7 }}\u202e" + "Z" * 200


@pytest.fixture(scope="session")
def lozere(france: Atlas) -> Atlas:
    return take(france, (france.territories.parents["departement"] == "48").to_numpy())


def open_plain(chromium: Browser, path: Path, *, width: int = 1000) -> tuple[Page, list[str]]:
    """A page that has no script of ours to wait for, and everything that it should not do."""
    page = chromium.new_page(viewport={"width": width, "height": 1000})
    wrongs: list[str] = []
    page.on("console", lambda message: wrongs.append(message.text))
    page.on("pageerror", lambda error: wrongs.append(str(error)))
    page.on("dialog", lambda dialog: (wrongs.append("dialog"), dialog.dismiss()))
    page.on("request", lambda request: _asked(request.url, path, wrongs))
    page.goto(path.resolve().as_uri())
    return page, wrongs


def _asked(url: str, path: Path, wrongs: list[str]) -> None:
    folder = path.resolve().parent.as_uri()
    if not url.startswith(("data:", "blob:", f"{folder}/")) and url != "about:srcdoc":
        wrongs.append(f"request: {url}")


@pytest.mark.parametrize("width", [1000, 360])
def test_a_report_opens_without_a_network(
    chromium: Browser, france: Atlas, tmp_path: Path, width: int
) -> None:
    path = tmp_path / "report.html"
    write_report(france, path, area="48", lang="fr")
    page, wrongs = open_plain(chromium, path, width=width)
    assert page.locator("h1").inner_text() == "Inégalités numériques\u00a0: Lozère"
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    drawn = page.locator(".drawn img").evaluate_all("all => all.map(img => img.naturalWidth)")
    assert len(drawn) == 2  # the index in the brief, and the crossed map
    assert min(drawn) > 400
    link = page.locator(".said a.of").first
    target = link.get_attribute("href")
    link.click()
    assert page.url.endswith(target)
    assert page.locator(f'[id="{target[1:]}"]').is_visible()
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert 4 <= len(pages) <= 8  # a brief of two, and an annex of six at most
    assert wrongs == []
    page.close()


def test_names_do_nothing(chromium: Browser, lozere: Atlas, tmp_path: Path) -> None:
    frame = lozere.territories.frame.assign(name=HOSTILE)
    atlas = replace(lozere, territories=replace(lozere.territories, frame=frame))
    path = tmp_path / "report.html"
    write_report(atlas, path, lang="en", title=HOSTILE)
    page, wrongs = open_plain(chromium, path)
    assert HOSTILE in page.locator("h1").text_content()
    # Maps alone: no name has become a picture of its own.
    pictures = page.locator("img").evaluate_all("all => all.map(img => img.src.slice(0, 22))")
    assert set(pictures) == {"data:image/png;base64,"}
    assert page.evaluate("document.documentElement.scrollWidth") <= 1000
    assert wrongs == []
    page.close()


def test_frames_grow_to_their_maps_and_stay(
    chromium: Browser, lozere: Atlas, tmp_path: Path
) -> None:
    """The page around takes the height that the map asks for, and both come to rest."""
    write_embed(lozere, tmp_path / "embed", show="density-presence", lang="fr")
    for width in (1000, 400):
        page, wrongs = open_plain(chromium, tmp_path / "embed" / "example.html", width=width)
        for place in range(2):
            frame = page.locator("iframe").nth(place)
            frame.scroll_into_view_if_needed()
            inner = frame.element_handle().content_frame()
            inner.wait_for_selector("html[data-ready]", timeout=20_000)
            page.wait_for_function(
                "f => f.clientHeight !== 560", arg=frame.element_handle(), timeout=10_000
            )
            page.wait_for_timeout(300)
            height = frame.evaluate("f => f.clientHeight")
            page.wait_for_timeout(300)
            assert frame.evaluate("f => f.clientHeight") == height
            assert 400 < height <= 604  # of an article's map, with its frame
        page.locator("details").first.evaluate("d => d.open = true")
        assert page.locator("details img").first.evaluate("i => i.decode().then(() => 1)") == 1
        assert wrongs == []
        page.close()


def test_another_frame_cannot_set_the_height(
    chromium: Browser, lozere: Atlas, tmp_path: Path
) -> None:
    write_embed(lozere, tmp_path / "embed", show="presence", lang="fr")
    page, wrongs = open_plain(chromium, tmp_path / "embed" / "example.html")
    frame = page.locator("iframe").first
    inner = frame.element_handle().content_frame()
    inner.wait_for_selector("html[data-ready]", timeout=20_000)
    page.wait_for_timeout(300)
    height = frame.evaluate("f => f.clientHeight")
    page.evaluate("postMessage({type: 'zoneblanche:height', height: 99}, '*')")
    page.wait_for_timeout(200)
    assert frame.evaluate("f => f.clientHeight") == height
    assert wrongs == []
    page.close()


def test_watched_map_page_of_the_embed(
    watched: Callable[..., Watched], lozere: Atlas, tmp_path: Path
) -> None:
    """Alone, the page for the frame is the map page, and does no wrong."""
    write_embed(lozere, tmp_path / "embed", show="need", lang="fr")
    watched().open(tmp_path / "embed" / "map.html")
