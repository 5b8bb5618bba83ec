"""What is filled in the form of a follow-up, the message that it makes, and which field a service's words are about."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from starlette.datastructures import FormData

from havn.families.v1 import families_pb2 as pb
from havn.families.v1.support_pb2 import ScaleStep
from services.console.languages import gettext as _
from services.shared.wire import date_message

PARTS = ("competences", "resources", "involvement", "trust", "everyday_life")
"""KRITH's five parts, as the message and the form name them."""

FEWEST_ROWS = 1
_ROW = re.compile(r"action-([1-9][0-9]?)-(?:what|owner|due)")
_ITEM = re.compile(r"follow_up\.(\w+)\[(\d+)\](?:\.(\w+))?")
_ALONE = ("visit-date", "next-visit-date", "concern", "concern-words", "later-reason")
_IN_PART = {"child-words": "words", "scale": "scale"}
_FIELDS = {"what": "what", "owner": "owner", "due_date": "due"}


@dataclass(frozen=True)
class Filled:
    """What somebody filled in, by the names of the fields: kept as it was typed until it is saved."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def rows(self) -> list[int]:
        """Numbers of the rows for actions that the form shows."""
        numbers = {int(found[1]) for name in self.values if (found := _ROW.fullmatch(name))}
        return sorted(numbers) or list(range(1, FEWEST_ROWS + 1))

    @property
    def actions(self) -> list[int]:
        """Numbers of the rows where something is filled in."""
        return [row for row in self.rows if any(self[f"action-{row}-{part}"] for part in _FIELDS.values())]

    @property
    def children(self) -> list[str]:
        """The children that were ticked."""
        return [self[name] for name in sorted(self.values) if name.startswith("child-") and self[name]]

    def with_one_more_row(self) -> "Filled":
        """The same, with an empty row for another action."""
        return Filled({**self.values, f"action-{self.rows[-1] + 1}-what": ""})

    def ticked(self, children: Sequence[str]) -> "Filled":
        """The same, with the ticks at the numbers that these children have in the form."""
        rest = {name: value for name, value in self.values.items() if not name.startswith("child-")}
        ticks = {f"child-{number}": child for number, child in enumerate(children, start=1) if child in self.children}
        return Filled(rest | ticks)

    def unreadable(self) -> dict[str, str]:
        """What can't be read at all, by the fields' names."""
        days = ["visit-date", "next-visit-date", *(f"action-{row}-due" for row in self.actions)]
        problems = {
            name: _("Write the day as year-month-day, such as 2026-11-22.") for name in days if not self._is_day(name)
        }
        problems |= {f"{part}-scale": _("Choose one of these.") for part in PARTS if not self._is_step(part)}
        if self["concern"] not in ("yes", "no"):
            problems["concern"] = _("Choose yes or no.")
        return problems

    def message(self) -> pb.FollowUp:
        """The follow-up, of a form that can be read."""
        follow_up = pb.FollowUp(
            concern=self["concern"] == "yes",
            concern_words=self["concern-words"],
            later_reason=self["later-reason"],
            children=self.children,
            actions=[self._action(row) for row in self.actions],
            **{part: self._part(part) for part in PARTS},  # type: ignore[arg-type]  # names of fields
        )
        for field, name in (("visit_date", "visit-date"), ("next_visit_date", "next-visit-date")):
            if self[name]:
                getattr(follow_up, field).CopyFrom(date_message(date.fromisoformat(self[name])))
        return follow_up

    def field(self, path: str) -> str:
        """The name of the form's field for a path in the request; empty where there is none."""
        if item := _ITEM.fullmatch(path):
            return self._item_field(item[1], int(item[2]), item[3])
        names = [part.replace("_", "-") if part not in PARTS else part for part in path.split(".")[1:]]
        if names and names[0] in PARTS:
            return f"{names[0]}-{_IN_PART.get(names[-1], 'note')}"
        return names[0] if len(names) == 1 and names[0] in _ALONE else ""

    def _item_field(self, field: str, position: int, inner: str | None) -> str:
        if field == "actions" and inner in _FIELDS:
            return f"action-{self.actions[position]}-{_FIELDS[inner]}"
        return "children" if field == "children" else ""

    def _is_day(self, name: str) -> bool:
        try:
            return not self[name] or bool(date.fromisoformat(self[name]))
        except ValueError:
            return False

    def _is_step(self, part: str) -> bool:
        return re.fullmatch(r"[0-9]{0,2}", self[f"{part}-scale"], re.ASCII) is not None

    def _part(self, part: str) -> pb.FollowUpPart:
        return pb.FollowUpPart(
            note=self[f"{part}-note"], child_words=self[f"{part}-words"], scale=int(self[f"{part}-scale"] or 0)
        )

    def _action(self, row: int) -> pb.FollowUpAction:
        action = pb.FollowUpAction(what=self[f"action-{row}-what"], owner=self[f"action-{row}-owner"])
        if due := self[f"action-{row}-due"]:
            action.due_date.CopyFrom(date_message(date.fromisoformat(due)))
        return action


def steps(scale: Sequence[ScaleStep]) -> list[tuple[str, str]]:
    """The steps of a scale as a form offers them, each with its wording."""
    return [(str(step.value), f"{step.value} – {step.wording}") for step in scale]


def filled(form: FormData) -> Filled:
    """What came from a browser, with its line ends and composed letters as services take them."""
    return Filled({name: _plain(value) for name, value in form.items() if isinstance(value, str)})


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").strip())
