"""Serves capacity alone: python -m services.capacity."""

from services.capacity.api import DEFINITION
from services.shared.alone import serve

if __name__ == "__main__":
    serve(DEFINITION)
