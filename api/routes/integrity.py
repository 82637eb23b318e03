"""Integrity over the API: whether every promise holds, and whether we are up."""

from fastapi import APIRouter

from api.auth import Reader
from api.errors import READ_STATUSES, responses
from api.payload import Payload
from billing.books import verify

router = APIRouter(tags=["integrity"])
health = APIRouter(tags=["integrity"])


class Check(Payload):
    """One promise, whether it holds, and where it does not."""

    check: str
    passed: bool
    detail: str


class Integrity(Payload):
    """All promises checked on the books as they are now."""

    passed: bool
    checks: list[Check]


class Health(Payload):
    """The service answers."""

    status: str


@router.get("/integrity", operation_id="verify", responses=responses(*READ_STATUSES))
def integrity(caller: Reader) -> Integrity:
    """Check every promise on the books, as `saldo verify` does."""
    found = verify.verify(caller.books)
    return Integrity(
        passed=bool(found["passed"].all()),
        checks=[Check.of(row) for row in found.to_dicts()],
    )


@health.get("/health", operation_id="health", responses=responses(500))
def get_health() -> Health:
    """Say that the service is up; needs no key."""
    return Health(status="ok")
