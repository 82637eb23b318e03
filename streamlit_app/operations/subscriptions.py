"""One agreement: what it costs and why, what is billed next, and how to change it."""

import streamlit as st

from streamlit_app import desk
from streamlit_app.widgets import (
    agreement,
    agreement_change,
    customer_card,
    effect,
    empty,
    search,
    timeline,
)
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.wording import text

effect.toast()
subscription_id = st.query_params.get("subscription", "")
found = agreement.find(subscription_id)
if found is None:
    st.page_link(
        "operations/customers.py", label=text("card.back"), icon=":material/arrow_back:"
    )
    empty.nothing("unknown_agreement", agreement=subscription_id)
    st.stop()

st.page_link(
    search.CARD,
    label=text("agreement.back", customer=found["customer_id"]),
    icon=":material/arrow_back:",
    query_params={"customer": found["customer_id"]},
)
agreement.head(found)
agreement_change.buttons(found)
st.header(text("agreement.next"))
with explained():
    agreement.following(subscription_id)
st.header(text("agreement.prices"))
with explained():
    agreement.prices(subscription_id)
st.header(text("card.history"))
with explained():
    timeline.draw("subscription", subscription_id)
company = desk.company()
agreement_change.dialog_if_open(
    customer_card.plans(), company.currency if company else found["currency"]
)
