"""What is true of orders, customers, documents and refunds: pure decisions, standard library only.

Nothing here reads a clock, a database, a network or a setting from the environment; everything a decision needs is
passed in.
"""
