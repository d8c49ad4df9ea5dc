"""The application as Django sees it, and the room that it serves."""

from django.apps import AppConfig, apps

from purport.casework import CaseRoom

__all__ = ["WebConfig", "room"]


class WebConfig(AppConfig):  # type: ignore[misc]  # Django ships no types
    """The pages of the case room."""

    name = "purport.web"
    label = "purport_web"
    verbose_name = "Purport"
    room: CaseRoom | None = None
    """The workspace that is served; set once before the first request."""

    def ready(self) -> None:
        """Write sign-ins down; what it listens to can be loaded only now."""
        from purport.web.security_log import start_telling  # noqa: PLC0415 - needs Django's models

        start_telling()


def room() -> CaseRoom:
    """Return the workspace that is served."""
    served: CaseRoom | None = apps.get_app_config("purport_web").room
    if served is None:
        message = "no workspace is served"
        raise RuntimeError(message)
    return served
