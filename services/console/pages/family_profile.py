"""What is said of a family, changed section by section: home, wishes, who lives there, free places, what it is paid."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask
from starlette.responses import Response

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as vocabulary
from services.console import family_terms, terms, words
from services.console.forms import CHANGED_MEANWHILE, Field, Form, Part, etag, fields_of, kept
from services.console.languages import N_
from services.console.languages import gettext as _
from services.console.pages import family_pay, household
from services.console.pages.family_steps import named
from services.console.refusals import Refusal
from services.console.visits import Page, Visit, new_key, see_other
from services.shared import wire
from services.shared.reference import family_types, towns

UPDATE = "havn.families.v1.FamiliesService.UpdateFosterFamily"

Values = Mapping[str, str]


@dataclass(frozen=True)
class Section:
    """A section of a family: its words, the fields that it changes, and how a form asks for them."""

    title: str
    help: str
    mask: tuple[str, ...]
    parts: Callable[[pb.FosterFamily, Values], list[Part]]
    already: Callable[[pb.FosterFamily], Values]
    put: Callable[[Visit, Form, pb.FosterFamily], None]
    grows: bool = False
    """Whether one may be added to what stands there."""


async def ask(id: str, visit: Visit) -> Response:
    """The form of a section, with what stands there."""
    family = await _family(visit)
    return _page(visit, id, family, SECTIONS[id].already(family))


async def save(id: str, visit: Visit) -> Response:
    """Saves a section; or shows it with one more to fill in."""
    family, section = await _family(visit), SECTIONS[id]
    values = {**{name: visit.text(name) for name in visit.form}, **household.sent(visit.form)}
    if section.grows and visit.text("add"):
        return _page(visit, id, family, values, opened=visit.text("etag"))
    form = Form.sent(fields_of(section.parts(family, values)), visit)

    def update() -> Any:  # noqa: ANN401  # made and sent at once
        changed = pb.FosterFamily()
        changed.CopyFrom(family)
        changed.etag = visit.text("etag")
        section.put(visit, form, changed)
        request = pb.UpdateFosterFamilyRequest(
            family=changed, update_mask=FieldMask(paths=section.mask), request_id=visit.text("key")
        )
        return visit.services.families.UpdateFosterFamily(request)

    if told := await kept(form, update):
        return _page(visit, id, await _family(visit), values, told)
    return see_other(f"/{family.name}?done={id}")


def _page(
    visit: Visit, id: str, family: pb.FosterFamily, values: Values, told: Refusal | None = None, opened: str = ""
) -> Response:
    """A section's form; `opened` is the etag of a form that is not sent yet."""
    section, standing = SECTIONS[id], {}
    if told and told.reason == CHANGED_MEANWHILE:
        if section.grows:
            values = household.merged(values, family.household)
        known = household.standing(values, family.household) if section.grows else section.already(family)
        standing = Form(fields_of(section.parts(family, values)), values).otherwise(known)
    parts = section.parts(family, values)
    return visit.page(
        "family_profile.html",
        told.status if told else 200,
        family=family,
        id=id,
        section=section,
        parts=parts,
        form=Form(fields_of(parts), values),
        refusal=told,
        standing=standing,
        etag=opened or etag(visit, told, family.etag),
        key=new_key(),
    )


async def _family(visit: Visit) -> pb.FosterFamily:
    return await visit.services.families.GetFosterFamily(pb.GetFosterFamilyRequest(name=named(visit)))


def home_parts(authority: str) -> list[Part]:
    """What the family is called, what kind it is, where it lives and what it speaks."""
    types = [(pb.FamilyType.Value(f"FAMILY_TYPE_{kind}"), kind) for kind in family_types(authority)]
    levels = [(str(number), told) for number, told in family_terms.language_levels().items()]
    languages = [
        Field(f"language-{number}", terms.spoken([number]), "choice", None, options=levels, path=path)
        for number, path in zip(_all(vocabulary.Language), ["languages", "", "", ""], strict=True)
    ]
    return [
        Part(
            [
                Field("name", _("What the family is called"), path="display_name"),
                Field(
                    "type",
                    _("Kind of family"),
                    "choice",
                    options=[(str(number), terms.family_type(number)) for number, _kind in sorted(types)],
                    path="family.type",
                ),
                Field("town", _("Town"), "choice", options=[(town, town) for town in sorted(towns())]),
                Field(
                    "consultant",
                    _("Consultant"),
                    required=False,
                    help=_("The user name of whoever follows the family."),
                ),
            ]
        ),
        Part(languages, _("What is spoken at home"), _("Choose how well, for each language that they speak.")),
    ]


def put_home(form: Form, family: pb.FosterFamily) -> None:
    """Gives a family what `home_parts` asked for."""
    family.display_name, family.town = form["name"], form["town"]
    family.type = pb.FamilyType.Name(form.number("type"))  # type: ignore[arg-type, assignment]  # one of the options
    consultant = form["consultant"].removeprefix("users/")
    family.consultant = f"users/{consultant}" if consultant else ""
    family.ClearField("languages")
    for number in _all(vocabulary.Language):
        if form[f"language-{number}"]:
            level = vocabulary.LanguageLevel.Name(form.number(f"language-{number}"))  # type: ignore[arg-type]
            family.languages.add(language=number, level=level)


def _profile_parts(family: pb.FosterFamily, _values: Values) -> list[Part]:
    return [
        *home_parts(family.authority),
        Part(_ages("experience", "experience"), _("Experience with children of")),
        Part(_competences("good-at"), _("What the family is good at")),
        Part(
            [
                Field(f"allows-{number}", words.opening(terms.accessibility([number])), "tick")
                for number in _all(vocabulary.Accessibility)
            ],
            _("What the home allows"),
        ),
        Part(
            [
                Field("schools", _("Schools within reach"), "area", False, _("One on each line.")),
                Field("school-district", _("School district"), required=False, path="school_district"),
                Field("pets", _("Animals"), "area", False, _("One on each line.")),
            ],
            _("School and animals"),
        ),
    ]


def _profile(family: pb.FosterFamily) -> Values:
    return {
        "name": family.display_name,
        "type": str(family.type),
        "town": family.town,
        "consultant": family.consultant.removeprefix("users/"),
        "schools": "\n".join(family.schools),
        "school-district": family.school_district,
        "pets": "\n".join(family.pets),
        **{f"language-{each.language}": str(each.level) for each in family.languages},
        **_ticks("good-at", family.competences),
        **_ticks("allows", family.accessibility),
        **(_of_ages("experience", family.experience) if family.HasField("experience") else {}),
    }


def _put_profile(_visit: Visit, form: Form, family: pb.FosterFamily) -> None:
    put_home(form, family)
    family.school_district = form["school-district"]
    family.schools[:], family.pets[:] = _lines(form["schools"]), _lines(form["pets"])
    family.competences[:] = _ticked(form, "good-at", _all(vocabulary.Competence))
    family.accessibility[:] = _ticked(form, "allows", _all(vocabulary.Accessibility))
    family.ClearField("experience")
    if experience := _age_range(form, "experience"):
        family.experience.CopyFrom(experience)


def _wishes_parts(_family: pb.FosterFamily, _values: Values) -> list[Part]:
    levels = [(str(level), terms.need_level(level)) for level in _all(vocabulary.NeedLevel)]
    girls, boys = vocabulary.GENDER_GIRL, vocabulary.GENDER_BOY
    return [
        Part(
            [
                *_ages("wished", "wishes.ages"),
                *(
                    Field(f"gender-{number}", words.opening(family_terms.genders([number])), "tick")
                    for number in (girls, boys)
                ),
                Field("siblings", _("Siblings gladly"), "tick"),
                Field("wishes", _("In its own words"), "area", required=False, path="wishes.note"),
            ],
            _("What the family wishes for"),
            _("Wishes leave no child out."),
        ),
        Part(
            [
                *_ages("taken", "limits.ages"),
                Field("need", _("Need up to"), "choice", False, options=levels, path="limits.need_level"),
                Field("limits", _("What else, in its own words"), "area", required=False, path="limits.note"),
            ],
            _("What the family does not take"),
            _("Leave empty what the approval says: Havn offers no other child to the family."),
        ),
        Part(_competences("not"), _("No child who needs")),
    ]


def _wishes(family: pb.FosterFamily) -> Values:
    wishes, limits = family.wishes, family.limits
    return {
        **(_of_ages("wished", wishes.ages) if wishes.HasField("ages") else {}),
        **_ticks("gender", wishes.genders),
        "siblings": "yes" if wishes.siblings else "",
        "wishes": wishes.note,
        **(_of_ages("taken", limits.ages) if limits.HasField("ages") else {}),
        "need": str(limits.need_level or ""),
        **_ticks("not", limits.needs),
        "limits": limits.note,
    }


def _put_wishes(_visit: Visit, form: Form, family: pb.FosterFamily) -> None:
    genders = (vocabulary.GENDER_GIRL, vocabulary.GENDER_BOY)
    wishes = pb.Wishes(
        ages=_age_range(form, "wished"),
        genders=_ticked(form, "gender", genders),
        siblings=bool(form["siblings"]),
        note=form["wishes"],
    )
    limits = pb.Limits(
        ages=_age_range(form, "taken"),
        need_level=vocabulary.NeedLevel.Name(form.number("need")),  # type: ignore[arg-type]  # one of the options
        needs=_ticked(form, "not", _all(vocabulary.Competence)),
        note=form["limits"],
    )
    family.ClearField("wishes")
    family.ClearField("limits")
    if wishes.ByteSize():
        family.wishes.CopyFrom(wishes)
    if limits.ByteSize():
        family.limits.CopyFrom(limits)


def _put_household(visit: Visit, form: Form, family: pb.FosterFamily) -> None:
    family.ClearField("household")
    family.household.extend(household.members(form, visit.text("key")))


def _availability_parts(_family: pb.FosterFamily, _values: Values) -> list[Part]:
    return [
        Part(
            [
                Field("free", _("Free places"), "number", path="availability.free_place_count"),
                Field("from", _("From which day"), "date", path="availability.from_date"),
            ]
        )
    ]


def _availability(family: pb.FosterFamily) -> Values:
    if not family.HasField("availability"):
        return {}
    said = family.availability
    return {"free": str(said.free_place_count), "from": wire.day(said.from_date).isoformat()}


def _put_availability(visit: Visit, form: Form, family: pb.FosterFamily) -> None:
    family.availability.CopyFrom(
        pb.Availability(
            free_place_count=form.number("free"),
            from_date=form.day("from"),
            confirmed_time=wire.timestamp(visit.console.clock.now()),
            confirmed_by=visit.caller.subject,
        )
    )


def _ages(name: str, path: str) -> list[Field]:
    return [
        Field(f"{name}-youngest", _("Youngest child, in years"), "number", None, path=f"{path}.min"),
        Field(f"{name}-oldest", _("Oldest child, in years"), "number", None, path=path),
    ]


def _of_ages(name: str, given: pb.AgeRange) -> Values:
    return {f"{name}-youngest": str(given.min), f"{name}-oldest": str(given.max)}


def _age_range(form: Form, name: str) -> pb.AgeRange | None:
    if not form[f"{name}-youngest"] and not form[f"{name}-oldest"]:
        return None
    return pb.AgeRange(min=form.number(f"{name}-youngest"), max=form.number(f"{name}-oldest"))


def _competences(name: str) -> list[Field]:
    numbers = _all(vocabulary.Competence)
    return [Field(f"{name}-{number}", words.opening(terms.competences([number])), "tick") for number in numbers]


def _ticks(name: str, numbers: Iterable[int]) -> Values:
    return {f"{name}-{number}": "yes" for number in numbers}


def _ticked(form: Form, name: str, numbers: Iterable[Any]) -> list[Any]:
    return [number for number in numbers if form[f"{name}-{number}"]]


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _all(enum: Any) -> list[Any]:  # noqa: ANN401  # any enum of the contract
    return [number for number in enum.values() if number]


SECTIONS = {
    "profile": Section(
        N_("Change the profile"),
        N_("What the home is like. What the family is approved for changes by its approval."),
        (
            "display_name",
            "type",
            "town",
            "consultant",
            "languages",
            "experience",
            "competences",
            "accessibility",
            "schools",
            "school_district",
            "pets",
        ),
        _profile_parts,
        _profile,
        _put_profile,
    ),
    "wishes": Section(
        N_("Change wishes and limits"),
        N_("What the family would like, and what it does not take though it may be approved for it."),
        ("wishes", "limits"),
        _wishes_parts,
        _wishes,
        _put_wishes,
    ),
    "household": Section(
        N_("Change who lives there, and certificates"),
        N_("Everybody who lives there, own children too; foster children apart. Havn keeps no names of them."),
        ("household",),
        lambda _family, values: household.parts(values),
        lambda family: household.already(family.household),
        _put_household,
        grows=True,
    ),
    "availability": Section(
        N_("Say how many places are free"),
        N_("It holds from when you save it, with your name. Confirm it anew before it gets old."),
        ("availability",),
        _availability_parts,
        _availability,
        _put_availability,
    ),
    "pay": Section(
        N_("Change what the family is paid, and agreements"),
        N_("What a child costs a day, in suggestions too, follows from it at once."),
        family_pay.MASK,
        family_pay.parts,
        family_pay.already,
        lambda _visit, form, family: family_pay.put(form, family),
    ),
}
"""The sections, by the last part of their addresses."""

PAGES = tuple(
    page
    for id in SECTIONS
    for page in (
        Page(f"/families/{{family}}/{id}", partial(ask, id), UPDATE),
        Page(f"/families/{{family}}/{id}", partial(save, id), UPDATE, "POST"),
    )
)
