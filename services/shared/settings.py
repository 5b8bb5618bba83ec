"""Settings: from the environment, each with a default. docs/operations.md lists them."""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_data() -> Path:
    return Path.home() / ".local" / "share" / "havn"


class Settings(BaseSettings):
    """Read from variables named HAVN_ and the field, such as HAVN_DATA."""

    model_config = SettingsConfigDict(env_prefix="HAVN_", extra="ignore")

    data: Path = Field(default_factory=_default_data, description="Folder of databases, streams, keys and logs.")
    host: str = Field(default="127.0.0.1", description="Address that services listen on.")
    time_zone: str = Field(default="America/Nuuk", description="Where the authority's day begins.")
    key_file: Path | None = Field(default=None, description="Private key for tokens; made in the data folder if unset.")
    nats_url: str = Field(default="", description="NATS to use; empty where Havn starts its own.")
    placements_port: int = Field(default=0, ge=0, le=65535, description="0 picks a free one; so for the others.")
    families_port: int = Field(default=0, ge=0, le=65535)
    capacity_port: int = Field(default=0, ge=0, le=65535)
    matching_port: int = Field(default=0, ge=0, le=65535)
    placements_address: str = Field(default="", description="Where peers find placements, as host:port.")
    notice_seconds: float = Field(default=0.0, ge=0, le=30, description="How long a service that ends still answers.")
    drain_seconds: float = Field(default=3.0, ge=0, le=30, description="How long calls under way may take on a stop.")
    plan_seconds: float = Field(default=20.0, gt=0, le=25, description="How long a plan may compute.")

    def addresses(self) -> dict[str, str]:
        """Where peers are, by service, as far as settings say."""
        return {"placements": self.placements_address} if self.placements_address else {}

    @property
    def signing_key(self) -> Path:
        """The file of the private key for tokens."""
        return self.key_file or self.data / "keys" / "token.pem"

    def make_data_folder(self) -> None:
        """Makes the data folder where it is missing, and lets nobody else read what this process writes from now on."""
        os.umask(0o077)
        self.data.mkdir(parents=True, exist_ok=True)

    def port(self, service: str) -> int:
        """The port that a service is to listen on."""
        port: int = getattr(self, f"{service}_port")
        return port
