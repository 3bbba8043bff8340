"""What finds the pairs. Nothing here knows of people, files or reasons: only scores, loads and rules by index."""
