"""Synthetic dermoscopic and clinical images with known ground truth.

``sample(index, seed)`` makes one image in memory, ``cutis data phantom`` writes a data set.
"""

from cutis.data.phantom.attributes import ATTRIBUTES, CLASSES, CODES, PRIORS
from cutis.data.phantom.concepts import CONCEPTS
from cutis.data.phantom.generate import PhantomConfig, PhantomResult, data_phantom
from cutis.data.phantom.sample import Sample, sample
from cutis.data.phantom.spec import Population, Spec, draw_spec

__all__ = [
    "ATTRIBUTES",
    "CLASSES",
    "CODES",
    "CONCEPTS",
    "PRIORS",
    "PhantomConfig",
    "PhantomResult",
    "Population",
    "Sample",
    "Spec",
    "data_phantom",
    "draw_spec",
    "sample",
]
