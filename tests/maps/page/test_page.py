"""The object that draw_map returns, and the file that it writes."""

from __future__ import annotations

import io
import json
import warnings
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.maps.unpacking import Opened, blocks_of, read_column, read_planes
from zoneblanche.geo.country import read_country
from zoneblanche.geo.errors import InputError, ProblemWithEnvironment
from zoneblanche.geo.reasons import Reason
from zoneblanche.geo.source import Source, sha256_of
from zoneblanche.geo.territories import Territories
from zoneblanche.geo.vintages.former_names import EARLIER_NAMES, MERGED_NAMES
from zoneblanche.layers.atlas import Atlas
from zoneblanche.layers.edition import edition_territories
from zoneblanche.layers.indicator import Indicator
from zoneblanche.maps import AtlasLayer, draw_map, write_page
from zoneblanche.maps.drawn.assets import read_asset
from zoneblanche.maps.drawn.bivariate import Bivariate
from zoneblanche.maps.embed.write import draw_embed
from zoneblanche.maps.page import html as document
from zoneblanche.maps.page import payload
from zoneblanche.maps.page.encoding import pack_block
from zoneblanche.maps.page.header import places
from zoneblanche.maps.page.header.places import describe_levels, pack_text
from zoneblanche.maps.page.noscript_text import write_findings

ASSETS = Path(document.__file__).parents[1] / "assets"
HOSTILE = "{{7*7}}</script><script>alert(1)</script>{% raw %}{# #}<!--${7}\u2028\u2029\ud83d\x00'\""


class Elements(HTMLParser):
    """Tags and attributes of a page, and its text by element."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.tags:
            tag = self.tags[-1][0]
            self.texts[tag] = self.texts.get(tag, "") + data


def page_of(atlas: Atlas, *args: Any, **options: Any) -> str:
    return draw_map(atlas, *args, **{"lang": "fr", **options}).write()


def opened(page: str) -> Opened:
    return Opened(blocks_of(page))


# -- what it opens with ---------------------------------------------------------------------------


def test_it_opens_with_the_index_in_french(toy_atlas: Atlas) -> None:
    head = opened(page_of(toy_atlas)).head
    assert (head["show"], head["lang"]) == ("need", "fr")
    assert head["title"] == {"fr": "Besoin", "en": "Need"}


def test_without_an_index_it_opens_with_the_first_indicator(toy_atlas: Atlas) -> None:
    assert opened(page_of(toy_atlas.keep(["density", "fibre"]))).head["show"] == "fibre"
    assert opened(page_of(toy_atlas.keep(["density"]))).head["show"] == "density"


@pytest.mark.parametrize(
    "show", ["fibre-density", ("fibre", "density"), Bivariate("fibre", "density")]
)
def test_two_indicators_make_a_map(toy_atlas: Atlas, show: object) -> None:
    page = opened(page_of(toy_atlas, show))
    assert page.head["show"] == "fibre-density"
    assert page.layer("fibre-density")["toward"] == {"x": "low", "y": "low"}
    assert [one["id"] for one in page.head["layers"] if one["kind"] == "bivariate"] == [
        "fibre-density",
        "density-presence",
    ]


def test_density_by_presence_is_always_offered(toy_atlas: Atlas) -> None:
    assert opened(page_of(toy_atlas)).layer("density-presence")["kind"] == "bivariate"
    some = opened(page_of(toy_atlas.keep(["need", "density"])))
    assert [one["id"] for one in some.head["layers"]] == ["need", "density"]


def test_an_unknown_layer_is_refused_with_a_suggestion(toy_atlas: Atlas) -> None:
    with pytest.raises(InputError, match=r"no layer called 'fiber' to show\. Did you mean 'fibre'"):
        draw_map(toy_atlas, "fiber")
    with pytest.raises(InputError, match="no indicator"):
        draw_map(toy_atlas, ("fibre", "nothing"))
    with pytest.raises(InputError, match="no indicator to draw"):
        draw_map(toy_atlas.keep([]))


# -- what it carries ------------------------------------------------------------------------------


def test_figures_and_reasons_arrive_as_published(toy_atlas: Atlas) -> None:
    page = opened(page_of(toy_atlas))
    for name, indicator in toy_atlas.indicators.items():
        how = page.layer(name)["column"]
        values, reasons = read_column(page.stream(name), how, 4)
        np.testing.assert_allclose(values, toy_atlas.values[name].round(indicator.digits))
        assert reasons == toy_atlas.reasons[name].tolist()
    assert page.head["reasons"][str(int(Reason.TOO_FEW))]["en"] == "too few indicators known"


def test_intervals_arrive_as_differences(toy_atlas: Atlas) -> None:
    page = opened(page_of(toy_atlas))
    described = page.layer("need")["interval"]
    assert {name: how["from"] for name, how in described.items()} == {
        "rank": "standing",
        "rank_low": "rank",
        "rank_high": "rank",
        "score_low": "",
        "score_high": "",
    }
    low, _ = read_column(page.stream("need/rank_low"), described["rank_low"], 4)
    np.testing.assert_allclose(low, [-1, 0, np.nan, -1])
    high, _ = read_column(page.stream("need/score_high"), described["score_high"], 4)
    # 40.04 is carried as 40.0, and its end 44.0 as 4.0 above that
    np.testing.assert_allclose(high, [7.5, 5.0, np.nan, 4.0])


def test_names_codes_and_containers_arrive(toy_atlas: Atlas) -> None:
    page = opened(page_of(toy_atlas))
    assert page.text["names"] == ["Aone", "Atwo", "Bone", "Btwo"]
    width = page.head["code_width"]
    assert [np.base_repr(number, 36).rjust(width, "0") for number in page.sums("codes")] == [
        "A1", "A2", "B1", "B2",
    ]  # fmt: skip
    assert page.text["containers"]["departement"] == [["A", "Alpha"], ["B", "Beta"]]
    assert read_planes(page.stream("parent/epci"), 4, 1) == [1, 2, 2, 0]
    assert page.head["outline"] == "epci"


def test_a_page_that_opens_with_groups_has_the_borders_inside_them_last(
    toy_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = opened(page_of(toy_atlas, "presence"))
    monkeypatch.setattr(payload, "GLANCE", 1)
    monkeypatch.setattr(places, "OPENING_COUNT", (1, 3))
    text = page_of(toy_atlas, "presence")
    page = opened(text)
    assert page.head["opening"] == "epci"
    group = [1, 2, 2, 0, 0]  # of the territories, and of none
    outer, inner = page.arcs("arcs"), page.arcs("inner")
    assert all(group[left] != group[right] for left, right, _ in outer)
    assert inner and all(group[left] == group[right] for left, right, _ in inner)
    assert sorted(outer + inner) == sorted(whole.arcs("arcs"))
    assert page.head["geometry"] == whole.head["geometry"]
    first, rest = text.split(f"<script>{document.unpacking_script()}</script>")
    assert 'id="zoneblanche-arcs"' in first and 'id="zoneblanche-inner"' in rest


def with_former(atlas: Atlas) -> Atlas:
    extra = pd.DataFrame(
        {MERGED_NAMES: ["", "Old\nOlder", "", "Part"], EARLIER_NAMES: ["", "", "Bzero", "Bbefore"]},
        index=atlas.codes,
    )
    return replace(atlas, territories=replace(atlas.territories, extra=extra))


def test_former_names_arrive_with_the_present_one(toy_atlas: Atlas) -> None:
    page = opened(page_of(with_former(toy_atlas)))
    assert page.text["names"] == [
        "Aone",
        ["Atwo", "Old", "Older"],
        ["Bone", ["Bzero"]],
        ["Btwo", "Part", ["Bbefore"]],
    ]
    assert page.text["extra"] == {}, "the card does not list them"


def test_an_embed_has_no_former_names(toy_atlas: Atlas) -> None:
    embed = opened(draw_embed(with_former(toy_atlas), "need", lang="fr", title=None).text)
    assert embed.text["names"] == ["Aone", "Atwo", "Bone", "Btwo"]


def test_former_names_of_france_need_few_bytes() -> None:
    france = edition_territories(read_country("fr"))
    containers = describe_levels(france)[2]
    without, including = (
        pack_block(
            {"text": pack_text(france, containers, with_codes=False, with_former=with_former)}
        )[0]
        for with_former in (False, True)
    )
    assert 40_000 < len(including) - len(without) < 50_000


def test_codes_of_other_forms_arrive_as_text(toy_atlas: Atlas) -> None:
    codes = ["é-1", "b", "0003", "x" * 80]
    page = opened(page_of(renamed(toy_atlas, codes=codes)))
    assert page.text["codes"] == codes


def test_a_figure_measured_elsewhere_says_so(toy_atlas: Atlas) -> None:
    page = opened(page_of(toy_atlas))
    assert page.layer("fibre")["native"] == "departement"
    assert page.layer("presence")["native"] is None


def test_the_same_atlas_gives_the_same_bytes(toy_atlas: Atlas) -> None:
    assert page_of(toy_atlas) == page_of(toy_atlas)


def renamed(
    atlas: Atlas, *, codes: list[str] | None = None, names: list[str] | None = None
) -> Atlas:
    """The atlas on the same shapes under other codes and names."""
    old = atlas.territories
    index = pd.Index(codes or old.codes, name="code")
    frame = gpd.GeoDataFrame(
        {
            "name": pd.Series(names or old.names.tolist(), index=index, dtype=object),
            "geometry": old.frame.geometry.to_numpy(),
        },
        index=index,
        crs=old.frame.crs,
    )
    territories = Territories(
        frame=frame,
        level=old.level,
        parents=old.parents.set_axis(index),
        facts=old.facts.set_axis(index),
        parent_names=old.parent_names,
    )
    return Atlas(
        territories=territories,
        values=atlas.values.set_axis(index),
        reasons=atlas.reasons.set_axis(index),
        indicators=atlas.indicators,
        weights=atlas.weights.set_axis(index),
    )


# -- guarantee 1: no text executes ----------------------------------------------------------------


def tagged(page: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(tag, tuple(sorted(attributes))) for tag, attributes in Elements(page).tags]


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.one_of(st.just(HOSTILE), st.text(min_size=1, max_size=80)))
def test_no_text_becomes_markup_or_template(toy_atlas: Atlas, text: str) -> None:
    plain = Indicator("need", "title", "score", role="index", sources=(Source("a", "b"),))
    odd = Indicator(
        "need",
        {"fr": text, "en": text},
        "score",
        role="index",
        period=text,
        method=text,
        native_level=text,
        sources=(Source(text, text, text, text, text, note=text),),
    )
    index = toy_atlas.territories.codes
    before = toy_atlas.keep(["need"]).add(plain, pd.Series(1.0, index=index))
    after = before.add(odd, pd.Series(1.0, index=index)).noting(text)
    page = page_of(renamed(after, names=[text] * 4), title=text)
    assert tagged(page) == tagged(page_of(before, title="title"))
    carried = opened(page)
    written = text.encode("utf-8", "replace").decode()
    assert carried.text["names"] == [written] * 4
    assert carried.head["title"] == written
    assert carried.layer("need")["title"]["en"] == written
    assert carried.head["sources"][-1]["url"] == written


def test_the_title_stands_in_the_page_as_typed(toy_atlas: Atlas) -> None:
    title = "{{7*7}} </script> {% raw %} <b>&amp;"
    assert Elements(page_of(toy_atlas, title=title)).texts["title"].strip() == title


def test_nothing_is_compiled_twice_with_foreign_layers(toy_atlas: Atlas) -> None:
    drawn = draw_map(renamed(toy_atlas, names=[HOSTILE] * 4), title=HOSTILE)
    folium.Marker([44, 3]).add_to(drawn)
    with pytest.warns(UserWarning, match="folium writes the page"):
        page = drawn.write()
    assert "alert(1)" not in page and "{{" + "7*7" not in page
    assert (
        Opened(
            {
                name: page.split(f'id="{drawn.layer.get_name()}-{name}">')[1].split("<")[0]
                for name in ("head", "arcs", "map", "data")
            }
        )
        .text["names"][0]
        .startswith("{{7*7}}")
    )


# -- guarantee 2: one file, no request ------------------------------------------------------------


def test_the_page_is_one_file_under_a_strict_policy(toy_atlas: Atlas) -> None:
    tags = Elements(page_of(toy_atlas)).tags
    policy = next(
        attributes["content"]
        for tag, attributes in tags
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy is not None and policy.startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy and "http" not in policy
    for tag, attributes in tags:
        if tag == "img":
            assert (attributes["src"] or "").startswith("data:image/png;base64,")
        else:
            assert not {"src", "href", "style"} & set(attributes), (tag, attributes)
        assert not any(name.startswith("on") for name in attributes)
    assert tags[0] == ("html", {"lang": "fr", "class": "zb-page"})


def test_readers_without_a_script_are_told_the_findings(toy_atlas: Atlas) -> None:
    text = page_of(toy_atlas, "fibre").split("<noscript>")[1].split("</noscript>")[0]
    assert "connu pour 4 des 4 territoires" in text
    assert "50,0\u00a0% (Aone, Atwo" in text
    assert "Producer, Table of figures (31 janvier 2026, CC BY 4.0)." in text
    english = page_of(toy_atlas, "sparse", lang="en")
    assert "no 2; yes 2." in english


def test_leaving_out_comments_leaves_the_script() -> None:
    for name in document.SCRIPTS:
        for line in read_asset(name).splitlines():
            assert line.count("`") % 2 == 0, (
                name,
                line,
            )  # a string over lines would lose its indent
            assert "/*" not in line or line.lstrip().startswith("/*"), (name, line)
            assert "*/" not in line or line.endswith("*/"), (name, line)


def test_leaflet_is_what_its_record_says() -> None:
    (record,) = json.loads(read_asset("vendored.json"))
    assert (record["name"], record["version"]) == ("leaflet", "1.9.4")
    for name, digest in record["files"].items():
        assert sha256_of(ASSETS / name) == digest
    assert "Redistribution and use" in read_asset(record["licence_file"])


# -- saving, notebooks, folium --------------------------------------------------------------------


def test_save_writes_whole_or_not_at_all(toy_atlas: Atlas, tmp_path: Path) -> None:
    place = tmp_path / "map.html"
    drawn = draw_map(toy_atlas)
    drawn.save(place)
    assert place.read_text("utf-8") == drawn.write()
    assert [entry.name for entry in tmp_path.iterdir()] == ["map.html"]
    stream = io.BytesIO()
    drawn.save(stream, close_file=False)
    assert stream.getvalue().decode() == drawn.write()
    with pytest.raises(ProblemWithEnvironment, match="cannot be written"):
        drawn.save(tmp_path / "map.html" / "map.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(InputError, match="a folder"):
        drawn.save(tmp_path / "folder.html")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["folder.html", "map.html"]


def test_a_notebook_shows_the_same_page(toy_atlas: Atlas) -> None:
    drawn = draw_map(toy_atlas)
    frame = Elements(drawn._repr_html_()).tags
    assert [tag for tag, _ in frame] == ["iframe"]
    assert frame[0][1]["srcdoc"] == drawn.write()


def test_a_folium_user_can_add_layers(toy_atlas: Atlas, tmp_path: Path) -> None:
    drawn = draw_map(toy_atlas)
    assert isinstance(drawn, folium.Map)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        drawn.save(tmp_path / "strict.html")
    folium.Marker([45, 3], popup="here").add_to(drawn)
    folium.LayerControl().add_to(drawn)
    with pytest.warns(UserWarning, match="no strict Content-Security-Policy"):
        drawn.save(tmp_path / "folium.html")
    page = (tmp_path / "folium.html").read_text("utf-8")
    name = drawn.layer.get_name()
    assert f"window.zoneblanche.layerFor('{name}')" in page
    assert f'"zoneblanche" : {name}' in page
    assert "L.marker" in page and "Content-Security-Policy" not in page
    assert page.index(f"var {name} =") < page.index(f'"zoneblanche" : {name}')


def test_our_layer_goes_onto_any_folium_map(toy_atlas: Atlas) -> None:
    plain = folium.Map()
    AtlasLayer(toy_atlas, "fibre", lang="en").add_to(plain)
    page = plain.get_root().render()
    assert page.count("window.zoneblanche = { startPage, layerFor };") == 1
    assert page.count('type="application/octet-stream"') == 4


def test_the_standalone_page_is_the_maps_page(toy_atlas: Atlas, tmp_path: Path) -> None:
    write_page(toy_atlas, tmp_path / "one.html", title="Titre")
    draw_map(toy_atlas, title="Titre").save(tmp_path / "two.html")
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "two.html").read_bytes()


def test_findings_name_an_end_only_where_few_share_it(
    toy_atlas: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = write_findings(toy_atlas, ["presence"], lang="en")
    assert "From the lowest, 0.0% (Atwo, Bone, Btwo), to the highest" in findings[2]
    monkeypatch.setattr("zoneblanche.maps.page.noscript_text.NAMED", 1)
    findings = write_findings(toy_atlas, ["fibre"], lang="en")
    assert findings[1] == "Half of the territories are at 70.6% or less, half at 70.6% or more."
    assert "50.0% (2 territories), to the highest, 91.2% (2 territories)." in findings[2]
