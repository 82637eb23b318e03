"""Applying a catalogue.

What differs from what is sold is appended, and nothing else.
"""

from typing import Any

import polars as pl

from billing.books import standing_catalogue
from billing.books.handle import Given
from billing.campaigns import examples
from billing.catalogue.collisions import hurried
from billing.catalogue.file import ApplyCatalogue
from billing.catalogue.frames import Catalogue
from billing.catalogue.review import (
    CampaignIsImmutable,
    PriceClashes,
    PriceIsImmutable,
    Review,
    RiseInsideNotice,
    review,
)
from billing.decision import Decision


def apply_catalogue(command: ApplyCatalogue, given: Given) -> Decision:
    """Append what is new or other; published prices are never edited."""
    on, read = command.effective_on, given.books.read
    known = standing_catalogue.known(read, on)
    found = review(command.catalogue, known, standing_catalogue.numbered(read))
    _refuse_edits(found)
    _refuse_clashes(found)
    _refuse_haste(found, known, given)
    added = found.added
    examples.check(added.campaigns, known.campaigns)
    return Decision(
        rows={
            "price_lists": added.price_lists.with_columns(effective_on=on),
            "products": added.products.with_columns(effective_on=on),
            "plans": added.plans.with_columns(effective_on=on),
            "plan_parts": added.parts.with_columns(effective_on=on),
            "price_versions": added.prices,
            "campaigns": added.campaigns.with_columns(effective_on=on),
            "campaign_steps": added.steps,
            "campaign_codes": added.codes,
        },
        answer=_counted(found),
        touched=_touched(found, given),
    )


def _refuse_edits(found: Review) -> None:
    if not found.edited_prices.is_empty():
        first = found.edited_prices.row(0, named=True)
        raise PriceIsImmutable(
            f"plan {first['plan_id']}: the price from {first['valid_from']} is "
            "published and cannot be edited; add a version with a later from"
        )
    if not found.edited_campaigns.is_empty():
        raise CampaignIsImmutable(
            f"campaign {found.edited_campaigns['campaign_id'][0]} is launched and "
            "cannot be edited; let it end and give the new offer an id of its own"
        )


def _refuse_clashes(found: Review) -> None:
    if not found.clashes.is_empty():
        raise PriceClashes("; ".join(found.clashes["words"]))


def _refuse_haste(found: Review, known: Catalogue, given: Given) -> None:
    """Refuse rises inside the notice of agreements that there are."""
    hasty = hurried(found.added.prices, known, given.moment.on)
    if hasty.is_empty():
        return
    taken = given.rows(
        "select distinct plan_id from subscription_changes where plan_id = any(%s)",
        (hasty["plan_id"].unique().to_list(),),
    )
    concerned = hasty.filter(pl.col("plan_id").is_in([row["plan_id"] for row in taken]))
    if not concerned.is_empty():
        raise RiseInsideNotice("; ".join(concerned["words"]))


def _counted(found: Review) -> dict[str, Any]:
    added = found.added
    return {
        "products": added.products.height,
        "plans": added.plans.height,
        "prices": added.prices.height,
        "campaigns": added.campaigns.height,
        "price_lists": added.price_lists.height,
        "codes": added.codes.height,
    }


def _touched(found: Review, given: Given) -> tuple[str, ...]:
    """Return the agreements on plans whose terms or prices become others."""
    added = found.added
    plans = pl.concat(
        [frame["plan_id"] for frame in (added.plans, added.prices, added.parts)]
    )
    rows = given.rows(
        "select distinct subscription_id from subscription_changes"
        " where plan_id = any(%s)",
        (plans.unique().to_list(),),
    )
    return tuple(row["subscription_id"] for row in rows)
