"""Pages of analyses, made of their result.json alone."""
