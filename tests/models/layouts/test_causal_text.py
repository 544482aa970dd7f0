"""Padding behind the last end mark of a batch is left out and changes nothing."""

from __future__ import annotations

import pytest
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg

from cutis.models.layouts.causal_text import CausalTextClip

VISION = CLIPVisionCfg(layers=1, width=64, head_width=32, patch_size=16, image_size=32)
CONTEXT, END = 20, 48


def pair(**text: object) -> tuple[CLIP, CausalTextClip]:
    torch.manual_seed(0)
    config = {"context_length": CONTEXT, "vocab_size": 49, "width": 64, "heads": 2, "layers": 2}
    theirs = CLIP(32, VISION, CLIPTextCfg(**{**config, **text})).eval()
    ours = CausalTextClip(32, VISION, CLIPTextCfg(**{**config, **text})).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return theirs, ours


def texts(*lengths: int) -> torch.Tensor:
    ids = torch.zeros(len(lengths), CONTEXT, dtype=torch.int64)
    for row, length in enumerate(lengths):
        ids[row, :length] = torch.randint(1, END, (length,))
        ids[row, length - 1] = END
    return ids


@pytest.mark.parametrize("proj_bias", [False, True])
@pytest.mark.parametrize("lengths", [(3, 5, 9), (2,), (CONTEXT, 4)])
@pytest.mark.parametrize("normalize", [False, True])
def test_features_are_those_of_open_clip(lengths, normalize, proj_bias):
    theirs, ours = pair(proj_bias=proj_bias)
    ids = texts(*lengths)
    with torch.no_grad():
        expected, found = theirs.encode_text(ids, normalize), ours.encode_text(ids, normalize)
    assert (expected - found).abs().max() < 1e-5
    assert expected.std() > 0.01


def test_only_as_many_tokens_are_read_as_the_longest_text_has(monkeypatch):
    _, ours = pair()
    seen = []
    ours.transformer.register_forward_pre_hook(lambda _, args: seen.append(args[0].shape[1]))
    with torch.no_grad():
        ours.encode_text(texts(3, 7))
        ours.encode_text(texts(CONTEXT))
    assert seen == [7, CONTEXT]


def test_a_tower_that_sees_ahead_reads_everything():
    theirs, ours = pair(no_causal_mask=True)
    ids = texts(3, 5)
    with torch.no_grad():
        assert torch.equal(theirs.encode_text(ids), ours.encode_text(ids))
