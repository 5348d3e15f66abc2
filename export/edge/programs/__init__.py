"""Programs that travel in the bundle as they are, and import nothing from here."""
