"""Public cost of one child a day, in kroner."""

# Fees of a Greenlandic municipality (Qeqqata, undated): 5,278 a month, emergency 502 and relief 352 a day.
# The professional family's rate is made up.
FAMILY_RATES = {"network": 174, "municipal": 174, "emergency": 502, "relief": 352, "professional": 950}

PAID_BY_TABLES = {"emergency", "relief"}
"""Types without a rate of their own: data/fees.csv says the same."""

# Made up around 1.0 million a year, which is 2,740 a day; by step of the ladder.
UNIT_RATES = {4: 1_900, 5: 2_740, 6: 3_600, 7: 4_900}
