"""What the services do in a second, beside what could be done at most: python -m bench.services."""
