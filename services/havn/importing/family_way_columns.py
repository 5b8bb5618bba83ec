"""Columns of families.csv that tell of the way from application to end."""

from services.havn.importing.cells import DAY, TEXT, WHOLE
from services.havn.importing.columns import Column, Needed
from services.havn.importing.family_cells import CARE, CHILD, HISTORY, VISITS

WITH_GROUP, NO = Needed.WITH_GROUP, Needed.NO

_APPLICATION = (
    Column("applied_on", "application.applied_date", DAY, WITH_GROUP, "Ansøgt den", "Applied on"),
    Column("motivation", "application.motivation", TEXT, NO, "Hvorfor, med egne ord", "Why, in its own words"),
    Column(
        "applied_places",
        "application.place_count",
        WHOLE,
        NO,
        "Ansøgt om børn ad gangen; tom er 0",
        "Applied for children at a time; empty means 0",
    ),
    Column("applied_care", "application.care", CARE, NO, "Ansøgt om slags", "Applied for kind"),
)

_ASSESSMENT = (
    Column("rugo_care", "assessment.care", TEXT, NO, "RUGO: opdrage og give omsorg", "RUGO: bring up and care"),
    Column("rugo_attachment", "assessment.attachment", TEXT, NO, "RUGO: tilknytning", "RUGO: attachment"),
    Column(
        "rugo_family_bonds",
        "assessment.family_bonds",
        TEXT,
        NO,
        "RUGO: støtte barnets bånd til sin familie",
        "RUGO: support the child's bonds with its family",
    ),
    Column("rugo_commitment", "assessment.commitment", TEXT, NO, "RUGO: livslangt engagement", "RUGO: commit for life"),
    Column("rugo_teamwork", "assessment.teamwork", TEXT, NO, "RUGO: deltage i et team", "RUGO: take part in a team"),
    Column("home_visits", "assessment.visits", VISITS, NO, "Besøg i hjemmet", "Visits to the home"),
    Column(
        "certificates_seen_by",
        "assessment.certificates_seen_by",
        TEXT,
        NO,
        "Hvem der har set attesterne",
        "Who saw the certificates",
    ),
    Column(
        "certificates_seen_on",
        "assessment.certificates_seen_date",
        DAY,
        NO,
        "Attesterne set den",
        "Certificates seen on",
    ),
    Column("recommendation", "assessment.recommendation", TEXT, NO, "Indstilling", "Recommendation"),
    Column(
        "assessed_child",
        "assessment.child",
        CHILD,
        NO,
        "Netværksfamilie: det barn, den er vurderet til",
        "Network family: the child that it was assessed for",
    ),
    Column("assessed_by", "assessment.assessor", TEXT, NO, "Vurderet af", "Assessed by"),
    Column("assessed_on", "assessment.assessed_date", DAY, NO, "Vurderet den", "Assessed on"),
)

WAY = (
    *_APPLICATION,
    *_ASSESSMENT,
    Column("refusal_reason", "refusal.reason", TEXT, WITH_GROUP, "Afslået: hvorfor", "Refused: why"),
    Column("refused_by", "refusal.refused_by", TEXT, WITH_GROUP, "Afslået: af hvem", "Refused: by whom"),
    Column("refused_on", "refusal.refused_date", DAY, WITH_GROUP, "Afslået den", "Refused on"),
    Column("ending_reason", "ending.reason", TEXT, WITH_GROUP, "Ophørt: hvorfor", "Ended: why"),
    Column("ended_by", "ending.ended_by", TEXT, WITH_GROUP, "Ophørt: af hvem", "Ended: by whom"),
    Column("ended_on", "ending.ended_date", DAY, WITH_GROUP, "Ophørt den", "Ended on"),
    Column("history", "history", HISTORY, NO, "Hvad der er sket undervejs", "What happened on the way"),
)
