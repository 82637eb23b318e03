"""Loading the base: what a run, a preview or a change needs to see of the books."""

import json
from dataclasses import dataclass
from datetime import date

import polars as pl
from psycopg import sql

from billing import tax
from billing.books.session import Books, Reader
from billing.books.standing_catalogue import latest, standing
from billing.changes.cancellation import EXIT_FEE
from billing.company import Company, Policies
from billing.errors import NotFound
from billing.invoicing import base as shapes
from billing.invoicing.base import Base
from billing.invoicing.prices import VERSIONS
from billing.invoicing.timeline import CHANGES

PLAN_ANCHOR = {"anchor_kind": "plan_anchor_kind", "anchor_day": "plan_anchor_day"}


class UnknownCompany(NotFound):
    """No company has a profile that holds on the day."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which agreements to load: SQL that selects subscription_id and settled_on.

    Without their history, what has been billed to them is left out.
    """

    query: str
    history: bool = True

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
    def everything(cls, *, history: bool = True) -> "Scope":
        """Return the scope of the whole base, with its whole history or without."""
        return cls(
            "select subscription_id, null::date as settled_on from subscriptions",
            history,
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
            parts=_parts(read, on),
            price_lists=_price_lists(read, on),
            campaign_steps=_campaign_steps(read),
        ).checked()


def _shaped(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(schema.names()).cast(schema)


def _stands(role: str) -> str:
    """Select who a customer is after merges, as its role's own column."""
    return f"coalesce(standing_{role}.kept_id, {role}_id) as {role}_id"


def _standing(role: str) -> str:
    """Join the merges that stand for a role; what is merged is billed to the kept."""
    return (
        f"left join merges_standing as standing_{role}"
        f" on standing_{role}.merged_id = {role}_id"
    )


def _subscriptions(read: Reader, legal_entity: str, scope: Scope) -> pl.DataFrame:
    entity = sql.Literal(legal_entity).as_string(None)
    return _shaped(
        read(
            f"with scope as ({scope.query})"
            f" select subscription_id, {_stands('customer')}, {_stands('payer')},"
            " currency, payment_method, price_list, started_on, scope.settled_on"
            " from subscriptions inner join scope using (subscription_id)"
            f" {_standing('customer')} {_standing('payer')}"
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
    plans = read(latest("plans", "plan_id", on))
    return _shaped(
        plans.rename({"currency": "plan_currency", **PLAN_ANCHOR}), shapes.PLANS
    )


def _products(read: Reader, on: date) -> pl.DataFrame:
    products = read(latest("products", "product_id", on))
    return _shaped(products.rename({"name": "product_name"}), shapes.PRODUCTS)


def _versions(read: Reader) -> pl.DataFrame:
    columns = ", ".join(name for name in VERSIONS if name != "terms")
    return _shaped(
        read(
            f"select {columns}, terms::text as terms from price_versions"
            f" where {standing('price_versions')}"
        ),
        VERSIONS,
    )


def _parts(read: Reader, on: date) -> pl.DataFrame:
    """Return what bundles have been made of; a standalone price weighs like a share."""
    return _shaped(
        read(
            "select distinct on (plan_id, effective_on, n) plan_id, effective_on, n,"
            " product_id, weight_micro from (select part.*, coalesce(standalone_minor,"
            "  (share * 1000000)::bigint) as weight_micro, last_value(command_id)"
            "  over (partition by plan_id, effective_on order by seq rows between"
            "   unbounded preceding and unbounded following) as last_command"
            f"  from plan_parts as part where effective_on <= date '{on}'"
            f"  and {standing('part')}) as told"
            " where command_id = last_command order by plan_id, effective_on, n"
        ),
        shapes.PARTS,
    )


def _price_lists(read: Reader, on: date) -> pl.DataFrame:
    lists = read(latest("price_lists", "price_list", on))
    return _shaped(lists.rename({"currency": "list_currency"}), shapes.PRICE_LISTS)


def _campaigns(read: Reader) -> pl.DataFrame:
    return _shaped(
        read(
            "select campaign_id, discount_kind, percent, lasts_kind, lasts_periods,"
            " amount_minor as discount_minor, lasts_until, on_plan_change, plans"
            f" from campaigns where {standing('campaigns')}"
        ),
        shapes.CAMPAIGNS,
    )


def _campaign_steps(read: Reader) -> pl.DataFrame:
    return _shaped(
        read(
            "select campaign_id, step, discount_kind, percent, periods,"
            " amount_minor as discount_minor from campaign_steps"
        ),
        shapes.CAMPAIGN_STEPS,
    )


BILLED_COLUMNS = (
    "line.kind, subscription_id, item, plan_id, product_id, campaign_id, source_id,"
    f" {_stands('payer')}, invoice.currency, vat_category, recognised, text,"
    " quantity,"
    " price_version, list_minor, full_minor, bundle,"
    " (vat_rate * 1000000)::bigint as rate_micro, price_includes_vat, cycle_from,"
    " cycle_to, period_from, period_to, amount_minor, revision, line.invoice_id"
)


def _billed(read: Reader, scope: Scope) -> pl.DataFrame:
    if not scope.history:
        return shapes.BILLED.to_frame()
    return _shaped(
        read(
            f"with scope as ({scope.query})"
            f" select {BILLED_COLUMNS} from invoice_lines as line"
            " inner join scope using (subscription_id)"
            " inner join invoices as invoice using (invoice_id)"
            f" {_standing('payer')}"
            " where line.kind <> 'manual_credit' and (scope.settled_on is null"
            " or line.cycle_from >= scope.settled_on)"
        ),
        shapes.BILLED,
    )


def _credited(read: Reader, scope: Scope) -> pl.DataFrame:
    """Return the credits given by hand, each as the thing whose line it takes back."""
    if not scope.history:
        return shapes.CREDITED.to_frame()
    return _shaped(
        read(
            f"with scope as ({scope.query}), by_hand as"
            " (select amends_line, amount_minor as credited_minor from invoice_lines"
            "  inner join scope using (subscription_id) where kind = 'manual_credit')"
            f" select {BILLED_COLUMNS}, credited_minor from invoice_lines as line"
            " inner join by_hand on by_hand.amends_line = line.invoice_id || '/' || n"
            " inner join invoices as invoice using (invoice_id)"
            f" {_standing('payer')}"
        ).with_columns(amount_minor="credited_minor"),
        shapes.CREDITED,
    )


# A single charge waits until it has been billed. The fee for leaving early lapses where
# the cancellation that it is named after is taken back before that.
WAITING = (
    "not exists (select from invoice_lines as line"
    " where line.source_id = charge.charge_id and line.kind = 'one_off')"
    f" and not (right(charge.charge_id, {len(EXIT_FEE)}) = '{EXIT_FEE}'"
    "  and exists (select from subscription_changes as undo where undo.undoes ="
    f"  left(charge.charge_id, -{len(EXIT_FEE)})))"
)


def _one_offs(read: Reader, legal_entity: str, on: date) -> pl.DataFrame:
    entity = sql.Literal(legal_entity).as_string(None)
    return _shaped(
        read(
            f"select charge_id, {_stands('customer')}, product_id, currency,"
            " amount_minor, text, charge.effective_on from one_off_charges as charge"
            f" {_standing('customer')}"
            f" where legal_entity = {entity} and charge.effective_on <= date '{on}'"
            f" and {WAITING}"
        ),
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
