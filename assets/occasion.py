"""The occasion of a run: as of which day, over which data root.

Belongs here: what every asset of one run shares. Not here: anything an asset makes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property

import dagster as dg

from assets import declarations
from ipmon.bulletin_issue import Issue
from ipmon.declarations import Declarations
from ipmon.deliveries import CHINA, Delivery, load_manifest, received_by
from ipmon.duedates import next_release_day
from ipmon.errors import IpmonError
from ipmon.locks import single_writer
from ipmon.paths import DataRoot, data_root
from ipmon.synthetic import is_synthetic

OWNERS = ["team:statistics"]


class Occasion(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A run sees what had been received by the end of the day `as_of` (ISO date; empty: today, by the office's clock).

    While it runs, no other run and no delivery writes to the data root.
    """

    as_of: str = ""

    @cached_property
    def day(self) -> date:
        """The day as of which the run is made; the same for all of a run that lasts beyond midnight."""
        today = datetime.now(CHINA).date()
        try:
            day = date.fromisoformat(self.as_of or today.isoformat())
        except ValueError:
            raise IpmonError(f"as_of: '{self.as_of}' is no date; write it as 2026-11-22.") from None
        if day > today:
            raise IpmonError(f"{day} has not come yet (today is {today}); what will be known then cannot be published.")
        return day

    @property
    def root(self) -> DataRoot:
        """The data root in force."""
        return data_root()

    @property
    def received(self) -> list[Delivery]:
        """The deliveries received by the day."""
        return received_by(load_manifest(self.root), self.day)

    @property
    def synthetic(self) -> bool:
        """Whether what was received is simulated."""
        return is_synthetic(self.received)

    @property
    def declared(self) -> Declarations:
        """The declarations that hold of what was received."""
        return declarations().simulated if self.synthetic else declarations()

    def issue(self, release_id: str) -> Issue:
        """What the documents of a release say of the occasion."""
        current = self.root.current
        return Issue(release_id, self.day, next_release_day(self.day), current if current.exists() else None)

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["Occasion"]:
        """Holds the writer's lock for as long as the run lasts."""
        with single_writer(self.root):
            yield self
