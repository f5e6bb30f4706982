"""What the running service tells about itself, without telling about persons or secrets."""
