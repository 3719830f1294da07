# ruff: noqa: E501
"""What a site of the farm answers to a request."""

from __future__ import annotations

import gzip
import re
import zlib
from dataclasses import dataclass, field
from functools import cache

from zoneblanche.scripts.trials.made_sites import templates
from zoneblanche.scripts.trials.made_sites.truths import Truth


@dataclass(frozen=True)
class Reply:
    """Status, body and headers of an answer."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


NOT_FOUND = Reply(404, b"<html><body>Page introuvable</body></html>")
_PADDING = "<p>Horaires, agenda, vie municipale, associations, urbanisme, cantine, budget.</p>"


def reply_of(truth: Truth, host: str, path: str, scheme: str) -> Reply:
    """The answer of a site that behaves as HTTP asks."""
    path = path.split("?")[0]
    bare = truth.host.removeprefix("www.")
    redirects = scheme == "http" and truth.http == "redirect" and truth.behaviour != "http-only"
    if redirects:
        return Reply(301, b"", {"Location": f"https://{host}{path}"})
    if path == "/robots.txt":
        return _robots(truth)
    if truth.behaviour == "to-other" and not host.startswith("ailleurs-"):
        return Reply(302, b"", {"Location": f"https://ailleurs-{truth.number}.example/"})
    moved = truth.path == "/" and truth.behaviour not in ("www-only", "to-other")
    if moved and host != truth.host and host in (bare, "www." + bare):
        return Reply(301, b"", {"Location": f"{scheme}://{truth.host}{path}"})
    special = _special(truth, path, host)
    if special is not None:
        return special
    place = path if truth.path == "/" else "/" + path.removeprefix(truth.path)
    return _page(truth, place, host)


def _robots(truth: Truth) -> Reply:
    text = {"Content-Type": "text/plain"}
    rules = {
        "robots-none": "User-agent: *\nDisallow: /\n",
        "robots-us": "User-agent: Zoneblanche\nDisallow: /\n\nUser-agent: *\nAllow: /\n",
        "robots-bots": "User-agent: GPTBot\nUser-agent: Scrapy\nDisallow: /\n\nUser-agent: *\n"
        "Disallow: /wp-admin/\n",
        "robots-stars": "User-agent: *\nDisallow: /*" + "a*" * 60 + "b\nDisallow: /*?*=\n",
        "robots-delay": "User-agent: *\nCrawl-delay: 2\n",
        "robots-bom": "\ufeffUser-agent: *\r\nDisallow: /admin\r\nUn texte libre\r\n",
        "robots-pages": "User-agent: *\nDisallow: /mentions-legales\nDisallow: /accessib\n"
        "Disallow: /declaration\nDisallow: /feed\nDisallow: /sitemap\n",
        "robots-huge": "User-agent: *\nDisallow: /x\n" + "# rien\n" * 150_000,
    }.get(truth.behaviour)
    if truth.behaviour == "robots-500":
        return Reply(500, b"")
    if truth.behaviour == "robots-html":
        return Reply(200, b"<!DOCTYPE html><html><body>User-agent: *\nDisallow: /</body></html>")
    if truth.behaviour == "robots-redirect":
        return Reply(302, b"", {"Location": "/robots-ici.txt"})
    if rules is None and truth.news_in != "sitemap" and truth.number % 3:
        return NOT_FOUND
    rules = rules or "User-agent: *\nDisallow: /admin/\n"
    if truth.news_in == "sitemap":
        rules += f"\nSitemap: https://{truth.host}/sitemap.xml\n"
    return Reply(200, rules.encode("utf-8"), text)


def _special(truth: Truth, path: str, host: str) -> Reply | None:
    """What a site that misbehaves answers to a page; None where it is an ordinary page."""
    behaviour = truth.behaviour
    redirect = {
        "to-private": "http://10.0.0.1/admin",
        "to-localhost": "http://localhost/",
        "to-credentials": f"https://user:secret@{truth.host}/",
        "to-file": "file:///etc/passwd",
        "to-facebook": truth.extra.get("to", ""),
    }.get(behaviour)
    if redirect:
        return Reply(302, b"", {"Location": redirect})
    if behaviour == "loop":
        return Reply(302, b"", {"Location": "/b" if path == "/" else "/"})
    if behaviour == "chain":
        return Reply(302, b"", {"Location": f"/{len(path)}{'x' * len(path)}"})
    if behaviour == "bomb":
        return Reply(200, _bomb(), {"Content-Encoding": "gzip"})
    if behaviour == "robots-redirect" and path == "/robots-ici.txt":
        return Reply(200, b"User-agent: *\nDisallow: /admin", {"Content-Type": "text/plain"})
    status = {"gone": 404, "forbidden": 403, "error": 500, "busy-always": 503}.get(behaviour)
    if status:
        return Reply(status, b"<html><body>Erreur</body></html>")
    if behaviour == "empty":
        return Reply(200, b"", {"Content-Type": ""})
    if behaviour == "pdf":
        return Reply(200, b"%PDF-1.7", {"Content-Type": "application/pdf"})
    if behaviour == "refresh" and path == "/":
        return Reply(200, b"<html><head><meta http-equiv=refresh content='0; URL=/accueil.html'>"
                     b"</head><body></body></html>")  # fmt: skip
    text = {
        "spa": "<!doctype html><html><head><title>Mairie</title></head><body><noscript>Activez "
        "JavaScript.</noscript><div id=root></div><script src=/a.js></script></body></html>",
        "spa-json-ld": f"<!doctype html><html><head>{templates.json_ld(truth)}</head><body><div "
        "id=app></div><script src=/main.js></script></body></html>",
        "frames": "<html><head><title>Mairie</title></head><frameset rows='80,*'><frame src=h.htm>"
        "<frame src=c.htm></frameset></html>",
        "parked-hoster": "<html><head><title>Félicitations ! Votre domaine a bien été créé chez "
        "OVHcloud</title></head><body><h1>Site en construction</h1><p>Votre domaine a bien été "
        "créé. <a href='https://www.facebook.com/ovhcom'>Facebook</a></p></body></html>",
        "parked-sale": "<html><head><title>mairie.example</title></head><body>Ce nom de domaine est à "
        "vendre ! <a href='https://www.facebook.com/sedo'>Facebook</a><script "
        "src='https://sedoparking.com/x.js'></script></body></html>",
        "server-default": "<html><head><title>Apache2 Ubuntu Default Page: It works</title></head>"
        f"<body>{'This is the default welcome page. ' * 20}<a href=/manual>manual</a></body></html>",
    }.get(behaviour)
    return Reply(200, text.encode("utf-8")) if text else None


@cache
def _bomb() -> bytes:
    """50 MiB of nothing, in 50 kB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return b"".join(packer.compress(b"\0" * (1 << 20)) for _ in range(50)) + packer.flush()


def _page(truth: Truth, path: str, host: str) -> Reply:
    html = {"Content-Type": "text/html; charset=utf-8"}
    if path in ("/", "/accueil.html", ""):
        return _home(truth)
    if path in ("/accessibilite", "/declaration-accessibilite") and truth.level:
        return Reply(200, templates.statement_page(truth).encode("utf-8"), html)
    if path == "/accessibilite-pmr":
        return Reply(200, b"<html><body>Voirie et batiments accessibles</body></html>", html)
    if path == "/mentions-legales" and truth.legal == "page":
        return Reply(200, templates.legal_page(truth).encode("utf-8"), html)
    if path == "/feed/" and truth.news_in in ("feed", "atom"):
        return Reply(200, _feed(truth), {"Content-Type": "application/xml; charset=utf-8"})
    if path == "/sitemap.xml" and truth.news_in == "sitemap":
        return Reply(200, _sitemap(truth), {"Content-Type": "application/xml"})
    return NOT_FOUND


def page_bytes(truth: Truth) -> bytes:
    """The first page, in UTF-8."""
    return templates.home_page(truth).encode("utf-8")


def _home(truth: Truth) -> Reply:
    text = templates.home_page(truth)
    headers = {"Content-Type": "text/html"}
    if truth.hsts:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if truth.path != "/":
        text = re.sub('href="/(?!/)', f'href="{truth.path}', text) + PORTAL_FOOTER
    if truth.behaviour == "deep":
        text += "<div>" * 100_000
    if truth.behaviour == "attributes":
        text += "<a " + " ".join(f"x{i}=1" for i in range(60_000)) + ">"
    if truth.behaviour == "nul-bytes":
        text = text.replace("<p>", "<p>\0\0", 1)
    if truth.behaviour == "private-links":
        text = text.replace("/mentions-legales", "http://192.168.1.1/mentions-legales")
    if truth.behaviour == "utf-8":
        headers["Content-Type"] = "text/html; charset=utf-8"
    body = _encoded(text, truth.charset, headers)
    if truth.behaviour == "brotli":
        headers["Content-Encoding"] = "br"
    elif truth.behaviour == "deflate":
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        body, headers["Content-Encoding"] = packer.compress(body) + packer.flush(), "deflate"
    elif truth.behaviour == "cut-gzip":
        body, headers["Content-Encoding"] = gzip.compress(body, mtime=0)[:-8], "gzip"
    elif truth.number % 2 and truth.behaviour not in ("deep", "attributes"):
        body, headers["Content-Encoding"] = gzip.compress(body, mtime=0), "gzip"
    return Reply(200, body, headers)


def _encoded(text: str, charset: str, headers: dict[str, str]) -> bytes:
    if charset == "cp1252-header":
        headers["Content-Type"] = "text/html; charset=windows-1252"
    if charset == "utf-16":
        return b"\xff\xfe" + text.encode("utf-16-le")
    if charset in ("latin-1-meta", "cp1252-header", "wrongly-utf-8", "none-cp1252"):
        return text.encode("cp1252", "xmlcharrefreplace")
    return text.encode("utf-8")


def _feed(truth: Truth) -> bytes:
    if truth.news_in == "atom":
        return (
            '<?xml version="1.0" encoding="utf-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>'
            "Actualités</title><updated>2030-01-01T00:00:00Z</updated><entry><title>Vœux</title><updated>"
            f"{truth.news}T09:00:00+02:00</updated></entry><entry><published>2018-01-01T00:00:00Z"
            "</published></entry></feed>"
        ).encode()
    from datetime import datetime
    from email.utils import format_datetime

    day = format_datetime(datetime.fromisoformat(f"{truth.news}T09:00:00+00:00"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE rss [<!ENTITY a "b">]><rss version="2.0"><channel>'
        f"<title>Actualités</title><lastBuildDate>Mon, 02 Nov 2026 00:00:00 +0000</lastBuildDate><item><title>"
        f"Fête &a;</title><pubDate>{day}</pubDate></item><item><pubDate>Wed, 03 Jan 2018 10:00:00 +0100"
        "</pubDate></item></channel></rss>"
    ).encode()


def _sitemap(truth: Truth) -> bytes:
    return (
        '<?xml version="1.0"?><urlset><url><loc>https://x.example/mairie</loc><lastmod>2026-11-01</lastmod>'
        f"</url><url><loc>https://x.example/actualites/fete</loc><lastmod>{truth.news}</lastmod></url>"
        "<url><loc>https://x.example/actualites/vieux</loc><lastmod>2017-05-05</lastmod></url></urlset>"
    ).encode()


def portal_page(host: str, path: str) -> Reply:
    """The beginning of a portal: its own accounts stand in the footer of every page of it."""
    if path == "/robots.txt":
        return NOT_FOUND
    if path != "/":
        return NOT_FOUND
    text = f"<html><body><header><a href='/'>{host}</a></header>{_PADDING * 8}{PORTAL_FOOTER}</body></html>"
    return Reply(200, text.encode("utf-8"))


PORTAL_FOOTER = (
    "<footer><ul class='social'><li><a href='https://www.facebook.com/leportaildespays'>Facebook</a></li>"
    "<li><a href='https://twitter.com/leportaildespays'>Twitter</a></li></ul></footer>"
)
"""Of a portal, on each of its pages."""
