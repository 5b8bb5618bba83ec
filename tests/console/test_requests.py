"""A child is put on the waiting list in the browser, and what stands there is corrected."""

import pytest

from havn.placements.v1 import placements_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.console import languages
from services.console.forms import Form, fields_of
from services.console.languages import Language
from services.console.pages import request_content, request_fields
from tests import cast
from tests.conftest import Havn
from tests.console.conftest import Visitor, csrf

FILLED = {
    "child": "k-filed",
    "born": "2017-05-02",
    "gender": str(terms.GENDER_GIRL),
    "town": "Nuuk",
    f"language-{terms.LANGUAGE_KALAALLISUT}": str(terms.LANGUAGE_LEVEL_FLUENT),
    "kind": str(pb.REQUEST_KIND_PLACEMENT),
    "need": str(terms.NEED_LEVEL_MODERATE),
    "step": "3",
    "assessor": "Assessor (invented)",
    "assessed": cast.TODAY.isoformat(),
    "from": cast.TODAY.isoformat(),
    "place-by": cast.TODAY.isoformat(),
    "lives-step": "0",
}


def put(values: request_fields.Values, request: pb.PlacementRequest) -> pb.PlacementRequest:
    request_content.put(Form(fields_of(request_fields.parts(values)), values), request)
    return request


@pytest.mark.parametrize("request_", [cast.a_request(), cast.a_full_request()], ids=["least", "full"])
def test_a_form_that_nobody_changed_says_what_stood_there(request_: pb.PlacementRequest) -> None:
    languages.speak(Language.EN)
    changed = pb.PlacementRequest()
    changed.CopyFrom(request_)
    assert put(request_content.values(request_), changed) == request_


def test_what_is_taken_out_of_a_form_is_taken_out_of_the_request() -> None:
    languages.speak(Language.EN)
    emptied = put(FILLED, cast.a_full_request())
    for field in ("ceiling", "danger", "school", "contact", "protection", "wish", "legal_basis", "waiting_since_date"):
        assert not emptied.HasField(field), field
    assert not emptied.current_home.home
    assert emptied.HasField("current_home")
    assert [bond for bond in emptied.siblings if bond.rule == pb.SIBLING_RULE_TOGETHER] == []


async def test_a_child_is_put_on_the_list_once_and_corrected(visitor: Visitor, havn: Havn) -> None:
    client = await visitor("coordinator")
    form = {"csrf": await csrf(client), "key": cast.fresh(), **FILLED}
    wrong = await client.post("/waiting-list/new", data=form | {"born": "in May", "town": ""})
    assert wrong.status_code == 422
    assert "Skriv dagen som år-måned-dag" in wrong.text
    assert 'value="k-filed"' in wrong.text
    told = await client.post("/waiting-list/new", data=form | {"danger-since": cast.TODAY.isoformat()})
    assert told.status_code == 422
    assert 'id="danger-assessor-error"' in told.text
    filed = [await client.post("/waiting-list/new", data=form | {"key": "once"}) for _ in range(2)]
    assert [answer.status_code for answer in filed] == [303, 303]
    assert filed[0].headers["location"] == filed[1].headers["location"]
    key = filed[0].headers["location"].removeprefix("/waiting-list?filed=")
    assert f"{key} er sat på listen" in (await client.get(filed[0].headers["location"])).text

    coordinator = havn.as_(cast.COORDINATOR).placements
    kept = await coordinator.GetRequest(pb.GetRequestRequest(name=f"requests/{key}"))
    assert (kept.authority, kept.child.reference, kept.need_step.step) == (cast.MUNICIPALITY, "children/k-filed", 3)
    assert 'value="k-filed"' in (await client.get(f"/waiting-list/{key}/edit")).text
    edited = form | {"etag": kept.etag, "key": "edit", "step": "4", "words": "<b>Near my school</b>"}
    done = await client.post(f"/waiting-list/{key}/edit", data=edited)
    assert done.headers["location"] == f"/waiting-list?corrected={key}"
    stale = await client.post(f"/waiting-list/{key}/edit", data=edited | {"key": "stale", "step": "2"})
    assert stale.status_code == 409
    assert "&lt;b&gt;Near my school&lt;/b&gt;" in stale.text
    assert "En anden har skrevet: 4 – " in stale.text
    assert (await coordinator.GetRequest(pb.GetRequestRequest(name=kept.name))).need_step.step == 4
