"""All files of a folder, in the order in which they are read, and those that are taken each by itself."""

from services.havn.importing.capacity_columns import DELIVERIES, INSTITUTIONS, UNITS, VACANCIES
from services.havn.importing.columns import Sheet
from services.havn.importing.family_columns import FAMILIES, HOUSEHOLD
from services.havn.importing.placement_columns import PLACEMENTS, REQUESTS
from services.havn.importing.support_columns import AGREED_ACTIONS, FOLLOW_UPS, SUPERVISION_VISITS, SUPPORT_AGREEMENTS
from services.havn.importing.wellbeing_file import WELLBEING

SHEETS: tuple[Sheet, ...] = (FAMILIES, HOUSEHOLD, INSTITUTIONS, UNITS, VACANCIES, DELIVERIES, REQUESTS, PLACEMENTS)

BY_ITSELF: tuple[Sheet, ...] = (FOLLOW_UPS, AGREED_ACTIONS, SUPERVISION_VISITS, SUPPORT_AGREEMENTS, WELLBEING)
"""Those that `havn krith import` and `havn wellbeing import` take, from the folder of lists."""

LISTS = "lists"
"""Folder of what `havn import` passes over."""
