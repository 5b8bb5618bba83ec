"""Cells of how families are trained and paid."""

from havn.families.v1 import families_pb2
from services.havn.importing.cells import DAY, TEXT, WHOLE, listed
from services.havn.importing.choices import choice
from services.havn.importing.family_cells import facts
from services.havn.importing.problems import words

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
