"""One module per use case: loads, asks the domain, writes, commits once, returns a value.

Knows ports, never adapters.
"""
