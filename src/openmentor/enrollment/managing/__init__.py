"""What managers do with applications: look, decide, ask, choose the questions."""
