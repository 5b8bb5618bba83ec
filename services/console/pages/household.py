"""Who lives in a foster family's home, as a form asks for it: a part for each person."""

import re
from collections.abc import Iterable, Mapping

from google.type.date_pb2 import Date
from starlette.datastructures import FormData

from havn.families.v1 import families_pb2 as pb
from services.console import terms
from services.console.forms import Field, Form, Part
from services.console.languages import gettext as _
from services.shared import wire
from services.shared.names import last_part

_ROLE = re.compile(r"member-([1-9][0-9]?)-role")
_MEMBER = re.compile(r"member-[1-9][0-9]?-\w+(-\w+)?")
_CERTIFICATES = {"criminal": "criminal_record", "child": "child_certificate", "health": "health_certificate"}
_DATES = {"issued": "issued_date", "renew": "renew_by_date"}
_SAID = ("role", "born", *(f"{kind}-{date}" for kind in _CERTIFICATES for date in _DATES))


def already(household: Iterable[pb.HouseholdMember]) -> dict[str, str]:
    """What is known of each person, by the fields' names."""
    found: dict[str, str] = {}
    for number, member in enumerate(household, start=1):
        found |= {f"member-{number}-{name}": text for name, text in _known(member).items()}
    return found


def sent(form: FormData) -> dict[str, str]:
    """What was filled in of each person; with one more to fill in, where that was asked for."""
    values = {name: str(text).strip() for name, text in form.items() if _MEMBER.fullmatch(name)}
    return values | {f"member-{_free(values)}-role": ""} if form.get("add") else values


def beginning() -> dict[str, str]:
    """A foster parent to fill in: no family is without one."""
    return {"member-1-role": str(pb.HOUSEHOLD_ROLE_FOSTER_PARENT)}


def merged(values: Mapping[str, str], household: Iterable[pb.HouseholdMember]) -> dict[str, str]:
    """What was filled in, and behind it the persons who were entered meanwhile."""
    together, here = dict(values), _persons(values)
    for member in household:
        if member.person not in here:
            number = _free(together)
            together |= {f"member-{number}-{name}": text for name, text in _known(member).items()}
    return together


def standing(values: Mapping[str, str], household: Iterable[pb.HouseholdMember]) -> dict[str, str]:
    """What is kept of the persons that a form shows, by the fields' names."""
    known, here = {member.person: _known(member) for member in household}, _persons(values)
    return {
        f"member-{number}-{name}": text
        for person, number in here.items()
        for name, text in known.get(person, {}).items()
    }


def parts(values: Mapping[str, str]) -> list[Part]:
    """A part for each person."""
    told = _told(values)
    return [_part(values, number, told.index(number) if number in told else None) for number in _numbers(values)]


def members(form: Form, key: str) -> list[pb.HouseholdMember]:
    """The persons of a form that can be read. Who has no reference gets one that the form's key makes."""
    return [_member(form, number, f"p-{key[:16]}-{number}") for number in _told(form.values)]


def _part(values: Mapping[str, str], number: int, position: int | None) -> Part:
    name, person = f"member-{number}", values.get(f"member-{number}-person", "")
    path, needed = f"household[{position}]", position is not None
    # Where somebody is left out, it is told there that nobody, or no foster parent, is left.
    of_role = f"{path}.role" if needed else "household"
    fields = [
        Field(f"{name}-role", _("Who it is"), "choice", needed, options=list(_roles().items()), path=of_role),
        Field(f"{name}-born", _("Day of birth"), "date", needed, path=f"{path}.birth_date"),
    ]
    for kind, (issued, renew) in _certificate_labels().items():
        field = f"{path}.{_CERTIFICATES[kind]}"
        fields += [
            Field(f"{name}-{kind}-issued", issued, "date", required=None, path=f"{field}.issued_date"),
            Field(f"{name}-{kind}-renew", renew, "date", required=None, path=f"{field}.renew_by_date"),
        ]
    help = _("Such as p-012, where the person is known in a case already. Havn makes one where it is empty.")
    if person.startswith("persons/"):
        fields.append(Field(f"{name}-person", "", "hidden", required=False))
        fields.append(Field(f"{name}-gone", _("Does not live there any more"), "tick"))
    else:
        fields.append(Field(f"{name}-person", _("Reference of the person"), "text", False, help, path=f"{path}.person"))
        fields.append(Field(f"{name}-gone", _("Leave this person out again"), "tick"))
    return Part(fields, _legend(values, number, person))


def _legend(values: Mapping[str, str], number: int, person: str) -> str:
    if not person.startswith("persons/"):
        return _("Person %(num)s") % {"num": number}
    said = _roles().get(values.get(f"member-{number}-role", ""), "")
    return f"{said} · {last_part(person)}" if said else last_part(person)


def _roles() -> dict[str, str]:
    return {str(role): terms.household_role(role) for role in pb.HouseholdRole.values() if role}


def _certificate_labels() -> dict[str, tuple[str, str]]:
    return {
        "criminal": (_("Criminal record certificate: issued"), _("Criminal record certificate: renew by")),
        "child": (_("Child certificate: issued"), _("Child certificate: renew by")),
        "health": (_("Health certificate: issued"), _("Health certificate: renew by")),
    }


def _member(form: Form, number: int, made: str) -> pb.HouseholdMember:
    name = f"member-{number}"
    reference = last_part(form[f"{name}-person"]) or made
    member = pb.HouseholdMember(
        person=f"persons/{reference}",
        role=pb.HouseholdRole.Name(form.number(f"{name}-role")),  # type: ignore[arg-type]  # one of the options
        birth_date=form.day(f"{name}-born"),
    )
    for kind, field in _CERTIFICATES.items():
        dates = {path: form.day(f"{name}-{kind}-{date}") for date, path in _DATES.items()}
        if any(dates.values()):
            getattr(member, field).CopyFrom(pb.Certificate(**dates))
    return member


def _known(member: pb.HouseholdMember) -> dict[str, str]:
    found = {"person": member.person, "role": str(member.role), "born": _iso(member.birth_date)}
    for kind, field in _CERTIFICATES.items():
        if member.HasField(field):  # type: ignore[arg-type]  # names of fields
            found |= {f"{kind}-{date}": _iso(getattr(getattr(member, field), path)) for date, path in _DATES.items()}
    return found


def _numbers(names: Iterable[str]) -> list[int]:
    return sorted({int(found[1]) for name in names if (found := _ROLE.fullmatch(name))})


def _told(values: Mapping[str, str]) -> list[int]:
    """Numbers of those who live there: a person of whom nothing is filled in is none."""
    return [
        number
        for number in _numbers(values)
        if not values.get(f"member-{number}-gone")
        and (values.get(f"member-{number}-person") or any(values.get(f"member-{number}-{name}") for name in _SAID))
    ]


def _persons(values: Mapping[str, str]) -> dict[str, int]:
    return {values.get(f"member-{number}-person", ""): number for number in _numbers(values)}


def _free(values: Mapping[str, str]) -> int:
    return max(_numbers(values), default=0) + 1


def _iso(given: Date) -> str:
    return wire.day(given).isoformat()
