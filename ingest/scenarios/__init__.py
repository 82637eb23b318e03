"""Scenarios are stories over days, run through the real core on books of their own."""

from ingest.scenarios.performance import run
from ingest.scenarios.shape import schema

__all__ = ["run", "schema"]
