"""Figures and the HTML page that a person looks at."""
