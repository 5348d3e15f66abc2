"""Face detection and the 468-point mesh in LiteRT, and the 68-point scheme."""
