"""The library of the IP monitoring pipeline: how things are done. No Dagster in it."""

__version__ = "0.1.0"
