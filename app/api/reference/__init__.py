"""The page at `/docs`: every operation explained, and to be tried with a key. Nothing of it comes from elsewhere."""
