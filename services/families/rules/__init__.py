"""The pure rules of families: who may be one, what is said of it, and how it is followed."""
