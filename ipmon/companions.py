"""Processes of our own that import heavy libraries while the caller works on, and then do a piece of its work.

Belongs here: both ends of the pipe. Not here: the work, which is any importable function.
"""

import gc
import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import TracebackType
from typing import Any

PACKAGE_ROOT = str(Path(__file__).resolve().parents[1])


class Companion:
    """A process, started on entry with `modules` imported and gone on exit, that makes one call.

    It is a plain command, so that nothing of the caller's main module is run again.
    """

    def __init__(self, *modules: str) -> None:
        self._modules = modules

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

    def ask(self, function: Callable[..., Any], *arguments: Any) -> None:
        """Sends the call; the caller goes on meanwhile. Function and arguments must pickle."""
        assert self._process.stdin is not None
        try:
            pickle.dump((function, arguments), self._process.stdin)
            self._process.stdin.flush()
        except BrokenPipeError:  # it has ended already: `answer` says of what
            pass

    def answer(self) -> Any:
        """What the call returned. Raises what the call raised, and RuntimeError where the process itself failed."""
        said, _ = self._process.communicate()
        if self._process.returncode:
            self._trouble.seek(0)
            trouble = self._trouble.read().decode(errors="replace")
            raise RuntimeError(f"a companion process ended with {self._process.returncode}: {trouble}")
        result, error = pickle.loads(said)
        if error is not None:
            raise error
        return result


def main() -> None:
    """The other end. What a library prints goes to stderr: stdout carries the answer."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as answers:
        gc.disable()  # it lives for one call
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        for module in sys.argv[1:]:
            import_module(module)
        function, arguments = pickle.load(sys.stdin.buffer)
        try:
            outcome: tuple[Any, Exception | None] = (function(*arguments), None)
        except Exception as error:
            outcome = (None, error)
        pickle.dump(outcome, answers)


if __name__ == "__main__":
    main()
