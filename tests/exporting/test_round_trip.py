"""Whatever a record says comes back from a file as it was: in CSV files and in workbooks, letter by letter."""

# Descriptors and messages of any kind are drawn here.
# ruff: noqa: ANN401
import string
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import normalize

import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havn.capacity.v1 import capacity_pb2
from havn.families.v1 import families_pb2
from havn.placements.v1 import placements_pb2
from havn.terms.v1 import terms_pb2
from services.havn.exporting.files import write_export
from services.havn.exporting.registries import REGISTRIES, Registry
from services.havn.exporting.rows import row
from services.havn.importing import cells, choices
from services.havn.importing.columns import Column, FieldPath, Needed, Sheet, made
from services.havn.importing.escaping import joined, part, parts, pieces, plain, unprotected
from services.havn.importing.family_columns import HOUSEHOLD
from services.havn.importing.reading import read
from services.havn.importing.rows import Rows
from services.havn.importing.writing import Format
from services.shared import checks
from services.shared.cells import protected
from services.shared.reference import towns

# It meets no database.
pytestmark = pytest.mark.once

# What spreadsheets, CSV files, lists and XML make something of, and letters of Danish and Kalaallisut.
TRICKY = "=+-@'\"|\\:;,\t\n \u00a0\u2028ÆØÅæøåĸáéíóúâêîôûãẽĩõũ＝_x000D_"  # noqa: RUF001
LETTERS = st.one_of(st.sampled_from(TRICKY), st.characters(codec="utf-8"))
TEXTS = (
    st.text(LETTERS, min_size=1, max_size=30)
    .map(lambda text: normalize("NFC", text))
    .filter(lambda text: bool(text.strip()) and not checks._CONTROL.search(text))
)
KEYS = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=12)
NAMES = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=40)
DAYS = st.dates().map(lambda day: cells.day(day.isoformat()))
MOMENTS = st.datetimes().map(lambda moment: cells.moment(f"{moment.isoformat(timespec='microseconds')}Z"))
MONEY = st.tuples(st.integers(0, 2**63 - 1), st.integers(0, 999_999_999)).map(
    lambda amount: cells.money(f"{amount[0]}.{amount[1]:09}")
)

STRATEGIES: dict[int, st.SearchStrategy[Any]] = {
    id(cells.TEXT): TEXTS,
    id(cells.TOWN): st.sampled_from(sorted(towns())),
    id(cells.KEY_CELL): KEYS,
    id(cells.WHOLE): st.integers(0, 999_999),
    id(cells.DECIMAL): st.floats(0, 1e9, exclude_min=True, allow_nan=False),
    id(cells.MONEY): MONEY,
    id(cells.DAY): DAYS,
    id(cells.MOMENT): MOMENTS,
    id(cells.YES_OR_NO): st.booleans(),
    id(cells.HOME): st.one_of(
        NAMES.map("families/{}".format),
        st.tuples(NAMES, NAMES).map(lambda keys: f"institutions/{keys[0]}/units/{keys[1]}"),
    ),
    id(cells.UNIT): st.tuples(NAMES, NAMES).map(lambda keys: f"institutions/{keys[0]}/units/{keys[1]}"),
}
SPOKEN = st.builds(
    terms_pb2.SpokenLanguage,
    language=st.sampled_from(list(choices.choices(terms_pb2.Language).values())),
    level=st.sampled_from(list(choices.choices(terms_pb2.LanguageLevel).values())),
)
TOGETHER = st.builds(
    placements_pb2.SiblingBond,
    child=NAMES.map("children/{}".format),
    rule=st.just(placements_pb2.SIBLING_RULE_TOGETHER),
)
APART = st.builds(
    placements_pb2.SiblingBond,
    child=NAMES.map("children/{}".format),
    rule=st.just(placements_pb2.SIBLING_RULE_APART),
    author=TEXTS,
    reason=TEXTS,
)


APPROVALS = st.builds(
    families_pb2.Approval,
    reference=TEXTS,
    place_count=st.integers(1, 12),
    ages=st.builds(families_pb2.AgeRange, min=st.integers(0, 5), max=st.integers(5, 17)),
    need_level=st.sampled_from(list(choices.choices(terms_pb2.NeedLevel).values())),
    valid_from_date=DAYS,
    valid_until_date=DAYS,
    child=st.one_of(st.just(""), NAMES.map("children/{}".format)),
    care=st.sampled_from([0, *choices.choices(families_pb2.CareKind).values()]),
    conditions=st.one_of(st.just(""), TEXTS),
    approved_by=st.one_of(st.just(""), TEXTS),
)
PARTS_OF_A_LIST: dict[str, st.SearchStrategy[Any]] = {
    "SpokenLanguage": SPOKEN,
    "SiblingBond": st.one_of(TOGETHER, APART),
    "HomeVisit": st.builds(families_pb2.HomeVisit, visit_date=DAYS, visitor=TEXTS, note=st.one_of(st.just(""), TEXTS)),
    "Conflict": st.builds(
        families_pb2.Conflict,
        fact=st.sampled_from(list(choices.choices(families_pb2.ProfileFact).values())),
        family_says=st.one_of(st.just(""), TEXTS),
        family_said_by=st.one_of(st.just(""), TEXTS),
        family_said_time=st.one_of(st.none(), MOMENTS),
        consultant_says=TEXTS,
        consultant_said_by=TEXTS,
        consultant_said_time=MOMENTS,
        resolution=st.one_of(st.just(""), TEXTS),
        resolved_by=st.one_of(st.just(""), TEXTS),
        resolved_time=st.one_of(st.none(), MOMENTS),
    ),
    "FamilyStep": st.builds(
        families_pb2.FamilyStep,
        kind=st.sampled_from(list(choices.choices(families_pb2.FamilyStepKind).values())),
        taken_time=MOMENTS,
        taken_by=TEXTS,
        reason=st.one_of(st.just(""), TEXTS),
        until_date=st.one_of(st.none(), DAYS),
        approval=st.one_of(st.none(), APPROVALS),
    ),
    "ReachedGoal": st.builds(
        families_pb2.ReachedGoal,
        goal=st.sampled_from(list(choices.choices(families_pb2.LearningGoal).values())),
        reached_date=DAYS,
    ),
    "TrainingDay": st.builds(families_pb2.TrainingDay, training_date=DAYS, subject=TEXTS),
    "FeeLevel": st.builds(families_pb2.FeeLevel, fee_units=st.integers(1, 30), month_count=st.integers(1, 216)),
    "DailyRate": st.builds(capacity_pb2.DailyRate, from_date=DAYS, amount=MONEY, source=st.one_of(st.just(""), TEXTS)),
    "PromisedService": st.builds(
        capacity_pb2.PromisedService, key=KEYS, service=TEXTS, from_date=DAYS, until_date=st.one_of(st.none(), DAYS)
    ),
    "BlockedPlaces": st.builds(
        capacity_pb2.BlockedPlaces,
        place_count=st.integers(0, 999_999),
        reason=st.sampled_from(list(choices.choices(capacity_pb2.BlockReason).values())),
        until_date=st.one_of(st.none(), DAYS),
        note=st.one_of(st.just(""), TEXTS),
    ),
    "Document": st.builds(capacity_pb2.Document, reference=TEXTS, title=TEXTS, dated_date=DAYS),
}


def values(sheet: Sheet, column: Column) -> st.SearchStrategy[Any]:
    """What a column's field may hold."""
    if id(column.cell) in STRATEGIES:
        return STRATEGIES[id(column.cell)]
    field = _field(sheet, column)
    single = _single(field, column)
    return st.lists(single, min_size=1, max_size=4) if field.is_repeated else single


def _single(field: Any, column: Column) -> st.SearchStrategy[Any]:
    if field.enum_type is not None:
        return st.sampled_from([value.number for value in field.enum_type.values[1:]])
    if field.message_type is not None:
        return PARTS_OF_A_LIST[field.message_type.name]
    if column.name in ("schools", "target_groups"):
        return TEXTS
    if column.name == "protect_from_towns":
        return STRATEGIES[id(cells.TOWN)]
    if column.name == "protect_from_homes":
        return STRATEGIES[id(cells.HOME)]
    collection = {
        "agreements": "authorities",
        "consultant": "users",
        "authority": "authorities",
        "person": "persons",
        "institution": "institutions",
    }.get(column.name)
    collection = collection or ("persons" if column.name.endswith("persons") else "children")
    return NAMES.map(f"{collection}/{{}}".format)


def _field(sheet: Sheet, column: Column) -> Any:
    descriptor: Any = sheet.message.DESCRIPTOR
    *above, last = sheet.path(column).split(".")
    for name in above:
        descriptor = descriptor.fields_by_name[name].message_type
    return descriptor.fields_by_name[last]


@st.composite
def messages(draw: st.DrawFn, sheet: Sheet) -> Message:
    """A message that says anything that its columns can tell, each group whole or not at all."""
    told: list[tuple[FieldPath, object]] = []
    groups = {column.group for column in sheet.content if column.group}
    present = {group for group in groups if draw(st.booleans())}
    # Of these every field may be missing, and then they say nothing.
    present |= {column.group for column in sheet.content if column.needed is Needed.ALWAYS}
    for column in sheet.columns:
        if not column.field or (column.group and column.group not in present):
            continue
        if column.needed is not Needed.NO or draw(st.booleans()):
            told.append((sheet.paths[column.name], draw(values(sheet, column))))
    return made(sheet.message, told)


def importable() -> list[Registry]:
    return [registry for registry in REGISTRIES if registry.importable]


def named(sheet: Sheet, message: Any) -> dict[str, str]:
    """The cells that name a row."""
    if sheet.name in ("units", "deliveries"):
        return {"institution": message.parent.removeprefix("institutions/"), "key": message.id}
    if sheet.name == "vacancies":
        return {"unit": "/".join(message.parent.split("/")[1::2])}
    return {"key": message.id}


def said(message: Message) -> Message:
    """The message without groups that say nothing: present or absent, they mean the same."""
    for field, value in message.ListFields():
        if field.message_type is not None and not field.is_repeated and not said(value).ByteSize():
            message.ClearField(field.name)
    return message


@pytest.mark.parametrize("form", Format)
@pytest.mark.parametrize("registry", importable(), ids=lambda registry: registry.name)
def test_a_record_of_any_content_comes_back_as_it_was(registry: Registry, form: Format) -> None:
    sheet = registry.sheets[0]
    member = messages(HOUSEHOLD) if HOUSEHOLD in registry.sheets else st.none()

    @settings(max_examples=60 if form is Format.CSV else 6, deadline=None, suppress_health_check=list(HealthCheck))
    @given(messages(sheet), member)
    def comes_back(message: Any, member: Any) -> None:
        with TemporaryDirectory() as folder:
            assert said(back(Path(folder) / "export", form, registry, message, member)) == said(message)

    comes_back()


def back(folder: Path, form: Format, registry: Registry, message: Any, member: Any) -> Message:
    """The message, written by an export and read by an import."""
    sheet = registry.sheets[0]
    tables = [(sheet, [row(sheet, getattr(message, sheet.resource), named(sheet, message))])]
    if member is not None:
        message.family.household.append(member)
        identity = {"family": message.id, "person": member.person.removeprefix("persons/")}
        tables.append((HOUSEHOLD, [row(HOUSEHOLD, member, identity)]))
    write_export(folder, tables, [], form)
    found = read(folder)
    assert isinstance(found, Rows), [str(problem) for problem in found.found]
    parts_read = (found.families, found.capacity, found.placements)
    (read_row,) = [read_row for each in parts_read for read_row in each.rows]
    return read_row.message


@settings(max_examples=500)
@given(st.text(LETTERS, max_size=12))
def test_a_protected_cell_is_the_text_again_and_nothing_that_is_run(text: str) -> None:
    cell = protected(text)
    assert unprotected(cell) == text
    assert cell[:1] not in set("=+-@\t\r\n＝＋－＠") or not cell  # noqa: RUF001


@settings(max_examples=500)
@given(st.lists(TEXTS, max_size=4))
def test_a_list_in_a_cell_is_the_list_again(texts: list[str]) -> None:
    cell = unprotected(protected(joined(map(part, texts))))
    assert [plain(each) for each in parts(cell)] == texts


@settings(max_examples=500)
@given(TEXTS, TEXTS)
def test_pieces_of_a_part_are_the_texts_again(author: str, reason: str) -> None:
    [bond] = parts(joined([f"k-1:apart:{part(author)}:{part(reason)}"]))
    assert [plain(piece) for piece in pieces(bond, 4)] == ["k-1", "apart", author, reason]
