"""Registering companies, persons and firms: what is loaded, decided and appended."""

from datetime import date
from typing import Any

import polars as pl

from billing.books import sealing
from billing.books.handle import Given
from billing.company import ApplyCompany, Company
from billing.customers import registration
from billing.customers.registration import (
    DELIVERIES,
    DETAILS,
    ChangeCustomer,
    CustomerDiffers,
    RegisterCustomers,
    UnknownCustomer,
    WrongCustomer,
)
from billing.decision import Decision, events
from billing.identifiers import bankgiro, gln, organisationsnummer, vat_number

SERIES = "customer"
FIRST_NUMBER = 100001
EVERYBODY = ""


def apply_company(command: ApplyCompany, given: Given) -> Decision:
    """Record the profile of a legal entity from a day, when its numbers hold."""
    company = command.company
    row = {
        "legal_entity": company.legal_entity,
        "effective_on": command.effective_on,
        "policies": company.policies.checked().to_mapping(),
        **_checked_numbers(company),
    }
    latest = given.rows(
        "select * from company_profiles where legal_entity = %s"
        " and effective_on <= %s order by effective_on desc, seq desc limit 1",
        (company.legal_entity, command.effective_on),
    )
    unchanged = bool(latest) and all(
        latest[0][name] == value
        for name, value in row.items()
        if name != "effective_on"
    )
    return Decision(
        rows={} if unchanged else {"company_profiles": [row]},
        answer={"legal_entity": company.legal_entity, "changed": not unchanged},
    )


def _checked_numbers(company: Company) -> dict[str, Any]:
    """Return the profile with its numbers in canonical form.

    Swedish ones are checked.
    """
    swedish = company.country == "SE"
    number = company.organisation_number
    return {
        "name": company.name,
        "organisation_number": (
            organisationsnummer.validate(number) if swedish else number
        ),
        "vat_number": company.vat_number and vat_number.validate(company.vat_number),
        "bankgiro": company.bankgiro and bankgiro.validate(company.bankgiro),
        "iban": company.iban,
        "autogiro_number": company.autogiro_number,
        "address_line": company.address_line,
        "postal_code": company.postal_code,
        "city": company.city,
        "country": company.country,
        "email": company.email,
        "currency": company.currency,
    }


def register_customers(command: RegisterCustomers, given: Given) -> Decision:
    """Record new customers; a person's identity number is sealed.

    Those known with the same identity and name stay as they are.
    """
    on = given.moment.on
    _refuse_wrong(command.customers, on)
    customers = sealing.sealed(
        sealing.seal_of(given.books.home),
        registration.completed(command.customers, on),
    )
    known = _known(customers, given)
    _refuse_other_identity(customers, known, given)
    new = customers.join(known, on="customer_id", how="anti", nulls_equal=False)
    numbered, following = _numbered(new, given)
    return Decision(
        rows={
            "customers": numbered.select(
                "customer_id", "kind", "identity_scheme", *sealing.COLUMNS
            ).with_columns(registered_on=on),
            "customer_details": numbered.select("customer_id", *DETAILS).with_columns(
                effective_on=on
            ),
        },
        answer={
            "customer_ids": numbered["customer_id"].to_list(),
            "registered": numbered.height,
            "unchanged": customers.height - numbered.height,
        },
        counters={(EVERYBODY, SERIES): following} if following else {},
        events=events("customer.registered", "customer", numbered["customer_id"]),
    )


def _refuse_wrong(customers: pl.DataFrame, on: date) -> None:
    wrong = registration.refusals(customers, on)
    if not wrong.is_empty():
        first = wrong.row(0, named=True)
        raise WrongCustomer(
            f"row {first['row'] + 1}, {first['field']}: {first['message']}; "
            f"{first['remedy']}",
            field=first["field"],
        )


def _known(customers: pl.DataFrame, given: Given) -> pl.DataFrame:
    numbers = customers["customer_id"].drop_nulls().to_list()
    found = given.frame(
        "select customer_id, kind as known_kind, identity_hash as known_identity"
        " from customers where customer_id = any(%s)",
        (numbers,),
    )
    schema = dict.fromkeys(("customer_id", "known_kind", "known_identity"), pl.String)
    return found.cast(schema) if found.height else pl.DataFrame(schema=schema)  # type: ignore[arg-type] # a mapping casts


def _refuse_other_identity(
    customers: pl.DataFrame, known: pl.DataFrame, given: Given
) -> None:
    """Refuse a number that is another's, and an identity that has another number."""
    clash = customers.join(known, on="customer_id").filter(
        (pl.col("kind") != pl.col("known_kind"))
        | pl.col("identity_hash").ne_missing(pl.col("known_identity"))
    )
    if not clash.is_empty():
        raise CustomerDiffers(
            f"customer {clash['customer_id'][0]} is registered with another identity; "
            "give the new customer a number of its own"
        )
    new = customers.join(known, on="customer_id", how="anti")
    taken = given.rows(
        "select customer_id from customers where identity_hash = any(%s) limit 1",
        (new["identity_hash"].drop_nulls().to_list(),),
    )
    if taken:
        raise CustomerDiffers(
            f"the identity number belongs to customer {taken[0]['customer_id']}; "
            "use that customer"
        )


def _numbered(new: pl.DataFrame, given: Given) -> tuple[pl.DataFrame, int | None]:
    """Give numbers to those who have none; return them and the next free number."""
    nameless = new["customer_id"].null_count()
    if nameless == 0:
        return new, None
    first = given.next_number(EVERYBODY, SERIES, start=FIRST_NUMBER)
    rank = pl.col("customer_id").is_null().cum_sum() - 1
    number = pl.format("C{}", pl.lit(first) + rank)
    return new.with_columns(pl.col("customer_id").fill_null(number)), first + nameless


def change_customer(command: ChangeCustomer, given: Given) -> Decision:
    """Record what is new about a customer from a day; the rest stays as it was."""
    wrong = set(command.details) - set(DETAILS)
    if wrong:
        raise WrongCustomer(
            f"{', '.join(sorted(wrong))} cannot be changed; details are: "
            f"{', '.join(DETAILS)}"
        )
    latest = given.rows(
        "select * from customer_details where customer_id = %s and effective_on <= %s"
        " order by effective_on desc, seq desc limit 1",
        (command.customer_id, command.effective_on),
    )
    if not latest:
        raise UnknownCustomer(f"there is no customer {command.customer_id}")
    details = {name: latest[0][name] for name in DETAILS} | _checked(command.details)
    row = {
        "customer_id": command.customer_id,
        "effective_on": command.effective_on,
        **details,
    }
    return Decision(
        rows={"customer_details": [row]}, answer={"customer_id": command.customer_id}
    )


def _checked(details: dict[str, str | None]) -> dict[str, str | None]:
    """Return details with their numbers in canonical form, or say what is wrong."""
    for name in ("name", "country", "language", "delivery"):
        if name in details and not (details[name] or "").strip():
            raise WrongCustomer(
                f"the {name} is missing; fill in the {name}", field=name
            )
    if details.get("delivery", "none") not in DELIVERIES:
        raise WrongCustomer(
            f"{details['delivery']!r} is no way of delivery; "
            f"write one of {', '.join(DELIVERIES)}",
            field="delivery",
        )
    numbers = {"vat_number": vat_number.validate, "gln": gln.validate}
    return {
        name: numbers[name](value) if value and name in numbers else value
        for name, value in details.items()
    }
