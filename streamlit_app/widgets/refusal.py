"""A refusal on the screen: in the reader's language first, then in the core's words.

Each error class has a sentence of its own (`refusal.<class>` of the wording); one that
has none says that of its kind. What the core says stands after it: there are the
numbers and the names, and what to do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from billing.errors import Conflict, Invalid, No, NotFound
from streamlit_app.widgets.table import escaped
from streamlit_app.widgets.wording import name_of, text


@contextmanager
def explained() -> Iterator[None]:
    """Show a refusal where it happens, and go on with the page."""
    try:
        yield
    except NotFound as no:
        st.info(words(no), icon=":material/search_off:")
    except Conflict as no:
        st.warning(words(no), icon=":material/sync_problem:")
    except Invalid as no:
        st.error(words(no), icon=":material/error:")


def words(no: No) -> str:
    """Return what a refusal says: its sentence, the field to blame, the details."""
    where = f" ({name_of('field', no.field)})" if no.field else ""
    return f"**{sentence(no)}**{escaped(where)}  \n{escaped(no.message)}"


def sentence(no: No) -> str:
    """Return the sentence of the error's class, or of the nearest that has one."""
    named = (f"refusal.{kind.__name__}" for kind in type(no).__mro__)
    return next(said for key in named if (said := name_of_key(key)))


def name_of_key(key: str) -> str:
    """Return the text of a key, or nothing where there is none."""
    group, _, code = key.partition(".")
    said = name_of(group, code)
    return "" if said == code else said


def beside(field: str, faults: dict[str, str]) -> None:
    """Draw what is wrong with a field, right under it."""
    if fault := faults.get(field):
        known = name_of_key(f"fault.{field}") or text("refusal.Invalid")
        st.caption(f":red[:material/error: {known}] {escaped(fault)}")
