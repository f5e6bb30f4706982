"""The outside world as the ports want it: each package speaks for one technology and knows none of the others."""
