"""Offers that somebody may take: decided by rules of campaigns, priced by the engine.

The best is the one that leaves most for the company.
"""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl
from psycopg import sql

from billing.books.base import Scope, load
from billing.books.references import About, known
from billing.books.session import Books
from billing.books.standing_catalogue import standing
from billing.campaigns import rules, wording
from billing.invoicing import campaigns, charges, timeline
from billing.invoicing.base import SUBSCRIPTIONS, Base
from billing.invoicing.offer_prices import offer_prices
from billing.invoicing.timeline import CHANGES, MAIN
from billing.subscriptions import agreement, taking
from billing.subscriptions.agreement import Known, UnknownSubscription

OFFERS = pl.Schema(
    {
        "campaign_id": pl.String(),
        "name": pl.String(),
        "code": pl.String(),
        "words": pl.String(),
        "price_minor": pl.Int64(),
        "kept_minor": pl.Int64(),
        "saved_minor": pl.Int64(),
    }
)
ORDER, CHANGE = "order", "change"
CANDIDATES_MAX = 50


@dataclass(frozen=True, slots=True)
class Taker:
    """An agreement, here or to come, that might take campaigns on a day."""

    base: Base
    plan_id: str
    on: date
    occasion: str

    @property
    def customer_id(self) -> str:
        """Return who the customer is after merges."""
        return str(self.base.subscriptions["customer_id"][0])


def offers_on_cancellation(
    books: Books, subscription_id: str, on: date
) -> pl.DataFrame:
    """Return the offers for who wants to cancel, the best for the company first.

    Columns: those of `OFFERS`; prices are per cycle from the day, kept and saved over a
    year. Raises UnknownSubscription.
    """
    found = books.read(
        "select subscription_id, legal_entity from subscriptions where"
        f" subscription_id = {sql.Literal(subscription_id).as_string(None)}"
    )
    if found.is_empty():
        raise UnknownSubscription(f"there is no agreement {subscription_id}")
    if not _offered(books, "cancellation", on):
        return OFFERS.to_frame()
    base = load(books, found["legal_entity"][0], Scope.of([subscription_id]), on)
    return best_offers(books, base, on)


def best_offers(books: Books, base: Base, on: date) -> pl.DataFrame:
    """Return the offers on cancellation for the only agreement of a base."""
    offered = _offered(books, "cancellation", on)
    plan_id = plan_on(base, on)
    if not offered or plan_id is None:
        return OFFERS.to_frame()
    return _ranked(books, Taker(base, plan_id, on, CHANGE), offered)


def offers_for(books: Books, customer_id: str, plan_id: str, on: date) -> pl.DataFrame:
    """Return the offers for who orders a plan; columns as `offers_on_cancellation`."""
    with books.reader() as read:
        reference = known(read, About((customer_id,), (), ()))
    row = {"customer_id": customer_id, "plan_id": plan_id, "start_on": on}
    orders = agreement.completed(agreement.agreements_frame([row]), reference)
    orders = orders.with_columns(
        pl.col("legal_entity").fill_null(reference.entities["legal_entity"].min())
    )
    agreement.require(orders, reference)
    offered = _offered(books, ORDER, on)
    base = _ordered(books, agreement.price_lists(orders, reference), on)
    return _ranked(books, Taker(base, plan_id, on, ORDER), offered)


def _ordered(books: Books, orders: pl.DataFrame, on: date) -> Base:
    """Return the base that one order would make."""
    order = orders.row(0, named=True)
    empty = load(books, order["legal_entity"], Scope.of([]), on)
    number = {"subscription_id": ORDER}
    start = {
        **number, "seq": 1, "change_id": "1", "kind": "start", "item": MAIN,
        "plan_id": order["plan_id"], "quantity": order["quantity"], "effective_on": on,
    }  # fmt: skip
    subscription = order | number | {"started_on": on}
    return replace(
        empty,
        subscriptions=pl.DataFrame(
            [{k: v for k, v in subscription.items() if k in SUBSCRIPTIONS}],
            schema=SUBSCRIPTIONS,
        ),
        changes=pl.DataFrame([start], schema=CHANGES),
    )


def _offered(books: Books, occasion: str, on: date) -> list[str]:
    """Return the campaigns that are offered on an occasion and open on the day."""
    found = books.read(
        f"select campaign_id from campaigns where offered_on = '{occasion}'"
        f" and valid @> date '{on}' and {standing('campaigns')}"
        f" order by seq desc limit {CANDIDATES_MAX}"
    )
    return found["campaign_id"].to_list()


def plan_on(base: Base, on: date) -> str | None:
    """Return the plan that the main item has on the day; null where it has ended."""
    main = timeline.intervals(base.changes).filter(pl.col("item") == MAIN)
    running = main.filter(
        (pl.col("from_on") <= on) & (pl.col("to_on").is_null() | (pl.col("to_on") > on))
    )
    coming = main.filter(pl.col("from_on") > on).sort("from_on").head(1)
    found = running if running.height else coming
    return None if found.is_empty() else str(found["plan_id"][0])


def _ranked(books: Books, taker: Taker, offered: list[str]) -> pl.DataFrame:
    """Return the offers that the rules allow, priced, the best first."""
    allowed = decided(books, taker, offered).filter(pl.col("rule").is_null())
    ids = allowed["campaign_id"].to_list()
    prices = offer_prices(taker.base, ids, on=taker.on)
    currency = str(taker.base.subscriptions["currency"][0])
    steps = taker.base.campaign_steps.sort("campaign_id", "step")
    of_ids = taker.base.campaigns.filter(pl.col("campaign_id").is_in(ids))
    words = _words(of_ids, steps, currency)
    return (
        prices.join(words, on="campaign_id")
        .join(allowed.select("campaign_id", "name", code="own_code"), on="campaign_id")
        .sort("kept_minor", "campaign_id", descending=[True, False])
        .select(OFFERS.names())
        .cast(OFFERS)
    )


def decided(books: Books, taker: Taker, names: list[str]) -> pl.DataFrame:
    """Decide whether an agreement may take campaigns on the day, each on its own.

    Columns: those of `rules.TAKINGS`, and named, name, own_code, rule and remedy (null:
    it may).
    """
    with books.reader() as read:
        reference = known(read, About((taker.customer_id,), tuple(names), ()))
    asking = pl.DataFrame(
        {"row": range(len(names)), "campaign": names},
        schema_overrides={"row": pl.Int64},
    ).with_columns(
        customer_id=pl.lit(taker.customer_id),
        plan_id=pl.lit(taker.plan_id),
        on=pl.lit(taker.on),
        occasion=pl.lit(taker.occasion),
    )
    named = taking.taken(asking, agreement.offers(reference))
    others, stacks = _in_force(taker, reference)
    asked = taking.asked(named, reference.history).with_columns(
        others=pl.lit(others), others_stack=pl.lit(stacks)
    )
    return rules.decided(
        asked.select(*rules.TAKINGS.names(), "named", "name", "own_code")
    )


def _in_force(taker: Taker, reference: Known) -> tuple[int, bool]:
    """Return how many campaigns the main item has on the day, and whether all stack."""
    held = charges.of_plans(taker.base, timeline.intervals(taker.base.changes))
    windows = campaigns.windows(taker.base, held).filter(
        (pl.col("item") == MAIN)
        & (pl.col("window_from") <= taker.on)
        & (pl.col("window_to").is_null() | (pl.col("window_to") > taker.on))
    )
    running = reference.campaigns.join(
        windows.select("campaign_id").unique(), on="campaign_id", how="semi"
    )
    return running.height, bool(running["stacks"].all())


def launched(books: Books) -> pl.DataFrame:
    """Return the campaigns that have been launched, the last ones first.

    Columns: campaign_id, name, code, words, offered_on, valid_from, valid_to, takers
    (takings that stand).
    """
    found = books.read(
        "select campaign_id, name, code, discount_kind, percent,"
        " amount_minor as discount_minor, lasts_kind, lasts_periods, lasts_until,"
        " offered_on, lower(valid) as valid_from, upper(valid) as valid_to,"
        " (select count(*) from subscription_changes as taken"
        "  where taken.campaign_id = campaigns.campaign_id and not exists ("
        "   select from subscription_changes as undo"
        "   where undo.undoes = taken.change_id)) as takers"
        f" from campaigns where {standing('campaigns')} order by seq desc"
    )
    steps = books.read(
        "select campaign_id, discount_kind, percent, amount_minor as discount_minor,"
        " periods from campaign_steps order by campaign_id, step"
    )
    currencies = books.read(
        "select currency from company_profiles order by effective_on desc, seq desc"
        " limit 1"
    )
    currency = "SEK" if currencies.is_empty() else str(currencies["currency"][0])
    told = _words(found, steps, currency)
    return found.join(
        told, on="campaign_id", how="left", maintain_order="left"
    ).select(
        "campaign_id", "name", "code", "words", "offered_on", "valid_from",
        "valid_to", "takers",
    )  # fmt: skip


def _words(campaigns: pl.DataFrame, steps: pl.DataFrame, currency: str) -> pl.DataFrame:
    """Return what each campaign is called in words: campaign_id, words."""
    by_id = steps.partition_by("campaign_id", as_dict=True)
    none = steps.clear()
    told = [
        {
            "campaign_id": row["campaign_id"],
            "words": wording.words(
                row, currency, by_id.get((row["campaign_id"],), none).to_dicts()
            ),
        }
        for row in campaigns.to_dicts()
    ]
    return pl.DataFrame(told, schema={"campaign_id": pl.String, "words": pl.String})
