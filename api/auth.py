"""A caller is who holds the API key of a request; the books say which role that is."""

import hashlib
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from starlette.responses import Response
from starlette.types import Scope

from api.errors import PROBLEM_TYPE, Unauthenticated, problem_of
from billing.books import access, replies
from billing.books.handle import (
    Actor,
    CommandIdReused,
    Moment,
    NotAllowed,
    handle,
)
from billing.books.replies import Reply
from billing.books.session import Books
from billing.errors import No

BEARER = HTTPBearer(
    scheme_name="API key",
    description="A key from `saldo key issue`: saldo_live_<id>_<secret>_<check>.",
    auto_error=False,
)
# What a key may look like at all; what does not is looked up as no key.
KEY = re.compile(r"saldo_live_[A-Za-z0-9_-]{20,120}")
API_VERSION = "v1"


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated holder of a key, at a moment, with the books before them."""

    actor: Actor
    books: Books
    moment: Moment

    @property
    def cursor_key(self) -> bytes:
        """Return the secret that signs cursors, known to this installation only."""
        return self.books.namespace.bytes


Shape = Callable[[dict[str, Any]], BaseModel]


@dataclass(frozen=True, slots=True)
class Sender:
    """A caller who sends a command, with the key and the bytes of the request."""

    caller: Caller
    asked: replies.Request
    scope: Scope
    preview: bool

    def carry_out(self, command: object, shape: Shape) -> Response:
        """Carry out a command once and answer with its result in the shape given.

        A preview leaves nothing behind, also no reply. A refusal that depends on what
        is in the books is kept like a success, so that a retry never turns it into
        an effect later.
        """
        if self.preview:
            return _answer(Reply(200, self._result(command, shape)))
        books = self.caller.books
        return _answer(
            replies.once(books, self.asked, lambda: self._reply(command, shape))
        )

    def tell(self, command: object, shape: Shape) -> Response:
        """Carry out a command whose answer is told once, and is kept nowhere.

        A retry has no second effect, and its answer is without what is told once.
        """
        return _answer(Reply(201, self._result(command, shape)))

    def _reply(self, command: object, shape: Shape) -> Reply:
        try:
            return Reply(201, self._result(command, shape))
        except (NotAllowed, CommandIdReused):
            raise
        except No as no:
            problem = problem_of(no)
            return Reply(problem.status, problem.body(self.scope).decode())

    def _result(self, command: object, shape: Shape) -> str:
        caller = self.caller
        answer = handle(
            caller.books,
            command,
            actor=caller.actor,
            moment=caller.moment,
            command_id=None if self.preview else self.asked.command_id(caller.books),
            preview=self.preview,
        )
        return shape(answer).model_dump_json()


def _answer(reply: Reply) -> Response:
    headers = {"Idempotency-Replayed": "true"} if reply.replayed else {}
    kind = "application/json" if reply.status < 400 else PROBLEM_TYPE  # noqa: PLR2004 - HTTP's own line between yes and no
    return Response(reply.body, reply.status, headers, media_type=kind)


def caller(
    request: Request,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(BEARER)],
) -> Caller:
    """Return who calls; every failure looks the same to the one who tries."""
    books: Books = request.app.state.books
    moment = Moment.of(request.app.state.clock())
    key = given.credentials if given else ""
    try:
        actor = access.authenticate(books, key if KEY.fullmatch(key) else "", moment.on)
    except No as no:
        raise Unauthenticated(
            "the request needs a valid API key: Authorization: Bearer saldo_live_…"
        ) from no
    return Caller(Actor(actor.name, actor.role, "api"), books, moment)


Reader = Annotated[Caller, Depends(caller)]


def fingerprint(request: Request) -> str:
    """Return the hash of what makes a request another request.

    Its key is the installation's: a body may hold an identity number, which must not
    be found by trying them all.
    """
    key = request.app.state.books.namespace.bytes
    digest = hmac.new(key, digestmod=hashlib.sha256)
    for part in (
        request.method.encode(),
        request.url.path.encode(),
        API_VERSION.encode(),
        request.scope.get("saldo.body", b""),
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[\x21-\x7e]+$",
        description="Makes a retry safe: a new key for each new request.",
        examples=["5f0c2c0e-7f0a-4f55-9c53-0d6f0f2f7c11"],
    ),
]


def sender(caller: Reader, key: IdempotencyKey, request: Request) -> Sender:
    """Return who sends a command for good."""
    return _sender(caller, key, request, preview=False)


def trying_sender(
    caller: Reader, key: IdempotencyKey, request: Request, *, preview: bool = False
) -> Sender:
    """Return who sends a command, with ?preview=true only to see what it would do."""
    return _sender(caller, key, request, preview=preview)


def _sender(caller: Caller, key: str, request: Request, *, preview: bool) -> Sender:
    asked = replies.Request(
        caller.actor.name, key, fingerprint(request), caller.moment.at
    )
    return Sender(caller, asked, request.scope, preview)


Writer = Annotated[Sender, Depends(sender)]
TryingWriter = Annotated[Sender, Depends(trying_sender)]
