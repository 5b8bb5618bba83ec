"""Invented institutions with 325 places: 11 of the Self-Government, 11 self-owned, 3 municipal; and a private one.

The numbers follow public figures (25 institutions in 2023; 325 places in 2020, all full); names and rates are made up.
No figure tells of private ones: it is there to be seen, with a child who can't live with others.
"""

from dataclasses import dataclass

# Institutions by key, with name, owner and town.
INSTITUTIONS = {
    "i-nuuk-01": ("Nanoq", "self_government", "Nuuk"),
    "i-nuuk-02": ("Ulloriaq", "municipal", "Nuuk"),
    "i-nuuk-03": ("Tulugaq", "self_government", "Nuuk"),
    "i-nuuk-04": ("Qaqqaq", "self_government", "Nuuk"),
    "i-nuuk-05": ("Naajaq", "self_government", "Nuuk"),
    "i-nuuk-06": ("Paarnaq", "self_owned", "Nuuk"),
    "i-nuuk-07": ("Anori", "self_owned", "Nuuk"),
    "i-nuuk-08": ("Imaq", "self_owned", "Nuuk"),
    "i-nuuk-09": ("Ukaleq", "self_owned", "Nuuk"),
    "i-tasiilaq-01": ("Siku", "self_government", "Tasiilaq"),
    "i-tasiilaq-02": ("Natseq", "self_owned", "Tasiilaq"),
    "i-qaqortoq-01": ("Naasoq", "self_government", "Qaqortoq"),
    "i-qaqortoq-02": ("Seqineq", "self_owned", "Qaqortoq"),
    "i-narsaq-01": ("Aqisseq", "self_owned", "Narsaq"),
    "i-sisimiut-01": ("Tuttu", "municipal", "Sisimiut"),
    "i-sisimiut-02": ("Taseq", "self_government", "Sisimiut"),
    "i-sisimiut-03": ("Kuuk", "self_owned", "Sisimiut"),
    "i-maniitsoq-01": ("Timmiaq", "self_owned", "Maniitsoq"),
    "i-aasiaat-01": ("Puisi", "self_government", "Aasiaat"),
    "i-aasiaat-02": ("Aputsiaq", "self_owned", "Aasiaat"),
    "i-qasigiannguit-01": ("Qaammat", "municipal", "Qasigiannguit"),
    "i-ilulissat-01": ("Sermeq", "self_government", "Ilulissat"),
    "i-ilulissat-02": ("Nuna", "self_government", "Ilulissat"),
    "i-ilulissat-03": ("Arsarneq", "self_owned", "Ilulissat"),
    "i-uummannaq-01": ("Qeqertaq", "self_government", "Uummannaq"),
    "i-nuuk-10": ("Qilak", "private", "Nuuk"),
}


@dataclass(frozen=True)
class Unit:
    """A unit as the demo plans it."""

    institution: str
    key: str
    step: int
    places: int
    ages: tuple[int, int]
    # Words that set it apart: its kind, gender, what it is good at, accessibility.
    words: str = ""
    # Places that it reports free.
    free: int = 0
    # Places that stand empty and are not reported yet.
    unreported: int = 0
    # Places out of use, as a child who lives there can't live with others.
    solo: int = 0

    @property
    def name(self) -> str:
        """As placements name it."""
        return f"{self.institution}/{self.key}"

    @property
    def resident_count(self) -> int:
        """Children who live there."""
        return self.places - self.free - self.unreported - self.solo

    def has(self, word: str) -> bool:
        """Whether one of its words is this."""
        return word in self.words.split()

    @property
    def kind(self) -> str:
        """Kind of unit, as a cell."""
        return next((kind for kind in ("family_department", "emergency") if self.has(kind)), "residential")

    @property
    def gender_rule(self) -> str:
        """Who may live there, as a cell."""
        return next((rule for rule in ("girls", "boys") if self.has(rule)), "all")


UNITS = (
    # The demo journey: it is full as far as anybody knows, and reports its first free place.
    Unit("i-nuuk-01", "a", 5, 8, (6, 17), "attachment trauma adhd", unreported=1),
    Unit("i-nuuk-01", "b", 4, 6, (15, 17), "adhd", free=1),
    Unit("i-nuuk-02", "a", 5, 8, (0, 10), "attachment infant_care fetal_alcohol"),
    Unit("i-nuuk-02", "b", 5, 8, (8, 17), "attachment adhd", free=1),
    Unit("i-nuuk-03", "a", 6, 6, (12, 17), "boys substance_use adhd", free=1),
    Unit("i-nuuk-03", "b", 6, 6, (12, 17), "girls substance_use trauma mental_illness"),
    Unit("i-nuuk-04", "a", 7, 4, (14, 17), "substance_use trauma"),
    Unit("i-nuuk-04", "b", 5, 6, (8, 17), "mental_illness trauma"),
    Unit("i-nuuk-05", "a", 5, 8, (4, 17), "autism wheelchair"),
    Unit("i-nuuk-05", "b", 5, 6, (6, 17), "adhd"),
    Unit("i-nuuk-05", "c", 5, 2, (6, 17), "autism developmental_disability wheelchair", free=2),
    Unit("i-nuuk-06", "a", 5, 8, (3, 14), "attachment"),
    Unit("i-nuuk-06", "b", 5, 6, (0, 17), "family_department infant_care", free=1),
    Unit("i-nuuk-07", "a", 5, 6, (0, 17), "emergency", free=1),
    Unit("i-nuuk-07", "b", 5, 6, (6, 15), "fetal_alcohol"),
    Unit("i-nuuk-08", "a", 4, 8, (15, 17), "substance_use"),
    Unit("i-nuuk-08", "b", 5, 6, (12, 17), "girls attachment"),
    Unit("i-nuuk-09", "a", 5, 8, (0, 12), "attachment infant_care"),
    Unit("i-nuuk-09", "b", 5, 6, (12, 17), "boys adhd"),
    Unit("i-tasiilaq-01", "a", 5, 8, (0, 12), "attachment fetal_alcohol"),
    Unit("i-tasiilaq-01", "b", 5, 8, (8, 17), "trauma adhd", free=1),
    Unit("i-tasiilaq-02", "a", 5, 8, (3, 17), "attachment"),
    Unit("i-tasiilaq-02", "b", 5, 4, (0, 17), "emergency", free=1),
    Unit("i-qaqortoq-01", "a", 5, 6, (3, 10), "trauma attachment"),
    Unit("i-qaqortoq-01", "b", 5, 6, (10, 17), "trauma"),
    Unit("i-qaqortoq-01", "c", 5, 5, (0, 17), "family_department substance_use", free=1),
    Unit("i-qaqortoq-02", "a", 5, 8, (6, 17), "mental_illness adhd", free=1),
    Unit("i-qaqortoq-02", "b", 4, 4, (15, 17)),
    Unit("i-narsaq-01", "a", 5, 8, (4, 17), "attachment"),
    Unit("i-sisimiut-01", "a", 5, 7, (3, 15), "attachment"),
    Unit("i-sisimiut-01", "b", 4, 4, (15, 17)),
    Unit("i-sisimiut-02", "a", 5, 9, (4, 17), "physical_disability developmental_disability wheelchair"),
    Unit("i-sisimiut-02", "b", 5, 6, (4, 17), "autism adhd"),
    Unit("i-sisimiut-03", "a", 5, 8, (6, 17), "trauma"),
    Unit("i-sisimiut-03", "b", 6, 5, (13, 17), "substance_use adhd"),
    Unit("i-maniitsoq-01", "a", 5, 8, (3, 17), "attachment"),
    Unit("i-maniitsoq-01", "b", 5, 4, (0, 17), "family_department"),
    Unit("i-aasiaat-01", "a", 5, 8, (0, 12), "attachment infant_care"),
    Unit("i-aasiaat-01", "b", 5, 6, (10, 17), "attachment trauma", free=1),
    Unit("i-aasiaat-02", "a", 5, 8, (6, 17), "adhd"),
    Unit("i-qasigiannguit-01", "a", 5, 8, (4, 17), "developmental_disability", free=1),
    Unit("i-ilulissat-01", "a", 5, 10, (6, 17), "developmental_disability sight hearing"),
    Unit("i-ilulissat-01", "b", 4, 6, (15, 17)),
    Unit("i-ilulissat-02", "a", 5, 8, (0, 12), "fetal_alcohol attachment"),
    Unit("i-ilulissat-02", "b", 5, 6, (10, 17), "trauma"),
    Unit("i-ilulissat-03", "a", 5, 8, (6, 17), "attachment adhd"),
    Unit("i-ilulissat-03", "b", 5, 6, (0, 17), "infant_care", unreported=1),
    Unit("i-uummannaq-01", "a", 5, 7, (0, 12), "attachment"),
    Unit("i-uummannaq-01", "b", 5, 6, (10, 17), "attachment trauma"),
    Unit("i-nuuk-10", "a", 5, 3, (10, 17), "trauma autism", solo=2),
)
