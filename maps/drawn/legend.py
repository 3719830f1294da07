"""Classes in words: the legend as a list, and the content of a map as a sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from zoneblanche.geo.messages import _, quantity, semicolons, translate
from zoneblanche.maps.drawn.classes import Classed
from zoneblanche.maps.drawn.palettes import MISSING
from zoneblanche.maps.drawn.words import WORDS


@dataclass(frozen=True)
class Key:
    """One entry of a legend: a colour and its words; the hatch's stripes if it is hatched."""

    colour: str
    text: str
    stripe: str = ""


def keys_of(classed: Classed, inside: np.ndarray, lang: str) -> tuple[Key, ...]:
    """Return the legend as a list: classes, whose two ends say which is worse off; then the
    hatch."""
    texts = list(classed.labels)
    if classed.ends and len(texts) > 1:
        for at, end in zip((0, -1), classed.ends, strict=True):
            texts[at] = f"{texts[at]} ({end})"
    # A square keeps its nine colours; of a list, classes that nothing is in are left out.
    counts = classed.counts(inside) if classed.square is None else [1] * len(texts)
    classes = zip(classed.colours, texts, counts, strict=True)
    keys = [Key(colour, text) for colour, text, count in classes if text and count]
    if (classed.of[inside] < 0).any():
        keys.append(
            Key(MISSING["light"][0], translate(WORDS["no_data"], lang), MISSING["light"][1])
        )
    return tuple(keys)


def describe_classes(
    classed: Classed, inside: np.ndarray, *, title: str, units: str, lang: str
) -> str:
    """Return what a map shows, in a sentence: how many territories are in each class. For a
    bivariate map, first how many are in the class where both conditions meet.

    Args:
        classed, inside: the classes, and the territories that are drawn.
        title: of the map.
        units: the name of the drawn territories, singular or plural.
    """
    counts = classed.counts(inside)
    total = quantity(int(inside.sum()))
    labelled = [*zip(classed.labels, counts, strict=True)]
    sentences: list[str] = []
    if classed.square is not None:
        label, count = labelled.pop()
        if label:
            sentences.append(
                _(
                    "where both conditions meet ({label}): {n} of {of}",
                    label=label,
                    n=quantity(count),
                    of=total,
                )
            )
        labelled = [(label, count) for label, count in labelled if label and count]
    sentences += [
        _("{label}: {count}", label=label, count=quantity(count)) for label, count in labelled
    ]
    sentences += [
        _("no data ({reason}): {count}", reason=reason, count=quantity(count))
        for reason, count in classed.missing(inside, lang)
    ]
    parts = translate(semicolons(sentences), lang)
    sentence = _(
        "Map of {of} {units}: {title}. {parts}.",
        of=total,
        units=units,
        title=title,
        parts=parts[:1].upper() + parts[1:],
    )
    return translate(sentence, lang)
