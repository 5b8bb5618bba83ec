"""What keeps a backup from being made, read or restored."""


class Unusable(Exception):
    """A key, a file or a folder is not what it must be; the message says which, and what to do."""
