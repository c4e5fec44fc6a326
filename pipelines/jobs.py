"""The job that makes a release, and when it runs.

Belongs here: jobs and schedules. Not here: what a job makes (see assets/).
"""

import dagster as dg

from ipmon.duedates import RELEASE_DAY

release_job = dg.define_asset_job(
    "release",
    selection=dg.AssetSelection.all() - dg.AssetSelection.groups("facts"),
    description="Builds, checks and publishes a release from everything received. Publishes nothing if the content is unchanged.",
)

registers_job = dg.define_asset_job(
    "registers",
    selection=dg.AssetSelection.groups("facts"),
    description="Makes the facts of a month, or of a range of months, from the registers received. The release job follows.",
)

monthly = dg.ScheduleDefinition(
    name="monthly_release",
    job=release_job,
    cron_schedule=f"30 9 {RELEASE_DAY} * *",
    execution_timezone="Asia/Shanghai",
    description=f"On day {RELEASE_DAY} of every month at 09:30 Beijing time.",
)
