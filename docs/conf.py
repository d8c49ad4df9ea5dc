"""Sphinx configuration: MyST Markdown, furo, warnings are errors."""

from purport import __version__

project = "Purport"
author = "The Purport developers"
project_copyright = "The Purport developers, Apache-2.0"
release = __version__
extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = f"Purport {release}"
exclude_patterns = ["_build"]
nitpicky = True
