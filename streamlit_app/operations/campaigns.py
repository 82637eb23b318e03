"""Campaigns: what is offered, its rules in words, and a new offer on its way out."""

import streamlit as st

from streamlit_app import desk
from streamlit_app.widgets import effect, empty, offers, proposals, shelf, workshop
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.url_select import url_segments
from streamlit_app.widgets.wording import name_of, text

VIEWS = ("offers", "workshop", "proposals")

effect.toast()
st.title(text("page.campaigns"))
company = desk.company()
if company is None:
    empty.nothing("company")
    st.stop()

view = url_segments(
    text("customers.view"), "view", VIEWS, lambda code: name_of("campaigns_view", code)
)
with explained():
    if view == "offers":
        offers.tab(shelf.known())
    elif view == "workshop":
        workshop.tab(company, shelf.known(), workshop.OFFERS)
    else:
        proposals.tab()
