"""Serves families alone: python -m services.families."""

from services.families.api import DEFINITION
from services.shared.alone import serve

if __name__ == "__main__":
    serve(DEFINITION)
