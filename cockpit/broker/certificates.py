"""An authority of one's own, and what it signs: the broker's certificate and one for each client.

Keys are on the curve P-256. A client's certificate is good for nothing but being a client, so none of them can pose as
the broker.
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cockpit.errors import ConfigError

Key = ec.EllipticCurvePrivateKey

AUTHORITY_DAYS = 3650
SKEW = timedelta(minutes=5)
"""A certificate is good from a little before it was made, for boards whose clock is slow."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate with its key, as PEM files beside each other: `<stem>.crt`, and `<stem>.key` for its owner only."""

    certificate: x509.Certificate
    key: Key

    @classmethod
    def read(cls, stem: Path) -> Pair:
        """Raises `ConfigError` (`config-bad-certificate`) for files that are missing or no such thing."""
        certificate = read_certificate(stem)
        try:
            key = serialization.load_pem_private_key(stem.with_suffix(".key").read_bytes(), None)
        except (OSError, ValueError) as error:
            raise ConfigError("bad-certificate", f"{stem}.key cannot be read: {error}") from error
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ConfigError("bad-certificate", f"{stem}.key is of another kind")
        return cls(certificate, key)

    def write(self, stem: Path) -> None:
        """The key first, so that a certificate that can be seen can be used."""
        private = self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        write_file(stem.with_suffix(".key"), private, 0o600)
        write_file(stem.with_suffix(".crt"), self.certificate.public_bytes(serialization.Encoding.PEM), 0o644)


def read_certificate(stem: Path) -> x509.Certificate:
    """`<stem>.crt`. Raises `ConfigError` (`config-bad-certificate`)."""
    try:
        return x509.load_pem_x509_certificate(stem.with_suffix(".crt").read_bytes())
    except (OSError, ValueError) as error:
        raise ConfigError("bad-certificate", f"{stem}.crt cannot be read: {error}") from error


def write_file(file: Path, content: bytes, mode: int) -> None:
    """Write all or nothing, and keep the owner of what was there; nobody sees a key in between with more rights than
    `mode`. Raises `ConfigError` (`config-unwritable`)."""
    fresh = file.with_name(file.name + ".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        fresh.unlink(missing_ok=True)
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            if file.exists() and os.geteuid() == 0:
                os.fchown(descriptor, file.stat().st_uid, file.stat().st_gid)
        fresh.replace(file)
    except OSError as error:
        raise ConfigError("unwritable", f"{file} cannot be written: {error.strerror}") from error


def new_authority(vid: str, days: int = AUTHORITY_DAYS) -> Pair:
    """The authority of one vehicle id, which it bears as its unit."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("cockpit authority", vid)
    builder = (
        _builder(name, name, key, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
    )
    return Pair(builder.sign(key, hashes.SHA256()), key)


def issue_server(authority: Pair, names: Sequence[str], days: int) -> Pair:
    """The broker's certificate for `names`: DNS names and addresses under which clients reach it.

    Raises `ConfigError` (`config-bad-name`).
    """
    alternatives = x509.SubjectAlternativeName([_alternative(name) for name in names])
    return _issue(authority, _name(names[0], "broker"), days, ExtendedKeyUsageOID.SERVER_AUTH, alternatives)


def issue_client(authority: Pair, name: str, role: str, days: int) -> Pair:
    """A client's certificate. `days` may be negative, for one that is over."""
    return _issue(authority, _name(name, role), days, ExtendedKeyUsageOID.CLIENT_AUTH)


def _issue(
    authority: Pair,
    subject: x509.Name,
    days: int,
    use: x509.ObjectIdentifier,
    alternatives: x509.SubjectAlternativeName | None = None,
) -> Pair:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.key.public_key())
    builder = (
        _builder(subject, authority.certificate.subject, key, days)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(signer, critical=False)
    )
    if alternatives is not None:
        builder = builder.add_extension(alternatives, critical=False)
    return Pair(builder.sign(authority.key, hashes.SHA256()), key)


def _builder(subject: x509.Name, issuer: x509.Name, key: Key, days: int) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    until = now + timedelta(days=days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(now, until) - SKEW)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common: str, unit: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    if not re.fullmatch(r"(\*\.)?[A-Za-z0-9_.-]+", name):
        raise ConfigError("bad-name", f"{name!r} is neither an address nor a DNS name in ASCII")
    return x509.DNSName(name)


def common_name(certificate: x509.Certificate) -> str:
    return str(certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value)


def unit(certificate: x509.Certificate) -> str:
    """A client's role; the authority's vehicle id."""
    return str(certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)[0].value)


def alternatives(certificate: x509.Certificate) -> list[str]:
    """The names under which a server may be reached."""
    found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [str(entry.value) for entry in found]


def days_left(certificate: x509.Certificate) -> int:
    """Whole days until it is over; negative when it is."""
    return (certificate.not_valid_after_utc - datetime.now(UTC)).days
