"""A cursor is where a listing goes on: opaque to the caller, signed, bound to its filter.

>>> key = b"secret of the installation"
>>> place = issue(Place(seq=42, listing="invoices"), key)
>>> read(place, listing="invoices", key=key).seq
42
>>> read(place, listing="payments", key=key)
Traceback (most recent call last):
    ...
api.cursor.WrongCursor: the cursor is not one of this listing; take next_cursor as it came
"""

import base64
import hmac
import json
from dataclasses import dataclass

from billing.errors import Invalid

SIGNATURE_BYTES = 16


class WrongCursor(Invalid):
    """The cursor was not issued for this listing, or was altered."""


@dataclass(frozen=True, slots=True)
class Place:
    """The row after which a listing goes on, and the listing with its filter."""

    seq: int
    listing: str


def issue(place: Place, key: bytes) -> str:
    """Return base64url(HMAC ‖ content) of a place."""
    content = json.dumps([place.seq, place.listing], separators=(",", ":")).encode()
    signed = _signature(content, key) + content
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def read(cursor: str | None, *, listing: str, key: bytes) -> Place:
    """Return the place of a cursor; without a cursor, the beginning."""
    if cursor is None:
        return Place(0, listing)
    place = _opened(cursor, key)
    if place is None or place.listing != listing:
        raise WrongCursor(
            "the cursor is not one of this listing; take next_cursor as it came",
            field="cursor",
        )
    return place


def _opened(cursor: str, key: bytes) -> Place | None:
    try:
        signed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True)
    except ValueError:
        return None
    signature, content = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(content, key)):
        return None
    seq, listing = json.loads(content)
    return Place(int(seq), str(listing))


def _signature(content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"cursor" + content, "sha256")[:SIGNATURE_BYTES]
