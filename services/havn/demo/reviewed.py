"""What was decided and looked at after visits, which comes in no file: a scale, a correction, a concern. Made up."""

from collections.abc import Iterable, Iterator

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from havn.placements.v1 import placements_pb2 as placements
from services.havn.demo.followed import MADE_UP, Visit

AUTHORITY = "authorities/sermersooq"
STEPS = ("Der skal handles nu", "Svært; kræver støtte", "På vej", "Godt")
DECIDED = "Prøves i et år sammen med familierne"
CORRECTED, CORRECTED_DAYS_AGO = "f-013", 26
BETTER = "Netværket er bredt: kor, kajakklub og naboer. Farmor kommer til middag hver torsdag."
LOOKED_AT = "children/k-1016"
OUTCOME = "Talt med skolen: hun går nu i en mindre klasse og følges til bussen. Set igen efter en måned; det går godt"


def scale(held: pb.SupportPolicy) -> pb.PublishSupportPolicyRequest:
    """That an authority follows families as before, and with a scale of its own."""
    policy = pb.SupportPolicy(
        authority=AUTHORITY,
        first_weeks=held.first_weeks,
        severe_weeks=held.severe_weeks,
        moderate_weeks=held.moderate_weeks,
        light_weeks=held.light_weeks,
        talk_required=held.talk_required,
        scale=[pb.ScaleStep(value=value, wording=wording) for value, wording in enumerate(STEPS, start=1)],
        reason=f"{DECIDED} {MADE_UP}",
    )
    return pb.PublishSupportPolicyRequest(policy=policy, request_id="demo-policy")


def corrections(
    visit: Visit, request: families.LogFollowUpRequest, logged: families.FollowUp
) -> Iterator[pb.CorrectFollowUpRequest]:
    """What of a visit was written down anew."""
    if (visit.family, visit.days_ago) == (CORRECTED, CORRECTED_DAYS_AGO):
        corrected = families.FollowUp()
        corrected.CopyFrom(request.follow_up)
        corrected.resources.note = f"{BETTER} {MADE_UP}"
        yield pb.CorrectFollowUpRequest(
            name=logged.name,
            etag=logged.etag,
            follow_up=corrected,
            reason=f"Farmor var ikke nævnt {MADE_UP}",
            request_id=f"demo-correction-{visit.family}",
        )


def looked_at(views: Iterable[placements.RiskView]) -> Iterator[placements.CloseRiskViewRequest]:
    """That somebody looked at a placement, and what came of it."""
    for view in views:
        if view.state == placements.RISK_VIEW_STATE_OPEN:
            yield placements.CloseRiskViewRequest(
                name=view.name,
                etag=view.etag,
                words=f"{OUTCOME} {MADE_UP}",
                request_id=f"demo-looked-{view.name[-16:]}",
            )
