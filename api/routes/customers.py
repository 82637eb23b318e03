"""Customers over the API: register, change, find, merge, and read their history."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, TryingWriter
from api.errors import READ_STATUSES, previewable, responses
from api.listing import Listed, Page, one, page
from api.payload import Day, Id, Payload, Text
from billing.books import (
    addresses,
    customer_search,
    duplicates,
    listings,
    object_history,
    queries,
)
from billing.customers.address import SetTemporaryAddress, WithdrawAddress
from billing.customers.merging import MergeCustomers, SplitCustomers
from billing.customers.registration import (
    ChangeCustomer,
    RegisterCustomers,
    customers_frame,
)

router = APIRouter(tags=["customers"])


Email = Annotated[str, Field(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Language = Literal["sv", "en"]
Delivery = Literal["email", "paper", "none"]
Gln = Annotated[str, Field(pattern=r"^[0-9]{13}$")]
Words = Annotated[
    str | None,
    Query(
        min_length=2,
        max_length=100,
        pattern=r"^[^\x00-\x1f\x7f]+$",
        description="A name (also misspelt), number, e-mail, invoice or reference.",
    ),
]


class NewCustomer(Payload):
    """A customer to register; without customer_id the next number is given."""

    customer_id: Id | None = None
    kind: Literal["person", "company"]
    identity_number: Annotated[str, Field(max_length=20)] | None = Field(
        None,
        description="The number of a person or company in SE, NO, DK or FI; checked.",
    )
    name: Text
    vat_number: Annotated[str, Field(max_length=20)] | None = None
    email: Email | None = None
    phone: Text | None = None
    address_line: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: Country = "SE"
    language: Language = "sv"
    delivery: Delivery = "email"
    gln: Gln | None = None


class CustomerChange(Payload):
    """What becomes other about a customer, and from which day; null empties a field."""

    effective_on: Day | None = Field(None, description="Default: today.")
    name: Text | None = None
    vat_number: Annotated[str, Field(max_length=20)] | None = None
    email: Email | None = None
    phone: Text | None = None
    address_line: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: Country | None = None
    language: Language | None = None
    delivery: Delivery | None = None
    gln: Gln | None = None


class ChangedCustomer(Payload):
    """The customer that was changed."""

    customer_id: str


class Merge(Payload):
    """Two registrations of one customer: which is kept, which is merged, and why."""

    kept_id: Id
    merged_id: Id
    reason: Text


class Reason(Payload):
    """Why something is done; kept with it."""

    reason: Text


class Merged(Payload):
    """The merge, by which it can be split again, and the customer it concerns."""

    merge_id: str
    customer_id: str


class NewAddress(Payload):
    """Where a customer is between two dates, the last one excluded."""

    purpose: Literal["delivery", "invoice"]
    valid_from: Day
    valid_to: Day
    address_line: Text
    postal_code: Text
    city: Text
    country: Country = "SE"


class SetAddress(Payload):
    """The address; `set` is false when it held already."""

    address_id: str
    set: bool


class WithdrawnAddress(Payload):
    """The address that does not hold any more."""

    address_id: str


class Address(Payload):
    """A temporary address; withdrawn_on is null while it holds."""

    address_id: str
    purpose: str
    valid_from: date
    valid_to: date
    address_line: str
    postal_code: str
    city: str
    country: str
    withdrawn_on: date | None


class Duplicate(Payload):
    """Another registration that may be the same customer; score 1 is the same."""

    other_id: str
    other_name: str
    reason: str
    score: float


class HistoryLine(Payload):
    """Who changed what and when, from what to what."""

    recorded_at: datetime
    actor: str
    source: str
    command: str
    what: str
    before: str | None
    after: str | None


class RegisteredCustomer(Payload):
    """The number of the customer; `registered` is false when it was known already."""

    customer_id: str
    registered: bool


class ListedCustomer(Payload):
    """A customer in a listing: who, not how to reach them."""

    customer_id: str
    kind: str
    name: str
    city: str | None
    country: str


class Customer(ListedCustomer):
    """A customer as it is today; the identity number of a person is masked."""

    identity_number: str | None
    vat_number: str | None
    email: str | None
    phone: str | None
    address_line: str | None
    postal_code: str | None
    language: str
    delivery: str
    gln: str | None
    merged_into: str | None


@router.post(
    "/customers",
    operation_id="register_customer",
    status_code=201,
    response_model=RegisteredCustomer,
    responses=previewable(RegisteredCustomer),
)
def register_customer(customer: NewCustomer, sender: TryingWriter) -> Response:
    """Register a customer; the same customer twice is one customer."""
    return sender.carry_out(
        RegisterCustomers(customers_frame([customer.model_dump()])),
        lambda answer: RegisteredCustomer(
            customer_id=(*answer["customer_ids"], customer.customer_id)[0],
            registered=answer["registered"] > 0,
        ),
    )


@router.get(
    "/customers", operation_id="list_customers", responses=responses(*READ_STATUSES)
)
def list_customers(asked: Page, query: Words = None) -> Listed[ListedCustomer]:
    """List the customers in the order of registration, or find some, the best first."""
    if query is None:
        return page(asked, listings.customers, ListedCustomer.of)
    found = customer_search.customers_found(asked.caller.books, query, asked.limit)
    items = [ListedCustomer.of(row) for row in found.to_dicts()]
    return Listed(items=items, next_cursor=None)


@router.get(
    "/customers/{customer_id}",
    operation_id="get_customer",
    responses=responses(*READ_STATUSES),
)
def get_customer(customer_id: Id, caller: Reader) -> Customer:
    """Read one customer."""
    found = queries.customer(caller.books, customer_id)
    return Customer.of(one(found, f"customer {customer_id}"))


@router.patch(
    "/customers/{customer_id}",
    operation_id="change_customer",
    status_code=201,
    response_model=ChangedCustomer,
    responses=previewable(ChangedCustomer),
)
def change_customer(
    customer_id: Id, change: CustomerChange, sender: TryingWriter
) -> Response:
    """Change what is named of a customer, from a day; the rest stays."""
    details: dict[str, Any] = change.model_dump(exclude_unset=True)
    effective_on = details.pop("effective_on", None) or sender.caller.moment.on
    return sender.carry_out(
        ChangeCustomer(customer_id, details, effective_on), ChangedCustomer.of
    )


@router.get(
    "/customers/{customer_id}/history",
    operation_id="get_customer_history",
    responses=responses(*READ_STATUSES),
)
def get_history(customer_id: Id, caller: Reader) -> list[HistoryLine]:
    """Read who changed what of a customer and when, newest first."""
    one(queries.customer(caller.books, customer_id), f"customer {customer_id}")
    told = object_history.history(caller.books, "customer", customer_id)
    return [HistoryLine.of(row) for row in told.to_dicts()]


@router.get(
    "/customers/{customer_id}/duplicates",
    operation_id="list_duplicates_of_customer",
    responses=responses(*READ_STATUSES),
)
def list_duplicates(customer_id: Id, caller: Reader) -> list[Duplicate]:
    """Read which other registrations may be the same customer, the likest first."""
    one(queries.customer(caller.books, customer_id), f"customer {customer_id}")
    found = duplicates.candidates_of(caller.books, customer_id)
    return [Duplicate.of(row) for row in found.to_dicts()]


@router.post(
    "/customer-merges",
    operation_id="merge_customers",
    status_code=201,
    response_model=Merged,
    responses=previewable(Merged),
)
def merge_customers(merge: Merge, sender: TryingWriter) -> Response:
    """Say that two registrations are one customer; a split takes it back."""
    return sender.carry_out(MergeCustomers(**merge.model_dump()), Merged.of)


@router.post(
    "/customer-merges/{merge_id}/split",
    operation_id="split_customers",
    status_code=201,
    response_model=Merged,
    responses=previewable(Merged),
)
def split_customers(merge_id: Id, why: Reason, sender: TryingWriter) -> Response:
    """Take a merge back."""
    return sender.carry_out(SplitCustomers(merge_id, why.reason), Merged.of)


@router.post(
    "/customers/{customer_id}/temporary-addresses",
    operation_id="set_temporary_address",
    status_code=201,
    response_model=SetAddress,
    responses=previewable(SetAddress),
)
def set_address(customer_id: Id, address: NewAddress, sender: TryingWriter) -> Response:
    """Say where a customer is between two dates; of two that meet the later holds."""
    wish = SetTemporaryAddress(customer_id, **address.model_dump())
    return sender.carry_out(wish, SetAddress.of)


@router.get(
    "/customers/{customer_id}/temporary-addresses",
    operation_id="list_temporary_addresses",
    responses=responses(*READ_STATUSES),
)
def list_addresses(customer_id: Id, caller: Reader) -> list[Address]:
    """Read the temporary addresses of a customer, the latest recorded first."""
    one(queries.customer(caller.books, customer_id), f"customer {customer_id}")
    found = addresses.temporary(caller.books, customer_id)
    return [Address.of(row) for row in found.to_dicts()]


@router.post(
    "/temporary-addresses/{address_id}/withdraw",
    operation_id="withdraw_temporary_address",
    status_code=201,
    response_model=WithdrawnAddress,
    responses=previewable(WithdrawnAddress),
)
def withdraw_address(address_id: Id, sender: TryingWriter) -> Response:
    """Take a temporary address back."""
    return sender.carry_out(WithdrawAddress(address_id), WithdrawnAddress.of)
