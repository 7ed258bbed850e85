"""Decodes images into upright pixels, pyramids and thumbnails. No Qt."""
