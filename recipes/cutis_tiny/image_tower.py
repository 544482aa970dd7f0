"""The image tower: EfficientNet-Lite0 from ImageNet, its lower blocks fixed, its norms folded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from timm.layers.padding import pad_same
from torch import nn
from torch.nn import functional

MEAN, STD = 127 / 255, 128 / 255
NAME = "tf_efficientnet_lite0"


def read_imagenet(path: Path) -> nn.Module:
    """Return the trunk with ImageNet weights.

    The file names its tensors by another library's habit, but lists them in the same order.

    Parameters
    ----------
    path
        The ``.pth`` file.

    Raises
    ------
    ValueError
        If a tensor does not fit.
    """
    import timm

    trunk = timm.create_model(NAME, pretrained=False)
    theirs = torch.load(path, map_location="cpu", weights_only=True)
    ours = trunk.state_dict()
    if [v.shape for v in theirs.values()] != [v.shape for v in ours.values()]:
        raise ValueError(f"{path} does not hold the tensors of {NAME}")
    trunk.load_state_dict(dict(zip(ours, theirs.values(), strict=True)))
    trunk.reset_classifier(0)
    return trunk.to(memory_format=torch.channels_last).eval()


class Depthwise(torch.autograd.Function):
    """A depthwise convolution without the one gradient that is slow on a processor.

    The gradient of 5x5 depthwise kernels takes longer than everything else together, so these
    keep their ImageNet values; only the gradients of input and bias, and of 3x3 kernels, are made.
    """

    @staticmethod
    def forward(ctx: Any, x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor,
                stride: list[int], padding: list[int]) -> torch.Tensor:  # fmt: skip
        """Convolve in the precision of ``x``."""
        weight = weight.to(x.dtype)
        ctx.save_for_backward(x, weight)
        ctx.stride, ctx.padding = stride, padding
        return functional.conv2d(x, weight, bias.to(x.dtype), stride, padding, 1, len(weight))

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[Any, ...]:
        """Return the gradients of input, weight and bias."""
        x, weight = ctx.saved_tensors
        wanted = [ctx.needs_input_grad[0], ctx.needs_input_grad[1], False]
        kind = x.dtype
        if ctx.stride[0] > 1:  # strided gradients have no fast kernel in bfloat16
            grad, x, weight = grad.float(), x.float(), weight.float()
        of_x, of_weight, _ = torch.ops.aten.convolution_backward(
            grad.contiguous(memory_format=torch.channels_last), x, weight, None, ctx.stride,
            ctx.padding, [1, 1], False, [0, 0], len(weight), wanted,
        )  # fmt: skip
        of_weight = None if of_weight is None else of_weight.float()
        return of_x.to(kind), of_weight, grad.sum((0, 2, 3), dtype=torch.float32), None, None


class Folded(nn.Module):
    """A convolution and its fixed-statistics norm as one convolution; both keep their parameters.

    The same function as the two in evaluation mode. Pointwise ones are run as matrix products.
    """

    def __init__(self, conv: nn.Conv2d, norm: nn.Module) -> None:
        super().__init__()
        self.conv, self.norm = conv, norm
        self.same = type(conv).__name__ == "Conv2dSame"
        if conv.groups > 1 and conv.kernel_size[0] > 3:
            conv.weight.requires_grad_(False)
            norm.weight.requires_grad_(False)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Convolve, normalise, activate, in the precision of ``x``."""
        conv, norm = self.conv, self.norm
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        weight = conv.weight * scale[:, None, None, None]
        bias = norm.bias - norm.running_mean * scale
        if conv.kernel_size == (1, 1):
            flat = weight[:, :, 0, 0].to(x.dtype)
            y = functional.linear(x.permute(0, 2, 3, 1), flat, bias.to(x.dtype))
            return norm.act(y.permute(0, 3, 1, 2))
        padding = list(conv.padding)
        if self.same:
            x, padding = pad_same(x, conv.kernel_size, conv.stride), [0, 0]
            x = x.contiguous(memory_format=torch.channels_last)
        if conv.groups > 1:
            return norm.act(Depthwise.apply(x, weight, bias, list(conv.stride), padding))
        y = functional.conv2d(x, weight.to(x.dtype), bias.to(x.dtype), conv.stride, padding)
        return norm.act(y)


class FoldedBlock(nn.Module):
    """A block of the trunk on folded convolutions, sharing the block's parameters."""

    def __init__(self, block: nn.Module) -> None:
        super().__init__()
        pairs = (("conv_pw", "bn1"), ("conv_dw", "bn2"), ("conv_pwl", "bn3"))
        if not hasattr(block, "conv_pwl"):
            pairs = (("conv_dw", "bn1"), ("conv_pw", "bn2"))
        self.layers = nn.ModuleList(
            Folded(getattr(block, conv), getattr(block, norm)) for conv, norm in pairs
        )
        self.skip = bool(block.has_skip)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Run the block."""
        y = x
        for layer in self.layers:
            y = layer(y)
        return x + y if self.skip else y


def split(trunk: nn.Module, cut: int) -> tuple[nn.Module, nn.Module]:
    """Return the fixed lower part and the trained upper part, cut before stage ``cut``.

    Both share the parameters of ``trunk``; the lower part is switched to no gradients.
    """
    stages = [nn.Sequential(*map(FoldedBlock, stage)) for stage in trunk.blocks]
    lower = nn.Sequential(Folded(trunk.conv_stem, trunk.bn1), *stages[:cut])
    upper = nn.Sequential(*stages[cut:], Folded(trunk.conv_head, trunk.bn2))
    lower.requires_grad_(False)
    return lower, upper


class ImageTower(nn.Module):
    """Trunk, average pooling and projection, with the trunk run on folded norms.

    Parameters
    ----------
    trunk
        From :func:`read_imagenet`.
    dim
        Length of an image feature.
    cut
        The first stage that is trained.
    """

    def __init__(self, trunk: nn.Module, dim: int, cut: int) -> None:
        super().__init__()
        self.trunk, self.proj = trunk, nn.Linear(trunk.num_features, dim, bias=False)
        lower, upper = split(trunk, cut)
        # Kept out of the module tree: they own nothing.
        self.parts = (lower, upper)

    @torch.no_grad()
    def lower(self, pixels_nchw: torch.Tensor) -> torch.Tensor:
        """Run the fixed part, in bfloat16 for speed."""
        x = ((pixels_nchw - MEAN) / STD).contiguous(memory_format=torch.channels_last)
        return self.parts[0](x.bfloat16())

    def pooled(self, lower_nchw: torch.Tensor) -> torch.Tensor:
        """Run the trained part on the fixed part's output; return (n, 1280)."""
        return self.parts[1](lower_nchw).float().mean((2, 3))

    @torch.no_grad()
    def features(self, images_nhwc: torch.Tensor, size: int = 64) -> torch.Tensor:
        """Return pooled features (n, 1280) of uint8 images in float32, as the shipped model."""
        out = []
        for part in images_nhwc.split(size):
            x = part.permute(0, 3, 1, 2).float().div(255)
            x = ((x - MEAN) / STD).contiguous(memory_format=torch.channels_last)
            out.append(self.parts[1](self.parts[0](x)).mean((2, 3)))
        return torch.cat(out)
