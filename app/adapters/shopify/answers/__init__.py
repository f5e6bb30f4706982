"""Typed answers to the documents: what Shopify sends, in Shopify's words. A test holds them against the schema."""
