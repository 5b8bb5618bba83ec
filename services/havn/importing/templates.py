"""Empty files with their headers, and a help file in words."""

from collections.abc import Iterable
from pathlib import Path
from textwrap import fill

from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.sheets import BY_ITSELF, LISTS, SHEETS
from services.havn.importing.workbook_writing import SheetOut, write_workbook
from services.havn.importing.writing import Format, write
from services.shared.reference import towns

HELP_FILE = "HELP.txt"
WORKBOOK_FILE = "havn.xlsx"
LISTS_FILE = f"{LISTS}.xlsx"
WIDTH = 120
NEEDED_DA = {Needed.ALWAYS: "skal udfyldes", Needed.WITH_GROUP: "hvis gruppen bruges", Needed.NO: "kan være tom"}
NEEDED_EN = {Needed.ALWAYS: "required", Needed.WITH_GROUP: "if its group is used", Needed.NO: "may be empty"}

INTRODUCTION = """\
IMPORT TIL HAVN

Gem filerne som CSV (UTF-8) med semikolon, komma eller tabulator imellem, eller som en Excel-projektmappe (*.xlsx) med
et ark for hver. Udfyld dem, I har brug for; de andre kan slettes. Formatér kolonner som tekst, så nuller bliver.
Første række er overskriften. Kolonnerne kan stå i en anden rækkefølge.
Flere ord i en celle adskilles af | (lodret streg), som kalaallisut:fluent | danish:good.
Kolonner med samme [ord] er en gruppe, som [approval]: er én af dem udfyldt, skal de, der er mærket "hvis gruppen
bruges", også være det.
Nøgler finder I selv på. Skriv aldrig barnets navn eller CPR-nummer: barnet har en nøgle, som k-12.
Kommunernes nøgler er avannaata, kujalleq, qeqertalik, qeqqata og sermersooq; Selvstyrets er self-government.
En række med en ny nøgle opretter; en række med en kendt nøgle ændrer, og siger den det samme som før, sker der intet.
En kolonne, som filen ikke har, lader alt være, som det er; en tom celle sletter, hvad der stod, undtagen i conflicts og
history, som kun vokser: de får det, filen siger, og mister intet. En ny familie har
mindst én række i household; nævnes en families husstand, nævnes den hel.
Der skrives intet, før alle rækker i alle filer er i orden. Bliver importen afbrudt, køres den igen.
En celle, der begynder med = + - eller @, får i en eksport en apostrof foran, som en import tager væk igen.

IMPORT INTO HAVN

Save the files as CSV (UTF-8), separated by semicolons, commas or tabs, or as an Excel workbook (*.xlsx) with a sheet
for each. Fill those that you need; the others may be deleted. Format columns as text, so that zeros stay.
The first row is the header. Columns may stand in another order.
Several words in a cell are separated by | (a vertical bar), such as kalaallisut:fluent | danish:good.
Columns with the same [word] are a group, such as [approval]: when one of them is filled, those marked "if its group is
used" must be filled too.
You make up the keys. Never write a child's name or CPR number: a child has a key, such as k-12.
The municipalities' keys are avannaata, kujalleq, qeqertalik, qeqqata and sermersooq; the Self-Government's is
self-government.
A row with a new key creates; a row with a known key changes, and where it says the same as before nothing happens.
A column that the file does not have leaves all as it is; an empty cell clears what stood there, but in conflicts and
history, which only grow: they get what the file tells, and lose nothing. A new family has at
least one row in household; if a family's household is told, it is told whole.
Nothing is written until all rows of all files are in order. An import that was interrupted is run again.
A cell that begins with = + - or @ gets an apostrophe before it in an export, which an import takes away again.
"""

OF_LISTS = f"""\
HVER FOR SIG / EACH BY ITSELF

Filerne i mappen {LISTS} tages ikke af havn import, men hver for sig, når familier og anbringelser er der.
The files in the folder {LISTS} are not taken by havn import, but each by itself, once families, institutions and
placements are there.

  havn krith import follow_ups {LISTS}/follow_ups.csv
  havn krith import agreed_actions {LISTS}/agreed_actions.csv
  havn krith import supervision_visits {LISTS}/supervision_visits.csv
  havn krith import support_agreements {LISTS}/support_agreements.csv
  havn wellbeing import {LISTS}/wellbeing.csv
"""


def write_templates(folder: Path, form: Format = Format.CSV) -> None:
    """Writes one empty file per sheet, those that are taken each by itself in a folder of their own, and the help file.

    Raises FileExistsError where the folder has one of them already: nobody's work is overwritten.
    """
    of_lists = [f"{LISTS}/{name}" for name in (*(sheet.file for sheet in BY_ITSELF), LISTS_FILE)]
    for name in (*(sheet.file for sheet in SHEETS), WORKBOOK_FILE, HELP_FILE, *of_lists):
        if (folder / name).exists():
            raise FileExistsError(folder / name)
    (folder / LISTS).mkdir(parents=True, exist_ok=True)
    _write(folder, WORKBOOK_FILE, SHEETS, form)
    _write(folder / LISTS, LISTS_FILE, BY_ITSELF, form)
    (folder / HELP_FILE).write_text(help_text(), encoding="utf-8")


def _write(folder: Path, workbook: str, sheets: Iterable[Sheet], form: Format) -> None:
    if form is Format.CSV:
        for sheet in sheets:
            write(folder, sheet, ())
        return
    write_workbook(
        folder / workbook, [SheetOut(sheet.name, [column.name for column in sheet.columns]) for sheet in sheets]
    )


def help_text() -> str:
    """What every file and column is for and allows, in Danish and English."""
    by_itself = (_sheet_help(sheet) for sheet in BY_ITSELF)
    return "\n".join((INTRODUCTION, _towns_help(), *(_sheet_help(sheet) for sheet in SHEETS), OF_LISTS, *by_itself))


def _towns_help() -> str:
    names = fill(", ".join(sorted(towns())), WIDTH)
    return f"BYER OG BYGDER / TOWNS AND SETTLEMENTS\n\n{names}\n"


def _sheet_help(sheet: Sheet) -> str:
    lines = "".join(_column_help(column) for column in sheet.columns)
    return f"{sheet.file}\n{sheet.da}\n{sheet.en}\n\n{lines}"


def _column_help(column: Column) -> str:
    group = f" [{column.group}]" if column.group else ""
    da = f"{column.da} ({NEEDED_DA[column.needed]}): {column.cell.allowed.da}"
    en = f"{column.en} ({NEEDED_EN[column.needed]}): {column.cell.allowed.en}"
    return f"  {column.name}{group}\n{_indented(da)}\n{_indented(en)}\n"


def _indented(line: str) -> str:
    return fill(line, WIDTH, initial_indent=" " * 4, subsequent_indent=" " * 6, break_long_words=False)
