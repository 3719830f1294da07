# ruff: noqa: E501
from __future__ import annotations

import time
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zoneblanche.layers.probing.pages import freshness, statements
from zoneblanche.layers.probing.pages.links import accounts_in
from zoneblanche.layers.probing.pages.markup import bounded, decode, parse
from zoneblanche.layers.probing.pages.services import parked_sign, services_in, third_parties

PAGE = "https://www.nay.example/"
UNTIL = date(2026, 11, 29)


@pytest.mark.parametrize(
    "content_type, body",
    [
        ("text/html; charset=windows-1252", "Évry – l’été".encode("cp1252")),
        ("text/html", '<meta charset="iso-8859-1">Évry – l’été'.encode("cp1252")),
        ("text/html; charset=utf-8", "Évry – l’été".encode("cp1252")),
        ("text/html", "Évry – l’été".encode("cp1252")),
        ("text/html", "Évry – l’été".encode()),
        ("text/html", b"\xff\xfe" + "Évry – l’été".encode("utf-16-le")),
        ("text/html; charset=idna", "Évry – l’été".encode()),
        ("text/html; charset=unicode_escape", "Évry – l’été".encode()),
    ],
)
def test_charsets_are_those_of_the_web_and_no_other(content_type: str, body: bytes) -> None:
    assert decode(body, content_type=content_type).endswith("Évry – l’été")


@pytest.mark.parametrize("bomb", [
    "<div>" * 200_000, "<a " + " ".join(f"x{i}=1" for i in range(80_000)) + ">", "<b><i>" * 80_000,
    "<table><tr><td>" * 60_000, "<a" * 400_000, "<!--" * 250_000, "&amp" * 200_000, '<a x="' * 99_999,
    "<a href=https://facebook.com/x>" * 30_000, "<svg>" * 100_000, "<noscript>" * 80_000,
    "<p>Accessibilité : " * 60_000, "<time datetime=2026-01-01>" * 40_000, "\0" * 1_000_000,
    "<ul><li>" * 100_000, "<loc>" * 200_000, "<meta charset=" * 70_000,
])  # fmt: skip
def test_no_page_keeps_the_reader_long(bomb: str) -> None:
    begun = time.process_time()
    document = parse(decode(bomb.encode()[: 1 << 20]), PAGE)
    accounts_in(document)
    statements.links_to(document, "accessibility")
    statements.level_mentioned(document.text)
    statements.level_declared(document.text)
    statements.contact_of(document)
    freshness.newest_on_page(document, until=UNTIL)
    freshness.newest_in_sitemap(bomb, until=UNTIL)
    services_in(document, country="fr")
    third_parties(document)
    parked_sign(document)
    assert time.process_time() - begun < 5


@given(st.text(max_size=300))
def test_any_text_is_a_page(text: str) -> None:
    document = parse(text, PAGE)
    assert accounts_in(document) == accounts_in(document)
    assert statements.level_mentioned(document.text) in (None, "none", "partial", "full")


def test_what_is_cut_is_cut_where_it_is_too_deep() -> None:
    page = "<p>" * 5000 + "<div>" * 100 + "</div>" * 100 + "end"
    assert bounded(page) == page
    assert len(bounded("<div>" * 5000)) < 5000


def test_comments_scripts_and_noscript_do_not_count() -> None:
    hidden = '<a href="https://www.facebook.com/nay">Facebook</a>'
    page = (
        f"<head><noscript>{hidden}</noscript></head><!-- {hidden} --><template>{hidden}</template>"
    )
    page += f"<script>var a = '{hidden}'</script><noscript>{hidden}</noscript><p>text"
    assert accounts_in(parse(page, PAGE)) == ()


@pytest.mark.parametrize("text, level", [
    ("Accessibilité : non conforme", "none"),
    ("Accessibilité\u00a0: partiellement conforme", "partial"),
    ("ACCESSIBILITÉ NUMÉRIQUE : TOTALEMENT CONFORME", "full"),
    ("Accessibilité (non conforme)", "none"),
    ("Accessibility: partially compliant", "partial"),
    ("Barrierefreiheit: teilweise konform", "partial"),
    ("Accessibilità: parzialmente conforme", "partial"),
    ("Accessibilité des bâtiments : travaux conformes", None),
    ("Budget : non conforme", None),
])  # fmt: skip
def test_levels_that_are_mentioned(text: str, level: str | None) -> None:
    assert statements.level_mentioned(f"Mentions légales | {text} | Contact") == level


@pytest.mark.parametrize("text, level", [
    ("Le site www.nay.example est en conformité partielle avec le RGAA 4.1.", "partial"),
    ("Ce site n’est pas en conformité avec le RGAA. Une conformité totale est visée.", "none"),
    ("Ce site est totalement conforme au RGAA.", "full"),
    ("This website is partially compliant with the WCAG.", "partial"),
    ("Diese Website ist teilweise mit der BITV 2.0 vereinbar.", "partial"),
    ("Questo sito è parzialmente conforme ai requisiti.", "partial"),
    ("L'accessibilité de la mairie est assurée par une rampe.", None),
])  # fmt: skip
def test_levels_that_are_declared(text: str, level: str | None) -> None:
    assert statements.level_declared(text) == level


def test_links_to_statements_and_to_what_only_has_the_word() -> None:
    page = """<a href="#a">Outils d'accessibilité</a><a href="/pmr">Accessibilité PMR et voirie</a>
    <a href="/commission">Commission communale d'accessibilité</a>
    <a href="/rgaa">Déclaration d’accessibilité</a><a href="/a11y">Accessibilité : non conforme</a>
    <a href="/m"><img alt="Mentions légales"></a>"""
    document = parse(page, PAGE)
    urls = [link.url for link in statements.links_to(document, "accessibility")]
    assert urls == [PAGE + "rgaa", PAGE + "a11y"]
    assert [link.url for link in statements.links_to(document, "legal")] == [PAGE + "m"]


def test_the_newest_date_that_is_not_in_the_future() -> None:
    feed = """<rss><channel><lastBuildDate>Sun, 29 Nov 2026 00:00:00 GMT</lastBuildDate>
    <item><pubDate>Mon, 02 Mar 2026 23:30:00 -0500</pubDate></item>
    <item><pubDate>Fri, 01 Jan 2027 00:00:00 GMT</pubDate></item></channel></rss>"""
    assert freshness.newest_in_feed(feed, until=UNTIL) == "2026-03-03"
    assert freshness.newest_in_feed("<rss><channel></channel></rss>", until=UNTIL) == ""
    page = parse('<time datetime="2027-05-01">x</time><time datetime="2025-05-01">', PAGE)
    assert freshness.newest_on_page(page, until=UNTIL) == "2025-05-01"
    assert freshness.newest_on_page(parse("<p>1er mai 2026", PAGE), until=UNTIL) == ""


def test_a_feed_with_entities_that_grow_is_text() -> None:
    laughs = "".join(f'<!ENTITY l{i} "{"&l" + str(i - 1) + ";"}">' * 10 for i in range(1, 12))
    feed = (
        f"<!DOCTYPE r [{laughs}]><rss><item><pubDate>Mon, 02 Mar 2026 10:00:00 GMT</pubDate>&l11;"
    )
    assert freshness.newest_in_feed(feed, until=UNTIL) == "2026-03-02"


def test_services_and_third_parties() -> None:
    page = parse(
        """<a href="https://www.service-public.fr/x">a</a><a href="https://app.panneaupocket.com/v/1">
        b</a><script src="https://cdn.example.org/a.js"></script><img src="/own.png">
        <style>@import "https://fonts.googleapis.com/css"</style><iframe src="//www.youtube.com/x">""",
        PAGE,
    )
    assert {one.kind for one in services_in(page, country="fr")} == {"portal", "app"}
    assert {one.kind for one in services_in(page, country="de")} == {"app"}
    assert third_parties(page) == ("example.org", "fonts.googleapis.com", "youtube.com")


@pytest.mark.parametrize("page, parked", [
    ("<title>Apache2 Ubuntu Default Page: It works</title>" + "text " * 900, True),
    ("<title>nay.example</title>Ce nom de domaine est à vendre", True),
    ("<title>x</title><script src=https://www.sedoparking.com/a.js></script>", True),
    ("<title>Mairie de Nay</title>Le site en construction sera visité" + " texte" * 900, False),
    ("<title>Mairie de Nay</title>Bienvenue", False),
])  # fmt: skip
def test_parked_pages(page: str, parked: bool) -> None:
    assert bool(parked_sign(parse(page, PAGE))) is parked


def test_accounts_of_another_level_are_another_bodys() -> None:
    page = (
        '<footer><a href="https://www.facebook.com/ccnay">Facebook de la communauté de communes</a>'
    )
    document = parse(page, PAGE)
    whose = {
        level: accounts_in(document, levels=frozenset({level}))[0].whose
        for level in ("commune", "epci")
    }
    assert whose == {"commune": "other", "epci": "own"}
