"""Pages of concept annotation and of the audits of data and models."""
