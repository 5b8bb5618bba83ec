"""The 60 children who wait: what sets each apart. The rest about them is drawn by chance."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Wait:
    """A child who waits, as the demo plans it. Days count from today; below 0 is past."""

    town: str
    age: int
    step: int
    need_level: str
    # The day it should have a place by.
    due: int
    # Competences without which a home can't take it.
    needs: str = ""
    kind: str = "placement"
    # Days that it has been in danger.
    danger: int = 0
    # Numbers of its siblings' requests, and how they are to live.
    siblings: tuple[int, ...] = ()
    rule: str = "together"
    # Where it lives while it waits.
    home: str = ""
    gender: str = ""
    solo: bool = False
    # Highest step allowed, and for how many days; 0 where there is no such decision.
    ceiling: int = 0
    ceiling_days: int = 60
    accessibility: str = ""


LIGHT, MODERATE, SEVERE = "light", "moderate", "severe"
IF_POSSIBLE, APART = "together_if_possible", "apart"
STEP_DOWN, PARENT = "step_down", "parent_with_child"

WAITING = (
    # Sermersooq: r-001 to r-024.
    Wait("Nuuk", 8, 3, MODERATE, -2, danger=9),
    Wait("Nuuk", 14, 5, SEVERE, -124, "trauma", gender="girl"),
    Wait("Tasiilaq", 5, 3, MODERATE, -1, danger=4),
    Wait("Nuuk", 11, 3, LIGHT, -40),
    Wait("Nuuk", 6, 3, MODERATE, -18, siblings=(6,)),
    Wait("Nuuk", 4, 3, LIGHT, -18, siblings=(5,)),
    Wait("Nuuk", 12, 3, MODERATE, 10, siblings=(8,), rule=IF_POSSIBLE),
    Wait("Nuuk", 9, 3, MODERATE, 20, siblings=(7,), rule=IF_POSSIBLE),
    Wait("Nuuk", 3, 2, MODERATE, 14),
    Wait("Nuuk", 15, 4, MODERATE, 30),
    Wait("Nuuk", 10, 3, SEVERE, -95, "adhd", home="f-010", ceiling=5),
    Wait("Nuuk", 0, 5, MODERATE, -10, kind=PARENT),
    Wait("Nuuk", 16, 5, SEVERE, 45, kind=STEP_DOWN, home="i-nuuk-03/a", gender="boy"),
    Wait("Tasiilaq", 7, 3, MODERATE, -33, siblings=(15, 16)),
    Wait("Tasiilaq", 5, 3, MODERATE, -33, siblings=(14, 16)),
    Wait("Tasiilaq", 3, 3, LIGHT, -33, siblings=(14, 15)),
    Wait("Tasiilaq", 13, 5, SEVERE, -50, "trauma"),
    Wait("Tasiilaq", 9, 3, MODERATE, 25),
    Wait("Tasiilaq", 2, 2, MODERATE, 40),
    Wait("Tasiilaq", 11, 3, MODERATE, -5, "fetal_alcohol"),
    Wait("Paamiut", 10, 3, LIGHT, 35),
    Wait("Ittoqqortoormiit", 12, 3, LIGHT, -70, ceiling=5, ceiling_days=-5),
    Wait("Nuuk", 7, 2, LIGHT, 50, ceiling=3),
    Wait("Nuuk", 13, 6, SEVERE, -100, "substance_use"),
    # Kujalleq: r-025 to r-034.
    Wait("Qaqortoq", 7, 3, MODERATE, -60, siblings=(26,)),
    Wait("Qaqortoq", 10, 3, MODERATE, -60, siblings=(25,)),
    Wait("Qaqortoq", 4, 2, LIGHT, 20),
    Wait("Narsaq", 13, 3, MODERATE, -15),
    Wait("Nanortalik", 9, 3, MODERATE, -3),
    Wait("Qaqortoq", 1, 5, MODERATE, 12, kind=PARENT),
    Wait("Narsaq", 15, 3, MODERATE, 15, siblings=(32,), rule=APART),
    Wait("Narsaq", 12, 3, MODERATE, 15, siblings=(31,), rule=APART),
    Wait("Qaqortoq", 16, 4, MODERATE, 70, kind=STEP_DOWN, home="i-qaqortoq-02/a"),
    Wait("Nanortalik", 14, 5, SEVERE, -35, "mental_illness"),
    # Qeqqata: r-035 to r-044.
    Wait("Sisimiut", 9, 3, MODERATE, 0, danger=3),
    Wait("Sisimiut", 8, 3, MODERATE, -20, siblings=(37,), rule=IF_POSSIBLE),
    Wait("Sisimiut", 6, 3, MODERATE, -20, siblings=(36,), rule=IF_POSSIBLE),
    Wait("Sisimiut", 2, 2, MODERATE, 30),
    Wait("Maniitsoq", 12, 3, LIGHT, -92),
    Wait("Sisimiut", 11, 5, SEVERE, -45, "autism", solo=True),
    Wait("Maniitsoq", 5, 3, MODERATE, 50),
    Wait("Sisimiut", 15, 5, SEVERE, 55, kind=STEP_DOWN, home="i-sisimiut-03/b"),
    Wait("Kangerlussuaq", 10, 3, LIGHT, 25),
    Wait("Sisimiut", 13, 3, SEVERE, -8, "adhd", ceiling=5),
    # Qeqertalik: r-045 to r-050.
    Wait("Aasiaat", 6, 3, MODERATE, -25),
    Wait("Aasiaat", 3, 3, MODERATE, 5, siblings=(47,)),
    Wait("Aasiaat", 1, 3, LIGHT, 5, siblings=(46,)),
    Wait("Qeqertarsuaq", 10, 3, MODERATE, 33),
    Wait("Kangaatsiaq", 14, 5, SEVERE, -110, "attachment"),
    Wait("Qasigiannguit", 8, 5, SEVERE, 18, "developmental_disability", solo=True),
    # Avannaata: r-051 to r-060.
    Wait("Ilulissat", 7, 3, MODERATE, 0, danger=2),
    Wait("Qaanaaq", 9, 3, MODERATE, -65),
    Wait("Upernavik", 11, 3, LIGHT, 22),
    Wait("Uummannaq", 5, 3, MODERATE, -12),
    Wait("Ilulissat", 4, 3, MODERATE, 44, "physical_disability", accessibility="wheelchair"),
    Wait("Ilulissat", 16, 5, SEVERE, 65, kind=STEP_DOWN, home="i-nuuk-03/b", gender="girl"),
    Wait("Ilulissat", 12, 3, MODERATE, -28, home="f-232"),
    Wait("Ilulissat", 0, 5, MODERATE, -4, kind=PARENT),
    Wait("Uummannaq", 15, 4, LIGHT, 20),
    Wait("Upernavik", 2, 3, MODERATE, -130, "infant_care"),
)

# A child of Tasiilaq whose sibling is placed already, and where.
SIBLING_REQUEST, SIBLING_CHILD, SIBLING_HOME = "r-018", "k-061", "f-043"
# Never in this town, nor with this person, who lives in the household of a family with a free place.
PROTECTED_REQUEST, PROTECTED_FROM_TOWN, PROTECTED_FROM_PERSON = "r-004", "Paamiut", "p-003-1"
# No legal basis is recorded yet: a breach to mend.
WITHOUT_BASIS = ("r-004", "r-022", "r-029", "r-045", "r-054")
