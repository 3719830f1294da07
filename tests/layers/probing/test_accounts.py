from __future__ import annotations

import random

import pytest

from zoneblanche.layers.probing.pages.accounts import NETWORKS, Linked, account_of, known_networks
from zoneblanche.scripts.trials.made_sites.links import account_link, no_account_links

ACCOUNTS = {
    "https://www.facebook.com/profile.php?id=100064812345678&sk=about": "facebook 100064812345678",
    "https://www.facebook.com/people/Mairie-de-X/100064812345678/": "facebook 100064812345678",
    "https://www.facebook.com/people/X/pfbid02abcDEF": "facebook pfbid02abcdef",
    "https://www.facebook.com/pages/Mairie/123456789?fref=ts": "facebook 123456789",
    "https://www.facebook.com/p/Mairie-100064812345678/": "facebook 100064812345678",
    "https://www.facebook.com/#!/villedenay": "facebook villedenay",
    "https://m.facebook.com/VilleDeNay/photos/?tab=album": "facebook villedenay",
    "https://www.facebook.com/Mairie-Saint-%C3%89loi": "facebook mairie-saint-éloi",
    "fb://page/123456789": "facebook 123456789",
    "https://x.com/Nay?lang=fr": "x nay",
    "https://twitter.com/#!/nay": "x nay",
    "https://www.instagram.com/ville_nay/?hl=fr": "instagram ville_nay",
    "https://www.youtube.com/channel/UC1234567890123456789012": "youtube uc1234567890123456789012",
    "https://www.youtube.com/c/VilleNay/videos": "youtube villenay",
    "https://fr.linkedin.com/company/ville-de-nay/about/": "linkedin ville-de-nay",
    "https://www.linkedin.com/showcase/nay": "linkedin nay",
    "https://bsky.app/profile/nay.bsky.social": "bluesky nay.bsky.social",
    "https://whatsapp.com/channel/0029VaAbCdEf": "whatsapp 0029vaabcdef",
    "https://t.me/s/villenay": "telegram villenay",
    "https://piaille.fr/@nay": "mastodon nay@piaille.fr",
    "https://l.instagram.com/?u=https%3A%2F%2Fwww.tiktok.com%2F%40nay": "tiktok nay",
}


@pytest.mark.parametrize("url", ACCOUNTS)
def test_accounts_in_all_their_forms(url: str) -> None:
    network, handle = ACCOUNTS[url].split(" ", 1)
    assert account_of(url) == Linked(network, handle, "account")


@pytest.mark.parametrize("network", NETWORKS)
def test_forms_of_the_farm(network: str) -> None:
    drawn = random.Random(3)
    for _ in range(60):
        link, handle = account_link(drawn, network, "saint-jean-12")
        link = "https:" + link if link.startswith("//") else link
        account = account_of(link, rel_me="social." in link)
        assert account == Linked(network, handle, "account"), link


@pytest.mark.parametrize("url", [
    *no_account_links("https://nay.example/"),
    "https://www.facebook.com/share/1AbCdEf/",
    "https://www.facebook.com/villedenay/posts/12",
    "https://www.facebook.com/plugins/page.php?href=https%3A%2F%2Fwww.facebook.com%2Fx",
    "https://www.instagram.com/ville/p/xyz",
    "https://t.me/villenay/12",
    "https://bsky.app/profile/nay.bsky.social/post/3k",
    "https://medium.com/@nay",
    "https://notfacebook.com/nay",
    "https://facebook.com.evil.example/nay",
    "https://user:secret@www.facebook.com/nay",
    "javascript:location='https://www.facebook.com/nay'",
    "https://[::1",
    "",
])  # fmt: skip
def test_what_is_nobodys_account(url: str) -> None:
    assert account_of(url) is None


def test_groups_persons_and_defaults_are_told_apart() -> None:
    kinds = {
        "https://www.facebook.com/groups/nay64/": "group",
        "https://www.linkedin.com/in/jean-dupont": "person",
        "https://www.facebook.com/wordpress": "default",
        "https://chat.whatsapp.com/invite/AbCd": "group",
        "https://t.me/+abc": "group",
    }
    for url, kind in kinds.items():
        account = account_of(url)
        assert account is not None and account.kind == kind, url


def test_mastodon_on_any_host_by_its_mark_or_name_only() -> None:
    url = "https://social.nay.example/@mairie"
    assert account_of(url) is None
    assert account_of(url, rel_me=True) == Linked(
        "mastodon", "mairie@social.nay.example", "account"
    )
    assert account_of(url, label="nous suivre sur mastodon") is not None


def test_every_network_of_the_table_is_complete() -> None:
    for network in known_networks().values():
        assert network.hosts and network.accounts and network.labels and network.title
        assert all("handle" in pattern.groupindex for pattern in network.accounts)
        for name in network.defaults | network.refused | network.tabs:
            assert name == name.lower()
