"""Joining a frozen image tower and a frozen text tower by two linear projections.

After locked-image tuning (Zhai et al., "LiT: zero-shot transfer with locked-image text tuning",
CVPR 2022), with both towers locked: what is trained are two matrices, on features that were
computed before, so it takes seconds.
"""
