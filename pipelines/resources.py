"""Processes that start with a run, and import what they need while its first assets are made.

Belongs here: their lives as resources of a run. Not here: what they do (see ipmon/checking.py, ipmon/charts/render.py,
ipmon/files/clerk.py).
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from ipmon import checking
from ipmon.charts.render import drawing
from ipmon.companions import Companion
from ipmon.files import clerk as writing


@dg.resource
def checker() -> Iterator[Companion]:
    """Checks the candidate with Great Expectations."""
    with checking.checker() as made:
        yield made


@dg.resource
def artists() -> Iterator[Sequence[Companion]]:
    """Draw the charts with matplotlib, and write the pages."""
    with drawing() as made:
        yield made


@dg.resource
def clerk() -> Iterator[Companion]:
    """Writes the tables in other formats."""
    with writing.clerk() as made:
        yield made
