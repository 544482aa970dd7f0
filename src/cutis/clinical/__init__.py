"""Studies with people: readers with and without a model."""
