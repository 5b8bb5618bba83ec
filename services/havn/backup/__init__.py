"""Backups: the databases of all services at one moment, in one encrypted file; restored whole or not at all."""
