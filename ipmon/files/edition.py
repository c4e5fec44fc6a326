"""Which release a file is of, and what it is called there.

Belongs here: the release's identity as its files show it. Not here: what is declared (see declared.py).
"""

from dataclasses import dataclass
from datetime import date

from ipmon.declared import Text
from ipmon.synthetic import titled


@dataclass(frozen=True)
class Edition:
    """A release: its id, and the day up to which it knows."""

    release_id: str
    as_of: date

    def titled(self, title: Text) -> Text:
        """A title in both languages, with the mark of simulated data where the release has it."""
        return Text(zh=titled(title.zh, self.release_id, "zh"), en=titled(title.en, self.release_id, "en"))
