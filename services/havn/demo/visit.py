"""The visit that the demo's consultant writes about, in Danish: made up, as all of the demo."""

from datetime import date, timedelta

from havn.families.v1.families_pb2 import FollowUp, FollowUpAction, FollowUpPart
from services.havn.demo.followed import CONSULTANT, MADE_UP
from services.shared.wire import date_message

NEXT_VISIT = timedelta(weeks=4)
ACTION_DUE = timedelta(weeks=2)


def visit(today: date) -> FollowUp:
    """The follow-up of a visit today."""
    return FollowUp(
        visit_date=date_message(today),
        next_visit_date=date_message(today + NEXT_VISIT),
        competences=_part("Bruger det, som kurset lærte om rolige morgener; vil gerne vide mere om tilknytning."),
        resources=_part("Bedstemor hjælper to gange om ugen. Netværket holder.", "Bedstemor laver den bedste suppe."),
        involvement=_part("Barnet var med til at planlægge samværet med sine forældre."),
        trust=_part("Søger trøst nu og sover igennem de fleste nætter.", "Mit værelse er rart."),
        everyday_life=_part("I skole hver dag i tre uger; er begyndt til håndbold."),
        actions=[
            FollowUpAction(
                what=f"Sende materiale om tilknytning {MADE_UP}",
                owner=CONSULTANT,
                due_date=date_message(today + ACTION_DUE),
            )
        ],
    )


def _part(note: str, child_words: str = "") -> FollowUpPart:
    return FollowUpPart(note=f"{note} {MADE_UP}", child_words=child_words)
