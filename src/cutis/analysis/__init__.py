"""Predictions in, numbers about them out: the verbs of ``cutis stats``."""
