"""The commands of `havn`, one module each, and what they share."""
