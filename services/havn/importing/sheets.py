"""All files of a folder, in the order in which they are read."""

from services.havn.importing.capacity_columns import DELIVERIES, INSTITUTIONS, UNITS, VACANCIES
from services.havn.importing.columns import Sheet
from services.havn.importing.family_columns import FAMILIES, HOUSEHOLD
from services.havn.importing.placement_columns import PLACEMENTS, REQUESTS

SHEETS: tuple[Sheet, ...] = (FAMILIES, HOUSEHOLD, INSTITUTIONS, UNITS, VACANCIES, DELIVERIES, REQUESTS, PLACEMENTS)
