"""The sensor of the inbox asks for a run when files have come and stopped growing."""

import hashlib
import json
from pathlib import Path

import dagster as dg

from billing.books.home import Home
from dagster_project.defs.partitions import DAYS
from dagster_project.defs.schedules import receive_files


def _sizes(inbox: Path) -> dict[str, int]:
    return {
        path.name: path.stat().st_size
        for path in sorted(inbox.iterdir())
        if path.is_file() and not path.is_symlink() and not path.name.startswith(".")
    }


@dg.sensor(
    job=receive_files,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.STOPPED,
)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """Compare the inbox with the last look: files of unchanged size are whole."""
    now = _sizes(Home.from_environment().inbox)
    before = json.loads(context.cursor or "{}")
    ripe = {name: size for name, size in now.items() if before.get(name) == size}
    cursor = json.dumps(now)
    if not ripe:
        return dg.SensorResult(cursor=cursor, skip_reason="no whole file in the inbox")
    key = hashlib.sha256(json.dumps(ripe).encode()).hexdigest()
    today = DAYS.get_last_partition_key()
    request = dg.RunRequest(run_key=key, partition_key=today)
    return dg.SensorResult(run_requests=[request], cursor=cursor)
