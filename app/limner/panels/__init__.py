"""Qt: the panels around the canvas."""
