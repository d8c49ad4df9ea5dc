"""Django models and migrations; frozen records at the border."""
