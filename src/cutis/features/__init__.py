"""A model's features of a dataset, on disk and found again by content."""

from cutis.features.embed import embed
from cutis.features.imported import import_embeddings
from cutis.features.opened import Features, default_cache, open_features
from cutis.features.plan import Plan, features_key, plan

__all__ = [
    "Features",
    "Plan",
    "default_cache",
    "embed",
    "features_key",
    "import_embeddings",
    "open_features",
    "plan",
]
