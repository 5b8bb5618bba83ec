"""Tables that every service has, and the shape of its records."""

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

# SQLite numbers rows itself in a column of this type only.
NUMBER = BigInteger().with_variant(Integer(), "sqlite")

# Ordered by code points, as SQLite and Python do, whatever language the database was made for.
SORTED = String().with_variant(String(collation="C"), "postgresql")


class Shared(SQLModel, registry=registry()):
    """Base of the tables that are alike in every service."""


class Answer(Shared, table=True):
    """The answer to a write, kept for whoever repeats it."""

    __tablename__ = "answers"

    caller: str = Field(primary_key=True)
    rpc: str = Field(primary_key=True)
    request_id: str = Field(primary_key=True)
    digest: bytes
    body: bytes
    names: str
    time: str


class OutboxEvent(Shared, table=True):
    """An event that is to be, or was, published."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_unsent", "sent_time", "sequence"),)

    sequence: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    event_id: str = Field(unique=True)
    subject: str
    kind: str
    body: bytes
    time: str
    sent_time: str | None = None
    traceparent: str = ""
    """The trace that it belongs to, if any."""


class InboxEvent(Shared, table=True):
    """An event that a consumer has applied."""

    __tablename__ = "inbox"

    consumer: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    time: str


class AuditRow(Shared, table=True):
    """Who read or wrote which records, when and by which RPC: a link of the chain that `services.shared.audit` makes.

    `names` is JSON: names of records by the authority that they are of.
    """

    __tablename__ = "audit"

    sequence: int | None = Field(default=None, primary_key=True, sa_type=NUMBER)
    time: str
    subject: str = Field(index=True)
    roles: str
    authority: str
    rpc: str
    reference: str
    action: str
    names: str
    purpose: str
    outcome: str
    previous_hash: bytes = b""
    hash: bytes = b""


class Lease(Shared, table=True):
    """Work that one replica does, until a moment; `claims` counts how often it was taken up."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    until: float
    claims: int


class Record(SQLModel):
    """A resource as it is kept: the message whole, and the columns that lists and scopes need.

    `sort_key` orders lists and is unique, because it ends in the name.
    """

    name: str = Field(primary_key=True)
    authority: str = Field(index=True)
    sort_key: str = Field(index=True, unique=True, sa_type=SORTED)
    version: int
    body: bytes
