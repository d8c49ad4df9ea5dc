"""The case room: a door into casework, in the browser. It computes nothing itself."""

from purport.web.notifying import NotifyOptions, notify
from purport.web.serving import ServeOptions, serve

__all__ = ["NotifyOptions", "ServeOptions", "notify", "serve"]
