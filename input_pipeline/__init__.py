"""From a data-set folder or two frames to model inputs."""
