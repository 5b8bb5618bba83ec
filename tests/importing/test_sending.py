from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.message import Message

from havn.capacity.v1 import capacity_pb2, capacity_pb2_grpc
from havn.families.v1 import families_pb2, families_pb2_grpc
from havn.placements.v1 import placements_pb2, placements_pb2_grpc
from havn.terms.v1 import terms_pb2
from havn.terms.v1.terms_pb2 import RowProblem
from services.havn.importing.outcome import Sent
from services.havn.importing.problems import Problems
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.sending import Clients, send
from tests.importing.conftest import Put

# It meets no database.
pytestmark = pytest.mark.once

CREATED, UNCHANGED = terms_pb2.ROW_OUTCOME_CREATED, terms_pb2.ROW_OUTCOME_UNCHANGED


@dataclass
class Service:
    """What a service of Havn promises of an import: all or nothing, each row once, and nothing when validating."""

    answer: Callable[..., Message]
    written: set[bytes] = field(default_factory=set)
    problems: list[RowProblem] = field(default_factory=list)
    away: bool = False

    def take(self, requests: Iterator[Any], context: grpc.ServicerContext) -> Message:
        rows = [row for message in requests for row in apart(message)]
        assert all(not row.request_id for row in rows[1:])
        if self.away and not rows[0].validate_only:
            context.abort(grpc.StatusCode.UNAVAILABLE, "away")
        if self.problems:
            return self.answer(problems=self.problems)
        validate_only = rows[0].validate_only
        contents = {row.SerializeToString() for row in map(bare, rows)}
        new = contents - self.written
        if not validate_only:
            self.written |= new
        return self.answer(outcomes=[CREATED if row.SerializeToString() in new else UNCHANGED for row in rows])


def apart(message: Any) -> list[Any]:  # noqa: ANN401  # any of the import requests
    """The rows that travelled in one message."""
    more = list(message.more)
    message.ClearField("more")
    return [message, *more]


def bare(row: Any) -> Any:  # noqa: ANN401  # any of the import requests
    for of_the_first in ("request_id", "validate_only", "update_mask"):
        row.ClearField(of_the_first)
    return row


@dataclass
class Services:
    families: Service
    capacity: Service
    placements: Service
    clients: Clients

    @property
    def written(self) -> list[int]:
        return [len(service.written) for service in (self.families, self.capacity, self.placements)]


def handler(service: str, method: str, request: type[Any], take: Callable[..., Any]) -> grpc.GenericRpcHandler:
    rpc: grpc.RpcMethodHandler[Any, Any] = grpc.stream_unary_rpc_method_handler(
        take, request_deserializer=request.FromString, response_serializer=lambda answer: answer.SerializeToString()
    )
    return grpc.method_handlers_generic_handler(service, {method: rpc})


@pytest.fixture
def services() -> Iterator[Services]:
    families = Service(families_pb2.ImportFamiliesResponse)
    capacity = Service(capacity_pb2.ImportCapacityResponse)
    placements = Service(placements_pb2.ImportPlacementsResponse)
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers(
        (
            handler(
                "havn.families.v1.FamiliesService", "ImportFamilies", families_pb2.ImportFamiliesRequest, families.take
            ),
            handler(
                "havn.capacity.v1.CapacityService", "ImportCapacity", capacity_pb2.ImportCapacityRequest, capacity.take
            ),
            handler(
                "havn.placements.v1.PlacementsService",
                "ImportPlacements",
                placements_pb2.ImportPlacementsRequest,
                placements.take,
            ),
        )
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        clients = Clients(
            families_pb2_grpc.FamiliesServiceStub(channel),
            capacity_pb2_grpc.CapacityServiceStub(channel),
            placements_pb2_grpc.PlacementsServiceStub(channel),
        )
        yield Services(families, capacity, placements, clients)
    server.stop(None).wait()


def counts(sent: Sent | Problems) -> tuple[int, int]:
    assert isinstance(sent, Sent), sent
    return sent.count("created"), sent.count("unchanged")


@pytest.fixture
def rows(tmp_path: Path, put_all: None, put: Put) -> Rows:
    put("families.csv", {}, {"key": "f-2"})
    put("household.csv", {}, {"family": "f-2"}, {"family": "f-2", "person": "p-2"})
    found = read(tmp_path)
    assert isinstance(found, Rows)
    return found


def test_all_rows_are_written(services: Services, rows: Rows) -> None:
    assert counts(send(rows, services.clients)) == (8, 0)
    assert services.written == [2, 4, 2]
    assert counts(send(rows, services.clients)) == (0, 8)
    assert services.written == [2, 4, 2]


def test_validation_writes_nothing(services: Services, rows: Rows) -> None:
    assert counts(send(rows, services.clients, validate_only=True)) == (8, 0)
    assert services.written == [0, 0, 0]


def test_a_problem_anywhere_keeps_everything_from_being_written(services: Services, rows: Rows) -> None:
    services.placements.problems = [RowProblem(index=1, field="placement.start_date", description="too late")]
    answer = send(rows, services.clients)
    assert isinstance(answer, Problems)
    assert [str(problem) for problem in answer.found] == ["placements.csv, row 2, start_date: too late"]
    assert services.written == [0, 0, 0]


def test_problems_lead_back_to_file_row_and_column(services: Services, rows: Rows) -> None:
    services.families.problems = [
        RowProblem(index=1, field="family.household[1].birth_date", description="a"),
        RowProblem(index=0, field="family.languages[0].level", description="b"),
        RowProblem(index=0, field="family.approval", description="must be given"),
        RowProblem(index=1, field="family.approval", description="must be given"),
        RowProblem(index=1, field="family.household", description="must be given"),
    ]
    services.capacity.problems = [RowProblem(index=2, field="vacancy.free_place_count", description="c")]
    answer = send(rows, services.clients)
    assert isinstance(answer, Problems)
    assert [(problem.place.file, problem.row, problem.column) for problem in answer.found] == [
        ("household.csv", 4, "birth_date"),
        ("families.csv", 2, "languages"),
        ("families.csv", 1, "approval_reference"),
        ("families.csv", 3, ""),
        ("vacancies.csv", 2, "free_places"),
    ]
    assert str(answer.found[3]).endswith(": household: must be given")


def test_an_interrupted_import_is_completed_by_running_it_again(services: Services, rows: Rows) -> None:
    services.capacity.away = True
    with pytest.raises(grpc.RpcError):
        send(rows, services.clients)
    assert services.written == [2, 0, 2]
    services.capacity.away = False
    assert counts(send(rows, services.clients)) == (4, 4)
    assert services.written == [2, 4, 2]


def test_services_without_rows_are_not_called(services: Services, tmp_path: Path, put: Put) -> None:
    put("requests.csv", {})
    found = read(tmp_path)
    assert isinstance(found, Rows)
    assert counts(send(found, services.clients)) == (1, 0)
    assert services.written == [0, 0, 1]
