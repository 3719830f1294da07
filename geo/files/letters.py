"""How often each letter beyond ASCII is in the names of places, by language, in thousandths.

Counted by `python -m scripts.build.letters` in GeoNames' places of 500 people or more (CC BY 4.0),
and smoothed over the alphabets of CLDR.
"""

from __future__ import annotations

SHARES = {
    "Catalan": "à298 ç15 è15 é15 í15 ï15 ò298 ó298 ú15 ü15",
    "Danish and Norwegian": "å373 æ95 é38 ø494",
    "Dutch": "â701 è21 é21 ë191 ï21 ö21 ü21",
    "Finnish": "ä778 å42 ö121 š30 ž30",
    "French": "à12 â62 ç21 è219 é511 ê26 ë25 î17 ï12 ô29 ù10 û14 ü10 ÿ10 œ20",
    "German": "ß185 ä93 ö365 ü357",
    "Icelandic": "á67 æ54 é15 í133 ð316 ó93 ö211 ú41 ý28 þ41",
    "Italian": "à237 è261 é27 ì128 í15 î15 ò212 ó15 ù75 ú15",
    "Portuguese": "à15 á77 â35 ã415 ç127 é74 ê24 í26 ó105 ô29 õ46 ú26",
    "Spanish": "á180 é132 í196 ñ195 ó205 ú60 ü33",
    "Swedish": "ä319 å245 é38 ö399",
    "Albanian": "ç190 ë810",
    "Croatian": "ć185 č289 đ52 š340 ž134",
    "Czech": "á143 é49 í161 ó10 ú22 ý43 č109 ď13 ě88 ň25 ř120 š118 ť17 ů19 ž63",
    "Hungarian": "á383 é132 í34 ó125 ö98 ú62 ü50 ő94 ű21",
    "Polish": "ó292 ą72 ć21 ę92 ł242 ń69 ś98 ź34 ż80",
    "Romanian": "â118 î30 ă347 ş384 ţ120",
    "Slovak": "á231 ä19 é99 í58 ó9 ô12 ú31 ý64 č125 ď12 ĺ9 ľ77 ň45 ŕ9 š119 ť17 ž64",
    "Slovene": "č382 š385 ž233",
    "Estonian": "ä433 õ331 ö25 ü161 š25 ž25",
    "Latvian": "ā184 č44 ē124 ģ34 ī134 ķ74 ļ94 ņ84 š64 ū64 ž104",
    "Lithuanian": "ą17 č91 ė375 ę17 į17 š307 ū54 ų32 ž91",
    "Turkish": "â19 ç144 î17 ö130 ü123 ğ100 ı317 ş134 û17",
}
