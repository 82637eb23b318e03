"""The warehouse is the published build of the marts; this is the only way to it here.

A build is opened read-only and anew for every query: one DuckDB connection shared by
several users can hand one of them another's rows (screens.md §7, trap 3). The pointer
names the build, so a page in the middle of its work keeps the build that it began with.
"""

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import streamlit as st

from billing.books.home import Home

POINTER = "current.json"
POINTER_SECONDS = 10
CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": "2",
    "memory_limit": "1GB",
}


@dataclass(frozen=True, slots=True)
class Build:
    """One published build: where it lies, the last fact it knew, its passed checks."""

    path: str
    build_id: str
    as_of: date
    position: int
    checks: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a query gave, and the build that gave it."""

    frame: pl.DataFrame
    build: Build


def published() -> Build | None:
    """Return the build that the pointer names; None where nothing is published yet."""
    pointer = Home.from_environment().warehouse / POINTER
    return _published(str(pointer))


@st.cache_data(ttl=POINTER_SECONDS, max_entries=4, show_spinner=False)
def _published(pointer: str) -> Build | None:
    path = Path(pointer)
    if not path.exists():
        return None
    content = json.loads(path.read_text())
    # The pointer may name the file relative to its own folder, so a home can be moved.
    file = path.parent / content["path"]
    return Build(
        path=os.fspath(file),
        build_id=str(content["build_id"]),
        as_of=date.fromisoformat(str(content["as_of"])[:10]),
        position=int(content["position"]),
        checks=int(content["checks"]),
    )


def read(query: str, *parameters: object) -> Answer | None:
    """Run a query on the published build; None where nothing is published yet."""
    build = published()
    if build is None:
        return None
    return Answer(_rows(build.path, build.build_id, query, parameters), build)


@st.cache_data(ttl=600, max_entries=200, show_spinner=False)
def _rows(
    path: str,
    build_id: str,  # noqa: ARG001 - a part of the cache's key, so builds never mix
    query: str,
    parameters: tuple[object, ...],
) -> pl.DataFrame:
    with duckdb.connect(path, read_only=True, config=CONFIG) as connection:
        return connection.execute(query, list(parameters)).pl()
