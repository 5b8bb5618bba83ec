"""KRITH-opfølgning: the form, also for a phone without a network, and the follow-up as it was saved."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import grpc
from starlette.responses import JSONResponse, Response

from havn.families.v1 import families_pb2 as pb
from havn.families.v1 import support_pb2 as support
from services.console import words
from services.console.languages import gettext as _
from services.console.pages import drafts
from services.console.pages.family import children as living_there
from services.console.pages.follow_up_form import PARTS, Filled, filled, steps
from services.console.refusals import Refusal, refusal
from services.console.visits import Page, Visit, may, new_key, same_site, see_other

SERVICE = "havn.families.v1.FamiliesService"
SUPPORT = "havn.families.v1.SupportService"
MOST_VERSIONS = 200
MOST_POLICIES = 200
NOTHING: Mapping[str, str] = {}
LATEST = 5
"""Of so many earlier follow-ups the children are offered."""

KEEP_DAYS = "x-keep-days"
"""Header of pages that a phone may keep: for how many days."""


@dataclass(frozen=True)
class Part:
    """One of the five parts, as the form and the page show it."""

    id: str
    title: str
    help: str


def parts() -> list[Part]:
    """The five parts, with what to look and ask for."""
    texts = {
        "competences": (
            _("Competences"),
            _(
                "What the family can, and what it is learning. Ask what went well since last time, "
                "and what they would like to become better at or get help with."
            ),
        ),
        "resources": (
            _("Resources and relations"),
            _(
                "What the family has to draw on: relatives, neighbours, school, other foster families, you. "
                "Ask whom they call when it is hard, and what gives them strength."
            ),
        ),
        "involvement": (
            _("Involvement"),
            _(
                "How the child, its parents and network take part in what is decided. "
                "Ask what the child chose itself since last time, and how contact with the parents goes."
            ),
        ),
        "trust": (
            _("Trust, wellbeing, attachment and safety"),
            _(
                "How the child is and feels. See whom it goes to for comfort, and how it sleeps, eats and plays. "
                "Ask when it feels safe, and when it does not."
            ),
        ),
        "everyday_life": (
            _("Everyday life"),
            _(
                "Days as they are: morning, school, meals, friends, spare time, bedtime. "
                "Ask for a quite ordinary day, from beginning to end."
            ),
        ),
    }
    return [Part(part, *texts[part]) for part in PARTS]


async def begin(visit: Visit) -> Response:
    """The empty form, or with what the person's draft says."""
    empty = {"visit-date": visit.console.clock.today().isoformat(), "key": new_key()}
    asked = visit.request.query_params.get("draft") == "yes"
    draft = await drafts.kept(visit, _family(visit)) if asked else support.FollowUpDraft()
    opened = {drafts.ETAG: draft.etag, **drafts.values(draft.fields)}
    return await _form(visit, Filled({**empty, **opened}), from_draft=bool(draft.fields))


async def log(visit: Visit) -> Response:
    """Saves what was filled in: sent by the form, or by the queue of a phone, which asks for JSON."""
    given = filled(visit.form)
    if given["add-action"]:
        return await _form(visit, given.with_one_more_row())
    if given["keep-draft"]:
        return await _keep(visit, given)
    if unreadable := given.unreadable():
        return await _refused(visit, given, Refusal(422, "FIELD_INVALID", fields=unreadable))
    request = pb.LogFollowUpRequest(parent=_family(visit), follow_up=given.message(), request_id=given["key"])
    try:
        kept = await visit.services.families.LogFollowUp(request)
    except grpc.aio.AioRpcError as error:
        told = refusal(error)
        if told.status == 401 and not _queued(visit):
            raise
        fields = {given.field(path): words for path, words in (told.fields or {}).items()}
        return await _refused(visit, given, replace(told, fields=fields))
    address = f"/{kept.name.replace('followUps', 'follow-ups')}"
    return JSONResponse({"key": given["key"], "address": address}) if _queued(visit) else see_other(address)


async def _keep(visit: Visit, given: Filled) -> Response:
    """Keeps a draft; where another device kept one meanwhile, the form shows both."""
    other = await drafts.save(visit, _family(visit), given)
    if not other:
        return see_other("/drafts?saved=yes")
    told = Refusal(409, "DRAFT_KEPT_ELSEWHERE")
    return await _form(visit, Filled({**given.values, drafts.ETAG: other[drafts.ETAG]}), told, other=other)


async def show(visit: Visit) -> Response:
    """One follow-up, to read and to print."""
    name = f"{_family(visit)}/followUps/{visit.request.path_params['follow_up']}"
    family, follow_up = await asyncio.gather(
        visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=_family(visit))),
        visit.services.families.GetFollowUp(pb.GetFollowUpRequest(name=name)),
    )
    return visit.page(
        "follow_up.html",
        family=family,
        follow_up=follow_up,
        parts=[(part, getattr(follow_up, part.id)) for part in parts()],
        versions=await _versions(visit, follow_up),
        steps=await _wordings(visit, follow_up),
        may_correct=may(visit.caller, f"{SUPPORT}.CorrectFollowUp"),
    )


async def scale_of(visit: Visit, follow_up: pb.FollowUp) -> Sequence[support.ScaleStep]:
    """The scale that a follow-up was logged under; none where there was none."""
    asked = support.ListSupportPoliciesRequest(authority=follow_up.authority, page_size=MOST_POLICIES)
    policies = (await visit.services.support.ListSupportPolicies(asked)).policies
    return next((each.scale for each in policies if each.version == follow_up.policy_version), ())


async def _wordings(visit: Visit, follow_up: pb.FollowUp) -> Mapping[int, str]:
    """What each step means, where one was chosen."""
    if not any(getattr(follow_up, part).scale for part in PARTS):
        return {}
    return {step.value: step.wording for step in await scale_of(visit, follow_up)}


async def _versions(visit: Visit, follow_up: pb.FollowUp) -> list[pb.FollowUp]:
    """How it stood before each of its corrections, the first one first."""
    if not follow_up.HasField("correction"):
        return []
    asked = support.ListFollowUpVersionsRequest(parent=follow_up.name, page_size=MOST_VERSIONS)
    return list((await visit.services.support.ListFollowUpVersions(asked)).versions)


async def session(visit: Visit) -> Response:
    """Who is logged in, and what a form of theirs must carry: the queue asks before it sends an older form."""
    if not same_site(visit.request):
        return Response(status_code=403)
    return JSONResponse({"user": visit.caller.subject, "csrf": visit.session.csrf})


async def offline(visit: Visit) -> Response:
    """What a phone without a network shows instead of a page that it did not take along."""
    return keepable(visit, visit.page("follow_up_offline.html"))


async def _refused(visit: Visit, given: Filled, told: Refusal) -> Response:
    if _queued(visit):
        words = {"reason": told.reason, "title": told.title, "advice": told.advice, "fields": told.fields or {}}
        return JSONResponse({"key": given["key"], **words}, told.status)
    return await _form(visit, given, told)


async def _form(
    visit: Visit,
    given: Filled,
    told: Refusal | None = None,
    *,
    from_draft: bool = False,
    other: Mapping[str, str] = NOTHING,
) -> Response:
    """The form with what was filled in; `told` says in `fields`, by the form's names, what is wrong with it.

    `other` is what a draft of another device says, by the form's names.
    """
    family, earlier, living, following = await asyncio.gather(
        visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=_family(visit))),
        visit.services.families.ListFollowUps(pb.ListFollowUpsRequest(parent=_family(visit), page_size=LATEST)),
        living_there(visit, _family(visit)),
        visit.services.support.GetNextVisit(support.GetNextVisitRequest(name=_family(visit))),
    )
    named = {child for each in earlier.follow_ups for child in each.children}
    children = sorted({*living, *named, *given.children, family.approval.child} - {""})
    concerned = {"yes": _("Yes"), "no": _("No")}
    page = visit.page(
        "follow_up_form.html",
        status=told.status if told else 200,
        family=family,
        given=given.ticked(children),
        told=told,
        newer=told is not None or from_draft,
        other=[(label, concerned.get(other[name], other[name])) for name, label in _labels(other).items()],
        errors=defaultdict(str, (told.fields if told else None) or {}),
        parts=parts(),
        following=following,
        steps=steps(following.scale),
        children=children,
        today=visit.console.clock.today(),
        mine=family.consultant == visit.caller.subject,
    )
    return keepable(visit, page)


def _labels(names: Iterable[str]) -> dict[str, str]:
    """What of the form's fields is called how, in the form's order; the rows of actions behind all others."""
    called = {"visit-date": _("Day of the visit")}
    own_words, step = words.inner(_("The child's own words")), words.inner(_("Step on your municipality's scale"))
    for part in parts():
        called |= {f"{part.id}-note": part.title}
        called |= {f"{part.id}-words": f"{part.title}: {own_words}", f"{part.id}-scale": f"{part.title}: {step}"}
    called |= {
        "concern": _("Are you concerned for a child?"),
        "concern-words": _("What the concern is about"),
        "next-visit-date": _("Day of the next visit"),
        "later-reason": _("Why it is later than planned"),
    }
    of_rows = {name: _("Action") if name.startswith("action-") else _("Child") for name in sorted(names)}
    known = {name: label for name, label in called.items() if name in of_rows}
    return known | {name: of_rows[name] for name in of_rows if name not in called and name != drafts.ETAG}


def keepable(visit: Visit, page: Response) -> Response:
    """The page, which a phone may keep for some days, and the worker's copy of it ends with them."""
    page.headers[KEEP_DAYS] = str(visit.console.offline_days)
    return page


def _family(visit: Visit) -> str:
    return f"families/{visit.request.path_params['family']}"


def _queued(visit: Visit) -> bool:
    """Whether the queue of a phone sent it, not a person who waits for a page."""
    return visit.request.headers.get("accept") == "application/json"


PAGES = (
    Page("/follow-ups/session", session, f"{SERVICE}.LogFollowUp"),
    Page("/follow-ups/offline", offline, f"{SERVICE}.LogFollowUp"),
    Page("/families/{family}/follow-up", begin, f"{SERVICE}.LogFollowUp"),
    Page("/families/{family}/follow-up", log, f"{SERVICE}.LogFollowUp", "POST"),
    Page("/families/{family}/follow-ups/{follow_up}", show, f"{SERVICE}.GetFollowUp"),
)
