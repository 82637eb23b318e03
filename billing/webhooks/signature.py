"""A signature proves who sent a webhook, and that it arrived unchanged.

Standard Webhooks 1.0.0: HMAC-SHA256 over `id.timestamp.body` with the endpoint's own
secret. While a secret is being rotated, a delivery bears one signature of each.

>>> secret = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
>>> sent = Delivery("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
>>> signature = sign(sent, secret)
>>> signature
'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
>>> verify(sent, signature, [secret])
True
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from billing.errors import Invalid

PREFIX = "whsec_"
VERSION = "v1"
# Standard Webhooks: a secret has between 24 and 64 random bytes.
SECRET_BYTES_MIN = 24
SECRET_BYTES_MAX = 64
TOLERANCE = dt.timedelta(minutes=5)


class UnusableSecret(Invalid):
    """The text is not a signing secret."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one attempt sends: id of the event, second of the attempt, body."""

    id: str
    timestamp: int
    body: bytes


def secret_text(random: bytes) -> str:
    """Return random bytes as the secret that an endpoint is given once."""
    _checked(random)
    return PREFIX + base64.b64encode(random).decode("ascii")


def secret_bytes(secret: str) -> bytes:
    """Return the bytes of a secret, or refuse it without showing it."""
    encoded = secret.removeprefix(PREFIX)
    try:
        decoded = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise UnusableSecret(
            "the signing secret is not whsec_ and base64; make a new one",
            field="secret",
        ) from None
    return _checked(decoded)


def _checked(key: bytes) -> bytes:
    """Return the key when it has the length that the standard asks for."""
    if not SECRET_BYTES_MIN <= len(key) <= SECRET_BYTES_MAX:
        raise UnusableSecret(
            f"the signing secret has {len(key)} bytes; it needs {SECRET_BYTES_MIN} to"
            f" {SECRET_BYTES_MAX}",
            field="secret",
        )
    return key


def sign(delivery: Delivery, secret: str) -> str:
    """Return the signature of a delivery by one secret."""
    signed = f"{delivery.id}.{delivery.timestamp}.".encode() + delivery.body
    digest = hmac.new(secret_bytes(secret), signed, hashlib.sha256).digest()
    return f"{VERSION},{base64.b64encode(digest).decode('ascii')}"


def headers(delivery: Delivery, secrets: Sequence[str]) -> dict[str, str]:
    """Return the headers of a delivery, signed by each secret that is valid now."""
    if not secrets:
        raise UnusableSecret(
            "the endpoint has no signing secret; rotate it to get one", field="secret"
        )
    return {
        "content-type": "application/json",
        "webhook-id": delivery.id,
        "webhook-timestamp": str(delivery.timestamp),
        "webhook-signature": " ".join(sign(delivery, secret) for secret in secrets),
    }


def verify(delivery: Delivery, signatures: str, secrets: Sequence[str]) -> bool:
    """Say whether any of the signatures is by any of the secrets, in constant time."""
    given = [one for one in signatures.split(" ") if one.startswith(f"{VERSION},")]
    matches = [
        hmac.compare_digest(one.encode(), sign(delivery, secret).encode())
        for one in given
        for secret in secrets
    ]
    return any(matches)


def received(
    incoming: Mapping[str, str], body: bytes, now: dt.datetime
) -> Delivery | None:
    """Return the delivery that incoming headers speak of; None if stale or unreadable.

    A delivery more than five minutes from now may be a replay, and is not looked at.
    """
    by_name = {name.lower(): value for name, value in incoming.items()}
    identity = by_name.get("webhook-id", "")
    written = by_name.get("webhook-timestamp", "")
    if not identity or not (written.isascii() and written.isdigit()):
        return None
    away = abs(int(now.timestamp()) - int(written))
    if away > TOLERANCE.total_seconds():
        return None
    return Delivery(identity, int(written), body)
