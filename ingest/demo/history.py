"""The history of the demo is lived day by day: files come in, then the daily steps run.

Each day shop and banks drop what they have to say into the inbox; what follows is what
every company's day is. A history that was cut off goes on where it stood.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from billing.books import daily, queries
from billing.books.handle import SYSTEM, Moment, handle
from billing.books.session import Books
from billing.catalogue.file import ApplyCatalogue, parse
from billing.company import ApplyCompany
from billing.errors import Conflict
from billing.formats import autogiro_orders
from billing.periods import is_bank_day
from ingest import inbox
from ingest.base import company
from ingest.demo import bankgirot, clerk, offers, orders, payers, wishes
from ingest.demo.world import World

Progress = Callable[[int, int], None]
MARKER = "demo.json"
EVERYTHING = 1 << 31
# How far back an invoice may still be paid when a history goes on.
MEMORY_DAYS = 90


def _silent(_done: int, _all: int) -> None:
    """Tell nobody how far it is."""


class NotThisDemo(Conflict):
    """The home has another company or another demo in it."""


@dataclass(slots=True)
class Outside:
    """The world outside the books: what shop and banks know and will send.

    `credits` and `debits` wait under the day on which a bank books them; `answered` are
    the files in the outbox that Bankgirot has read.
    """

    world: World
    orders: pl.DataFrame
    wishes: pl.DataFrame
    names: pl.DataFrame
    credits: dict[date, list[pl.DataFrame]] = field(default_factory=dict)
    debits: dict[date, list[pl.DataFrame]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)
    credited: dict[str, date] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World) -> "Outside":
        """Return the outside of a world before its first day."""
        every = orders.orders(world)
        names = every.select(payer_id="customer_id", payer_name="name")
        return cls(world, every, wishes.wishes(world, every), names)


def play(books: Books, world: World, progress: Progress = _silent) -> int:
    """Carry the history from where it stands to the day before the last.

    The last day's files are put into the inbox for the daily job to take. Returns how
    many days were carried out now: 0 when all had been done.
    """
    days = world.days
    done = _done(books, world)
    if done is not None and done >= days[-1]:
        return 0
    outside = Outside.of(world)
    if done is None:
        open_company(books, world)
    else:
        _catch_up(books, outside, done)
    ahead = [day for day in days if done is None or day > done]
    for n, day in enumerate(ahead):
        _drop(books, files_of(books, outside, day))
        if day < days[-1]:
            _carry_out(books, Moment.morning(day))
            clerk.work(books, world, Moment.morning(day))
        _mark(books, world, day)
        progress(len(days) - len(ahead) + n + 1, len(days))
    return len(ahead)


def files_of(books: Books, outside: Outside, day: date) -> dict[str, bytes]:
    """Return the files that shop and banks drop on the morning of a day, by name."""
    _hear_of_invoices(books, outside, day - timedelta(days=1))
    _read_outbox(books, outside)
    files = _of_the_shop(outside, day)
    yesterday = day - timedelta(days=1)
    if is_bank_day(yesterday, "SE"):
        files |= _of_the_banks(books, outside, yesterday)
    return files


def _of_the_shop(outside: Outside, day: date) -> dict[str, bytes]:
    if day == outside.world.begins:
        return orders.opening_files(outside.orders)
    files = {}
    new = orders.due(outside.orders, day)
    if not new.is_empty():
        files[f"bestallningar-{day}.csv"] = orders.order_file(new)
    asked = wishes.due(outside.wishes, day)
    if not asked.is_empty():
        files[f"andringar-{day}.csv"] = wishes.wish_file(asked)
    return files


def _of_the_banks(books: Books, outside: Outside, day: date) -> dict[str, bytes]:
    """Return what was booked on a bank day, and what Bankgirot says of mandates."""
    files = {}
    credits_ = _owed(books, outside, outside.credits.pop(day, []))
    if not credits_.is_empty():
        files[f"camt054-{day}.xml"] = payers.notification(credits_, day)
    debits = outside.debits.pop(day, [])
    if debits:
        files[f"autogiro-betalningar-{day}.txt"] = bankgirot.payment_specification(
            outside.world, pl.concat(debits), day
        )
    requested = outside.orders.filter(
        ~pl.col("is_opening")
        & pl.col("bank_account").is_not_null()
        & (_advised_on() == day)
    )
    if not requested.is_empty():
        files[f"autogiro-medgivanden-{day}.txt"] = bankgirot.mandate_advice(
            outside.world, requested, day
        )
    return files


def _advised_on() -> pl.Expr:
    """Return when a mandate is advised: when the shop's corrections are in, too."""
    return pl.col("exported_on") + pl.duration(days=9)


def _owed(books: Books, outside: Outside, parts: list[pl.DataFrame]) -> pl.DataFrame:
    """Return the credits of a day; who has something to the good pays the rest."""
    if not parts:
        return payers.CREDITS.to_frame()
    rows = pl.concat(parts)
    since = rows["paid_on"].sort()[0] - timedelta(days=MEMORY_DAYS)
    recent = [payer for payer, day in outside.credited.items() if day > since]
    less = rows.filter(
        pl.col("payer_id").is_in(recent) & pl.col("bank_reference").str.ends_with("1")
    )
    left = {
        name: int(queries.invoice(books, name)["open_minor"][0])
        for name in less["invoice_id"]
    }
    open_minor = pl.col("invoice_id").replace_strict(
        left, default=None, return_dtype=pl.Int64
    )
    # Who pays a second time has something to the good when the next invoice comes.
    again = rows.filter(pl.col("bank_reference").str.ends_with("2"))
    outside.credited.update(again.select("payer_id", "paid_on").rows())
    paid = rows.with_columns(amount_minor=pl.min_horizontal("amount_minor", open_minor))
    return paid.filter(pl.col("amount_minor") > 0)


def _hear_of_invoices(books: Books, outside: Outside, day: date) -> None:
    """Let payers and banks know what was issued on a day."""
    _plan(outside, queries.invoices_issued(books, day))


def _plan(outside: Outside, issued: pl.DataFrame) -> None:
    if issued.is_empty():
        return
    notes = issued.filter(pl.col("kind") == "credit_note")
    outside.credited.update(notes.select("payer_id", "issued_on").rows())
    by_giro = issued.filter(
        (pl.col("kind") == "invoice") & (pl.col("payment_method") != "autogiro")
    ).select(payers.HEARD_OF.names())
    planned = payers.credits_of(
        outside.world,
        by_giro.cast(payers.HEARD_OF),
        outside.names,
    )
    _put(outside.credits, planned)


def _read_outbox(books: Books, outside: Outside) -> None:
    """Let Bankgirot read the order files that it has not seen."""
    for path in sorted(books.home.outbox.glob("autogiro-*.txt")):
        if path.name not in outside.answered:
            outside.answered.add(path.name)
            sent = autogiro_orders.read_payments(path.read_bytes())
            _put(outside.debits, bankgirot.dated(sent))


def _put(waiting: dict[date, list[pl.DataFrame]], rows: pl.DataFrame) -> None:
    for (day,), part in rows.partition_by("booked_on", as_dict=True).items():
        waiting.setdefault(day, []).append(part)


def open_company(books: Books, world: World) -> None:
    """Apply company and catalogue as of the first day, as every company does."""
    texts = {
        "company.yaml": offers.company_file(world),
        "catalogue.yaml": offers.catalogue_file(world),
    }
    for name, text in texts.items():
        (books.home.path / name).write_text(text, "utf-8")
    moment = Moment.morning(world.begins)
    profile = company.read(texts["company.yaml"].encode())
    catalogue = parse(texts["catalogue.yaml"])
    for command in (
        ApplyCompany(profile, world.begins),
        ApplyCatalogue(catalogue, world.begins),
    ):
        handle(books, command, actor=SYSTEM, moment=moment)


def _catch_up(books: Books, outside: Outside, done: date) -> None:
    """Remember what had been issued and ordered before the history was cut off."""
    since = done - timedelta(days=MEMORY_DAYS)
    issued = queries.invoices_listed(books, 0, EVERYTHING)
    if not issued.is_empty():
        heard = pl.col("issued_on").is_between(since, done - timedelta(days=1))
        _plan(outside, issued.filter(heard))
    _read_outbox(books, outside)


def _carry_out(books: Books, moment: Moment) -> None:
    inbox.receive(books, moment)
    for _name, step in daily.STEPS:
        step(books, moment)


def _drop(books: Books, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (books.home.inbox / name).write_bytes(data)


def _marker(books: Books) -> Path:
    return books.home.path / MARKER


def _done(books: Books, world: World) -> date | None:
    """Return the last day that was carried out, None before the first."""
    marker = _marker(books)
    if not marker.exists():
        if queries.companies(books, world.through):
            raise NotThisDemo(
                "this home has a company of its own; give the demo an empty one, for "
                "example SALDO_HOME=var/demo"
            )
        return None
    said = json.loads(marker.read_text("utf-8"))
    if said["world"] != _named(world):
        raise NotThisDemo(
            f"this home has another demo in it: {said['world']}; give this one an "
            "empty home, or ask for the same again"
        )
    return date.fromisoformat(said["done"])


def _mark(books: Books, world: World, day: date) -> None:
    said = {"world": _named(world), "done": day.isoformat()}
    # A marker that is lost with a power cut only repeats a day, which changes nothing.
    aside = _marker(books).with_suffix(".new")
    aside.write_text(json.dumps(said), "utf-8")
    aside.replace(_marker(books))


def _named(world: World) -> dict[str, Any]:
    return {
        "seed": world.seed,
        "customers": world.customers,
        "months": world.months,
        "through": world.through.isoformat(),
    }
