"""Reader studies: agreement, readers with and without help, many readers and many cases, power."""
