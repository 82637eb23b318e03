"""Search finds a customer or an invoice from anywhere: Ctrl+K, type, Ctrl+Enter."""

from typing import Any

import polars as pl
import streamlit as st

from billing.books import customer_search
from streamlit_app import desk
from streamlit_app.widgets import table
from streamlit_app.widgets.wording import name_of, text

OPEN, WORDS = "searching", "search-words"
CARD, DOCUMENT = "operations/customers_card.py", "operations/invoicing_document.py"
AGREEMENT = "operations/subscriptions.py"
# Where a hit of each kind leads: the page, its parameter, the sign of the kind.
TARGETS = {
    "customer": (CARD, "customer", ":material/person:"),
    "invoice": (DOCUMENT, "invoice", ":material/receipt_long:"),
    "subscription": (AGREEMENT, "subscription", ":material/contract:"),
}
HITS = 8
MIN_LETTERS = 2
# The dialog takes the focus when it opens, more than once; what is typed belongs in
# its field, so the field takes the focus until it has kept it.
FOCUS = """<script>
let kept = 0;
const taking = setInterval(() => {
  const field = document.querySelector('.st-key-search-words input');
  if (!field) return;
  kept = document.activeElement === field ? kept + 1 : 0;
  if (kept === 0) field.focus();
  if (kept > 20) clearInterval(taking);
}, 60);
setTimeout(() => clearInterval(taking), 12000);
</script>"""


def button() -> None:
    """Draw the button that opens the search."""
    st.button(
        text("search.open"),
        icon=":material/search:",
        shortcut="Ctrl+K",
        on_click=_set,
        args=(True,),
        key="search-open",
    )


def dialog_if_open() -> None:
    """Draw the dialog while it is open: its state is ours, so a rerun keeps it."""
    if st.session_state.get(OPEN):
        st.dialog(text("search.title"), width="medium", on_dismiss=_close)(_dialog)()


def customers(words: str, limit: int) -> pl.DataFrame:
    """Return the customers that a text finds, as the books have them now."""
    return customer_search.customers_found(desk.books(), words, limit)


def _dialog() -> None:
    st.html(FOCUS, unsafe_allow_javascript=True)
    words = st.text_input(
        text("search.words"),
        key=WORDS,
        type="search",
        live=True,
        placeholder=text("search.placeholder"),
    )
    words = (words or "").strip()
    if len(words) < MIN_LETTERS:
        st.caption(text("search.hint"))
        return
    found = customer_search.found(desk.books(), words, HITS)
    hits = found.filter(pl.col("kind").is_in(list(TARGETS))).to_dicts()
    if not hits:
        st.info(text("search.none", words=table.escaped(words)))
    for place, hit in enumerate(hits):
        page, parameter, icon = TARGETS[hit["kind"]]
        _hit(place, f"{icon} {_said(hit)}", (page, {parameter: hit["id"]}))


def _hit(place: int, label: str, target: tuple[str, dict[str, str]]) -> None:
    """Draw one hit; the first also opens by Ctrl+Enter."""
    pressed = st.button(
        label,
        key=f"search-hit-{place}",
        width="stretch",
        type="tertiary",
        shortcut="Ctrl+Enter" if place == 0 else None,
    )
    if pressed:
        _set(opened=False)
        st.switch_page(target[0], query_params=target[1])


def _said(hit: dict[str, Any]) -> str:
    """Return a hit in words: its number, its name, and what tells it from others."""
    details = [name_of("kind", one) for one in (hit["detail"] or "").split(" · ")]
    parts = dict.fromkeys([hit["id"], hit["title"], *details])
    return " · ".join(table.escaped(part) for part in parts if part)


def _set(opened: bool) -> None:
    st.session_state[OPEN] = opened


def _close() -> None:
    _set(opened=False)
