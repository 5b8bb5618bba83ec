"""Messages as JSON documents: protobuf's JSON with the names of the contract, every field, and numbers as numbers."""

from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

WIDE = (
    FieldDescriptor.CPPTYPE_INT64,
    FieldDescriptor.CPPTYPE_UINT64,
)


def document(message: Message) -> dict[str, Any]:
    """The message as a document. Empty lists, zeros and empty texts are there; what is not given is absent."""
    made: dict[str, Any] = MessageToDict(
        message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
    )
    _number(made, message.DESCRIPTOR)
    return made


def _number(made: dict[str, Any], descriptor: Any) -> None:  # noqa: ANN401  # protobuf has two types of it
    """Protobuf's JSON writes 64-bit integers as text; ours are far below 2^53, where JSON's numbers are exact."""
    for name, value in made.items():
        field = descriptor.fields_by_name[name]
        values = value if isinstance(value, list) else [value]
        if field.cpp_type in WIDE:
            made[name] = [int(each) for each in values] if field.is_repeated else int(value)
        elif field.message_type is not None:
            for each in values:
                if isinstance(each, dict):
                    _number(each, field.message_type)
