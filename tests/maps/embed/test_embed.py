"""Snippets: small, whole, safe in a page of others and in Markdown."""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from markdown_it import MarkdownIt

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import read_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.index.recipe.load import recipe_from_table
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.embed import compact
from zoneblanche.maps.embed.write import check_base, framed_page, write_embed
from zoneblanche.maps.page import payload as payloads
from zoneblanche.maps.page.header import places
from zoneblanche.maps.page.html import OF_THE_READER, SCRIPTS, our_script, without_comments

FILES = {
    "map.html", "map.png", "snippet.html", "snippet-srcdoc.html", "snippet-picture.html",
    "oembed.json", "example.html", "example.md", "example.qmd",
}  # fmt: skip
HOSTILE = '"></iframe><script>alert(1)</script>{{ 7*7 }}\n\n# heading'


class Tags(HTMLParser):
    """Elements of a snippet with their attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, {name: value or "" for name, value in attrs}))

    def of(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.found if name == tag]


def read(folder: Path, name: str) -> str:
    with (folder / name).open(encoding="utf-8", newline="") as stream:
        return stream.read()


@pytest.fixture
def folder(toy_atlas: Atlas, tmp_path: Path) -> Path:
    sizes = write_embed(toy_atlas, tmp_path / "embed", show="presence", lang="en")
    assert set(sizes) == FILES
    return tmp_path / "embed"


def test_a_departement_stays_small(tmp_path: Path) -> None:
    """Under 400 KB for the département of most communes, with every layer of the edition."""
    atlas = compute_index(
        read_atlas(read_country("fr"), within="62"), "digital-inequality", draws=50
    )
    layers = [name for name in atlas.indicators if name != "digital-inequality"]
    sizes = write_embed(atlas, tmp_path / "e", show="digital-inequality", layers=layers)
    assert sizes["map.html"] < 400_000


def test_an_embed_has_no_scripts_for_a_readers_table() -> None:
    """Each is a script of the page, which has them all; what stays does not name what they make
    but where the reader gives a table."""
    assert set(SCRIPTS) > OF_THE_READER
    small, whole = our_script(embedded=True), our_script()
    for name in OF_THE_READER:
        assert without_comments(read_asset(name)) in whole
        assert without_comments(read_asset(name)) not in small
    assert len(small) < 0.9 * len(whole)


def test_the_frame_has_a_title_and_asks_for_little(folder: Path) -> None:
    (frame,) = Tags(read(folder, "snippet.html")).of("iframe")
    assert (
        frame["title"] == "Presence" and frame["src"] == "map.html" and frame["loading"] == "lazy"
    )
    assert "allow-same-origin" not in frame["sandbox"] and "allow-scripts" in frame["sandbox"]
    (image,) = Tags(read(folder, "snippet.html")).of("img")
    assert image["src"] == "map.png" and "4 territories" in image["alt"]


def test_the_single_file_holds_the_same_page(folder: Path) -> None:
    (frame,) = Tags(read(folder, "snippet-srcdoc.html")).of("iframe")
    assert frame["srcdoc"] == read(folder, "map.html")
    (image,) = Tags(read(folder, "snippet-srcdoc.html")).of("img")
    assert image["src"].startswith("data:image/png;base64,")


def test_the_page_in_the_frame_keeps_its_policy(folder: Path) -> None:
    page = read(folder, "map.html")
    policy = html.unescape(re.findall(r'Content-Security-Policy" content="([^"]*)"', page)[0])
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    # Leaflet, ours, the frame's and what unpacks; two styles.
    assert policy.count("sha256-") == 6
    packed = re.findall(r"data-packed>([^<]*)</script>", page)
    assert len(packed) == 2
    for block in packed:  # what is run is what the policy names
        script = gzip.decompress(base64.b64decode(block))
        digest = base64.b64encode(hashlib.sha256(script).digest()).decode()
        assert f"'sha256-{digest}'" in policy.partition("style-src")[0]
    with pytest.raises(ValueError, match="no policy"):
        framed_page("<html><body></body></html>")


@pytest.mark.parametrize("name", ["snippet.html", "snippet-srcdoc.html", "snippet-picture.html"])
def test_a_snippet_survives_markdown(folder: Path, name: str) -> None:
    """CommonMark ends HTML at a blank line; a snippet has none, so it comes out as it went in."""
    snippet = read(folder, name)
    assert "\n\n" not in snippet
    rendered = MarkdownIt("commonmark").render(f"Before.\n\n{snippet}\nAfter.\n")
    assert rendered == f"<p>Before.</p>\n{snippet}<p>After.</p>\n"
    assert read(folder, "snippet.html") in read(folder, "example.md")


def test_quarto_gets_a_raw_block(folder: Path) -> None:
    text = read(folder, "example.qmd")
    assert text.startswith("---\n")
    raw = re.findall(r"```\{=html\}\n(.*?)```", text, re.DOTALL)
    assert raw == [read(folder, "snippet.html")]


def test_oembed(folder: Path, toy_atlas: Atlas, tmp_path: Path) -> None:
    record = json.loads(read(folder, "oembed.json"))
    assert (record["version"], record["type"], record["title"]) == ("1.0", "rich", "Presence")
    assert record["width"] > 0 and record["height"] > 0 and "srcdoc" in record["html"]
    write_embed(toy_atlas, tmp_path / "at", lang="en", url="https://example.org/map")
    record = json.loads(read(tmp_path / "at", "oembed.json"))
    (frame,) = Tags(record["html"]).of("iframe")
    assert frame["src"] == "https://example.org/map/map.html"
    assert record["thumbnail_url"] == "https://example.org/map/map.png"
    assert record["thumbnail_width"] > 0


def test_names_stay_names(toy_atlas: Atlas, tmp_path: Path) -> None:
    indicator = replace(toy_atlas.indicators["presence"], title=HOSTILE)
    atlas = replace(toy_atlas, indicators={**toy_atlas.indicators, "presence": indicator})
    write_embed(atlas, tmp_path / "e", show="presence", lang="en", title=HOSTILE)
    for name in ("snippet.html", "snippet-srcdoc.html", "snippet-picture.html", "example.html"):
        tags = Tags(read(tmp_path / "e", name))
        frames = {"snippet-picture.html": 0, "example.html": 2}.get(name, 1)
        assert len(tags.of("iframe")) == len(tags.of("script")) == frames, name
        assert "\n\n" not in read(tmp_path / "e", name) or name == "example.html"
        assert not tags.of("h1") or name == "example.html"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "ftp://x/", "https://", 'https://x/"><script>', "x", "//x/y"]
)
def test_only_http_addresses(url: str, toy_atlas: Atlas, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an http"):
        write_embed(toy_atlas, tmp_path / "e", url=url)
    with pytest.raises(InputError, match=r"--full-map .* not an http"):
        write_embed(toy_atlas, tmp_path / "e", full_map=url)
    assert check_base("") == ""


def test_a_folder_of_something_else_is_refused(toy_atlas: Atlas, tmp_path: Path) -> None:
    target = tmp_path / "e"
    write_embed(toy_atlas, target, lang="en")
    first = {path.name: path.read_bytes() for path in target.iterdir()}
    write_embed(toy_atlas, target, lang="en")  # ours: replaced, byte for byte the same
    assert {path.name: path.read_bytes() for path in target.iterdir()} == first
    other = tmp_path / "mine"
    other.mkdir()
    (other / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="no results"):
        write_embed(toy_atlas, other, lang="en")
    assert [path.name for path in other.iterdir()] == ["thesis.txt"]


def test_a_map_without_figures(toy_atlas: Atlas, tmp_path: Path) -> None:
    nothing = replace(
        toy_atlas,
        values=toy_atlas.values * np.nan,
        reasons=(toy_atlas.reasons * 0 + 1).astype("int8"),
        intervals={},
    )
    write_embed(nothing, tmp_path / "e", show="presence", lang="fr")
    assert "aucune donnée" in read(tmp_path / "e", "snippet.html")


def test_the_embed_of_an_index_of_plain_sums_at_a_level_above(
    toy_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "GLANCE", 1)
    monkeypatch.setattr(compact, "OPENING_COUNT", (0, 3))
    table = {"id": "lack", "draws": 50, "weights": {"fibre": 2, "presence": 1}}
    recipe = recipe_from_table(table, file="", indicators=toy_atlas.indicators)
    atlas = compute_index(toy_atlas, recipe)
    above, payload = compact.compact_payload(atlas, "lack", lang="en", title=None)
    assert above.territories.level == "epci"
    assert payload is not None
    assert {"fibre", "presence"} <= set(above.indicators)


def test_the_embed_keeps_what_the_indicators_of_an_index_are_weighted_by(
    toy_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compact, "GLANCE", 1)
    monkeypatch.setattr(compact, "OPENING_COUNT", (0, 3))
    premises = Indicator("premises", {"fr": "Locaux", "en": "Premises"}, "count", None)
    weighted = replace(toy_atlas.indicator("fibre"), denominator="premises", native_level=None)
    figures = toy_atlas.values["fibre"]
    atlas = toy_atlas.add(premises, figures * 0 + [1.0, 2.0, 3.0, 4.0]).add(weighted, figures)
    table = {"id": "lack", "draws": 50, "weights": {"fibre": 2, "presence": 1}}
    recipe = recipe_from_table(table, file="", indicators=atlas.indicators)
    above, _payload = compact.compact_payload(
        compute_index(atlas, recipe), "lack", lang="en", title=None
    )
    assert {"fibre", "premises"} <= set(above.indicators)


def test_an_embed_describes_what_it_shows_and_nothing_else(toy_atlas: Atlas) -> None:
    index = next(item for item in toy_atlas.indicators.values() if item.role == "index")
    for layers in ((), (index.id,)):
        small, payload = compact.compact_payload(
            toy_atlas, "presence", lang="en", title=None, layers=layers
        )
        assert {layer["id"] for layer in payload.head["layers"]} == {"presence", *layers}
        # An index that was computed elsewhere is not known of levels above.
        for level in payload.head["upper"]:
            assert [layer["id"] for layer in level["layers"]] == ["presence"]
        cited = {place for layer in payload.head["layers"] for place in layer["sources"]}
        cited |= set(payload.head["boundaries"])
        assert cited == set(range(len(payload.head["sources"])))
        assert list(small.codes) == list(toy_atlas.codes)


def test_the_title_is_that_of_what_is_shown_whatever_else_can_be_chosen(toy_atlas: Atlas) -> None:
    index = next(item for item in toy_atlas.indicators.values() if item.role == "index")
    _small, payload = compact.compact_payload(
        toy_atlas, "presence", lang="en", title=None, layers=(index.id,)
    )
    assert payload.head["title"]["en"] == "Presence"


def test_categories_open_with_the_territories_that_have_them(
    toy_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A level above has no categories: a page that opened with one had nothing to show."""
    monkeypatch.setattr(compact, "GLANCE", 1)
    monkeypatch.setattr(payloads, "GLANCE", 1)
    monkeypatch.setattr(places, "OPENING_COUNT", (0, 3))
    kind = Indicator("kind", {"fr": "Type", "en": "Kind"}, "category",
                     categories={1: {"fr": "a", "en": "a"}, 2: {"fr": "b", "en": "b"}})  # fmt: skip
    atlas = toy_atlas.add(kind, toy_atlas.values["fibre"] * 0 + [1.0, 2.0, 1.0, 2.0])
    alone = compact.compact_payload(atlas, "kind", lang="en", title=None)[1].head
    assert (alone["opening"], alone["upper"]) == ("", [])
    both = compact.compact_payload(atlas, "kind", lang="en", title=None, layers=("presence",))
    assert both[1].head["opening"] == "" and both[1].head["upper"]
    whole = payloads.write_payload(atlas, "presence", lang="en").head
    assert whole["opening"] in {level["id"] for level in whole["upper"]}
    assert payloads.write_payload(atlas, "kind", lang="en").head["opening"] == ""
