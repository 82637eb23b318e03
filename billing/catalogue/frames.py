"""A catalogue as frames: one row for each thing that is sold, priced or offered."""

from dataclasses import dataclass, field

import polars as pl

PRODUCTS = pl.Schema(
    {
        "product_id": pl.String,
        "name": pl.String,
        "vat_category": pl.String,
        "recognised": pl.String,
        "delivery_weekdays": pl.String,
        "delivery_except": pl.String,
    }
)
PLANS = pl.Schema(
    {
        "plan_id": pl.String,
        "name": pl.String,
        "product_id": pl.String,
        "every_count": pl.Int64,
        "every_unit": pl.String,
        "timing": pl.String,
        "currency": pl.String,
        "anchor_kind": pl.String,
        "anchor_day": pl.Int64,
        "prices_include_vat": pl.Boolean,
        "prorates": pl.Boolean,
        "setup_fee_minor": pl.Int64,
        "minimum_minor": pl.Int64,
        "usage_metric": pl.String,
        "usage_aggregation": pl.String,
        "binding_count": pl.Int64,
        "notice_count": pl.Int64,
        "term_unit": pl.String,
        "lasts_count": pl.Int64,
        "renews": pl.Boolean,
        "exit_fee_kind": pl.String,
        "exit_fee_minor": pl.Int64,
        "trial_then": pl.String,
    }
)
PARTS = pl.Schema(
    {
        "plan_id": pl.String,
        "n": pl.Int64,
        "product_id": pl.String,
        "standalone_minor": pl.Int64,
        "share": pl.String,
    }
)
PRICE_LISTS = pl.Schema(
    dict.fromkeys(("price_list", "name", "currency", "market"), pl.String)
)
PRICES = pl.Schema(
    {
        "plan_id": pl.String,
        "price_list": pl.String,
        "phase": pl.Int64,
        "phase_count": pl.Int64,
        "phase_unit": pl.String,
        "valid_from": pl.Date,
        "valid_to": pl.Date,
        "applies_to": pl.String,
        "cohort_from": pl.Date,
        "cohort_to": pl.Date,
        "model": pl.String,
        "amount": pl.String,
        "terms": pl.String,
    }
)
CAMPAIGNS = pl.Schema(
    {
        "campaign_id": pl.String,
        "name": pl.String,
        "code": pl.String,
        "discount_kind": pl.String,
        "percent": pl.String,
        "amount_minor": pl.Int64,
        "lasts_kind": pl.String,
        "lasts_periods": pl.Int64,
        "lasts_until": pl.Date,
        "valid": pl.String,
        "new_customers_only": pl.Boolean,
        "plans": pl.String,
        "stacks": pl.Boolean,
        "code_max_uses": pl.Int64,
        "code_max_uses_customer": pl.Int64,
        "on_plan_change": pl.String,
        "offered_on": pl.String,
        "ended_from_days": pl.Int64,
        "ended_to_days": pl.Int64,
        "again_after_days": pl.Int64,
        "first_period": pl.String,
        "binding_count": pl.Int64,
        "binding_unit": pl.String,
        "exit_fee_kind": pl.String,
        "exit_fee_minor": pl.Int64,
        "control_share": pl.String,
        "examples": pl.String,
    }
)
STEPS = pl.Schema(
    {
        "campaign_id": pl.String,
        "step": pl.Int64,
        "discount_kind": pl.String,
        "percent": pl.String,
        "amount_minor": pl.Int64,
        "periods": pl.Int64,
    }
)
CODES = pl.Schema(
    {
        "code": pl.String,
        "campaign_id": pl.String,
        "max_uses": pl.Int64,
        "valid_to": pl.Date,
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Catalogue:
    """What is sold: frames with the schemas above.

    `parts` are those of bundles, in order; `steps` those of campaigns that have several
    discounts one after the other; a price of price_list "" is in the plan's currency.
    """

    products: pl.DataFrame
    plans: pl.DataFrame
    prices: pl.DataFrame
    campaigns: pl.DataFrame
    parts: pl.DataFrame = field(default_factory=PARTS.to_frame)
    price_lists: pl.DataFrame = field(default_factory=PRICE_LISTS.to_frame)
    steps: pl.DataFrame = field(default_factory=STEPS.to_frame)
    codes: pl.DataFrame = field(default_factory=CODES.to_frame)
