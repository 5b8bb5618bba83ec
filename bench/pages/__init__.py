"""The console's pages, measured."""
