"""The sizes on the cards are those of the architectures, built without memory for their numbers."""

from __future__ import annotations

import pytest
import torch

from cutis.models import ModelCard, get_card, list_cards

BERT = {"vocab_size": 30522}
TOWER = 304_113_408  # DermFM-Zero's image tower with its projection, from the shapes in its report


def count(module: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def timm_model(card: ModelCard) -> tuple[int, int]:
    import timm

    tower = timm.create_model(card.architecture, num_classes=0)
    return count(tower), tower.num_features


def dermino(card: ModelCard) -> tuple[int, int]:
    import timm

    size = card.preprocessing.size[0]
    tower = timm.create_model("vit_base_patch14_dinov2", num_classes=0, img_size=size)
    return count(tower), tower.num_features


def panderm(card: ModelCard) -> tuple[int, int]:
    import timm

    name = {768: "beit_base_patch16_224", 1024: "beit_large_patch16_224"}[card.dim]
    tower = timm.create_model(name, num_classes=0, global_pool="token",
                              use_abs_pos_emb=True, use_rel_pos_bias=False)  # fmt: skip
    return count(tower), tower.num_features


def swavderm(card: ModelCard) -> tuple[int, int]:
    from torchvision.models import resnet50

    network = resnet50()
    return count(network) - count(network.fc), network.fc.in_features


def native_clip(card: ModelCard) -> tuple[int, int]:
    import open_clip

    from cutis.models.layouts.open_clip import make_model

    config = open_clip.get_model_config({512: "ViT-B-16", 768: "ViT-L-14"}[card.dim])
    assert config["text_cfg"]["context_length"] == card.context_length
    return count(make_model(config, {})), config["embed_dim"]


def clip(card: ModelCard) -> tuple[int, int]:
    from transformers import CLIPConfig, CLIPModel

    vision = {"hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
              "num_attention_heads": 16, "patch_size": 14}  # fmt: skip
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12}
    config = CLIPConfig(vision_config=vision, text_config=text, projection_dim=768)
    return count(CLIPModel(config)), 768


def siglip(card: ModelCard) -> tuple[int, int]:
    from transformers import SiglipConfig, SiglipModel

    large = card.dim == 1152
    both = {"hidden_size": card.dim, "intermediate_size": 4304 if large else 3072,
            "num_hidden_layers": 27 if large else 12,
            "num_attention_heads": 16 if large else 12}  # fmt: skip
    size = card.preprocessing.size[0]
    vision = {**both, "image_size": size, "patch_size": 14 if large else 16}
    text = {**both, "vocab_size": 32000, "max_position_embeddings": card.context_length}
    return count(SiglipModel(SiglipConfig(vision_config=vision, text_config=text))), card.dim


def dinov2(card: ModelCard) -> tuple[int, int]:
    from transformers import Dinov2Config, Dinov2Model

    depth = 24 if card.dim == 1024 else 12
    config = Dinov2Config(hidden_size=card.dim, num_hidden_layers=depth, image_size=518,
                          num_attention_heads=card.dim // 64, patch_size=14)  # fmt: skip
    return count(Dinov2Model(config)), card.dim


def dinov3(card: ModelCard) -> tuple[int, int]:
    from transformers import DINOv3ViTConfig, DINOv3ViTModel

    shape = {"num_register_tokens": 4, "patch_size": 16, "hidden_size": card.dim}
    if card.dim == 4096:
        gates = {"use_gated_mlp": True, "query_bias": False, "value_bias": False}
        config = DINOv3ViTConfig(num_hidden_layers=40, num_attention_heads=32,
                                 intermediate_size=8192, **gates, **shape)  # fmt: skip
    else:
        config = DINOv3ViTConfig(num_hidden_layers=24 if card.dim == 1024 else 12,
                                 num_attention_heads=card.dim // 64,
                                 intermediate_size=4 * card.dim, **shape)  # fmt: skip
    return count(DINOv3ViTModel(config)), card.dim


def bert(pooler: bool = False, **sizes: int) -> int:
    from transformers import BertConfig, BertModel

    return count(BertModel(BertConfig(**BERT, **sizes), add_pooling_layer=pooler))


def sentence(card: ModelCard) -> tuple[int, int]:
    small = {"hidden_size": 384, "num_hidden_layers": 6, "intermediate_size": 1536}
    return bert(**(small if card.dim == 384 else {})), card.dim


def paper(card: ModelCard) -> tuple[int, int]:
    return TOWER + bert() + 2 * 768 * 768 + 1, 768


def opened(card: ModelCard) -> tuple[int, int]:
    return TOWER + bert(pooler=True) + 2 * (768 * 768 + 768) + 1, 768


BUILDERS = {
    "dermino": dermino, "panderm-base": panderm, "panderm-large": panderm, "swavderm": swavderm,
    "monet": clip, "medsiglip": siglip, "siglip": siglip,
    "minilm": sentence, "pubmedbert": sentence, "dermfm-zero": paper, "dermfm-zero-open": opened,
    **{f"dinov2-{size}": dinov2 for size in ("small", "base", "large")},
    **{f"dinov3-{size}": dinov3 for size in ("b16", "l16", "7b")},
    **{card.name: timm_model for card in list_cards() if card.layout == "timm"},
    **{card.name: native_clip for card in list_cards()
       if card.layout == "open_clip" and not card.bundled and card.name != "biomedclip"},
}  # fmt: skip
# Checked against the published formulas beside their layouts, or only known once it is loaded.
ELSEWHERE = {
    "dermlip-panderm", "cutis-tiny", "biomedclip", "panderm-base-tuned", "panderm-large-tuned",
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BUILDERS))
def test_the_card_has_the_size_of_its_architecture(name: str):
    card = get_card(name)
    with torch.device("meta"):
        assert BUILDERS[name](card) == (card.parameters, card.dim)


def test_no_card_is_forgotten():
    loadable = {card.name for card in list_cards() if card.loadable}
    assert loadable == set(BUILDERS) | ELSEWHERE
    assert not set(BUILDERS) & ELSEWHERE
