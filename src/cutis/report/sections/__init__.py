"""Sections: from the data of a run to what the template shows, one section per file."""
