"""Freshness is how old the published figures are, and whether their checks passed."""

from datetime import date

import streamlit as st

from streamlit_app import desk, warehouse
from streamlit_app.warehouse import Build
from streamlit_app.widgets import numbers
from streamlit_app.widgets.wording import text

# The nightly build is a day old at most; after two days something has stopped.
FRESH_DAYS, LATE_DAYS = 1, 2


def badge() -> None:
    """Draw the badge of the header: the day of the figures, details on demand."""
    build = warehouse.published()
    if build is None:
        st.badge(text("freshness.none"), color="gray", icon=":material/schedule:")
        return
    label = f":{colour(build, desk.moment().on)}[:material/schedule:] "
    label += text("freshness.as_of", day=numbers.day(build.as_of))
    with st.popover(label, key="freshness", type="tertiary"):
        details(build)


def details(build: Build) -> None:
    """Draw what the build is: its id, what it knew, and its checks."""
    st.markdown(text("freshness.as_of_long", day=numbers.day(build.as_of)))
    st.markdown(text("freshness.build", build=build.build_id))
    st.markdown(text("freshness.position", position=numbers.count(build.position)))
    st.markdown(text("freshness.checks", checks=numbers.count(build.checks)))


def colour(build: Build, today: date) -> str:
    """Return the colour of the figures' age: green, orange when late, else red."""
    age = (today - build.as_of).days
    if age <= FRESH_DAYS:
        return "green"
    return "orange" if age <= LATE_DAYS else "red"
