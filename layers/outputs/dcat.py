"""A folder of results as a DCAT-AP dataset, for open-data portals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from zoneblanche.geo.source import union_of
from zoneblanche.layers.atlas import Atlas

_EXTENSIONS = {
    "csv": ("text/csv", "CSV"),
    "parquet": ("application/vnd.apache.parquet", "PARQUET"),
    "gpkg": ("application/geopackage+sqlite3", "GPKG"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
}
_AUTHORITY = "http://publications.europa.eu/resource/authority"
_LANGUAGES = {"fr": f"{_AUTHORITY}/language/FRA", "en": f"{_AUTHORITY}/language/ENG"}
_ISO_639 = "http://id.loc.gov/vocabulary/iso639-1"
"""Names any other language by its code of two letters."""


def describe_dcat(
    atlas: Atlas,
    package: Mapping[str, Any],
    *,
    lang: str,
    description: str = "",
    url: str = "",
) -> dict[str, Any]:
    """Return the results as a dataset of DCAT-AP 3, in JSON-LD.

    Args: atlas: of the results. package: the content of `datapackage.json`. lang: of the texts.
        description: of the dataset; by default a list of what is measured. url: where the folder is
        published; without it addresses are relative to the file, as JSON-LD resolves them.
    """
    measured = [i.title_in(lang) for i in atlas.indicators.values() if not i.parts]
    title = str(package.get("title") or package.get("name") or "zoneblanche")
    sources = union_of(
        atlas.territories.sources, *(item.sources for item in atlas.indicators.values())
    )
    dataset: dict[str, Any] = {
        "@id": url or "./",
        "@type": "dcat:Dataset",
        "dct:title": _text(title, lang),
        "dct:description": _text(description or "; ".join(measured) or title, lang),
        "dct:language": {"@id": _LANGUAGES.get(lang, f"{_ISO_639}/{lang}")},
        "dcat:theme": [
            {"@id": f"{_AUTHORITY}/data-theme/{theme}"} for theme in ("REGI", "TECH", "GOVE")
        ],
        "dcat:keyword": [_text(word, lang) for word in measured],
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "rdfs:label": [_text(source.cite(), lang) for source in sources],
        },
        "dct:source": [
            {"@id": s.url} for s in sources if s.url.startswith(("http://", "https://"))
        ],
        "dcat:distribution": [
            _distribution(resource, package, lang=lang, url=url)
            for resource in package["resources"]
        ],
    }
    country = atlas.territories.country
    if country is not None and country.code == "fr":
        dataset["dct:spatial"] = {"@id": f"{_AUTHORITY}/country/FRA"}
    periods = sorted(i.period for i in atlas.indicators.values() if len(i.period) == 10)
    if periods:
        dataset["dct:temporal"] = {
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": _date(periods[0]),
            "dcat:endDate": _date(periods[-1]),
        }
    return {"@context": _CONTEXT, **dataset}


def _distribution(
    resource: Mapping[str, Any], package: Mapping[str, Any], *, lang: str, url: str
) -> dict[str, Any]:
    path = str(resource["path"])
    media, kind = _EXTENSIONS[path.rpartition(".")[2]]
    record: dict[str, Any] = {
        "@type": "dcat:Distribution",
        "dct:title": _text(path, lang),
        "dcat:accessURL": {"@id": url or "./"},
        "dcat:downloadURL": {"@id": f"{url}{path}"},
        "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{media}"},
        "dct:format": {"@id": f"{_AUTHORITY}/file-type/{kind}"},
        "dcat:byteSize": {"@value": str(resource["bytes"]), "@type": "xsd:nonNegativeInteger"},
        "spdx:checksum": {
            "@type": "spdx:Checksum",
            "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
            "spdx:checksumValue": str(resource["hash"]).partition(":")[2],
        },
    }
    licences = [str(licence["title"]) for licence in package.get("licenses", ())]
    if licences:
        record["dct:license"] = [
            {"@id": _LICENCES[name]} if name in _LICENCES
            else {"@type": "dct:LicenseDocument", "dct:title": _text(name, lang)}
            for name in licences
        ]  # fmt: skip
    return record


_LICENCES = {
    "Licence Ouverte 2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
}
_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dct": "http://purl.org/dc/terms/",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def _text(text: str, lang: str) -> dict[str, str]:
    return {"@value": text, "@language": lang}


def _date(text: str) -> dict[str, str]:
    return {"@value": text, "@type": "xsd:date"}
