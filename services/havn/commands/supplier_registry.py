"""havn suppliers: institutions and units by the columns of their files, read, entered and changed."""

import uuid
from typing import Annotated

import typer

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity.rules.institutions import INSTITUTION_CHANGEABLE
from services.capacity.rules.units import UNIT_CHANGEABLE
from services.havn.commands import record_changes
from services.havn.commands.asking import all_pages, asking
from services.havn.commands.documents import document
from services.havn.commands.names import institution_name, unit_name
from services.havn.commands.options import As, Json, Language, User
from services.havn.commands.output import show
from services.havn.commands.record_changes import Changes, Etag
from services.havn.connection import Connection
from services.havn.importing.capacity_columns import INSTITUTIONS, UNITS
from services.havn.importing.columns import Sheet
from services.havn.views import suppliers as views
from services.havn.views.phrases import Lang
from services.havn.views.records import filled, record

Supplier = Annotated[
    str, typer.Argument(metavar="SUPPLIER", help="An institution, such as i-nuuk-01, or a unit, such as i-nuuk-01/a.")
]
Record = pb.Institution | pb.InstitutionUnit


def units(
    institution: Annotated[
        str, typer.Argument(metavar="INSTITUTION", help="institutions/i or i; all where none is named.")
    ] = "",
    as_user: As = User.COORDINATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Units: what they are, for whom, with how many places."""
    request = pb.ListUnitsRequest(parent=institution_name(institution) if institution else "")
    with asking(as_user) as connection:
        answer = all_pages(connection.capacity.ListUnits, request)
    show(document(answer), views.units(answer, lang), json)


def profile(supplier: Supplier, as_user: As = User.COORDINATOR, lang: Language = Lang.EN, json: Json = False) -> None:
    """What is known of an institution or a unit, by the columns of its file that `havn suppliers update` takes."""
    name = supplier_name(supplier)
    with asking(as_user) as connection:
        answer = _kept(connection, name)
    show(document(answer), record(name, filled(_sheet(name), answer), answer, lang), json)


def create(
    supplier: Supplier,
    changes: Changes,
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Enters an institution, or a unit of one that is there."""
    name = supplier_name(supplier)
    sheet = _sheet(name)
    told = record_changes.said(sheet, changes, _fields(name) | {"authority"})
    record_changes.require_all(sheet, told)
    parent, _, key = name.rpartition("/")
    with asking(as_user) as connection:
        answer: Record
        if sheet is UNITS:
            unit = pb.CreateUnitRequest(parent=parent.removesuffix("/units"), id=key, request_id=str(uuid.uuid4()))
            record_changes.put(unit.unit, told)
            answer = connection.capacity.CreateUnit(unit)
        else:
            institution = pb.CreateInstitutionRequest(id=key, request_id=str(uuid.uuid4()))
            record_changes.put(institution.institution, told)
            answer = connection.capacity.CreateInstitution(institution)
    show(document(answer), record(answer.name, filled(sheet, answer), answer, lang), json)


def update(
    supplier: Supplier,
    changes: Changes,
    etag: Etag = "",
    as_user: As = User.ADMINISTRATOR,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Changes what is said of an institution or a unit: places, ages, rates, promised services and more."""
    name = supplier_name(supplier)
    told = record_changes.said(_sheet(name), changes, _fields(name))
    with asking(as_user) as connection:
        kept = _kept(connection, name)
        mask = record_changes.put(kept, told)
        kept.etag = etag or kept.etag
        key = str(uuid.uuid4())
        answer: Record
        if isinstance(kept, pb.InstitutionUnit):
            answer = connection.capacity.UpdateUnit(pb.UpdateUnitRequest(unit=kept, update_mask=mask, request_id=key))
        else:
            request = pb.UpdateInstitutionRequest(institution=kept, update_mask=mask, request_id=key)
            answer = connection.capacity.UpdateInstitution(request)
    show(document(answer), record(name, [column for column, _ in told], answer, lang), json)


def supplier_name(given: str) -> str:
    """The institution of "i-nuuk-01", or the unit of "i-nuuk-01/a"; or either in full."""
    return unit_name(given) if "/" in given.removeprefix("institutions/") else institution_name(given)


def _kept(connection: Connection, name: str) -> Record:
    if _sheet(name) is UNITS:
        return connection.capacity.GetUnit(pb.GetUnitRequest(name=name))
    return connection.capacity.GetInstitution(pb.GetInstitutionRequest(name=name))


def _sheet(name: str) -> Sheet:
    return UNITS if "/units/" in name else INSTITUTIONS


def _fields(name: str) -> frozenset[str]:
    return UNIT_CHANGEABLE if _sheet(name) is UNITS else INSTITUTION_CHANGEABLE
