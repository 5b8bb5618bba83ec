"""Wording of R1 to R7: what a refusal says, who may waive it, and what would include the home.

No text about a set of siblings says which of them needs what.
"""

from __future__ import annotations

from services.matching.rules.refusal import COMMITTEE, LEADER, Breach
from services.matching.rules.words import Phrase

REPORT_PLACES = Phrase("At hjemmet melder en ledig plads", "The home reports a free place")

NOTHING_REPORTED = Breach(
    "R1",
    "NOTHING_REPORTED",
    Phrase("Ledige pladser er ikke oplyst", "Free places are not reported"),
    REPORT_PLACES,
)
NO_FREE_PLACE = Breach("R1", "NO_FREE_PLACE", Phrase("Ingen ledig plads", "No free place"), REPORT_PLACES)
TOO_FEW_FREE_PLACES = Breach(
    "R1",
    "TOO_FEW_FREE_PLACES",
    Phrase(
        "{free} af de {needed} pladser, der er brug for, er ledige", "{free} of the {needed} places needed are free"
    ),
    Phrase("At {needed} pladser er ledige samtidig", "{needed} places are free at the same time"),
)
PLACE_HELD = Breach(
    "R1",
    "PLACE_HELD",
    Phrase(
        "Holdt for et andet barn: hjemmet er spurgt og svarer senest {until}",
        "Held for another child: the home was asked, and answers by {until}",
    ),
    Phrase("At hjemmet siger nej, eller at forespørgslen trækkes tilbage", "The home says no, or is asked no more"),
)
PLACE_PROMISED = Breach(
    "R1",
    "PLACE_HELD",
    Phrase("Holdt for et andet barn: hjemmet har sagt ja", "Held for another child: the home has said yes"),
    Phrase("At forespørgslen trækkes tilbage", "The home is asked no more"),
)
FREE_TOO_LATE = Breach(
    "R1",
    "FREE_TOO_LATE",
    Phrase(
        "Først ledig {free}; pladsen skal bruges senest {needed}",
        "Not free until {free}; the place is needed by {needed}",
    ),
    Phrase("At pladsen er ledig senest {needed}", "The place is free by {needed}"),
)
FAMILY_PAUSED = Breach(
    "R2",
    "FAMILY_PAUSED",
    Phrase("Familien holder pause", "The family is paused"),
    Phrase("At pausen ophæves", "The pause ends"),
)
FAMILY_WITHOUT_APPROVAL = Breach(
    "R2",
    "FAMILY_WITHOUT_APPROVAL",
    Phrase("Familien er ikke godkendt", "The family is not approved"),
    Phrase("At familien godkendes", "The family is approved"),
)
APPROVAL_NOT_YET_VALID = Breach(
    "R2",
    "APPROVAL_NOT_YET_VALID",
    Phrase("Godkendelsen gælder først fra {valid}", "The approval is not valid until {valid}"),
    Phrase("At godkendelsen gælder fra {start}", "The approval is valid from {start}"),
)
APPROVAL_EXPIRES = Breach(
    "R2",
    "APPROVAL_EXPIRES",
    Phrase(
        "Godkendelsen udløber {valid}, før den første periode slutter {needed}",
        "The approval expires on {valid}, before the first period ends on {needed}",
    ),
    Phrase("At godkendelsen forlænges til {needed}", "The approval is extended to {needed}"),
)
CERTIFICATE_MISSING = Breach(
    "R2",
    "CERTIFICATE_MISSING",
    Phrase(
        "Straffe- eller børneattest mangler for en person i husstanden på {age} år eller derover",
        "A criminal record or child certificate is missing for a household member aged {age} or older",
    ),
    Phrase("At attesten indhentes", "The certificate is obtained"),
)
HEALTH_CERTIFICATE_MISSING = Breach(
    "R2",
    "HEALTH_CERTIFICATE_MISSING",
    Phrase("Helbredsattest mangler for en plejeforælder", "A foster parent's health certificate is missing"),
    Phrase("At attesten indhentes", "The certificate is obtained"),
)
HOUSEHOLD_UNKNOWN = Breach(
    "R2",
    "HOUSEHOLD_UNKNOWN",
    Phrase(
        "Det er ikke oplyst, hvem der bor i husstanden, og om de har attester",
        "Who lives in the household, and whether they have certificates, is not stated",
    ),
    Phrase("At husstanden og dens attester oplyses", "The household and its certificates are stated"),
)
AGE_OUTSIDE_APPROVAL = Breach(
    "R3",
    "AGE_OUTSIDE_APPROVAL",
    Phrase("Godkendt til {ages} år, barnet er {age}", "Approved for ages {ages}; the child is {age}"),
    Phrase("At godkendelsen udvides til {age} år", "The approval is extended to age {age}"),
)
APPROVED_NUMBER_EXCEEDED = Breach(
    "R4",
    "APPROVED_NUMBER_EXCEEDED",
    Phrase(
        "Godkendt til {places}; {residents} bor der, og der er brug for {needed}",
        "Approved for {places}; {residents} live there and {needed} more would be needed",
    ),
    Phrase("At godkendelsen udvides til {total} pladser", "The approval is extended to {total} places"),
)
SEVERE_NEEDS_LIMIT = Breach(
    "R4",
    "SEVERE_NEEDS_LIMIT",
    Phrase(
        "Afdelingen tager højst {limit} med svære behov ad gangen og kan ikke tage flere nu",
        "The unit takes at most {limit} with severe needs at a time and can take no more now",
    ),
    Phrase("At afdelingen hæver sin grænse", "The unit raises its limit"),
)
NEED_ABOVE_APPROVAL = Breach(
    "R5",
    "NEED_ABOVE_APPROVAL",
    Phrase(
        "Godkendt til {approved} behov; barnet har {needed}", "Approved for {approved} needs; the child's are {needed}"
    ),
    Phrase("At godkendelsen udvides til {needed} behov", "The approval is extended to {needed} needs"),
)
NEED_OF_SET_ABOVE_APPROVAL = Breach(
    "R5",
    "NEED_ABOVE_APPROVAL",
    Phrase(
        "Godkendt til {approved} behov; det dækker ikke alle de søskende, der skal bo sammen",
        "Approved for {approved} needs; that does not cover all the siblings who must stay together",
    ),
    Phrase("At godkendelsen udvides", "The approval is extended"),
)
NEED_OUTSIDE_TYPE = Breach(
    "R5",
    "NEED_OUTSIDE_TYPE",
    Phrase(
        "Familiens type er til {covered} behov; barnet har {needed}",
        "The family's type is for {covered} needs; the child's are {needed}",
    ),
    Phrase("At familien godkendes som en anden type", "The family is approved as another type"),
)
NEED_OF_SET_OUTSIDE_TYPE = Breach(
    "R5",
    "NEED_OUTSIDE_TYPE",
    Phrase(
        "Familiens type er til {covered} behov; det dækker ikke alle de søskende, der skal bo sammen",
        "The family's type is for {covered} needs; that does not cover all the siblings who must stay together",
    ),
    Phrase("At familien godkendes som en anden type", "The family is approved as another type"),
)
TYPE_OF_ANOTHER_JURISDICTION = Breach(
    "R5",
    "TYPE_OF_ANOTHER_JURISDICTION",
    Phrase(
        "Familiens type findes ikke i det land, hvis regler gælder for kommunen",
        "The jurisdiction of the family's authority has no such type of family",
    ),
    Phrase("At familien godkendes som en af de typer, der findes", "The family is approved as a type that it has"),
)
COMPETENCE_MISSING = Breach(
    "R6",
    "COMPETENCE_MISSING",
    Phrase("Mangler kompetence inden for {missing}", "Lacks competence in {missing}"),
    Phrase("At hjemmet får kompetence inden for {missing}", "The home gains competence in {missing}"),
    LEADER,
)
COMPETENCE_FOR_SET_MISSING = Breach(
    "R6",
    "COMPETENCE_MISSING",
    Phrase(
        "Kompetencerne dækker ikke alle de søskende, der skal bo sammen",
        "The competences do not cover all the siblings who must stay together",
    ),
    Phrase("At hjemmet får kompetencerne", "The home gains the competences"),
    LEADER,
)
FAMILY_TAKES_MORE = Phrase("At familien siger, at den tager barnet", "The family says that it takes the child")
AGE_NOT_TAKEN = Breach(
    "R6",
    "AGE_NOT_TAKEN",
    Phrase(
        "Familien har sagt, at den kun tager børn på {ages} år",
        "The family has said that it takes ages {ages} only",
    ),
    FAMILY_TAKES_MORE,
)
NEED_LEVEL_NOT_TAKEN = Breach(
    "R6",
    "NEED_LEVEL_NOT_TAKEN",
    Phrase(
        "Familien har sagt, at den højst tager børn med {most} behov",
        "The family has said that it takes children with {most} needs at most",
    ),
    FAMILY_TAKES_MORE,
)
NEED_NOT_TAKEN = Breach(
    "R6",
    "NEED_NOT_TAKEN",
    Phrase(
        "Familien har sagt, at den ikke tager et barn, der har brug for hjælp med {needs}",
        "The family has said that it takes no child who needs help with {needs}",
    ),
    FAMILY_TAKES_MORE,
)
SET_NOT_TAKEN = Breach(
    "R6",
    "SET_NOT_TAKEN",
    Phrase(
        "Familien har sagt, at den ikke tager alle de søskende, der skal bo sammen",
        "The family has said that it does not take all the siblings who must stay together",
    ),
    Phrase("At familien siger, at den tager alle søskende", "The family says that it takes all the siblings"),
)
NETWORK_OF_ANOTHER_CHILD = Breach(
    "R7",
    "NETWORK_OF_ANOTHER_CHILD",
    Phrase(
        "Netværksfamilien er godkendt til et bestemt andet barn",
        "The network family is approved for one other named child",
    ),
    Phrase("At familien godkendes til barnet", "The family is approved for the child"),
)
NETWORK_NOT_FOR_ALL_SIBLINGS = Breach(
    "R7",
    "NETWORK_OF_ANOTHER_CHILD",
    Phrase(
        "Netværksfamilien er ikke godkendt til alle de søskende, der skal bo sammen",
        "The network family is not approved for all the siblings who must stay together",
    ),
    Phrase("At familien godkendes til alle søskende", "The family is approved for all the siblings"),
)
RELIEF_ONLY = Breach(
    "R7",
    "RELIEF_ONLY",
    Phrase("En aflastningsfamilie er aldrig et anbringelsessted", "Relief family: never a home"),
    Phrase("At familien godkendes som plejefamilie", "The family is approved as a foster family"),
)
PRIVATELY_ARRANGED = Breach(
    "R7",
    "PRIVATELY_ARRANGED",
    Phrase(
        "Forældrene har selv aftalt pleje for deres barn: familien tager ingen andre",
        "The parents arranged it for their own child: the family takes no other",
    ),
    Phrase("At familien godkendes som plejefamilie", "The family is approved as a foster family"),
)
EMERGENCY_ONLY = Breach(
    "R7",
    "EMERGENCY_ONLY",
    Phrase(
        "Akutpladsen er kun til børn, der er i fare i nat", "The emergency place is only for children in danger tonight"
    ),
    Phrase("At barnet vurderes at være i fare", "The child is assessed to be in danger"),
)
FAMILY_DEPARTMENT_ONLY = Breach(
    "R7",
    "FAMILY_DEPARTMENT_ONLY",
    Phrase("Kun for en forælder med barn", "Only for a parent with child"),
    Phrase("At der søges plads til en forælder med barnet", "A place for a parent with the child is sought"),
)
NOT_FOR_PARENTS = Breach(
    "R7",
    "NOT_FOR_PARENTS",
    Phrase("Tager ikke en forælder med barn", "Does not take a parent with child"),
    Phrase("At der søges plads til barnet alene", "A place for the child alone is sought"),
)
COMMITTEE_DECISION_MISSING = Breach(
    "R7",
    "COMMITTEE_DECISION_MISSING",
    Phrase("{step} kræver en gældende udvalgsafgørelse", "{step} needs a committee decision in force"),
    Phrase("At udvalget træffer afgørelse", "The committee decides"),
    COMMITTEE,
)
