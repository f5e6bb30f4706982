"""A Shopify store to develop against: the Admin GraphQL API over state that is kept in memory.

Part of the product, yet independent of it: nothing in this package imports anything else of the project.
"""
