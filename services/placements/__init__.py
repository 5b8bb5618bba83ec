"""Placements: what a child needs, and where it lives."""
