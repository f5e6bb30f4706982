"""Adapters, as far as they need nothing outside the process."""
