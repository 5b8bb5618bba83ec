"""Serves matching alone: python -m services.matching."""

from services.matching.api import DEFINITION
from services.shared.alone import serve

if __name__ == "__main__":
    serve(DEFINITION)
