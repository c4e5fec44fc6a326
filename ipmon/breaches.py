"""How a file fails its contract, said by whoever reads the file's inside.

Belongs here: the one exception that readers and layouts raise. Not here: quarantine and exit codes (see intake.py), which
turn a breach into a rejection with the file's name.
"""


class Breach(Exception):
    """A contract does not hold: the code, the sentence (what, where, what to do), and the place and value by themselves."""

    def __init__(self, code: str, reason: str, where: str = "", value: str = "") -> None:
        self.code, self.reason, self.where, self.value = code, reason, where, value
        super().__init__(f"{code}: {reason}")
