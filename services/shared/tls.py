"""TLS between all parts of Havn: both sides show a certificate of the one authority, and names are checked.

A certificate names what its holder is ("placements", "nats"), wherever that runs: so a replica may move, and nobody can
stand in for another.
"""

import ssl
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog

from services.shared.settings import Settings

log = structlog.get_logger()

NATS = "nats"
"""The name in the certificate of each NATS node."""


@dataclass(frozen=True)
class Identity:
    """Who a process is to the others: files of its certificate (with the chain), its key, and the authority's.

    Files are read anew for each handshake of a server and each connection to NATS or PostgreSQL, so renewed ones count
    without a restart.
    """

    certificate: Path
    key: Path
    authority: Path

    def server_credentials(self) -> grpc.ServerCredentials:
        """For a server, which turns away whoever has no certificate. Raises OSError for a file that can't be read."""
        first = self._pem()
        renewal = _Renewal(self, first)
        return grpc.dynamic_ssl_server_credentials(
            _configuration(first),
            renewal,  # type: ignore[arg-type]  # its stub does not know that None is allowed
            require_client_authentication=True,
        )

    def channel_credentials(self) -> grpc.ChannelCredentials:
        """For a channel, as the files are now: Python's gRPC keeps what a channel began with."""
        certificate, key, authority = self._pem()
        return grpc.ssl_channel_credentials(authority, key, certificate)

    def context(self) -> ssl.SSLContext:
        """For a client of NATS."""
        context = ssl.create_default_context(cafile=self.authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(self.certificate, self.key)
        return context

    def renew(self, context: ssl.SSLContext) -> None:
        """Lets the next connections of a context show the certificate as it is now, and trust the authority's."""
        context.load_verify_locations(self.authority)
        context.load_cert_chain(self.certificate, self.key)

    def _pem(self) -> tuple[bytes, bytes, bytes]:
        return self.certificate.read_bytes(), self.key.read_bytes(), self.authority.read_bytes()


class _Renewal:
    """Gives a server the files' content where it changed; None leaves it what it had."""

    def __init__(self, identity: Identity, known: tuple[bytes, bytes, bytes]) -> None:
        self._identity = identity
        self._known = known

    def __call__(self) -> grpc.ServerCertificateConfiguration | None:
        try:
            found = self._identity._pem()
        except OSError as error:
            log.warning("certificate.unreadable", error=type(error).__name__)
            return None
        if found == self._known:
            return None
        self._known = found
        return _configuration(found)


class BrowserTls:
    """What a server shows browsers: a certificate, and its key. Browsers show none.

    Files are read anew for each handshake that finds them changed.
    """

    def __init__(self, certificate: Path, key: Path) -> None:
        self._files = certificate, key
        self._seen = self._written()
        self._newest = self._read()

    def context(self) -> ssl.SSLContext:
        """For the server. Raises OSError and ssl.SSLError for files that can't be used."""
        context = self._read()
        context.sni_callback = self._renew
        return context

    def _renew(self, connection: ssl.SSLSocket | ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
        try:
            if (written := self._written()) != self._seen:
                self._newest, self._seen = self._read(), written
        except OSError as error:
            log.warning("certificate.unreadable", error=type(error).__name__)
        connection.context = self._newest

    def _written(self) -> list[tuple[int, int]]:
        return [(found.st_mtime_ns, found.st_ino) for found in (path.stat() for path in self._files)]

    def _read(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.load_cert_chain(*self._files)
        return context


def for_browsers(settings: Settings) -> BrowserTls | None:
    """What the console shows browsers; None where settings name no certificate."""
    certificate = settings.console_tls_certificate or settings.tls_certificate
    key = settings.console_tls_key or settings.tls_key
    return BrowserTls(certificate, key) if certificate and key else None


def identity(settings: Settings) -> Identity | None:
    """Who this process is; None where settings name no certificate, and all speak in the clear on one machine."""
    if settings.tls_certificate is None or settings.tls_key is None or settings.tls_authority is None:
        return None
    return Identity(settings.tls_certificate, settings.tls_key, settings.tls_authority)


def _configuration(pem: tuple[bytes, bytes, bytes]) -> grpc.ServerCertificateConfiguration:
    certificate, key, authority = pem
    return grpc.ssl_server_certificate_configuration([(key, certificate)], authority)
