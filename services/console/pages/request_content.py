"""What a form of a request for a place says, and how it stands in the request."""

from collections.abc import Iterable
from typing import Any

from google.type.date_pb2 import Date

from havn.placements.v1 import placements_pb2 as pb
from havn.terms.v1 import terms_pb2 as vocabulary
from services.console import terms
from services.console.forms import Form
from services.console.pages.request_fields import Values, each_of
from services.shared import wire

MASK = (
    *("kind", "child", "needs", "need_step", "ceiling", "from_date", "place_by_date", "waiting_since_date", "danger"),
    *("siblings", "school", "contact", "protection", "wish", "legal_basis", "current_home", "solo_placement"),
)
"""What a form changes of a request: all that a person may."""

PROTECTED = {"homes": "", "towns": "", "persons": "persons/", "children": "children/"}
"""What a child is protected from, with how the names of these begin."""


def values(request: pb.PlacementRequest) -> Values:
    """What stands in a request, by the fields' names."""
    child, needs, step = request.child, request.needs, request.need_step
    return {
        "child": child.reference.removeprefix("children/"),
        "born": _iso(child, "birth_date"),
        "gender": str(child.gender),
        "town": child.town,
        **{f"language-{each.language}": str(each.level) for each in child.languages},
        "kind": str(request.kind),
        "need": str(needs.level),
        "step": str(step.step),
        "assessor": step.assessor,
        "assessed": _iso(step, "assessed_date"),
        "from": _iso(request, "from_date"),
        "place-by": _iso(request, "place_by_date"),
        "since": _iso(request, "waiting_since_date"),
        "solo": _tick(request.solo_placement),
        **_ticked_of("needed", needs.needed_competences),
        **_ticked_of("wished", needs.wished_competences),
        **_ticked_of("allows", needs.accessibility),
        **_surroundings(request),
        **_decided(request),
    }


def _surroundings(request: pb.PlacementRequest) -> Values:
    together = (each.child for each in request.siblings if each.rule == pb.SIBLING_RULE_TOGETHER)
    contact, wish = request.contact, request.wish
    return {
        "together": ", ".join(name.removeprefix("children/") for name in together),
        "school": request.school.school,
        "school-town": request.school.town,
        "parents-town": contact.town,
        "visits": f"{contact.visits_per_month:g}" if request.HasField("contact") else "",
        "words": wish.child_words,
        "child-town": wish.child_town,
        "child-home": terms.home(wish.child_home),
        "wished-town": wish.parents_town,
        **{
            f"from-{each}": ", ".join(
                terms.home(name).removeprefix(prefix) for name in getattr(request.protection, each)
            )
            for each, prefix in PROTECTED.items()
        },
    }


def _decided(request: pb.PlacementRequest) -> Values:
    danger, basis, lives, ceiling = request.danger, request.legal_basis, request.current_home, request.ceiling
    return {
        "danger-assessor": danger.assessor,
        "danger-since": _iso(danger, "since_date"),
        "basis": str(basis.kind or ""),
        "paragraph": basis.paragraph,
        "decided": _iso(basis, "decided_date"),
        "expires": _iso(basis, "expiry_date"),
        "lives-step": str(lives.step) if request.HasField("current_home") else "",
        "lives-in": terms.home(lives.home),
        "unsafe": _tick(lives.unsafe),
        "ceiling": str(ceiling.step or ""),
        "ceiling-author": ceiling.author,
        "ceiling-until": _iso(ceiling, "until_date"),
        "ceiling-reason": ceiling.reason,
    }


def put(form: Form, request: pb.PlacementRequest) -> None:
    """Gives a request what a form says that can be read; what was not filled in at all is not in it."""
    _put_child(form, request)
    _put_sought(form, request)
    apart = [each for each in request.siblings if each.rule != pb.SIBLING_RULE_TOGETHER]
    together = (
        pb.SiblingBond(child=f"children/{key}", rule=pb.SIBLING_RULE_TOGETHER) for key in _listed(form["together"])
    )
    request.ClearField("siblings")
    request.siblings.extend([*together, *apart])
    for name, made in {**_life(form), **_decisions(form)}.items():
        request.ClearField(name)  # type: ignore[arg-type]  # one of a request's fields
        if made.ByteSize() or (name == "current_home" and form["lives-step"]):
            getattr(request, name).CopyFrom(made)


def _put_child(form: Form, request: pb.PlacementRequest) -> None:
    spoken = {
        number: form.number(f"language-{number}")
        for number in each_of(vocabulary.Language)
        if form[f"language-{number}"]
    }
    child = request.child
    if {each.language: each.level for each in child.languages} != spoken:
        best_first = sorted(spoken, key=lambda number: -spoken[number])
        child.ClearField("languages")
        child.languages.extend(vocabulary.SpokenLanguage(language=each, level=spoken[each]) for each in best_first)  # type: ignore[arg-type]
    child.reference = f"children/{form['child'].removeprefix('children/')}"
    _put_day(child, "birth_date", form.day("born"))
    child.gender, child.town = form.number("gender"), form["town"]  # type: ignore[assignment]


def _put_sought(form: Form, request: pb.PlacementRequest) -> None:
    needs: Any = pb.NeedsProfile(
        level=form.number("need"),  # type: ignore[arg-type]
        needed_competences=_ticked(form, "needed", vocabulary.Competence),
        wished_competences=_ticked(form, "wished", vocabulary.Competence),
        accessibility=_ticked(form, "allows", vocabulary.Accessibility),
    )
    step = pb.NeedStep(step=form.number("step"), assessor=form["assessor"], assessed_date=form.day("assessed"))
    request.needs.CopyFrom(needs)
    request.need_step.CopyFrom(step)
    request.kind = form.number("kind")  # type: ignore[assignment]
    request.solo_placement = bool(form["solo"])
    for field, name in (("from_date", "from"), ("place_by_date", "place-by"), ("waiting_since_date", "since")):
        _put_day(request, field, form.day(name))


def _life(form: Form) -> dict[str, Any]:
    return {
        "school": pb.Schooling(school=form["school"], town=form["school-town"]),
        "contact": pb.Contact(town=form["parents-town"], visits_per_month=float(form["visits"] or 0)),
        "wish": pb.Wish(
            child_words=form["words"],
            child_town=form["child-town"],
            child_home=_home(form["child-home"]),
            parents_town=form["wished-town"],
        ),
        "protection": pb.Protection(
            homes=map(_home, _listed(form["from-homes"])),
            towns=_listed(form["from-towns"]),
            persons=(f"persons/{key}" for key in _listed(form["from-persons"])),
            children=(f"children/{key}" for key in _listed(form["from-children"])),
        ),
    }


def _decisions(form: Form) -> dict[str, Any]:
    return {
        "danger": pb.Danger(assessor=form["danger-assessor"], since_date=form.day("danger-since")),
        "legal_basis": pb.LegalBasis(
            kind=form.number("basis"),  # type: ignore[arg-type]
            paragraph=form["paragraph"],
            decided_date=form.day("decided"),
            expiry_date=form.day("expires"),
        ),
        "current_home": pb.CurrentHome(
            home=_home(form["lives-in"]), step=form.number("lives-step"), unsafe=bool(form["unsafe"])
        ),
        "ceiling": pb.Ceiling(
            step=form.number("ceiling"),
            author=form["ceiling-author"],
            until_date=form.day("ceiling-until"),
            reason=form["ceiling-reason"],
        ),
    }


def _home(told: str) -> str:
    """The name of a home that somebody told by its reference."""
    institution, _slash, unit = told.partition("/")
    if not told or institution in ("families", "institutions"):
        return told
    return f"institutions/{institution}/units/{unit}" if unit else f"families/{institution}"


def _ticked(form: Form, name: str, kind: Any) -> list[Any]:  # noqa: ANN401  # as above
    return [number for number in each_of(kind) if form[f"{name}-{number}"]]


def _ticked_of(name: str, numbers: Iterable[int]) -> Values:
    return {f"{name}-{number}": "yes" for number in numbers}


def _tick(value: bool) -> str:
    return "yes" if value else ""


def _iso(message: Any, field: str) -> str:  # noqa: ANN401  # any message that has the day
    return wire.day(getattr(message, field)).isoformat() if message.HasField(field) else ""


def _put_day(message: Any, field: str, day: Date | None) -> None:  # noqa: ANN401  # as above
    message.ClearField(field)
    if day:
        getattr(message, field).CopyFrom(day)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
