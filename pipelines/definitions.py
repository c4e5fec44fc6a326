"""Everything that Dagster knows of this project.

Belongs here: bringing assets, checks, jobs, schedules and sensors together. Not here: any of them.
"""

import os

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import dagster as dg

from assets.bulletin.assets import bulletin
from assets.charts.assets import charts
from assets.guideline.assets import assessments
from assets.indicators.assets import figures, indicators, observations
from assets.marts.assets import mart
from assets.occasion import Occasion
from assets.pages.assets import pages
from assets.registers.assets import facts, records
from assets.registers.assets import raw as raw_registers
from assets.release.assets import candidate, release
from assets.sources.assets import raw, staged
from pipelines.checks import expectations
from pipelines.jobs import monthly, registers_job, release_job
from pipelines.progress import progress
from pipelines.resources import artists, checker, clerk
from pipelines.sensors import inbox, release_after_registers, withdrawn_months

TABLES = (figures, observations, indicators, assessments, mart, charts, bulletin, pages, candidate, release)

defs = dg.Definitions(
    assets=[*raw, *raw_registers, *facts, records, staged, *TABLES],
    asset_checks=[expectations],
    jobs=[release_job, registers_job],
    schedules=[monthly],
    sensors=[inbox, release_after_registers, withdrawn_months],
    resources={"occasion": Occasion(), "checker": checker, "artists": artists, "clerk": clerk},
    loggers={"console": dg.colored_console_logger, "progress": progress},
    executor=dg.in_process_executor,
)
