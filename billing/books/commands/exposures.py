"""Drawing the arms of a campaign, in the books: set-based, by PostgreSQL's own hash."""

from typing import Any

import polars as pl

from billing.books.handle import Given
from billing.books.standing_catalogue import standing
from billing.campaigns.exposure import (
    CONTROL,
    DIGITS,
    MICRO,
    OFFERED,
    DrawArms,
    NoControlGroup,
    UnknownCampaign,
    UnknownCustomers,
)
from billing.decision import Decision

# The same number as `exposure.arm` draws: the first digits of SHA-256, as a share.
DRAWN = (
    f"('x' || left(encode(sha256(convert_to(%s || '/' || customer_id, 'UTF8')), 'hex'),"
    f" {DIGITS}))::bit(32)::bigint * {MICRO} >> 32"
)


def draw_arms(command: DrawArms, given: Given) -> Decision:
    """Record the arm of each customer that has not been drawn for the campaign."""
    share_micro = _share_micro(command.campaign_id, given)
    asked = list(dict.fromkeys(command.customer_ids))
    _require(asked, given)
    fresh = given.frame(
        f"select %s::text as campaign_id, customer_id, case when {DRAWN} < %s"
        f" then '{CONTROL}' else '{OFFERED}' end as arm, %s::date as exposed_on"
        " from unnest(%s::text[]) as customer_id where not exists ("
        " select from campaign_exposures as drawn where drawn.campaign_id = %s"
        " and drawn.customer_id = customer_id.customer_id)",
        (
            command.campaign_id,
            command.campaign_id,
            share_micro,
            given.moment.on,
            asked,
            command.campaign_id,
        ),
    )
    control = fresh.filter(pl.col("arm").cast(pl.String) == CONTROL).height
    return Decision(
        rows={"campaign_exposures": fresh},
        answer={
            "campaign_id": command.campaign_id,
            "offered": fresh.height - control,
            "control": control,
            "known": len(asked) - fresh.height,
        },
    )


def _share_micro(campaign_id: str, given: Given) -> int:
    found: list[dict[str, Any]] = given.rows(
        "select (control_share * 1000000)::bigint as share_micro from campaigns"
        f" where campaign_id = %s and {standing('campaigns')}",
        (campaign_id,),
    )
    if not found:
        raise UnknownCampaign(
            f"there is no campaign {campaign_id!r}", field="campaign_id"
        )
    if found[0]["share_micro"] is None:
        raise NoControlGroup(
            f"campaign {campaign_id} has no control group; give it a control_share "
            "before it is launched",
            field="campaign_id",
        )
    return int(found[0]["share_micro"])


def _require(customer_ids: list[str], given: Given) -> None:
    lost = given.rows(
        "select customer_id from unnest(%s::text[]) as customer_id"
        " where not exists (select from customers"
        " where customers.customer_id = customer_id.customer_id) limit 1",
        (customer_ids,),
    )
    if lost:
        raise UnknownCustomers(
            f"there is no customer {lost[0]['customer_id']}; register it first",
            field="customer_ids",
        )
