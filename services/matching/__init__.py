"""Matching: which place for which child, why this, why not that, and what it costs others."""
