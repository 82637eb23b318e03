"""A problem is how the API says no: RFC 9457 for every answer that is not 2xx.

>>> status_of(NotFound("no such invoice")), status_of(Invalid("wrong"))
(404, 400)
>>> title_of("idempotency_key_reused")
'Idempotency key reused'
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from psycopg.errors import LockNotAvailable
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import Scope

from billing.books.handle import CommandIdReused, NotAllowed
from billing.books.replies import IdempotencyKeyReused, StillRunning
from billing.errors import Conflict, Invalid, No, NotFound

PROBLEM_TYPE = "application/problem+json"

# The core knows no HTTP: here, and only here, a kind of no becomes a status.
STATUS_OF_KIND = {NotFound.kind: 404, Conflict.kind: 409, Invalid.kind: 400}

# Refusals that the shell itself must tell apart from the three kinds.
STATUS_OF_ERROR: dict[type[No], int] = {NotAllowed: 403, CommandIdReused: 422}

RETRYABLE = frozenset({429, 500, 502, 503, 504})
READ_STATUSES = (400, 401, 403, 404, 422, 429, 500)
WRITE_STATUSES = (*READ_STATUSES, 409, 413, 415)


class Unauthenticated(No):
    """No valid API key came with the request."""

    kind = "unauthenticated"


STATUS_OF_ERROR |= {Unauthenticated: 401, IdempotencyKeyReused: 422}
HEADERS_OF_ERROR: dict[type[No], dict[str, str]] = {
    Unauthenticated: {"WWW-Authenticate": 'Bearer realm="saldo"'},
    StillRunning: {"Retry-After": "1"},
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal as it goes over the wire; `errors` points at the parts to blame."""

    status: int
    code: str
    detail: str
    errors: Sequence[Mapping[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    retryable: bool | None = None

    def body(self, scope: Scope) -> bytes:
        """Return the problem as JSON; `request_id` leads from it to our log."""
        members = {
            "type": f"urn:saldo:problem:{self.code}",
            "title": title_of(self.code),
            "status": self.status,
            "detail": self.detail,
            # A URI reference may hold no raw signs outside ASCII (RFC 3986).
            "instance": quote(scope.get("path", ""), safe="/:@!$&'()*+,;=~-._"),
            "code": self.code,
            "request_id": scope.get("saldo.request_id", ""),
            "retryable": (
                self.status in RETRYABLE if self.retryable is None else self.retryable
            ),
            "errors": [dict(error) for error in self.errors],
        }
        return json.dumps(members, ensure_ascii=False).encode("utf-8", "replace")

    def response(self, scope: Scope) -> Response:
        """Return the problem as an answer to the request of the scope."""
        return Response(
            self.body(scope),
            self.status,
            {"Cache-Control": "no-store", **self.headers},
            media_type=PROBLEM_TYPE,
        )


def title_of(code: str) -> str:
    """Return a code as words: snake case to a sentence's beginning."""
    return code.replace("_", " ").capitalize()


def status_of(no: No) -> int:
    """Return the status of a refusal: its own if it has one, else that of its kind."""
    for known in type(no).__mro__:
        if known in STATUS_OF_ERROR:
            return STATUS_OF_ERROR[known]
    return STATUS_OF_KIND[no.kind]


def problem_of(no: No) -> Problem:
    """Return the problem that a refusal of the core is, in the core's own words."""
    status = status_of(no)
    code = "idempotency_key_reused" if isinstance(no, CommandIdReused) else no.code
    where = (
        [{"pointer": f"/{no.field}", "code": code, "detail": no.message}]
        if no.field
        else []
    )
    return Problem(
        status,
        code,
        no.message,
        where,
        HEADERS_OF_ERROR.get(type(no), {}),
        retryable=True if isinstance(no, StillRunning) else None,
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the problem answers of a route for the OpenAPI document."""
    reference = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {PROBLEM_TYPE: reference},
        }
        for status in sorted(statuses)
    }


def previewable(answer: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Return the answers of a route that may also be asked with ?preview=true."""
    preview = {"model": answer, "description": "A preview; nothing is recorded."}
    return {200: preview, **responses(*WRITE_STATUSES)}


PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 problem details.",
    "type": "object",
    "required": [
        "type", "title", "status", "detail", "instance", "code", "request_id",
        "retryable", "errors",
    ],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "code": {"type": "string", "pattern": "^[a-z0-9_]+$"},
        "request_id": {"type": "string"},
        "retryable": {"type": "boolean"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}  # fmt: skip


def install(app: FastAPI) -> None:
    """Make every refusal of the application, and of the framework itself, a problem."""
    app.add_exception_handler(No, _refused)
    app.add_exception_handler(HTTPException, _refused_by_the_framework)
    app.add_exception_handler(RequestValidationError, _wrong_payload)
    app.add_exception_handler(LockNotAvailable, _busy)
    app.add_exception_handler(Exception, _broken)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, No)  # noqa: S101 - the framework looks handlers up by type
    return problem_of(error).response(request.scope)


async def _refused_by_the_framework(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - looked up by type
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "_").replace("-", "_").replace("'", "")
    said = FRAMEWORK_WORDS.get(error.status_code, status.description or status.phrase)
    headers = dict(error.headers or {})
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        headers["Allow"] = ", ".join(_allowed(request))
    problem = Problem(error.status_code, code, said, headers=headers)
    return problem.response(request.scope)


def _allowed(request: Request) -> list[str]:
    """Return the methods of all routes at the address; the framework names one's."""
    document = request.app.openapi()["paths"]
    return sorted(
        method.upper()
        for path, methods in document.items()
        if compile_path(path)[0].fullmatch(request.url.path)
        for method in methods
    )


FRAMEWORK_WORDS = {
    404: "there is nothing at this address; see /openapi.json for those that exist",
    405: "the address does not take this method; the Allow header names those it takes",
    413: "the body is larger than 1 MiB; send many rows as a file",
}


async def _wrong_payload(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - looked up by type
    wrongs = [_wrong_part(part) for part in error.errors()]
    missing_key = any(
        part["loc"][-1] == "Idempotency-Key" and part["type"] == "missing"
        for part in error.errors()
    )
    if missing_key:
        return Problem(
            400,
            "idempotency_key_missing",
            "every POST carries an Idempotency-Key header, so that a retry is safe; "
            "send a new one, such as a UUID, for each new request",
        ).response(request.scope)
    said = "; ".join(f"{wrong['pointer']}: {wrong['detail']}" for wrong in wrongs[:5])
    return Problem(422, "payload_invalid", said, wrongs).response(request.scope)


def _wrong_part(part: Mapping[str, Any]) -> dict[str, str]:
    where, *path = part["loc"]
    pointer = "".join(f"/{step}" for step in path)
    return {
        "pointer": pointer
        if where == "body"
        else f"{where}:{'.'.join(map(str, path))}",
        "code": part["type"],
        "detail": part["msg"],
    }


async def _busy(request: Request, _: Exception) -> Response:
    return Problem(
        409,
        "busy",
        "someone else is changing the same thing right now; try again",
        headers={"Retry-After": "1"},
        retryable=True,
    ).response(request.scope)


async def _broken(request: Request, error: Exception) -> Response:
    request_id = request.scope.get("saldo.request_id", "")
    logging.getLogger("saldo.api").error("request %s", request_id, exc_info=error)
    return Problem(
        500,
        "internal_error",
        "something broke on our side and nothing was changed; give the request_id to "
        "those who run Saldo",
        headers={"X-Request-Id": request_id},
    ).response(request.scope)
