"""Production refuses to start insecure, and says everything that is wrong at once."""

import ssl
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.x509.oid import NameOID

from services.shared import access, tls
from services.shared.settings import CONSOLE_HOSTS, TLS_FILES, Settings

DEVELOPMENT = "Havn development"
"""The organisation in the name of an authority that is for development alone."""


CONSOLE = "console"
"""Keeps nothing: it has no database and hears no events."""


class Insecure(RuntimeError):
    """The settings are not those of a production that is secure."""


def require_secure(settings: Settings, service: str) -> None:
    """Passes unless settings say that this is production and it would be insecure. Raises Insecure."""
    found = list(dangers(settings, service)) if settings.production else []
    if found:
        raise Insecure("; ".join(["this is production (HAVN_PRODUCTION), and it would be insecure", *found]))


def dangers(settings: Settings, service: str) -> Iterator[str]:
    """Each danger with the setting that it comes from and what to do about it."""
    yield from _of_certificates(settings, service)
    yield from _of_token_key(settings.key_file)
    yield from _of_browsers(settings) if service == CONSOLE else _of_what_is_kept(settings, service)
    if settings.trace_ratio and not settings.trace_endpoint.startswith("https://"):
        yield "HAVN_TRACE_ENDPOINT: must begin with https://"


def _of_what_is_kept(settings: Settings, service: str) -> Iterator[str]:
    yield from _of_nats(settings.nats_url)
    yield from of_database("HAVN_DATABASE_URL", settings.database(service))
    if settings.database_owner_url:
        yield "HAVN_DATABASE_OWNER_URL: is for havn migrate alone; the owner could take down the database's walls"


def _of_browsers(settings: Settings) -> Iterator[str]:
    if settings.console_hosts == CONSOLE_HOSTS or "*" in settings.console_hosts.split(","):
        yield "HAVN_CONSOLE_HOSTS: must be the names that browsers know the console's host by, and no others"
    certificate, key = settings.console_tls_certificate, settings.console_tls_key
    if certificate is None or key is None:
        return
    yield from _of_private_file("HAVN_CONSOLE_TLS_KEY", key)
    try:
        tls.BrowserTls(certificate, key)
        shown = x509.load_pem_x509_certificates(certificate.read_bytes())
    except (OSError, ssl.SSLError, ValueError):
        yield "HAVN_CONSOLE_TLS_CERTIFICATE, HAVN_CONSOLE_TLS_KEY: can't be read, or don't belong together"
        return
    if shown[0].not_valid_after_utc < datetime.now(UTC):
        yield "HAVN_CONSOLE_TLS_CERTIFICATE: has expired; renew it"


def _of_certificates(settings: Settings, service: str) -> Iterator[str]:
    identity = tls.identity(settings)
    if identity is None:
        yield f"{', '.join(f'HAVN_{name.upper()}' for name in TLS_FILES)}: must be given"
        return
    yield from _of_private_file("HAVN_TLS_KEY", identity.key)
    try:
        identity.context()
        shown = x509.load_pem_x509_certificates(identity.certificate.read_bytes())
        trusted = x509.load_pem_x509_certificates(identity.authority.read_bytes())
    except (OSError, ssl.SSLError, ValueError):
        yield "HAVN_TLS_CERTIFICATE, HAVN_TLS_KEY, HAVN_TLS_AUTHORITY: can't be read, or don't belong together"
        return
    if service not in _names(shown[0]):
        yield f"HAVN_TLS_CERTIFICATE: must name {service} as a DNS name"
    if any(each.not_valid_after_utc < datetime.now(UTC) for each in [*shown, *trusted]):
        yield "HAVN_TLS_CERTIFICATE, HAVN_TLS_AUTHORITY: have expired; renew them"
    if any(DEVELOPMENT in _organisations(each) for each in [*shown, *trusted]):
        yield "HAVN_TLS_AUTHORITY: is an authority for development; use one whose key is guarded"


def _of_token_key(path: Path | None) -> Iterator[str]:
    if path is None:
        yield "HAVN_KEY_FILE: must be given; a key that a service makes itself is known to nobody else"
        return
    yield from _of_private_file("HAVN_KEY_FILE", path)
    try:
        if access.is_for_development(path.read_bytes()):
            yield "HAVN_KEY_FILE: is a key for development; make one with openssl"
    except OSError:
        yield "HAVN_KEY_FILE: can't be read"


def _of_nats(url: str) -> Iterator[str]:
    if any(urlsplit(server).scheme != "tls" for server in url.split(",")):
        yield "HAVN_NATS_URL: each server must begin with tls://; the certificate says who the service is"


def of_database(setting: str, url: str) -> Iterator[str]:
    """What is wrong with the URL of a database: SQLite files have no walls, and no replicas."""
    if not url:
        yield f"{setting}: must be given; an SQLite file has no row-level security"
    elif dict(parse_qsl(urlsplit(url).query)).get("sslmode") != "verify-full":
        yield f"{setting}: sslmode must be verify-full"


def _of_private_file(setting: str, path: Path) -> Iterator[str]:
    """A group may read what root owns, as Kubernetes hands secrets out; nobody else may at all."""
    try:
        found = path.stat()
    except OSError:
        return
    open_to = stat.S_IRWXO | (stat.S_IWGRP if found.st_uid == 0 else stat.S_IRWXG)
    if found.st_mode & open_to:
        yield f"{setting}: can be read by others; chmod 0400 {path}"


def _names(certificate: x509.Certificate) -> list[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return []
    return found.value.get_values_for_type(x509.DNSName)


def _organisations(certificate: x509.Certificate) -> set[str]:
    names = (certificate.subject, certificate.issuer)
    return {str(part.value) for name in names for part in name.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)}
