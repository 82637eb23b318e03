"""The rules that a what-if changes, and the file that states them.

>>> parse("{name: dearer, policies: {proration: none}, months: 6}").months
6
>>> parse("{monhts: 6}")
Traceback (most recent call last):
    ...
billing.invoicing.what_if_rules.WrongScenario: monhts: Extra inputs are not permitted; \
the fields are name, company, catalogue, policies, vat, months, replay, cohort, churn
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

import polars as pl
import yaml
from pydantic import Field, ValidationError, model_validator

from billing import tax
from billing.catalogue.file import in_words
from billing.catalogue.frames import Catalogue
from billing.catalogue.reading import read
from billing.catalogue.review import Review, review
from billing.catalogue.shape_values import Amount, Strict
from billing.company import Policies
from billing.errors import Invalid
from billing.invoicing import base as shapes
from billing.invoicing.base import Base
from billing.invoicing.prices import VERSIONS
from billing.tax import RATE_MICRO

MONTHS_MAX = 60
REPLAY_MAX = 24
# The policies that decide what is issued, and when it falls due.
POLICIES = ("proration", "day_basis", "lead_days", "terms_days", "mid_period_credit")
PLAN_NAMES = {
    "currency": "plan_currency", "anchor_kind": "plan_anchor_kind",
    "anchor_day": "plan_anchor_day",
}  # fmt: skip


class WrongScenario(Invalid):
    """A what-if asks for what cannot be asked."""


class Rate(Strict):
    """A rate of tax from a day on, until another day or for good."""

    begin: date = Field(alias="from")
    end: date | None = Field(None, alias="to")
    rate: Amount

    @model_validator(mode="after")
    def _is_a_share(self) -> "Rate":
        if not 0 <= Decimal(self.rate) < 1:
            raise ValueError(f'{self.rate} is no rate; write 12 percent as "0.12"')
        return self


class Started(Strict):
    """The days in which agreements of a cohort began."""

    begin: date | None = Field(None, alias="from")
    end: date | None = Field(None, alias="to")


class Cohort(Strict):
    """Which agreements are looked at: by plan, start and campaign; all must hold."""

    plans: list[str] | None = None
    started: Started | None = None
    campaigns: list[str] | None = None


class Scenario(Strict):
    """A what-if.

    `catalogue` is a part of a catalogue file, in which what is named is overlaid on
    what is sold, or the path of a whole one; `replay` is how many whole months that
    have been are issued again; `churn` is the share of those who would pay more that
    leave.
    """

    name: str = ""
    company: str | None = None
    catalogue: dict[str, Any] | str | None = None
    policies: dict[str, Any] = Field(default_factory=dict)
    vat: dict[str, Rate] = Field(default_factory=dict)
    months: Annotated[int, Field(ge=1, le=MONTHS_MAX)] = 12
    replay: Annotated[int, Field(ge=0, le=REPLAY_MAX)] = 0
    cohort: Cohort | None = None
    churn: Amount | None = None

    @model_validator(mode="after")
    def _may_be_changed(self) -> "Scenario":
        for name in self.policies:
            if name not in POLICIES:
                raise ValueError(
                    f"policy {name!r} changes nothing here; use {', '.join(POLICIES)}"
                )
        if self.churn is not None and not 0 <= Decimal(self.churn) <= 1:
            raise ValueError(
                f'churn {self.churn} is no share; write 5 percent as "0.05"'
            )
        return self

    @property
    def leaving_micro(self) -> int:
        """Return the share that leaves, in millionths."""
        return int(Decimal(self.churn or 0) * RATE_MICRO)


@dataclass(frozen=True, slots=True, eq=False)
class Sold:
    """What is sold now, what would be then, and since when bundles would change."""

    now: Catalogue
    then: Catalogue
    since: date

    @property
    def review(self) -> Review:
        """Return what then differs in."""
        return review(self.then, self.now)


def parse(text: str) -> Scenario:
    """Read a what-if file; raise WrongScenario that says what is wrong and where."""
    try:
        data = read(text) or {}
    except yaml.YAMLError as broken:
        raise WrongScenario(f"the file is not YAML: {broken}") from broken
    if not isinstance(data, dict):
        raise WrongScenario("the file is not a what-if; see docs/what-if.md")
    return from_mapping(data)


def from_mapping(data: dict[str, Any]) -> Scenario:
    """Return the what-if that a mapping of the file's shape describes."""
    try:
        return Scenario.model_validate(data)
    except ValidationError as wrong:
        known = ", ".join(Scenario.model_fields)
        told = in_words(wrong).removeprefix(": ")
        extra = any(fault["type"] == "extra_forbidden" for fault in wrong.errors())
        raise WrongScenario(
            f"{told}; the fields are {known}" if extra else told
        ) from wrong


def changed(base: Base, scenario: Scenario, sold: Sold) -> Base:
    """Return a base under the rules of a what-if."""
    company = base.company
    policies = Policies.from_mapping(company.policies.to_mapping() | scenario.policies)
    changed_base = with_catalogue(
        replace(base, company=replace(company, policies=policies)),
        sold,
    )
    return with_rates(changed_base, scenario.vat)


def with_rates(base: Base, vat: dict[str, Rate]) -> Base:
    """Return a base in which categories have other rates for some days."""
    country = base.company.country
    rates = tax.rates(base.products["vat_category"], country)
    for category, said in vat.items():
        if not tax.is_known(category, country):
            known = ", ".join(tax.categories(country))
            raise WrongScenario(f"vat {category!r} is not known; use one of {known}")
        rates = pl.concat(
            [rates.filter(~_replaced(category, said)), _rows(category, said, country)]
        )
    return replace(base, rates=rates.sort("vat_category", "valid_from"))


def _replaced(category: str, said: Rate) -> pl.Expr:
    begins = pl.col("valid_from") >= said.begin
    within = begins if said.end is None else begins & (pl.col("valid_from") < said.end)
    return (pl.col("vat_category") == category) & within


def _rows(category: str, said: Rate, country: str) -> pl.DataFrame:
    rows = [(category, said.begin, int(Decimal(said.rate) * RATE_MICRO))]
    if said.end is not None:
        after = tax.rate(category, country, said.end)
        rows.append((category, said.end, int(after * RATE_MICRO)))
    schema = {"vat_category": pl.String, "valid_from": pl.Date, "rate_micro": pl.Int64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def with_catalogue(base: Base, sold: Sold) -> Base:
    """Return a base in which what a file changes is sold, its edits of the past too.

    To edit what is published is for a what-if alone; to apply it is refused.
    """
    found, then = sold.review, sold.then
    added = found.added
    edited = found.edited_campaigns
    campaigns, steps = (
        pl.concat([new, all_.join(edited, on="campaign_id", how="semi")]).unique()
        for new, all_ in (
            (added.campaigns, then.campaigns), (added.steps, then.steps),
        )
    )  # fmt: skip
    changed_base = replace(
        base,
        plans=_over(base.plans, added.plans.rename(PLAN_NAMES), ["plan_id"]),
        products=_over(
            base.products, added.products.rename({"name": "product_name"}),
            ["product_id"],
        ),
        versions=_versions(base.versions, found),
        campaigns=_over(base.campaigns, _discounts(campaigns), ["campaign_id"]),
        campaign_steps=_over(
            base.campaign_steps, _discounts(steps), ["campaign_id"]
        ),
        parts=_bundles(base.parts, added.parts, sold.since),
        price_lists=_over(
            base.price_lists, added.price_lists.rename({"currency": "list_currency"}),
            ["price_list"],
        ),
    )  # fmt: skip
    return changed_base.checked()


def _over(known: pl.DataFrame, given: pl.DataFrame, key: list[str]) -> pl.DataFrame:
    """Replace the rows of a key by those given, and add the new ones."""
    stays = known.join(given, on=key, how="anti", nulls_equal=True)
    rows = given.select(known.columns).cast(known.schema)
    return pl.concat([stays, rows])


def _discounts(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.rename({"amount_minor": "discount_minor"}).with_columns(
        pl.col("percent").cast(shapes.CAMPAIGNS["percent"])
    )


def _versions(known: pl.DataFrame, found: Review) -> pl.DataFrame:
    key = ["plan_id", "price_list", "phase", "valid_from", "cohort_from", "cohort_to"]
    numbers = known.select(*key, "version")
    edited = found.edited_prices.join(numbers, on=key, nulls_equal=True)
    new = pl.concat([edited.select(found.added.prices.columns), found.added.prices])
    rows = new.with_columns(pl.col("amount").cast(VERSIONS["amount"]))
    return _over(known, rows, key)


def _bundles(known: pl.DataFrame, given: pl.DataFrame, on: date) -> pl.DataFrame:
    share = pl.col("share").cast(pl.Decimal(9, 6)) * RATE_MICRO
    weighed = given.with_columns(
        effective_on=pl.lit(on),
        weight_micro=pl.coalesce(pl.col("standalone_minor"), share.cast(pl.Int64)),
    )
    return _over(known, weighed, ["plan_id", "effective_on"])


def of_cohort(
    base: Base, timeline: pl.DataFrame, cohort: Cohort, on: date
) -> pl.DataFrame:
    """Return the agreements of a cohort: subscription_id.

    The plan is the one that the agreement has on the day, or takes first after it.
    """
    chosen = base.subscriptions.select("subscription_id", "started_on")
    if cohort.plans is not None:
        held = (
            timeline.filter(
                (pl.col("item") == "main")
                & (pl.col("to_on").is_null() | (pl.col("to_on") > on))
            )
            .sort("from_on")
            .unique("subscription_id", keep="first", maintain_order=True)
            .filter(pl.col("plan_id").is_in(cohort.plans))
        )
        chosen = chosen.join(held, on="subscription_id", how="semi")
    if cohort.campaigns is not None:
        taken = base.changes.filter(pl.col("campaign_id").is_in(cohort.campaigns))
        chosen = chosen.join(taken, on="subscription_id", how="semi")
    if cohort.started is not None:
        begin, end = cohort.started.begin, cohort.started.end
        chosen = chosen.filter(
            (pl.lit(begin is None) | (pl.col("started_on") >= (begin or date.min)))
            & (pl.lit(end is None) | (pl.col("started_on") < (end or date.max)))
        )
    return chosen.select("subscription_id")
