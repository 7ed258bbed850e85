"""What this computer keeps: settings, keys, unsent work. No Qt."""
