"""Do subgroups fare alike? Gaps, worst groups, fairness criteria, and what confounds them."""
