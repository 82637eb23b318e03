"""The warehouse: dbt builds it aside and tests it; only a clean build is published."""

import os
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from billing.books import landing, warehouse
from billing.books.home import Home
from dagster_project.defs.partitions import DAYS, OWNERS, daily_asset
from dagster_project.defs.resources import refusals

WORDS_START = 2
MANIFEST = warehouse.manifest(Home.from_environment())
# Every table of the landing is one asset: the landed books.
SETTINGS = DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True)


class Words(DagsterDbtTranslator):
    """Names the group of a model after its folder: one of the ten words."""

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """Return the asset of a node with its word as group, its kinds and owners."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        node = manifest["nodes"].get(unique_id) or manifest["sources"][unique_id]
        folders = node["fqn"][WORDS_START:-1]
        word = folders[0] if folders else node["resource_type"]
        return spec.replace_attributes(
            group_name=word, owners=OWNERS, kinds={"dbt", "duckdb"}
        )

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Let every source be the landed books: the only door to the warehouse."""
        if dbt_resource_props["resource_type"] == "source":
            return dg.AssetKey("landed_books")
        return super().get_asset_key(dbt_resource_props)


@dbt_assets(
    manifest=MANIFEST,
    dagster_dbt_translator=Words(settings=SETTINGS),
    partitions_def=DAYS,
    pool="warehouse_build",
)
def marts(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Build and test the warehouse aside; nothing is published here."""
    home, as_of = Home.from_environment(), date.fromisoformat(context.partition_key)
    path = warehouse.prepared(home, as_of=as_of, position=landing.position(home))
    os.environ.update(warehouse.environment(home, path))
    arguments = ["build", *warehouse.variables(as_of), *warehouse.DATA_ONLY]
    target = warehouse.target(home)
    yield from dbt.cli(arguments, context=context, target_path=target).stream()


@daily_asset("reports", "warehouse", kinds={"duckdb"}, deps=[marts])
def published_build(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
    """The build that screens and reports read.

    The pointer moves when all tests passed.
    """
    home, as_of = Home.from_environment(), date.fromisoformat(context.partition_key)
    build = warehouse.audited(home, as_of=as_of, position=landing.position(home))
    with refusals():
        published = warehouse.publish(home, build)
    return dg.MaterializeResult(
        metadata={"build": published.build_id, "checks": published.checks}
    )
