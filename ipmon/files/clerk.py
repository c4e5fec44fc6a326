"""The files that are made of a mart alone, written in a process of their own while charts are drawn from the same mart.

Belongs here: which files these are, and the process. Not here: any one of them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from ipmon.companions import Companion
from ipmon.exports import RUN_TABLES, by_indicator, export, table_names
from ipmon.files.declared import Files
from ipmon.files.edition import Edition


@dataclass(frozen=True)
class Order:
    """What is to be written: the files of the mart `public` into the folder that it lies in."""

    public: Path
    declared: Files
    edition: Edition


@contextmanager
def clerk() -> Iterator[Companion]:
    """A process that starts importing what `write_files` needs."""
    with Companion("ipmon.files.clerk", "ipmon.files.sdmx", "ipmon.files.workbook") as companion:
        yield companion


def write_files(order: Order) -> None:
    """parquet/ and csv/ of every table but those that only the checks fill, indicators/<id>.csv, sdmx/, and workbook.xlsx.

    The mart must not be written meanwhile.
    """
    from ipmon.files.sdmx import write_sdmx
    from ipmon.files.workbook import write_workbook

    folder = order.public.parent
    # one thread: rows keep the order of their view, and the other core is for the charts
    with duckdb.connect(str(order.public), read_only=True, config={"threads": 1}) as connection:
        export(connection, folder, (name for name in table_names(connection) if name not in RUN_TABLES))
        by_indicator(folder)
        write_sdmx(connection, order.declared, order.edition, folder / "sdmx")
        write_workbook(connection, order.declared, order.edition, folder / "workbook.xlsx")
