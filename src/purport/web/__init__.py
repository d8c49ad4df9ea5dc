"""The case room: a door into casework, in the browser. It computes nothing itself."""

from purport.web.serving import ServeOptions, serve

__all__ = ["ServeOptions", "serve"]
