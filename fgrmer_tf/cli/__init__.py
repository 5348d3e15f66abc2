"""The `fgrmer` command: the only place that joins all packages."""
