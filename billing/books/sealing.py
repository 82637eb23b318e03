"""Sealing keeps a person's identity number from whoever reads the books or the landing.

The books hold a keyed hash, by which a number is found again, a masked form, and the
number itself under AES-256-GCM. The key is the installation's, outside the books.
"""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from typing import Any

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from billing.books.home import Home
from billing.errors import Conflict
from billing.identifiers import identity

NONCE_BYTES = 12
VERSION = "1"


class WrongKey(Conflict):
    """What is sealed was sealed with another key."""


@dataclass(frozen=True, slots=True, repr=False)
class Seal:
    """The installation's key, made into one for look-up and one for sealing."""

    secret: bytes

    def hash_of(self, scheme: str, number: str) -> str:
        """Return the hash by which a number is found: HMAC-SHA-256 of scheme/number."""
        text = f"{scheme}/{number}".encode()
        return hmac.new(self._key("look-up"), text, hashlib.sha256).hexdigest()

    def close(self, number: str, bound_to: str) -> str:
        """Return a number sealed; it opens only together with what it is bound to."""
        nonce = os.urandom(NONCE_BYTES)
        cipher = AESGCM(self._key("sealing"))
        sealed = cipher.encrypt(nonce, number.encode(), bound_to.encode())
        return f"{VERSION}.{base64.urlsafe_b64encode(nonce + sealed).decode()}"

    def open(self, sealed: str, bound_to: str) -> str:
        """Return a sealed number, or raise WrongKey."""
        data = base64.urlsafe_b64decode(sealed.partition(".")[2])
        cipher = AESGCM(self._key("sealing"))
        try:
            plain = cipher.decrypt(
                data[:NONCE_BYTES], data[NONCE_BYTES:], bound_to.encode()
            )
        except InvalidTag:
            raise WrongKey(
                "the identity number was sealed with another key; put back the "
                "installation's own (SALDO_SECRET_KEY, or secrets/key in its home)"
            ) from None
        return plain.decode()

    def row(self, scheme: str, number: str) -> dict[str, str | None]:
        """Return the columns that the books keep of a number."""
        hashed = self.hash_of(scheme, number)
        personal = identity.is_personal(scheme, number)
        return {
            "identity_number": None if personal else number,
            "identity_hash": hashed,
            "identity_sealed": self.close(number, hashed) if personal else None,
            "identity_shown": identity.shown(scheme, number),
        }

    def _key(self, purpose: str) -> bytes:
        return hmac.new(self.secret, purpose.encode(), hashlib.sha256).digest()


COLUMNS = ("identity_number", "identity_hash", "identity_sealed", "identity_shown")


def seal_of(home: Home) -> Seal:
    """Return the seal of an installation."""
    return Seal(home.secret_key())


def hashed(seal: Seal, customers: pl.DataFrame) -> pl.Series:
    """Return the hash of each identity_scheme and identity_number, null without."""
    numbers = customers.select("identity_scheme", "identity_number").rows()
    found = [number and seal.hash_of(scheme, number) for scheme, number in numbers]
    return pl.Series("identity_hash", found, dtype=pl.String)


def sealed(seal: Seal, customers: pl.DataFrame) -> pl.DataFrame:
    """Replace identity_number by what the books keep of it: `COLUMNS`."""
    numbers = customers.select("identity_scheme", "identity_number").rows()
    rows: list[dict[str, Any]] = [
        seal.row(scheme, number) if number else dict.fromkeys(COLUMNS)
        for scheme, number in numbers
    ]
    kept = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String))
    return customers.drop("identity_number").hstack(kept)
