"""Qt: the window, its commands, dialogs, theme and words."""
