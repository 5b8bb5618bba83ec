"""How many families and children the demo has in each town, and what is spoken there.

The towns are real (data/towns.csv). Sermersooq follows its own figures of November 2023: about 100 foster families with
160 children, 66 of them in Nuuk and 78 in Tasiilaq; Kujalleq has about 80 families. The rest is made up to 260 and 380.
"""

from dataclasses import dataclass
from random import Random

SELF_GOVERNMENT = "self-government"
EAST = ("Tasiilaq", "Ittoqqortoormiit", "Kuummiut", "Kulusuk", "Sermiligaaq", "Tiniteqilaaq")
INUKTUN_TOWN = "Qaanaaq"


@dataclass(frozen=True)
class Town:
    """A town in the demo."""

    name: str
    authority: str
    family_count: int
    # Children in its foster families.
    child_count: int
    # Families with a free place: type and number of places, such as "municipal:2".
    free: tuple[str, ...] = ()


M, N, E, R = "municipal:1", "network:1", "emergency:1", "relief:1"
TOWNS = (
    Town("Nuuk", "sermersooq", 42, 66, (M, "municipal:2", M, M, M, M, N, N, E, E, E, R)),
    Town("Tasiilaq", "sermersooq", 40, 78, (M, "municipal:2", M, M, N, E, R)),
    Town("Paamiut", "sermersooq", 7, 8, (M, E)),
    Town("Ittoqqortoormiit", "sermersooq", 3, 3, (M,)),
    Town("Kuummiut", "sermersooq", 3, 2, (M,)),
    Town("Kulusuk", "sermersooq", 2, 1),
    Town("Sermiligaaq", "sermersooq", 1, 1),
    Town("Tiniteqilaaq", "sermersooq", 1, 1),
    Town("Qeqertarsuatsiaat", "sermersooq", 1, 0),
    Town("Qaqortoq", "kujalleq", 34, 46, ("municipal:3", M, M, N, E, R)),
    Town("Narsaq", "kujalleq", 24, 31, ("municipal:2", M, E)),
    Town("Nanortalik", "kujalleq", 22, 28, (M,)),
    Town("Sisimiut", "qeqqata", 18, 28, ("municipal:2", N, E)),
    Town("Maniitsoq", "qeqqata", 10, 15, (M,)),
    Town("Kangerlussuaq", "qeqqata", 2, 2),
    Town("Aasiaat", "qeqertalik", 11, 16, ("municipal:2", E)),
    Town("Qasigiannguit", "qeqertalik", 4, 6),
    Town("Qeqertarsuaq", "qeqertalik", 3, 4, (M,)),
    Town("Kangaatsiaq", "qeqertalik", 2, 2),
    Town("Ilulissat", "avannaata", 16, 24, (M, E, "professional:2")),
    Town("Uummannaq", "avannaata", 6, 8, (E,)),
    Town("Upernavik", "avannaata", 5, 7, (M,)),
    Town(INUKTUN_TOWN, "avannaata", 3, 3),
)
AUTHORITY_OF = {town.name: town.authority for town in TOWNS}
# Families that house two children each: "2-3 professional families with six children together".
PROFESSIONAL = {"Nuuk": 2, "Tasiilaq": 1}


def schools(town: str) -> tuple[str, ...]:
    """Made-up schools of a town."""
    names = ("Skolen Qaammat", "Skolen Seqineq") if town in ("Nuuk", "Tasiilaq", "Qaqortoq") else ("Skolen Ulloriaq",)
    return tuple(f"{name}, {town} (opdigtet)" for name in names)


def languages(town: str, chance: Random) -> str:
    """What somebody of the town speaks, best first, as a cell."""
    danish = 0.75 if town == "Nuuk" else 0.5
    spoken = [_first(town)]
    if not spoken[0].startswith("kalaallisut") and chance.random() < 0.8:
        spoken.append("kalaallisut:good")
    if chance.random() < danish:
        spoken.append(f"danish:{chance.choice(('basic', 'good', 'good', 'fluent'))}")
    if town == "Nuuk" and chance.random() < 0.12:
        spoken = ["danish:fluent", "kalaallisut:basic"]
    return " | ".join(spoken)


def _first(town: str) -> str:
    if town in EAST:
        return "tunumiisut:fluent"
    return "inuktun:fluent" if town == INUKTUN_TOWN else "kalaallisut:fluent"
