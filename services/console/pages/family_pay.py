"""What is agreed on about a family's pay and places, as a form asks for it: rate, fees, other authorities."""

import re
from collections.abc import Iterable, Mapping

from havn.families.v1 import families_pb2 as pb
from services.console import family_terms, terms
from services.console.forms import Field, Form, Part
from services.console.languages import gettext as _
from services.shared import wire
from services.shared.reference import authority_names, jurisdiction

MASK = ("daily_rate", "fee_terms", "agreements")
_LEVEL = re.compile(r"level-([1-9][0-9]?)-units")
_EMPTY_LEVELS = 2
"""Levels that may be added at a time."""


def parts(family: pb.FosterFamily, values: Mapping[str, str]) -> list[Part]:
    """The rate, what the family is paid by, the Danish levels, and authorities that may use its places."""
    models = [(str(number), told) for number, told in family_terms.fee_models().items()]
    return [
        Part(
            [
                Field(
                    "rate",
                    _("Kroner for one child a day"),
                    "amount",
                    False,
                    _("Such as 512.50. It goes before the tables of fees; leave it empty where they hold."),
                    path="daily_rate",
                )
            ],
            _("Rate agreed on with the family"),
        ),
        Part(
            [
                # That there are levels, or none, is told of the model.
                Field("model", _("Paid by"), "choice", False, options=models, path="fee_terms.levels"),
            ],
            _("By the tables of fees"),
            _("Leave it empty where the family is paid as its kind is."),
        ),
        Part(
            [
                *_level_fields(family, values),
                Field("levels-from", _("First day of the first level"), "date", None, path="fee_terms.from_date"),
                Field("averaged", _("The mean of all levels is paid from the first day on"), "tick"),
            ],
            _("Danish levels"),
            _("How many times the normal fee, for how many months, one after the other. The last one lasts."),
        ),
        Part(
            [Field(f"with-{key}", name, "tick", path=f"agreements.{key}") for key, name in _others(family).items()],
            _("Other authorities that may place children here"),
            _("By an agreement with this municipality."),
        ),
    ]


def already(family: pb.FosterFamily) -> Mapping[str, str]:
    """What is agreed on, by the fields' names."""
    paid = family.fee_terms
    found = {
        "rate": _written(family) if family.HasField("daily_rate") else "",
        "model": str(paid.model or ""),
        "levels-from": wire.day(paid.from_date).isoformat() if paid.HasField("from_date") else "",
        "averaged": "yes" if paid.averaged else "",
    }
    for number, level in enumerate(paid.levels, start=1):
        found |= {f"level-{number}-units": str(level.fee_units), f"level-{number}-months": str(level.month_count)}
    return found | {f"with-{_key(authority)}": "yes" for authority in family.agreements}


def put(form: Form, family: pb.FosterFamily) -> None:
    """Gives a family what `parts` asked for."""
    family.ClearField("daily_rate")
    family.ClearField("fee_terms")
    family.ClearField("agreements")
    if form["rate"]:
        family.daily_rate.CopyFrom(wire.money(form.ore("rate")))
    paid = pb.FeeTerms(from_date=form.day("levels-from"), averaged=bool(form["averaged"]))
    for number in _told(form.values):
        paid.levels.add(
            fee_units=form.number(f"level-{number}-units"), month_count=form.number(f"level-{number}-months")
        )
    # Whoever fills in levels means the model of levels.
    model = form.number("model") or (pb.FEE_MODEL_LEVELS if paid.ByteSize() else pb.FEE_MODEL_UNSPECIFIED)
    if model:
        paid.model = pb.FeeModel.Name(model)  # type: ignore[arg-type, assignment]  # one of the options
        family.fee_terms.CopyFrom(paid)
    ticked = (field.name.removeprefix("with-") for field in form.fields if form[field.name] and _is_authority(field))
    family.agreements.extend(f"authorities/{key}" for key in ticked)


def _level_fields(family: pb.FosterFamily, values: Mapping[str, str]) -> Iterable[Field]:
    told = _told(values)
    for number in range(1, max([len(family.fee_terms.levels), *told]) + _EMPTY_LEVELS + 1):
        path = f"fee_terms.levels[{told.index(number) if number in told else None}]"
        yield Field(
            f"level-{number}-units",
            _("Level %(num)s: times the normal fee") % {"num": number},
            "number",
            None,
            path=f"{path}.fee_units",
        )
        yield Field(
            f"level-{number}-months",
            _("Level %(num)s: for so many months") % {"num": number},
            "number",
            None,
            path=f"{path}.month_count",
        )


def _told(values: Mapping[str, str]) -> list[int]:
    """Numbers of the levels that are filled in."""
    numbers = sorted(int(found[1]) for name in values if (found := _LEVEL.fullmatch(name)))
    return [number for number in numbers if any(values.get(f"level-{number}-{part}") for part in ("units", "months"))]


def _others(family: pb.FosterFamily) -> Mapping[str, str]:
    """Authorities of the family's jurisdiction but its own, and those that have an agreement, by their keys."""
    where, own = jurisdiction(family.authority), _key(family.authority)
    known = [key for key in authority_names() if jurisdiction(key) == where]
    keys = [*known, *(key for key in map(_key, family.agreements) if key not in known)]
    return {key: terms.authority(key) for key in keys if key != own}


def _is_authority(field: Field) -> bool:
    return field.name.startswith("with-")


def _key(authority: str) -> str:
    return authority.removeprefix("authorities/")


def _written(family: pb.FosterFamily) -> str:
    """The agreed rate as one types it: with øre where there are some."""
    rate = family.daily_rate
    ore = rate.nanos // 10_000_000
    return f"{rate.units}.{ore:02}" if ore else str(rate.units)
