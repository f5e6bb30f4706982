"""What needs no input or output."""
