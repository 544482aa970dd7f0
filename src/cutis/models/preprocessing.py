"""From a PIL image to the numbers a tower expects, exactly as its authors evaluated it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

if TYPE_CHECKING:
    import torch
    from PIL import Image

    from cutis.errors import CutisError

CLIP_MEAN = (0.48145466, 0.4578275, 0.40821073)
CLIP_STD = (0.26862954, 0.26130258, 0.27577711)
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
# The first number is a slip in PanDerm's code, and what its published numbers were made with.
PANDERM_STD = (0.228, 0.224, 0.225)
HALF = (0.5, 0.5, 0.5)
NORMS = {
    "clip": (CLIP_MEAN, CLIP_STD),
    "imagenet": (IMAGENET_MEAN, IMAGENET_STD),
    "panderm": (IMAGENET_MEAN, PANDERM_STD),
    "half": (HALF, HALF),
}


class Preprocessing(BaseModel):
    """What happens to an image before the tower: resize, crop, normalise.

    The steps and their rounding are those of torchvision's evaluation transforms on PIL images,
    so a published checkpoint sees the very pixels it was evaluated on.

    Examples
    --------
    >>> from PIL import Image
    >>> spec = Preprocessing(size=(2, 2), mean=(0.5, 0.5, 0.5), std=(0.5, 0.5, 0.5))
    >>> pixels_chw = spec(Image.new("RGB", (8, 4), (255, 0, 51)))
    >>> [round(float(value), 3) for value in pixels_chw[:, 0, 0]]
    [1.0, -1.0, -0.6]
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    size: tuple[int, int] = Field(
        default=(224, 224), description="Height and width in pixels of the tower's input."
    )
    resize_mode: Literal["shortest", "longest", "squash"] = Field(
        default="shortest",
        description="Which side is resized before the centre crop; 'squash' ignores the aspect.",
    )
    resize_to: int | None = Field(
        default=None, description="Pixels of the resized side when it differs from the crop."
    )
    interpolation: Literal["bicubic", "bilinear"] = Field(
        default="bicubic", description="Antialiased filter of the resize."
    )
    mean: tuple[float, float, float] = Field(
        default=CLIP_MEAN, description="Subtracted from the red, green and blue values in 0..1."
    )
    std: tuple[float, float, float] = Field(
        default=CLIP_STD, description="What the centred values are divided by."
    )
    fill_color: int = Field(default=0, description="Grey level 0..255 of padding.")

    @field_validator("size", mode="before")
    @classmethod
    def _square(cls, value: Any) -> Any:
        return (value, value) if isinstance(value, int) else value

    @field_validator("mean", "std", mode="before")
    @classmethod
    def _three(cls, value: Any) -> Any:
        return (value,) * 3 if isinstance(value, int | float) else value

    @classmethod
    def from_open_clip(
        cls, config: Mapping[str, Any], size: tuple[int, int], where: str = "preprocess_cfg"
    ) -> Preprocessing:
        """Read an open_clip ``preprocess_cfg``; what it leaves out are the CLIP defaults.

        Parameters
        ----------
        config
            Its content.
        size
            Height and width of the tower's input.
        where
            The file it stands in, for messages.

        Raises
        ------
        CutisError
            If a value cannot be used; the field is named.
        """
        known = {
            key: value
            for key, value in config.items()
            if key in cls.model_fields and value is not None
        }
        if known.get("interpolation") == "random":
            known["interpolation"] = "bicubic"
        return cls._from_file(where, **{**known, "size": size})

    @classmethod
    def from_transformers(
        cls, config: Mapping[str, Any], size: tuple[int, int], default: Preprocessing
    ) -> Preprocessing:
        """Read a ``preprocessor_config.json`` of transformers.

        Parameters
        ----------
        config
            Its content.
        size
            Height and width of the tower's input.
        default
            What holds for statements that are left out.

        Raises
        ------
        CutisError
            If it asks for a filter that is not offered, or a value cannot be used.
        """
        from cutis.errors import CutisError

        size_said = stated_size(config)
        resample = config.get("resample", 3 if default.interpolation == "bicubic" else 2)
        if resample not in (2, 3):
            raise CutisError(
                f"preprocessor_config.json asks for the image filter {resample}.",
                allowed="Offered are 2 (bilinear) and 3 (bicubic).",
                fix="correct 'resample' in that file",
            )
        shortest = _shortest_edge(config)
        scaled = config.get("do_normalize", True)
        return cls._from_file(
            "preprocessor_config.json",
            size=size,
            resize_mode="shortest" if shortest else "squash",
            resize_to=shortest,
            interpolation="bilinear" if resample == 2 else "bicubic",
            mean=(config.get("image_mean") or default.mean) if scaled else 0.0,
            std=(config.get("image_std") or default.std) if scaled else 1.0,
        ).resized(size, size_said)

    @classmethod
    def _from_file(cls, where: str, **fields: Any) -> Self:
        """Build the steps, answering a wrong value with its place in a file."""
        try:
            made = cls(**fields)
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0]) if first["loc"] else "its content"
            raise _bad_value(where, _THEIRS.get((where, field), field), first["msg"]) from None
        if not all(made.std):
            raise _bad_value(where, _THEIRS.get((where, "std"), "std"), "it divides and is 0")
        return made

    def resized(self, size: tuple[int, int], made_for: tuple[int, int] | None = None) -> Self:
        """Return the same steps for another input size, with the border cut off in proportion.

        Parameters
        ----------
        size
            Height and width of the new input.
        made_for
            The input size these steps were written for, when it is not ``self.size``.

        Examples
        --------
        >>> Preprocessing(resize_to=256).resized((448, 448)).resize_to
        512
        """
        old = made_for or self.size
        side = self.resize_to
        if side is not None and old != size:
            side = round(side * min(size) / min(old))
        if side is not None and (side, side) == size:
            side = None
        return self.model_copy(update={"size": size, "resize_to": side})

    def with_norm(self, name: str) -> Self:
        """Return the same steps with another mean and deviation, by name.

        Raises
        ------
        CutisError
            If the name is unknown.

        Examples
        --------
        >>> Preprocessing().with_norm("panderm").std
        (0.228, 0.224, 0.225)
        """
        from cutis.errors import CutisError, nearest_names

        if name not in NORMS:
            raise CutisError(
                f"There is no normalisation '{name}'.",
                allowed="Normalisations: " + ", ".join(NORMS) + ".",
                nearest=nearest_names(name, NORMS),
                fix="leave it out to use the model's own",
            )
        mean, std = NORMS[name]
        return self.model_copy(update={"mean": mean, "std": std})

    def __call__(self, image: Image.Image) -> torch.Tensor:
        """Return the image as a float32 tensor (3, height, width). Safe in threads.

        Parameters
        ----------
        image
            Any PIL image; it is taken as RGB.
        """
        import numpy as np
        import torch

        rgb = image if image.mode == "RGB" else image.convert("RGB")
        cropped = _centre_crop(self._resize(rgb), self.size, self.fill_color)
        pixels_chw = np.asarray(cropped).transpose(2, 0, 1).astype(np.float32, order="C")
        # NumPy, not torch: its loops start no threads of their own inside a decoding worker.
        pixels_chw /= np.float32(255)
        pixels_chw -= np.asarray(self.mean, np.float32)[:, None, None]
        pixels_chw /= np.asarray(self.std, np.float32)[:, None, None]
        return torch.from_numpy(pixels_chw)

    def _resize(self, image: Image.Image) -> Image.Image:
        from PIL import Image as PilImage

        width, height = image.size
        target = self._target(height, width)
        if target == (height, width):
            return image
        filters = PilImage.Resampling
        chosen = filters.BICUBIC if self.interpolation == "bicubic" else filters.BILINEAR
        return image.resize((target[1], target[0]), chosen)

    def _target(self, height: int, width: int) -> tuple[int, int]:
        crop_h, crop_w = self.size
        if self.resize_mode == "squash":
            return (self.resize_to, self.resize_to) if self.resize_to else self.size
        if self.resize_mode == "shortest" and (crop_h == crop_w or self.resize_to):
            side = self.resize_to or crop_h
            # Truncation of the long side, not rounding, is what torchvision does.
            if height <= width:
                return side, int(side * width / height)
            return int(side * height / width), side
        ratios = (height / crop_h, width / crop_w)
        ratio = max(ratios) if self.resize_mode == "longest" else min(ratios)
        # a sliver keeps one pixel of its short side
        return max(round(height / ratio), 1), max(round(width / ratio), 1)


# What the library transformers calls our fields.
_THEIRS = {
    ("preprocessor_config.json", ours): theirs
    for ours, theirs in (
        ("mean", "image_mean"), ("std", "image_std"), ("resize_to", "size.shortest_edge"),
    )
}  # fmt: skip


def _bad_value(where: str, field: str, reason: str) -> CutisError:
    from cutis.errors import CutisError

    return CutisError(
        f"'{field}' in {where} beside the weights cannot be used: {reason.rstrip('.')}.",
        fix=f"correct '{field}' in that file, or download it again",
    )


def _shortest_edge(config: Mapping[str, Any]) -> int | None:
    """Return the length the shorter side is resized to, or None when the aspect is ignored."""
    size = config.get("size")
    if isinstance(size, Mapping):
        return size.get("shortest_edge")
    cropped = config.get("do_center_crop", config.get("crop_size") is not None)
    return size if cropped and isinstance(size, int) else None


def stated_size(config: Mapping[str, Any]) -> tuple[int, int] | None:
    """Return the input size that a ``preprocessor_config.json`` of transformers states.

    Raises
    ------
    CutisError
        If it is no number of pixels.

    Examples
    --------
    >>> stated_size({"size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224}})
    (224, 224)
    >>> stated_size({"size": {"height": 448, "width": 448}, "do_center_crop": None})
    (448, 448)
    """
    crop = config.get("crop_size") if config.get("do_center_crop", True) else None
    for value in (crop, config.get("size")):
        if isinstance(value, int):
            return value, value
        if isinstance(value, Mapping) and "height" in value and "width" in value:
            return _pixels(value, "height"), _pixels(value, "width")
        if isinstance(value, Mapping) and "shortest_edge" in value:
            return (_pixels(value, "shortest_edge"),) * 2
    return None


def _pixels(size: Mapping[str, Any], side: str) -> int:
    """Return one side of a stated size."""
    value = size[side]
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 1:
        reason = f"{value!r} is no number of pixels"
        raise _bad_value("preprocessor_config.json", f"size.{side}", reason)
    return int(value)


def _centre_crop(image: Image.Image, size: tuple[int, int], fill: int) -> Image.Image:
    from PIL import Image as PilImage

    crop_h, crop_w = size
    width, height = image.size
    if crop_h > height or crop_w > width:
        padded = PilImage.new("RGB", (max(width, crop_w), max(height, crop_h)), (fill, fill, fill))
        padded.paste(image, (max(crop_w - width, 0) // 2, max(crop_h - height, 0) // 2))
        image, (width, height) = padded, padded.size
    if (height, width) == size:
        return image
    top, left = round((height - crop_h) / 2), round((width - crop_w) / 2)
    return image.crop((left, top, left + crop_w, top + crop_h))
