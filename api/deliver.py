"""Delivering tells each endpoint what has happened: signed, at least once, outside.

Every attempt resolves the host anew, refuses any address that is not public, and
connects to the address that was checked, with the host's name for TLS (spec T15). No
redirects, no proxies of the environment, 20 seconds in all, and at most a kilobyte of
the answer.
"""

import asyncio
import random
import socket
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx

from billing.books import webhooks
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.session import Books
from billing.books.webhooks import Due, Outcome
from billing.errors import Invalid, No
from billing.webhooks import destinations, payload, retries, signature
from billing.webhooks.command import DisableEndpoint
from billing.webhooks.destinations import Destination, ForbiddenDestination

TIMEOUT_SECONDS = 20
AT_ONCE = 8
RESPONSE_BYTES_KEPT = 1024
HOUR_SECONDS = 3600

Clock = Callable[[], datetime]
Resolve = Callable[[str, int], Awaitable[list[str]]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a status or the failure before one, and what was said."""

    result: int | retries.Failure
    response: str | None = None
    retry_after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Delivered:
    """How many deliveries a round has settled, by what came of them."""

    counts: dict[str, int] = field(default_factory=dict)

    def and_also(self, outcome: Outcome) -> "Delivered":
        """Return the count with one outcome more."""
        seen = self.counts.get(outcome.state, 0)
        return Delivered({**self.counts, outcome.state: seen + 1})


async def resolve(host: str, port: int) -> list[str]:
    """Return every address of a host, as the system knows them now."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM
    )
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def deliver(books: Books, clock: Clock, *, by: Resolve = resolve) -> Delivered:
    """Deliver all that is due now, eight at a time, until nothing is."""
    delivered = Delivered()
    while claimed := webhooks.claim(books, clock(), AT_ONCE):
        for due, answer in zip(
            claimed, asyncio.run(_sent(claimed, clock, by)), strict=True
        ):
            delivered = delivered.and_also(_settled(books, due, answer, clock()))
    return delivered


async def _sent(claimed: list[Due], clock: Clock, by: Resolve) -> list[Answer | No]:
    return list(await asyncio.gather(*(_attempt(due, clock(), by) for due in claimed)))


async def _attempt(due: Due, now: datetime, by: Resolve) -> Answer | No:
    """Send one delivery; a refusal of our own is returned, for no retry mends it."""
    try:
        if due.endpoint_state != "active":
            raise Invalid(f"endpoint {due.endpoint_id} is disabled")
        body = payload.body(_event(due))
        delivery = signature.Delivery(str(due.event_id), int(now.timestamp()), body)
        headers = signature.headers(delivery, [due.secret])
    except No as no:
        return no
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            return await _posted(due.url, body, headers, by)
    except ForbiddenDestination as forbidden:
        return Answer("refused_destination", forbidden.message)
    except (TimeoutError, httpx.TimeoutException):
        return Answer("timeout")
    except socket.gaierror as unknown:
        return Answer("dns", str(unknown))
    except httpx.HTTPError as broken:
        return Answer(_failure(broken), str(broken))


def _failure(broken: BaseException) -> retries.Failure:
    """Tell a certificate that does not hold from a line that does not."""
    cause: BaseException | None = broken
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "tls"
        cause = cause.__cause__ or cause.__context__
    return "connection"


def _event(due: Due) -> payload.Event:
    return payload.Event(
        due.kind,
        due.aggregate_id,
        due.version,
        due.seq,
        due.recorded_at.astimezone(UTC),
    )


async def _posted(
    url: str, body: bytes, headers: dict[str, str], by: Resolve
) -> Answer:
    destination, local = _destination(url)
    addresses = destinations.check_addresses(
        destination,
        await by(destination.host, destination.port),
        allow_loopback=local,
    )
    async with (
        httpx.AsyncClient(
            timeout=TIMEOUT_SECONDS, follow_redirects=False, trust_env=False
        ) as client,
        client.stream(
            "POST",
            httpx.URL(url).copy_with(host=addresses[0]),
            content=body,
            headers={**headers, "host": _host_header(destination)},
            extensions={"sni_hostname": destination.host},
        ) as response,
    ):
        return Answer(
            response.status_code,
            await _beginning(response),
            _retry_after(response.headers),
        )


def _destination(url: str) -> tuple[Destination, bool]:
    """Return the destination, and whether it is the loopback one registered as such."""
    try:
        return destinations.check_url(url), False
    except ForbiddenDestination:
        return destinations.check_url(url, allow_loopback=True), True


def _host_header(destination: Destination) -> str:
    parts = httpx.URL(destination.url)
    return parts.netloc.decode("ascii").rpartition("@")[2]


async def _beginning(response: httpx.Response) -> str:
    """Return the first kilobyte of the answer, without reading more of it."""
    kept = bytearray()
    async for chunk in response.aiter_raw():
        kept += chunk
        if len(kept) >= RESPONSE_BYTES_KEPT:
            break
    return (
        bytes(kept[:RESPONSE_BYTES_KEPT]).decode("utf-8", "replace").replace("\0", "�")
    )


def _retry_after(headers: httpx.Headers) -> timedelta:
    seconds = headers.get("retry-after", "0")
    return timedelta(
        seconds=min(int(seconds), HOUR_SECONDS) if seconds.isdecimal() else 0
    )


def _settled(books: Books, due: Due, answer: Answer | No, at: datetime) -> Outcome:
    outcome = outcome_of(answer, attempt=due.attempt, at=at)
    if outcome.outcome == "disable":
        handle(
            books,
            DisableEndpoint(due.endpoint_id),
            actor=SYSTEM,
            moment=Moment.of(at),
        )
    webhooks.settle(books, due, outcome, at)
    return outcome


def outcome_of(answer: Answer | No, *, attempt: int, at: datetime) -> Outcome:
    """Return what an answer means for the queue: delivered, dead, or again later."""
    if isinstance(answer, No):
        return Outcome("undeliverable", "dead", response=answer.message)
    status = answer.result if isinstance(answer.result, int) else None
    meaning = retries.classify(answer.result)
    said = answer.response if status else (answer.response or str(answer.result))
    if meaning == "delivered":
        return Outcome(meaning, "delivered", None, status, said)
    jitter = Decimal(random.randrange(1000)) / 1000  # noqa: S311 - spreads load, guards nothing
    again = retries.next_attempt_at(attempt, at, jitter)
    if meaning == "disable" or again is None:
        return Outcome(meaning, "dead", None, status, said)
    if retries.throttles(answer.result):
        again = retries.not_before(again, at, answer.retry_after)
    return Outcome(meaning, "pending", again, status, said)
