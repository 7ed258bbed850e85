"""The Qt widget that draws the image and its annotations, and turns Qt events into tool calls."""
