"""The catalogue over the API: what is sold, what a change would do, and changing it."""

from datetime import date
from typing import Annotated, Any, Literal, Self

import polars as pl
from fastapi import APIRouter, Query
from pydantic import Field
from starlette.responses import Response

from api.auth import Reader, TryingWriter
from api.errors import READ_STATUSES, previewable, responses
from api.listing import one
from api.payload import Day, DecimalText, Id, Payload
from billing.books import listings, proposals, queries
from billing.books.standing_catalogue import known
from billing.books.what_if import simulated
from billing.catalogue import idea
from billing.catalogue.file import parse
from billing.catalogue.proposal import (
    ApproveCatalogue,
    ProposeCatalogue,
    RejectCatalogue,
    WithdrawCatalogue,
)
from billing.catalogue.written import written
from billing.invoicing.what_if import Comparison
from billing.invoicing.what_if_rules import Scenario

router = APIRouter(tags=["catalogue"])

# A what-if is answered while the caller waits; more agreements take the command line.
AGREEMENTS_MAX = 200_000
PAYERS_MAX = 1000
FILE_MAX = 900_000
Yaml = Annotated[
    str,
    Field(min_length=1, max_length=FILE_MAX, description="A catalogue file, in YAML."),
]
Words = Annotated[str, Field(max_length=2000)]


class Plan(Payload):
    """A plan as it is sold today; its price is per cycle in major units."""

    plan_id: str
    name: str
    product_id: str
    every_count: int
    every_unit: str
    timing: str
    currency: str
    prices_include_vat: bool
    price_model: str
    price: DecimalText


class File(Payload):
    """A catalogue file that is looked at, on a day."""

    content: Yaml


class NewProposal(Payload):
    """A catalogue file that is proposed, and why."""

    content: Yaml
    effective_on: Day | None = None
    note: Words = ""


class Proposed(Payload):
    """How far the proposal has come: applied at once, or waiting for a colleague."""

    proposal_id: str | None = None
    state: str
    fingerprint: str | None = None
    changes: int | None = None


class Approval(Payload):
    """What was looked at, by its fingerprint."""

    fingerprint: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    note: Words = ""


class Rejection(Payload):
    """Why it is turned down."""

    note: Words = ""


class Withdrawal(Payload):
    """Why it is taken back."""

    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class Proposal(Payload):
    """A proposal, and what became of it."""

    proposal_id: str
    state: str
    effective_on: date
    proposed_on: date
    proposed_by: str
    note: str
    decided_by: str | None
    decided_on: date | None
    decision_note: str | None
    withdrawn_on: date | None
    withdrawal_reason: str | None
    fingerprint: str


class Change(Payload):
    """One change, how many running agreements it reaches, from when to when."""

    object: str
    id: str
    field: str
    before: str | None
    after: str | None
    agreements: int
    first_on: date | None
    last_on: date | None


class Measure(Payload):
    """An amount under both rules, in minor units; `key` is what it is of."""

    key: str | None
    currency: str
    measure: str
    before_minor: int
    after_minor: int
    difference_minor: int


class Payer(Payload):
    """Who pays otherwise: a month, with VAT, before and after."""

    subscription_id: str
    customer_id: str
    payer_id: str
    plan_id: str | None
    currency: str
    before_minor: int
    after_minor: int
    from_on: date | None
    reason: str
    leaves: bool


class Differences(Payload):
    """What changes by month, plan, cohort and campaign; the first payers in number."""

    counts: dict[str, int]
    by_month: list[Measure]
    by_plan: list[Measure]
    by_cohort: list[Measure]
    by_campaign: list[Measure]
    payers: list[Payer]

    @classmethod
    def between(cls, found: Comparison) -> Self:
        """Return the differences that a comparison has found."""
        rise = (pl.col("after_minor") - pl.col("before_minor")).abs()
        most = found.payers.sort(rise, "subscription_id", descending=[True, False])
        return cls(
            counts=found.counts,
            by_month=_measures(found.by_month, "month"),
            by_plan=_measures(found.by_plan, "plan_id"),
            by_cohort=_measures(found.by_cohort, "cohort"),
            by_campaign=_measures(found.by_campaign, "campaign_id"),
            payers=[Payer.of(row) for row in most.head(PAYERS_MAX).to_dicts()],
        )


class WhatIf(Payload):
    """What the months ahead come to, and the months that have been where asked for."""

    company: str
    on: date
    forecast: Differences
    replay: Differences | None


def _measures(frame: pl.DataFrame, key: str) -> list[Measure]:
    keyed = frame.rename({key: "key"}).with_columns(pl.col("key").cast(pl.String))
    return [Measure.of(row) for row in keyed.to_dicts()]


@router.get("/plans", operation_id="list_plans", responses=responses(*READ_STATUSES))
def list_plans(caller: Reader) -> list[Plan]:
    """List the plans that can be subscribed to today."""
    found = listings.plans(caller.books, caller.moment.on)
    return [Plan.of(row) for row in found.to_dicts()]


@router.get(
    "/catalogue",
    operation_id="get_catalogue",
    response_model=dict[str, Any],
    responses={
        200: {"content": {"application/yaml": {}}, "description": "The file."},
        **responses(*READ_STATUSES),
    },
)
def get_catalogue(
    caller: Reader, form: Annotated[Literal["json", "yaml"], Query()] = "json"
) -> Any:  # noqa: ANN401 - the one form or the other
    """Read what is sold today as a catalogue file, in JSON or in YAML."""
    currency, _ = _local(caller)
    with caller.books.reader() as read:
        told = written(known(read, caller.moment.on), currency)
    if form == "yaml":
        return Response(idea.to_yaml(told), media_type="application/yaml")
    return told


@router.post(
    "/catalogue/diff",
    operation_id="diff_catalogue",
    responses=responses(*READ_STATUSES, 409, 413, 415),
)
def diff_catalogue(file: File, caller: Reader) -> list[Change]:
    """Show what a file would change, for how many and when; nothing is recorded."""
    currency, country = _local(caller)
    catalogue = parse(file.content, currency=currency, country=country)
    found = proposals.reaching(caller.books, catalogue, caller.moment.on)
    return [Change.of(row) for row in found.to_dicts()]


@router.get(
    "/catalogue/proposals",
    operation_id="list_catalogue_proposals",
    responses=responses(*READ_STATUSES),
)
def list_proposals(caller: Reader) -> list[Proposal]:
    """List the latest hundred proposals, newest first."""
    return [Proposal.of(row) for row in proposals.listed(caller.books).to_dicts()]


@router.get(
    "/catalogue/proposals/{proposal_id}",
    operation_id="get_catalogue_proposal",
    responses=responses(*READ_STATUSES),
)
def get_proposal(proposal_id: Id, caller: Reader) -> Proposal:
    """Read one proposal."""
    found = proposals.proposal(caller.books, proposal_id)
    return Proposal.of(one(found, f"proposal {proposal_id}"))


@router.post(
    "/catalogue/proposals",
    operation_id="propose_catalogue",
    status_code=201,
    response_model=Proposed,
    responses=previewable(Proposed),
)
def propose(asked: NewProposal, sender: TryingWriter) -> Response:
    """Propose a file; where approval is by rule it is applied in the same breath."""
    day = asked.effective_on or sender.caller.moment.on
    return sender.carry_out(
        ProposeCatalogue(asked.content, day, asked.note), Proposed.of
    )


@router.post(
    "/catalogue/proposals/{proposal_id}/approval",
    operation_id="approve_catalogue",
    status_code=201,
    response_model=Proposed,
    responses=previewable(Proposed),
)
def approve(proposal_id: Id, asked: Approval, sender: TryingWriter) -> Response:
    """Approve what another has proposed, and apply it."""
    command = ApproveCatalogue(proposal_id, asked.fingerprint, asked.note)
    return sender.carry_out(command, Proposed.of)


@router.post(
    "/catalogue/proposals/{proposal_id}/rejection",
    operation_id="reject_catalogue",
    status_code=201,
    response_model=Proposed,
    responses=previewable(Proposed),
)
def reject(proposal_id: Id, asked: Rejection, sender: TryingWriter) -> Response:
    """Turn a proposal down."""
    return sender.carry_out(RejectCatalogue(proposal_id, asked.note), Proposed.of)


@router.post(
    "/catalogue/proposals/{proposal_id}/withdrawal",
    operation_id="withdraw_catalogue",
    status_code=201,
    response_model=Proposed,
    responses=previewable(Proposed),
)
def withdraw(proposal_id: Id, asked: Withdrawal, sender: TryingWriter) -> Response:
    """Take back what was applied, before it has taken effect."""
    return sender.carry_out(WithdrawCatalogue(proposal_id, asked.reason), Proposed.of)


@router.post(
    "/what-if",
    operation_id="what_if",
    responses=responses(*READ_STATUSES, 409, 413, 415),
)
def what_if(scenario: Scenario, caller: Reader) -> WhatIf:
    """Show what other rules would do to the base; nothing is recorded."""
    found = simulated(caller.books, scenario, caller.moment.on, most=AGREEMENTS_MAX)
    return WhatIf(
        company=found.company,
        on=found.on,
        forecast=Differences.between(found.forecast),
        replay=None if found.replay is None else Differences.between(found.replay),
    )


def _local(caller: Reader) -> tuple[str, str]:
    sellers = queries.companies(caller.books, caller.moment.on)
    return (sellers[0].currency, sellers[0].country) if sellers else ("SEK", "SE")
