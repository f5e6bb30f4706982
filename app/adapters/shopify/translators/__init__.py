"""From Shopify's answers to the domain's orders. Pure: no I/O, no clock, nothing decided that a document would
decide.
"""
