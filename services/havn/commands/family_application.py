"""havn families apply."""

import uuid
from datetime import date
from enum import StrEnum
from typing import Annotated

import typer

from havn.families.v1 import families_pb2 as pb
from havn.terms.v1 import terms_pb2 as terms
from services.havn.commands.asking import asking
from services.havn.commands.documents import document
from services.havn.commands.names import authority_name, user_name
from services.havn.commands.options import As, Json, Language, User, day
from services.havn.commands.output import show
from services.havn.commands.surroundings import settings, today
from services.havn.importing.cells import WHOLE_MAX, NotAllowed, day_in
from services.havn.views.families import family as view_family
from services.havn.views.phrases import Lang
from services.shared.names import new_id
from services.shared.wire import date_message

LANGUAGE_FORM = "LANGUAGE | basic, good or fluent"
MEMBER_FORM = "foster-parent, adult or own-child | BORN | PERSON"


class FamilyKind(StrEnum):
    """Types of foster family: an authority's jurisdiction has some of them."""

    NETWORK = "network"
    MUNICIPAL = "municipal"
    PROFESSIONAL = "professional"
    EMERGENCY = "emergency"
    RELIEF = "relief"
    PRIVATE = "private"
    GENERAL = "general"
    REINFORCED = "reinforced"
    SPECIALISED = "specialised"


def language(text: str) -> terms.SpokenLanguage:
    """A language and how well it is spoken. Raises typer.BadParameter for what is neither."""
    try:
        name, level = (part.strip().upper() for part in text.split("|"))
        return terms.SpokenLanguage(
            language=terms.Language.Value(f"LANGUAGE_{name}"),
            level=terms.LanguageLevel.Value(f"LANGUAGE_LEVEL_{level}"),
        )
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is no language: write it as {LANGUAGE_FORM!r}") from error


def member(text: str) -> pb.HouseholdMember:
    """Somebody who lives in the home. Raises typer.BadParameter for what is nobody."""
    try:
        role, born, *person = (part.strip() for part in text.split("|"))
        (reference,) = person or [f"p-{new_id()}"]
        return pb.HouseholdMember(
            person=f"persons/{reference.removeprefix('persons/')}",
            role=pb.HouseholdRole.Value(f"HOUSEHOLD_ROLE_{role.replace('-', '_').upper()}"),
            birth_date=date_message(day_in(born)),
        )
    except (ValueError, NotAllowed) as error:
        raise typer.BadParameter(f"{text!r} is nobody of a household: write it as {MEMBER_FORM!r}") from error


def apply(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the family is called.", show_default=False)],
    authority: Annotated[str, typer.Option(help="Where it applies: authorities/kujalleq or kujalleq.")],
    town: Annotated[str, typer.Option(help="Where it lives, as data/towns.csv spells it.")],
    languages: Annotated[
        list[str], typer.Option("--language", metavar=LANGUAGE_FORM, help="What is spoken at home; repeat.")
    ],
    members: Annotated[
        list[str],
        typer.Option("--member", metavar=MEMBER_FORM, help="Who lives there; PERSON may be left out. Repeat."),
    ],
    kind: Annotated[FamilyKind, typer.Option("--type", help="Which type of family.")] = FamilyKind.MUNICIPAL,
    places: Annotated[int, typer.Option(min=0, max=WHOLE_MAX, help="Children at a time; 0 where not said.")] = 0,
    relief: Annotated[bool, typer.Option("--relief", help="For relief alone.")] = False,
    motivation: Annotated[str, typer.Option(help="Why, in the family's own words.")] = "",
    applied_on: Annotated[
        date | None, typer.Option("--on", parser=day, metavar="DATE", help="Today if not given.")
    ] = None,
    consultant: Annotated[str, typer.Option(metavar="USER", help="Who follows it: users/consultant.")] = "",
    as_user: As = User.CONSULTANT,
    lang: Language = Lang.EN,
    json: Json = False,
) -> None:
    """Enters a family that applies. It is approved for nothing: assess it next."""
    application = pb.Application(
        applied_date=date_message(applied_on or today(settings())),
        motivation=motivation,
        place_count=places,
        care=pb.CARE_KIND_RELIEF if relief else pb.CARE_KIND_FULL_TIME,
    )
    family = pb.FosterFamily(
        authority=authority_name(authority),
        display_name=name,
        type=pb.FamilyType.Value(f"FAMILY_TYPE_{kind.name}"),
        town=town,
        languages=map(language, languages),
        household=map(member, members),
        consultant=user_name(consultant) if consultant else "",
        application=application,
    )
    with asking(as_user) as connection:
        answer = connection.families.CreateFosterFamily(
            pb.CreateFosterFamilyRequest(family=family, request_id=str(uuid.uuid4()))
        )
    show(document(answer), view_family(answer, lang), json)
