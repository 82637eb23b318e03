"""What if, asked of the books: the whole base, under what stands and under a scenario.

`simulated` looks ahead, and back where the scenario says so: a replay issues months
that have been again, on the days and with the facts of their runs.
"""

from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from billing.books import what_if_replay
from billing.books.base import Scope, companies, load
from billing.books.session import Books
from billing.books.standing_catalogue import known
from billing.catalogue.file import from_mapping
from billing.catalogue.frames import Catalogue
from billing.catalogue.written import overlaid, written
from billing.company import Company
from billing.errors import Conflict, NotFound
from billing.invoicing import representatives, what_if
from billing.invoicing.what_if import Comparison, Population
from billing.invoicing.what_if_lines import Horizon
from billing.invoicing.what_if_rules import Scenario, Sold, changed, of_cohort


class TooMany(Conflict):
    """A what-if is asked over more agreements than it may be asked for there."""


class WhichCompany(NotFound):
    """A what-if does not say which legal entity it is about, or one that is not."""


@dataclass(frozen=True, slots=True, eq=False)
class Simulation:
    """What a scenario comes to.

    The frames are those of `what_if.Comparison`, for the months ahead; `replay` is the
    same for the months that have been, None where none was asked for.
    """

    company: str
    on: date
    scenario: Scenario
    forecast: Comparison
    replay: Comparison | None = None

    @property
    def by_month(self) -> pl.DataFrame:
        """Return month, currency, measure, before_minor, after_minor, difference_…."""
        return self.forecast.by_month

    @property
    def by_plan(self) -> pl.DataFrame:
        """Return the same by plan_id, for all months."""
        return self.forecast.by_plan

    @property
    def by_cohort(self) -> pl.DataFrame:
        """Return the same by cohort, the month of the start."""
        return self.forecast.by_cohort

    @property
    def by_campaign(self) -> pl.DataFrame:
        """Return the same by campaign_id, null for what no campaign lowers."""
        return self.forecast.by_campaign

    @property
    def payers(self) -> pl.DataFrame:
        """Return who pays more or less, with the columns of `what_if_payers.PAYERS`."""
        return self.forecast.payers

    @property
    def totals(self) -> pl.DataFrame:
        """Return the same in all, by currency."""
        return self.forecast.totals


def simulated(
    books: Books,
    scenario: Scenario,
    on: date,
    *,
    most: int | None = None,
) -> Simulation:
    """Return what a scenario changes in the base from a day on.

    `most` refuses a base of more agreements.
    """
    seller = _company(books, scenario, on)
    with books.reader() as read:
        before = known(read, on)
    then = _catalogue(scenario, before, seller)
    if most is not None:
        _refuse_more(books, most)
    scope = Scope.everything(history=False)
    base = load(books, seller.legal_entity, scope, on)
    people = _only(what_if.population(base), scenario, on)
    sold = Sold(before, then, on)
    rules = changed(base, scenario, sold)
    horizon = Horizon(on, scenario.months)
    old = what_if.forecast(people, base, horizon)
    new = what_if.forecast(people, rules, horizon, old)
    return Simulation(
        company=seller.legal_entity,
        on=on,
        scenario=scenario,
        forecast=what_if.compared(people, (old, new), horizon, scenario.leaving_micro),
        replay=what_if_replay.replayed(
            books,
            (seller, scenario, on),
            lambda seen, since: changed(seen, scenario, replace(sold, since=since)),
            _chosen(people, scenario),
        )
        if scenario.replay
        else None,
    )


def of_file(
    books: Books, file: Catalogue, on: date, months: int = 12
) -> dict[str, Simulation]:
    """Return what a whole catalogue file changes, for each company of the books."""
    with books.reader() as read:
        before = known(read, on)
        sellers = companies(read, on)
    found = {}
    for seller in sellers:
        scope = Scope.everything(history=False)
        base = load(books, seller.legal_entity, scope, on)
        scenario = Scenario(company=seller.legal_entity, months=months)
        after = changed(base, scenario, Sold(before, file, on))
        comparison = what_if.compare(base, after, on=on, months=months)
        found[seller.legal_entity] = Simulation(
            seller.legal_entity, on, scenario, comparison
        )
    return found


def _refuse_more(books: Books, most: int) -> None:
    found = int(books.read("select count(*) as n from subscriptions")["n"][0])
    if found > most:
        raise TooMany(
            f"the base has {found} agreements; above {most} ask on the command line: "
            "saldo what-if FILE"
        )


def _company(books: Books, scenario: Scenario, on: date) -> Company:
    with books.reader() as read:
        sellers = companies(read, on)
    wanted = [s for s in sellers if scenario.company in {None, s.legal_entity}]
    if len(wanted) != 1:
        names = ", ".join(seller.legal_entity for seller in sellers) or "none yet"
        raise WhichCompany(f"say which company it is about: {names}", field="company")
    return wanted[0]


def _catalogue(scenario: Scenario, before: Catalogue, seller: Company) -> Catalogue:
    """Return what would be sold: what is sold, with the scenario's part overlaid."""
    said = scenario.catalogue
    if said is None:
        return before
    if isinstance(said, dict):
        whole = overlaid(written(before, seller.currency), said)
        return from_mapping(whole, currency=seller.currency, country=seller.country)
    raise NotFound(
        "write the part of the catalogue that changes into the scenario itself",
        field="catalogue",
    )


def _only(people: Population, scenario: Scenario, on: date) -> Population:
    """Return the part of the agreements that the scenario's cohort holds."""
    if scenario.cohort is None:
        return people
    chosen = of_cohort(people.base, people.timeline, scenario.cohort, on)
    members = people.members.join(
        chosen, left_on="representative_id", right_on="subscription_id", how="semi"
    )
    return replace(
        people,
        base=representatives.only(people.base, chosen),
        members=members,
        timeline=people.timeline.join(chosen, on="subscription_id", how="semi"),
    )


def _chosen(people: Population, scenario: Scenario) -> pl.DataFrame | None:
    """Return the agreements that a replay reports, None for all that there is."""
    if scenario.cohort is None:
        return None
    return people.members.select("subscription_id")
