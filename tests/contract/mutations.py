"""Requests that nobody should send: built from the contracts with hostile values, then bent as bytes."""

import math
import random
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

MARK = "Qx7Fuzz"
"""Stands in every hostile text: no answer may hold it."""

TEXTS: tuple[str, ...] = (
    "",
    " ",
    f"{MARK}'; DROP TABLE requests; --",
    f"../../etc/{MARK}",
    f"{MARK} 010112-1234",
    f"%s%n{{0}}{MARK}",
    f"{MARK}\x00\x1b[2J",
    f"\u202e{MARK}",
    f"{MARK}å\u0301",
    f"{MARK}\U0001f476漢",
    f"<script>{MARK}</script>",
    MARK * 1_500,
    "*",
    "authorities/nowhere",
    "families/none/followUps/x",
    f"families/{MARK} 1/followUps/x",
    "children/010112-1234",
    "9" * 5_000,
    "-1",
    "NaN",
    "Nuuk",
    "DKK",
    urlsafe_b64encode(b"\x00\xff\xfe").decode(),
    urlsafe_b64encode(f"{MARK}\x00".encode()).decode(),
    urlsafe_b64encode(b"99999999999999999999").decode(),
)
WHOLE = (0, 1, -1, 2, 17, 200, 201, 1_000, 2**31 - 1, -(2**31))
LONG = (*WHOLE, 2**63 - 1, -(2**63), 253402300799, 253402300800)
REAL = (0.0, -1.0, 0.5, 1e308, math.nan, math.inf, -math.inf)

_RANDOM_DEPTH = 4


class Mutator:
    """Makes requests by chance, the same ones for the same seed. `names` are those of records that exist."""

    def __init__(self, seed: int, names: Sequence[str], words: Sequence[str]) -> None:
        self.chance = random.Random(seed)
        self._names = names
        self._words = words
        self._bends: tuple[Callable[[bytes], bytes], ...] = (
            self._flipped,
            self._cut,
            self._doubled,
            self._inserted,
            self._wrong_type,
            self._giant,
            self._noise,
        )

    def request(self, descriptor: Descriptor, good: Sequence[Message] = ()) -> bytes:
        """The bytes of one request: one that may pass, one from a good one, or what is none."""
        roll = self.chance.random()
        bent = good and roll < 0.6
        message = self._changed(self.chance.choice(good)) if bent else self.message(descriptor)
        data = message.SerializeToString()
        for _ in range(self.chance.choice((0, 0, 0, 1, 1, 2, 5))):
            data = self.chance.choice(self._bends)(data)
        return data

    def message(self, descriptor: Descriptor, depth: int = 0) -> Message:
        """A message with values by chance."""
        message: Message = GetMessageClass(descriptor)()
        for field in descriptor.fields:
            if self.chance.random() < 0.7 and not (depth > _RANDOM_DEPTH and field.message_type):
                self._put(message, field, depth)
        return message

    def _changed(self, good: Message) -> Message:
        """A copy of a good message, with one or two of its fields put anew."""
        message = type(good)()
        message.CopyFrom(good)
        holder: Any = message
        for _ in range(self.chance.randrange(3)):
            field = self.chance.choice(holder.DESCRIPTOR.fields)
            if field.message_type and not field.is_repeated and holder.HasField(field.name):
                holder = getattr(holder, field.name)
                field = self.chance.choice(holder.DESCRIPTOR.fields or [None])
            if field:
                holder.ClearField(field.name)
                self._put(holder, field, depth=2)
        if "request_id" in message.DESCRIPTOR.fields_by_name and self.chance.random() < 0.9:
            setattr(message, "request_id", f"k{self.chance.getrandbits(64):x}")  # noqa: B010  # of a Message
        return message

    def _put(self, message: Any, field: FieldDescriptor, depth: int) -> None:  # noqa: ANN401
        if not field.is_repeated and field.message_type:
            getattr(message, field.name).CopyFrom(self.message(field.message_type, depth + 1))
        elif not field.is_repeated:
            setattr(message, field.name, self._value(field))
        else:
            for _ in range(self.chance.choice((1, 1, 2, 3))):
                values = getattr(message, field.name)
                values.append(self.message(field.message_type, depth + 1) if field.message_type else self._value(field))

    def _value(self, field: FieldDescriptor) -> Any:  # noqa: ANN401
        kind = field.type
        if field.enum_type is not None:
            return self.chance.choice((*field.enum_type.values_by_number, 99, -1))
        if kind == FieldDescriptor.TYPE_STRING:
            return self.chance.choice(self.chance.choice((TEXTS, self._names, self._words)))
        if kind == FieldDescriptor.TYPE_BYTES:
            return self.chance.randbytes(9)
        if kind == FieldDescriptor.TYPE_BOOL:
            return self.chance.random() < 0.5
        if kind in (FieldDescriptor.TYPE_DOUBLE, FieldDescriptor.TYPE_FLOAT):
            return self.chance.choice(REAL)
        return self.chance.choice(LONG if kind == FieldDescriptor.TYPE_INT64 else WHOLE)

    def _flipped(self, data: bytes) -> bytes:
        bent = bytearray(data or b"\0")
        for _ in range(self.chance.choice((1, 1, 3, 9))):
            bent[self.chance.randrange(len(bent))] ^= 1 << self.chance.randrange(8)
        return bytes(bent)

    def _cut(self, data: bytes) -> bytes:
        return data[: self.chance.randrange(len(data) + 1)]

    def _doubled(self, data: bytes) -> bytes:
        begin = self.chance.randrange(len(data) + 1)
        return data + data[begin:]

    def _inserted(self, data: bytes) -> bytes:
        place = self.chance.randrange(len(data) + 1)
        return data[:place] + self.chance.randbytes(self.chance.randrange(1, 20)) + data[place:]

    def _wrong_type(self, data: bytes) -> bytes:
        """A known field's number with another wire type, or one with bytes that are no UTF-8."""
        number = self.chance.randrange(1, 20)
        tails = (b"\xff" * 9 + b"\x01", b"\x02\xff\xfe", b"\x00" * 8, b"\xff" * 11, b"\x04\xed\xa0\x80")
        tail = self.chance.choice(tails)
        return data + bytes([number << 3 & 0x7F | self.chance.randrange(8)]) + tail

    def _giant(self, data: bytes) -> bytes:
        """So many times the same that a list, a text or the message itself grows too long."""
        if self.chance.random() < 0.8 or not data:
            return data
        size = self.chance.choice((1_000, 100_000, 300_000))
        return data * (1 + size // len(data))

    def _noise(self, _data: bytes) -> bytes:
        return self.chance.randbytes(self.chance.randrange(60))
