"""The visit that the demo's consultant writes about: made up, as all of the demo."""

from datetime import date, timedelta

from havn.families.v1.families_pb2 import FollowUp, FollowUpAction, FollowUpPart
from services.havn.views.phrases import Lang
from services.shared.wire import date_message

NEXT_VISIT = timedelta(weeks=4)
ACTION_DUE = timedelta(weeks=2)

_ENGLISH = FollowUp(
    competences=FollowUpPart(note="Uses what the course taught about calm mornings; asks for more on attachment."),
    resources=FollowUpPart(
        note="The grandmother helps twice a week. The network holds.",
        child_words="Grandmother makes the best soup.",
    ),
    involvement=FollowUpPart(note="The child took part in planning the contact with its parents."),
    trust=FollowUpPart(note="Seeks comfort now and sleeps through most nights.", child_words="I like my room."),
    everyday_life=FollowUpPart(note="School every day for three weeks; handball has begun."),
    actions=[FollowUpAction(what="Send material on attachment", owner="the consultant")],
)
_DANISH = FollowUp(
    competences=FollowUpPart(
        note="Bruger det, som kurset lærte om rolige morgener; vil gerne vide mere om tilknytning."
    ),
    resources=FollowUpPart(
        note="Bedstemor hjælper to gange om ugen. Netværket holder.",
        child_words="Bedstemor laver den bedste suppe.",
    ),
    involvement=FollowUpPart(note="Barnet var med til at planlægge samværet med sine forældre."),
    trust=FollowUpPart(note="Søger trøst nu og sover igennem de fleste nætter.", child_words="Mit værelse er rart."),
    everyday_life=FollowUpPart(note="I skole hver dag i tre uger; er begyndt til håndbold."),
    actions=[FollowUpAction(what="Send materiale om tilknytning", owner="familieplejekonsulenten")],
)
_TOLD = {Lang.EN: _ENGLISH, Lang.DA: _DANISH}


def visit(today: date, lang: Lang) -> FollowUp:
    """The follow-up of a visit today, in the consultant's language."""
    told = FollowUp(visit_date=date_message(today), next_visit_date=date_message(today + NEXT_VISIT))
    told.MergeFrom(_TOLD[lang])
    for action in told.actions:
        action.due_date.CopyFrom(date_message(today + ACTION_DUE))
    return told
