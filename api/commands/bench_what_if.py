"""The bench of a what-if: a price rise over a base of so many agreements, 12 months on.

The agreements are written into the books as rows, since it is the what-if that is
measured and not their registration: six years of starts on any day, five plans by the
month and by the year, campaigns, pauses, changes of plan and agreed prices.
"""

import resource
import time
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from billing.books.session import Books
    from billing.invoicing.what_if_rules import Sold

FIRST, ON = date(2020, 1, 1), date(2026, 1, 1)
MONTHS = 12
CATALOGUE = """
products:
  - {id: paper, name: Tidning, vat: print}
  - {id: digital, name: Digitalt, vat: digital_news}
  - {id: service, name: Tjänst, vat: standard}
plans:
  - {id: paper, product: paper, price: {amount: "299.00"}, prices_include_vat: true}
  - {id: weekend, product: paper, price: {amount: "149.00"}, prices_include_vat: true}
  - {id: digital, product: digital, price: {amount: "99.00"}, prices_include_vat: true}
  - {id: year, product: paper, every: {unit: year}, price: {amount: "2990.00"},
     prices_include_vat: true}
  - {id: service, product: service, price: {amount: "99.00"}, timing: arrears}
campaigns:
  - {id: welcome, name: Halva priset, code: HALV, discount: {percent: "0.5"},
     lasts: {periods: 3}}
"""
PLANS = "array['paper', 'weekend', 'digital', 'year', 'service']"
RISE = """
plans:
  - {id: paper, prices: [
      {from: 2026-03-01, applies_to: renewal, price: {amount: "329.00"}}]}
  - {id: year, prices: [
      {from: 2026-05-01, applies_to: renewal, price: {amount: "3290.00"}}]}
"""
AGREEMENTS = (
    (
        "insert into customers (customer_id, kind, registered_on) select 'C' || n,"
        " 'person', date '{first}' from generate_series(1, {size}) as n"
    ),
    (
        "insert into subscriptions (subscription_id, customer_id, payer_id,"
        " recipient_id, legal_entity, currency, started_on, payment_method) select 'S'"
        " || n, 'C' || n, 'C' || n, 'C' || n, 'B', 'SEK', date '{first}' + n % 2190,"
        " 'bankgiro' from generate_series(1, {size}) as n"
    ),
    (
        "insert into subscription_changes (change_id, subscription_id, kind, item,"
        " plan_id, quantity, effective_on) select 'S' || n || '/1', 'S' || n, 'start',"
        " 'main', ({plans})[1 + n / 7 % 5], 1, date '{first}' + n % 2190 from"
        " generate_series(1, {size}) as n"
    ),
    (
        "insert into subscription_changes (change_id, subscription_id, kind, item,"
        " campaign_id, effective_on) select 'S' || n || '/2', 'S' || n, 'campaign',"
        " 'main', 'welcome', date '{first}' + n % 2190 from generate_series(1, {size},"
        " 4) as n"
    ),
    (
        "insert into subscription_changes (change_id, subscription_id, kind,"
        " effective_on, until_on, effect) select 'S' || n || '/3', 'S' || n, 'pause',"
        " date '2025-07-01' + n % 20, date '2025-08-01', 'credit' from"
        " generate_series(1, {size}, 97) as n"
    ),
    (
        "insert into subscription_changes (change_id, subscription_id, kind, item,"
        " plan_id, effective_on) select 'S' || n || '/4', 'S' || n, 'change', 'main',"
        " 'weekend', date '2025-01-01' + n % 330 from generate_series(1, {size}, 89)"
        " as n"
    ),
)


def base(opened: "Books", size: int) -> dict[str, Any]:
    """Write company, catalogue and agreements into the books."""
    from api.commands.bench import BANKGIRO, IBAN, give
    from billing.catalogue.file import ApplyCatalogue, parse
    from billing.company import ApplyCompany, Company, Policies

    company = Company(
        "B", "Bench AB", "5560360793", "SE", "SEK", Policies(),
        bankgiro=BANKGIRO, iban=IBAN,
    )  # fmt: skip
    give(opened, ApplyCompany(company, FIRST))
    give(opened, ApplyCatalogue(parse(CATALOGUE), FIRST))
    started = _now()
    with opened.transaction() as connection:
        connection.execute(
            "select set_config('saldo.at', %s, true),"
            " set_config('saldo.actor', 'bench', true),"
            " set_config('saldo.command_id', gen_random_uuid()::text, true)",
            (f"{FIRST}T05:00:00+00:00",),
        )
        for statement in AGREEMENTS:
            connection.execute(
                statement.format(size=size, first=FIRST, plans=PLANS).encode()
            )
    return _row("write agreements", size, started, _now())


def measured(opened: "Books", _size: int) -> list[dict[str, Any]]:
    """Measure each part of a price rise over the whole base, and all of it."""
    from billing.books.base import Scope, load
    from billing.invoicing import what_if
    from billing.invoicing.what_if_lines import Horizon
    from billing.invoicing.what_if_rules import Scenario, changed

    rows, horizon, marks = [], Horizon(ON, MONTHS), [_now()]

    def mark(work: str, height: int) -> None:
        marks.append(_now())
        rows.append(_row(work, height, *marks[-2:]))

    base_ = load(opened, "B", Scope.everything(history=False), ON)
    sold = _sold(opened)
    mark("load", base_.subscriptions.height)
    people = what_if.population(base_)
    mark("reduce to those that differ", people.base.subscriptions.height)
    rules = changed(base_, Scenario(), sold)
    old = what_if.forecast(people, base_, horizon)
    mark("bill 12 months before", old.lines.height)
    new = what_if.forecast(people, rules, horizon, old)
    mark("bill 12 months after", new.lines.height)
    found = what_if.compared(people, (old, new), horizon)
    mark("compare", found.payers.height)
    whole = base_.subscriptions.height
    return [*rows, _row("what-if in all", whole, marks[0], marks[-1])]


def _sold(opened: "Books") -> "Sold":
    from billing.books.standing_catalogue import known
    from billing.catalogue import reading
    from billing.catalogue.file import from_mapping
    from billing.catalogue.written import overlaid, written
    from billing.invoicing.what_if_rules import Sold

    with opened.reader() as read:
        now = known(read, ON)
    then = from_mapping(overlaid(written(now, "SEK"), reading.read(RISE)))
    return Sold(now, then, ON)


def _now() -> tuple[float, float]:
    """Return the clock, and the time that this process has been at work."""
    return time.perf_counter(), time.process_time()


def _row(
    work: str, rows: int, begun: tuple[float, float], ended: tuple[float, float]
) -> dict[str, Any]:
    """Return one line of the result; above its processor time it has waited."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "work": work,
        "rows": rows,
        "seconds": round(ended[0] - begun[0], 2),
        "processor s": round(ended[1] - begun[1], 2),
        "peak MB": kilobytes // 1024,
    }
