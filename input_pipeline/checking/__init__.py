"""What is wrong with a data-set folder, before any work is done on it."""
