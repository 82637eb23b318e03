"""A cursor is where a listing goes on: opaque, signed, and good for that listing only.

>>> key = b"secret of the installation"
>>> place = issue(Place(xid=7, seq=42), listing="invoices", key=key)
>>> read(place, listing="invoices", key=key)
Place(xid=7, seq=42)
>>> read(place, listing="payments", key=key)
Traceback (most recent call last):
    ...
api.cursor.WrongCursor: the cursor is not one of this listing; take next_cursor as it \
came
"""

import base64
import hmac
import json

from billing.books.listings import Place
from billing.errors import Invalid

SIGNATURE_BYTES = 16


class WrongCursor(Invalid):
    """The cursor was not issued for this listing, or was altered."""


def issue(place: Place, *, listing: str, key: bytes) -> str:
    """Return base64url(HMAC ‖ content) of a place in a listing."""
    content = json.dumps([place.xid, place.seq, listing], separators=(",", ":"))
    signed = _signature(content.encode(), key) + content.encode()
    return base64.urlsafe_b64encode(signed).decode().rstrip("=")


def read(cursor: str | None, *, listing: str, key: bytes) -> Place:
    """Return the place of a cursor; without a cursor, the beginning."""
    if cursor is None:
        return Place()
    opened = _opened(cursor, key)
    if opened is None or opened[2] != listing:
        raise WrongCursor(
            "the cursor is not one of this listing; take next_cursor as it came",
            field="cursor",
        )
    return Place(opened[0], opened[1])


def _opened(cursor: str, key: bytes) -> tuple[int, int, str] | None:
    """Return xid, seq and listing of a cursor that was issued here."""
    try:
        signed = base64.b64decode(
            cursor + "=" * (-len(cursor) % 4), b"-_", validate=True
        )
    except ValueError:
        return None
    signature, content = signed[:SIGNATURE_BYTES], signed[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(content, key)):
        return None
    xid, seq, listing = json.loads(content)
    return int(xid), int(seq), str(listing)


def _signature(content: bytes, key: bytes) -> bytes:
    return hmac.digest(key, b"cursor" + content, "sha256")[:SIGNATURE_BYTES]
