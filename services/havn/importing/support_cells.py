"""Cells of how families are followed, trained and paid."""

from havn.families.v1 import families_pb2, support_pb2
from services.havn.importing.cells import DAY, TEXT, WHOLE, YES_OR_NO, listed
from services.havn.importing.choices import choice
from services.havn.importing.family_cells import CHILD, facts
from services.havn.importing.problems import words

ACTIONS = listed(
    facts(
        families_pb2.FollowUpAction,
        words(
            "hvad, hvem og dato, som Ringe til skolen:Konsulenten:2026-01-31",
            "what, who and date, such as Call the school:The consultant:2026-01-31",
        ),
        {"what": TEXT, "owner": TEXT, "due_date": DAY},
    )
)

TALKS = listed(
    facts(
        support_pb2.ChildTalk,
        words(
            "barn, om der var en samtale, om den var alene, og ellers hvorfor ikke, som k-12:yes:no:Plejemor blev",
            "child, whether there was a talk, whether alone, and else why not, such as k-12:yes:no:She stayed",
        ),
        {"child": CHILD, "held": YES_OR_NO, "staff_absent": YES_OR_NO, "reason": TEXT},
    )
)

PLAN = listed(
    facts(
        support_pb2.PlannedSupport,
        words("dato og hvad, som 2026-01-31:Samtale", "date and what, such as 2026-01-31:A talk"),
        {"planned_date": DAY, "what": TEXT},
    )
)

FEE_MODEL = choice(families_pb2.FeeModel)

GOALS = listed(
    facts(
        families_pb2.ReachedGoal,
        words("læringsmål og dato, som law:2026-01-31", "learning goal and date, such as law:2026-01-31"),
        {"goal": choice(families_pb2.LearningGoal), "reached_date": DAY},
    )
)

TRAINING_DAYS = listed(
    facts(
        families_pb2.TrainingDay,
        words("dato og emne, som 2026-01-31:Tilknytning", "date and subject, such as 2026-01-31:Attachment"),
        {"training_date": DAY, "subject": TEXT},
    )
)

FEE_LEVELS = listed(
    facts(
        families_pb2.FeeLevel,
        words("vederlag og måneder, som 6:12", "fee units and months, such as 6:12"),
        {"fee_units": WHOLE, "month_count": WHOLE},
    )
)
