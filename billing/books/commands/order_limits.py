"""Limits of orders: one at a time for a campaign, none of a payer who is behind."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from billing import money
from billing.books import base
from billing.books.handle import Given, NotAllowed
from billing.books.references import NAMED_MAX
from billing.subscriptions.agreement import PayerIsBehind, TooLongAgo

# What is older than ten years cannot be claimed any more (preskriptionslagen 1981:130
# 2 §).
YEARS_BACK_MAX = 10
OVERRIDERS = frozenset({"admin", "controller"})


def hold(agreements: pl.DataFrame, given: Given) -> None:
    """Hold the campaigns named until the commit, so that no limit is passed by two.

    A campaign is held where something counts its uses; elsewhere only the customers
    are, for what depends on what they have had before.
    """
    if "campaign" not in agreements.columns:
        return
    named = agreements.drop_nulls("campaign")
    if named.is_empty():
        return
    names = named["campaign"].str.split("+").explode().unique().sort().to_list()
    hold_names(names, named["customer_id"].drop_nulls().unique().to_list(), given)


def hold_names(names: list[str], customers: list[str], given: Given) -> None:
    """Hold campaigns by their names, and the customers who take them."""
    if len(customers) > NAMED_MAX:
        customers = []
    given.connection.execute(
        "with named as (select campaign_id from campaigns"
        "  where code = any(%(names)s) or campaign_id = any(%(names)s)"
        " union select campaign_id from campaign_codes where code = any(%(names)s)),"
        " counted as (select 'campaign ' || campaign_id as held from named"
        "  inner join campaigns using (campaign_id) where code_max_uses is not null"
        "  or exists (select from campaign_codes as code"
        "   where code.campaign_id = named.campaign_id and max_uses is not null)"
        "  union select 'customer ' || customer_id"
        "  from unnest(%(customers)s::text[]) as customer_id)"
        " select pg_advisory_xact_lock(hashtextextended(held, 0))"
        " from (select held from counted order by held) as held",
        {"names": names, "customers": customers},
    )


def check(new: pl.DataFrame, override: str | None, given: Given) -> None:
    """Refuse agreements that begin too long ago, and orders of payers who are behind.

    What another system has billed is no new order.
    """
    ordered = new.filter(pl.col("billed_through").is_null())
    _check_starts(ordered, given.moment.on)
    if override is not None:
        _check_override(override, given)
        return
    for entity in ordered["legal_entity"].unique().sort():
        _check_payers(ordered.filter(pl.col("legal_entity") == entity), entity, given)


def _check_starts(ordered: pl.DataFrame, on: date) -> None:
    first = pl.lit(on).dt.offset_by(f"-{YEARS_BACK_MAX}y")
    late = ordered.filter(pl.col("start_on") < first)
    if not late.is_empty():
        raise TooLongAgo(
            f"the agreement would begin on {late['start_on'][0]}, more than "
            f"{YEARS_BACK_MAX} years back; start later, or say with billed_through "
            "what has been billed elsewhere",
            field="start_on",
        )


def _check_override(override: str, given: Given) -> None:
    if given.actor.role not in OVERRIDERS:
        raise NotAllowed(
            f"{given.actor.name} has the role {given.actor.role}, which may not "
            f"override a refusal; it takes {', '.join(sorted(OVERRIDERS))}"
        )
    if not override.strip():
        raise PayerIsBehind("give the reason for the override", field="override")


def _check_payers(ordered: pl.DataFrame, entity: str, given: Given) -> None:
    seller = base.company(given.books.read, entity, given.moment.on)
    days = seller.policies.refuse_overdue_days
    if not days:
        return
    behind: list[dict[str, Any]] = given.rows(
        "select customer_id, currency, sum(open_minor)::bigint as overdue_minor,"
        " max(%s::date - due_on) as days from open_items"
        " where customer_id = any(%s) and legal_entity = %s and open_minor > 0"
        " and due_on <= %s group by customer_id, currency"
        " having sum(open_minor) > %s order by customer_id limit 1",
        (
            given.moment.on,
            ordered["payer_id"].unique().to_list(),
            entity,
            given.moment.on - timedelta(days=days),
            seller.policies.refuse_overdue_minor,
        ),
    )
    for payer in behind:
        amount = money.to_text(payer["overdue_minor"], payer["currency"])
        raise PayerIsBehind(
            f"payer {payer['customer_id']} has {amount} {payer['currency']} overdue, "
            f"the oldest for {payer['days']} days; let it be paid first, or let an "
            "admin or controller override with a reason",
            field="payer_id",
        )
