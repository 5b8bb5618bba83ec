"""Messages as people read them: sentences before figures, the price last, nothing that needs colour."""
