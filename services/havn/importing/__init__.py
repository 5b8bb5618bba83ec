"""Takes a municipality's own CSV files: reads them, says what to mend, and sends them."""
