"""The HTTP surface for ERPs and operators: parse, call a service, shape the answer. Decides nothing itself."""
