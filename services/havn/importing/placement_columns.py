"""requests.csv and placements.csv."""

from havn.placements.v1 import placements_pb2
from havn.terms.v1 import terms_pb2
from services.havn.importing.cells import (
    DAY,
    DECIMAL,
    HOME,
    KEY_CELL,
    MOMENT,
    MONEY,
    TEXT,
    TOWN,
    WHOLE,
    YES_OR_NO,
    listed,
    reference,
)
from services.havn.importing.choices import choice, sibling_bond
from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.family_cells import ACCESSIBILITY, AUTHORITY, CHILD, COMPETENCES, LANGUAGES, NEED_LEVEL

ALWAYS, WITH_GROUP, NO = Needed.ALWAYS, Needed.WITH_GROUP, Needed.NO
GENDER = choice(terms_pb2.Gender)
STEP_DA, STEP_EN = "Trin på indsatstrappen, 1 til 8", "Step of the ladder, 1 to 8"

_REQUEST = (
    Column("authority", "authority", AUTHORITY, ALWAYS, "Kommunen med ansvaret", "The responsible authority"),
    Column("kind", "kind", choice(placements_pb2.RequestKind), ALWAYS, "Hvad der søges", "What is sought"),
    Column("from_date", "from_date", DAY, ALWAYS, "Pladsen bruges fra", "The place is needed from"),
    Column("place_by", "place_by_date", DAY, ALWAYS, "Barnet skal have plads senest", "A place at the latest by"),
    Column("waiting_since", "waiting_since_date", DAY, NO, "Har ventet siden", "Has waited since"),
)

_FILING = (
    Column("filed_on", "create_time", MOMENT, NO, "Indgivet den; tom er nu", "Filed on; empty means now"),
    Column("filed_by", "filed_by", TEXT, NO, "Indgivet af", "Filed by"),
    Column(
        "state", "state", choice(placements_pb2.RequestState), NO, "Tilstand; tom er open", "State; empty means open"
    ),
    Column("closed_on", "close_time", MOMENT, NO, "Afsluttet den; tom er nu", "Closed on; empty means now"),
    Column("withdrawal_reason", "withdrawal_reason", TEXT, NO, "Trukket tilbage: hvorfor", "Withdrawn: why"),
)

_CHILD = (
    Column(
        "child", "child.reference", CHILD, ALWAYS, "Barnets nøgle; aldrig navn eller CPR", "Key; never a name or CPR"
    ),
    Column("birth_date", "child.birth_date", DAY, ALWAYS, "Fødselsdato", "Date of birth"),
    Column("gender", "child.gender", GENDER, ALWAYS, "Køn", "Gender"),
    Column("home_town", "child.town", TOWN, ALWAYS, "Hvor barnet hører hjemme", "Where the child is at home"),
    Column("languages", "child.languages", LANGUAGES, ALWAYS, "Sprog, bedste først", "Languages, best first"),
)

_NEEDS = (
    Column("need_level", "needs.level", NEED_LEVEL, ALWAYS, "Behovets størrelse", "How large the need is"),
    Column("needed_competences", "needs.needed_competences", COMPETENCES, NO, "Skal kunne", "Needed competences"),
    Column("wished_competences", "needs.wished_competences", COMPETENCES, NO, "Bør kunne", "Wished competences"),
    Column("accessibility", "needs.accessibility", ACCESSIBILITY, NO, "Krav til bygningen", "Needs of the building"),
    Column("need_step", "need_step.step", WHOLE, ALWAYS, STEP_DA, STEP_EN),
    Column("need_step_assessor", "need_step.assessor", TEXT, ALWAYS, "Vurderet af", "Assessed by"),
    Column("need_step_assessed", "need_step.assessed_date", DAY, ALWAYS, "Vurderet den", "Assessed on"),
    Column("ceiling_step", "ceiling.step", WHOLE, WITH_GROUP, "Loft: højeste trin", "Ceiling: highest step"),
    Column("ceiling_author", "ceiling.author", TEXT, WITH_GROUP, "Loft: besluttet af", "Ceiling: decided by"),
    Column("ceiling_reason", "ceiling.reason", TEXT, WITH_GROUP, "Loft: hvorfor", "Ceiling: why"),
    Column("ceiling_until", "ceiling.until_date", DAY, WITH_GROUP, "Loft: sidste dag", "Ceiling: last day"),
    Column("solo_placement", "solo_placement", YES_OR_NO, NO, "Skal bo uden andre børn", "No other children"),
)

_SAFETY = (
    Column("danger_assessor", "danger.assessor", TEXT, WITH_GROUP, "I fare: vurderet af", "In danger: assessed by"),
    Column("danger_since", "danger.since_date", DAY, WITH_GROUP, "I fare: siden", "In danger: since"),
    Column("siblings", "siblings", listed(sibling_bond()), NO, "Søskende", "Brothers and sisters"),
    Column("protect_from_homes", "protection.homes", listed(HOME), NO, "Aldrig i hjemmene", "Never in the homes"),
    Column("protect_from_towns", "protection.towns", listed(TOWN), NO, "Aldrig i byerne", "Never in the towns"),
    Column(
        "protect_from_persons",
        "protection.persons",
        listed(reference("persons", "p-1")),
        NO,
        "Aldrig hos personer i household.csv",
        "Never with these persons of household.csv",
    ),
    Column("protect_from_children", "protection.children", listed(CHILD), NO, "Aldrig med børn", "Nor with children"),
)

_LIFE = (
    Column("school", "school.school", TEXT, WITH_GROUP, "Barnets skole", "The child's school"),
    Column("school_town", "school.town", TOWN, WITH_GROUP, "Skolens by", "The school's town"),
    Column("parents_town", "contact.town", TOWN, WITH_GROUP, "Forældrenes by", "The parents' town"),
    Column(
        "visits_per_month",
        "contact.visits_per_month",
        DECIMAL,
        WITH_GROUP,
        "Samvær om måneden, mere end 0",
        "Visits a month, more than 0",
    ),
    Column("child_words", "wish.child_words", TEXT, NO, "Barnets egne ord", "The child's own words"),
    Column("child_wish_town", "wish.child_town", TOWN, NO, "Barnet ønsker byen", "Town that the child wishes"),
    Column("child_wish_home", "wish.child_home", HOME, NO, "Barnet ønsker hjemmet", "Home that the child wishes"),
    Column("parents_wish_town", "wish.parents_town", TOWN, NO, "Forældrene ønsker byen", "Town that parents wish"),
    Column("basis_kind", "legal_basis.kind", choice(placements_pb2.BasisKind), WITH_GROUP, "Grundlag", "Legal basis"),
    Column("basis_paragraph", "legal_basis.paragraph", TEXT, WITH_GROUP, "Grundlag: paragraf", "Basis: paragraph"),
    Column("basis_decided", "legal_basis.decided_date", DAY, WITH_GROUP, "Grundlag: dato", "Basis: decided on"),
    Column("basis_expires", "legal_basis.expiry_date", DAY, NO, "Grundlag: udløber", "Basis: expires on"),
    Column(
        "current_home",
        "current_home.home",
        HOME,
        NO,
        "Bor nu i; tom, når det er hjemme",
        "Lives in now; empty when at home",
    ),
    Column(
        "current_step",
        "current_home.step",
        WHOLE,
        NO,
        "Bor nu på trin; 0 er hjemme, tom er ikke oplyst",
        "On step now; 0 is at home, empty is not stated",
    ),
    Column("current_unsafe", "current_home.unsafe", YES_OR_NO, NO, "Usikkert at blive der", "Not safe to stay there"),
)

REQUESTS = Sheet(
    file="requests.csv",
    da="Børn, der venter på et hjem, en række for hver anmodning",
    en="Children who wait for a home, one row for each request",
    message=placements_pb2.CreateRequestRequest,
    row="request",
    resource="request",
    identity=(Column("key", "id", KEY_CELL, ALWAYS, "Anmodningens nøgle", "The request's key"),),
    content=_REQUEST + _CHILD + _NEEDS + _SAFETY + _LIFE + _FILING,
)

PLACEMENTS = Sheet(
    file="placements.csv",
    da="Børn, der bor eller har boet i et hjem, en række for hver anbringelse",
    en="Children who live or have lived in a home, one row for each placement",
    message=placements_pb2.RecordPlacementRequest,
    row="placement",
    resource="placement",
    identity=(Column("key", "id", KEY_CELL, ALWAYS, "Anbringelsens nøgle", "The placement's key"),),
    content=(
        Column("authority", "authority", AUTHORITY, ALWAYS, "Kommunen med ansvaret", "The responsible authority"),
        Column("child", "child", CHILD, ALWAYS, "Barnets nøgle; aldrig navn eller CPR", "Key; never a name or CPR"),
        Column("birth_date", "birth_date", DAY, ALWAYS, "Fødselsdato", "Date of birth"),
        Column("gender", "gender", GENDER, ALWAYS, "Køn", "Gender"),
        Column("need_level", "need_level", NEED_LEVEL, ALWAYS, "Behovets størrelse", "How large the need is"),
        Column("home", "home", HOME, ALWAYS, "Hjemmet", "The home"),
        Column("step", "step", WHOLE, ALWAYS, STEP_DA, STEP_EN),
        Column("start_date", "start_date", DAY, ALWAYS, "Første dag", "First day"),
        Column("end_date", "end_date", DAY, NO, "Sidste dag; tom mens den varer", "Last day; empty while it lasts"),
        Column("planned_end", "planned_end_date", DAY, NO, "Slutter efter planen den", "To end by the plan on"),
        Column("daily_cost", "daily_cost", MONEY, NO, "Kroner pr. dag", "Kroner a day"),
        Column("solo_placement", "solo_placement", YES_OR_NO, NO, "Bruger hele afdelingen", "Uses the whole unit"),
        Column("group", "group", KEY_CELL, NO, "Fælles nøgle: én families plads", "Of a family in one place"),
    ),
)
