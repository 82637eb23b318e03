"""A deviation is money without a home, with what is suggested and what is decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import polars as pl
import streamlit as st

from billing.books import queries
from billing.errors import No
from billing.payments import matching
from billing.payments.command import DECISIONS, SettleDeviation
from streamlit_app import desk
from streamlit_app.widgets import numbers, refusal, search, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

COLUMNS = [
    Column("opened_on", "date", width=100),
    Column("age_days", "count", width=70),
    Column("amount_minor", "money", width=120),
    Column("reason", "code", "reason", width=130),
    Column("payer_name", width=150),
    Column("reference", width=110),
    Column("suggestion", width="large"),
    Column("note"),
]
SHARES = [Column("item_id"), Column("amount_minor", "money")]
CUSTOMERS = 5
NOBODY = pl.DataFrame(schema={"customer_id": pl.String})
NO_ITEMS = pl.DataFrame(
    schema={
        "item_kind": pl.String,
        "item_id": pl.String,
        "currency": pl.String,
        "open_minor": pl.Int64,
    }
)
ROLES = {"admin", "billing", "service"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a bulk of decisions went: how many were carried out, and each refusal."""

    done: int
    refusals: tuple[str, ...]


def decide(chosen: Sequence[dict[str, Any]]) -> Outcome | None:
    """Draw the decision on the chosen deviations; return the outcome once made."""
    decision = _decision(chosen)
    commands = _commands(chosen, decision)
    note = st.text_input(
        text("deviation.note"),
        key="note",
        placeholder=text(f"deviation.note_{decision}"),
    )
    with st.expander(text("deviation.what_happens"), expanded=True):
        _preview(commands, decision)
    pressed = st.button(
        text("deviation.carry_out", count=len(commands)),
        type="primary",
        shortcut="Ctrl+Enter",
        disabled=not commands,
        key="decide",
    )
    return _carry_out(commands, note.strip()) if pressed else None


def facts(deviation: dict[str, Any]) -> None:
    """Draw what is known about one deviation."""
    amount = numbers.money(deviation["amount_minor"], deviation["currency"])
    st.subheader(f"{amount} · {name_of('reason', deviation['reason'])}")
    known = [(key, deviation[key]) for key in ("payer_name", "reference", "payment_id")]
    said = [
        f"{text(f'column.{key}')}: {table.escaped(str(value))}"
        for key, value in known
        if value
    ]
    st.caption(" · ".join(said))
    st.markdown(name_of("reason_help", deviation["reason"]))
    if deviation["suggestion"]:
        st.info(table.escaped(deviation["suggestion"]), icon=":material/lightbulb:")


def _decision(chosen: Sequence[dict[str, Any]]) -> str:
    """Draw the three decisions; what is suggested can be settled, the rest parked."""
    suggested = all(one["suggested_item_id"] for one in chosen)
    default = "settle" if suggested or len(chosen) == 1 else "park"
    return str(
        st.radio(
            text("deviation.decision"),
            DECISIONS,
            index=DECISIONS.index(default),
            format_func=lambda code: name_of("decision", code),
            captions=[text(f"decision_help.{code}") for code in DECISIONS],
            horizontal=True,
            key=f"decision-{len(chosen)}-{default}",
        )
    )


def _commands(chosen: Sequence[dict[str, Any]], decision: str) -> list[SettleDeviation]:
    """Return the commands that the decision amounts to, without their note."""
    if decision != "settle":
        return [SettleDeviation(one["deviation_id"], decision) for one in chosen]
    if len(chosen) == 1:
        shares = _shares_chosen(chosen[0])
        one = chosen[0]["deviation_id"]
        return [SettleDeviation(one, decision, shares)] if shares else []
    return [
        SettleDeviation(
            one["deviation_id"],
            decision,
            ((one["suggested_item_id"], one["amount_minor"]),),
        )
        for one in chosen
        if one["suggested_item_id"]
    ]


def _shares_chosen(deviation: dict[str, Any]) -> tuple[tuple[str, int], ...]:
    """Draw the open items to pay, the suggested one chosen; return their shares."""
    items = _open_items(deviation)
    labels = {
        row["item_id"]: f"{row['item_id']} · {numbers.money(row['open_minor'])}"
        for row in items.to_dicts()
    }
    suggested = deviation["suggested_item_id"]
    picked = st.multiselect(
        text("deviation.items"),
        list(labels),
        default=[suggested] if suggested in labels else [],
        format_func=lambda code: labels.get(code, code),
        placeholder=text("deviation.choose_items"),
        key=f"items-{deviation['deviation_id']}",
    )
    return proposed_shares(deviation, items, picked)


def proposed_shares(
    deviation: dict[str, Any], items: pl.DataFrame, picked: Sequence[str]
) -> tuple[tuple[str, int], ...]:
    """Return what each picked item gets, in that order, by the rule of matching."""
    ranks = pl.DataFrame(
        {"item_id": list(picked), "rank": list(range(len(picked)))},
        schema={"item_id": pl.String, "rank": pl.Int64},
    )
    one = pl.lit("this payment").alias("reference")
    due = items.join(ranks, on="item_id").with_columns(one)
    payment = pl.DataFrame(
        {
            "payment_id": [deviation["payment_id"]],
            "currency": [deviation["currency"]],
            "paid_minor": [deviation["amount_minor"]],
        }
    ).with_columns(one)
    shares, _ = matching.match(payment, due)
    return tuple(shares.select("item_id", "amount_minor").rows())


def _open_items(deviation: dict[str, Any]) -> pl.DataFrame:
    """Draw the search for whose items they are, and return those that are open."""
    suggested = deviation["suggested_item_id"]
    words = st.text_input(
        text("deviation.customer"),
        suggested or deviation["payer_name"] or "",
        key=f"whose-{deviation['deviation_id']}",
        type="search",
        live=True,
    )
    books = desk.books()
    found = search.customers(words, CUSTOMERS) if words.strip() else NOBODY
    items = [queries.open_items(books, one) for one in found["customer_id"]]
    owed = [one.filter(pl.col("open_minor") > 0) for one in items if one.height]
    return pl.concat(owed, how="vertical_relaxed") if owed else NO_ITEMS


def _preview(commands: Sequence[SettleDeviation], decision: str) -> None:
    """Draw what will be recorded: the shares, or the words of the other decisions."""
    rows = [share for command in commands for share in command.shares]
    if rows:
        frame = pl.DataFrame(rows, schema=["item_id", "amount_minor"], orient="row")
        table.plain(frame, SHARES, name="shares")
    elif decision == "settle":
        st.caption(text("deviation.pick_first"))
    else:
        st.markdown(text(f"decision_effect.{decision}", count=len(commands)))


def _carry_out(commands: Sequence[SettleDeviation], note: str) -> Outcome:
    """Give each command; a refusal of one does not hold up the others."""
    refusals: list[str] = []
    for command in commands:
        noted = SettleDeviation(
            command.deviation_id, command.decision, command.shares, note
        )
        key = f"command-{command.deviation_id}"
        command_id = st.session_state.setdefault(key, uuid4())
        try:
            desk.give(noted, command_id)
        except No as no:
            st.session_state.pop(key)
            refusals.append(refusal.words(no))
    return Outcome(len(commands) - len(refusals), tuple(refusals))
