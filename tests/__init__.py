"""The tests; `tests/conftest.py` gives them a PostgreSQL."""
