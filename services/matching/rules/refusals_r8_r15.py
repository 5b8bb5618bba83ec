"""Wording of R8 to R15: what a refusal says, who may waive it, and what would include the home."""

from __future__ import annotations

from services.matching.rules.refusal import CONSULTANT_OR_LEADER, LEADER, Breach
from services.matching.rules.words import Phrase

PROTECTION_LIFTED = Phrase("At beskyttelsen ophæves", "The protection is lifted")

PROTECTED_FROM_HOME = Breach(
    "R8",
    "PROTECTED_FROM_HOME",
    Phrase("Barnet er beskyttet mod dette hjem", "The child is protected from this home"),
    PROTECTION_LIFTED,
)
PROTECTED_FROM_TOWN = Breach(
    "R8",
    "PROTECTED_FROM_TOWN",
    Phrase("Barnet er beskyttet mod at bo i {town}", "The child is protected from living in {town}"),
    PROTECTION_LIFTED,
)
PROTECTED_FROM_PERSON = Breach(
    "R8",
    "PROTECTED_FROM_PERSON",
    Phrase("Barnet er beskyttet mod en person i husstanden", "The child is protected from a person in the household"),
    PROTECTION_LIFTED,
)
PROTECTED_FROM_RESIDENT = Breach(
    "R8",
    "PROTECTED_FROM_RESIDENT",
    Phrase(
        "Barnet må ikke bo sammen med et barn, der bor der", "The child must not live with a child that lives there"
    ),
    PROTECTION_LIFTED,
)
PROTECTED_WITHIN_SET = Breach(
    "R8",
    "PROTECTED_WITHIN_SET",
    Phrase("Børnene er beskyttet mod hinanden", "The children are protected from each other"),
    PROTECTION_LIFTED,
)
PROTECTION_OF_SET = Breach(
    "R8",
    "PROTECTION_OF_SET",
    Phrase(
        "En beskyttelse tillader ikke alle de søskende, der skal bo sammen, at bo her",
        "A protection does not allow all the siblings who must stay together to live here",
    ),
    PROTECTION_LIFTED,
)
SOLO_RESIDENT = Breach(
    "R8",
    "SOLO_RESIDENT",
    Phrase("Hjemmet er optaget af en soloanbringelse", "The home is taken by a solo placement"),
    Phrase("At soloanbringelsen slutter", "The solo placement ends"),
)
SOLO_NEEDS_EMPTY_HOME = Breach(
    "R8",
    "SOLO_NEEDS_EMPTY_HOME",
    Phrase(
        "En soloanbringelse kræver, at ingen andre børn bor der", "A solo placement needs a home with no other children"
    ),
    Phrase("At ingen andre børn bor der", "No other child lives there"),
)
SOLO_WITH_SIBLINGS = Breach(
    "R8",
    "SOLO_WITH_SIBLINGS",
    Phrase(
        "En soloanbringelse kan ikke være for flere søskende sammen",
        "A solo placement cannot be for several siblings together",
    ),
    Phrase("At anmodningerne rettes", "The requests are corrected"),
)
GENDER_NOT_TAKEN = Breach(
    "R9",
    "GENDER_NOT_TAKEN",
    Phrase("Tager kun {gender}", "Takes {gender} only"),
    Phrase("At hjemmet ændrer sin regel om køn", "The home changes its gender rule"),
)
SIBLING_LIVES_ELSEWHERE = Breach(
    "R10",
    "SIBLING_LIVES_ELSEWHERE",
    Phrase(
        "Søskende skal bo sammen, og en bor i et andet hjem",
        "Siblings must stay together, and one lives in another home",
    ),
    Phrase(
        "At en navngiven person med begrundelse tillader at bo hver for sig",
        "A named person allows a split, with a reason",
    ),
    LEADER,
)
SIBLING_TO_LIVE_APART = Breach(
    "R10",
    "SIBLING_TO_LIVE_APART",
    Phrase(
        "En søskende, som barnet ikke må bo sammen med, bor der",
        "A sibling that the child must not live with lives there",
    ),
    Phrase("At afgørelsen om at bo hver for sig ændres", "The decision to live apart is changed"),
)
SIBLING_BONDS_CONTRADICT = Breach(
    "R10",
    "SIBLING_BONDS_CONTRADICT",
    Phrase(
        "Anmodningerne siger både, at søskende skal bo sammen, og at de ikke må",
        "The requests say both that siblings must stay together and that they must not",
    ),
    Phrase("At anmodningerne rettes", "The requests are corrected"),
)
COURSE_MISSING = Breach(
    "R11",
    "COURSE_MISSING",
    Phrase(
        "KRITH-kurset er ikke gennemført, og der er ikke dispenseret",
        "The KRITH course is neither completed nor waived",
    ),
    Phrase(
        "At kurset gennemføres, eller at der dispenseres til en dato", "The course is completed, or waived with a date"
    ),
    CONSULTANT_OR_LEADER,
)
UNAPPROVED = Breach(
    "R12",
    "UNAPPROVED",
    Phrase("Stedet er ikke godkendt", "The place is not approved"),
    Phrase("At stedet godkendes", "The place is approved"),
)
NOT_ACCESSIBLE = Breach(
    "R13",
    "NOT_ACCESSIBLE",
    Phrase("Ikke indrettet til {missing}", "Not fitted for {missing}"),
    Phrase("At hjemmet indrettes til {missing}", "The home is fitted for {missing}"),
)
NOT_ACCESSIBLE_TO_ALL = Breach(
    "R13",
    "NOT_ACCESSIBLE",
    Phrase(
        "Ikke indrettet til alle de søskende, der skal bo sammen",
        "Not fitted for all the siblings who must stay together",
    ),
    Phrase("At hjemmet indrettes til dem", "The home is fitted for them"),
)
STEP_ABOVE_CEILING = Breach(
    "R14",
    "STEP_ABOVE_CEILING",
    Phrase("{step} ligger over loftet, trin {ceiling}", "{step} lies above the ceiling, step {ceiling}"),
    Phrase("At loftet hæves til trin {number}", "The ceiling is raised to step {number}"),
    LEADER,
)
STEP_BELOW_NEED = Breach(
    "R14",
    "STEP_BELOW_NEED",
    Phrase("{step} dækker ikke behovet, trin {need}", "{step} does not meet the need, step {need}"),
    Phrase("At behovet vurderes til trin {number}", "The need is assessed at step {number}"),
)
STEP_DOES_NOT_SUIT_ALL = Breach(
    "R14",
    "STEP_DOES_NOT_SUIT_ALL",
    Phrase(
        "{step} passer ikke til alle de søskende, der skal bo sammen",
        "{step} does not suit all the siblings who must stay together",
    ),
    Phrase("At loft eller behov vurderes igen", "Ceiling or need is assessed again"),
    LEADER,
)
NOT_OURS_TO_USE = Breach(
    "R15",
    "NOT_OURS_TO_USE",
    Phrase("Myndigheden råder ikke over pladsen", "The authority may not use the place"),
    Phrase("At der indgås en aftale", "An agreement is made"),
)
