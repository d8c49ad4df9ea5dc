"""The dossier and the machine-readable result."""
