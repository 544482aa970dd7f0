"""Rows and pixels: tables of images, their cards, checks and splits, and image reading."""

from cutis.data.cards import ClassCard, DatasetCard, bundled_cards, get_card
from cutis.data.dataset import Dataset
from cutis.data.images import ImageError, image_sha256, load_image
from cutis.data.loading import load_dataset, load_from

__all__ = [
    "ClassCard",
    "Dataset",
    "DatasetCard",
    "ImageError",
    "bundled_cards",
    "get_card",
    "image_sha256",
    "load_dataset",
    "load_from",
    "load_image",
]
