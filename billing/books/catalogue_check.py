"""The test of a catalogue file before it is applied: what it does to the whole base."""

from dataclasses import dataclass
from datetime import date

import polars as pl

from billing.books import proposals, what_if
from billing.books.session import Books
from billing.books.standing_catalogue import known
from billing.books.what_if import Simulation
from billing.campaigns import examples
from billing.catalogue.collisions import hurried
from billing.catalogue.frames import Catalogue
from billing.catalogue.review import Review, review
from billing.invoicing.what_if import Comparison
from billing.invoicing.what_if_measures import FLOWS

CHECKS = pl.Schema({"check": pl.String(), "passed": pl.Boolean(), "words": pl.String()})
FINE = "nothing is wrong"


@dataclass(frozen=True, slots=True, eq=False)
class Examined:
    """What the test of a catalogue file has found.

    changes: `proposals.reaching`. checks: check, passed, words. simulations: what the
    file changes in the months to come, by company.
    """

    changes: pl.DataFrame
    checks: pl.DataFrame
    simulations: dict[str, Simulation]

    @property
    def passed(self) -> bool:
        """Return whether nothing speaks against applying the file."""
        return bool(self.checks["passed"].all())


def examined(books: Books, file: Catalogue, on: date, months: int = 12) -> Examined:
    """Look at a file from all sides: reach, examples, checks and what-if."""
    with books.reader() as read:
        sold = known(read, on)
    found = review(file, sold)
    simulations = what_if.of_file(books, file, on, months)
    checks = [
        _edits(found.edited_prices, "published prices stay", "plan_id"),
        _edits(found.edited_campaigns, "launched campaigns stay", "campaign_id"),
        _words("prices claim days of their own", found.clashes["words"]),
        _words("no price rises inside a notice", _hasty(books, found, sold, on)),
        _examples(found.added.campaigns, sold.campaigns),
        *(_parts(name, one.forecast) for name, one in simulations.items()),
    ]  # fmt: skip
    return Examined(
        changes=proposals.reaching(books, file, on),
        checks=pl.DataFrame(checks, schema=CHECKS, orient="row"),
        simulations=simulations,
    )


Check = tuple[str, bool, str]


def _edits(edited: pl.DataFrame, name: str, key: str) -> Check:
    if edited.is_empty():
        return name, True, FINE
    told = ", ".join(edited[key].unique().sort())
    return name, False, f"{told}: give a new version, or a new offer, instead"


def _words(name: str, faults: pl.Series) -> Check:
    return name, faults.is_empty(), "; ".join(faults) or FINE


def _hasty(books: Books, found: Review, sold: Catalogue, on: date) -> pl.Series:
    """Return in words the rises that reach agreements inside their notice."""
    taken = books.read("select distinct plan_id from subscription_changes")
    hasty = hurried(found.added.prices, sold, on)
    return hasty.join(taken, on="plan_id", how="semi")["words"]


def _examples(campaigns: pl.DataFrame, launched: pl.DataFrame) -> Check:
    failed = examples.failures(campaigns, launched)
    return "campaigns do what their examples say", not failed, "; ".join(failed) or FINE


def _parts(company: str, found: Comparison) -> Check:
    """Check that plans, cohorts and campaigns each sum to the whole, to the öre."""
    by = ["currency", "measure"]
    flows = pl.col("measure").is_in(FLOWS)
    amounts = pl.col("before_minor", "after_minor").sum()
    whole = found.totals.filter(flows).select(*by, "before_minor", "after_minor")
    wrong = [
        name
        for name in ("by_month", "by_plan", "by_cohort", "by_campaign")
        if not getattr(found, name).filter(flows).group_by(by).agg(amounts).sort(by)
        .equals(whole.sort(by))
    ]  # fmt: skip
    return (
        f"the parts sum to the whole in {company}",
        not wrong,
        ", ".join(wrong) or FINE,
    )
