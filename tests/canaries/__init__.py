"""Secrets and persons of the whole suite are recognisable, and all that it stores and prints is searched for them."""
