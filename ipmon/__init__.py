"""The library of the IP monitoring pipeline: how things are done. No Dagster in it."""

import os

__version__ = "0.1.0"

os.environ.setdefault("_RJEM_MALLOC_CONF", "dirty_decay_ms:10000,muzzy_decay_ms:10000")
"""Polars keeps memory that it is done with for ten seconds, not one, before it gives it back: the next file needs as much again.

Its allocator reads this once, when Polars is imported.
"""
