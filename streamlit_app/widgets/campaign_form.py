"""The form of a campaign: what is taken off, for how long, for whom, with which limits.

It writes the catalogue file of the campaign, with examples that must pass and fail.
"""

from datetime import date
from decimal import Decimal
from typing import Any

import streamlit as st

from billing.catalogue import idea
from billing.catalogue.frames import Catalogue
from streamlit_app import desk
from streamlit_app.widgets import amounts
from streamlit_app.widgets.idea_form import slug
from streamlit_app.widgets.wording import name_of, text

Mapping = dict[str, Any]
KINDS = ("percent", "amount", "price", "steps")
LASTS = ("periods", "until", "forever")
WHOM = ("everyone", "new", "former")
FIRST = ("none", "rest_of_month", "rest_of_year")


def campaign(known: Catalogue) -> Mapping | None:
    """Draw the form; return the catalogue file, None until it is whole."""
    first, second = st.columns([3, 2])
    name = first.text_input(text("offer.name"), key="offer-name").strip()
    code = second.text_input(text("offer.code"), key="offer-code").strip().upper()
    takes = _discount()
    plans = _plans(known)
    said = {
        "id": slug(name),
        "name": name,
        "code": code or None,
        **takes,
        "valid": _days(),
        "for": _whom(plans),
        **_more(),
    }
    if not name or not takes or not plans:
        st.caption(text("offer.fill_in"))
        return None
    offer = {key: part for key, part in said.items() if part not in (None, {})}
    offer["examples"] = examples(offer, plans[0])
    return idea.retold(known, plans) | {"campaigns": [offer]}


def examples(offer: Mapping, plan: str) -> list[Mapping]:
    """Return orders that must be taken, and refused, by what the offer says itself."""
    begin = offer["valid"]["from"]
    whom = offer.get("for", {})
    fits: Mapping = {"plan": plan, "on": begin, "expect": "accepted"}
    if whom.get("ended"):
        fits |= {"customer": "former", "ended_days": whom["ended"]["from_days"]}
    found = [fits]
    if whom.get("new_customers"):
        found.append(
            {"plan": plan, "on": begin, "customer": "running", "expect": "refused"}
        )
    if end := offer["valid"].get("to"):
        found.append(fits | {"on": end, "expect": "refused"})
    return found


def _discount() -> Mapping:
    """Draw what is taken off, and for how long."""
    first, second, third, fourth = st.columns([2, 2, 2, 2])
    kind = first.selectbox(
        text("offer.kind"),
        KINDS,
        format_func=lambda code: name_of("discount", code),
        key="offer-kind",
    )
    if kind == "steps":
        return _steps()
    with second:
        discount = _one(kind, "offer-off")
    lasts = third.selectbox(
        text("offer.lasts"),
        LASTS,
        format_func=lambda code: name_of("lasts", code),
        key="offer-lasts",
    )
    with fourth:
        how_long = _how_long(lasts)
    return {"discount": discount, "lasts": how_long} if discount else {}


def _one(kind: str, key: str) -> Mapping | None:
    """Draw the size of a discount of a kind."""
    size = amounts.field(text(f"offer.size_{kind}"), key=key, example="50")
    if size is None:
        return None
    if kind == "percent":
        return {"percent": f"{amounts.share(size):f}"}
    return {kind: f"{size:.2f}"}


def _how_long(lasts: str) -> Any:  # noqa: ANN401 - a word or a mapping, as in the file
    if lasts == "periods":
        return {"periods": st.number_input(text("offer.periods"), 1, 60, 3)}
    if lasts == "until":
        until = st.date_input(
            text("offer.until"), desk.moment().on, format="YYYY-MM-DD"
        )
        return {"until": until}
    return "forever"


def _steps() -> Mapping:
    """Draw a table of steps: so many per cent off for so many periods, one by one."""
    st.caption(text("offer.steps_help"))
    edited = st.data_editor(
        [{"percent": 50, "periods": 2}, {"percent": 25, "periods": 2}],
        num_rows="dynamic",
        column_config={
            name: st.column_config.NumberColumn(text(f"offer.step_{name}"), min_value=1)
            for name in ("percent", "periods")
        },
        key="offer-steps",
    )
    rows = [row for row in edited if row.get("percent") and row.get("periods")]
    steps = [
        {
            "discount": {"percent": f"{amounts.share(Decimal(int(row['percent']))):f}"},
            "periods": int(row["periods"]),
        }
        for row in rows
    ]
    return {"steps": steps} if steps else {}


def _plans(known: Catalogue) -> list[str]:
    names = dict(known.plans.select("plan_id", "name").sort("name").rows())
    return st.multiselect(
        text("offer.plans"),
        list(names),
        format_func=names.__getitem__,
        placeholder=text("idea.choose"),
        key="offer-plans",
    )


def _days() -> Mapping:
    first, second = st.columns(2)
    begin = first.date_input(
        text("offer.from"), desk.moment().on, format="YYYY-MM-DD", key="offer-from"
    )
    end: date | None = second.date_input(
        text("offer.to"), None, format="YYYY-MM-DD", key="offer-to"
    )
    return {"from": begin} | ({"to": end} if end else {})


def _whom(plans: list[str]) -> Mapping:
    """Draw whom the offer is for; a former customer has been away for some days."""
    whom = st.radio(
        text("offer.whom"),
        WHOM,
        index=1,
        format_func=lambda code: name_of("whom", code),
        horizontal=True,
        key="offer-whom",
    )
    said: Mapping = {"plans": plans}
    if whom == "new":
        said["new_customers"] = True
    if whom == "former":
        first, second = st.columns(2)
        least = first.number_input(text("offer.away_from"), 0, 3650, 30)
        most = second.number_input(text("offer.away_to"), 0, 3650, 0)
        said["ended"] = {"from_days": least} | ({"to_days": most} if most else {})
    return said


def _more() -> Mapping:
    """Draw limits, stacking, first period, binding and control group."""
    with st.expander(text("offer.more")):
        first, second, third = st.columns(3)
        uses = first.number_input(text("offer.uses"), 0, 10_000_000, 0)
        each = second.number_input(text("offer.uses_customer"), 0, 1000, 0)
        control = third.number_input(text("offer.control"), 0, 50, 0)
        first, second, third = st.columns(3)
        odd = first.selectbox(
            text("offer.first_period"),
            FIRST,
            format_func=lambda code: name_of("first_period", code),
        )
        bound = second.number_input(text("offer.binding"), 0, 60, 0)
        with third:
            fee = amounts.field(text("idea.exit_fee"), key="offer-fee")
        stacks = st.toggle(text("offer.stacks"))
        lose = st.toggle(text("offer.lose"))
        leaving = st.toggle(text("offer.leaving"))
    limits = {"uses": uses, "per_customer": each}
    binding: Mapping = {"lasts": {"count": bound, "unit": "month"}} if bound else {}
    if binding and fee is not None:
        binding |= {"exit_fee": f"{fee:.2f}"}
    return {
        "limits": {name: most for name, most in limits.items() if most},
        "stacks": stacks or None,
        "on_plan_change": "lose" if lose else None,
        "offered_on": "cancellation" if leaving else None,
        "first_period": None if odd == FIRST[0] else odd,
        "binding": binding,
        "control_share": f"{amounts.share(Decimal(control)):f}" if control else None,
    }
