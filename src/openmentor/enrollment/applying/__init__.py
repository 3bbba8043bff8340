"""Applying in the browser: the questions, one's own page, wishes and vetoes."""
