"""What the words that cells take mean in Danish. docs/glossary.md has them all."""

MEANINGS = {
    # Families and who lives in their homes.
    "network": "netværk",
    "municipal": "kommunal",
    "professional": "professionel",
    "emergency": "akut",
    "relief": "aflastning",
    "general": "almen",
    "reinforced": "forstærket",
    "specialised": "specialiseret",
    "foster_parent": "plejeforælder",
    "adult": "anden voksen",
    "own_child": "eget barn",
    # Needs, and what homes can.
    "light": "let",
    "moderate": "moderat",
    "severe": "svær",
    "attachment": "tidlig skade og tilknytning",
    "trauma": "traumer",
    "adhd": "ADHD",
    "autism": "autisme",
    "fetal_alcohol": "føtale alkoholskader",
    "developmental_disability": "udviklingshæmning",
    "physical_disability": "fysisk handicap",
    "substance_use": "misbrug",
    "mental_illness": "psykisk sygdom",
    "infant_care": "pasning af spædbørn",
    "wheelchair": "kørestol",
    "sight": "nedsat syn",
    "hearing": "nedsat hørelse",
    # Languages.
    "kalaallisut": "vestgrønlandsk",
    "tunumiisut": "østgrønlandsk",
    "inuktun": "nordgrønlandsk",
    "danish": "dansk",
    "basic": "lidt",
    "good": "godt",
    "fluent": "flydende",
    # Institutions and units.
    "self_government": "Selvstyret",
    "self_owned": "selvejende",
    "private": "privat",
    "residential": "døgnafdeling",
    "family_department": "familieafdeling",
    "all": "alle",
    "girls": "piger",
    "boys": "drenge",
    "own": "egen",
    "by_agreement": "efter aftale",
    "central_list": "den centrale venteliste",
    # Requests.
    "open": "åben",
    "placed": "anbragt",
    "withdrawn": "trukket tilbage",
    "placement": "anbringelse",
    "step_down": "udslusning",
    "parent_with_child": "forælder med barn",
    "girl": "pige",
    "boy": "dreng",
    "together": "sammen",
    "together_if_possible": "sammen, om muligt",
    "apart": "hver for sig",
    "consent": "samtykke",
    "committee_decision": "udvalgets afgørelse",
    "emergency_decision": "foreløbig afgørelse",
}


def explained(word: str) -> str:
    """The word with its meaning: "girl (pige)"."""
    return f"{word} ({MEANINGS[word]})"
