"""ResNets under torchvision's names: ImageNet classifiers, and SwAV's files (SwAVDerm).

He et al., "Deep residual learning" (2016); Caron et al., "SwAV" (2020). The feature is the mean of
the last stage; classifiers, SwAV's projection head and its prototypes are left out. timm's ResNet
computes it; depth and widths are read off the tensors.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from timm.models.resnet import BasicBlock, Bottleneck, ResNet

from cutis.models.layouts.asked import check_pooling
from cutis.models.preprocessing import IMAGENET_MEAN, IMAGENET_STD, Preprocessing
from cutis.models.strict import load_strict, set_aside, without_initialisation
from cutis.models.towers import Settings, Towers, channels_last

REVISION = 1
Shapes = Mapping[str, tuple[int, ...]]
LEFT_OUT = {
    "fc.": "a classifier, which features do not need",
    "projection_head.": "SwAV's projection head of the pretraining",
    "prototypes.": "SwAV's prototypes of the pretraining",
}
STAGES = ("layer1", "layer2", "layer3", "layer4")
SIZE = (224, 224)
PREPROCESSING = Preprocessing(
    resize_to=256, interpolation="bilinear", mean=IMAGENET_MEAN, std=IMAGENET_STD
)


def matches(shapes: Shapes) -> bool:
    """Tell whether these are the tensors of a ResNet under torchvision's names."""
    stem = "conv1.weight" in shapes or "bn1.weight" in shapes
    return stem and any(key.startswith("layer1.0.conv") for key in shapes)


def build(state: Mapping[str, torch.Tensor], settings: Settings) -> Towers:
    """Build the network the tensors describe and fill it.

    Parameters
    ----------
    state
        Name to tensor.
    settings
        ``image_size`` may be any; it is 224 pixels otherwise.

    Raises
    ------
    CutisError
        If another pooling is asked for.
    KeyError
        If a tensor that gives a size is absent.
    StateDictMismatch
        If the tensors do not fit.
    """
    check_pooling(settings, ("default",))
    state, notes = set_aside(state, LEFT_OUT)
    shapes = {key: tuple(value.shape) for key, value in state.items()}
    with without_initialisation():
        model = network(shapes)
    load_strict(model, state, settings.what)
    model.eval()
    channels_last(model)
    return Towers(
        module=model,
        image=model,
        text=None,
        dim=int(model.num_features),
        image_size=settings.image_size or settings.stated_size or SIZE,
        pooling="pooled",
        notes=notes,
        preprocessing=PREPROCESSING,
    )


def network(shapes: Shapes) -> ResNet:
    """Build the network of these tensor shapes, without a classifier.

    Examples
    --------
    >>> shapes = {f"layer{i}.{j}.conv3.weight": (256 * 2 ** (i - 1), 64, 1, 1)
    ...           for i, n in ((1, 3), (2, 4), (3, 6), (4, 3)) for j in range(n)}
    >>> sum(parameter.numel() for parameter in network(shapes).parameters())
    23508032
    """
    deep = "layer1.0.conv3.weight" in shapes
    last, block = ("conv3", Bottleneck) if deep else ("conv2", BasicBlock)
    widths = [shapes[f"{stage}.0.{last}.weight"][0] // block.expansion for stage in STAGES]
    counts = [
        len({key.split(".")[1] for key in shapes if key.startswith(stage + ".")})
        for stage in STAGES
    ]
    return ResNet(block, tuple(counts), num_classes=0, channels=tuple(widths))
