"""Amounts as people write them: 299, 299,00 or 1 299.50.

>>> parsed("1 299,50"), parsed("299"), parsed("tre"), share(parsed("5"))
(Decimal('1299.50'), Decimal('299'), None, Decimal('0.05'))
"""

from decimal import Decimal, InvalidOperation

import streamlit as st

from streamlit_app.widgets.wording import text


def parsed(written: str) -> Decimal | None:
    """Return the number that is written, by comma or point; None for no number."""
    plain = "".join(written.split()).replace(",", ".")
    try:
        number = Decimal(plain)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def share(percent: Decimal | None) -> Decimal | None:
    """Return so many per cent as a share."""
    return None if percent is None else percent / 100


def field(label: str, *, key: str, example: str = "299,00") -> Decimal | None:
    """Draw a field for a number; what is no number is said under it."""
    written = st.text_input(label, key=key, placeholder=example)
    number = parsed(written or "")
    if written and number is None:
        st.caption(f":red[:material/error: {text('refusal.NotAnAmount')}]")
    return number
