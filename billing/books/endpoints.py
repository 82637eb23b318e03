"""Endpoints of webhooks in the books: where events go, signed with which secret."""

import base64
import hashlib
import secrets

from billing.books.handle import Given
from billing.decision import Decision
from billing.errors import NotFound
from billing.webhooks import destinations
from billing.webhooks.command import DisableEndpoint, RegisterEndpoint

SECRET_BYTES = 32


class UnknownEndpoint(NotFound):
    """There is no such endpoint."""


def register(command: RegisterEndpoint, given: Given) -> Decision:
    """Record an endpoint with a new secret, which is told once, in the answer."""
    destinations.check_url(command.url, allow_loopback=command.allow_loopback)
    endpoint_id = hashlib.sha256(command.url.encode()).hexdigest()[:16]
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    row = {
        "endpoint_id": endpoint_id,
        "url": command.url,
        "secret": secret,
        "kinds": ",".join(command.kinds),
        "state": "active",
        "effective_on": given.moment.on,
    }
    return Decision(
        rows={"webhook_endpoints": [row]},
        answer={"endpoint_id": endpoint_id},
        told={"secret": secret},
    )


def disable(command: DisableEndpoint, given: Given) -> Decision:
    """Record that nothing more is sent to an endpoint."""
    found = given.rows(
        "select * from webhook_endpoints where endpoint_id = %s"
        " order by seq desc limit 1",
        (command.endpoint_id,),
    )
    if not found:
        raise UnknownEndpoint(f"there is no endpoint {command.endpoint_id}")
    kept = ("endpoint_id", "url", "secret", "kinds")
    row = {name: found[0][name] for name in kept} | {
        "state": "disabled",
        "effective_on": given.moment.on,
    }
    return Decision(
        rows={"webhook_endpoints": [row]},
        answer={"endpoint_id": command.endpoint_id, "state": "disabled"},
    )
