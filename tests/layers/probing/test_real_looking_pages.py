# ruff: noqa: E501
"""Pieces of pages as real town halls' systems write them, by hand and apart from the farm's makers.

Each has the accounts that a reader would call the authority's own.
"""

from __future__ import annotations

import pytest

from zoneblanche.layers.probing.pages.links import accounts_in
from zoneblanche.layers.probing.pages.markup import parse

WP_BLOCKS_IN_CONTENT = """<body class="home wp-embed-responsive"><main id="wp--skip-link--target">
<div class="entry-content alignfull wp-block-post-content is-layout-constrained"><h2>Bienvenue</h2>
<ul class="wp-block-social-links is-style-logos-only"><li class="wp-social-link wp-social-link-facebook"><a
rel="noopener nofollow" target="_blank" href="https://www.facebook.com/communedenay" class="wp-block-social-link-anchor">
<svg></svg><span class="wp-block-social-link-label screen-reader-text">Facebook</span></a></li></ul></div></main>"""
WP_MENU_SOCIAL = """<footer id="colophon" class="site-footer"><nav class="social-navigation" role="navigation"
aria-label="Menu des liens de réseaux sociaux"><div class="menu-social-container"><ul id="menu-social"><li
id="menu-item-33" class="menu-item menu-item-type-custom"><a href="https://www.instagram.com/nay_officiel/?hl=fr">
<span class="screen-reader-text">Instagram</span><svg class="icon icon-instagram"></svg></a></li></ul></div></nav></footer>"""
WP_WIDGET_TEXT = """<aside id="secondary" class="widget-area"><section id="text-5" class="widget widget_text">
<h2 class="widget-title">Suivez-nous sur Facebook</h2><div class="textwidget"><p><a href="https://www.facebook.com/nay64/">
<img class="alignnone size-medium wp-image-12" src="/wp-content/uploads/fb.jpg" alt=""></a></p></div></section></aside>"""
ASTRA_HEADER = """<header class="site-header header-main-layout-1"><div class="ast-builder-layout-element ast-flex
site-header-focus-item ast-header-social-1-wrap"><div class="header-social-inner-wrap element-social-inner-wrap social-show-label-false">
<a href="https://www.facebook.com/p/Mairie-de-Nay-100064650123456/" aria-label="Facebook" class="ast-builder-social-element
ast-inline-flex ast-facebook header-social-item"><span class="ahfb-svg-iconset"></span></a></div></div></header>"""
JOOMLA_SPPB = """<section id="sp-top-bar"><div class="container"><div id="sp-top2"><div class="sp-column">
<ul class="social-icons"><li class="social-icon-facebook"><a target="_blank" rel="noopener noreferrer"
href="https://fr-fr.facebook.com/Ville-de-Nay-180123456789012/" aria-label="Facebook"><span class="fab fa-facebook"
aria-hidden="true"></span></a></li><li class="social-icon-youtube"><a target="_blank" rel="noopener noreferrer"
href="https://www.youtube.com/channel/UCabcdefghijklmnopqrstuv" aria-label="YouTube"><span class="fab fa-youtube"></span></a></li>
</ul></div></div></div></section>"""
JOOMLA_MODULE = """<div id="rt-footer"><div class="rt-container"><div class="rt-grid-4"><div class="rt-block"><div
class="module-surround"><div class="module-title"><h2 class="title">Facebook</h2></div><div class="module-content">
<div class="custom"><p><a href="https://www.facebook.com/nay.officiel" target="_blank"><img src="/images/facebook-logo.png"
alt="facebook-logo" width="80"></a></p></div></div></div></div></div></div></div>"""
SPIP_RUBRIQUE = """<div id="extra"><div class="liste rubriques"><h2 class="h2">Réseaux sociaux</h2><ul class="liste-items">
<li class="item"><a href="https://www.facebook.com/mairiedenay/" class="spip_out" rel="external">Page Facebook de la mairie</a></li>
</ul></div></div>"""
DRUPAL_FOOTER = """<footer role="contentinfo" class="footer"><div class="region region-footer"><section id="block-block-7"
class="block block-block"><p class="rteleft"><a href="https://twitter.com/VilledeNay" target="_blank"><img alt="Twitter"
src="/sites/default/files/twitter_0.png"></a>&nbsp;<a href="https://www.linkedin.com/company/ville-de-nay/">
<img alt="" src="/sites/default/files/linkedin.png"></a></p></section></div></footer>"""
OLD_TABLE = """<BODY><TABLE><TR><TD WIDTH="20%"><P ALIGN=CENTER><FONT SIZE=2><A HREF="https://www.facebook.com/pages/Nay/123456789012345">
<IMG SRC="facebook.jpg" WIDTH=40 BORDER=0></A></FONT></P></TD><TD><H1>Bienvenue à Nay</H1><P>Notre village compte 300 habitants.</P>
</TD></TR></TABLE>"""
FLOATING = """<div class="fixed-rs"><a href="https://www.facebook.com/nay" class="btn-fb" title="Suivez-nous sur Facebook"></a>
<a href="https://www.instagram.com/nay/" class="btn-insta" title="Instagram"></a></div>"""
INTRAMUROS = """<div class="widget-intramuros"><iframe src="https://widget.intramuros.org/v2/?id=1234"></iframe>
<a href="https://play.google.com/store/apps/details?id=com.intramuros"><img src="/gp.png" alt="Google Play"></a></div>
<div class="bloc"><a href="https://www.facebook.com/nay.village"><img src="/medias/images/facebook.png" alt="Facebook"></a></div>"""
EMONSITE = """<div class="widget widget_social_links"><ul class="btn-social-links"><li><a href="https://www.facebook.com/nay09"
class="btn btn-facebook"><i class="fa fa-facebook"></i></a></li></ul></div><div id="copyright"><a
href="https://www.facebook.com/emonsite">e-monsite</a></div>"""
JIMDO = """<div class="cc-m-sharebuttons"><a href="https://www.facebook.com/sharer/sharer.php?u=https://nay.example">Facebook</a></div>
<div class="j-module n j-imageSubtitle"><figure class="cc-imagewrapper"><a href="https://www.facebook.com/people/Commune-de-Nay/100057123456789/"
target="_blank"><img alt="Facebook"></a></figure></div>"""
WIX = """<div id="SITE_FOOTER"><ul aria-label="Barre de réseaux sociaux"><li><a data-testid="linkElement"
href="https://www.facebook.com/nayvillage" target="_blank" aria-label="Facebook"><wow-image><img src="https://static.wixstatic.com/media/fb.png"></wow-image></a></li>
<li><a href="https://www.instagram.com/wix" aria-label="Instagram"></a></li></ul></div>"""
DSFR = """<div class="fr-follow"><div class="fr-container"><div class="fr-follow__social"><p class="fr-h5">Suivez-nous <br> sur les réseaux sociaux</p>
<ul class="fr-btns-group"><li><a class="fr-btn--twitter-x fr-btn" href="https://x.com/nay">X (anciennement Twitter)</a></li>
<li><a class="fr-btn--mastodon fr-btn" rel="me" href="https://social.numerique.gouv.fr/@nay">Mastodon</a></li></ul></div></div></div>"""
BOOTSTRAP = """<footer class="bg-dark text-white"><div class="container"><div class="row"><div class="col-md-4"><h5>Contact</h5><p>1 place
de la Mairie</p></div><div class="col-md-4"><a class="text-white" href="https://www.facebook.com/nay"><i class="bi bi-facebook"></i></a></div>
<div class="col-md-4 text-end small">Site réalisé par <a href="https://agence.example">Agence</a></div></div></div></footer>"""
CREDIT_AFTER = """<footer><div class="social"><a href="https://www.facebook.com/nay">Facebook</a></div><div class="bottom">© 2026 Nay.
Conception <a href="https://www.facebook.com/studioweb65">Studio Web</a></div></footer>"""
NEWS_LIST = """<section class="actualites"><h2>Actualités</h2><article><h3>Concours photo</h3><p>Publiez vos photos sur
<a href="https://www.instagram.com/concoursphoto65/">Instagram</a>.</p></article><article><h3>Marché</h3></article></section>
<div class="rs"><a class="rs-fb" href="https://www.facebook.com/nay" aria-label="Facebook"></a></div>"""
TRIBE_EVENT = """<div class="tribe-events-single"><div class="tribe-events-meta-group-organizer"><dl><dd class="tribe-organizer-url">
<a href="https://www.facebook.com/harmonie.nay">Site de l'organisateur</a></dd></dl></div></div>"""
DIRECTORY = """<div class="liste-associations"><ul><li><h4>Club de pétanque</h4><a href="https://www.facebook.com/petanquenay">Facebook</a></li>
<li><h4>Chorale</h4><a href="https://www.facebook.com/choralenay">Facebook</a></li></ul></div>"""
TOURISM_BLOCK = """<div class="bloc-liens"><h3>Liens utiles</h3><ul><li><a href="https://www.facebook.com/otpaysdenay">Office de tourisme</a></li>
<li><a href="https://www.facebook.com/departement64">Département</a></li></ul></div>"""
TWEETS = """<aside><a class="twitter-timeline" href="https://twitter.com/villedenay?ref_src=twsrc%5Etfw">Tweets by villedenay</a>
<script async src="https://platform.twitter.com/widgets.js"></script></aside>"""
TWEET_QUOTED = """<blockquote class="twitter-tweet"><p>Alerte orange <a href="https://twitter.com/hashtag/orages?src=hash">#orages</a></p>
&mdash; Préfet 64 (@Prefet64) <a href="https://twitter.com/Prefet64/status/1234567890123456789">June 1, 2026</a></blockquote>"""
MOBILE_DEEP = """<footer><a href="fb://page/123456789012345">Facebook</a><a href="instagram://user?username=nay">Instagram</a></footer>"""
CHANNELS = """<footer><ul class="social"><li><a href="https://whatsapp.com/channel/0029VaNay12345">WhatsApp</a></li>
<li><a href="https://t.me/nay_officiel">Telegram</a></li><li><a href="https://www.threads.net/@nay">Threads</a></li>
<li><a href="https://www.tiktok.com/@nay.officiel">TikTok</a></li><li><a href="https://bsky.app/profile/nay.example">Bluesky</a></li></ul></footer>"""
SAFELINK = """<header><a href="https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.facebook.com%2Fnay&data=05">
<i class="fa-brands fa-square-facebook"></i></a></header>"""
ARTICLE_WRAPPED = """<article id="post-2" class="post-2 page type-page status-publish hentry"><div class="entry-content">
<div class="wp-block-columns"><div class="wp-block-column"><figure class="wp-block-image"><a href="https://www.facebook.com/nay">
<img src="/wp-content/uploads/2021/05/logo-facebook.png" alt=""></a></figure></div></div></div></article>"""
MAYOR = """<div class="trombinoscope"><div class="elu"><h3>Jean Dupont, maire</h3><a href="https://twitter.com/jdupont64">
<i class="fa fa-twitter"></i></a></div></div>"""
EPCI_IN_FOOTER = """<footer><div class="reseaux"><h4>La commune</h4><a href="https://www.facebook.com/nay">Facebook</a></div>
<div class="reseaux"><a href="https://www.facebook.com/ccpaysdenay" title="Page Facebook de la Communauté de communes">f</a></div></footer>"""
GOOGLE_SITES = """<div role="main"><section><a href="https://www.google.com/url?q=https%3A%2F%2Fwww.facebook.com%2Fcommune.nay%2F&sa=D"
aria-label="Facebook"><img src="https://lh3.googleusercontent.com/x"></a></section></div>"""
SHARE_ONLY = """<footer><a href="https://twitter.com/intent/tweet?text=Nay"><i class="fa fa-twitter"></i></a><a
href="https://www.linkedin.com/shareArticle?mini=true"><i class="fa fa-linkedin"></i></a><a href="https://wa.me/?text=Nay">WhatsApp</a></footer>"""
CTA = """<section class="cta"><h2>Restez informés</h2><p>Abonnez-vous à notre page <a href="https://www.facebook.com/nay">Facebook</a>
et téléchargez PanneauPocket</p></section>"""
ICON_LIST_IN_MAIN = """<main><div class="row"><div class="col"><a href="https://www.facebook.com/nay" class="icone"><img src="/icone-fb.svg"
alt="Lien vers la page Facebook"></a></div></div></main>"""
IFRAME_ONLY = """<div class="fb-page" data-href="https://www.facebook.com/nay" data-tabs="timeline"><blockquote cite="https://www.facebook.com/nay"
class="fb-xfbml-parse-ignore"><a href="https://www.facebook.com/nay">Mairie de Nay</a></blockquote></div>"""

PAGES = {
    "WordPress, blocks in the content": (WP_BLOCKS_IN_CONTENT, {"facebook/communedenay"}),
    "WordPress, social menu": (WP_MENU_SOCIAL, {"instagram/nay_officiel"}),
    "WordPress, text widget": (WP_WIDGET_TEXT, {"facebook/nay64"}),
    "WordPress, Astra": (ASTRA_HEADER, {"facebook/100064650123456"}),
    "Joomla, page builder": (JOOMLA_SPPB, {"facebook/180123456789012", "youtube/ucabcdefghijklmnopqrstuv"}),
    "Joomla, module with a picture": (JOOMLA_MODULE, {"facebook/nay.officiel"}),
    "SPIP, list of links": (SPIP_RUBRIQUE, {"facebook/mairiedenay"}),
    "Drupal, block in the footer": (DRUPAL_FOOTER, {"x/villedenay", "linkedin/ville-de-nay"}),
    "table of 2003": (OLD_TABLE, {"facebook/123456789012345"}),
    "floating buttons without text": (FLOATING, {"facebook/nay", "instagram/nay"}),
    "widget of an app": (INTRAMUROS, {"facebook/nay.village"}),
    "e-monsite": (EMONSITE, {"facebook/nay09"}),
    "Jimdo": (JIMDO, {"facebook/100057123456789"}),
    "Wix, with a default left": (WIX, {"facebook/nayvillage"}),
    "the State's design system": (DSFR, {"x/nay", "mastodon/nay@social.numerique.gouv.fr"}),
    "Bootstrap footer with a credit": (BOOTSTRAP, {"facebook/nay"}),
    "credit behind the social block": (CREDIT_AFTER, {"facebook/nay"}),
    "news with another's account": (NEWS_LIST, {"facebook/nay"}),
    "event organiser": (TRIBE_EVENT, set()),
    "directory of associations": (DIRECTORY, set()),
    "useful links": (TOURISM_BLOCK, set()),
    "timeline with its link": (TWEETS, {"x/villedenay"}),
    "quoted tweet": (TWEET_QUOTED, set()),
    "links into apps": (MOBILE_DEEP, {"facebook/123456789012345", "instagram/nay"}),
    "channels": (CHANNELS, {"whatsapp/0029vanay12345", "telegram/nay_officiel", "threads/nay", "tiktok/nay.officiel", "bluesky/nay.example"}),
    "link rewritten by a mail filter": (SAFELINK, {"facebook/nay"}),
    "page wrapped in an article": (ARTICLE_WRAPPED, {"facebook/nay"}),
    "the mayor's account": (MAYOR, set()),
    "the intercommunality's account": (EPCI_IN_FOOTER, {"facebook/nay"}),
    "Google Sites": (GOOGLE_SITES, {"facebook/commune.nay"}),
    "share buttons only": (SHARE_ONLY, set()),
    "a sentence that asks to follow": (CTA, {"facebook/nay"}),
    "picture with a label in the content": (ICON_LIST_IN_MAIN, {"facebook/nay"}),
    "page plugin with the link that it replaces": (IFRAME_ONLY, {"facebook/nay"}),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_own_accounts_of_real_looking_pages(name: str) -> None:
    page, expected = PAGES[name]
    text = (
        f"<!doctype html><html lang=fr><head><title>Mairie</title></head><body>{page}</body></html>"
    )
    document = parse(text, "https://www.nay.example/")
    accounts = {
        f"{one.network}/{one.handle}"
        for one in accounts_in(document, levels=frozenset({"commune"}))
        if one.whose == "own"
    }
    assert accounts == expected
