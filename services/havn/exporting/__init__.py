"""Takes registries out of Havn as files that an import takes again, with nothing lost."""
