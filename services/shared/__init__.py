"""What every service stands on: serving, access, storage, events. It knows no service."""
