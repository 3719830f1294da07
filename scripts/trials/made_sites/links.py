"""Links as real pages write them: to accounts in all their forms, and to what is no account."""

from __future__ import annotations

import random

from zoneblanche.layers.probing.pages.accounts import NETWORKS

Account = tuple[str, str]
"""Network and handle, lower case, as it is to be found."""


def account_link(drawn: random.Random, network: str, slug: str) -> tuple[str, str]:
    """A link to an account of a network, and the handle that it names."""
    compact = slug.replace("-", "")
    number = str(drawn.randrange(10**14, 10**15))
    forms: dict[str, list[tuple[str, str]]] = {
        "facebook": [
            (f"https://www.facebook.com/{compact}/", compact),
            (f"https://www.facebook.com/Mairie.{compact}", f"mairie.{compact}"),
            (f"https://facebook.com/ville.{compact}?locale=fr_FR", f"ville.{compact}"),
            (f"http://www.facebook.com/{compact}.officiel", f"{compact}.officiel"),
            (f"https://m.facebook.com/{compact}/?ref=bookmarks", compact),
            (f"https://fr-fr.facebook.com/{compact}/", compact),
            (f"https://www.facebook.com/people/Mairie-de-{slug}/{number}/", number),
            (f"https://www.facebook.com/profile.php?id={number}", number),
            (f"https://www.facebook.com/pages/Mairie-de-{slug}/{number}?fref=ts", number),
            (f"https://www.facebook.com/p/Mairie-de-{slug}-{number}/", number),
            (f"https://www.facebook.com/Commune-de-{slug}-{number}/", number),
            (f"//www.facebook.com/{compact}", compact),
            (f"https://www.facebook.com/{compact}/about/?ref=page_internal", compact),
            (f"https://l.facebook.com/l.php?u=https%3A%2F%2Fwww.facebook.com%2F{compact}%2F&h=AT0",
             compact),
            (f"fb://page/{number}", number),
            (f"https://www.facebook.com/#!/{compact}", compact),
            (f"https://fb.com/{compact}", compact),
        ],
        "x": [
            (f"https://twitter.com/{compact[-15:]}", compact[-15:]),
            (f"https://x.com/{compact[-15:].upper()}", compact[-15:]),
            (f"https://twitter.com/@{compact[-15:]}?lang=fr", compact[-15:]),
            (f"https://mobile.twitter.com/{compact[-15:]}", compact[-15:]),
            (f"https://twitter.com/#!/{compact[-15:]}", compact[-15:]),
            (f"https://www.x.com/{compact[-15:]}?s=20&t=abc", compact[-15:]),
            (f"twitter://user?screen_name={compact[-15:]}", compact[-15:]),
        ],
        "instagram": [
            (f"https://www.instagram.com/ville_{compact[:20]}/", f"ville_{compact[:20]}"),
            (f"https://www.instagram.com/{compact[:28]}/?hl=fr", compact[:28]),
            (f"https://instagram.com/{compact[:28]}?igshid=MzRlODBiNWFlZA==", compact[:28]),
            (f"http://instagram.com/_u/{compact[:28]}/", compact[:28]),
            (f"instagram://user?username={compact[:28]}", compact[:28]),
        ],
        "youtube": [
            (f"https://www.youtube.com/@{slug[:30]}", f"@{slug[:30]}"),
            (f"https://www.youtube.com/channel/UC{number}abcdefg", f"uc{number}abcdefg"),
            (f"https://www.youtube.com/c/{slug}", slug),
            (f"https://www.youtube.com/user/{compact}?feature=mhee", compact),
            (f"https://youtube.com/@{slug[:30]}/videos", f"@{slug[:30]}"),
            (f"https://m.youtube.com/channel/UC{number}abcdefg/featured", f"uc{number}abcdefg"),
            (f"https://www.youtube.com/{compact}", compact),
        ],
        "linkedin": [
            (f"https://www.linkedin.com/company/{slug}/", slug),
            (f"https://fr.linkedin.com/company/{slug}?trk=public", slug),
            (f"https://www.linkedin.com/showcase/{slug}", slug),
            (f"https://www.linkedin.com/company/{number[:8]}/admin/", number[:8]),
        ],
        "tiktok": [
            (f"https://www.tiktok.com/@{compact[:24]}", compact[:24]),
            (f"https://www.tiktok.com/@{compact[:24]}?lang=fr&_t=8", compact[:24]),
        ],
        "mastodon": [
            (f"https://piaille.fr/@{compact}", f"{compact}@piaille.fr"),
            (f"https://mastodon.social/@{compact}", f"{compact}@mastodon.social"),
            (f"https://social.{slug}.example/@{compact}", f"{compact}@social.{slug}.example"),
        ],
        "bluesky": [
            (f"https://bsky.app/profile/{slug}.bsky.social", f"{slug}.bsky.social"),
            (f"https://bsky.app/profile/{slug}.example", f"{slug}.example"),
        ],
        "threads": [(f"https://www.threads.net/@{compact[:28]}", compact[:28]),
                    (f"https://www.threads.com/@{compact[:28]}?hl=fr", compact[:28])],
        "whatsapp": [
            (f"https://whatsapp.com/channel/0029Va{compact[:20]}", f"0029va{compact[:20]}"),
            (f"https://www.whatsapp.com/channel/0029Va{compact[:20]}", f"0029va{compact[:20]}"),
        ],
        "telegram": [(f"https://t.me/ville{compact[:20]}", f"ville{compact[:20]}"),
                     (f"https://t.me/s/ville{compact[:20]}", f"ville{compact[:20]}")],
    }  # fmt: skip
    assert set(forms) == set(NETWORKS)
    return drawn.choice(forms[network])


def no_account_links(page: str) -> list[str]:
    """Links to networks that are nobody's account: sharing, posts, the network itself."""
    return [
        f"https://www.facebook.com/sharer/sharer.php?u={page}",
        f"https://www.facebook.com/sharer.php?u={page}&t=Mairie",
        f"https://twitter.com/intent/tweet?url={page}&text=Mairie",
        f"https://twitter.com/share?url={page}",
        f"https://x.com/intent/post?url={page}",
        f"https://www.linkedin.com/shareArticle?mini=true&url={page}",
        f"https://www.linkedin.com/sharing/share-offsite/?url={page}",
        f"https://api.whatsapp.com/send?text={page}",
        f"https://wa.me/?text={page}",
        f"https://t.me/share/url?url={page}",
        f"https://bsky.app/intent/compose?text={page}",
        f"https://www.threads.net/intent/post?text={page}",
        f"https://pinterest.com/pin/create/button/?url={page}",
        "https://www.facebook.com/",
        "https://twitter.com/",
        "https://www.instagram.com/",
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://youtu.be/dQw4w9WgXcQ",
        "https://www.youtube.com/embed/dQw4w9WgXcQ",
        "https://www.youtube.com/playlist?list=PL123",
        "https://twitter.com/hashtag/mairie?src=hash",
        "https://twitter.com/prefet/status/1234567890",
        "https://www.facebook.com/events/123456789012345/",
        "https://www.facebook.com/clubdefoot/posts/pfbid02abcdef",
        "https://www.instagram.com/p/Cabcdefgh/",
        "https://www.tiktok.com/@quelquun/video/7123456789",
        "https://www.facebook.com/login.php?next=x",
        "https://www.facebook.com/policies/cookies/",
        "https://twitter.com/search?q=mairie",
    ]
