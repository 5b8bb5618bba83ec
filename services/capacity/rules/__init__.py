"""What capacity decides, a file for each concept. Numbers: docs/rules.md."""
