"""The forms of an idea: a new plan, or a new price; each writes a catalogue file.

What is written is the file that anybody could have written by hand, and it goes the
same way to the market.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import streamlit as st

from billing import tax
from billing.catalogue import idea
from billing.catalogue.frames import Catalogue
from billing.catalogue.idea import Rise
from billing.company import Company
from streamlit_app import desk
from streamlit_app.widgets import amounts
from streamlit_app.widgets.wording import name_of, text

Mapping = dict[str, Any]
UNITS = ("month", "quarter", "year", "week", "day")
RULES = ("new", "renewal", "all", "cohort")
RECOGNISED = ("daily", "at_once", "per_delivery")
NEW = ""


def slug(name: str) -> str:
    """Return an id made of a name.

    >>> slug("Helg & digitalt, år")
    'helg-digitalt-ar'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return "-".join(re.findall("[a-z0-9]+", plain.lower()))


def new_plan(known: Catalogue, company: Company) -> Mapping | None:
    """Draw the form of a new plan; return its file, None until it is whole."""
    name = st.text_input(text("idea.name"), key="idea-name").strip()
    products, sold = _sold(known, company)
    amount = _price()
    from_on = st.date_input(
        text("idea.from"), desk.moment().on, format="YYYY-MM-DD", key="idea-from"
    )
    terms = _terms()
    if not name or not sold or amount is None:
        st.caption(text("idea.fill_in"))
        return None
    plan: Mapping = {
        "id": slug(name),
        "name": name,
        **sold,
        "every": {"count": st.session_state["idea-count"],
                  "unit": st.session_state["idea-unit"]},
        "prices_include_vat": st.session_state["idea-vat"],
        "prices": [
            {
                "from": from_on,
                "applies_to": "new",
                "price": {"model": st.session_state["idea-model"],
                          "amount": f"{amount:.2f}"},
            }
        ],
        **terms,
    }  # fmt: skip
    return {"products": products, "plans": [plan]}


def _price() -> Decimal | None:
    """Draw what a cycle costs, and how long it is."""
    first, second, third, fourth, fifth = st.columns([2, 2, 1, 2, 2])
    with first:
        amount = amounts.field(text("idea.amount"), key="idea-amount")
    second.selectbox(
        text("column.model"),
        ("flat", "per_unit"),
        format_func=lambda code: name_of("model", code),
        key="idea-model",
    )
    third.number_input(text("idea.every"), 1, 60, 1, key="idea-count")
    fourth.selectbox(
        text("idea.unit"),
        UNITS,
        format_func=lambda code: name_of("cycle", code),
        key="idea-unit",
    )
    with fifth:
        st.toggle(text("idea.vat"), value=True, key="idea-vat")
    return amount


def _sold(known: Catalogue, company: Company) -> tuple[list[Mapping], Mapping]:
    """Draw what the plan sells: one product, a new one, or a bundle of several."""
    rows = {row["product_id"]: row for row in known.products.to_dicts()}
    chosen = st.multiselect(
        text("idea.products"),
        [NEW, *rows],
        format_func=lambda code: (
            rows[code]["name"] if code else text("idea.new_product")
        ),
        placeholder=text("idea.choose"),
        key="idea-products",
    )
    products = [idea.product(rows[code]) for code in chosen if code]
    if NEW in chosen:
        new = _new_product(company)
        products += [new] if new else []
    ids = [product["id"] for product in products]
    if len(products) != len(chosen) or not ids:
        return [], {}
    if len(ids) == 1:
        return products, {"product": ids[0]}
    parts = [_part(product) for product in products]
    if any(part["standalone_price"] is None for part in parts):
        return [], {}
    return products, {"bundle": parts}


def _part(product: Mapping) -> Mapping:
    """Draw what a part costs alone: the bundle's price is shared by that."""
    alone = amounts.field(
        text("idea.alone", name=product.get("name", product["id"])),
        key=f"idea-alone-{product['id']}",
    )
    price = None if alone is None else f"{alone:.2f}"
    return {"product": product["id"], "standalone_price": price}


def _new_product(company: Company) -> Mapping | None:
    first, second, third = st.columns(3)
    name = first.text_input(text("idea.product_name"), key="idea-product").strip()
    category = second.selectbox(
        text("column.vat_category"),
        tax.categories(company.country),
        format_func=lambda code: name_of("vat_category", code),
        key="idea-vat-category",
    )
    recognised = third.selectbox(
        text("idea.recognised"),
        RECOGNISED[:2],
        format_func=lambda code: name_of("recognised", code),
        key="idea-recognised",
    )
    if not name:
        return None
    return {
        "id": slug(name), "name": name, "vat": category, "recognised": recognised
    }  # fmt: skip


def _terms() -> Mapping:
    """Draw trial, binding and notice, which most plans do without."""
    with st.expander(text("idea.more")):
        first, second, third, fourth = st.columns(4)
        trial = first.number_input(text("idea.trial"), 0, 365, 0, key="idea-trial")
        binding = second.number_input(text("idea.binding"), 0, 60, 0, key="idea-bind")
        notice = third.number_input(text("idea.notice"), 0, 24, 0, key="idea-notice")
        with fourth:
            fee = amounts.field(text("idea.exit_fee"), key="idea-fee")
    said: Mapping = {}
    if trial:
        said["trial"] = {"lasts": {"count": trial, "unit": "day"}, "then": "convert"}
    if binding or notice:
        said["term"] = {"binding": binding, "notice": notice, "unit": "month"}
        if fee is not None and binding:
            said["term"]["exit_fee"] = f"{fee:.2f}"
    return said


def rise(known: Catalogue) -> Mapping | None:
    """Draw the form of a new price; return its file, None until it is whole."""
    names = dict(known.plans.select("plan_id", "name").sort("name").rows())
    if not names:
        return None
    codes = list(names)
    first, second = st.columns([3, 2])
    plan = first.selectbox(
        text("change.plan"),
        codes,
        format_func=names.__getitem__,
        key="rise-plan",
    )
    from_on = second.date_input(
        text("idea.from"), next_month(desk.moment().on), format="YYYY-MM-DD",
        key="rise-from",
    )  # fmt: skip
    percent, amount, whole = _more()
    applies_to, cohort = _for_whom()
    if percent is None and amount is None:
        st.caption(text("idea.fill_in"))
        return None
    return idea.price_rise(
        known,
        Rise(plan, from_on, percent, amount, applies_to, *cohort, whole),
    )


def _more() -> tuple[Decimal | None, Decimal | None, bool]:
    """Draw how much: a share more, or a new amount."""
    first, second, third = st.columns([2, 2, 2], vertical_alignment="bottom")
    how = first.segmented_control(
        text("idea.how_much"),
        ("percent", "amount"),
        default="percent",
        format_func=lambda code: name_of("how_much", code),
        key="rise-how",
        required=True,
    )
    with second:
        if how == "amount":
            return (
                None,
                amounts.field(text("idea.new_amount"), key="rise-amount"),
                False,
            )
        share = amounts.field(text("idea.percent"), key="rise-percent", example="5")
    with third:
        whole = st.toggle(text("idea.whole"), value=True, key="rise-whole")
    return amounts.share(share), None, whole


def _for_whom() -> tuple[str, tuple[date | None, date | None]]:
    """Draw whom the price is for; a cohort has the days of its starts."""
    applies_to = st.radio(
        text("column.applies_to"),
        RULES,
        index=1,
        format_func=lambda code: name_of("applies_to", code),
        captions=[text(f"applies_to_help.{code}") for code in RULES],
        horizontal=True,
        key="rise-for",
    )
    if applies_to != "cohort":
        return applies_to, (None, None)
    first, second = st.columns(2)
    begin = first.date_input(
        text("idea.cohort_from"), None, format="YYYY-MM-DD", key="rise-cohort-from"
    )
    end = second.date_input(
        text("idea.cohort_to"), desk.moment().on, format="YYYY-MM-DD",
        key="rise-cohort-to",
    )  # fmt: skip
    return applies_to, (begin, end)


def next_month(on: date) -> date:
    """Return the first day of the month after."""
    return (on.replace(day=1) + timedelta(days=32)).replace(day=1)
