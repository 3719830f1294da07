"""Services that town halls declare in the directory: an app, a chat, electronic referral; and how
long ago they last touched their entry."""

from __future__ import annotations

from zoneblanche.geo.country import Text
from zoneblanche.layers.indicator import Indicator
from zoneblanche.layers.layer import Layer
from zoneblanche.layers.measuring.columns import measure_column
from zoneblanche.layers.presence import criteria as presence

SOURCE = "dila-directory"


def _layer(indicator: Indicator, column: str) -> Layer:
    return Layer(
        indicator=indicator,
        needs=(SOURCE,),
        measure=lambda territories, inputs: measure_column(
            indicator, territories, inputs, source=SOURCE, column=column
        ),
    )


def _declared(indicator_id: str, column: str, *, fr: str, en: str, method: Text) -> Layer:
    return _layer(presence.criterion(indicator_id, title_fr=fr, title_en=en, method=method), column)


AGE = Indicator(
    id="directory-age",
    title={"fr": "Âge de la fiche de l'annuaire", "en": "Age of the directory's entry"},
    unit="number",
    better="lower",
    bounds=(0, None),
    digits=0,
    suffix={"fr": "jours", "en": "days"},
    method={
        "fr": "Jours entre la dernière modification de la fiche et la plus récente de l'export.",
        "en": "Days between the entry's last change and the newest of the export.",
    },
)

LAYERS = (
    _declared(
        "declared-app",
        "mobile_app",
        fr="Application mobile déclarée",
        en="Mobile app declared",
        method={
            "fr": "La fiche de l'annuaire de l'administration indique une application mobile.",
            "en": "The entry in the directory of public services names a mobile app.",
        },
    ),
    _declared(
        "electronic-referral",
        "electronic_referral",
        fr="Saisine par voie électronique déclarée",
        en="Electronic referral declared",
        method={
            "fr": "La fiche indique une adresse de saisine par voie électronique.",
            "en": "The entry gives an address for referrals by electronic means.",
        },
    ),
    _declared(
        "declared-chat",
        "chat",
        fr="Messagerie instantanée déclarée",
        en="Chat declared",
        method={
            "fr": "La fiche indique une messagerie instantanée (tchat).",
            "en": "The entry names a chat.",
        },
    ),
    _layer(AGE, "entry_days"),
)
