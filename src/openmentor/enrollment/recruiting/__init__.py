"""Finding people, inviting them, and letting them in by the link of their invitation."""
