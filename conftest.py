"""What pytest leaves out when it looks for doctests."""

collect_ignore = ["src/purport/cli/__main__.py"]
collect_ignore_glob = ["src/purport/web/*", "src/purport/store/accounts/*"]
collect_ignore += [
    f"src/purport/store/{name}.py"  # Django's models load only once Django is configured
    for name in ("configuration", "django_store", "kinds", "listing", "models", "verification")
]
