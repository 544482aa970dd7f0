"""Leakage: the same pictures twice, in one table or in two, and who has to know of them."""
