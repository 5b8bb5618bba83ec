"""Families: foster families and their KRITH follow-ups."""
