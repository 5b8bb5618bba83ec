"""Capacity: institutions, their units and vacancies, and the waiting list."""
