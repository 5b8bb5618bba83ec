"""What is told with --lang da is Danish, from the first word to the last."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from havn.access.v1.access_pb2 import Role
from havn.families.v1.families_pb2 import ListFollowUpsResponse, ProfileFact
from havn.matching.v1.matching_pb2 import FitClass, PlannedPlace, Suggestion, Suggestions
from havn.terms.v1.terms_pb2 import Words
from services.havn import views
from services.havn.demo.followed import MADE_UP
from services.havn.demo.visit import visit
from services.havn.views.excluded import each_excluded
from services.havn.views.families import BREACHES, CERTIFICATES, LOOKS, MEMBERS, STEPS
from services.havn.views.families import STATES as FAMILY_STATES
from services.havn.views.follow_ups import follow_ups
from services.havn.views.headings import HEADINGS
from services.havn.views.inquiries import GENDERS, NEEDS
from services.havn.views.krith import ACTION_STATES, COURSES, FEES, REASONS, SUPPORT_KINDS
from services.havn.views.offers import STATES
from services.havn.views.phrases import DANISH, NOUNS, Lang, count, phrase
from services.havn.views.started import TO_TRY
from services.havn.views.suggestions import price
from services.havn.views.suppliers import KINDS, OUTCOMES, OWNERS, UNIT_KINDS
from services.havn.views.vacancies import BLOCKED, FRESHNESS, HAPPENED
from services.havn.views.words import DISPOSALS, FITS, kroner, listed
from tests.cast import TODAY
from tests.cli.conftest import Ran, process

# It is about words, which no database changes.
pytestmark = pytest.mark.once

FOLDER = Path(views.__file__).parent
FILES = [*FOLDER.glob("*.py"), FOLDER.parent / "journeys.py"]
# Words that no Danish sentence has.
ENGLISH = re.compile(r"\b(the|and|of|with|who|is|are|waits?|places?|homes?|child|step|free|day|found|this)\b", re.I)


def calls(name: str) -> Iterator[ast.Call]:
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                yield node


def texts(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be, as far as it names them."""
    match node:
        case ast.Constant(str() as text):
            yield text
        case ast.IfExp(body=body, orelse=orelse):
            yield from texts(body)
            yield from texts(orelse)


def constants() -> set[str]:
    folders = [FOLDER.parent / name for name in ("commands", "importing", "exporting")]
    said = [*FILES, *(file for folder in folders for file in folder.glob("*.py"))]
    trees = [ast.parse(file.read_text("utf-8")) for file in said if file.name not in ("phrases.py", "headings.py")]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    return {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def roles() -> set[str]:
    return {name.removeprefix("ROLE_").replace("_", " ").lower() for name in Role.keys()[1:]} - {"service"}


def test_every_phrase_has_a_danish_one() -> None:
    said = {text for call in calls("phrase") for text in texts(call.args[0])}
    known = {
        *FITS.values(),
        *FAMILY_STATES.values(),
        *STEPS.values(),
        *BREACHES.values(),
        *LOOKS.values(),
        *CERTIFICATES.values(),
        *MEMBERS.values(),
        *(name.removeprefix("PROFILE_FACT_").replace("_", " ").lower() for name in ProfileFact.keys()[1:]),
        *FRESHNESS.values(),
        *STATES.values(),
        *ACTION_STATES.values(),
        *REASONS.values(),
        *COURSES.values(),
        *SUPPORT_KINDS.values(),
        *FEES.values(),
        *GENDERS.values(),
        *NEEDS.values(),
        *HAPPENED.values(),
        *BLOCKED.values(),
        *OWNERS.values(),
        *KINDS.values(),
        *UNIT_KINDS.values(),
        *DISPOSALS.values(),
        *(what for _, what in OUTCOMES),
        *(what for _, what in TO_TRY),
        *roles(),
    }
    assert len(said) > 50
    assert said | known <= DANISH.keys()


def test_no_phrase_is_there_that_nobody_says() -> None:
    assert DANISH.keys() <= constants() | roles()
    assert HEADINGS.keys() <= {text.lstrip("#=") for text in constants()}
    assert NOUNS.keys() <= constants()


def test_a_phrase_takes_the_same_facts_in_both_languages() -> None:
    braces = re.compile(r"{(\w+)}")
    assert all(set(braces.findall(en)) == set(braces.findall(da)) for en, da in DANISH.items())


def test_numbers_and_lists_are_danish() -> None:
    found = Suggestion()
    found.cost.per_day.units = found.cost.rate.units = 2540
    assert kroner(found.cost.per_day, Lang.DA) == "2.540 kr."
    assert price(found.cost, Lang.DA) == "2.540 kr. pr. dag."
    assert listed(["a", "b", "c"], Lang.DA) == "a, b og c"
    assert [count(number, "home", Lang.DA) for number in (1, 2)] == ["1 hjem", "2 hjem"]
    assert phrase("step", Lang.EN) == "step"


def test_a_home_that_does_not_fit_is_told_with_who_may_waive_and_what_it_takes() -> None:
    found = Suggestions()
    home = found.excluded_homes.add()
    home.refusals.add(
        rule="R6",
        words=Words(da="Mangler den", en="Lacks it"),
        waivable_by=[Role.ROLE_CONSULTANT, Role.ROLE_LEADER],
        change=Words(da="At hjemmet får den", en="The home gains it"),
    )
    heading, _, against = each_excluded(found.excluded_homes, Lang.DA)
    assert str(heading) == "1 hjem passer ikke:"
    told = "R6: Mangler den. Kan fraviges af: familieplejekonsulent og leder. Det, der skal til: at hjemmet får den."
    assert told in [cell for column in against.renderable.columns for cell in column.cells]  # type: ignore[union-attr]


def test_what_has_no_value_yet_is_told_too() -> None:
    assert set(FITS) == set(FitClass.values())
    assert phrase(FITS[PlannedPlace().fit_class], Lang.DA) == "ukendt"
    assert list(follow_ups("families/f-9", ListFollowUpsResponse(), Lang.DA)) == ["Ingen opfølgning på f-9 endnu."]


def test_the_demos_visit_is_told_in_five_parts_in_danish_and_says_that_it_is_made_up() -> None:
    told = visit(TODAY)
    [action] = told.actions
    parts = (told.competences, told.resources, told.involvement, told.trust, told.everyday_life)
    written = [action.what, *(part.note for part in parts)]
    assert all(text.endswith(MADE_UP) for text in written)
    assert not ENGLISH.search(" ".join([action.owner, *written, *(part.child_words for part in parts)]))
    assert action.due_date.day


def test_a_start_in_danish_holds_no_english(first_start: tuple[Path, Ran]) -> None:
    starting = process(first_start[0], "up", "--demo", "--once", "--lang", "da")
    out, _ = starting.communicate()
    assert starting.returncode == 0, out
    lines = out.replace(str(first_start[0]), "").splitlines()
    told = [line for line in lines if "$ " not in line and "export " not in line]
    assert [line for line in told if ENGLISH.search(line)] == []
    assert "Forslag til r-001" in out
    assert "Havn er klar" in out
