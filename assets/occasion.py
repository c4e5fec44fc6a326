"""The occasion of a run: as of which day, over which data root.

Belongs here: what every asset of one run shares. Not here: anything an asset makes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import dagster as dg

from ipmon.deliveries import CHINA
from ipmon.locks import single_writer
from ipmon.paths import DataRoot, data_root

OWNERS = ["team:statistics"]


class Occasion(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A run sees what had been received by the end of the day `as_of` (ISO date; empty: today, by the office's clock).

    While it runs, no other run and no delivery writes to the data root.
    """

    as_of: str = ""

    @property
    def day(self) -> date:
        """The day as of which the run is made."""
        return date.fromisoformat(self.as_of) if self.as_of else datetime.now(CHINA).date()

    @property
    def root(self) -> DataRoot:
        """The data root in force."""
        return data_root()

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Occasion"]:
        """Holds the writer's lock for as long as the run lasts."""
        with single_writer(self.root):
            yield self
