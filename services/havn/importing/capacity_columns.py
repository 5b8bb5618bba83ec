"""institutions.csv, units.csv, vacancies.csv and deliveries.csv."""

from havn.capacity.v1 import capacity_pb2
from havn.terms.v1 import terms_pb2
from services.havn.importing.capacity_cells import BLOCKED, DOCUMENT, PROMISE, RATE
from services.havn.importing.cells import (
    DAY,
    KEY_CELL,
    MOMENT,
    MONEY,
    TEXT,
    TEXT_IN_LIST,
    TOWN,
    UNIT,
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
    COMPETENCES,
    LANGUAGES,
    NEED_LEVEL,
)

ALWAYS, NO = Needed.ALWAYS, Needed.NO

INSTITUTIONS = Sheet(
    file="institutions.csv",
    da="Døgninstitutioner, en række for hver",
    en="Residential institutions, one row each",
    message=capacity_pb2.CreateInstitutionRequest,
    row="institution",
    resource="institution",
    identity=(Column("key", "id", KEY_CELL, ALWAYS, "Institutionens nøgle", "The institution's key"),),
    content=(
        Column("authority", "authority", AUTHORITY, ALWAYS, "Myndigheden, den hører under", "The authority over it"),
        Column("display_name", "display_name", TEXT, ALWAYS, "Navn, som folk bruger", "The name that people use"),
        Column("owner_type", "owner_type", choice(capacity_pb2.OwnerType), ALWAYS, "Ejer", "Who owns it"),
        Column("town", "town", TOWN, ALWAYS, "By eller bygd", "Town or settlement"),
        Column("approved", "approved", YES_OR_NO, NO, "Godkendt; tom er nej", "Approved; empty means no"),
        Column("kind", "kind", choice(capacity_pb2.InstitutionKind), NO, "Hvor åben den er", "How open it is"),
        Column(
            "promised_services",
            "promised_services",
            listed(PROMISE),
            NO,
            "Aftalte ydelser",
            "Services promised by contract",
        ),
        Column(
            "documents", "documents", listed(DOCUMENT), NO, "Dokumenter, som ligger andetsteds", "Documents elsewhere"
        ),
    ),
)

UNITS = Sheet(
    file="units.csv",
    da="Institutionernes afdelinger, en række for hver",
    en="Units of institutions, one row each",
    message=capacity_pb2.CreateUnitRequest,
    row="unit",
    resource="unit",
    identity=(
        Column(
            "institution",
            "parent",
            reference("institutions", "i-1"),
            ALWAYS,
            "Institutionens nøgle",
            "Institution's key",
        ),
        Column("key", "id", KEY_CELL, ALWAYS, "Afdelingens nøgle, som a", "The unit's key, such as a"),
    ),
    content=(
        Column("display_name", "display_name", TEXT, ALWAYS, "Navn, som folk bruger", "The name that people use"),
        Column("town", "town", TOWN, ALWAYS, "By eller bygd", "Town or settlement"),
        Column("kind", "kind", choice(capacity_pb2.UnitKind), ALWAYS, "Afdelingens slags", "What the unit is"),
        Column("step", "step", WHOLE, ALWAYS, "Trin på indsatstrappen, 4 til 8", "Step of the ladder, 4 to 8"),
        Column("places", "place_count", WHOLE, ALWAYS, "Pladser", "Places"),
        Column("age_min", "age_min", WHOLE, NO, "Yngste, hele år; tom er 0", "Youngest, whole years; empty means 0"),
        Column("age_max", "age_max", WHOLE, ALWAYS, "Ældste, hele år", "Oldest, whole years"),
        Column("gender_rule", "gender_rule", choice(capacity_pb2.GenderRule), ALWAYS, "Køn", "Who may live there"),
        Column("need_level", "need_level", NEED_LEVEL, ALWAYS, "Største behov", "Largest need"),
        Column("languages", "languages", LANGUAGES, ALWAYS, "Sprog", "Languages"),
        Column(
            "disposal",
            "disposal",
            choice(terms_pb2.Disposal),
            ALWAYS,
            "Hvem råder over pladserne",
            "Who disposes of it",
        ),
        Column("agreements", "agreements", AUTHORITIES, NO, "Kommuner med aftale", "Authorities with an agreement"),
        Column("competences", "competences", COMPETENCES, NO, "Det er den god til", "What it is good at"),
        Column("accessibility", "accessibility", ACCESSIBILITY, NO, "Det kan bygningen", "What the building allows"),
        Column("schools", "schools", listed(TEXT_IN_LIST), NO, "Skoler i nærheden", "Schools within reach"),
        Column("severe_need_limit", "severe_need_limit", WHOLE, NO, "Højst med svært behov", "Severe needs at most"),
        Column("daily_rate", "daily_rate", MONEY, NO, "Kroner pr. barn pr. dag", "Kroner for one child a day"),
        Column("daily_rates", "daily_rates", listed(RATE), NO, "Takster fra en dag", "Rates from a day on"),
        Column("target_groups", "target_groups", listed(TEXT_IN_LIST), NO, "Målgrupper", "Whom it is for"),
        Column("adults_by_day", "staffing.adults_by_day", WHOLE, NO, "Voksne om dagen", "Adults by day"),
        Column("adults_by_night", "staffing.adults_by_night", WHOLE, NO, "Voksne om natten", "Adults by night"),
        Column(
            "awake_at_night", "staffing.awake_at_night", YES_OR_NO, NO, "Vågen nattevagt", "Somebody awake at night"
        ),
    ),
)

VACANCIES = Sheet(
    file="vacancies.csv",
    da="Afdelingernes ledige pladser, en række for hver afdeling",
    en="Free places of units, one row for each unit",
    message=capacity_pb2.ReportVacancyRequest,
    row="vacancy",
    resource="vacancy",
    identity=(Column("unit", "parent", UNIT, ALWAYS, "Afdelingen", "The unit"),),
    content=(
        Column("free_places", "free_place_count", WHOLE, NO, "Ledige pladser; tom er 0", "Free places; empty means 0"),
        Column("free_from", "from_date", DAY, ALWAYS, "Ledig fra", "Free from"),
        Column(
            "confirmed_on",
            "confirmed_time",
            MOMENT,
            NO,
            "Bekræftet den; tom er i dag",
            "Confirmed on; empty means today",
        ),
        Column("confirmed_by", "confirmed_by", TEXT, NO, "Bekræftet af", "Confirmed by"),
        Column("blocked", "blocked", listed(BLOCKED), NO, "Pladser ude af brug", "Places out of use"),
    ),
)

DELIVERIES = Sheet(
    file="deliveries.csv",
    da="Leverede ydelser, en række for hver",
    en="What institutions delivered, one row each",
    message=capacity_pb2.RecordDeliveryRequest,
    row="delivery",
    resource="delivery",
    identity=(
        Column(
            "institution",
            "parent",
            reference("institutions", "i-1"),
            ALWAYS,
            "Institutionens nøgle",
            "Institution's key",
        ),
        Column("key", "id", KEY_CELL, ALWAYS, "Leverancens nøgle", "The delivery's key"),
    ),
    content=(
        Column(
            "service", "promised_service", KEY_CELL, ALWAYS, "Den aftalte ydelses nøgle", "The promised service's key"
        ),
        Column("delivered_on", "delivered_date", DAY, ALWAYS, "Leveret den", "Delivered on"),
        Column("what", "what", TEXT, ALWAYS, "Hvad; uden navne på børn", "What; without names of children"),
        Column("recorded_by", "recorded_by", TEXT, NO, "Noteret af", "Noted by"),
    ),
)
