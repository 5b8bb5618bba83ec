"""Certificates for development and tests: a folder for each holder, with certificate, key and the authority's.

The authority's own key is never written: whoever needs one more certificate makes all anew.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

from services.shared.tls import Identity

DAYS = 90


def issue(authority: trustme.CA, folder: Path, *names: str, days: float = DAYS) -> Identity:
    """A certificate for `names`, good for some days, in a folder that its owner alone reads."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    until = datetime.now(UTC) + timedelta(days=days)
    made = authority.issue_cert(*names, common_name=names[0], not_after=until)
    identity = Identity(folder / "certificate.pem", folder / "key.pem", folder / "authority.pem")
    write(identity.certificate, b"".join(part.bytes() for part in made.cert_chain_pems))
    write(identity.key, made.private_key_pem.bytes())
    write(identity.authority, authority.cert_pem.bytes())
    return identity


def write(path: Path, content: bytes) -> None:
    """Writes a file that its owner alone reads, whole at once: another process may be about to read it."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(content)
    part.replace(path)
