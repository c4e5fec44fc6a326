"""What can go wrong, as sentences for people.

Belongs here: the exception classes and their exit codes. Not here: any decision about when to raise them.
"""


class IpmonError(Exception):
    """A mistake of a user or a file; its text says what, where and what to do next. Shown without a traceback."""

    exit_code = 2


class DeclarationError(IpmonError):
    """One or more declarations under assets/ do not hold; carries all problems at once."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} problem(s) in the declarations:\n" + "\n".join(f"  - {p}" for p in problems))

    def __reduce__(self) -> tuple[type["DeclarationError"], tuple[list[str]]]:
        """So that it comes out of another process as it was raised there."""
        return type(self), (self.problems,)


class GateRefused(IpmonError):
    """The candidate release failed a check of severity error; the current release stays as it was."""

    exit_code = 1


class Rejected(IpmonError):
    """A delivery breaks its contract and goes to quarantine whole."""

    exit_code = 3

    def __init__(self, code: str, file: str, reason: str) -> None:
        self.code, self.file, self.reason = code, file, reason
        super().__init__(f"REJECTED {code} {file}: {reason}")
