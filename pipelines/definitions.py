"""Everything that Dagster knows of this project.

Belongs here: bringing assets, checks, jobs, schedules and sensors together. Not here: any of them.
"""

import os

os.environ.setdefault("DAGSTER_DISABLE_TELEMETRY", "1")
os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import dagster as dg  # noqa: E402  (after the switches above, which it reads when it is imported)

from assets.bulletin.assets import bulletin  # noqa: E402
from assets.charts.assets import charts  # noqa: E402
from assets.guideline.assets import assessments  # noqa: E402
from assets.indicators.assets import figures, indicators, observations  # noqa: E402
from assets.marts.assets import mart  # noqa: E402
from assets.occasion import Occasion  # noqa: E402
from assets.release.assets import release  # noqa: E402
from assets.sources.assets import raw, staging  # noqa: E402
from pipelines.checks import expectations  # noqa: E402
from pipelines.jobs import monthly, release_job  # noqa: E402
from pipelines.progress import progress  # noqa: E402
from pipelines.sensors import inbox  # noqa: E402

defs = dg.Definitions(
    assets=[*raw, staging, figures, observations, indicators, assessments, mart, charts, bulletin, release],
    asset_checks=[expectations],
    jobs=[release_job],
    schedules=[monthly],
    sensors=[inbox],
    resources={"occasion": Occasion()},
    loggers={"console": dg.colored_console_logger, "progress": progress},
    executor=dg.in_process_executor,
)
