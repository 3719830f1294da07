"""The sites of the farm, drawn from a seed, each with what is true of it.

The truth is written from what a reader of the page would say, not from what the tool does.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace

from zoneblanche.layers.probing.pages.accounts import NETWORKS
from zoneblanche.scripts.trials.made_sites.links import Account, account_link

SYSTEMS = (
    "wordpress-blocks", "elementor", "divi", "joomla", "spip", "drupal", "dsfr", "typo3", "tables",
    "village", "bare", "json-ld", "sidebar", "deep-footer", "map-area", "sentence",
)  # fmt: skip
"""How sites are built, as real ones are: each has its own mark-up around the same content."""

CHARSETS = ("utf-8", "latin-1-meta", "cp1252-header", "wrongly-utf-8", "utf-16", "none-utf-8",
            "none-cp1252")  # fmt: skip

MISBEHAVIOURS: dict[str, str] = {
    "slow": "no-answer",
    "drip": "no-answer",
    "endless": "too-large",
    "loop": "redirect-loop",
    "chain": "too-many-redirects",
    "bomb": "inflated",
    "expired": "",
    "expired-only": "certificate-expired",
    "self-signed": "",
    "other-name": "certificate-of-another-name",
    "robots-none": "robots",
    "robots-us": "robots",
    "robots-500": "robots-unavailable",
    "robots-bots": "",
    "robots-html": "",
    "robots-huge": "",
    "robots-redirect": "",
    "robots-stars": "",
    "robots-delay": "",
    "robots-bom": "",
    "robots-pages": "",
    "private": "private-address",
    "metadata": "private-address",
    "rebinding": "private-address",
    "to-private": "private-address",
    "to-localhost": "no-address",
    "to-credentials": "redirect-to-nowhere",
    "to-file": "redirect-to-nowhere",
    "to-facebook": "network-page",
    "to-other": "",
    "gone": "not-found",
    "forbidden": "http-403",
    "error": "http-500",
    "busy-once": "",
    "busy-always": "http-503",
    "refused": "refused",
    "unknown-name": "no-address",
    "broken-dns": "no-dns-answer",
    "www-only": "",
    "reset": "reset",
    "empty": "not-a-page",
    "pdf": "not-a-page",
    "no-http": "not-http",
    "many-headers": "not-http",
    "spa": "no-text",
    "spa-json-ld": "no-text",
    "frames": "no-text",
    "refresh": "",
    "parked-hoster": "parked",
    "parked-sale": "parked",
    "server-default": "parked",
    "http-only": "",
    "deep": "",
    "attributes": "",
    "nul-bytes": "",
    "brotli": "unknown-encoding",
    "deflate": "",
    "cut-gzip": "",
    "private-links": "",
}
"""What a site does, and why its page then is not read ("" where it is read all the same)."""


@dataclass(frozen=True)
class Truth:
    """A site and what is true of it.

    Attributes:
        number: of the site.
        name: of the commune, with its accents.
        slug: the same in an address.
        host: of the site, and `path` on it.
        address: that the host has, in 127.0.0.0/8.
        behaviour: of `MISBEHAVIOURS`, or "".
        system, charset: how the page is built and written.
        links: on the page to the authority's own accounts, by network.
        accounts: network and handle of these.
        level: of accessibility that the site states, or "".
        statement: how: "mention", "page", "both", "other-host", "gone", "" for none.
        decoy: a link to accessibility that is no statement.
        legal: "" for none, "page", "gone".
        news: ISO date of the newest news, or "".
        news_in: "feed", "atom", "sitemap", "time", "".
        services: kinds that the page links to.
        mail: how the mail of the domain is set up, see `dns_server`.
        http: what http does: "redirect", "plain".
        hsts: whether the header is sent.
        noise: links on the page that are not the authority's accounts, see `templates`.
        reason: why the page is not read, or "".
    """

    number: int
    name: str
    slug: str
    host: str
    address: str
    path: str = "/"
    behaviour: str = ""
    system: str = "bare"
    charset: str = "utf-8"
    links: tuple[tuple[str, str], ...] = ()
    accounts: frozenset[Account] = frozenset()
    level: str = ""
    statement: str = ""
    decoy: bool = False
    legal: str = ""
    news: str = ""
    news_in: str = ""
    services: tuple[str, ...] = ()
    mail: str = ""
    http: str = "redirect"
    hsts: bool = False
    noise: tuple[str, ...] = ()
    reason: str = ""
    population: int = 500
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Code of the commune: five digits."""
        return f"{10000 + self.number}"

    @property
    def website(self) -> str:
        """As its directory declares it."""
        return self.extra.get("declared") or f"https://{self.host}{self.path}"

    @property
    def email_domain(self) -> str:
        """Of its e-mail."""
        return "" if not self.mail else self.host.removeprefix("www.")


_FIRST = ("Saint-Étienne", "Saint-Jean", "Sainte-Marie", "La Chapelle", "Villeneuve", "Châteauneuf",
          "Bourg", "Mont", "Évry", "Fère", "L'Hôpital", "Noyers", "Beaulieu", "Aÿ", "Cœuvres",
          "Le Mesnil", "Neuville", "Vaux", "Rémilly", "Thézan")  # fmt: skip
_LAST = ("sur-Loire", "en-Vercors", "le-Château", "lès-Avignon", "de-la-Forêt", "sous-Bois",
         "d'Aubrac", "les-Bains", "l'Évêque", "aux-Chênes", "du-Gers", "la-Grande", "d'Olonne",
         "en-Bresse", "de-Brethmas")  # fmt: skip
NOISES = (
    "share", "article", "credit", "partners", "comment", "noscript", "script", "theme", "group",
    "person", "club-cards", "agglo", "tourism", "embedded", "posts", "commune-of-others",
    "timeline", "elected", "event",
)  # fmt: skip
_SERVICES = {
    "portal": "https://www.service-public.fr/particuliers/vosdroits/F1234",
    "planning": "https://sve.sirap.fr/#/123456/",
    "family": "https://www.espace-citoyens.net/ville/espace-citoyens/",
    "payment": "https://www.payfip.gouv.fr/",
    "appointment": "https://www.rdv360.com/mairie",
    "app": "https://app.panneaupocket.com/ville/123",
    "participation": "https://ville.govocal.com/",
    "market": "https://www.marches-publics.info/",
}
_SHARES = {
    "facebook": 0.55, "x": 0.18, "instagram": 0.25, "youtube": 0.15, "linkedin": 0.12,
    "tiktok": 0.04, "mastodon": 0.03, "bluesky": 0.03, "threads": 0.03, "whatsapp": 0.04,
    "telegram": 0.02,
}  # fmt: skip


def slug_of(name: str) -> str:
    """A name in the form that addresses have."""
    import unicodedata

    plain = name.lower().replace("œ", "oe").replace("'", "-").replace(" ", "-")
    return "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))


def make_truths(
    count: int, *, seed: int = 1, misbehaving: float = 0.16, each_kind: bool = True
) -> tuple[Truth, ...]:
    """The sites of a farm.

    Args:
        count: of sites.
        misbehaving: share of those that do something of `MISBEHAVIOURS`.
        each_kind: whether each misbehaviour is there once at least, however few the sites.
    """
    drawn = random.Random(seed)
    kinds = list(MISBEHAVIOURS)
    truths = []
    for number in range(count):
        behaviour = ""
        if each_kind and number < len(kinds):
            behaviour = kinds[number]
        elif drawn.random() < misbehaving:
            behaviour = drawn.choice(kinds)
        truths.append(_truth(number, behaviour, drawn))
    return tuple(_portals(truths, drawn))


def _truth(number: int, behaviour: str, drawn: random.Random) -> Truth:
    name = f"{drawn.choice(_FIRST)}-{drawn.choice(_LAST)}"
    slug = f"{slug_of(name)}-{number}"
    www = drawn.random() < 0.5
    host = ("www." if www else "") + f"{slug}.example"
    # One site in five is at a hoster that serves forty of them from one address.
    shared = drawn.random() < 0.2
    group = number // 200
    address = f"127.9.{group // 250}.{group % 250 + 1}" if shared else (
        f"127.{20 + number // 62500}.{number // 250 % 250}.{number % 250 + 1}"
    )  # fmt: skip
    links, accounts = [], set()
    for network in NETWORKS:
        if drawn.random() < _SHARES[network] * 1.3:
            link, handle = account_link(drawn, network, slug)
            links.append((network, link))
            accounts.add((network, handle))
    statement = drawn.choices(
        ("", "mention", "page", "both", "other-host", "gone"), (40, 20, 15, 15, 5, 5)
    )[0]
    level = (
        drawn.choice(("none", "partial", "full"))
        if statement in ("mention", "page", "both")
        else ""
    )
    news_in = drawn.choices(("", "feed", "atom", "sitemap", "time"), (35, 30, 8, 12, 15))[0]
    news = f"20{drawn.randrange(19, 27)}-{drawn.randrange(1, 10):02d}-{drawn.randrange(1, 29):02d}"
    truth = Truth(
        number=number,
        name=name,
        slug=slug,
        host=host,
        address=address,
        behaviour=behaviour,
        system=drawn.choice(SYSTEMS),
        charset=drawn.choices(CHARSETS, (60, 8, 8, 6, 3, 8, 7))[0],
        links=tuple(links),
        accounts=frozenset(accounts),
        level=level,
        statement=statement,
        decoy=drawn.random() < 0.2,
        legal=drawn.choices(("page", "", "gone"), (80, 15, 5))[0],
        news=news if news_in else "",
        news_in=news_in,
        services=tuple(kind for kind in _SERVICES if drawn.random() < 0.18),
        mail=drawn.choice(("", "ovh", "microsoft", "own", "null", "no-spf", "strict", "two-spf")),
        http=drawn.choices(("redirect", "plain"), (75, 25))[0],
        hsts=drawn.random() < 0.4,
        noise=tuple(noise for noise in NOISES if drawn.random() < 0.22),
        population=int(10 ** drawn.uniform(2, 5)),
    )
    return _behaving(truth, drawn)


def service_link(kind: str) -> str:
    """A link to a service of a kind."""
    return _SERVICES[kind]


def _behaving(truth: Truth, drawn: random.Random) -> Truth:
    """The truth of a site that misbehaves."""
    behaviour = truth.behaviour
    if not behaviour:
        return truth
    reason = MISBEHAVIOURS[behaviour]
    truth = replace(truth, reason=reason, charset="utf-8")
    if behaviour in ("expired", "self-signed"):
        truth = replace(truth, http="plain")
    if behaviour in ("expired-only", "other-name"):
        truth = replace(truth, http="redirect")
    if behaviour == "http-only":
        truth = replace(truth, http="plain")
    if behaviour in ("private", "metadata", "rebinding"):
        private = {"private": "10.11.12.13", "metadata": "169.254.169.254", "rebinding": "fd00::1"}
        truth = replace(truth, address=private[behaviour])
    if behaviour in ("to-other", "robots-html", "robots-redirect") and truth.news_in == "sitemap":
        truth = replace(truth, news="", news_in="")  # its robots.txt names no sitemap of the host
    if behaviour == "refused":
        truth = replace(truth, address="::ffff:127.0.0.1")
    if behaviour == "www-only":
        bare = truth.host.removeprefix("www.")
        truth = replace(truth, host=f"www.{bare}", extra={"declared": f"http://{bare}/"})
    if behaviour == "to-facebook":
        link, handle = f"https://www.facebook.com/{truth.slug}", truth.slug
        return replace(_nothing(truth), accounts=frozenset({("facebook", handle)}),
                       extra={"to": link})  # fmt: skip
    if behaviour == "spa-json-ld":
        return replace(_nothing(truth), links=truth.links, accounts=truth.accounts)
    if behaviour == "robots-pages":
        mention = truth.statement in ("mention", "both")
        time = truth.news_in == "time"
        return replace(
            truth,
            level=truth.level if mention else "",
            news=truth.news if time else "",
            legal="page" if truth.legal else "",
        )
    if behaviour == "endless":
        mention = truth.statement in ("mention", "both")
        return replace(truth, level=truth.level if mention else "", news="", news_in="")
    return _nothing(truth) if reason else truth


def _nothing(truth: Truth) -> Truth:
    """A site whose page is not read: its content is unknown."""
    return replace(
        truth, links=(), accounts=frozenset(), level="", statement="", decoy=False, legal="",
        news="", news_in="", services=(), noise=(),
    )  # fmt: skip


def _portals(truths: list[Truth], drawn: random.Random) -> list[Truth]:
    """Some communes have no host of their own but a place on a portal."""
    truths_of_portals = []
    for truth in truths:
        if not truth.behaviour and truth.number % 25 == 7:
            group = truth.number // 400
            truths_of_portals.append(
                replace(
                    truth,
                    host=f"portail-{group}.example",
                    address=f"127.8.0.{group % 250 + 1}",
                    path=f"/{truth.slug}/",
                    http="redirect",
                    news="" if truth.news_in == "sitemap" else truth.news,
                    news_in="" if truth.news_in == "sitemap" else truth.news_in,
                    mail="",
                )
            )
        else:
            truths_of_portals.append(truth)
    return truths_of_portals
