"""Cells that a spreadsheet takes for text and nothing else.

A cell that begins with "=" or the like is a formula to a spreadsheet, which runs it. Whatever writes one puts an
apostrophe before it. https://owasp.org/www-community/attacks/CSV_Injection
"""

APOSTROPHE = "'"
RISKY = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001  # spreadsheets take the wide ones for the narrow ones


def protected(text: str) -> str:
    """The text as a cell: with an apostrophe where it would be run, trimmed, or taken for a protected one."""
    if text and (text[0] in RISKY or text[0] == APOSTROPHE or text != text.strip()):
        return APOSTROPHE + text
    return text
