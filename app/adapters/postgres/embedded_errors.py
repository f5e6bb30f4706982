"""What the embedded PostgreSQL says when it cannot serve."""


class EmbeddedPostgresError(Exception):
    """The embedded PostgreSQL cannot be used; the message says what was found and what to do."""
