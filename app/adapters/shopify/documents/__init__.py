"""The GraphQL documents as files, one operation each, and the fragments they share. No code."""
