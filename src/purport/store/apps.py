"""How Django finds the models."""

from django.apps import AppConfig

__all__ = ["StoreConfig"]


class StoreConfig(AppConfig):  # type: ignore[misc]  # Django ships no types
    """The one Django application of Purport."""

    name = "purport.store"
    label = "purport"
    default_auto_field = "django.db.models.BigAutoField"
