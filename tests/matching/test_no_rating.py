"""KRITH is support, not rating: of how a family is followed, matching knows facts alone."""

from pathlib import Path

from havn.families.v1 import events_pb2 as events
from havn.families.v1 import families_pb2 as families
from services.families import events as told
from tests import cast
from tests.contract.descriptors import reachable

MATCHING = Path(__file__).parents[2] / "services" / "matching"
FACTS = {"completed_date", "waived_until_date"}


def test_k16_no_code_of_matching_knows_a_follow_up() -> None:
    sources = {path: path.read_text("utf-8").lower() for path in MATCHING.rglob("*.py")}
    assert len(sources) > 20
    known = ("followup", "follow_up", "support_pb2", "concern_kind", "risk_view", "supervisionvisit")
    assert [str(path) for path, text in sources.items() if any(word in text for word in known)] == []


def test_k16_what_matching_hears_of_a_family_holds_no_follow_up() -> None:
    heard = {message.name for message in reachable(events.FosterFamilyChanged.DESCRIPTOR)}
    assert not {name for name in heard if name.startswith(("FollowUp", "Concern", "Trend", "Supervision", "Agreed"))}


def test_k16_of_training_the_bus_tells_when_the_course_was_done_or_until_when_it_is_waived() -> None:
    goal = families.ReachedGoal(goal=families.LEARNING_GOAL_LAW, reached_date=cast.day(-9))
    day = families.TrainingDay(training_date=cast.day(-3), subject="Attachment (invented)")
    training = families.Training(
        completed_date=cast.day(-1), waived_until_date=cast.day(1), waived_by="x", goals=[goal], days=[day]
    )
    _subject, event = told.family_updated(cast.a_family(name="families/f-1", etag="1", training=training))
    assert isinstance(event, events.FosterFamilyChanged)
    assert {field.name for field, _ in event.family.training.ListFields()} == FACTS
