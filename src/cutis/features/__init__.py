"""A model's features of a dataset, on disk and found again by content."""

from cutis.features.embed import embed
from cutis.features.imported import import_embeddings
from cutis.features.merge import merge_features
from cutis.features.opened import Features, default_cache, open_features
from cutis.features.parts import Part, PartResult, embed_part
from cutis.features.plan import Plan, features_key, plan
from cutis.features.ray_engine import RayEngine

__all__ = [
    "Features",
    "Part",
    "PartResult",
    "Plan",
    "RayEngine",
    "default_cache",
    "embed",
    "embed_part",
    "features_key",
    "import_embeddings",
    "merge_features",
    "open_features",
    "plan",
]
