"""Features to predictions: zero-shot diagnosis, retrieval and single-image differentials.

The verbs are public as ``cutis.zero_shot``, ``cutis.retrieve`` and ``cutis.predict``; here their
names are those of their files.
"""
