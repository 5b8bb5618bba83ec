"""Kladder: follow-ups that somebody has begun to write, for that person alone."""

from collections.abc import Iterable, Mapping

from starlette.responses import Response

from havn.families.v1 import support_pb2 as pb
from services.console.pages import actions
from services.console.pages.families_menu import open_paths
from services.console.pages.follow_up_form import PARTS, Filled
from services.console.visits import Page, Visit, new_key, see_other

SERVICE = "havn.families.v1.SupportService"
PAGE_SIZE = 200

ETAG = "draft-etag"
"""The form's field for the etag of the draft that it was opened with; empty where it was begun anew."""

_ALONE = {
    "visit-date": "visit_date",
    "next-visit-date": "next_visit_date",
    "concern": "concern",
    "concern-words": "concern_words",
    "later-reason": "later_reason",
}
_IN_PART = {"note": "note", "words": "child_words", "scale": "scale"}
_WRITTEN = {f"{part}-{name}": f"{part}.{path}" for part in PARTS for name, path in _IN_PART.items()}
_ACTION = {"what": "what", "owner": "owner", "due": "due_date"}


async def show(visit: Visit) -> Response:
    """What whoever looks has begun to write."""
    listed = await visit.services.support.ListFollowUpDrafts(
        pb.ListFollowUpDraftsRequest(parent="families/-", page_size=PAGE_SIZE)
    )
    # One that was let go of stays as a name with nothing in it.
    drafts = [each for each in listed.drafts if each.fields]
    return visit.page(
        "drafts.html",
        open_paths=open_paths(visit.caller),
        drafts=drafts,
        names=await actions.names(visit, (actions.family_of(each.name) for each in drafts)),
        family_of=actions.family_of,
        begun=beginning,
        saved=visit.request.query_params.get("saved") == "yes",
        new_key=new_key,
    )


async def discard(visit: Visit) -> Response:
    """Lets go of one."""
    request = pb.DiscardFollowUpDraftRequest(parent=visit.text("family"), request_id=visit.text("key"))
    await visit.services.support.DiscardFollowUpDraft(request)
    return see_other("/drafts")


async def kept(visit: Visit, family: str) -> pb.FollowUpDraft:
    """What whoever looks has begun to write of a family; empty where nothing is kept."""
    request = pb.ListFollowUpDraftsRequest(parent=family, page_size=1)
    drafts = (await visit.services.support.ListFollowUpDrafts(request)).drafts
    return drafts[0] if drafts else pb.FollowUpDraft()


async def save(visit: Visit, family: str, given: Filled) -> Mapping[str, str]:
    """Keeps what is written so far, in the place of the draft that the form was opened with.

    Where another one is kept by now nothing is saved: what that one says otherwise, by the form's fields, and its etag.
    """
    found, written = await kept(visit, family), fields(given)
    other = differing(found.fields, written)
    if other and given[ETAG] != found.etag:
        return {**other, ETAG: found.etag}
    request = pb.SaveFollowUpDraftRequest(parent=family, fields=written, etag=found.etag, request_id=new_key())
    await visit.services.support.SaveFollowUpDraft(request)
    return {}


def differing(there: Iterable[pb.DraftField], written: Iterable[pb.DraftField]) -> Mapping[str, str]:
    """What a draft says that is not what was written, by the fields of the form."""
    said = {(each.field, each.text) for each in written}
    return values(each for each in there if (each.field, each.text) not in said)


def fields(given: Filled) -> list[pb.DraftField]:
    """What is filled in, by the fields of a follow-up."""
    named = {path: given[name] for name, path in (_ALONE | _WRITTEN).items()}
    for position, row in enumerate(given.actions):
        named |= {f"actions[{position}].{path}": given[f"action-{row}-{name}"] for name, path in _ACTION.items()}
    named |= {f"children[{position}]": child for position, child in enumerate(given.children)}
    return [pb.DraftField(field=path, text=text) for path, text in named.items() if text]


def values(drafted: Iterable[pb.DraftField]) -> Mapping[str, str]:
    """The same by the fields of the form."""
    by_path = {path: name for name, path in (_ALONE | _WRITTEN).items()}
    found: dict[str, str] = {}
    for each in drafted:
        collection, _bracket, rest = each.field.partition("[")
        if collection == "children":
            found[f"child-{len(found)}"] = each.text
        elif collection == "actions":
            position, _end, path = rest.partition("].")
            names = {path: name for name, path in _ACTION.items()}
            if position.isdigit() and path in names:
                found[f"action-{int(position) + 1}-{names[path]}"] = each.text
        elif each.field in by_path:
            found[by_path[each.field]] = each.text
    return found


def beginning(draft: pb.FollowUpDraft) -> str:
    """The first words of a draft, so that one knows it again."""
    written = (each.text for each in draft.fields if each.field.endswith((".note", ".child_words")))
    return next(written, "")


PAGES = (
    Page("/drafts", show, f"{SERVICE}.ListFollowUpDrafts"),
    Page("/drafts", discard, f"{SERVICE}.DiscardFollowUpDraft", "POST"),
)
