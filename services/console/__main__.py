"""Serves the console alone: python -m services.console."""

from services.console.alone import serve

if __name__ == "__main__":
    serve()
