"""What pytest leaves out when it looks for doctests."""

collect_ignore = ["src/purport/cli/__main__.py"]

# Modules that hold or use Django's models load only once Django is configured; one whose import
# failed would stay half made for the tests after it.
collect_ignore_glob = ["src/purport/store/*", "src/purport/web/*"]
