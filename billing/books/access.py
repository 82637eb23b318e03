"""Access by machines: API keys that are shown once, kept as hashes, and expire.

A key is ``saldo_live_<8 characters of its id>_<43 of the secret>``.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import date, timedelta

from billing.books.handle import Actor, Given, NotAllowed
from billing.books.session import Books
from billing.decision import Decision
from billing.errors import NotFound

PREFIX = "saldo_live"
LONGEST_DAYS = 366


class UnknownApiKey(NotFound):
    """There is no such key."""


@dataclass(frozen=True, slots=True)
class IssueApiKey:
    """Command: give a holder a key that acts with a role, for at most a year."""

    holder: str
    role: str = "integrator"
    days: int = 365


@dataclass(frozen=True, slots=True)
class RevokeApiKey:
    """Command: the key opens nothing any more."""

    key_id: str


def issue_api_key(command: IssueApiKey, given: Given) -> Decision:
    """Record the hash of a new key; the key itself is only in the answer."""
    key_id = secrets.token_hex(4)
    key = f"{PREFIX}_{key_id}_{secrets.token_urlsafe(32)}"
    days = min(command.days, LONGEST_DAYS)
    row = {
        "key_id": key_id,
        "secret_hash": _hash(given.books, key),
        "holder": command.holder,
        "role": command.role,
        "state": "active",
        "effective_on": given.moment.on,
        "expires_on": given.moment.on + timedelta(days=days),
    }
    # The audit row keeps the answer, so the key must not be a part of what is stored.
    return Decision(
        rows={"api_keys": [row]}, answer={"key_id": key_id}, told={"key": key}
    )


def revoke_api_key(command: RevokeApiKey, given: Given) -> Decision:
    """Record that a key is revoked."""
    found = given.rows("select * from api_keys where key_id = %s", (command.key_id,))
    if not found:
        raise UnknownApiKey(f"there is no key {command.key_id}")
    kept = ("key_id", "secret_hash", "holder", "role", "expires_on")
    row = {name: found[0][name] for name in kept} | {
        "state": "revoked",
        "effective_on": given.moment.on,
    }
    return Decision(rows={"api_keys": [row]}, answer={"key_id": command.key_id})


def authenticate(books: Books, key: str, on: date) -> Actor:
    """Return the actor that a key stands for.

    Whatever is wrong is refused in the same words.
    """
    parts = key.split("_", 3)
    key_id = parts[2] if len(parts) == 4 else ""  # noqa: PLR2004 - saldo, live, id, secret
    with books.transaction() as connection:
        row = connection.execute(
            "select secret_hash, holder, role, expires_on, not exists (select from"
            " api_keys as gone where gone.key_id = api_keys.key_id"
            " and gone.state = 'revoked') as holds from api_keys where key_id = %s",
            (key_id,),
        ).fetchone()
    stored, holder, role, expires_on, holds = row or ("", "", "", on, False)
    genuine = hmac.compare_digest(str(stored), _hash(books, key))
    if not (genuine and holds and expires_on > on):
        raise NotAllowed("the API key is not valid")
    return Actor(str(holder), str(role), "api")


def _hash(books: Books, key: str) -> str:
    """Return the hash of a key under the installation's secret (its namespace)."""
    return hmac.new(books.namespace.bytes, key.encode(), hashlib.sha256).hexdigest()
