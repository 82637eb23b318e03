"""Customers over the API: register a person or a company, read one, read them all."""

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, TryingWriter
from api.errors import READ_STATUSES, previewable, responses
from api.listing import Listed, Page, one, page
from api.payload import Id, Payload, Text
from billing.books import listings, queries
from billing.customers.registration import RegisterCustomers, customers_frame

router = APIRouter(tags=["customers"])


class NewCustomer(Payload):
    """A customer to register; without customer_id the next number is given."""

    customer_id: Id | None = None
    kind: Literal["person", "company"]
    identity_number: Annotated[str, Field(max_length=20)] | None = Field(
        None, description="Personnummer or organisationsnummer; checked."
    )
    name: Text
    vat_number: Annotated[str, Field(max_length=20)] | None = None
    email: (
        Annotated[str, Field(max_length=254, pattern=r"^[!-?A-~]+@[!-?A-~]+$")] | None
    ) = None
    phone: Text | None = None
    address_line: Text | None = None
    postal_code: Text | None = None
    city: Text | None = None
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "SE"
    language: Literal["sv", "en"] = "sv"
    delivery: Literal["email", "paper", "none"] = "email"


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
    """A customer as it is today."""

    identity_number: str | None
    vat_number: str | None
    email: str | None
    phone: str | None
    address_line: str | None
    postal_code: str | None
    language: str
    delivery: str


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
def list_customers(asked: Page) -> Listed[ListedCustomer]:
    """List the customers in the order of registration."""
    return page(asked, listings.customers, ListedCustomer.of)


@router.get(
    "/customers/{customer_id}",
    operation_id="get_customer",
    responses=responses(*READ_STATUSES),
)
def get_customer(customer_id: Id, caller: Reader) -> Customer:
    """Read one customer."""
    found = queries.customer(caller.books, customer_id)
    return Customer.of(one(found, f"customer {customer_id}"))
