"""The words of a page around the data, in French and English, and the format of numbers."""

from __future__ import annotations

import math

WORDS: dict[str, dict[str, str]] = {
    "fr": {
        "all": "tous",
        "among_peers": "Parmi {territories} de taille comparable ({band} habitants)\u00a0: rang "
        "{rank}, moyenne {mean}.",
        "code": "Code",
        "columns": "Colonnes",
        "contributions": "D'où viennent les points",
        "cross": "Croiser",
        "cross_with": "avec",
        "compare": "Comparer",
        "compare_with": "Comparer avec",
        "copy_link": "Copier le lien vers cette vue",
        "filter_text": "Filtrer",
        "filters": "Filtres du tableau",
        "flagged_as": "Signalement",
        "legend_of": "Légende\u00a0: {title}",
        "level": "Territoires",
        "level_shown": "Carte par {level}.",
        "link_by_hand": "Le lien à copier\u00a0: {link}",
        "link_copied": "Lien copié.",
        "missing_column": "Données manquantes",
        "names": "Noms",
        "none": "aucun",
        "outlines": "Contours",
        "rank_of": "Rang ({title})",
        "save": "Enregistrer",
        "save_csv": "Tableau (CSV)",
        "save_png": "Image (PNG)",
        "save_svg": "Image (SVG)",
        "saved_picture": "Image enregistrée.",
        "saved_rows": "{count} ligne(s) enregistrée(s).",
        "sorted_down": "Trié par {title}, ordre décroissant.",
        "sorted_up": "Trié par {title}, ordre croissant.",
        "sort_by": "Trier par\u00a0: {title}",
        "table": "Tableau",
        "table_count": "{count} sur {all}",
        "table_label": "Territoires et leurs chiffres. Flèches pour se déplacer, Entrée pour "
        "montrer le territoire sur la carte.",
        "tools": "Affichage",
        "area": "superficie",
        "better_end": "mieux loti",
        "boundaries": "Territoires",
        "breaks": "Les classes commencent à",
        "breaks_hint": "Nombres croissants entre points-virgules, huit au plus.",
        "breaks_wrong": "Il faut de un à huit nombres croissants, séparés par des points-virgules.",
        "choices": "Choisir la carte",
        "close": "Fermer la fiche",
        "colon": "\u00a0: ",
        "enlarge": "Voir {title} en grand",
        "extra_postal_codes": "code postal",
        "found": "{count} résultat(s)",
        "high_end": "plus élevé",
        "home": "Revenir à la vue d'ensemble",
        "insets": "Territoires éloignés",
        "interval": "entre {low} et {high}, à 90\u00a0%",
        "legend": "Légende",
        "low_end": "plus faible",
        "made_with": "Carte établie avec zoneblanche.",
        "counting": "Compter",
        "counting_people": "habitants",
        "decimal": ",",
        "thousands": "\u202f",
        "months": "janvier février mars avril mai juin juillet août septembre octobre novembre "
        "décembre",
        "map_label": "Carte\u00a0: {title}. Flèches pour déplacer, + et − pour zoomer, Entrée pour "
        "lire le territoire au centre\u00a0; la recherche mène à un territoire par son nom.",
        "measured_by": "mesuré par {level}",
        "measured_partly_by": "mesuré en partie par {level}",
        "method": "Méthode",
        "missing_because": "pas de donnée ({reason})",
        "native_partly_note": "Une partie de ce qui compose ce chiffre est mesurée par {level} et "
        "reprise pour chaque territoire qui en fait partie.",
        "native_note": "Ce chiffre est mesuré par {level} et repris pour chaque territoire qui en "
        "fait partie\u00a0: il ne dit rien des écarts à l'intérieur.",
        "no_data": "Pas de donnée",
        "no_method": "Voir la source.",
        "not_given": "pas de donnée\u00a0: source non fournie ({source})",
        "remarks": "Remarques sur le calcul",
        "nothing_found": "Aucun territoire de ce nom.",
        "now_shown": "Carte affichée\u00a0: {title}",
        "people": "{count} habitants",
        "population": "population",
        "range_closed": "de {from} à {to}",
        "range_from": "{from} et plus",
        "range_open": "de {from} à moins de {to}",
        "range_under": "moins de {to}",
        "rank": "Rang\u00a0: {rank} sur {of}.",
        "rank_between": "Rang\u00a0: {rank} sur {of} (entre {low} et {high}, à 90\u00a0%).",
        "role_bivariate": "Croisements",
        "role_context": "Contexte",
        "role_dimension": "Dimensions",
        "role_flag": "Signalements",
        "role_index": "Indice",
        "role_indicator": "Indicateurs",
        "role_typology": "Typologies",
        "scheme": "Classes",
        "scheme_custom": "au choix",
        "scheme_equal": "d'égale étendue",
        "scheme_goalposts": "à bornes fixes",
        "scheme_jenks": "naturelles (Jenks)",
        "scheme_quantile": "d'égal effectif (quantiles)",
        "score_better": "Un score élevé est favorable\u00a0; rang 1\u00a0: score le plus élevé.",
        "score_worse": "Un score élevé est défavorable\u00a0; rang 1\u00a0: score le plus élevé.",
        "search": "Chercher un territoire",
        "search_hint": "Nom, code ou code postal",
        "skip": "Aller à la recherche",
        "source": "Source",
        "spread": "répartition des {level}",
        "spread_log": "répartition des {level} (échelle log.)",
        "spread_people": "répartition des habitants",
        "spread_people_log": "répartition des habitants (échelle log.)",
        "strongest": "Couleur la plus marquée\u00a0: {count}, soit {share}.",
        "toward_high": "{title}\u00a0: valeurs plus élevées",
        "toward_low": "{title}\u00a0: valeurs plus faibles",
        "toward_way_worse": "{way} (moins bien loti)",
        "worse_end": "moins bien loti",
        "zoom_in": "Agrandir",
        "zoom_out": "Réduire",
    },
    "en": {
        "all": "all",
        "among_peers": "Among {territories} of like size ({band} inhabitants): rank {rank}, "
        "mean {mean}.",
        "code": "Code",
        "columns": "Columns",
        "contributions": "Where the points come from",
        "cross": "Cross",
        "cross_with": "with",
        "compare": "Compare",
        "compare_with": "Compare with",
        "copy_link": "Copy the link to this view",
        "filter_text": "Filter",
        "filters": "Filters of the table",
        "flagged_as": "Flag",
        "legend_of": "Legend: {title}",
        "level": "Territories",
        "level_shown": "Map by {level}.",
        "link_by_hand": "The link to copy: {link}",
        "link_copied": "Link copied.",
        "missing_column": "Missing data",
        "names": "Names",
        "none": "none",
        "outlines": "Outlines",
        "rank_of": "Rank ({title})",
        "save": "Save",
        "save_csv": "Table (CSV)",
        "save_png": "Picture (PNG)",
        "save_svg": "Picture (SVG)",
        "saved_picture": "Picture saved.",
        "saved_rows": "{count} row(s) saved.",
        "sort_by": "Sort by {title}",
        "sorted_down": "Sorted by {title}, descending.",
        "sorted_up": "Sorted by {title}, ascending.",
        "table": "Table",
        "table_count": "{count} of {all}",
        "table_label": "Territories and their figures. Arrow keys to move, Enter to show the "
        "territory on the map.",
        "tools": "Display",
        "area": "area",
        "better_end": "better off",
        "boundaries": "Territories",
        "breaks": "Classes begin at",
        "breaks_hint": "Rising numbers between semicolons, eight at most.",
        "breaks_wrong": "One to eight rising numbers are needed, between semicolons.",
        "choices": "Choose the map",
        "close": "Close the card",
        "colon": ": ",
        "enlarge": "Enlarge {title}",
        "extra_postal_codes": "postal code",
        "found": "{count} result(s)",
        "high_end": "higher",
        "home": "Back to the whole",
        "insets": "Distant territories",
        "interval": "between {low} and {high} (90%)",
        "legend": "Legend",
        "low_end": "lower",
        "made_with": "Map made with zoneblanche.",
        "counting": "Count",
        "counting_people": "inhabitants",
        "decimal": ".",
        "thousands": ",",
        "months": "January February March April May June July August September October November "
        "December",
        "map_label": "Map: {title}. Arrow keys to move, + and − to zoom, Enter to read the "
        "territory at the centre; the search leads to a territory by its name.",
        "measured_by": "measured by {level}",
        "measured_partly_by": "measured in part by {level}",
        "method": "Method",
        "missing_because": "no data ({reason})",
        "native_partly_note": "Part of what this figure is made of is measured by {level} and "
        "repeated for each territory in it.",
        "native_note": "This figure is measured by {level} and repeated for each territory in it: "
        "it says nothing of the differences inside.",
        "no_data": "No data",
        "no_method": "See the source.",
        "not_given": "no data: source not given ({source})",
        "remarks": "Remarks on the computation",
        "nothing_found": "No territory of that name.",
        "now_shown": "Map shown: {title}",
        "people": "{count} inhabitants",
        "population": "population",
        "range_closed": "{from} to {to}",
        "range_from": "{from} and more",
        "range_open": "{from} to under {to}",
        "range_under": "under {to}",
        "rank": "Rank: {rank} of {of}.",
        "rank_between": "Rank: {rank} of {of} (90%: {low}–{high}).",
        "role_bivariate": "Crossed maps",
        "role_context": "Context",
        "role_dimension": "Dimensions",
        "role_flag": "Flags",
        "role_index": "Index",
        "role_indicator": "Indicators",
        "role_typology": "Typologies",
        "scheme": "Classes",
        "scheme_custom": "custom",
        "scheme_equal": "equal width",
        "scheme_goalposts": "fixed goalposts",
        "scheme_jenks": "natural (Jenks)",
        "scheme_quantile": "equal count (quantiles)",
        "score_better": "A high score is a good one; rank 1 is the highest score.",
        "score_worse": "A high score is a bad one; rank 1 is the highest score.",
        "search": "Find a territory",
        "search_hint": "Name, code or postal code",
        "skip": "Go to the search",
        "source": "Source",
        "spread": "spread of the {level}",
        "spread_log": "spread of the {level} (log scale)",
        "spread_people": "spread of the inhabitants",
        "spread_people_log": "spread of the inhabitants (log scale)",
        "strongest": "Strongest colour: {count}, {share}.",
        "toward_high": "{title}, higher",
        "toward_low": "{title}, lower",
        "toward_way_worse": "{way} (worse off)",
        "worse_end": "worse off",
        "zoom_in": "Zoom in",
        "zoom_out": "Zoom out",
    },
}
"""By language and name; the page fills in {slots}."""

LANGUAGES = tuple(WORDS)

HOW_TO_READ: dict[str, dict[str, str]] = {
    "need": {
        "fr": "Plus la couleur est marquée, moins le territoire est bien loti.",
        "en": "The stronger the colour, the worse off the territory.",
    },
    "context": {
        "fr": "Plus la couleur est marquée, plus le chiffre est élevé.",
        "en": "The stronger the colour, the higher the figure.",
    },
    "pair": {
        "fr": "La couleur est la plus marquée là où les deux situations se cumulent.",
        "en": "The colour is strongest where both conditions meet.",
    },
    "sides": {
        "fr": "Deux teintes, de part et d'autre de zéro\u00a0; plus la couleur est marquée, plus "
        "le chiffre en est loin.",
        "en": "Two hues, one on either side of zero; the stronger the colour, the further from it.",
    },
    "kinds": {"fr": "Une couleur par catégorie.", "en": "One colour a category."},
}
"""The sentence under a page's title, by what is shown: how to read its colours."""

SIMPLIFIED = {
    "fr": "Les contours sont simplifiés\u00a0: ils s'écartent d'au plus {metres} m de leur source.",
    "en": "Borders are simplified: they leave their source by at most {metres} m.",
}

YES_NO = {0: {"fr": "non", "en": "no"}, 1: {"fr": "oui", "en": "yes"}}


def colon(lang: str) -> str:
    """Return a colon with the spacing of the language."""
    return WORDS[lang]["colon"]


def write_number(value: float, digits: int, lang: str) -> str:
    """Return a number in the format of `lang`; a dash if there is none.

    >>> write_number(34875, 0, "en"), write_number(61.55, 1, "fr"), write_number(2.5, 0, "fr")
    ('34,875', '61,6', '3')
    """
    if not math.isfinite(value):
        return "–"
    # Half away from zero, as a reader rounds by hand; the format's own rule is half to even.
    scaled = math.floor(abs(value) * 10**digits + 0.5 + 1e-9) / 10**digits
    text = f"{math.copysign(scaled, value) if scaled else 0.0:,.{digits}f}"
    if lang == "fr":
        text = text.replace(",", "\u202f").replace(".", ",")
    return text.replace("-", "\u2212")


def write_date(text: str, lang: str) -> str:
    """Return a date or an interval (ISO 8601) in the format of `lang`; other text is returned
    unchanged.

    >>> write_date("2026-09-01", "fr"), write_date("2022-12", "en"), write_date("T4 2025", "fr")
    ('1er septembre 2026', 'December 2022', 'T4 2025')
    """
    if "/" in text:
        return " – ".join(write_date(one, lang) for one in text.split("/"))
    parts = text.split("-")
    if len(parts) not in (2, 3) or not all(part.isdecimal() for part in parts):
        return text
    months, month = WORDS[lang]["months"].split(), int(parts[1])
    if not 1 <= month <= len(months):
        return text
    named = f"{months[month - 1]} {parts[0]}"
    if len(parts) == 2:
        return named
    day = int(parts[2])
    return f"{'1er' if day == 1 and lang == 'fr' else day} {named}"
