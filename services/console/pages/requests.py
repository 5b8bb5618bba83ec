"""Anmodning: puts a child on the waiting list, and corrects what stands in a request that is open."""

from google.protobuf.field_mask_pb2 import FieldMask
from starlette.responses import Response

from havn.placements.v1 import placements_pb2 as pb
from services.console.forms import CHANGED_MEANWHILE, Form, etag, fields_of, kept
from services.console.pages import request_content, request_fields
from services.console.pages.request_fields import Values
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, new_key, see_other
from services.shared.names import last_part

SERVICE = "havn.placements.v1.PlacementsService"
CREATE, UPDATE = f"{SERVICE}.CreateRequest", f"{SERVICE}.UpdateRequest"


async def ask(visit: Visit) -> Response:
    """The empty form."""
    today = visit.console.clock.today().isoformat()
    return _page(visit, {"kind": str(pb.REQUEST_KIND_PLACEMENT), "assessed": today, "from": today})


async def file(visit: Visit) -> Response:
    """Puts a child on the list."""
    values = _sent(visit)
    form = Form(fields_of(request_fields.parts(values)), values)
    filed: list[pb.PlacementRequest] = []

    async def create() -> None:
        request = pb.PlacementRequest(authority=visit.caller.authority)
        request_content.put(form, request)
        asked = pb.CreateRequestRequest(request=request, request_id=visit.text("key"))
        filed.append(await visit.services.placements.CreateRequest(asked))

    if told := await kept(form, create):
        return _page(visit, values, told)
    return see_other(f"/waiting-list?filed={last_part(filed[0].name)}")


async def edit(visit: Visit) -> Response:
    """The form with what stands in the request."""
    request = await _request(visit)
    return _page(visit, request_content.values(request), request=request)


async def correct(visit: Visit) -> Response:
    """Keeps what the form says."""
    request, values = await _request(visit), _sent(visit)
    form = Form(fields_of(request_fields.parts(values)), values)

    async def update() -> None:
        changed = pb.PlacementRequest()
        changed.CopyFrom(request)
        changed.etag = visit.text("etag")
        request_content.put(form, changed)
        mask = FieldMask(paths=request_content.MASK)
        asked = pb.UpdateRequestRequest(request=changed, update_mask=mask, request_id=visit.text("key"))
        await visit.services.placements.UpdateRequest(asked)

    if told := await kept(form, update):
        return _page(visit, values, told, await _request(visit))
    return see_other(f"/waiting-list?corrected={last_part(request.name)}")


def _page(
    visit: Visit, values: Values, told: Refusal | None = None, request: pb.PlacementRequest | None = None
) -> Response:
    parts = request_fields.parts(values)
    form, standing = Form(fields_of(parts), values), {}
    if request and told and told.reason == CHANGED_MEANWHILE:
        standing = form.otherwise(request_content.values(request))
    return visit.page(
        "request_form.html",
        told.status if told else 200,
        parts=parts,
        form=form,
        refusal=told,
        standing=standing,
        id=last_part(request.name) if request else "",
        is_open=request is None or request.state == pb.REQUEST_STATE_OPEN,
        etag=etag(visit, told, request.etag) if request else "",
        key=new_key(),
    )


def _sent(visit: Visit) -> Values:
    return {name: visit.text(name) for name in visit.form}


async def _request(visit: Visit) -> pb.PlacementRequest:
    name = f"requests/{visit.request.path_params['request']}"
    return await visit.services.placements.GetRequest(pb.GetRequestRequest(name=name))


PAGES = (
    Page("/waiting-list/new", ask, CREATE),
    Page("/waiting-list/new", file, CREATE, "POST"),
    Page("/waiting-list/{request}/edit", edit, UPDATE),
    Page("/waiting-list/{request}/edit", correct, UPDATE, "POST"),
)
