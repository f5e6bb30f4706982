"""The examples of the OpenAPI document, harvested: a story is played against a real service and a simulated store."""
