"""Serves placements alone: python -m services.placements."""

from services.placements.api import DEFINITION
from services.shared.alone import serve

if __name__ == "__main__":
    serve(DEFINITION)
