"""A refusal on the screen: each of the three kinds of no has a message of its own."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from billing.errors import Conflict, Invalid, NotFound
from streamlit_app.widgets.table import escaped
from streamlit_app.widgets.wording import text


@contextmanager
def explained() -> Iterator[None]:
    """Show a refusal where it happens, in its own words, and go on with the page."""
    try:
        yield
    except NotFound as no:
        st.info(
            f"**{text('refusal.not_found')}** {escaped(no.message)}",
            icon=":material/search_off:",
        )
    except Conflict as no:
        st.warning(
            f"**{text('refusal.conflict')}** {escaped(no.message)}",
            icon=":material/sync_problem:",
        )
    except Invalid as no:
        where = f" ({no.field})" if no.field else ""
        st.error(
            f"**{text('refusal.invalid')}**{where} {escaped(no.message)}",
            icon=":material/error:",
        )
