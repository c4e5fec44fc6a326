"""When a printed figure became known.

Belongs here: reading publication dates as they are printed or stand in a page's address. Not here: vintages (see vintages.py).
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from ipmon.periods import month_end

PAGE_DATE = re.compile(r"/t(\d{4})(\d\d)(\d\d)_\d+\.html?$")


def released(row: Mapping[str, Any], received: date) -> tuple[date, str]:
    """The day the value became known at the latest, and what that day rests on. An unprinted day is never guessed earlier.

    Raises ValueError for a date that no calendar has.
    """
    printed_on = row["published_on"]
    try:
        if len(printed_on) == 10:
            return date.fromisoformat(printed_on), "printed date"
        if len(printed_on) == 7:
            return min(month_end(int(printed_on[:4]), int(printed_on[5:])), received), "end of the printed month"
        if len(printed_on) == 4:
            return min(date(int(printed_on), 12, 31), received), "end of the printed year"
        if page := PAGE_DATE.search(row["source_url"]):
            return date(int(page[1]), int(page[2]), int(page[3])), "date in the page's address"
    except ValueError:
        raise ValueError(f"'{printed_on or row['source_url']}' holds no day of the calendar.") from None
    return received, "day of receipt (no date printed)"
