"""Jobs and when they run.

The whole day at five in the morning, files when they come.
"""

import dagster as dg

from dagster_project.defs.partitions import DAYS

# In one process: the steps of a day follow each other, and share the books' server.
day = dg.define_asset_job(
    "day",
    selection=dg.AssetSelection.all(),
    partitions_def=DAYS,
    executor_def=dg.in_process_executor,
    description="Everything of one day: files, billing, claims, collection, ledger,"
    " warehouse, papers. Running a day again changes nothing.",
)
receive_files = dg.define_asset_job(
    "receive_files",
    selection=dg.AssetSelection.assets("received_files"),
    partitions_def=DAYS,
    executor_def=dg.in_process_executor,
    description="Read what has come into the inbox, without waiting for the morning.",
)
build_warehouse = dg.define_asset_job(
    "build_warehouse",
    selection=dg.AssetSelection.assets("landed_books").downstream()
    - dg.AssetSelection.assets("delivered_papers"),
    partitions_def=DAYS,
    executor_def=dg.in_process_executor,
    description="Land, build, audit and publish, without any other step of the day.",
)


# The partition of today is the one that the morning is about (end_offset).
@dg.schedule(
    job=day,
    cron_schedule="0 5 * * *",
    execution_timezone="Europe/Stockholm",
    default_status=dg.DefaultScheduleStatus.STOPPED,
)
def every_morning(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Ask for the day of the tick, keyed by the business date: a day runs once."""
    on = context.scheduled_execution_time.strftime("%Y-%m-%d")
    return dg.RunRequest(run_key=on, partition_key=on)
