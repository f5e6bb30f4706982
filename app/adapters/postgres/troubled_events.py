"""Which events are troubles, as a condition: of the index that finds them, and of the statement that reads by it."""

from app.domain.log_words import LEVELS, LogLevel


def events_of(level: LogLevel) -> str:
    """Which events are of a level that few are of."""
    return "type IN ({})".format(", ".join(f"'{each}'" for each in sorted(LEVELS[level])))
