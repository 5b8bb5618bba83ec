"""How an import's rows are taken: institutions, units, vacancies and deliveries, new or known by their key."""

from google.protobuf.field_mask_pb2 import FieldMask
from sqlmodel import col

from havn.capacity.v1 import capacity_pb2 as pb
from services.capacity import breaches, changes, events
from services.capacity.rules import institutions, units, vacancies
from services.capacity.store import (
    DELIVERIES,
    INSTITUTIONS,
    UNITS,
    VACANCIES,
    DeliveryRow,
    InstitutionRow,
    UnitRow,
    VacancyRow,
)
from services.shared import importing, names
from services.shared.clock import Clock
from services.shared.drafts import Draft, Entry
from services.shared.importing import UNCHANGED, Difference, Names
from services.shared.records import Change

INSTITUTION = Entry(
    INSTITUTIONS,
    "institution",
    institutions.INSTITUTION_CHANGEABLE,
    events.institution_created,
    events.institution_updated,
)
UNIT = Entry(UNITS, "unit", units.UNIT_CHANGEABLE, events.unit_created, events.unit_updated)
VACANCY = Entry(VACANCIES, "vacancy", vacancies.VACANCY_CHANGEABLE, events.vacancy_reported, events.vacancy_reported)
DELIVERY = Entry(
    DELIVERIES, "delivery", institutions.DELIVERY_CHANGEABLE, events.delivery_created, events.delivery_updated
)


class Rows:
    """Takes the rows of one import, each of its kind."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._unapproved: list[pb.InstitutionUnit] = []
        self._smaller: list[pb.InstitutionUnit] = []

    def take(self, draft: Draft, row: pb.ImportCapacityRequest) -> Difference:
        """Puts one row into the draft. Raises a HavnError for what is wrong with it."""
        if row.HasField("institution"):
            return self._institution(draft, row.institution, row.update_mask)
        if row.HasField("unit"):
            return self._unit(draft, row.unit, row.update_mask)
        if row.HasField("delivery"):
            return self._delivery(draft, row.delivery, row.update_mask)
        return self._vacancy(draft, row.vacancy, row.update_mask)

    def follow(self, change: Change) -> None:
        """Notes what the import told of vacancies, and the breaches of who lost its approval."""
        changes.note_imported(change)
        breaches.note_all(change, self._unapproved, self._clock.today())
        for unit in self._smaller:
            breaches.note_number(change, unit, self._clock.today())

    def _institution(self, draft: Draft, request: pb.CreateInstitutionRequest, mask: FieldMask) -> Difference:
        institution = request.institution
        institution.name = f"institutions/{names.chosen_id(request.id)}"
        kept = draft.kept(INSTITUTION, institution, mask)
        changed = importing.difference(institution, kept)
        if changed != UNCHANGED:
            importing.check_row(request)
            institutions.check_institution(institution)
            draft.put(INSTITUTION, institution)
        if kept and (kept.approved, kept.kind) != (institution.approved, institution.kind):
            self._follow(draft, institution)
        return changed

    def _follow(self, draft: Draft, institution: pb.Institution) -> None:
        """Its units have its approval, and suit its kind."""
        known = draft.all(UNITS, col(UnitRow.parent) == institution.name)
        institutions.check_kind(institution, known)
        for unit in known:
            if unit.approved != institution.approved:
                unit.approved = institution.approved
                draft.put(UNIT, unit)
                self._unapproved.append(unit)

    def _unit(self, draft: Draft, request: pb.CreateUnitRequest, mask: FieldMask) -> Difference:
        institution, unit = draft.get(INSTITUTIONS, request.parent), request.unit
        unit.name = f"{institution.name}/units/{names.chosen_id(request.id)}"
        unit.ClearField("rate_today")
        kept = draft.kept(UNIT, unit, mask)
        unit.authority = institution.authority
        unit.approved = institution.approved
        changed = importing.difference(unit, kept)
        if changed != UNCHANGED:
            importing.check_row(request)
            units.check_unit(unit, institution)
            draft.put(UNIT, unit)
        if kept and unit.place_count < kept.place_count:
            self._smaller.append(unit)
        return changed

    def _vacancy(self, draft: Draft, request: pb.ReportVacancyRequest, mask: FieldMask) -> Difference:
        unit, vacancy = draft.get(UNITS, request.parent), request.vacancy
        vacancy.name = f"{unit.name}/vacancy"
        vacancy.authority = unit.authority
        for made in vacancies.MADE_ON_READING:
            vacancy.ClearField(made)
        confirmed = vacancy.HasField("confirmed_time")
        kept = draft.kept(VACANCY, vacancy, mask)
        if not confirmed:
            vacancies.confirm(vacancy, kept, draft.caller.subject, draft.now)
        changed = importing.difference(vacancy, kept)
        if changed != UNCHANGED:
            importing.check_row(request)
            vacancies.check_vacancy(vacancy, unit, self._clock.today())
            draft.put(VACANCY, vacancy)
        return changed

    def _delivery(self, draft: Draft, request: pb.RecordDeliveryRequest, mask: FieldMask) -> Difference:
        institution, delivery = draft.get(INSTITUTIONS, request.parent), request.delivery
        delivery.name = f"{institution.name}/deliveries/{names.chosen_id(request.id)}"
        delivery.authority = institution.authority
        kept = draft.kept(DELIVERY, delivery, mask)
        if not delivery.recorded_by:
            delivery.recorded_by = kept.recorded_by if kept else draft.caller.subject
        changed = importing.difference(delivery, kept)
        if changed != UNCHANGED:
            importing.check_row(request)
            institutions.check_delivery(delivery, institution, self._clock.today())
            draft.put(DELIVERY, delivery)
        return changed


def looked_at(row: pb.ImportCapacityRequest) -> Names:
    """Records that a row is compared with, or belongs to."""
    if row.HasField("institution"):
        return [(InstitutionRow, f"institutions/{row.institution.id}")]
    if row.HasField("unit"):
        return [(InstitutionRow, row.unit.parent), (UnitRow, f"{row.unit.parent}/units/{row.unit.id}")]
    if row.HasField("delivery"):
        delivery = f"{row.delivery.parent}/deliveries/{row.delivery.id}"
        return [(InstitutionRow, row.delivery.parent), (DeliveryRow, delivery)]
    return [(UnitRow, row.vacancy.parent), (VacancyRow, f"{row.vacancy.parent}/vacancy")]
