"""The rows that a campaign of the file becomes: itself, its steps and its codes."""

import json
from typing import Any

from billing import money
from billing.catalogue.shape_campaigns import Campaign, Discount
from billing.catalogue.shape_values import ExitFee


def campaign(offer: Campaign, currency: str) -> dict[str, Any]:
    """Return the campaign as a row of `frames.CAMPAIGNS`."""
    lasts, periods, until = offer.lasted()
    first = offer.discount or offer.steps[0].discount
    return {
        "campaign_id": offer.id,
        "name": offer.name or offer.id,
        "code": offer.code,
        **_discount(first, currency),
        "lasts_kind": lasts,
        "lasts_periods": periods,
        "lasts_until": until,
        "stacks": offer.stacks,
        "on_plan_change": offer.on_plan_change,
        "offered_on": offer.offered_on,
        "first_period": None if offer.first_period is None else str(offer.first_period),
        "control_share": offer.control_share,
        "examples": _examples(offer),
        **_rules(offer),
        **_binding(offer, currency),
    }


def _discount(discount: Discount, currency: str) -> dict[str, Any]:
    kind, percent, amount = discount.said()
    return {
        "discount_kind": kind,
        "percent": percent,
        "amount_minor": None if amount is None else money.parse(amount, currency),
    }


def _rules(offer: Campaign) -> dict[str, Any]:
    begin = offer.valid.begin.isoformat() if offer.valid.begin else ""
    end = offer.valid.end.isoformat() if offer.valid.end else ""
    eligible = offer.eligible
    return {
        "valid": f"[{begin},{end})",
        "new_customers_only": eligible.new_customers,
        "plans": None if eligible.plans is None else ",".join(eligible.plans),
        "ended_from_days": eligible.ended and eligible.ended.from_days,
        "ended_to_days": eligible.ended and eligible.ended.to_days,
        "again_after_days": eligible.again_after_days,
        "code_max_uses": offer.limits.uses,
        "code_max_uses_customer": offer.limits.per_customer,
    }


def _binding(offer: Campaign, currency: str) -> dict[str, Any]:
    binding = offer.binding
    kind, fee_minor = exit_fee(binding.exit_fee if binding else None, currency)
    return {
        "binding_count": binding and binding.lasts.count,
        "binding_unit": binding and binding.lasts.unit,
        "exit_fee_kind": kind,
        "exit_fee_minor": fee_minor,
    }


def exit_fee(fee: ExitFee | None, currency: str) -> tuple[str | None, int | None]:
    """Return the kind of a charge for leaving early, and its amount where it has one.

    >>> exit_fee("499.00", "SEK"), exit_fee("remaining", "SEK"), exit_fee(None, "SEK")
    (('amount', 49900), ('remaining', None), (None, None))
    """
    if fee is None:
        return None, None
    if fee == "remaining":
        return "remaining", None
    return "amount", money.parse(fee, currency)


def _examples(offer: Campaign) -> str:
    told = [
        example.model_dump(mode="json", exclude_defaults=True)
        for example in offer.examples
    ]
    return json.dumps(told, separators=(",", ":"), sort_keys=True)


def steps(offer: Campaign, currency: str) -> list[dict[str, Any]]:
    """Return the discounts that follow one another, as rows of `frames.STEPS`."""
    return [
        {
            "campaign_id": offer.id,
            "step": n,
            "periods": step.periods,
            **_discount(step.discount, currency),
        }
        for n, step in enumerate(offer.steps, start=1)
    ]


def codes(offer: Campaign) -> list[dict[str, Any]]:
    """Return the codes of the campaign besides its own, as rows of `frames.CODES`."""
    return [
        {
            "code": code.code,
            "campaign_id": offer.id,
            "max_uses": code.uses,
            "valid_to": code.valid_to,
        }
        for code in offer.codes
    ]
