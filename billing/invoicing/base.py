"""The base is all that billing looks at: facts and what has been billed, as frames."""

from dataclasses import dataclass, field

import polars as pl

from billing.company import Company
from billing.invoicing.prices import VERSIONS
from billing.invoicing.timeline import CHANGES, QUANTITY

SUBSCRIPTIONS = pl.Schema(
    {
        "subscription_id": pl.String(),
        "customer_id": pl.String(),
        "payer_id": pl.String(),
        "currency": pl.String(),
        "payment_method": pl.String(),
        "price_list": pl.String(),
        "started_on": pl.Date(),
        "settled_on": pl.Date(),
    }
)

PLANS = pl.Schema(
    {
        "plan_id": pl.String(),
        "name": pl.String(),
        "product_id": pl.String(),
        "every_count": pl.Int64(),
        "every_unit": pl.String(),
        "timing": pl.String(),
        "plan_currency": pl.String(),
        "plan_anchor_kind": pl.String(),
        "plan_anchor_day": pl.Int64(),
        "prices_include_vat": pl.Boolean(),
        "prorates": pl.Boolean(),
        "setup_fee_minor": pl.Int64(),
        "minimum_minor": pl.Int64(),
        "usage_metric": pl.String(),
        "usage_aggregation": pl.String(),
    }
)

PRODUCTS = pl.Schema(
    {
        "product_id": pl.String(),
        "product_name": pl.String(),
        "vat_category": pl.String(),
        "recognised": pl.String(),
        "delivery_weekdays": pl.String(),
        "delivery_except": pl.String(),
    }
)

# What a bundle is made of from a day; the weights share its price.
PARTS = pl.Schema(
    {
        "plan_id": pl.String(),
        "effective_on": pl.Date(),
        "n": pl.Int64(),
        "product_id": pl.String(),
        "weight_micro": pl.Int64(),
    }
)

PRICE_LISTS = pl.Schema({"price_list": pl.String(), "list_currency": pl.String()})

CAMPAIGNS = pl.Schema(
    {
        "campaign_id": pl.String(),
        "discount_kind": pl.String(),
        "percent": pl.Decimal(9, 6),
        "discount_minor": pl.Int64(),
        "lasts_kind": pl.String(),
        "lasts_periods": pl.Int64(),
        "lasts_until": pl.Date(),
        "on_plan_change": pl.String(),
        "plans": pl.String(),
    }
)

# The discounts of a campaign that has several, one after the other.
CAMPAIGN_STEPS = pl.Schema(
    {
        "campaign_id": pl.String(),
        "step": pl.Int64(),
        "discount_kind": pl.String(),
        "percent": pl.Decimal(9, 6),
        "discount_minor": pl.Int64(),
        "periods": pl.Int64(),
    }
)

ONE_OFFS = pl.Schema(
    {
        "charge_id": pl.String(),
        "customer_id": pl.String(),
        "product_id": pl.String(),
        "currency": pl.String(),
        "amount_minor": pl.Int64(),
        "text": pl.String(),
        "effective_on": pl.Date(),
    }
)

USAGE = pl.Schema(
    {
        "subscription_id": pl.String(),
        "metric": pl.String(),
        "quantity": QUANTITY,
        "used_on": pl.Date(),
    }
)

# What makes two pieces the same thing, sold at the same price: only such pieces cancel
# each other out, day by day. `bundle` says which part of a bundle a piece is, and what
# the whole cycle of each part costs (see `bundles`).
IDENTITY = pl.Schema(
    {
        "kind": pl.String(),
        "subscription_id": pl.String(),
        "item": pl.String(),
        "plan_id": pl.String(),
        "product_id": pl.String(),
        "campaign_id": pl.String(),
        "source_id": pl.String(),
        "payer_id": pl.String(),
        "currency": pl.String(),
        "vat_category": pl.String(),
        "recognised": pl.String(),
        "text": pl.String(),
        "quantity": QUANTITY,
        "price_version": pl.Int64(),
        "list_minor": pl.Int64(),
        "full_minor": pl.Int64(),
        "bundle": pl.String(),
        "rate_micro": pl.Int64(),
        "price_includes_vat": pl.Boolean(),
        "cycle_from": pl.Date(),
        "cycle_to": pl.Date(),
    }
)

BILLED = pl.Schema(
    {
        **IDENTITY,
        "period_from": pl.Date(),
        "period_to": pl.Date(),
        "amount_minor": pl.Int64(),
        "revision": pl.Int64(),
        "invoice_id": pl.String(),
    }
)

CREDITED = pl.Schema({**IDENTITY, "amount_minor": pl.Int64()})


@dataclass(frozen=True, slots=True)
class Base:
    """The frames of one legal entity that a run reads, with the schemas named above.

    `rates` are dated VAT rates (see `tax.rates`); `billed` are the lines that have been
    issued, from each agreement's `settled_on` on; `credited` are the credits given by
    hand, with the identity of what they take back. `settled_on` null means that the
    whole history of the agreement is to be looked at.
    """

    company: Company
    subscriptions: pl.DataFrame
    changes: pl.DataFrame
    plans: pl.DataFrame
    products: pl.DataFrame
    versions: pl.DataFrame
    campaigns: pl.DataFrame
    rates: pl.DataFrame
    billed: pl.DataFrame
    one_offs: pl.DataFrame
    usage: pl.DataFrame
    credited: pl.DataFrame = field(default_factory=CREDITED.to_frame)
    parts: pl.DataFrame = field(default_factory=PARTS.to_frame)
    price_lists: pl.DataFrame = field(default_factory=PRICE_LISTS.to_frame)
    campaign_steps: pl.DataFrame = field(default_factory=CAMPAIGN_STEPS.to_frame)

    def checked(self) -> "Base":
        """Return the base when every frame has its columns and types; a bug if not."""
        for name, schema in SCHEMAS.items():
            found = getattr(self, name).schema
            wrong = {
                c: (found.get(c), t) for c, t in schema.items() if found.get(c) != t
            }
            assert not wrong, f"{name}: {wrong}"  # noqa: S101 - only a bug can break it
        return self


SCHEMAS = {
    "subscriptions": SUBSCRIPTIONS,
    "changes": CHANGES,
    "plans": PLANS,
    "products": PRODUCTS,
    "versions": VERSIONS,
    "campaigns": CAMPAIGNS,
    "billed": BILLED,
    "one_offs": ONE_OFFS,
    "usage": USAGE,
    "credited": CREDITED,
    "parts": PARTS,
    "price_lists": PRICE_LISTS,
    "campaign_steps": CAMPAIGN_STEPS,
}
