"""How families of the demo were followed, which comes in no file: visits, agreements, a draft. All of it made up."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.shared.wire import date_message

MADE_UP = "(opdigtet)"
CONSULTANT = "familieplejekonsulenten"


@dataclass(frozen=True)
class Agreed:
    """What was agreed on at a visit, to be done so many days after it; `state` and `words` where it was settled."""

    what: str
    owner: str
    days: int
    state: pb.ActionState.ValueType = pb.ACTION_STATE_OPEN
    words: str = ""


@dataclass(frozen=True)
class Visit:
    """A follow-up: so many days ago, the next visit so many days later, and five notes, some with the child's words."""

    family: str
    days_ago: int
    next_after: int
    notes: tuple[str, str, str, str, str]
    words: tuple[str, str, str, str, str] = ("", "", "", "", "")
    children: tuple[str, ...] = ()
    concern: str = ""
    agreed: tuple[Agreed, ...] = ()
    # Steps of the authority's scale; 0 where none was chosen.
    steps: tuple[int, int, int, int, int] = (0, 0, 0, 0, 0)


VISITS = (
    Visit(
        "f-022",
        98,
        28,
        (
            "Plejefar bruger kursets øvelser om rolige overgange. Savner mere om skærmtid.",
            "Mormor i Qaqortoq ringer hver søndag og taler kalaallisut med pigen.",
            "Hun valgte selv farven på sit værelse.",
            "Falder i søvn uden lys nu.",
            "Ville ikke i skole de første dage efter ferien; plejefar følger hende til bussen.",
        ),
        ("", "Aanaa synger for mig i telefonen.", "", "", "Vi sidder altid bagerst."),
        ("children/k-1016",),
        concern="Pigen er bange for de store i skolen",
        steps=(3, 4, 4, 2, 2),
        agreed=(
            Agreed("Spørge skolen om lektiehjælp", CONSULTANT, 14, pb.ACTION_STATE_DONE, "Hjælp hver tirsdag."),
            Agreed("Låne en bærbar til samtaler med mormor", "plejefar", 21),
        ),
    ),
    Visit(
        "f-022",
        70,
        84,
        (
            "Familien har fundet en fast rytme og beder om mindre støtte.",
            "Var til kaffemik hos slægten; kender nu to fætre i byen.",
            "Pigen var med til at planlægge ferien hos mormor.",
            "Glad og åben; fortæller om sin mor uden at blive ked af det.",
            "Fodbold to gange om ugen. Fisketur på fjorden, når vejret er til det.",
        ),
        ("", "", "Jeg vil med skib, ikke med fly.", "", "Jeg fangede tre torsk."),
        ("children/k-1016",),
        steps=(4, 4, 4, 4, 4),
    ),
    Visit(
        "f-013",
        54,
        28,
        (
            "Arbejder målrettet med følelser; vil gerne have supervision om søskende.",
            "Aflastningsfamilien er der hver anden weekend.",
            "Begge børn var med ved bordet og sagde, hvad de ville tale om.",
            "Den yngste søger trøst hos plejemor. Den ældste holder lidt igen.",
            "Faste pligter i køkkenet fungerer.",
        ),
        ("", "", "", "Hun har en varm trøje.", "Jeg laver bedre suaasat end dem."),
        ("children/k-1003", "children/k-1004"),
        agreed=(Agreed("Aftale supervision om søskende", CONSULTANT, 21, pb.ACTION_STATE_DONE, "Begynder snart."),),
    ),
    Visit(
        "f-013",
        26,
        28,
        (
            "Supervisionen er begyndt. Plejeforældrene taler mere med hinanden om dagen.",
            "Netværket er bredt: kor, kajakklub og naboer.",
            "Samvær med far blev aflyst, fordi flyet fra Tasiilaq ikke kunne lande; børnene fik besked med det samme.",
            "Den ældste spurgte selv, om den måtte blive længere oppe og snakke.",
            "Skolegang uden fravær.",
        ),
        ("", "", "Det var dumt med flyet.", "", ""),
        ("children/k-1003", "children/k-1004"),
        agreed=(Agreed("Finde en ny dag til samvær med far", "sagsbehandleren", 14),),
    ),
    Visit(
        "f-034",
        33,
        28,
        (
            "Kender barnets signaler og handler roligt på dem.",
            "Plejemors søster hjælper til, når der er travlt.",
            "Drengen vil gerne skrive til sin mor.",
            "Sover de fleste nætter igennem.",
            "Går til trommedans i kulturhuset.",
        ),
        ("", "", "Jeg vil skrive et brev.", "", "Vi dansede for de gamle."),
        ("children/k-1046",),
        steps=(4, 4, 3, 4, 4),
        agreed=(
            Agreed(
                "Hjælpe drengen med et brev til mor",
                "plejemor",
                14,
                pb.ACTION_STATE_NOT_DONE,
                "Drengen ville alligevel vente.",
            ),
        ),
    ),
    Visit(
        "f-034",
        5,
        14,
        (
            "Familien er i tvivl om, hvordan den skal tale om samværet.",
            "Søsteren er rejst til Aarhus for at læse; der mangler en, der kan afløse.",
            "Drengen ville ikke være med i dag og gik ind på sit værelse.",
            "Vågner om natten efter samvær og spiser meget lidt.",
            "Er blevet væk fra skole to dage i denne uge.",
        ),
        ("", "", "Jeg gider ikke tale om det.", "Jeg drømmer om huset.", ""),
        ("children/k-1046",),
        concern="Drengen har det dårligere efter de sidste to samvær",
        steps=(3, 2, 2, 2, 2),
        agreed=(Agreed("Tale med sagsbehandleren om samværet", CONSULTANT, 3),),
    ),
    Visit(
        "f-043",
        60,
        28,
        (
            "Har lært at vente på barnet i stedet for at spørge.",
            "Nabobygden kender familien; der er altid nogen hjemme.",
            "Barnet valgte selv at tale tunumiisut ved bordet.",
            "Tør sige nej nu.",
            "Fodrer hundene hver morgen.",
        ),
        ("", "", "", "", "Hundene kender min stemme."),
        ("children/k-061",),
    ),
    Visit(
        "f-064",
        35,
        28,
        (
            "Tre børn på én gang kræver struktur; familien har lavet en ugetavle.",
            "Får hjælp af bedsteforældrene i weekenden.",
            "De store hjælper den nye med at finde rundt.",
            "Den nye græder om aftenen, men lader sig trøste.",
            "Alle spiser morgenmad sammen.",
        ),
        ("", "", "Jeg har vist hende alle hylder.", "", ""),
        ("children/k-1089", "children/k-1090", "children/k-1091"),
        agreed=(Agreed("Sende ugetavlen til de andre familier på kurset", "plejemor", 60),),
    ),
)
"""All of families that the demo's consultant follows, who came to live there long before; each family's in order."""

DRAFTED = ("f-016", {"competences.note": "Vil gerne nå de sidste tre læringsmål i foråret", "trust.note": "Griner me"})
"""A family, and what is written so far of its next follow-up."""

SUPERVISED = (
    ("f-013", 200, "Hjemmet er lyst og ryddeligt; plads til begge børn", "children/k-1003", ""),
    ("f-022", 120, "Alt som aftalt", "children/k-1016", ""),
    ("f-028", 385, "Fire børn; den yngste deler værelse", "children/k-1027", "Sov, da vi kom"),
    ("f-034", 30, "Talte med drengen på en gåtur", "children/k-1046", ""),
)
"""Supervision visits: family, days ago, note, child, and why nobody talked with it alone, if so."""


def visits(today: date) -> Iterator[tuple[Visit, families.LogFollowUpRequest]]:
    """Each visit, as it is logged; the same key every time, so that it is done once."""
    for visit in VISITS:
        when = today - timedelta(days=visit.days_ago)
        parts = [
            families.FollowUpPart(note=f"{note} {MADE_UP}", child_words=words, scale=step)
            for note, words, step in zip(visit.notes, visit.words, visit.steps, strict=True)
        ]
        competences, resources, involvement, trust, everyday_life = parts
        follow_up = families.FollowUp(
            visit_date=date_message(when),
            next_visit_date=date_message(when + timedelta(days=visit.next_after)),
            competences=competences,
            resources=resources,
            involvement=involvement,
            trust=trust,
            everyday_life=everyday_life,
            actions=[_action(agreed, when) for agreed in visit.agreed],
            children=visit.children,
            concern=bool(visit.concern),
            concern_words=f"{visit.concern} {MADE_UP}" if visit.concern else "",
        )
        key = f"demo-follow-up-{visit.family}-{visit.days_ago}"
        yield visit, families.LogFollowUpRequest(parent=_name(visit.family), follow_up=follow_up, request_id=key)


def settled(visit: Visit, follow_up: families.FollowUp) -> Iterator[pb.SettleActionRequest]:
    """What became of the actions of a visit, where somebody said so."""
    for number, agreed in enumerate(visit.agreed, start=1):
        if agreed.state != pb.ACTION_STATE_OPEN:
            yield pb.SettleActionRequest(
                name=f"{follow_up.name}/actions/{number}",
                etag="1",
                state=agreed.state,
                words=f"{agreed.words} {MADE_UP}",
                request_id=f"demo-action-{visit.family}-{visit.days_ago}-{number}",
            )


def draft() -> pb.SaveFollowUpDraftRequest:
    """What the consultant has begun to write."""
    family, written = DRAFTED
    fields = [pb.DraftField(field=field, text=text) for field, text in written.items()]
    return pb.SaveFollowUpDraftRequest(parent=_name(family), fields=fields, request_id=f"demo-draft-{family}")


def supervision_visits(today: date) -> Iterator[pb.LogSupervisionVisitRequest]:
    """Visits that checked on placements, with a talk with a child."""
    for family, days_ago, note, child, reason in SUPERVISED:
        talk = pb.ChildTalk(child=child, held=not reason, staff_absent=not reason, reason=reason)
        when = date_message(today - timedelta(days=days_ago))
        visit = pb.SupervisionVisit(visit_date=when, note=f"{note} {MADE_UP}", talks=[talk])
        key = f"demo-supervision-{family}"
        yield pb.LogSupervisionVisitRequest(parent=_name(family), visit=visit, request_id=key)


def agreements(today: date) -> Iterator[pb.AgreeSupportRequest]:
    """What families are supported with."""

    def on(days: int) -> date:
        return today + timedelta(days=days)

    plan = [
        pb.PlannedSupport(planned_date=date_message(on(days)), what=f"{what} {MADE_UP}")
        for days, what in ((-80, "Ugentlige samtaler i tre måneder"), (10, "Status med skole og sagsbehandler"))
    ]
    asked = {
        "f-040": pb.SupportAgreement(
            kind=pb.SUPPORT_KIND_INTENSIVE, child="children/k-1058", what="Tæt støtte i det første år", plan=plan
        ),
        "f-034": pb.SupportAgreement(kind=pb.SUPPORT_KIND_SUPERVISION, what="Supervision hver måned"),
        "f-013": pb.SupportAgreement(
            kind=pb.SUPPORT_KIND_RELIEF,
            what="Aflastning hver anden weekend",
            relief_family=_name("f-012"),
            days_per_month=4,
        ),
    }
    for family, agreement in asked.items():
        agreement.what = f"{agreement.what} {MADE_UP}"
        agreement.from_date.CopyFrom(date_message(on(-85)))
        key = f"demo-agreement-{family}"
        yield pb.AgreeSupportRequest(parent=_name(family), agreement=agreement, request_id=key)


def _action(agreed: Agreed, visited: date) -> families.FollowUpAction:
    due = date_message(visited + timedelta(days=agreed.days))
    return families.FollowUpAction(what=f"{agreed.what} {MADE_UP}", owner=agreed.owner, due_date=due)


def _name(family: str) -> str:
    return f"families/{family}"
