"""A body is at most 1 MiB of JSON, read whole and strictly before any route sees it.

>>> parse(b'{"a": 1}')
{'a': 1}
>>> parse(b'{"a": 1, "a": 2}')
Traceback (most recent call last):
    ...
api.body.WrongBody: the name 'a' stands twice in one object
>>> parse(b'{"amount_minor": 1.5}')
Traceback (most recent call last):
    ...
api.body.WrongBody: 1.5 is not a whole number; money is whole minor units, and other \
numbers with decimals are written as text
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any, NoReturn
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem

BYTES_MAX = 1024 * 1024
DEPTH_MAX = 32
ITEMS_MAX = 1000
BODY_METHODS = frozenset({"POST", "PUT", "PATCH"})

TOO_LARGE = Problem(
    413, "body_too_large", "the body is larger than 1 MiB; send many rows as a file"
)
NOT_JSON = Problem(
    415, "unsupported_media_type", "send the body with Content-Type: application/json"
)


class WrongBody(ValueError):
    """The body is JSON that we do not take; it says why."""


class TooLarge(Exception):
    """The body has grown beyond the limit."""


def framed(app: ASGIApp) -> ASGIApp:
    """Give every request an id and every answer the headers of a private API."""

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        scope["saldo.request_id"] = uuid4().hex
        await app(scope, receive, _with_headers(scope, send))

    return asgi


def guarded(app: ASGIApp) -> ASGIApp:
    """Read the body under its limit and refuse what is not strict JSON."""

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in BODY_METHODS:
            await app(scope, receive, send)
            return
        try:
            raw = await _read(scope, receive)
        except TooLarge:
            await TOO_LARGE.response(scope)(scope, receive, send)
            return
        scope["saldo.body"] = raw
        refusal = _refusal(raw, Headers(scope=scope))
        if refusal is None:
            await app(scope, _again(raw, receive), send)
        else:
            await refusal.response(scope)(scope, receive, send)

    return asgi


def parse(raw: bytes) -> Any:  # noqa: ANN401 - JSON may be anything
    """Parse strictly: no floats, no name twice, no depth, no NUL, no half signs."""
    try:
        value = json.loads(
            raw.decode("utf-8"),
            parse_float=_no_float,
            parse_constant=_no_constant,
            object_pairs_hook=_no_name_twice,
        )
    except RecursionError:
        _too_deep()
    _walk(value)
    return value


def _refusal(raw: bytes, headers: Headers) -> Problem | None:
    if not raw:
        return None
    if headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return NOT_JSON
    try:
        parse(raw)
    except WrongBody as wrong:
        return Problem(422, "payload_invalid", str(wrong))
    except ValueError as wrong:
        return Problem(400, "json_malformed", f"the body is not JSON: {wrong}")
    return None


async def _read(scope: Scope, receive: Receive) -> bytes:
    declared = Headers(scope=scope).get("content-length", "0")
    if declared.isdecimal() and int(declared) > BYTES_MAX:
        raise TooLarge
    raw = bytearray()
    while True:
        message = await receive()
        raw += message.get("body", b"")
        if len(raw) > BYTES_MAX:
            raise TooLarge
        if not message.get("more_body", False):
            return bytes(raw)


def _again(raw: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """Return a receive that gives the body once, then what the server has to say."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": raw, "more_body": False}

    return again


def _with_headers(scope: Scope, send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers["X-Request-Id"] = scope["saldo.request_id"]
            headers["X-Content-Type-Options"] = "nosniff"
            headers["Cache-Control"] = "no-store"
        await send(message)

    return sent


def _no_float(text: str) -> NoReturn:
    raise WrongBody(
        f"{text} is not a whole number; money is whole minor units, and other numbers "
        "with decimals are written as text"
    )


def _no_constant(text: str) -> NoReturn:
    raise WrongBody(f"{text} is not a number of JSON")


def _no_name_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            raise WrongBody(f"the name {name!r} stands twice in one object")
        seen[name] = value
    return seen


def _too_deep() -> NoReturn:
    raise WrongBody(f"the body is nested deeper than {DEPTH_MAX} levels")


def _walk(value: object) -> None:
    """Check depth, lengths and characters without recursion."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        part, depth = waiting.pop()
        if depth > DEPTH_MAX:
            _too_deep()
        if isinstance(part, str):
            _check_text(part)
        elif isinstance(part, dict):
            waiting += [(name, depth) for name in part]
            waiting += [(inner, depth + 1) for inner in part.values()]
        elif isinstance(part, list):
            _check_length(part)
            waiting += [(inner, depth + 1) for inner in part]


def _check_text(text: str) -> None:
    if "\x00" in text:
        raise WrongBody("a text holds the character NUL")
    if any("\ud800" <= sign <= "\udfff" for sign in text):
        raise WrongBody("a text holds half a character (a lone surrogate)")


def _check_length(items: list[object]) -> None:
    if len(items) > ITEMS_MAX:
        raise WrongBody(
            f"a list holds more than {ITEMS_MAX} items; send them as a file"
        )
