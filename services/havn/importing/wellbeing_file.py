"""wellbeing.csv: what an institution observed of its children, in a file by itself."""

from havn.capacity.v1 import wellbeing_pb2
from services.havn.importing.cells import DAY, TEXT, WHOLE
from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.family_cells import CHILD

ALWAYS, NO = Needed.ALWAYS, Needed.NO

WELLBEING = Sheet(
    file="wellbeing.csv",
    da="Hvordan børnene i institutionen har det, en række for hvert barn og hver dag",
    en="How the institution's children are, one row for each child and day",
    message=wellbeing_pb2.RecordWellbeingRequest,
    row="observation",
    resource="",
    identity=(
        Column("child", "observation.child", CHILD, ALWAYS, "Barnets nøgle; aldrig navn eller CPR", "The child's key"),
        Column("date", "observation.observed_date", DAY, ALWAYS, "Den dag, det gælder", "The day that it is of"),
    ),
    content=(
        Column("value", "observation.value", WHOLE, ALWAYS, "Trin på skalaen", "Step of the scale"),
        Column("note", "observation.note", TEXT, NO, "Hvad der blev set", "What was seen"),
        Column("child_words", "observation.child_words", TEXT, NO, "Barnets egne ord", "The child's own words"),
        Column("recorded_by", "observation.recorded_by", TEXT, NO, "Noteret af", "Noted by"),
    ),
)
