"""What services keep and look up, one protocol per subject. All calls belong to the unit of work they came from."""
