"""Named, versioned methods, a package each; each answers one question about given inputs."""
