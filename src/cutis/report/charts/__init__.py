"""Charts: numbers to pictures, one kind per file, all pure."""
