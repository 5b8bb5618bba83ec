"""families.csv and household.csv."""

from havn.families.v1 import families_pb2
from services.havn.importing.cells import (
    DAY,
    KEY_CELL,
    MOMENT,
    MONEY,
    TEXT,
    TEXT_IN_LIST,
    TOWN,
    WHOLE,
    YES_OR_NO,
    listed,
    reference,
)
from services.havn.importing.choices import choice
from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.family_cells import (
    ACCESSIBILITY,
    AUTHORITIES,
    AUTHORITY,
    CARE,
    CHILD,
    COMPETENCES,
    LANGUAGES,
    NEED_LEVEL,
    USER,
)
from services.havn.importing.family_profile_columns import PROFILE
from services.havn.importing.family_way_columns import WAY
from services.havn.importing.support_cells import FEE_LEVELS, FEE_MODEL, GOALS, TRAINING_DAYS

ALWAYS, WITH_GROUP, NO = Needed.ALWAYS, Needed.WITH_GROUP, Needed.NO


def _day(name: str, field: str, da: str, en: str) -> Column:
    return Column(name, field, DAY, WITH_GROUP, da, en)


FAMILIES = Sheet(
    file="families.csv",
    da="Plejefamilier, en række for hver",
    en="Foster families, one row each",
    message=families_pb2.CreateFosterFamilyRequest,
    row="family",
    resource="family",
    identity=(Column("key", "id", KEY_CELL, ALWAYS, "Familiens nøgle", "The family's key"),),
    content=(
        Column("authority", "authority", AUTHORITY, ALWAYS, "Kommunen, der godkendte", "The authority that approved"),
        Column("display_name", "display_name", TEXT, ALWAYS, "Navn, som folk bruger", "The name that people use"),
        Column("type", "type", choice(families_pb2.FamilyType), ALWAYS, "Familiens type", "The family's type"),
        Column("town", "town", TOWN, ALWAYS, "By eller bygd", "Town or settlement"),
        Column("languages", "languages", LANGUAGES, ALWAYS, "Sprog i hjemmet", "Languages at home"),
        Column(
            "approval_reference", "approval.reference", TEXT, WITH_GROUP, "Tilladelsens nr.", "The approval's number"
        ),
        Column("approved_places", "approval.place_count", WHOLE, WITH_GROUP, "Børn ad gangen", "Children at a time"),
        Column(
            "approved_age_min",
            "approval.ages.min",
            WHOLE,
            NO,
            "Yngste, hele år; tom er 0",
            "Youngest, whole years; empty means 0",
        ),
        Column("approved_age_max", "approval.ages.max", WHOLE, WITH_GROUP, "Ældste, hele år", "Oldest, whole years"),
        Column("approved_need_level", "approval.need_level", NEED_LEVEL, WITH_GROUP, "Største behov", "Largest need"),
        Column("approved_from", "approval.valid_from_date", DAY, WITH_GROUP, "Godkendt fra", "Approved from"),
        Column(
            "approved_until", "approval.valid_until_date", DAY, WITH_GROUP, "Godkendt til og med", "Approved through"
        ),
        Column(
            "approved_child",
            "approval.child",
            CHILD,
            NO,
            "Netværksfamilie: det barn, den er godkendt til",
            "Network family: the child that it is approved for",
        ),
        Column("approved_care", "approval.care", CARE, NO, "Godkendt til slags", "Approved for kind"),
        Column("approval_conditions", "approval.conditions", TEXT, NO, "Vilkår", "Conditions"),
        Column("approved_by", "approval.approved_by", TEXT, NO, "Godkendt af", "Approved by"),
        Column("competences", "competences", COMPETENCES, NO, "Det er den god til", "What it is good at"),
        Column("experience_age_min", "experience.min", WHOLE, NO, "Erfaring: yngste", "Experience: youngest"),
        Column("experience_age_max", "experience.max", WHOLE, NO, "Erfaring: ældste", "Experience: oldest"),
        Column("accessibility", "accessibility", ACCESSIBILITY, NO, "Det kan boligen", "What the home allows"),
        Column("schools", "schools", listed(TEXT_IN_LIST), NO, "Skoler i nærheden", "Schools within reach"),
        Column(
            "free_places",
            "availability.free_place_count",
            WHOLE,
            NO,
            "Ledige pladser; tom er 0",
            "Free places; empty means 0",
        ),
        Column("free_from", "availability.from_date", DAY, WITH_GROUP, "Ledig fra", "Free from"),
        Column("confirmed_on", "availability.confirmed_time", MOMENT, WITH_GROUP, "Bekræftet den", "Confirmed on"),
        Column("confirmed_by", "availability.confirmed_by", TEXT, WITH_GROUP, "Bekræftet af", "Confirmed by"),
        Column("paused_by", "pause.author", TEXT, WITH_GROUP, "På pause: af hvem", "Paused: by whom"),
        Column("pause_reason", "pause.reason", TEXT, WITH_GROUP, "På pause: hvorfor", "Paused: why"),
        Column("paused_until", "pause.until_date", DAY, NO, "Pausens sidste dag", "Last day of the pause"),
        Column("course_completed", "training.completed_date", DAY, NO, "KRITH-kursus den", "KRITH course on"),
        Column(
            "course_waived_until",
            "training.waived_until_date",
            DAY,
            NO,
            "KRITH-kursus fraveget til",
            "KRITH course waived until",
        ),
        Column(
            "course_waived_by", "training.waived_by", TEXT, NO, "KRITH-kursus fraveget af", "KRITH course waived by"
        ),
        Column(
            "learning_goals",
            "training.goals",
            GOALS,
            NO,
            "KRITH-kursets læringsmål",
            "Learning goals of the KRITH course",
        ),
        Column("training_days", "training.days", TRAINING_DAYS, NO, "Efteruddannelse", "Further training"),
        Column(
            "daily_rate",
            "daily_rate",
            MONEY,
            NO,
            "Kroner pr. barn pr. dag; tom: efter taksterne",
            "Kroner for one child a day; empty: by the tables of fees",
        ),
        Column("fee_model", "fee_terms.model", FEE_MODEL, WITH_GROUP, "Honoreres efter", "Paid by"),
        Column("fee_from", "fee_terms.from_date", DAY, NO, "Første niveau fra", "First level from"),
        Column("fee_levels", "fee_terms.levels", FEE_LEVELS, NO, "Danske niveauer", "Danish levels"),
        Column("fee_averaged", "fee_terms.averaged", YES_OR_NO, NO, "Gennemsnit af niveauerne", "Mean of the levels"),
        Column("agreements", "agreements", AUTHORITIES, NO, "Kommuner med aftale", "Authorities with an agreement"),
        Column(
            "consultant",
            "consultant",
            USER,
            NO,
            "Familieplejekonsulenten, der følger familien, som bruger i Havn",
            "The consultant who follows the family, as a user of Havn",
        ),
        *PROFILE,
        *WAY,
    ),
)

HOUSEHOLD = Sheet(
    file="household.csv",
    da="Alle i plejefamiliens hjem undtagen plejebørn, en række for hver",
    en="Everybody in a family's home but foster children, one row each",
    message=families_pb2.HouseholdMember,
    row="",
    resource="",
    identity=(
        Column("family", "", reference("families", "f-1"), ALWAYS, "Familiens nøgle", "The family's key"),
        Column("person", "person", reference("persons", "p-1"), ALWAYS, "Personens nøgle", "The person's key"),
    ),
    content=(
        Column("role", "role", choice(families_pb2.HouseholdRole), ALWAYS, "Rolle i hjemmet", "Role in the home"),
        Column("birth_date", "birth_date", DAY, ALWAYS, "Fødselsdato", "Date of birth"),
        _day(
            "criminal_record_issued", "criminal_record.issued_date", "Straffeattest udstedt", "Criminal record issued"
        ),
        _day(
            "criminal_record_renew_by",
            "criminal_record.renew_by_date",
            "Straffeattest fornys senest",
            "Criminal record: renew by",
        ),
        _day(
            "child_certificate_issued",
            "child_certificate.issued_date",
            "Børneattest udstedt",
            "Child certificate issued",
        ),
        _day(
            "child_certificate_renew_by",
            "child_certificate.renew_by_date",
            "Børneattest fornys senest",
            "Child certificate: renew by",
        ),
        _day(
            "health_certificate_issued",
            "health_certificate.issued_date",
            "Helbredsattest udstedt",
            "Health certificate issued",
        ),
        _day(
            "health_certificate_renew_by",
            "health_certificate.renew_by_date",
            "Helbredsattest fornys senest",
            "Health certificate: renew by",
        ),
    ),
)
