"""The panels around the canvas: images, objects, classes, attributes and review."""
