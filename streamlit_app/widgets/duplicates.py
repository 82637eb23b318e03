"""Duplicates: pairs that may be one customer, side by side, merged or split."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from billing.books import duplicates, parties, queries
from billing.customers.merging import MergeCustomers, SplitCustomers
from streamlit_app import desk
from streamlit_app.widgets import dialog, empty, numbers, search, table
from streamlit_app.widgets.customer_form import ROLES
from streamlit_app.widgets.dialog import Doing, Opened
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import name_of, text

LIMIT = 50
COLUMNS = [
    Column("score", "share", width=80),
    Column("reason", "code", "duplicate", width=130),
    Column("customer_id", width=100),
    Column("name", width="medium"),
    Column("other_id", width=100),
    Column("other_name", width="medium"),
]
FACTS = ("email", "phone", "address_line", "postal_code", "city", "identity_number")


def tab() -> None:
    """Draw the pairs; the chosen one side by side, with the button that merges."""
    st.caption(text("duplicates.intro"))
    found = duplicates.candidates(desk.books(), LIMIT)
    if found.is_empty():
        empty.nothing("duplicates")
        return
    shown = found.with_columns(score=pl.col("score").round(2).cast(pl.Decimal(4, 2)))
    name = f"duplicates-{found.height}"
    chosen = table.show(shown, COLUMNS, name=name, select="single-cell")
    if not chosen:
        st.caption(text("duplicates.choose"))
        return
    with explained():
        pair(found["customer_id"][chosen[0]], found["other_id"][chosen[0]])


def pair(*ids: str) -> None:
    """Draw two customers side by side."""
    for place, customer_id in zip(st.columns(2), ids, strict=True):
        with place, st.container(border=True, height="stretch"):
            _side(customer_id)
    if desk.actor().role in ROLES:
        dialog.button("merge", ids, icon=":material/merge:", look="primary")


def _side(customer_id: str) -> None:
    books, on = desk.books(), desk.moment().on
    customer = queries.customer(books, customer_id).row(0, named=True)
    agreements = queries.subscriptions_of(books, customer_id, on)
    st.markdown(f"**{table.escaped(customer['name'])}** · {customer_id}")
    facts = [str(customer[name]) for name in FACTS if customer[name]]
    st.caption("  \n".join(table.escaped(fact) for fact in facts))
    owed = numbers.money(queries.balance(books, customer_id, on)["balance_minor"])
    st.markdown(text("duplicates.has", agreements=agreements.height, balance=owed))
    st.page_link(
        search.CARD,
        label=text("duplicates.open"),
        query_params={"customer": customer_id},
    )


def dialog_if_open() -> None:
    """Draw the dialog that merges or splits while it is open."""
    found = dialog.opened("merge", "split")
    if found is not None:
        dialog.draw(found, _merge if found.name == "merge" else _split)


def _merge(found: Opened) -> None:
    ids: Sequence[str] = found.about
    kept = st.radio(text("duplicates.keep"), ids, horizontal=True, key="merge-keep")
    merged = next(one for one in ids if one != kept)
    reason = st.text_input(text("duplicates.reason"), key="merge-reason").strip()
    _effect(kept, merged)
    if not reason:
        st.caption(text("duplicates.reason_first"))
        return
    doing = Doing(MergeCustomers(kept, merged, reason), text("duplicates.do"), "merged")
    if dialog.do(doing, found) is not None:
        st.rerun()


def _effect(kept: str, merged: str) -> None:
    """Draw what a merge moves, and what stays where it was issued."""
    books, on = desk.books(), desk.moment().on
    owed = numbers.money(queries.balance(books, merged, on)["balance_minor"])
    agreements = queries.subscriptions_of(books, merged, on).height
    st.info(
        text(
            "duplicates.effect",
            kept=kept,
            merged=merged,
            agreements=agreements,
            balance=owed,
        ),
        icon=":material/merge:",
    )


def merged(customer: dict[str, Any]) -> None:
    """Draw the merges that a customer is a part of, each with the way back."""
    for row in parties.merges(desk.books(), customer["customer_id"]).to_dicts():
        is_kept = row["kept_id"] == customer["customer_id"]
        other = row["merged_id"] if is_kept else row["kept_id"]
        with st.container(
            border=True, horizontal=True, vertical_alignment="center", key="merged"
        ):
            said = text(
                "duplicates.is_kept" if is_kept else "duplicates.is_merged",
                other=other,
                name=table.escaped(row["name"]),
                day=numbers.day(row["effective_on"]),
                reason=table.escaped(row["reason"]),
            )
            st.markdown(said, width="stretch")
            st.page_link(
                search.CARD,
                label=name_of("duplicates", "open"),
                query_params={"customer": other},
            )
            if desk.actor().role in ROLES:
                dialog.button(
                    "split", row["merge_id"], icon=":material/call_split:",
                    look="secondary",
                )  # fmt: skip


def _split(found: Opened) -> None:
    st.markdown(text("duplicates.split_help"))
    reason = st.text_input(text("duplicates.split_reason"), key="split-reason").strip()
    if reason:
        doing = Doing(
            SplitCustomers(found.about, reason), text("duplicates.do_split"), "split"
        )
        if dialog.do(doing, found) is not None:
            st.rerun()
