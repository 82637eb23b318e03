"""Products and prices: what is sold, and the workshop where ideas become prices."""

import streamlit as st

from streamlit_app import desk
from streamlit_app.widgets import effect, empty, proposals, shelf, workshop
from streamlit_app.widgets.refusal import explained
from streamlit_app.widgets.url_select import url_segments
from streamlit_app.widgets.wording import name_of, text

VIEWS = ("sold", "workshop", "proposals")

effect.toast()
st.title(text("page.catalogue"))
company = desk.company()
if company is None:
    empty.nothing("company")
    st.stop()

view = url_segments(
    text("customers.view"), "view", VIEWS, lambda code: name_of("catalogue_view", code)
)
with explained():
    if view == "sold":
        shelf.tab(company)
    elif view == "workshop":
        workshop.tab(company, shelf.known(), workshop.IDEAS)
    else:
        proposals.tab()
