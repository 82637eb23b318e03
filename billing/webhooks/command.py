"""The commands of webhooks: an endpoint is registered with a secret, or disabled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RegisterEndpoint:
    """Command: send events of the kinds (or "*") to the address from now on."""

    url: str
    kinds: tuple[str, ...] = ("*",)
    allow_loopback: bool = False


@dataclass(frozen=True, slots=True)
class DisableEndpoint:
    """Command: send nothing more to the endpoint."""

    endpoint_id: str
