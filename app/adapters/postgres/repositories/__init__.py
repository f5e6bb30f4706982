"""The repositories on PostgreSQL, each bound to the connection of one unit of work."""
