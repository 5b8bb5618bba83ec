"""The pages: one file for each screen."""
