"""The application as Django sees it."""

from django.apps import AppConfig

__all__ = ["AccountsConfig"]


class AccountsConfig(AppConfig):  # type: ignore[misc]  # Django ships no types
    """Memberships and invitations."""

    name = "purport.store.accounts"
    label = "purport_accounts"
    default_auto_field = "django.db.models.BigAutoField"
