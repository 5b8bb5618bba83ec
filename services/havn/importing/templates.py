"""Empty files with their headers, and a help file in words."""

from pathlib import Path
from textwrap import fill

from services.havn.importing.columns import Column, Needed, Sheet
from services.havn.importing.sheets import SHEETS
from services.havn.importing.writing import write
from services.shared.reference import towns

HELP_FILE = "HELP.txt"
WIDTH = 120
NEEDED_DA = {Needed.ALWAYS: "skal udfyldes", Needed.WITH_GROUP: "hvis gruppen bruges", Needed.NO: "kan være tom"}
NEEDED_EN = {Needed.ALWAYS: "required", Needed.WITH_GROUP: "if its group is used", Needed.NO: "may be empty"}

INTRODUCTION = """\
IMPORT TIL HAVN

Gem filerne som CSV (UTF-8) med semikolon eller komma imellem. Udfyld de filer, I har brug for; de andre kan slettes.
Første række er overskriften. Kolonnerne kan stå i en anden rækkefølge, og de, der kan være tomme, kan udelades.
Flere ord i en celle adskilles af | (lodret streg), som kalaallisut:fluent | danish:good.
Kolonner med samme [ord] er en gruppe, som [approval]: er én af dem udfyldt, skal de, der er mærket "hvis gruppen
bruges", også være det.
Nøgler finder I selv på. Skriv aldrig barnets navn eller CPR-nummer: barnet har en nøgle, som k-12.
Kommunernes nøgler er avannaata, kujalleq, qeqertalik, qeqqata og sermersooq; Selvstyrets er self-government.
families.csv og household.csv hører sammen: en familie har mindst én række i begge. Har families.csv rækker, skal alle
familier, som andre filer nævner, stå i den; det samme gælder institutions.csv og units.csv. Har filen ingen, regnes de
for at være i Havn i forvejen.
Der skrives intet, før alle rækker i alle filer er i orden. Bliver importen afbrudt, køres den igen med samme mappe.

IMPORT INTO HAVN

Save the files as CSV (UTF-8), separated by semicolons or commas. Fill the files that you need; the others may be
deleted. The first row is the header. Columns may stand in another order, and those that may be empty may be left out.
Several words in a cell are separated by | (a vertical bar), such as kalaallisut:fluent | danish:good.
Columns with the same [word] are a group, such as [approval]: when one of them is filled, those marked "if its group is
used" must be filled too.
You make up the keys. Never write a child's name or CPR number: a child has a key, such as k-12.
The municipalities' keys are avannaata, kujalleq, qeqertalik, qeqqata and sermersooq; the Self-Government's is
self-government.
families.csv and household.csv go together: a family has at least one row in each. If families.csv has rows, it must
hold all families that other files name; the same goes for institutions.csv and units.csv. If the file has none, they
are taken to be in Havn already.
Nothing is written until all rows of all files are in order. An import that was interrupted is run again, same folder.
"""


def write_templates(folder: Path) -> None:
    """Writes one empty file per sheet, and the help file.

    Raises FileExistsError where the folder has one of them already: nobody's work is overwritten.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in (*(sheet.file for sheet in SHEETS), HELP_FILE):
        if (folder / name).exists():
            raise FileExistsError(folder / name)
    for sheet in SHEETS:
        write(folder, sheet, ())
    (folder / HELP_FILE).write_text(help_text(), encoding="utf-8")


def help_text() -> str:
    """What every file and column is for and allows, in Danish and English."""
    return "\n".join((INTRODUCTION, _towns_help(), *(_sheet_help(sheet) for sheet in SHEETS)))


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
