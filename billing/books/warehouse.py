"""The warehouse is built aside by dbt, audited.

Published in one step, or not at all.
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from billing.books.home import Home
from billing.books.vault import write_durably
from billing.errors import Conflict, NotFound

PROJECT = Path(__file__).parents[2] / "dbt"
POINTER = "current.json"
KEPT_BUILDS = 14
METRICS = "metrics.yml"
TESTS = {"test"}
# Unit tests prove the models when they are changed; a build proves its data.
DATA_ONLY = ["--exclude-resource-type", "unit_test"]
RUN_DBT = "from dbt.cli.main import cli; cli()"
# dbt ends with 1 when it ran to its end and some node failed.
TESTS_FAILED = 1


class NothingPublished(NotFound):
    """No build has been published yet."""


class BuildBroke(RuntimeError):
    """dbt could not even run to its end."""


class AuditFailed(Conflict):
    """A build did not pass its tests; the last good one stays published."""


@dataclass(frozen=True, slots=True)
class Build:
    """One build: its file, what it knew, and how its tests went."""

    build_id: str
    path: Path
    as_of: date
    position: int
    checks: int
    failures: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Return whether every test passed."""
        return not self.failures

    def read(self, query: str) -> pl.DataFrame:
        """Run a query on the build, read-only."""
        return _read(self.path, query, [])


def _read(path: Path, query: str, parameters: list[Any]) -> pl.DataFrame:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(query, parameters).pl()


@dataclass(frozen=True, slots=True)
class Published:
    """The build that screens and reports read."""

    build_id: str
    path: Path
    as_of: date
    position: int
    checks: int

    def read(self, query: str, parameters: list[Any] | None = None) -> pl.DataFrame:
        """Run a query on the build, read-only, on a connection of its own."""
        return _read(self.path, query, parameters or [])


def build_id(as_of: date, position: int) -> str:
    """Name a build after its day and the last fact that it knows."""
    return f"{as_of:%Y%m%d}-{position}"


def environment(home: Home, path: Path) -> dict[str, str]:
    """Return what dbt reads from the environment: where to read and where to write."""
    return {
        "SALDO_LANDING": str(home.landing),
        "SALDO_BUILD": str(path),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }


def variables(as_of: date) -> list[str]:
    """Return the arguments that tell dbt the day."""
    return ["--vars", json.dumps({"as_of": as_of.isoformat()})]


def _places(artefacts: Path) -> list[str]:
    return [
        "--project-dir", str(PROJECT),
        "--profiles-dir", str(PROJECT),
        "--target-path", str(artefacts),
        "--log-path", str(artefacts.parent / "logs"),
    ]  # fmt: skip


def manifest(home: Home) -> Path:
    """Return dbt's manifest of the project, parsed anew when a file of it is newer."""
    path = target(home) / "manifest.json"
    sources = (p for p in PROJECT.rglob("*") if p.suffix in {".sql", ".yml", ".csv"})
    newest = max(p.stat().st_mtime for p in sources)
    if not path.exists() or path.stat().st_mtime < newest:
        known = environment(home, home.warehouse / "parse.duckdb")
        _invoke(["parse", *_places(target(home))], known)
    return path


def build(home: Home, *, as_of: date, position: int) -> Build:
    """Build the warehouse aside from the landing, and run every test on it."""
    path = prepared(home, as_of=as_of, position=position)
    arguments = ["build", *_places(target(home)), *variables(as_of), *DATA_ONLY]
    _invoke(arguments, environment(home, path))
    return audited(home, as_of=as_of, position=position)


def build_journal(home: Home, *, as_of: date, position: int) -> Build:
    """Build only what the journal needs, with its tests.

    What vouchers are booked from.
    """
    path = home.warehouse / f"journal.{build_id(as_of, position)}.duckdb"
    path.unlink(missing_ok=True)
    selection = ["--select", "+journal_differences", "--indirect-selection", "cautious"]
    everything = [*_places(target(home)), *variables(as_of), *DATA_ONLY]
    arguments = ["build", *everything, *selection]
    _invoke(arguments, environment(home, path))
    return _audit(target(home), (as_of, position), path)


def build_models(home: Home, as_of: date, models: tuple[str, ...]) -> Path:
    """Build some models and what they stand on, without tests.

    Into a file of their own.

    The file is the same for each home, so that dbt need not parse its project again.
    """
    path = home.warehouse / "models.duckdb"
    path.unlink(missing_ok=True)
    wanted = ["--select", *(f"+{model}" for model in models)]
    without = ["--exclude-resource-type", "test", *DATA_ONLY]
    arguments = ["build", *_places(target(home)), *variables(as_of), *wanted, *without]
    _invoke(arguments, environment(home, path))
    return path


def _invoke(arguments: list[str], environment: dict[str, str]) -> None:
    """Run dbt in a process of its own, which leaves no connection to the file behind.

    A test that fails is not an error here: the audit reads what each node came to.
    """
    done = subprocess.run(  # noqa: S603 - our own interpreter and arguments
        [sys.executable, "-c", RUN_DBT, *arguments, "--quiet", "--no-use-colors"],
        env=os.environ | environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode > TESTS_FAILED:
        raise BuildBroke(f"dbt could not build: {(done.stderr or done.stdout)[-2000:]}")


def prepared(home: Home, *, as_of: date, position: int) -> Path:
    """Return the path of a new build, with nothing in its place."""
    path = _build_path(home, as_of, position)
    path.unlink(missing_ok=True)
    return path


def _build_path(home: Home, as_of: date, position: int) -> Path:
    return home.warehouse / f"warehouse.{build_id(as_of, position)}.duckdb"


def target(home: Home) -> Path:
    """Return the folder of dbt's artefacts of whole builds."""
    return home.warehouse / "target"


def audited(home: Home, *, as_of: date, position: int) -> Build:
    """Return the build of a day with how its tests went, from dbt's last results."""
    path = _build_path(home, as_of, position)
    return _audit(target(home), (as_of, position), path)


def _audit(artefacts: Path, named: tuple[date, int], path: Path) -> Build:
    results = json.loads((artefacts / "run_results.json").read_text())["results"]
    return Build(
        build_id=build_id(*named),
        path=path,
        as_of=named[0],
        position=named[1],
        checks=sum(r["unique_id"].split(".")[0] in TESTS for r in results),
        failures=tuple(
            f"{r['unique_id'].split('.')[2]}: {r['message']}"
            for r in results
            if r["status"] in {"fail", "error", "skipped"}
        ),
    )


def publish(home: Home, build: Build) -> Published:
    """Point readers at a build that passed; refuse one that did not."""
    if not build.passed:
        raise AuditFailed(
            f"build {build.build_id} is not published, {len(build.failures)} checks "
            f"failed: {'; '.join(build.failures[:3])}"
        )
    with build.path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    pointer = {
        "build_id": build.build_id,
        "path": build.path.name,
        "as_of": build.as_of.isoformat(),
        "position": build.position,
        "checks": build.checks,
        "sha256": digest,
    }
    metrics = PROJECT / METRICS
    if metrics.exists():
        copy = build.path.with_suffix(".metrics.yml")
        write_durably(copy, metrics.read_bytes())
    write_durably(home.warehouse / POINTER, json.dumps(pointer, indent=1).encode())
    _forget_old(home, build.path)
    return published(home)


def published(home: Home) -> Published:
    """Return the published build."""
    path = home.warehouse / POINTER
    if not path.exists():
        raise NothingPublished(
            "no figures have been published yet; run saldo day to build them"
        )
    pointer = json.loads(path.read_text())
    return Published(
        build_id=pointer["build_id"],
        path=home.warehouse / pointer["path"],
        as_of=date.fromisoformat(pointer["as_of"]),
        position=int(pointer["position"]),
        checks=int(pointer["checks"]),
    )


def _forget_old(home: Home, current: Path) -> None:
    builds = sorted(
        home.warehouse.glob("warehouse.*.duckdb"), key=lambda p: p.stat().st_mtime
    )
    for old in builds[:-KEPT_BUILDS]:
        if old != current:
            old.unlink()
            old.with_suffix(".metrics.yml").unlink(missing_ok=True)
