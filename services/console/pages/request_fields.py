"""The fields of a request for a place: how a form asks for them."""

from collections.abc import Mapping
from typing import Any

from havn.placements.v1 import placements_pb2 as pb
from havn.terms.v1 import terms_pb2 as vocabulary
from services.console import family_terms, terms, words
from services.console.forms import Field, Part
from services.console.languages import gettext as _
from services.shared.reference import ladder, towns

Values = Mapping[str, str]

VISITS = ("0.5", "1", "2", "3", "4", "8")
"""Visits a month that a plan mostly foresees."""


def parts(values: Values) -> list[Part]:
    """All fields, in the order in which one is asked for them."""
    return [
        _child(),
        Part(_languages(), _("What the child speaks"), _("Choose how well, for each language that it speaks.")),
        _sought(),
        Part(_ticks("needed", vocabulary.Competence, terms.competences), _("A home must be good at")),
        Part(_ticks("wished", vocabulary.Competence, terms.competences), _("It would be good that a home is good at")),
        Part(_ticks("allows", vocabulary.Accessibility, terms.accessibility), _("What the building must allow")),
        _danger(),
        _siblings(),
        _everyday_life(values),
        _wishes(),
        _protection(),
        _basis(),
        _meanwhile(),
        _ceiling(),
    ]


def _child() -> Part:
    genders = [(str(number), terms.gender(number)) for number in (vocabulary.GENDER_GIRL, vocabulary.GENDER_BOY)]
    reference = _("The key that your case system has for the child, such as k-0123: never a name, nor a CPR number.")
    return Part(
        [
            Field("child", _("The child's reference"), path="child.reference", help=reference),
            Field("born", _("Born"), "date", path="child.birth_date"),
            Field("gender", _("Gender"), "choice", options=genders, path="child.gender"),
            Field("town", _("At home in"), "choice", options=_towns(), path="child.town"),
        ],
        _("The child"),
    )


def _languages() -> list[Field]:
    levels = [(str(number), told) for number, told in family_terms.language_levels().items()]
    return [
        Field(f"language-{number}", terms.spoken([number]), "choice", None, options=levels, path=path)
        for number, path in zip(each_of(vocabulary.Language), ["child.languages", "", "", ""], strict=True)
    ]


def _sought() -> Part:
    kinds = [
        (str(pb.REQUEST_KIND_PLACEMENT), _("A home for the child")),
        (str(pb.REQUEST_KIND_STEP_DOWN), _("A less intrusive place than it has")),
        (str(pb.REQUEST_KIND_PARENT_WITH_CHILD), _("A place for a parent with the child")),
    ]
    levels = [(str(number), terms.need_level(number)) for number in each_of(vocabulary.NeedLevel)]
    return Part(
        [
            Field("kind", _("What is sought"), "choice", options=kinds, path="request.kind"),
            Field("need", _("How much support"), "choice", options=levels, path="needs.level"),
            Field(
                "step",
                _("The least intrusive step that meets the need"),
                "choice",
                options=_steps(1),
                path="need_step.step",
            ),
            Field("assessor", _("Who assessed it"), path="need_step.assessor"),
            Field("assessed", _("Assessed on"), "date", path="need_step.assessed_date"),
            Field("from", _("The place is needed from"), "date", path="request.from_date"),
            Field("place-by", _("Should have a place by"), "date", path="place_by_date"),
            Field("since", _("Has waited since, if on another list before"), "date", None, path="waiting_since_date"),
            Field("solo", _("The child can't live with other children"), "tick", path="solo_placement"),
        ],
        _("What is sought"),
    )


def _danger() -> Part:
    return Part(
        [
            Field("danger-assessor", _("Who assessed the danger"), required=None, path="danger.assessor"),
            Field("danger-since", _("In danger since"), "date", None, path="danger.since_date"),
        ],
        _("Danger"),
        _("Fill in only where the child needs a safe place tonight."),
    )


def _siblings() -> Part:
    return Part(
        [
            Field("together", _("Must live with"), required=None, path="siblings"),
        ],
        _("Brothers and sisters"),
        _("References of siblings, with commas between them. Who may be parted, or must be, is told by an import."),
    )


def _everyday_life(values: Values) -> Part:
    visits = dict.fromkeys([*VISITS, *([values["visits"]] if values.get("visits") else [])])
    return Part(
        [
            Field("school", _("School"), required=None, path="school.school"),
            Field("school-town", _("The school's town"), "choice", None, options=_towns(), path="school.town"),
            Field("parents-town", _("Where the parents live"), "choice", None, options=_towns(), path="contact.town"),
            Field(
                "visits",
                _("Visits a month"),
                "choice",
                None,
                options=[(each, each) for each in visits],
                path="contact.visits_per_month",
            ),
        ],
        _("School, and contact with the parents"),
    )


def _wishes() -> Part:
    return Part(
        [
            Field("words", _("The child's own words"), "area", None, path="wish.child_words"),
            Field(
                "child-town", _("Town that the child wishes"), "choice", None, options=_towns(), path="wish.child_town"
            ),
            Field(
                "child-home", _("Home that the child wishes"), required=None, help=_home_help(), path="wish.child_home"
            ),
            Field(
                "wished-town",
                _("Town that the parents wish"),
                "choice",
                None,
                options=_towns(),
                path="wish.parents_town",
            ),
        ],
        _("Wishes"),
    )


def _protection() -> Part:
    return Part(
        [
            Field("from-homes", _("Homes"), required=None, help=_home_help(), path="protection.homes"),
            Field("from-towns", _("Towns"), required=None, path="protection.towns"),
            Field("from-persons", _("Persons, by reference"), required=None, path="protection.persons"),
            Field("from-children", _("Children, by reference"), required=None, path="protection.children"),
        ],
        _("Never placed with"),
        _("What the child is protected from, with commas between them. No such home is ever suggested."),
    )


def _basis() -> Part:
    kinds = [
        (str(pb.BASIS_KIND_CONSENT), _("Consent")),
        (str(pb.BASIS_KIND_COMMITTEE_DECISION), _("Decision of the committee")),
        (str(pb.BASIS_KIND_EMERGENCY_DECISION), _("Provisional decision in an emergency")),
    ]
    return Part(
        [
            Field("basis", _("Kind of basis"), "choice", None, options=kinds, path="legal_basis.kind"),
            Field("paragraph", _("Paragraph"), required=None, path="legal_basis.paragraph"),
            Field("decided", _("Given or decided on"), "date", None, path="legal_basis.decided_date"),
            Field("expires", _("Ends on"), "date", None, path="legal_basis.expiry_date"),
        ],
        _("Legal basis"),
        _("Leave it empty where it is not decided yet: the request is not lost for that."),
    )


def _meanwhile() -> Part:
    return Part(
        [
            Field(
                "lives-step", _("Step where it lives now"), "choice", None, options=_steps(0), path="current_home.step"
            ),
            Field("lives-in", _("Home where it lives now"), required=None, help=_home_help(), path="current_home.home"),
            Field("unsafe", _("It is not safe there"), "tick", path="current_home.unsafe"),
        ],
        _("Where the child lives meanwhile"),
    )


def _ceiling() -> Part:
    return Part(
        [
            Field("ceiling", _("Highest step"), "choice", None, options=_steps(1), path="ceiling.step"),
            Field("ceiling-author", _("Who decided it"), required=None, path="ceiling.author"),
            Field("ceiling-until", _("Holds until"), "date", None, path="ceiling.until_date"),
            Field("ceiling-reason", _("Why"), "area", None, path="ceiling.reason"),
        ],
        _("Places above the step that the child needs"),
        _("Fill in only where somebody decided that one may be sought."),
    )


def _home_help() -> str:
    return _("By reference, such as f-001 or i-nuuk-01/a.")


def _towns() -> list[tuple[str, str]]:
    return [(town, town) for town in sorted(towns())]


def _steps(lowest: int) -> list[tuple[str, str]]:
    return [(str(number), f"{number} – {terms.step(number)}") for number in ladder() if number >= lowest]


def _ticks(name: str, kind: Any, told: Any) -> list[Field]:  # noqa: ANN401  # an enum of the protos, and its words
    return [Field(f"{name}-{number}", words.opening(told([number])), "tick") for number in each_of(kind)]


def each_of(kind: Any) -> list[Any]:  # noqa: ANN401  # an enum of the protos
    """The numbers of an enum that say something."""
    return [number for number in kind.values() if number]
