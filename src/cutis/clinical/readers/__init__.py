"""Reader studies: one table of readings, agreement, readers with help, many readers, power."""
