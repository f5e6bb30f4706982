"""Keys of pages by time and id: a cursor carries whole numbers and texts, a statement takes instants."""

from datetime import UTC, datetime, timedelta

from app.ports.paging import PageKey, PageRequest

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


def key_of(moment: datetime, identifier: str) -> PageKey:
    """The key of a row, to the microsecond."""
    return (moment - _EPOCH) // _TICK, identifier


def moment_and_id(key: PageKey) -> tuple[datetime, str]:
    """What a statement compares with."""
    ticks, identifier = key
    return _EPOCH + int(ticks) * _TICK, str(identifier)


def order_of(request: PageRequest, *columns: str) -> str:
    """The ``ORDER BY`` of a page. An index is read backwards as well as forwards."""
    return ", ".join(f"{column} DESC" if request.newest_first else column for column in columns)


class Conditions:
    """The conditions of a statement and their parameters, so that the planner sees only what was asked for."""

    def __init__(self, *parameters: object) -> None:
        self.parameters = list(parameters)
        self._conditions: list[str] = []

    def add(self, condition: str, *values: object) -> None:
        """A condition; ``{0}``, ``{1}`` … stand for its values."""
        first = len(self.parameters) + 1
        self._conditions.append(condition.format(*(f"${first + place}" for place in range(len(values)))))
        self.parameters.extend(values)

    def add_written(self, condition: str) -> None:
        """A condition without values, as it is written."""
        self._conditions.append(f"({condition})")

    def add_given(self, condition: str, value: object | None) -> None:
        """A condition on a value, unless it is None."""
        if value is not None:
            self.add(condition, value)

    def add_after(self, request: PageRequest, columns: str, *last: object) -> None:
        """Only rows beyond the last one of the page before, in the order of the page."""
        places = ", ".join(f"{{{place}}}" for place in range(len(last)))
        self.add(f"({columns}) {'<' if request.newest_first else '>'} ({places})", *last)

    def __str__(self) -> str:
        return " AND ".join(self._conditions) or "true"
