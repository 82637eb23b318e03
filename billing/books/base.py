"""Loading the base: what a run, a preview or a change needs to see of the books."""

import json
from dataclasses import dataclass
from datetime import date

import polars as pl
from psycopg import sql

from billing import tax
from billing.books.session import Books, Reader
from billing.company import Company, Policies
from billing.errors import NotFound
from billing.invoicing import base as shapes
from billing.invoicing.base import Base
from billing.invoicing.prices import VERSIONS
from billing.invoicing.timeline import CHANGES

LATEST = "distinct on ({key}) * from {table} where effective_on <= {on}"


class UnknownCompany(NotFound):
    """No company has a profile that holds on the day."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which agreements to load: SQL that selects subscription_id and settled_on."""

    query: str

    @classmethod
    def of(cls, subscription_ids: list[str]) -> "Scope":
        """Return the scope of some agreements, with their whole history."""
        listed = sql.Literal(subscription_ids).as_string(None)
        return cls(
            f"select unnest({listed}::text[]) as subscription_id,"
            " null::date as settled_on"
        )

    @classmethod
    def due(cls, on: date) -> "Scope":
        """Return the scope of the agreements that have something to bill by the day."""
        return cls(
            "select subscription_id, settled_on from billing_positions"
            f" where next_on <= date '{on}'"
        )

    @classmethod
    def everything(cls) -> "Scope":
        """Return the scope of the whole base, with its whole history."""
        return cls(
            "select subscription_id, null::date as settled_on from subscriptions"
        )


def companies(read: Reader, on: date) -> list[Company]:
    """Return the legal entities as they are on the day."""
    rows = read(
        "select distinct on (legal_entity) *, policies::text as policy_text"
        f" from company_profiles where effective_on <= date '{on}'"
        " order by legal_entity, effective_on desc, seq desc"
    ).drop("policies", "xid", "command_id")
    return [_company(row) for row in rows.to_dicts()]


def company(read: Reader, legal_entity: str, on: date) -> Company:
    """Return one legal entity as it is on the day."""
    for found in companies(read, on):
        if found.legal_entity == legal_entity:
            return found
    raise UnknownCompany(
        f"no company {legal_entity!r} has a profile on {on}; apply one with saldo init"
    )


def _company(row: dict[str, str]) -> Company:
    names = (
        "legal_entity", "name", "organisation_number", "country", "currency",
        "vat_number", "bankgiro", "iban", "autogiro_number", "address_line",
        "postal_code", "city", "email",
    )  # fmt: skip
    policies = Policies.from_mapping(json.loads(row["policy_text"]))
    return Company(policies=policies, **{name: row[name] for name in names})


def load(books: Books, legal_entity: str, scope: Scope, on: date) -> Base:
    """Return the base of one legal entity for the agreements in scope."""
    with books.reader() as read:
        seller = company(read, legal_entity, on)
        products = _products(read, on)
        return Base(
            company=seller,
            subscriptions=_subscriptions(read, legal_entity, scope),
            changes=_changes(read, scope),
            plans=_plans(read, on),
            products=products,
            versions=_versions(read),
            campaigns=_campaigns(read),
            rates=tax.rates(products["vat_category"], seller.country),
            billed=_billed(read, scope),
            one_offs=_one_offs(read, legal_entity, on),
            usage=_usage(read, scope),
            credited=_credited(read, scope),
        ).checked()


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(schema.names()).cast(schema)


def _subscriptions(read: Reader, legal_entity: str, scope: Scope) -> pl.DataFrame:
    entity = sql.Literal(legal_entity).as_string(None)
    return _shaped(
        read(
            f"with scope as ({scope.query})"
            " select subscription_id, customer_id, payer_id, currency,"
            " payment_method, started_on, scope.settled_on"
            " from subscriptions inner join scope using (subscription_id)"
            f" where legal_entity = {entity}"
        ),
        shapes.SUBSCRIPTIONS,
    )


def _changes(read: Reader, scope: Scope) -> pl.DataFrame:
    columns = ", ".join(f"change.{name}" for name in CHANGES)
    return _shaped(
        read(
            f"with scope as ({scope.query})"
            f" select {columns} from subscription_changes as change"
            " inner join scope using (subscription_id)"
        ),
        CHANGES,
    )


def _plans(read: Reader, on: date) -> pl.DataFrame:
    return _shaped(
        read(
            "select distinct on (plan_id) *, currency as plan_currency,"
            " anchor_kind as plan_anchor_kind, anchor_day as plan_anchor_day"
            f" from plans where effective_on <= date '{on}'"
            " order by plan_id, effective_on desc, seq desc"
        ),
        shapes.PLANS,
    )


def _products(read: Reader, on: date) -> pl.DataFrame:
    return _shaped(
        read(
            "select distinct on (product_id) *, name as product_name from products"
            f" where effective_on <= date '{on}'"
            " order by product_id, effective_on desc, seq desc"
        ),
        shapes.PRODUCTS,
    )


def _versions(read: Reader) -> pl.DataFrame:
    columns = ", ".join(name for name in VERSIONS if name != "terms")
    return _shaped(
        read(f"select {columns}, terms::text as terms from price_versions"), VERSIONS
    )


def _campaigns(read: Reader) -> pl.DataFrame:
    return _shaped(
        read(
            "select campaign_id, discount_kind, percent, lasts_kind, lasts_periods,"
            " amount_minor as discount_minor, lasts_until from campaigns"
        ),
        shapes.CAMPAIGNS,
    )


BILLED_COLUMNS = (
    "line.kind, subscription_id, item, plan_id, product_id, campaign_id, source_id,"
    " invoice.payer_id, invoice.currency, vat_category, recognised, text, quantity,"
    " price_version, list_minor, full_minor,"
    " (vat_rate * 1000000)::bigint as rate_micro, price_includes_vat, cycle_from,"
    " cycle_to, period_from, period_to, amount_minor, revision, line.invoice_id"
)


def _billed(read: Reader, scope: Scope) -> pl.DataFrame:
    return _shaped(
        read(
            f"with scope as ({scope.query})"
            f" select {BILLED_COLUMNS} from invoice_lines as line"
            " inner join scope using (subscription_id)"
            " inner join invoices as invoice using (invoice_id)"
            " where line.kind <> 'manual_credit' and (scope.settled_on is null"
            " or line.cycle_from >= scope.settled_on)"
        ),
        shapes.BILLED,
    )


def _credited(read: Reader, scope: Scope) -> pl.DataFrame:
    """Return the credits given by hand, each as the thing whose line it takes back."""
    return _shaped(
        read(
            f"with scope as ({scope.query}), by_hand as"
            " (select amends_line, amount_minor as credited_minor from invoice_lines"
            "  inner join scope using (subscription_id) where kind = 'manual_credit')"
            f" select {BILLED_COLUMNS}, credited_minor from invoice_lines as line"
            " inner join by_hand on by_hand.amends_line = line.invoice_id || '/' || n"
            " inner join invoices as invoice using (invoice_id)"
        ).with_columns(amount_minor="credited_minor"),
        shapes.CREDITED,
    )


def _one_offs(read: Reader, legal_entity: str, on: date) -> pl.DataFrame:
    entity = sql.Literal(legal_entity).as_string(None)
    return _shaped(
        read(
            "select * from one_off_charges as charge"
            f" where legal_entity = {entity} and effective_on <= date '{on}'"
            " and not exists (select from invoice_lines as line"
            " where line.source_id = charge.charge_id and line.kind = 'one_off')"
        ).drop("xid", "command_id"),
        shapes.ONE_OFFS,
    )


def _usage(read: Reader, scope: Scope) -> pl.DataFrame:
    return _shaped(
        read(
            f"with scope as ({scope.query})"
            " select subscription_id, metric, quantity, used_on from usage_events"
            " inner join scope using (subscription_id)"
        ),
        shapes.USAGE,
    )
