"""What was recorded of support, each in a file by itself: follow-ups, how their actions ended, visits, agreements."""

from havn.families.v1 import support_pb2
from services.havn.importing.cells import DAY, KEY_CELL, MOMENT, TEXT, WHOLE, YES_OR_NO, listed, reference
from services.havn.importing.choices import choice
from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.family_cells import AUTHORITY, CHILD, USER
from services.havn.importing.support_cells import ACTIONS, PLAN, TALKS

ALWAYS, NO = Needed.ALWAYS, Needed.NO

PARTS = {
    "competences": ("Kompetencer", "Competences"),
    "resources": ("Ressourcer og relationer", "Resources and relations"),
    "involvement": ("Inddragelse", "Involvement"),
    "trust": ("Tillid, trivsel, tilknytning, tryghed", "Trust and wellbeing"),
    "everyday_life": ("Hverdagsliv", "Everyday life"),
}

_AUTHORITY = Column("authority", "authority", AUTHORITY, NO, "Familiens kommune", "The family's authority")
_LOGGED = Column("logged_on", "create_time", MOMENT, NO, "Skrevet ned", "Written down")


def _identity(da: str, en: str) -> tuple[Column, ...]:
    return (
        Column("family", "parent", reference("families", "f-1"), ALWAYS, "Familiens nøgle", "The family's key"),
        Column("key", "id", KEY_CELL, ALWAYS, da, en),
    )


FOLLOW_UPS = Sheet(
    file="follow_ups.csv",
    da="Opfølgninger, en række for hver",
    en="Follow-ups, one row each",
    message=support_pb2.RecordedFollowUp,
    row="follow_up",
    resource="follow_up",
    identity=_identity("Opfølgningens nøgle", "The follow-up's key"),
    content=(
        Column("visit_date", "visit_date", DAY, ALWAYS, "Dagen for besøget", "The day of the visit"),
        *(Column(f"{name}_note", f"{name}.note", TEXT, ALWAYS, da, en) for name, (da, en) in PARTS.items()),
        *(
            Column(f"{name}_child_words", f"{name}.child_words", TEXT, NO, f"{da}: barnets egne ord", f"{en}: child")
            for name, (da, en) in PARTS.items()
        ),
        *(
            Column(f"{name}_scale", f"{name}.scale", WHOLE, NO, f"{da}: trin på skalaen", f"{en}: step of the scale")
            for name, (da, en) in PARTS.items()
        ),
        Column("actions", "actions", ACTIONS, NO, "Aftaler", "Agreed actions"),
        Column("children", "children", listed(CHILD), NO, "Børn, den handler om", "Children that it is about"),
        Column("concern", "concern", YES_OR_NO, NO, "Bekymring", "Concern"),
        Column("concern_words", "concern_words", TEXT, NO, "Hvad bekymringen er", "What the concern is"),
        Column("next_visit_date", "next_visit_date", DAY, ALWAYS, "Næste besøg", "Next visit"),
        Column("later_reason", "later_reason", TEXT, NO, "Hvorfor senere", "Why later"),
        Column("corrections", "correction.number", WHOLE, NO, "Antal rettelser", "Number of corrections"),
        Column("corrected_by", "correction.author", TEXT, NO, "Rettet af", "Corrected by"),
        Column("corrected_on", "correction.time", MOMENT, NO, "Rettet den", "Corrected on"),
        Column("correction_reason", "correction.reason", TEXT, NO, "Hvorfor rettet", "Why corrected"),
        Column("policy_version", "policy_version", TEXT, NO, "Kommunens beslutning", "The authority's policy"),
        Column("consultant", "consultant", USER, NO, "Hvem der besøgte", "Who visited"),
        _LOGGED,
        _AUTHORITY,
    ),
)

AGREED_ACTIONS = Sheet(
    file="agreed_actions.csv",
    da="Aftaler fra opfølgninger, en række for hver",
    en="Actions agreed on at follow-ups, one row each",
    message=support_pb2.RecordedAction,
    row="action",
    resource="action",
    identity=(
        Column("family", "parent", reference("families", "f-1"), ALWAYS, "Familiens nøgle", "The family's key"),
        Column("follow_up", "follow_up", KEY_CELL, ALWAYS, "Opfølgningens nøgle", "The follow-up's key"),
        Column("number", "number", WHOLE, ALWAYS, "Aftalens nummer i den", "The action's number in it"),
    ),
    content=(
        Column("visit_date", "visit_date", DAY, NO, "Dagen for besøget", "The day of the visit"),
        Column("what", "action.what", TEXT, NO, "Hvad der er aftalt", "What was agreed on"),
        Column("owner", "action.owner", TEXT, NO, "Hvem der gør det", "Who does it"),
        Column("due_date", "action.due_date", DAY, NO, "Senest", "By when"),
        Column("state", "state", choice(support_pb2.ActionState), ALWAYS, "Hvad der blev af den", "What became of it"),
        Column("words", "words", TEXT, NO, "Hvad der blev sagt", "What was said"),
        Column("settled_by", "settled_by", TEXT, NO, "Hvem der sagde det", "Who said so"),
        Column("settled_on", "settle_time", MOMENT, NO, "Hvornår", "When"),
        Column("consultant", "consultant", USER, NO, "Hvem der besøgte", "Who visited"),
        _AUTHORITY,
    ),
)

SUPERVISION_VISITS = Sheet(
    file="supervision_visits.csv",
    da="Tilsynsbesøg, en række for hvert",
    en="Supervision visits, one row each",
    message=support_pb2.RecordedSupervisionVisit,
    row="visit",
    resource="visit",
    identity=_identity("Besøgets nøgle", "The visit's key"),
    content=(
        Column("visit_date", "visit_date", DAY, ALWAYS, "Dagen for besøget", "The day of the visit"),
        Column("visitor", "visitor", USER, NO, "Hvem der besøgte", "Who visited"),
        Column("note", "note", TEXT, ALWAYS, "Hvad der blev set", "What was seen"),
        Column("talks", "talks", TALKS, NO, "Samtaler med børn", "Talks with children"),
        _LOGGED,
        _AUTHORITY,
    ),
)

SUPPORT_AGREEMENTS = Sheet(
    file="support_agreements.csv",
    da="Aftaler om støtte, en række for hver",
    en="Agreements on support, one row each",
    message=support_pb2.RecordedSupportAgreement,
    row="agreement",
    resource="agreement",
    identity=_identity("Aftalens nøgle", "The agreement's key"),
    content=(
        Column("kind", "kind", choice(support_pb2.SupportKind), ALWAYS, "Slags", "Kind"),
        Column("child", "child", CHILD, NO, "Det barn, den gælder", "The child that it is for"),
        Column("what", "what", TEXT, ALWAYS, "Hvad der er aftalt", "What was agreed on"),
        Column("provider", "provider", TEXT, NO, "Hvem der giver støtten", "Who gives the support"),
        Column("from_date", "from_date", DAY, ALWAYS, "Første dag", "First day"),
        Column("until_date", "until_date", DAY, NO, "Sidste dag", "Last day"),
        Column("plan", "plan", PLAN, NO, "Intensiv støtte: plan", "Intensive support: plan"),
        Column(
            "relief_family", "relief_family", reference("families", "f-1"), NO, "Aflastningsfamilie", "Relief family"
        ),
        Column("days_per_month", "days_per_month", WHOLE, NO, "Aflastning: dage om måneden", "Relief: days a month"),
        Column("author", "author", USER, NO, "Hvem der aftalte den", "Who agreed on it"),
        Column("end_reason", "end_reason", TEXT, NO, "Hvorfor den sluttede", "Why it ended"),
        Column("ended_by", "ended_by", TEXT, NO, "Hvem der sluttede den", "Who ended it"),
        _LOGGED,
        _AUTHORITY,
    ),
)
