"""What a command could not do, as people and programs are told it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldFault:
    """A field of what was sent, and what is allowed there."""

    field: str
    description: str


class Failed(Exception):
    """A command could not do what it was asked. `code` is the name of a gRPC status code, or "NOT_RUNNING" and such."""

    exit_code = 1

    def __init__(
        self,
        message: str,
        code: str = "FAILED_PRECONDITION",
        reason: str = "",
        fields: tuple[FieldFault, ...] = (),
        reference: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.reason = reason
        self.fields = fields
        self.reference = reference


class NotRunning(Failed):
    """No Havn runs on the data folder."""

    def __init__(self, data: object) -> None:
        super().__init__(
            f"No Havn runs on {data}. Start one with: havn up --demo. If yours has another data folder, set HAVN_DATA.",
            code="UNAVAILABLE",
            reason="NOT_RUNNING",
        )


class FileUnusable(Failed):
    """A file or folder can't be read or written, or does not hold what it should."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="INVALID_ARGUMENT", reason="FILE_UNUSABLE")


class SettingInvalid(Failed):
    """A variable named HAVN_ holds what it can't."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(message, code="INVALID_ARGUMENT", reason="SETTING_INVALID")


def of_file(error: OSError) -> FileUnusable:
    """What the operating system said about a file."""
    return FileUnusable(f"{error.filename or 'The output'}: {error.strerror or error}.")
