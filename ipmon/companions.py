"""Processes of our own that import heavy libraries while the caller works on, and then do pieces of its work.

Belongs here: both ends of the pipe. Not here: the work, which is any importable function.
"""

import gc
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Any

PACKAGE_ROOT = str(Path(__file__).resolve().parents[1])


Call = tuple[Callable[..., Any], tuple[Any, ...]]
Outcome = tuple[Any, list[BaseException]]
"""What a call returned, or what it raised with what had led to it."""


class Companion:
    """A process, started on entry with `modules` imported and gone on exit, that makes one call after another.

    It is a plain command, so that nothing of the caller's main module is run again.
    """

    def __init__(self, *modules: str) -> None:
        self._modules = modules
        self._begun: list[Call] = []
        self._outcomes: list[Outcome] = []

    def __enter__(self) -> "Companion":
        path = os.pathsep.join(filter(None, (PACKAGE_ROOT, os.environ.get("PYTHONPATH"))))
        command = [sys.executable, "-m", "ipmon.companions", *self._modules]
        self._trouble = tempfile.TemporaryFile()  # a pipe that nobody reads would fill up and stop the process
        self._process = subprocess.Popen(
            command, env=os.environ | {"PYTHONPATH": path}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._trouble
        )
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._process.kill()
        self._process.communicate()
        self._trouble.close()

    def begin(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Sends the call; the caller goes on meanwhile. Function, arguments and what it returns must pickle."""
        assert self._process.stdin is not None
        self._begun.append((function, arguments))
        try:
            pickle.dump(self._begun[-1], self._process.stdin)
            self._process.stdin.flush()
        except BrokenPipeError:  # it has ended already: `result` says of what
            pass

    def result(self, function: Callable[..., Any], *arguments: Any) -> Any:
        """What the call returned that was begun with these arguments; it is made now if it was not begun before.

        Raises what the call raised, and RuntimeError where the process itself failed.
        """
        call = (function, arguments)
        if call not in self._begun:
            self.begin(function, *arguments)
        while len(self._outcomes) <= self._begun.index(call):
            self._outcomes.append(self._next())
        result, errors = self._outcomes[self._begun.index(call)]
        if errors:
            for error, cause in pairwise(errors):
                error.__cause__ = cause
            raise errors[0]
        return result

    def _next(self) -> Outcome:
        assert self._process.stdout is not None
        try:
            outcome: Outcome = pickle.load(self._process.stdout)
        except (EOFError, pickle.UnpicklingError):  # it ended before it answered, or while it did
            ended = self._process.wait()
            self._trouble.seek(0)
            trouble = self._trouble.read().decode(errors="replace")
            raise RuntimeError(f"a companion process ended with {ended}: {trouble}") from None
        return outcome


def main() -> None:
    """The other end. What a library prints goes to stderr: stdout carries the answers."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        gc.disable()  # it lives for few calls
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for module in sys.argv[1:]:
            import_module(module)
        while True:
            try:
                function, arguments = pickle.load(sys.stdin.buffer)
            except EOFError:  # the caller is gone
                return
            try:
                outcome: Outcome = (function(*arguments), [])
            except Exception as error:  # whatever it is, it is raised again where the result is asked for
                outcome = (None, [_portable(e) for e in _chain(error)])
            pickle.dump(outcome, answers)
            answers.flush()


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error and what led to it: pickling keeps an error's words, not its causes."""
    while error is not None:
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _portable(error: BaseException) -> BaseException:
    """The error, or one with its words where it could not be made again on the other side."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:  # a class need not pickle, nor be made again from its words, and may fail at either as it likes
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


if __name__ == "__main__":
    main()
