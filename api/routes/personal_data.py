"""Personal data over the API: given out, erased, and an identity number told once."""

from datetime import date
from typing import Any

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, TryingWriter, Writer
from api.errors import READ_STATUSES, WRITE_STATUSES, previewable, responses
from api.payload import Id, Payload, Text
from billing.books import personal_data
from billing.customers.personal_data import ErasePersonalData, RevealIdentity

router = APIRouter(tags=["personal data"])


class Request(Payload):
    """Why; kept with what is done."""

    reason: Text


class PersonalData(Payload):
    """Everything the books hold of a person: rows by registration and table."""

    customer_id: str
    customers: dict[str, dict[str, list[dict[str, Any]]]]


class Erased(Payload):
    """What has been forgotten; name and address stay until kept_until, if it is given.

    `erased` is false when there was nothing left to forget.
    """

    customer_id: str
    erased: bool
    kept: str
    kept_until: date | None


class Revealed(Payload):
    """The identity number, told once; a retry is answered without it."""

    customer_id: str
    scheme: str
    identity_number: str | None = Field(None, description="Null in a retry.")


@router.get(
    "/customers/{customer_id}/personal-data",
    operation_id="export_personal_data",
    responses=responses(*READ_STATUSES),
)
def export(customer_id: Id, caller: Reader) -> PersonalData:
    """Read everything about a person, as GDPR article 15 gives the right to."""
    return PersonalData.of(personal_data.exported(caller.books, customer_id))


@router.post(
    "/customers/{customer_id}/erasure",
    operation_id="erase_personal_data",
    status_code=201,
    response_model=Erased,
    responses=previewable(Erased),
)
def erase(customer_id: Id, why: Request, sender: TryingWriter) -> Response:
    """Forget a person; what bookkeeping needs goes when its time is over."""
    return sender.carry_out(ErasePersonalData(customer_id, why.reason), Erased.of)


@router.post(
    "/customers/{customer_id}/identity/reveal",
    operation_id="reveal_identity",
    status_code=201,
    response_model=Revealed,
    responses=responses(*WRITE_STATUSES),
)
def reveal(customer_id: Id, why: Request, sender: Writer) -> Response:
    """Tell a person's identity number; who asked and why is recorded."""
    return sender.tell(RevealIdentity(customer_id, why.reason), Revealed.of)
