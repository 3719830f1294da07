"""Small files in the publishers' official layouts, for the tests of their connectors.

They are generated, and named so: the headers are the publishers', the figures are not real. They
replace real files that are not available (wired speeds, technologies, FttH shapefile, mobile sites
of today, the directory's export, DPNT as published).

    python -m scripts.trials.publishers_files FOLDER
"""

from __future__ import annotations

import gzip
import json
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

WIRED = """\
code_insee;nom_com;code_dep;code_reg;nbr;type;inel_hd;elig_hd05;elig_hd3;elig_bhd8;elig_thd30;\
elig_thd100;elig_thd1g;date
01001;L'Abergement-Clemenciat;01;84;440;all;4;436;430;420;400;390;390;2026-06-30
01001;L'Abergement-Clemenciat;01;84;400;residential;4;396;390;380;360;350;350;2026-06-30
48095;Mende;48;76;9000;all;10;8990;8980;8900;8800;8700;8600;2026-06-30
75056;Paris;75;11;1700000;all;0;1700000;1700000;1699000;1699000;1698000;1698000;2026-06-30
2A041;Bonifacio;2A;94;0;all;0;0;0;0;0;0;0;2026-06-30
"""
TECHNOLOGIES = """\
code_insee;nom_com;code_dep;code_reg;nbr;type;elig_ftth;elig_coax;elig_cu;elig_thdr;elig_4gf;\
elig_hdr;elig_sat;date
01001;L'Abergement-Clemenciat;01;84;440;all;390;0;430;0;200;0;440;2026-06-30
48095;Mende;48;76;9000;all;8600;100;8900;0;5000;0;9000;2026-06-30
"""
BEST = """\
code_insee;nom_com;code_dep;code_reg;nbr;type;nbr_elig_8;elig_ftth;elig_coax;elig_cu_30;elig_thdr;\
elig_cu_8;elig_4gf;elig_hdr;elig_sat;date
01001;L'Abergement-Clemenciat;01;84;440;all;440;390;0;10;0;20;5;0;15;2026-06-30
"""
SITES = """\
code_op;nom_op;num_site;id_site_partage;id_station_anfr;x;y;latitude;longitude;nom_reg;nom_dep;\
insee_dep;nom_com;insee_com;site_2g;site_3g;site_4g;site_5g;mes_4g_trim;site_ZB;site_DCC;\
site_strategique;site_capa_240mbps;date_ouverturecommerciale_5g;site_5g_700_m_hz;site_5g_800_m_hz;\
site_5g_1800_m_hz;site_5g_2100_m_hz;site_5g_3500_m_hz
20801;Orange;A1;;1;736000;6381000;44.518;3.501;Occitanie;Lozère;48;Mende;48095;1;1;1;0;0;0;0;0;1;;\
0;0;0;0;0
20810;SFR;B1;;2;736100;6381100;44.519;3.502;Occitanie;Lozère;48;Mende;48095;1;1;1;1;0;0;0;0;1;\
2023-01-01;1;0;0;0;0
20801;Orange;A2;;3;736200;6381200;44.520;3.503;Occitanie;Lozère;48;Mende;48095;1;1;0;0;0;0;0;0;0;;\
0;0;0;0;0
20815;Free;C1;;4;651000;6862000;48.860;2.340;Île-de-France;Paris;75;Paris 1er;75101;0;1;1;1;0;0;0;\
0;1;2021-01-01;1;0;0;0;1
20820;Bouygues;D1;;5;652000;6863000;48.870;2.350;Île-de-France;Paris;75;Paris 2e;75102;1;1;1;0;0;0;\
0;0;1;;0;0;0;0;0
"""
FLAT_FTTH = """\
INSEE_COM;locaux;IPE_commune;deploye_commune;taux_depl_commune
01001;440;400;390;0,886
48095;9000;8800;8600;0,956
97501;300;NA;NA;NA
"""
AGES = """\
IRIS;COM;TYP_IRIS;LAB_IRIS;P21_POP;P21_POP0014;P21_POP1529;P21_POP3044;P21_POP4559;P21_POP6074;\
P21_POP75P;P21_POP0019;P21_POP2064;P21_POP65P
010010000;01001;Z;5;860.5;150;120;160;200;140.5;90;200.25;460;200.25
480950101;48095;H;1;6000;900;1000;1100;1200;1000;800;1200;3300;1500
480950102;48095;H;1;6339.4;900;1100;1200;1300;1039.4;800;1239.4;3500;1600
751010101;75101;H;1;1000;100;300;250;200;100;50;150;750;100
751020101;75102;H;1;2000;200;600;500;400;200;100;300;1400;300
"""
DIPLOMAS = """\
IRIS;COM;TYP_IRIS;LAB_IRIS;P21_POP0205;P21_SCOL1824;P21_NSCOL15P;P21_NSCOL15P_DIPLMIN;\
P21_NSCOL15P_BEPC;P21_NSCOL15P_CAPBEP;P21_NSCOL15P_BAC;P21_NSCOL15P_SUP2;P21_NSCOL15P_SUP34;\
P21_NSCOL15P_SUP5
010010000;01001;Z;5;30;20;600;90;30;180;120;80;60;40
480950101;48095;H;1;150;300;4000;800;200;1000;800;500;400;300
480950102;48095;H;1;160;320;4400;700;240;1100;900;600;500;360
"""
SQUARES = (
    "idcar_200m,idcar_1km,idcar_nat,i_est_200,i_est_1km,lcog_geo,ind,men,men_pauv,men_1ind,"
    "men_5ind,men_prop,men_fmp,ind_snv,men_surf,men_coll,men_mais,log_av45,log_45_70,log_70_90,"
    "log_ap90,log_inc,log_soc,ind_0_3,ind_4_5,ind_6_10,ind_11_17,ind_18_24,ind_25_39,ind_40_54,"
    "ind_55_64,ind_65_79,ind_80p,ind_inc"
)
"""Header of INSEE's table of squares of 200 m; two of its columns are read."""

DPNT: list[dict[str, Any]] = [
    {
        "type": "commune",
        "siret": "21480095500012",
        "siren": "214800955",
        "libelle": "Mende",
        "population": 12339,
        "code_insee": "48095",
        "code_postal": "48000",
        "epci_siret": "24480005000014",
        "departement_code_insee": "48",
        "region_code_insee": "76",
        "adresse_messagerie": "contact@mende.example.fr",
        "site_internet": "https://www.mende.example.fr",
        "telephone": "0400000000",
        "rpnt": ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.8", "1.a", "2.1", "2.2", "2.8"],
        "service_public_url": "https://lannuaire.example/mende",
    },
    {
        "type": "commune",
        "siret": "21480001300011",
        "siren": "214800013",
        "libelle": "Albaret-le-Comtal",
        "code_insee": "48001",
        "departement_code_insee": "48",
        "region_code_insee": "76",
        "adresse_messagerie": None,
        "site_internet": None,
        "rpnt": None,
    },
    {
        "type": "departement",
        "siret": "22480001100013",
        "siren": "224800011",
        "libelle": "Lozère",
        "code_insee": "48095",
        "departement_code_insee": "48",
        "region_code_insee": "76",
        "adresse_messagerie": "contact@lozere.example.fr",
        "site_internet": "https://lozere.example.fr",
        "rpnt": ["1.1", "1.2", "2.1"],
    },
    {
        "type": "region",
        "siret": "20005379100014",
        "siren": "200053791",
        "libelle": "Occitanie",
        "code_insee": "31555",
        "departement_code_insee": "31",
        "region_code_insee": "76",
        "rpnt": ["1.1"],
    },
    {
        "type": "epci",
        "siret": "24480005000014",
        "siren": "244800050",
        "libelle": "CC Cœur de Lozère",
        "code_insee": "48095",
        "departement_code_insee": "48",
        "region_code_insee": "76",
        "rpnt": [],
    },
]


DIRECTORY_FIELDS = (
    *("adresse", "adresse_courriel", "affectation_personne", "ancien_code_pivot"),
    *("ancien_identifiant", "ancien_nom", "annuaire", "application_mobile", "categorie"),
    *("code_insee_commune", "commentaire_plage_ouverture", "copyright", "date_creation"),
    *("date_diffusion", "date_modification", "formulaire_contact", "hierarchie", "id"),
    *("information_complementaire", "itm_identifiant", "mission", "nom", "organigramme"),
    *("partenaire", "partenaire_date_modification", "partenaire_identifiant", "pivot"),
    *("plage_ouverture", "reseau_social", "service_disponible", "sigle", "siren", "siret"),
    *("site_internet", "statut_de_diffusion", "sve", "tchat", "telecopie", "telephone"),
    *("telephone_accessible", "texte_reference", "type_organisme", "type_repertoire"),
    *("url_service_public", "version_etat_modification", "version_source", "version_type"),
)
"""All fields of a record of `api-lannuaire-administration`; an empty one is null."""


def directory_record(kind: str, seat: str, name: str, **fields: Any) -> dict[str, Any]:
    """Return a record of the directory of public services as in its export: lists JSON-encoded.

    Args:
        kind: of the service ("mairie").
        seat: its commune.
        name: of the authority.
        fields: others of `DIRECTORY_FIELDS`, as they are; `site` (an address), `accounts` (host and
            name of each network) and `app` (an address) are written as the export writes them.
    """
    record: dict[str, Any] = dict.fromkeys(DIRECTORY_FIELDS) | {
        "id": f"fixture-{kind}-{seat}-{name}",
        "nom": name,
        "pivot": json.dumps([{"type_service_local": kind, "code_insee_commune": [seat]}]),
        "code_insee_commune": seat,
        "date_creation": "24/02/2012 15:52:40",
        "date_modification": "22/12/2023 10:38:56",
        "telephone": json.dumps([{"valeur": "0400000000", "description": ""}]),
        "version_type": "Publiable",
    }
    site, app = fields.pop("site", None), fields.pop("app", None)
    if site:
        record["site_internet"] = json.dumps([{"libelle": "", "valeur": site}])
    if app:
        record["application_mobile"] = _linked([(app, "Android")])
    accounts = fields.pop("accounts", ())
    if accounts:
        record["reseau_social"] = _linked(
            [(f"https://{network}.example/x", name) for network, name in accounts]
        )
    return record | fields


def _linked(links: list[tuple[str, str]]) -> str:
    """Return a list of links as the export writes it: `custom_dico2` says to what."""
    return json.dumps(
        [{"valeur": url, "description": "", "custom_dico2": name} for url, name in links]
    )


DIRECTORY = [
    directory_record(
        "mairie",
        "48095",
        "Mairie - Mende",
        site="https://www.mende.example.fr",
        adresse_courriel="contact@mende.example.fr;autre@mende.example.fr",
        accounts=[("facebook", "Facebook"), ("x", "X (Twitter)")],
        app="https://play.google.com/store/apps/details?id=fr.mende",
        sve="sve@mende.example.fr",
        tchat=json.dumps([{"libelle": "Nous écrire", "lien": "https://chat.mende.example.fr"}]),
        date_modification="11/09/2026 10:22:33",
    ),
    directory_record("mairie", "48095", "Mairie déléguée - Ailleurs", site="https://no.example.fr"),
    directory_record(
        "mairie", "48001", "Mairie - Albaret", adresse_courriel="m@orange.fr", tchat="[]"
    ),
    directory_record("mairie", "", "Mairie sans code"),
    directory_record("cg", "48095", "Conseil départemental - Lozère", site="https://l.example.fr"),
    directory_record("cr", "31555", "Conseil régional - Occitanie", accounts=[("y", "YouTube")]),
    directory_record("epci", "48095", "CC Cœur de Lozère", siren="244800050"),
]


def write_fixtures(folder: Path) -> None:
    """Write all fixtures into a folder, under the publishers' names."""
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "commune_debit_filaire.csv": (WIRED, "utf-8"),
        "commune_techno.csv": (TECHNOLOGIES, "utf-8"),
        "commune_meilleure_techno_thd.csv": (BEST, "utf-8"),
        "2026_T2_sites_Metropole.csv": (SITES, "latin-1"),
        "releve_geographique_2026T2.csv": (FLAT_FTTH, "utf-8"),
        "Filosofi2019_carreaux_200m_met.csv": (squares_table(), "utf-8"),
    }
    for name, (text, encoding) in texts.items():
        (folder / name).write_text(text, encoding, newline="\n")
    (folder / "annuaire.json").write_text(json.dumps(DIRECTORY, ensure_ascii=False), "utf-8")
    packed = gzip.compress(json.dumps(DPNT, ensure_ascii=False).encode(), mtime=0)
    (folder / "presence-numerique-des-territoires.json.gz").write_bytes(packed)
    write_ftth_archive(folder / "2026T2-Commune.zip")
    write_communes(folder / "commune.parquet")
    for name, text in (("evol-struct-pop", AGES), ("diplomes-formation", DIPLOMAS)):
        write_census_archive(folder / f"base-ic-{name}-2021_csv.zip", text)


def squares_table() -> str:
    """Return squares of 20 km by 20 km around Mende, one in six inhabited, and one in the ocean."""
    lines = [SQUARES]
    for number in range(100 * 100 // 6):
        step = 6 * number + number % 5
        north, east = 2_391_000 + 200 * (step // 100), 3_794_000 + 200 * (step % 100)
        people = 1 + (37 * number % 400) / 10
        lines.append(_square(north, east, people))
    return "\n".join([*lines, _square(2_400_000, 3_000_000, 2.5), ""])


def _square(north: int, east: int, people: float) -> str:
    near = f"CRS3035RES1000mN{north // 1000}000E{east // 1000}000"
    rest = ",".join(["0"] * 27)
    return f"CRS3035RES200mN{north}E{east},{near},{near},0,0,48095,{people},{rest}"


def write_census_archive(path: Path, table: str) -> None:
    """Write an archive of the census by IRIS: the table, and one that describes its columns."""
    name = path.name.removesuffix("_csv.zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"{name}.CSV", table)
        archive.writestr(f"meta_{name}.CSV", "COD_VAR;LIB_VAR;LIB_VAR_LONG\nIRIS;Code;Code\n")


def write_communes(path: Path, *, old: bool = False) -> None:
    """Write communes like IGN's ADMIN EXPRESS COG in GeoParquet: generated squares and people.

    48999 is not a commune; Paris is in two EPCI, its métropole and its territory.

    Args:
        old: with the columns of the years before 2025.
    """
    import geopandas as gpd
    from shapely.geometry import box

    rows = [
        ("48095", "Mende", "48", "76", "244800050", 12000, 3.4, 44.5),
        ("48001", "Albaret-le-Comtal", "48", "76", "200069151", 200, 3.1, 44.9),
        ("48999", "Commune inventée", "48", "76", "200069151", 300, 3.2, 44.9),
        ("75056", "Paris", "75", "11", "200054781/200054999", 2100000, 2.3, 48.8),
        ("97411", "Saint-Denis", "974", "04", "249740119", 150000, 55.4, -20.9),
    ]
    columns = {
        "code_insee": "INSEE_COM",
        "nom_officiel": "NOM",
        "code_insee_du_departement": "INSEE_DEP",
        "code_insee_de_la_region": "INSEE_REG",
        "codes_siren_des_epci": "SIREN_EPCI",
        "population": "POPULATION",
    }
    frame = gpd.GeoDataFrame(
        {name: [row[place] for row in rows] for place, name in enumerate(columns)},
        geometry=[box(row[6], row[7], row[6] + 0.1, row[7] + 0.1) for row in rows],
        crs="EPSG:4326",
    )
    frame = frame.rename(columns=columns) if old else frame.rename_geometry("geometrie")
    frame.to_parquet(path)


def write_ftth_archive(path: Path) -> None:
    """Write a zipped shapefile like *Cartefibre*: Latin-1 attributes with a `.cpg` that says
    UTF-8."""
    import geopandas as gpd
    from shapely.geometry import box

    rows = [("01001", "L'Abergement-Clémenciat", 440, 390), ("75101", "Paris 1er", 20000, 19900)]
    rows += [("75102", "Paris 2e", 15000, 14900), ("97611", "Mamoudzou", 20000, 0)]
    frame = gpd.GeoDataFrame(
        {
            "INSEE_COM": [row[0] for row in rows],
            "NOM_COM": [row[1] for row in rows],
            "Locaux": [row[2] for row in rows],
            "ftth": [row[3] for row in rows],
            "couv": 80,
            "oi": "FIXT",
            "zone": "ZTD",
        },
        geometry=[box(number, 0, number + 1, 1) for number in range(len(rows))],
        crs="EPSG:3857",
    )
    with tempfile.TemporaryDirectory() as folder:
        frame.to_file(Path(folder) / "commune.shp", encoding="ISO-8859-1")
        (Path(folder) / "commune.cpg").write_text("UTF-8", "ascii")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in sorted(Path(folder).iterdir()):
                archive.write(part, part.name)


if __name__ == "__main__":
    write_fixtures(Path(sys.argv[1]))
