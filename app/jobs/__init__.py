"""Inbound time: what a worker process does by itself, and the processes of it. Thin: decides nothing about the work."""
