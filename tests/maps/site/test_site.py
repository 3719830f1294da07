"""A static atlas: every link leads somewhere, every figure is a cell, the same bytes twice."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError
from zoneblanche.geo.files.results.account import changed_files, read_account
from zoneblanche.layers.analysis.areas import rank_areas
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.build import read_atlas
from zoneblanche.layers.index.compute import compute_index
from zoneblanche.layers.outputs.atlas_file import load_atlas
from zoneblanche.maps.site.addresses import level_folder, link_to, place_folder
from zoneblanche.maps.site.write import write_site

HOSTILE = "</script><img src=x onerror=alert(1)>{{ 7*7 }}"
INDEX = "digital-inequality"
ATOM = "{http://www.w3.org/2005/Atom}"
OPAQUE = ("map/index.html", "report/index.html")
"""Pages with their own tests; here only that they are there."""


class Page(HTMLParser):
    """The links, ids and elements of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given[name] for name in ("href", "src") if name in given]


def pages_of(folder: Path) -> dict[str, Page]:
    paths = [path for path in folder.rglob("*.html") if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: Page(path) for name, path in names.items() if name not in OPAQUE}


def broken_links(folder: Path) -> Iterator[str]:
    """Every link that does not lead to a file of the folder, and to an id in it."""
    pages = pages_of(folder)
    for name, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                if parts.scheme not in ("http", "https"):
                    yield f"{name}: {link}"
                continue
            path = (folder / name).parent / unquote(parts.path) if parts.path else folder / name
            target = path.resolve()
            inside = target.is_file() and target.is_relative_to(folder.resolve())
            other = pages.get(target.relative_to(folder.resolve()).as_posix()) if inside else None
            is_there = other is None or not parts.fragment or unquote(parts.fragment) in other.ids
            if not inside or not is_there:
                yield f"{name}: {link}"


@pytest.fixture
def folder(toy_atlas: Atlas, tmp_path: Path) -> Path:
    write_site(toy_atlas, tmp_path / "site", lang="en", url="https://example.org/atlas")
    return tmp_path / "site"


def test_no_link_is_broken(folder: Path) -> None:
    pages = pages_of(folder)
    assert {"departement/A/index.html", "epci/Y/index.html", "commune/index.html"} <= set(pages)
    assert sum(len(page.links) for page in pages.values()) > 100
    assert list(broken_links(folder)) == []
    with (folder / "index.html").open("a", encoding="utf-8") as stream:
        stream.write('<a href="departement/A/index.html#commune/B1">')
    assert list(broken_links(folder)) == ["index.html: departement/A/index.html#commune/B1"]


def test_every_territory_has_one_card_and_every_place_a_page(
    folder: Path, toy_atlas: Atlas
) -> None:
    ids = [one for page in pages_of(folder).values() for one in page.ids if "/" in one]
    assert sorted(ids) == [f"commune/{code}" for code in toy_atlas.codes]
    for level in ("epci", "departement"):
        for code in toy_atlas.territories.parents[level].dropna().unique():
            assert (folder / place_folder(level, code) / "index.html").is_file()


def test_a_page_gives_the_figures_of_its_place(folder: Path) -> None:
    text = (folder / "departement" / "A" / "index.html").read_text("utf-8")
    assert "2 territories, 400 inhabitants." in text
    (row,) = re.findall(r"<tr id=\"commune/A2\">.*", text)
    assert ">Atwo<td>300<td>80.0<td>1<td>1\u20132<td>" in row
    assert "31 January 2026" in text and "50.0%" in text and "Producer" in text
    assert '<a href="../../departement/B/index.html"><bdi>Beta</bdi></a>' in text


def test_the_neighbours_share_a_border(folder: Path) -> None:
    text = (folder / "epci" / "X" / "index.html").read_text("utf-8")
    assert "<h2>Neighbours</h2>" in text
    assert '<a href="../../epci/Y/index.html"><bdi>Why</bdi></a>' in text


def test_pages_are_for_everyone(folder: Path) -> None:
    for name, page in pages_of(folder).items():
        tags = page.tags
        assert ("html", {"lang": "en"}) in tags, name
        assert [tag for tag, _ in tags].count("h1") == 1
        assert ("a", {"class": "skip", "href": "#content"}) in tags
        assert len(page.ids) == len(set(page.ids)), name
        assert all("scope" in given for tag, given in tags if tag == "th")
        assert all("style" not in given for _, given in tags)
        levels = [int(tag[1]) for tag, _ in tags if re.fullmatch(r"h[1-6]", tag)]
        assert all(after <= before + 1 for before, after in pairwise(levels))
        policies = [given["content"] for tag, given in tags if "http-equiv" in given]
        assert len(policies) == 1 and "unsafe" not in policies[0]


def test_the_index_of_names_leads_to_every_card(folder: Path, toy_atlas: Atlas) -> None:
    script = (folder / "names.js").read_text("utf-8")
    names = json.loads(script.removeprefix("window.zoneblancheNames = ").rstrip(";\n"))
    assert names["home"] == "departement" and names["level"]["folder"] == "commune"
    links = {
        code: home for home, entries in names["territories"].items() for _name, code in entries
    }
    assert links == toy_atlas.territories.parents["departement"].to_dict()
    assert [["Alpha", "A"], ["Beta", "B"]] in [level["places"] for level in names["levels"]]


def test_the_sitemap_has_every_page_once(folder: Path) -> None:
    tree = ElementTree.parse(folder / "sitemap.xml")
    listed = [one.text for one in tree.iter() if one.tag.endswith("}loc")]
    base = "https://example.org/atlas/"
    real = {
        base + path.relative_to(folder).as_posix().removesuffix("index.html")
        for path in folder.rglob("index.html")
    }
    assert len(listed) == len(set(listed)) and set(listed) == real


def test_the_same_inputs_give_the_same_bytes(toy_atlas: Atlas, tmp_path: Path) -> None:
    for name in ("one", "other"):
        write_site(toy_atlas, tmp_path / name, lang="fr")
    files = [path for path in (tmp_path / "one").rglob("*") if path.is_file()]
    assert len(files) > 20
    for path in files:
        other = tmp_path / "other" / path.relative_to(tmp_path / "one")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_the_folder_is_ours_and_is_replaced(folder: Path, toy_atlas: Atlas) -> None:
    account = read_account(folder)
    assert account is not None and account.command == "site" and changed_files(folder) == []
    (folder / "departement" / "notes.txt").write_text("mine", "utf-8")
    write_site(toy_atlas, folder, lang="fr")
    assert (folder / "departement" / "notes.txt").read_text("utf-8") == "mine"
    assert not (folder / "sitemap.xml").exists()
    assert 'lang="fr"' in (folder / "index.html").read_text("utf-8")
    with pytest.raises(InputError, match="not an http"):
        write_site(toy_atlas, folder, url="ftp://example.org")


def entries_of(folder: Path) -> list[dict[str, str]]:
    tree = ElementTree.parse(folder / "feed.xml")
    return [
        {
            "title": entry.findtext(f"{ATOM}title") or "",
            "text": entry.findtext(f"{ATOM}content") or "",
            "link": entry.find(f"{ATOM}link").attrib["href"],  # type: ignore[union-attr]
            "id": entry.findtext(f"{ATOM}id") or "",
        }
        for entry in tree.iter(f"{ATOM}entry")
    ]


def test_the_feed_says_what_changed(folder: Path, toy_atlas: Atlas, tmp_path: Path) -> None:
    """The last atlas is the file that its own folder offers."""
    old = load_atlas(folder / "data" / "territories.parquet")
    assert len(entries_of(folder)) == 1
    values = toy_atlas.values.copy()
    values.loc["A1", "presence"] = 10.0
    values.loc["A2", "need"] = 60.0
    new = replace(toy_atlas, values=values)
    url = "https://example.org/atlas/"
    write_site(new, tmp_path / "new", lang="en", url=url, since=old)
    first, *changes = entries_of(tmp_path / "new")
    assert first["text"] == "Figures up to 31 January 2026."
    assert len({one["id"] for one in (first, *changes)}) == len(changes) + 1
    assert changes[0]["title"] == "Presence"
    assert changes[0]["text"].startswith("Another value in 1 ")
    write_site(toy_atlas, tmp_path / "same", lang="en", since=old)
    assert len(entries_of(tmp_path / "same")) == 1
    links = [urlsplit(one["link"]).path for one in changes]
    assert all((tmp_path / "new" / link.removeprefix("/atlas/")).is_dir() for link in links)


def test_a_scored_part_of_a_country(tmp_path: Path) -> None:
    """Lozère with its index: ranks are those of the atlas, a part says that it is one, and the
    feed names the places that moved."""
    atlas = compute_index(
        read_atlas(read_country("fr"), within="48"), "digital-inequality", draws=20
    )
    old = replace(atlas, values=atlas.values.assign(**{INDEX: atlas.values[INDEX] * 0.9}))
    write_site(atlas, tmp_path / "site", lang="en", since=old)
    assert list(broken_links(tmp_path / "site")) == []
    text = (tmp_path / "site" / "epci" / "200069151" / "index.html").read_text("utf-8")
    table = rank_areas(atlas, INDEX, level="epci")
    row = table.loc["200069151"]
    score, rank, low, high = (row[name] for name in ("score", "rank", "rank_low", "rank_high"))
    assert f"{score:.1f} out of 100" in text
    assert f"Rank {rank:.0f} of 11 " in text and f"between {low:.0f} and {high:.0f} in 90 %" in text
    assert "The atlas has a part of it only" not in text
    millau = (tmp_path / "site" / "epci" / "241200567" / "index.html").read_text("utf-8")
    assert "The atlas has a part of it only" in millau
    departement = (tmp_path / "site" / "departement" / "48" / "index.html").read_text("utf-8")
    order = re.findall(r'<tr id="commune/(\w+)">', departement)
    assert order == list(atlas.intervals[INDEX]["rank"].sort_values(kind="stable").index)
    region = (tmp_path / "site" / "region" / "76" / "index.html").read_text("utf-8")
    assert "commune/" not in re.sub(r"(?s)<header>.*</header>", "", region)
    titles = [one["title"] for one in entries_of(tmp_path / "site")]
    assert "Lozère (48)" in titles and "CC Gorges Causses Cévennes (200069151)" in titles


def test_text_of_the_data_stays_text(toy_atlas: Atlas, tmp_path: Path) -> None:
    territories = toy_atlas.territories
    frame = territories.frame.assign(name=[HOSTILE, "Atwo", "Bone", "Btwo"])
    names = {**territories.parent_names, "departement": {"A": HOSTILE, "B": "Beta"}}
    hostile = replace(toy_atlas, territories=replace(territories, frame=frame, parent_names=names))
    write_site(hostile, tmp_path / "site", title=HOSTILE, lang="en")
    for name, page in pages_of(tmp_path / "site").items():
        assert "onerror" not in {key for _tag, given in page.tags for key in given}, name
        assert all(tag != "img" for tag, _given in page.tags)
    ElementTree.parse(tmp_path / "site" / "feed.xml")


def test_an_atlas_without_index_or_levels_has_cards(toy_atlas: Atlas, tmp_path: Path) -> None:
    bare = replace(
        toy_atlas.keep(["presence"]),
        territories=replace(
            toy_atlas.territories,
            parents=pd.DataFrame({"country": "T"}, index=toy_atlas.codes),
            parent_names={},
        ),
    )
    write_site(bare, tmp_path / "site", lang="en")
    ids = [one for one in pages_of(tmp_path / "site")["commune/index.html"].ids if "/" in one]
    assert ids == [f"commune/{code}" for code in bare.codes]
    assert list(broken_links(tmp_path / "site")) == []
    assert np.isfinite(bare.values["presence"]).all()


def test_addresses_depend_on_level_and_code_only() -> None:
    assert place_folder("epci", "200069151") == "epci/200069151"
    assert level_folder("data") == "level-data"
    assert re.fullmatch(r"zone/[0-9a-f]{16}", place_folder("zone", "../x"))
    assert link_to("zone/a b", root="../", anchor="x/a%20b") == (
        "../zone/a%20b/index.html#x/a%2520b"
    )
