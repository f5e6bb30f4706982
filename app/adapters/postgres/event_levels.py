"""Which events are of a level of the log: for the statement that reads them and for the index that it reads them by."""

from app.domain.log_words import LEVELS, LogLevel


def events_of(level: LogLevel) -> str:
    """The condition of a level that few events are of."""
    return "type IN ({})".format(", ".join(f"'{each}'" for each in sorted(LEVELS[level])))
