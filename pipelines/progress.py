"""What a person at the terminal sees of a run: one line a step.

Belongs here: turning Dagster's events into lines on stderr. Not here: the log that Dagster keeps of a run.
"""

import logging
import sys

import dagster as dg

STEPS = {
    "records": "measuring registers",
    "staged": "reading deliveries",
    "figures": "conforming figures",
    "observations": "compiling vintages",
    "indicators": "deriving and reconciling",
    "assessments": "assessing targets",
    "mart": "building the mart",
    "charts": "drawing charts",
    "bulletin": "setting the bulletin",
    "pages": "writing the pages",
    "candidate": "writing the tables",
    "expectations": "checking",
    "release__current": "publishing",
}


class _Lines(logging.Handler):
    """Names a step when it starts, and adds its seconds when it has ended well."""

    def emit(self, record: logging.LogRecord) -> None:
        """Writes what the record's event says, if it is one of these two."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is None:
            return
        if event.event_type == dg.DagsterEventType.STEP_START:
            print(f"  {STEPS.get(event.step_key, event.step_key)} ... ", end="", file=sys.stderr, flush=True)
        elif event.event_type == dg.DagsterEventType.STEP_SUCCESS:
            print(f"{event.event_specific_data.duration_ms / 1000:.1f} s", file=sys.stderr, flush=True)


@dg.logger(None, "One line a step on stderr.")
def progress(_: dg.InitLoggerContext) -> logging.Logger:
    """The logger that the command line asks for."""
    logger = logging.Logger("ipmon.progress", logging.DEBUG)
    logger.addHandler(_Lines())
    return logger
