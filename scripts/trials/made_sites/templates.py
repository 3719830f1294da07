# ruff: noqa: E501
"""Home pages of made-up town halls, built as the systems that real ones use build theirs.

Each function of `_LAYOUTS` puts the same content into the mark-up of one system: the accounts of
the town hall where that system's themes show them, and around them what is nobody's account.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html import escape

from zoneblanche.layers.probing.pages.accounts import known_networks
from zoneblanche.scripts.trials.made_sites.links import no_account_links
from zoneblanche.scripts.trials.made_sites.truths import Truth, service_link

LEVELS = {
    "none": "non conforme",
    "partial": "partiellement conforme",
    "full": "totalement conforme",
}
_DECLARED = {
    "none": "Le site de la commune n'est pas conforme avec le référentiel général d'amélioration de "
    "l'accessibilité (RGAA), version 4.1.",
    "partial": "Ce site est en conformité partielle avec le référentiel général d’amélioration de "
    "l’accessibilité (RGAA), version 4.1, en raison des non-conformités énumérées ci-dessous.",
    "full": "Ce site est en conformité totale avec le référentiel général d'amélioration de "
    "l'accessibilité (RGAA), version 4.1.",
}
_PROSE = (
    "Bienvenue sur le site officiel de la commune de {name}. Vous y trouverez les horaires de la "
    "mairie, les comptes rendus du conseil municipal, l'agenda des manifestations et toutes les "
    "informations pratiques de la vie quotidienne. La mairie est ouverte du lundi au vendredi de "
    "9 h à 12 h et de 14 h à 17 h. Le conseil se réunit à l'automne à la salle des fêtes.",
    "Les travaux de la rue de l'Église commencent en septembre. La circulation sera alternée. "
    "Merci de votre compréhension. Le repas des aînés aura lieu à la salle polyvalente ; pensez à "
    "vous inscrire auprès du secrétariat avant la fin du mois. Œuvres exposées à l'hôtel de ville.",
)
_MENU = (
    "Mairie",
    "Vie municipale",
    "Démarches",
    "Enfance et jeunesse",
    "Vie associative",
    "Agenda",
)


def home_page(truth: Truth) -> str:
    """The first page of a site."""
    layout = _LAYOUTS[truth.system]
    return layout(truth, random.Random(truth.number))


def _title(network: str) -> str:
    return {"x": "Twitter"}.get(network, known_networks()[network].title.split(" ")[0])


def _rel(link: str) -> str:
    return ' rel="me noopener"' if "social." in link and "/@" in link else ' rel="noopener"'


def _a(link: str, inside: str, attributes: str = "") -> str:
    return f'<a href="{escape(link)}"{_rel(link)} {attributes}>{inside}</a>'


def _menu() -> str:
    items = "".join(f'<li><a href="/{i}">{escape(text)}</a></li>' for i, text in enumerate(_MENU))
    return f"<ul>{items}</ul>"


def _prose(truth: Truth) -> str:
    return "".join(f"<p>{escape(text.format(name=truth.name))}</p>" for text in _PROSE)


def _head(truth: Truth, *, extra: str = "", generator: str = "") -> str:
    feed = ""
    if truth.news_in in ("feed", "atom"):
        kind = "rss" if truth.news_in == "feed" else "atom"
        feed = (
            f'<link rel="alternate" type="application/{kind}+xml" title="Flux" href="/feed/">'
            '<link rel="alternate" type="application/rss+xml" title="Flux des commentaires" '
            'href="/comments/feed/">'
        )
    meta = f'<meta name="generator" content="{generator}">' if generator else ""
    charset = {
        "utf-8": '<meta charset="utf-8">', "wrongly-utf-8": '<meta charset="utf-8">',
        "latin-1-meta": '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">',
    }.get(truth.charset, "")  # fmt: skip
    return (
        f"<head>{charset}<title>Mairie de {escape(truth.name)} - Site officiel</title>{meta}{feed}"
        '<meta name="viewport" content="width=device-width">'
        '<link rel="stylesheet" href="https://fonts.googleapis.com/css?family=Roboto">'
        f'<script src="https://www.googletagmanager.com/gtag/js"></script>{extra}</head>'
    )


def _services(truth: Truth) -> str:
    return "".join(f'<li><a href="{service_link(kind)}">Démarche en ligne</a></li>'
                   for kind in truth.services)  # fmt: skip


def _news(truth: Truth) -> str:
    if truth.news_in != "time":
        return ""
    return f'<p><time datetime="{truth.news}T10:00:00+02:00">{truth.news}</time> Vœux du maire</p>'


def statement_links(truth: Truth) -> str:
    """What a footer says of accessibility and the law."""
    parts = ['<a href="/plan-du-site">Plan du site</a>', '<a href="/contact">Nous contacter</a>']
    if truth.statement in ("mention", "both"):
        label = f"Accessibilité : {LEVELS[truth.level]}"
        parts.append(
            f'<a href="/accessibilite">{label}</a>' if truth.statement == "both" else label
        )
    elif truth.statement == "page":
        parts.append('<a href="/declaration-accessibilite">Déclaration d’accessibilité</a>')
    elif truth.statement == "other-host":
        parts.append(
            '<a href="https://ara.numerique.gouv.fr/declaration/abc">Déclaration d\'accessibilité</a>'
        )
    elif truth.statement == "gone":
        parts.append('<a href="/accessibilite">Accessibilité</a>')
    if truth.decoy:
        parts.append('<a href="/accessibilite-pmr">Accessibilité PMR et voirie</a>')
        parts.append('<a href="#access">Outils d\'accessibilité</a>')
    if truth.legal:
        parts.append('<a href="/mentions-legales">Mentions légales</a>')
    return " | ".join(parts)


def _noise(truth: Truth, *, place: str) -> str:
    """Return the parts of a page that are not the town hall's own accounts."""
    page = f"https://{truth.host}/"
    drawn = random.Random(truth.number * 7 + len(place))
    snippets = {
        ("share", "main"): '<div class="share-buttons"><span>Partager :</span>'
        + "".join(f'<a href="{escape(link)}" class="share"><i class="fa fa-share"></i>Partager</a>'
                  for link in drawn.sample(no_account_links(page)[:13], 4)) + "</div>",
        ("posts", "main"): "<p>À revoir : "
        + ", ".join(f'<a href="{escape(link)}">la publication</a>'
                    for link in drawn.sample(no_account_links(page)[13:], 4)) + "</p>",
        ("article", "main"): '<article class="post"><h2>Tournoi de football</h2><p>Toutes les photos '
        'du tournoi sont sur <a href="https://www.facebook.com/asfootball.canton">la page Facebook '
        "du club</a>, merci aux bénévoles qui ont tenu la buvette tout le week-end.</p></article>"
        '<article class="post"><h2>Budget</h2><p>Le budget est voté.</p></article>',
        ("credit", "footer"): '<p class="copyright">© Mairie 2026 - Réalisation : '
        '<a href="https://agence-web.example">Agence Web</a> '
        '<a href="https://www.facebook.com/agencewebpro"><i class="fa fa-facebook"></i></a> '
        '<a href="https://twitter.com/agencewebpro">Twitter</a></p>',
        ("partners", "main"): '<section class="partenaires"><h2>Nos partenaires</h2><ul>'
        '<li><a href="https://www.facebook.com/regionoccitanie"><img src="/r.png" alt="La Région"></a>'
        '</li><li><a href="https://www.instagram.com/departement.gers/"><img src="/d.png" '
        'alt="Le Département"></a></li></ul></section>',
        ("comment", "footer"): '<!-- <a href="https://www.facebook.com/ancienne.page.mairie">Facebook'
        "</a> -->",
        ("noscript", "footer"): '<noscript><a href="https://www.facebook.com/page.sans.script">Facebook'
        '</a><img src="https://www.facebook.com/tr?id=1&ev=PageView"></noscript>',
        ("script", "footer"): "<script>var s='<a href=\"https://www.facebook.com/dans.un.script\">f</a>'"
        "</script>",
        ("theme", "footer"): '<ul class="social-icons"><li><a href="https://www.facebook.com/wordpress">'
        '<i class="fa fa-facebook"></i></a></li><li><a href="https://twitter.com/wordpress">'
        '<i class="fa fa-twitter"></i></a></li><li><a href="#"><i class="fa fa-instagram"></i></a>'
        "</li></ul>",
        ("group", "main"): '<p>Rejoignez le groupe <a href="https://www.facebook.com/groups/123456789">'
        "Tu sais que tu viens de chez nous quand</a>.</p>",
        ("person", "main"): '<p>Votre maire sur <a href="https://www.linkedin.com/in/jean-maire-123/">'
        "LinkedIn</a></p>",
        ("club-cards", "main"): '<div class="annuaire-associations"><div class="card"><h3>Judo club</h3>'
        '<div class="social"><a href="https://www.facebook.com/judoclub.local">'
        '<i class="fa fa-facebook"></i></a></div></div><div class="card"><h3>Chorale</h3>'
        '<a href="https://www.facebook.com/chorale.locale">Facebook</a></div></div>',
        ("agglo", "footer"): '<p><a href="https://www.facebook.com/ccpaysvoisin" title="Facebook de la '
        'Communauté de communes"><img src="/cc.png" alt=""></a></p>',
        ("tourism", "footer"): '<div class="liens"><a href="https://www.instagram.com/lacs.tourisme/">'
        "Office de tourisme sur Instagram</a></div>",
        ("embedded", "main"): '<iframe src="https://www.facebook.com/plugins/page.php?href=https%3A%2F'
        '%2Fwww.facebook.com%2Fpage.encastree&tabs=timeline" width="340"></iframe>',
        ("commune-of-others", "main"): '<div class="bloc-actualites"><p>La médiathèque est désormais sur '
        '<a href="https://www.instagram.com/mediatheque_canton/">Instagram</a>, allez voir !</p></div>',
        ("timeline", "main"): '<p>Le préfet a <a href="https://twitter.com/prefet48">rappelé</a> hier '
        "que les feux de broussailles sont interdits dans tout le département.</p>",
        ("elected", "main"): '<div class="elus"><h2>Vos élus</h2><div><h3>Jeanne Martin</h3>'
        '<a href="https://twitter.com/jeannemartin48"><i class="fa fa-twitter"></i></a></div></div>',
        ("event", "main"): '<div class="event-card"><h3>Concert</h3><p>Organisé par les Amis de l\'orgue '
        '(<a href="https://www.facebook.com/amisdelorgue">page Facebook</a>), entrée libre.</p></div>',
    }  # fmt: skip
    return "\n".join(text for (noise, where), text in snippets.items()
                     if noise in truth.noise and where == place)  # fmt: skip


def _main(truth: Truth) -> str:
    return (
        _prose(truth) + f"<ul>{_services(truth)}</ul>" + _news(truth) + _noise(truth, place="main")
    )


def _wordpress_blocks(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        f'<li class="wp-social-link wp-social-link-{network} wp-block-social-link">'
        + _a(link, f'<svg width="24" height="24" viewBox="0 0 24 24"><path d="M12"></path></svg><span '
             f'class="wp-block-social-link-label screen-reader-text">{_title(network)}</span>',
             'class="wp-block-social-link-anchor"') + "</li>"
        for network, link in truth.links
    )  # fmt: skip
    social = f'<ul class="wp-block-social-links has-small-icon-size is-layout-flex">{items}</ul>'
    return (
        f"<!DOCTYPE html><html lang=fr>{_head(truth, generator='WordPress 6.6')}"
        '<body class="home page-template-default page"><div class="wp-site-blocks">'
        f'<header class="wp-block-template-part"><nav class="wp-block-navigation">{_menu()}</nav>'
        '</header><main class="wp-block-group"><div class="entry-content wp-block-post-content">'
        f"{_main(truth)}</div></main>"
        f'<footer class="wp-block-template-part"><div class="wp-block-columns">{social}</div>'
        f"<p>{statement_links(truth)}</p>{_noise(truth, place='footer')}</footer></div></body></html>"
    )


def _elementor(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        '<span class="elementor-grid-item">'
        + _a(link, f'<span class="elementor-screen-only">{_title(network)}</span>'
             f'<i class="fab fa-{network}"></i>',
             f'class="elementor-icon elementor-social-icon elementor-social-icon-{network}" '
             'target="_blank"') + "</span>"
        for network, link in truth.links
    )  # fmt: skip
    block = (
        '<div class="elementor-element elementor-widget elementor-widget-social-icons"><div '
        'class="elementor-widget-container"><div class="elementor-social-icons-wrapper elementor-grid">'
        f"{items}</div></div></div>"
    )
    inside = drawn.random() < 0.4
    return (
        f"<!doctype html><html lang=fr-FR>{_head(truth, generator='WordPress 6.5.2')}<body class='home "
        "page page-id-2 elementor-default'><div data-elementor-type='header'><section class='elementor"
        f"-section'>{_menu()}</section></div><div data-elementor-type='wp-page' class='elementor "
        f"elementor-2'><section class='elementor-section'>{_main(truth)}{block if inside else ''}"
        "</section></div><div data-elementor-type='footer' class='elementor elementor-location-footer'>"
        f"{'' if inside else block}<div>{statement_links(truth)}</div>"
        f"{_noise(truth, place='footer')}</div></body></html>"
    )


def _divi(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        f'<li class="et-social-icon et-social-{network}">'
        + _a(link, f"<span>{_title(network)}</span>", 'class="icon"') + "</li>"
        for network, link in truth.links
    )  # fmt: skip
    return (
        f"<!DOCTYPE html><html lang=fr-FR>{_head(truth, generator='WordPress 6.4')}<body class='et_"
        "divi_theme'><div id='page-container'><div id='top-header'><div class='container clearfix'><div "
        f"id='et-secondary-menu'><ul class='et-social-icons'>{items}</ul></div></div></div><header "
        f"id='main-header'>{_menu()}</header><div id='et-main-area'><div id='main-content'><article "
        f"id='post-2' class='post-2 page type-page hentry'><div class='entry-content'>{_main(truth)}</div>"
        f"</article></div><footer id='main-footer'><div id='footer-bottom'><div id='footer-info'>"
        f"{statement_links(truth)}</div>{_noise(truth, place='footer')}</div></footer></div></div></body>"
    )


def _joomla(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        "<p>" + _a(link, f'<img src="/images/{network}.png" alt="" width="32">') + "</p>"
        for network, link in truth.links
    )  # fmt: skip
    return (
        f"<!DOCTYPE html><html xml:lang='fr-fr'>{_head(truth, generator='Joomla! - Open Source Content Management')}"
        f"<body class='site com_content view-featured'><div class='body'><div id='sp-menu'>{_menu()}</div>"
        f"<div id='content' class='span9'><div class='blog-featured'>{_main(truth)}</div></div>"
        "<div id='aside' class='span3'><div class='moduletable'><h3>Réseaux sociaux</h3><div "
        f"class='custom'>{items}</div></div></div></div><div class='footer-wrap'>{statement_links(truth)}"
        f"{_noise(truth, place='footer')}</div></body></html>"
    )


def _spip(truth: Truth, drawn: random.Random) -> str:
    items = " ".join(_a(link, _title(network), 'class="spip_out"') for network, link in truth.links)
    return (
        f"<!DOCTYPE HTML><html class='ltr fr' lang='fr'>{_head(truth, generator='SPIP 4.2.8')}<body "
        f"id='top' class='pas_surlignable page_sommaire'><div class='page'><div id='nav'>{_menu()}</div>"
        f"<div class='main'><div class='texte surlignable'>{_main(truth)}</div></div>"
        f"<div class='footer' id='pied'><p class='colophon'>{items}</p><small>{statement_links(truth)}"
        f"</small>{_noise(truth, place='footer')}</div></div></body></html>"
    )


def _drupal(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        "<li class='menu__item'>" + _a(link, _title(network), f"class='menu__link picto-{network}' "
        f"title='{_title(network)} (nouvelle fenêtre)'") + "</li>" for network, link in truth.links
    )  # fmt: skip
    return (
        f"<!DOCTYPE html><html lang='fr' dir='ltr'>{_head(truth, generator='Drupal 10')}<body class='path-"
        "frontpage'><div class='dialog-off-canvas-main-canvas'><nav role='navigation' aria-labelledby="
        f"'block-main'>{_menu()}</nav><main role='main'><article class='node node--type-page node--view-"
        f"mode-full'><div class='field field--name-body'>{_main(truth)}</div></article></main><div class="
        "'region region-footer-top'><nav role='navigation' aria-labelledby='block-rs-menu' id='block-rs'>"
        f"<h2 class='visually-hidden' id='block-rs-menu'>Réseaux</h2><ul class='menu'>{items}</ul></nav>"
        f"</div><div class='region region-footer'>{statement_links(truth)}{_noise(truth, place='footer')}"
        "</div></div></body></html>"
    )


def _dsfr(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        "<li>" + _a(link, _title(network), f"class='fr-btn--{network} fr-btn' title='{_title(network)} - "
        "nouvelle fenêtre' target='_blank'") + "</li>" for network, link in truth.links
    )  # fmt: skip
    return (
        f"<!doctype html><html lang=fr data-fr-scheme=system>{_head(truth)}<body><header role=banner class="
        f"fr-header><div class=fr-header__body>{_menu()}</div></header><main id=content role=main>"
        f"<div class=fr-container>{_main(truth)}</div></main><div class=fr-follow><div class=fr-container>"
        "<div class=fr-grid-row><div class=fr-col-12><div class=fr-follow__social><h2 class=fr-h5>"
        f"Suivez-nous<br>sur les réseaux sociaux</h2><ul class=fr-btns-group>{items}</ul></div></div></div>"
        "</div></div><footer class=fr-footer role=contentinfo><div class=fr-footer__bottom>"
        f"{statement_links(truth)}</div>{_noise(truth, place='footer')}</footer></body></html>"
    )


def _typo3(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        _a(link, f"<span class='icon-{network}'></span><span class='sr-only'>{_title(network)}</span>")
        for network, link in truth.links
    )  # fmt: skip
    return (
        f"<!DOCTYPE html><html lang='fr'>{_head(truth, generator='TYPO3 CMS')}<body id='p1'><div class="
        f"'page-wrap'><div class='topbar'><div class='topbar-right'>{items}</div></div><div class='navbar'>"
        f"{_menu()}</div><div class='frame frame-default frame-type-text'>{_main(truth)}</div><div class="
        f"'pied-de-page'>{statement_links(truth)}{_noise(truth, place='footer')}</div></div></body></html>"
    )


def _tables(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        _a(link, f"<IMG SRC='images/logo_{network}.gif' BORDER=0>") + "&nbsp;"
        for network, link in truth.links
    )  # fmt: skip
    return (
        f"<HTML>{_head(truth, generator='Microsoft FrontPage 4.0')}<BODY BGCOLOR=#ffffff><CENTER><TABLE "
        f"WIDTH=900><TR><TD COLSPAN=2><IMG SRC=bandeau.jpg></TD></TR><TR><TD VALIGN=TOP>{_menu()}<BR>"
        f"{items}</TD><TD><FONT FACE=Arial SIZE=2>{_main(truth)}</FONT></TD></TR><TR><TD COLSPAN=2>"
        f"{statement_links(truth)}{_noise(truth, place='footer')}</TD></TR></TABLE></CENTER></BODY></HTML>"
    )


def _village(truth: Truth, drawn: random.Random) -> str:
    """As services for small communes make them: blocks of links with pictures, a widget of an app."""
    items = "".join(
        f"<div class='lien-rapide'>{_a(link, f'<span>Page {_title(network)}</span>')}</div>"
        for network, link in truth.links
    )  # fmt: skip
    return (
        f"<!DOCTYPE html><html>{_head(truth)}<body><div id='wrapper'><div id='bandeau'>"
        f"<h1>{escape(truth.name)}</h1>{_menu()}</div><div id='contenu'>{_main(truth)}</div><div id="
        f"'colonne'><h2>Accès rapides</h2>{items}</div><div id='bas'>{statement_links(truth)}"
        f"{_noise(truth, place='footer')}</div></div></body></html>"
    )


def _bare(truth: Truth, drawn: random.Random) -> str:
    """Icons without text, in blocks without a word that says what they are."""
    items = "".join(
        _a(link, f"<i class='fa-brands fa-{network}'></i>") for network, link in truth.links
    )
    return (
        f"<!doctype html><html lang=fr>{_head(truth)}<body><div class='c-1'><div class='c-2'>{_menu()}"
        f"</div><div class='c-3'>{items}</div></div><div class='c-4'>{_main(truth)}</div><div class='c-9'>"
        f"{statement_links(truth)}</div>{_noise(truth, place='footer')}</body></html>"
    )


def json_ld(truth: Truth) -> str:
    """The organisation of a page, as search engines are told of it."""
    links = [link for _, link in truth.links]
    graph = {
        "@context": "https://schema.org",
        "@graph": [
            {"@type": "WebPage", "url": f"https://{truth.host}/", "name": truth.name},
            {"@type": ["GovernmentOrganization", "Organization"], "name": f"Mairie de {truth.name}",
             "url": f"https://{truth.host}/", "sameAs": links},
            {"@type": "Person", "name": "admin", "sameAs": ["https://twitter.com/webmestre48"]},
        ],
    }  # fmt: skip
    return f'<script type="application/ld+json">{json.dumps(graph)}</script>'


def _json_ld(truth: Truth, drawn: random.Random) -> str:
    return (
        f"<!doctype html><html lang=fr>{_head(truth, extra=json_ld(truth))}<body><header>{_menu()}"
        f"</header><main>{_main(truth)}</main><footer>{statement_links(truth)}"
        f"{_noise(truth, place='footer')}</footer></body></html>"
    )


def _sidebar(truth: Truth, drawn: random.Random) -> str:
    items = "".join(
        _a(link, "<svg aria-hidden='true'><use xlink:href='#i'/></svg>", f"aria-label='{_title(network)}'")
        for network, link in truth.links
    )  # fmt: skip
    return (
        f"<!doctype html><html lang=fr>{_head(truth)}<body><div id='app'>{_menu()}<main>{_main(truth)}"
        f"</main><aside><div class='card'><div class='card-body'><h4>Restons connectés</h4>{items}</div>"
        f"</div></aside><footer>{statement_links(truth)}{_noise(truth, place='footer')}</footer></div>"
    )


def _deep_footer(truth: Truth, drawn: random.Random) -> str:
    items = "".join(f"<div><div>{_a(link, escape(_title(network)))}</div></div>"
                    for network, link in truth.links)  # fmt: skip
    opened = "<div class='x'>" * 30
    return (
        f"<!doctype html><html lang=fr>{_head(truth)}<body>{_menu()}<div role='main'>{_main(truth)}</div>"
        f"<footer>{opened}<div class='news-and-links'>{items}</div>{'</div>' * 30}{statement_links(truth)}"
        f"{_noise(truth, place='footer')}</footer></body></html>"
    )


def _map_area(truth: Truth, drawn: random.Random) -> str:
    items = "".join(f"<area shape=rect coords=0,0,9,9 href='{escape(link)}' alt='{_title(network)}'>"
                    for network, link in truth.links)  # fmt: skip
    marks = "".join(f"<link rel=me href='{escape(link)}'>" for network, link in truth.links
                    if network == "mastodon")  # fmt: skip
    return (
        f"<html>{_head(truth, extra=marks)}<body><div id=header><img src=/rs.png usemap='#rs'><map name=rs>"
        f"{items}</map>{_menu()}</div>{_main(truth)}<hr>{statement_links(truth)}"
        f"{_noise(truth, place='footer')}</body></html>"
    )


def _sentence(truth: Truth, drawn: random.Random) -> str:
    links = " et ".join(_a(link, escape(_title(network))) for network, link in truth.links)
    follow = f"<p>Suivez l'actualité de la commune sur {links}</p>" if links else ""
    return (
        f"<!doctype html><html lang=fr>{_head(truth)}<body><div class='menu'>{_menu()}</div><div class='"
        f"corps'>{_main(truth)}{follow}</div><div class='pied'>{statement_links(truth)}</div>"
        f"{_noise(truth, place='footer')}</body></html>"
    )


_LAYOUTS: dict[str, Callable[[Truth, random.Random], str]] = {
    "wordpress-blocks": _wordpress_blocks, "elementor": _elementor, "divi": _divi, "joomla": _joomla,
    "spip": _spip, "drupal": _drupal, "dsfr": _dsfr, "typo3": _typo3, "tables": _tables,
    "village": _village, "bare": _bare, "json-ld": _json_ld, "sidebar": _sidebar,
    "deep-footer": _deep_footer, "map-area": _map_area, "sentence": _sentence,
}  # fmt: skip


def statement_page(truth: Truth) -> str:
    """The accessibility statement."""
    return (
        f"<!doctype html>{_head(truth)}<body><main><h1>Déclaration d’accessibilité</h1><p>{escape(truth.name)}"
        " s’engage à rendre son site internet accessible conformément à l’article 47 de la loi n°2005-102 "
        f"du 11 février 2005.</p><h2>État de conformité</h2><p>{_DECLARED[truth.level]}</p><h2>Contenus non "
        "accessibles</h2><p>Certaines images n'ont pas d'alternative.</p><p>Cette déclaration a été établie "
        "le 3 mars 2024.</p></main></body></html>"
    )


def legal_page(truth: Truth) -> str:
    """The legal notice; the agency that made the site has its say."""
    return (
        f"<!doctype html>{_head(truth)}<body><main><article><h1>Mentions légales</h1><p>Directeur de la "
        "publication : le maire. Hébergement : OVH, 2 rue Kellermann, Roubaix.</p><p>Conception : Agence Web, "
        'suivez-la sur <a href="https://www.linkedin.com/company/agence-web-pro/">LinkedIn</a>.</p></article>'
        "</main></body></html>"
    )
