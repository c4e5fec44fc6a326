"""One writer at a time on a data root.

Belongs here: the lock that receiving and running hold. Not here: readers, who need none.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from ipmon.errors import IpmonError
from ipmon.paths import DataRoot


class AlreadyRunning(IpmonError):
    """Another process writes to the same data root."""


@contextmanager
def single_writer(root: DataRoot) -> Iterator[None]:
    """Holds the data root's lock, or raises AlreadyRunning at once.

    The kernel drops the lock when its process ends, however it ends: a lock file left behind by a dead process locks nothing.
    """
    root.work.mkdir(parents=True, exist_ok=True)
    with (root.work / "writer.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise AlreadyRunning(
                f"ALREADY_RUNNING: process {holder} is writing to {root.root.name}/. Wait until it has ended and start again."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
