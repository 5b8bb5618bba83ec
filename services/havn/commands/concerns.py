"""havn krith concerns: placements that somebody has to look at again, with what was told of each."""

from collections.abc import Iterable, Mapping

import grpc

from havn.capacity.v1 import wellbeing_pb2 as wellbeing
from havn.families.v1 import support_pb2 as support
from havn.placements.v1 import placements_pb2 as placements
from services.havn.commands.asking import MOST_ON_A_PAGE, all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.connection import Connection
from services.havn.views import krith as views
from services.havn.views.phrases import Lang

OF_WELLBEING = "wellbeingObservations/"


def concerns(as_user: As = User.CASEWORKER, lang: Language = Lang.EN, json: Json = False) -> None:
    """Placements that somebody has to look at again, with what was told: those that nobody looked at come first."""
    with asking(as_user) as connection:
        answer = all_pages(connection.placements.ListRiskViews, placements.ListRiskViewsRequest())
        sources = list(dict.fromkeys(view.source for view in answer.risk_views))
        told = {**_of_follow_ups(connection, sources), **_of_observations(connection, sources)}
    found = document(answer)
    for view in found["risk_views"]:
        view["told"] = told.get(view["source"], "")
    show(found, views.risk_views(answer, lang, told), json)


def _of_follow_ups(connection: Connection, sources: Iterable[str]) -> Mapping[str, str]:
    """What consultants wrote on their concerns."""
    names = [source for source in sources if not source.startswith(OF_WELLBEING)]
    told: dict[str, str] = {}
    for begin in range(0, len(names), MOST_ON_A_PAGE):
        request = support.ListConcernsRequest(follow_ups=names[begin : begin + MOST_ON_A_PAGE])
        found = all_pages(connection.support.ListConcerns, request).concerns
        told |= {each.follow_up: each.words for each in found}
    return told


def _of_observations(connection: Connection, sources: Iterable[str]) -> Mapping[str, str]:
    """What institutions noted of children who are less well: these observations alone, and no others of the child."""
    names = [source for source in sources if source.startswith(OF_WELLBEING)]
    return {name: _noted(connection, name) for name in names}


def _noted(connection: Connection, name: str) -> str:
    """The note of an observation; nothing where the user may not see it."""
    try:
        return connection.wellbeing.GetWellbeingObservation(wellbeing.GetWellbeingObservationRequest(name=name)).note
    except grpc.RpcError as error:
        if isinstance(error, grpc.Call) and error.code() is grpc.StatusCode.NOT_FOUND:
            return ""
        raise
