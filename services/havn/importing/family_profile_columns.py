"""Columns of families.csv that tell what a home is like, what it wishes and what it will not take."""

from havn.terms.v1 import terms_pb2
from services.havn.importing.cells import TEXT, TEXT_IN_LIST, WHOLE, YES_OR_NO, listed
from services.havn.importing.choices import choice
from services.havn.importing.columns import Column, Needed
from services.havn.importing.family_cells import COMPETENCES, CONFLICTS, NEED_LEVEL

NO = Needed.NO
GENDERS = listed(choice(terms_pb2.Gender))

PROFILE = (
    Column("school_district", "school_district", TEXT, NO, "Skoledistrikt", "School district"),
    Column("pets", "pets", listed(TEXT_IN_LIST), NO, "Kæledyr", "Pets"),
    Column("wished_age_min", "wishes.ages.min", WHOLE, NO, "Ønsker: yngste", "Wishes: youngest"),
    Column("wished_age_max", "wishes.ages.max", WHOLE, NO, "Ønsker: ældste", "Wishes: oldest"),
    Column("wished_genders", "wishes.genders", GENDERS, NO, "Ønsker: køn", "Wishes: genders"),
    Column("wishes_siblings", "wishes.siblings", YES_OR_NO, NO, "Ønsker søskende", "Wishes siblings"),
    Column("wishes", "wishes.note", TEXT, NO, "Ønsker, med egne ord", "Wishes, in its own words"),
    Column("taken_age_min", "limits.ages.min", WHOLE, NO, "Tager kun fra alder", "Takes only from age"),
    Column("taken_age_max", "limits.ages.max", WHOLE, NO, "Tager kun til alder", "Takes only to age"),
    Column("taken_need_level", "limits.need_level", NEED_LEVEL, NO, "Tager højst behov", "Takes needs at most"),
    Column(
        "needs_not_taken",
        "limits.needs",
        COMPETENCES,
        NO,
        "Tager ikke børn, der har brug for hjælp med",
        "Takes no child who needs help with",
    ),
    Column("limits", "limits.note", TEXT, NO, "Tager ikke, med egne ord", "Will not take, in its own words"),
    Column(
        "conflicts",
        "conflicts",
        CONFLICTS,
        NO,
        "Hvor familie og konsulent siger forskelligt",
        "Where family and consultant differ",
    ),
)
