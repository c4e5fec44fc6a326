"""Where everything made from registers lies below a data root.

Belongs here: names of files and folders. Not here: making or reading any of them.
"""

from dataclasses import dataclass
from pathlib import Path

from ipmon.paths import DataRoot


@dataclass(frozen=True)
class Store:
    """The rebuildable files of the registers, all Parquet but for the ledger; whoever writes one makes its folder."""

    root: DataRoot

    @property
    def folder(self) -> Path:
        """The folder of all of them."""
        return self.root.work / "registers"

    @property
    def ledger(self) -> Path:
        """What each derived file was made from."""
        return self.folder / "ledger.jsonl"

    @property
    def references(self) -> Path:
        """The records that registers name and that the registers they refer to do not have."""
        return self.folder / "references.parquet"

    @property
    def checked(self) -> Path:
        """Which fact files have passed their checks, and with which content."""
        return self.folder / "checked.json"

    @property
    def scratch(self) -> Path:
        """Where an engine puts what does not fit into its memory."""
        return self.folder / "scratch"

    def basis(self, basis_id: str) -> Path:
        """The rows of a basis of measures."""
        return self.folder / "bases" / f"{basis_id}.parquet"

    def staged(self, register_id: str, period: str, made_from: str) -> Path:
        """The good rows of a delivery, until facts are made of them. `made_from`: the hash of that (origins.py)."""
        return self.folder / "staged" / register_id / period / f"{made_from}.parquet"

    def waiting(self, register_id: str) -> list[str]:
        """The periods of a register with rows that wait for facts."""
        return sorted(folder.name for folder in (self.folder / "staged" / register_id).glob("*"))

    def quarantine(self, register_id: str, period: str, delivery_id: str) -> Path:
        """The bad rows of a delivery."""
        return self.folder / "quarantine" / register_id / period / f"{delivery_id}.parquet"

    def facts(self, fact: str) -> Path:
        """The folder of a fact table."""
        return self.folder / "facts" / fact

    def fact_file(self, fact: str, period: str) -> Path:
        """The facts of one month (or year)."""
        return self.facts(fact) / f"{period}.parquet"

    def periods(self, fact: str) -> list[str]:
        """The months (or years) of a fact table that exist, in order."""
        return sorted(file.stem for file in self.facts(fact).glob("*.parquet"))

    def cells(self, measure_id: str, window: str) -> Path:
        """The folder of what a measure gave by a window (see cells.py)."""
        return self.folder / "cells" / measure_id / window
