"""The application as Django sees it."""

from django.apps import AppConfig

__all__ = ["ReadersConfig"]


class ReadersConfig(AppConfig):  # type: ignore[misc]  # Django ships no types
    """Readers, their comments and evidence, and what they are told."""

    name = "purport.store.readers"
    label = "purport_readers"
    default_auto_field = "django.db.models.BigAutoField"
