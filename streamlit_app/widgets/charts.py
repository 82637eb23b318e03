"""Charts draw the marts: each has a text for those who do not see it, and its table.

Amounts become kronor here to be drawn, and nowhere else; nobody adds up a chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import altair as alt
import polars as pl
import streamlit as st

from streamlit_app.widgets import numbers, table
from streamlit_app.widgets.table import Column
from streamlit_app.widgets.wording import language, text

MINOR_PER_MAJOR = 100
HEIGHT = 250
# Gains in greens, losses in amber and red, what is neither in grey; the sign says the
# same without colour.
PARTS = ["#2a8f82", "#62b5a8", "#a5d3cb", "#d08a1d", "#cf5347", "#8a9794"]
# Before in grey, after in the colour of the house.
SIDES = ["#8a9794", "#0b6b62"]
NUMBERS = {
    "sv": {
        "decimal": ",",
        "thousands": "\u00a0",
        "grouping": [3],
        "minus": "-",
        "currency": ["", "\u00a0kr"],
    },
    "en": {
        "decimal": ".",
        "thousands": ",",
        "grouping": [3],
        "minus": "-",
        "currency": ["SEK ", ""],
    },
}
# Kronor, thousands or millions: the axis takes the unit that its numbers fit.
UNITS = ((1_000_000_000, 1_000_000, "millions"), (1_000_000, 1_000, "thousands"))


@dataclass(frozen=True, slots=True)
class Series:
    """What a chart shows: a frame, its place, its amounts, its colours' code."""

    frame: pl.DataFrame
    place: str
    amount: str
    name: str
    code: str | None = None
    order: Sequence[str] = ()


def area(series: Series, columns: Sequence[Column]) -> None:
    """Draw an amount over time as a filled line."""
    chart = _chart(series).mark_area(line=True, opacity=0.18, interpolate="monotone")
    _draw(
        chart.encode(_x(series), _y(series), tooltip=_tooltip(series)), series, columns
    )


def bars(series: Series, columns: Sequence[Column]) -> None:
    """Draw amounts as bars; with a code, the parts are stacked around zero."""
    encoded = (
        _chart(series)
        .mark_bar(cornerRadiusEnd=2)
        .encode(_x(series), _y(series), tooltip=_tooltip(series))
    )
    if series.code:
        encoded = encoded.encode(color=_colour(series))
    _draw(encoded, series, columns)


def lines(series: Series, columns: Sequence[Column]) -> None:
    """Draw amounts over time as one line for each code, to be compared."""
    encoded = (
        _chart(series)
        .mark_line(point=True, interpolate="monotone")
        .encode(
            _x(series), _y(series, stacked=False), _colour(series, SIDES),
            strokeDash=alt.StrokeDash(f"{series.code}:N", legend=None,
                                      sort=list(series.order)),
            tooltip=_tooltip(series),
        )
    )  # fmt: skip
    _draw(encoded, series, columns)


def _chart(series: Series) -> alt.Chart:
    drawn = series.frame.with_columns(
        (pl.col(series.amount) / MINOR_PER_MAJOR).alias("amount"),
        pl.col(series.place).alias("place"),
    )
    return alt.Chart(
        drawn.select(c for c in drawn.columns if drawn[c].dtype != pl.Object)
    )


def _x(series: Series) -> alt.X:
    order = series.frame[series.place].unique(maintain_order=True).to_list()
    return alt.X(
        "place:N",
        sort=order,
        title=None,
        axis=alt.Axis(labelAngle=0, labelOverlap=True),
        scale=alt.Scale(padding=0.35),
    )


def _y(series: Series, *, stacked: bool = True) -> alt.Y:
    axis = alt.Axis(labelExpr=_unit(series), tickCount=5)
    if not stacked:
        return alt.Y("sum(amount):Q", title=None, axis=axis, stack=None)
    return alt.Y("sum(amount):Q", title=None, axis=axis, stack="zero")


def _unit(series: Series) -> str:
    """Return how the axis writes an amount: in kr, tkr or mkr."""
    top = int(series.frame[series.amount].abs().max() or 0)
    for least, divisor, name in UNITS:
        if top >= least:
            return (
                f"format(datum.value / {divisor}, ',.0f') + ' {text(f'chart.{name}')}'"
            )
    return f"format(datum.value, ',.0f') + ' {text('chart.units')}'"


def _colour(series: Series, colours: Sequence[str] = PARTS) -> alt.Color:
    return alt.Color(
        f"{series.code}:N",
        sort=list(series.order),
        scale=alt.Scale(domain=list(series.order), range=list(colours)),
        legend=alt.Legend(title=None, orient="bottom"),
    )


def _tooltip(series: Series) -> list[alt.Tooltip]:
    parts = [alt.Tooltip("place:N", title=text("chart.place"))]
    if series.code:
        parts.append(alt.Tooltip(f"{series.code}:N", title=text("chart.part")))
    amount = alt.Tooltip("sum(amount):Q", format="$,.2f", title=text("chart.amount"))
    return [*parts, amount]


def _draw(chart: alt.Chart, series: Series, columns: Sequence[Column]) -> None:
    """Draw the chart with its description, and the table with the same figures."""
    locale = alt.Locale(number=alt.NumberLocale(**NUMBERS[language()]))
    st.altair_chart(
        chart.properties(height=HEIGHT).configure(locale=locale),
        alt=_described(series),
        key=f"chart-{series.name}",
    )
    with st.expander(text("chart.as_table")):
        table.show(series.frame, columns, name=series.name)


def _described(series: Series) -> str:
    """Return the text for those who do not see the chart: what it is, and the last."""
    if series.frame.is_empty():
        return text(f"chart.{series.name}_alt")
    last = series.frame.tail(1).row(0, named=True)
    return " ".join(
        [
            text(f"chart.{series.name}_alt"),
            text(
                "chart.last",
                place=last[series.place],
                amount=numbers.money(last[series.amount]),
            ),
        ]
    )
