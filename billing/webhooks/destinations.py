"""A destination is where a webhook may go: a public host by https, never our house.

The caller resolves the name once, asks here about every address, connects to one of
them by number, and does so anew at each attempt (server-side request forgery).

>>> destination = check_url("https://hooks.example.com/saldo")
>>> destination.host, destination.port
('hooks.example.com', 443)
>>> check_addresses(destination, ["93.184.215.14"])
('93.184.215.14',)
>>> check_addresses(destination, ["93.184.215.14", "10.0.0.7"])
Traceback (most recent call last):
    ...
billing.webhooks.destinations.ForbiddenDestination: hooks.example.com leads to \
10.0.0.7, which is not a public address; webhooks go to public hosts only
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

from billing.errors import Invalid

PORTS = frozenset({443})
URL_LENGTH_MAX = 2000
# Letters, digits and hyphens; the last label starts with a letter. For 2130706433,
# 127.1, 0x7f000001 and 0x7f.0.0.0x1 are addresses in disguise that lead to loopback.
HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+"
    r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)
LOCAL_NAMES = (".local", ".localhost", ".internal", ".lan", ".home.arpa", ".onion")

IPv4Network = ipaddress.IPv4Network
IPv6Network = ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# IANA special-purpose registries (RFC 6890 and later) and multicast. Our own list:
# is_global of Python 3.11 passes 64:ff9b::/96, 2002::/16, ::/96 and 192.0.0.8.
DENIED_V4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
]
# Global unicast is 2000::/3 and nothing else; these parts of it are special.
GLOBAL_V6 = IPv6Network("2000::/3")
DENIED_V6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",
        "2001:db8::/32",
        "2002::/16",
        "2620:4f:8000::/48",
        "3fff::/20",
    )
]


class ForbiddenDestination(Invalid):
    """The address is not one that webhooks may be sent to."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A checked address: the host to name in TLS and Host, and the port."""

    url: str
    host: str
    port: int


def check_url(
    url: str,
    *,
    ports: Iterable[int] = PORTS,
    allow_loopback: bool = False,
) -> Destination:
    """Return the destination that a URL names, or refuse it.

    `allow_loopback` is for tests and a demo on one machine: it also lets pass
    http, any port, and the host localhost or a loopback address.
    """
    parts = _split(url)
    host = (parts.hostname or "").rstrip(".")
    local = allow_loopback and (host == "localhost" or _is_loopback(host))
    port = _port(parts)
    refusals = {
        "is not https": parts.scheme != "https"
        and not (local and parts.scheme == "http"),
        "names a user": "@" in parts.netloc,
        "has no public host name": not (local or _is_public_name(host)),
        f"names port {port}": port not in set(ports) and not local,
    }
    for reason, refused in refusals.items():
        if refused:
            raise ForbiddenDestination(
                f"the webhook address {reason}; write https://host.example/path",
                field="url",
            )
    return Destination(url, host, port)


def check_addresses(
    destination: Destination,
    addresses: Sequence[str],
    *,
    allow_loopback: bool = False,
) -> tuple[str, ...]:
    """Return the addresses that the host resolved to, when every one is public."""
    if not addresses:
        raise ForbiddenDestination(
            f"{destination.host} has no address; check the name", field="url"
        )
    for address in addresses:
        passes = allow_loopback and _is_loopback(address)
        if not passes and not is_public(address):
            raise ForbiddenDestination(
                f"{destination.host} leads to {address}, which is not a public address;"
                " webhooks go to public hosts only",
                field="url",
            )
    return tuple(addresses)


def is_public(address: str) -> bool:
    """Say whether an address is of the open internet.

    >>> [is_public(one) for one in ("1.1.1.1", "127.0.0.1", "2606:4700::1111")]
    [True, False, True]
    >>> [is_public(one) for one in ("::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe")]
    [False, False]
    """
    parsed = _parsed(address)
    if parsed is None:
        return False
    if isinstance(parsed, ipaddress.IPv4Address):
        return not any(parsed in network for network in DENIED_V4)
    return parsed in GLOBAL_V6 and not any(parsed in network for network in DENIED_V6)


def _split(url: str) -> SplitResult:
    """Return the parts of a URL, or refuse one that has none or hides something."""
    plain = url.isascii() and url.isprintable() and not set(url) & {" ", "\\"}
    try:
        if plain and len(url) <= URL_LENGTH_MAX:
            parts = urlsplit(url)
            _ = parts.hostname, parts.port
            return parts
    except ValueError:
        pass
    raise ForbiddenDestination(
        "the webhook address is not a plain URL; write https://host.example/path",
        field="url",
    )


def _port(parts: SplitResult) -> int:
    """Return the port that is named or meant."""
    if parts.port is not None:
        return parts.port
    return 80 if parts.scheme == "http" else 443


def _is_public_name(host: str) -> bool:
    """Say whether a host is a full name of the public tree, not a number."""
    return HOST.fullmatch(host) is not None and not host.endswith(LOCAL_NAMES)


def _is_loopback(address: str) -> bool:
    """Say whether an address is this machine: 127.0.0.0/8 or ::1."""
    parsed = _parsed(address)
    return parsed is not None and (
        parsed in IPv4Network("127.0.0.0/8") or parsed == ipaddress.IPv6Address("::1")
    )


def _parsed(address: str) -> Address | None:
    """Return an address that is written as one, without a zone, or None."""
    try:
        if "%" in address:
            return None
        return ipaddress.ip_address(address)
    except ValueError:
        return None
