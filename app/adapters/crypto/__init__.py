"""Keys and ciphers: what stands in the database as ciphertext or hash, and nothing of what it is for."""
