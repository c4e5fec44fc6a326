"""The files that are made of a mart alone, written in a process of their own while charts are drawn from the same mart.

Belongs here: which files these are, and when they are begun and needed. Not here: any one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ipmon.companions import Companion
from ipmon.exports import RUN_TABLES, export, table_names
from ipmon.files.declared import Files
from ipmon.files.edition import Edition


@dataclass(frozen=True)
class Order:
    """What is to be written: the files of the mart `public` into the folder that it lies in."""

    public: Path
    declared: Files
    edition: Edition


class Clerk:
    """One writing of one mart's files, by a process that has imported what it needs meanwhile."""

    def __init__(self, companion: Companion) -> None:
        self._companion = companion
        self._begun = False

    def begin(self, order: Order) -> None:
        """Starts writing; the mart must not be written until the files are there."""
        self._companion.ask(write_files, order)
        self._begun = True

    def finish(self, order: Order) -> None:
        """Returns when all files are there; begun now if they were not before."""
        if not self._begun:
            self.begin(order)
        self._companion.answer()


@contextmanager
def clerk() -> Iterator[Clerk]:
    """A clerk who starts importing what it needs."""
    with Companion("ipmon.files.clerk", "ipmon.files.sdmx", "ipmon.files.workbook") as companion:
        yield Clerk(companion)


def write_files(order: Order) -> None:
    """parquet/ and csv/ of every table but those that only the checks fill, sdmx/, and workbook.xlsx."""
    from ipmon.files.sdmx import write_sdmx
    from ipmon.files.workbook import write_workbook

    folder = order.public.parent
    # one thread: rows keep the order of their view, and the other core is for the charts
    with duckdb.connect(str(order.public), read_only=True, config={"threads": 1}) as connection:
        export(connection, folder, (name for name in table_names(connection) if name not in RUN_TABLES))
        write_sdmx(connection, order.declared, order.edition, folder / "sdmx")
        write_workbook(connection, order.declared, order.edition, folder / "workbook.xlsx")
