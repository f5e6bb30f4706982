"""What the services need from the world: small protocols, and the frozen values they exchange. No implementation."""
