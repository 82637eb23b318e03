"""Figures are what the warehouse says of a scenario's books: landed, built by dbt, asked."""

from ingest.scenarios.stage import Stage


def faults(stage: Stage) -> list[str]:
    return []
