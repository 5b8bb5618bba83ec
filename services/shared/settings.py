"""Settings: from the environment, each with a default. docs/operations.md lists them."""

import os
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pydantic import DirectoryPath, Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TLS_FILES = ("tls_certificate", "tls_key", "tls_authority")
CONSOLE_TLS_FILES = ("console_tls_certificate", "console_tls_key")
SERVICES = ("placements", "families", "capacity", "matching")

CONSOLE_HOSTS = "127.0.0.1,localhost"
"""The console's names where nothing else is said: those of the machine that a browser runs on."""

LAST_BACKUP = "last-backup.json"
"""In the data folder: when the last backup was made."""


def _default_data() -> Path:
    return Path.home() / ".local" / "share" / "havn"


class Settings(BaseSettings):
    """Read from variables named HAVN_ and the field, such as HAVN_DATA.

    A variable that is not set may stand in the folder that HAVN_SECRETS names, as a file such as havn_database_url.
    """

    model_config = SettingsConfigDict(env_prefix="HAVN_", extra="ignore")

    production: bool = Field(default=False, description="Whether to refuse a start that would be insecure.")
    secrets: DirectoryPath | None = Field(default=None, description="Folder of files with settings that are secret.")
    data: Path = Field(default_factory=_default_data, description="Folder of databases, streams, keys and logs.")
    host: str = Field(default="127.0.0.1", description="Address that services listen on.")
    time_zone: str = Field(default="America/Nuuk", description="Where the authority's day begins.")
    key_file: Path | None = Field(default=None, description="Private key for tokens; made in the data folder if unset.")
    revoked_file: Path | None = Field(default=None, description="Revoked tokens; in the data folder if unset.")
    nats_url: str = Field(default="", description="NATS to use; empty where Havn starts its own.")
    database_url: str = Field(
        default="", description="PostgreSQL, with {service} where each has a name of its own; empty for SQLite files."
    )
    database_owner_url: str = Field(
        default="", description="The same as the tables' owner, for havn migrate and restore."
    )
    stream_replicas: int = Field(default=1, ge=1, le=5, description="Nodes of NATS that keep each stream.")
    stream_megabytes: int = Field(default=2048, ge=1, description="Most that each stream holds; then it takes no more.")
    placements_port: int = Field(default=0, ge=0, le=65535, description="0 picks a free one; so for the others.")
    families_port: int = Field(default=0, ge=0, le=65535)
    capacity_port: int = Field(default=0, ge=0, le=65535)
    matching_port: int = Field(default=0, ge=0, le=65535)
    console_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Where browsers find the console; 0 is 8480, or a free one.",
    )
    console_hosts: str = Field(default=CONSOLE_HOSTS, description="Names that browsers may know the console's host by.")
    console_tls_certificate: Path | None = Field(
        default=None, description="Certificate that browsers are shown; that of this process if unset."
    )
    console_tls_key: Path | None = Field(default=None, description="Its key.")
    console_hides_names: bool = Field(
        default=True, description="Whether the console names a foster family only where its card is opened."
    )
    offline_days: int = Field(
        default=14, ge=1, le=60, description="How many days a phone keeps what it took along or could not send."
    )
    health_port: int = Field(default=0, ge=0, le=65535, description="Answers health alone, in the clear; 0 for none.")
    placements_address: str = Field(default="", description="Where placements is found, as gRPC names it.")
    families_address: str = Field(default="")
    capacity_address: str = Field(default="")
    matching_address: str = Field(default="")
    tls_certificate: Path | None = Field(default=None, description="Certificate of this process, with its chain.")
    tls_key: Path | None = Field(default=None, description="Key of the certificate.")
    tls_authority: Path | None = Field(default=None, description="Certificate of whoever signs all others.")
    token_file: Path | None = Field(default=None, description="Token that commands call with, instead of their own.")
    calls_at_a_time: int = Field(default=200, gt=0, description="Calls that one service answers at a time.")
    streams_at_a_time: int = Field(default=1000, gt=0, description="Streams that one service shows at a time.")
    calls_per_second: float = Field(default=200.0, gt=0, description="Calls that one service answers one person.")
    outbox_limit: int = Field(default=200_000, gt=0, description="Events that may wait to be sent before writes stop.")
    notice_seconds: float = Field(default=0.0, ge=0, le=30, description="How long a service that ends still answers.")
    drain_seconds: float = Field(default=3.0, ge=0, le=30, description="How long calls under way may take on a stop.")
    metrics_port: int = Field(default=0, ge=0, le=65535, description="Where Prometheus reads; 0 is nowhere.")
    metrics_host: str = Field(default="127.0.0.1", description="Address that Prometheus reads at.")
    trace_ratio: float = Field(default=0.0, ge=0, le=1, description="Which part of people's calls is traced.")
    trace_endpoint: str = Field(default="http://127.0.0.1:4317", description="Where traces go, by OTLP over gRPC.")
    plan_seconds: float = Field(default=20.0, gt=0, le=25, description="How long a plan may compute.")

    def __init__(self, **given: Any) -> None:  # noqa: ANN401  # any field
        secrets = os.environ.get("HAVN_SECRETS", "")
        super().__init__(_secrets_dir=secrets if secrets and Path(secrets).is_dir() else None, **given)

    def addresses(self) -> dict[str, str]:
        """Where services are, by name, as far as settings say."""
        told: dict[str, str] = {service: getattr(self, f"{service}_address") for service in SERVICES}
        return {service: address for service, address in told.items() if address}

    @property
    def stop_seconds(self) -> float:
        """How long an orderly stop of a service may take."""
        return self.notice_seconds + self.drain_seconds

    @property
    def signing_key(self) -> Path:
        """The file of the private key for tokens."""
        return self.key_file or self.data / "keys" / "token.pem"

    @property
    def revoked_tokens(self) -> Path:
        """The file that lists tokens which are refused before their end."""
        return self.revoked_file or self.data / "revoked"

    def make_data_folder(self) -> None:
        """Makes the data folder where it is missing, and lets nobody else read what this process writes from now on."""
        os.umask(0o077)
        self.data.mkdir(parents=True, exist_ok=True)

    def database(self, service: str) -> str:
        """The URL of a service's database; empty for an SQLite file in the data folder."""
        return self._over_tls(self.database_url.replace("{service}", service))

    def owner_database(self, service: str) -> str:
        """The URL of a service's database as the owner of its tables."""
        return self._over_tls(self.database_owner_url.replace("{service}", service))

    def port(self, service: str) -> int:
        """The port that a service is to listen on."""
        port: int = getattr(self, f"{service}_port")
        return port

    def _over_tls(self, url: str) -> str:
        """The URL of a database with this process's certificate, but for what it says itself."""
        if not url or self.tls_certificate is None:
            return url
        parts = urlsplit(url)
        files = {"sslcert": self.tls_certificate, "sslkey": self.tls_key, "sslrootcert": self.tls_authority}
        secured = {
            "sslmode": "verify-full",
            "ssl_min_protocol_version": "TLSv1.3",
            **files,
            **dict(parse_qsl(parts.query)),
        }
        return urlunsplit(parts._replace(query=urlencode(secured)))

    @model_validator(mode="after")
    def _all_of_tls_or_none(self) -> Self:
        for files in (TLS_FILES, CONSOLE_TLS_FILES):
            missing = [f"HAVN_{name.upper()}" for name in files if getattr(self, name) is None]
            if 0 < len(missing) < len(files):
                raise ValueError(f"{' and '.join(missing)} must be given too")
        return self
