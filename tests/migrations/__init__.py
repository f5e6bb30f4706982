"""The schema as the migrations make it."""
