"""Other formats in and out: one module each, with a report of what a format cannot carry."""
