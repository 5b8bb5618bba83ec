"""The command line: starts all services, loads data, and is a client like any other."""
