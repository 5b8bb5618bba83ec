"""What was recorded of support elsewhere, taken from files: added under its key, and never overwritten (K18)."""

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.message import Message
from sqlmodel import Session, select

from havn.families.v1 import families_pb2 as families
from havn.families.v1 import support_pb2 as pb
from services.havn.exporting.rows import row
from services.havn.importing.columns import Sheet
from services.havn.importing.one_file import read, write_file
from services.havn.importing.problems import Problems
from services.havn.importing.support_columns import AGREED_ACTIONS, FOLLOW_UPS, SUPERVISION_VISITS, SUPPORT_AGREEMENTS
from services.shared.tables import OutboxEvent
from services.shared.wire import timestamp
from tests import cast
from tests.conftest import Client, Havn

LONG_AGO = {"visit_date": cast.day(-900), "next_visit_date": cast.day(-500), "later_reason": ""}


def recorded(family: str, key: str, **told: cast.Value) -> pb.ImportSupportRequest:
    follow_up = cast.a_follow_up(consultant="users/old", create_time=timestamp(cast.NOW), **told)
    return pb.ImportSupportRequest(follow_up=pb.RecordedFollowUp(parent=family, id=key, follow_up=follow_up))


def rows(family: str, key: str) -> list[pb.ImportSupportRequest]:
    plan = [pb.PlannedSupport(planned_date=cast.day(-20), what="A talk (invented)")]
    intensive = cast.an_agreement(
        kind=pb.SUPPORT_KIND_INTENSIVE, child="children/c-1", plan=plan, until_date=cast.day(-1), end_reason="Enough"
    )
    return [
        recorded(family, key, **LONG_AGO),
        pb.ImportSupportRequest(visit=pb.RecordedSupervisionVisit(parent=family, id=key, visit=cast.a_visit())),
        pb.ImportSupportRequest(
            agreement=pb.RecordedSupportAgreement(parent=family, id=key, agreement=intensive),
        ),
    ]


async def imported(client: Client, taken: list[pb.ImportSupportRequest]) -> pb.ImportSupportResponse:
    taken[0].request_id = cast.fresh()
    return await client.support.ImportSupport(cast.one_by_one(taken))


async def told_of(havn: Havn) -> Counter[str]:
    """How many events of each kind families announced."""

    def read_kinds(session: Session) -> list[str]:
        return list(session.exec(select(OutboxEvent.kind)))

    return Counter(kind.rpartition(".")[2] for kind in await havn.rows("families", read_kinds))


async def test_k18_what_was_recorded_is_added_once_and_not_overwritten(
    havn: Havn, consultant: Client, administrator: Client
) -> None:
    family = (await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))).name
    before = await told_of(havn)
    assert cast.counts(await imported(administrator, rows(family, "k-1"))) == (3, 0, 0)
    assert cast.counts(await imported(administrator, rows(family, "k-1"))) == (0, 0, 3)
    listed = (await consultant.families.ListFollowUps(families.ListFollowUpsRequest(parent=family))).follow_ups
    assert [(each.name, each.consultant) for each in listed] == [(f"{family}/followUps/k-1", "users/old")]
    actions = (await consultant.support.ListActions(pb.ListActionsRequest(parent=family))).actions
    assert [(each.name, each.visit_date) for each in actions] == [(f"{family}/followUps/k-1/actions/1", cast.day(-900))]
    otherwise = rows(family, "k-1")
    otherwise[0].follow_up.follow_up.trust.note = "Another one"
    otherwise[1].visit.visit.note = "Another one"
    told = [(each.index, each.field) for each in (await imported(administrator, otherwise)).problems]
    assert told == [(0, "trust"), (1, "note")]
    recent = [recorded(family, "k-2"), recorded("families/nobody", "k-2")]
    assert [(each.index, each.field) for each in (await imported(administrator, recent)).problems] == [(1, "parent")]
    assert cast.counts(await imported(administrator, recent[:1])) == (1, 0, 0)
    now = await told_of(havn)
    assert (now - before)["FollowUpLogged"] == 2
    assert (now - before)["ConcernRaised"] == 1, "the old concern opens nothing"


async def test_k18_a_fall_is_told_of_the_newest_visit_alone_and_an_import_again_tells_nothing(
    havn: Havn, consultant: Client, administrator: Client
) -> None:
    policy = await havn.as_(cast.LEADER).support.PublishSupportPolicy(cast.publishing())
    family = (await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))).name
    before = await told_of(havn)

    def visits() -> list[pb.ImportSupportRequest]:
        days = {"newest": (-1, 1), "before": (-30, 2), "oldest": (-60, 3)}
        return [
            recorded(
                family,
                key,
                visit_date=cast.day(when),
                policy_version=policy.version,
                trust=families.FollowUpPart(note="x", scale=scale),
                concern=False,
                concern_words="",
            )
            for key, (when, scale) in days.items()
        ]

    for counts in ((3, 0, 0), (0, 0, 3)):
        assert cast.counts(await imported(administrator, visits())) == counts
    listed = (await consultant.families.ListFollowUps(families.ListFollowUpsRequest(parent=family))).follow_ups
    assert [list(each.concern_kinds) for each in listed] == [[families.CONCERN_KIND_FALLING], [], []]
    assert (await told_of(havn) - before)["ConcernRaised"] == 1


async def actions_of(consultant: Client, family: str) -> list[pb.AgreedAction]:
    return list((await consultant.support.ListActions(pb.ListActionsRequest(parent=family))).actions)


async def settled(consultant: Client, administrator: Client) -> list[pb.AgreedAction]:
    """Three actions of a family's follow-up: one done, one not done, one open."""
    family = (await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))).name
    agreed = [families.FollowUpAction(what=f"Call {n}", owner="users/c", due_date=cast.day(n)) for n in (1, 2, 3)]
    await imported(administrator, [recorded(family, "k-1", actions=agreed)])
    done, not_done, _ = await actions_of(consultant, family)
    for action, state in ((done, pb.ACTION_STATE_DONE), (not_done, pb.ACTION_STATE_NOT_DONE)):
        asked = pb.SettleActionRequest(
            name=action.name, etag=action.etag, state=state, words="The school: shut | moved"
        )
        asked.request_id = cast.fresh()
        await consultant.support.SettleAction(asked)
    return await actions_of(consultant, family)


def in_file(actions: list[pb.AgreedAction], file: Path) -> list[pb.ImportSupportRequest]:
    """What an import sends of a file that tells these actions, as an export writes it."""
    ids = [action.name.split("/") for action in actions]
    keys = [{"family": family, "follow_up": key, "number": number} for _, family, _, key, _, number in ids]
    cells = [row(AGREED_ACTIONS, action, key) for action, key in zip(actions, keys, strict=True)]
    write_file(file, AGREED_ACTIONS, cells)
    part = read(file, AGREED_ACTIONS)
    assert not isinstance(part, Problems), part
    return [pb.ImportSupportRequest(action=each.message) for each in part.rows]  # type: ignore[arg-type]


async def test_k18_what_became_of_actions_goes_into_a_file_and_comes_back_whole(
    consultant: Client, administrator: Client, tmp_path: Path
) -> None:
    kept = await settled(consultant, administrator)
    again = in_file(kept, tmp_path / "same.csv")
    assert cast.counts(await imported(administrator, again)) == (0, 0, 3)
    other = (await consultant.families.CreateFosterFamily(cast.entering(cast.a_ready_family()))).name
    agreed = [action.action for action in kept]
    await imported(administrator, [recorded(other, "k-1", actions=agreed)])
    for request in again:
        request.action.parent = other
    assert cast.counts(await imported(administrator, again)) == (0, 2, 1)
    assert cast.counts(await imported(administrator, again)) == (0, 0, 3)

    def bare(actions: list[pb.AgreedAction]) -> list[pb.AgreedAction]:
        for action in actions:
            action.name = action.name.split("/", 2)[2]
        return actions

    assert bare(await actions_of(consultant, other)) == bare(kept)


async def test_k18_what_became_of_an_action_is_told_once_and_of_one_that_is_there(
    consultant: Client, administrator: Client, tmp_path: Path
) -> None:
    kept = await settled(consultant, administrator)
    done, not_done, still_open = in_file(kept, tmp_path / "wrong.csv")
    nobody = in_file(kept[:1], tmp_path / "nobody.csv")[0]
    done.action.action.state = pb.ACTION_STATE_NOT_DONE
    not_done.action.action.visit_date.CopyFrom(cast.day(-2))
    still_open.action.action.words = "Perhaps"
    nobody.action.number = 9
    told = (await imported(administrator, [done, not_done, still_open, nobody])).problems
    assert [(each.index, each.field) for each in told] == [
        (0, "action.state"),
        (1, "action.visit_date"),
        (1, "action.state"),
        (2, "action.words"),
        (3, "follow_up"),
    ]
    still_open.action.action.state = pb.ACTION_STATE_DONE
    still_open.action.action.settle_time.CopyFrom(timestamp(cast.NOW + timedelta(days=1)))
    told = (await imported(administrator, [still_open])).problems
    assert [each.field for each in told] == ["action.settle_time"]


WHOLE: list[tuple[Sheet, Message]] = [
    (
        FOLLOW_UPS,
        cast.a_follow_up(
            trust=families.FollowUpPart(note="Two lines:\nand | a bar", child_words="=Ja", scale=2),
            concern_words="It hides food (invented)",
            correction=families.Correction(number=1, author="users/c", time=timestamp(cast.NOW), reason="A slip"),
            policy_version="sermersooq-1",
            consultant="users/c",
            create_time=timestamp(cast.NOW),
            authority=cast.MUNICIPALITY,
        ),
    ),
    (
        SUPERVISION_VISITS,
        cast.a_visit(
            talks=[
                pb.ChildTalk(child="children/a", held=True, staff_absent=True),
                pb.ChildTalk(child="children/b", reason="It slept: all day"),
            ],
            visitor="users/c",
            create_time=timestamp(cast.NOW),
            authority=cast.MUNICIPALITY,
        ),
    ),
    (
        SUPPORT_AGREEMENTS,
        cast.an_agreement(
            kind=pb.SUPPORT_KIND_RELIEF,
            relief_family="families/f-2",
            days_per_month=4,
            plan=[pb.PlannedSupport(planned_date=cast.day(), what="A talk")],
            until_date=cast.day(1),
            end_reason="Enough",
            ended_by="users/c",
            author="users/c",
            create_time=timestamp(cast.NOW),
            authority=cast.MUNICIPALITY,
        ),
    ),
]


@pytest.mark.once
@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
@pytest.mark.parametrize(("sheet", "record"), WHOLE, ids=lambda each: getattr(each, "file", ""))
def test_a_record_comes_back_from_its_file_whole(sheet: Sheet, record: Message, suffix: str, tmp_path: Path) -> None:
    file = tmp_path / f"ud.{suffix}"
    write_file(file, sheet, [row(sheet, record, {"family": "f-1", "key": "k-1"})])
    part = read(file, sheet)
    assert not isinstance(part, Problems), part
    (taken,) = part.rows
    assert getattr(taken.message, sheet.resource) == record
    assert taken.message == sheet.message(parent="families/f-1", id="k-1", **{sheet.resource: record})


@pytest.mark.once
def test_what_is_wrong_is_told_by_row_and_column(tmp_path: Path) -> None:
    file = tmp_path / "ud.csv"
    file.write_text("family;key;visit_date;note;talks\nf-1;a;2026-02-30;x;k-1:maybe\nf-1;a;2026-02-01;;\n")
    found = read(file, SUPERVISION_VISITS)
    assert isinstance(found, Problems)
    told = [(each.row, each.column) for each in found.found]
    assert told == [(2, "visit_date"), (2, "talks"), (3, "note"), (3, "key")]
