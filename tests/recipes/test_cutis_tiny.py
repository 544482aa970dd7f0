"""The stages that rebuild cutis-tiny, on a handful of phantom images and random towers."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from recipes.cutis_tiny import data, export, text_tower
from recipes.cutis_tiny.align import Bank, Towers, align
from recipes.cutis_tiny.augment import views
from recipes.cutis_tiny.card import card
from recipes.cutis_tiny.corpus import class_caption, corpus, row_caption
from recipes.cutis_tiny.evaluate import best_scale
from recipes.cutis_tiny.image_tower import MEAN, NAME, STD, ImageTower
from recipes.cutis_tiny.lexicon import CLASS_TERMS, CONCEPT_TERMS, PLAIN_WORDS
from recipes.cutis_tiny.train import Recipe, train_image


@pytest.fixture(scope="module")
def trunk():
    import timm

    torch.manual_seed(0)
    made = timm.create_model(NAME, pretrained=False).eval()
    made.reset_classifier(0)
    for module in made.modules():
        if isinstance(module, nn.BatchNorm2d):  # fresh statistics would hide a wrong fold
            module.running_mean.normal_(0, 0.1)
            module.running_var.uniform_(0.5, 2.0)
    return made.to(memory_format=torch.channels_last)


@pytest.fixture
def folder(tmp_path):
    """A sentence encoder with a word-piece tokenizer, in the form of the published one."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    words = {word for text in corpus(400, 0, PLAIN_WORDS) for word in text.lower().split()}
    letters = "abcdefghijklmnopqrstuvwxyz0123456789,.-:;?/'()"
    pieces = ["[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters]
    pieces += [*(f"##{x}" for x in letters), "rarelyword", *sorted(w for w in words if w.isalpha())]
    vocabulary = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        special_tokens=[("[CLS]", vocabulary["[CLS]"]), ("[SEP]", vocabulary["[SEP]"])],
    )
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    torch.manual_seed(0)
    config = BertConfig(vocab_size=len(vocabulary), hidden_size=64, num_hidden_layers=5,
                        num_attention_heads=1, intermediate_size=64,
                        max_position_embeddings=128)  # fmt: skip
    BertModel(config, add_pooling_layer=False).save_pretrained(tmp_path)
    return tmp_path


def test_folded_tower_equals_the_trunk_it_shares(trunk):
    images = torch.randint(0, 256, (2, 96, 96, 3), dtype=torch.uint8)
    tower = ImageTower(trunk, 8, cut=3)
    x = (images.permute(0, 3, 1, 2).float() / 255 - MEAN) / STD
    with torch.no_grad():
        expected = trunk(x)
        torch.testing.assert_close(tower.features(images), expected, rtol=1e-4, atol=1e-5)


def test_tuning_moves_only_the_upper_part(trunk):
    import copy

    tower = ImageTower(copy.deepcopy(trunk), 16, cut=5)
    before = {name: p.detach().clone() for name, p in tower.trunk.named_parameters()}
    rows = data.phantom(14, seed=5, size=64)
    projection = nn.Linear(24, 16, bias=False)
    recipe = replace(Recipe(), steps=3, batch=6, phantoms=4, side=64)
    said = torch.randn(7, 5, 24)
    train_image(tower, projection, rows, rows, said, torch.zeros(14, 1), recipe)
    moved = {n for n, p in tower.trunk.named_parameters() if not torch.equal(p, before[n])}
    assert moved
    assert {name.split(".")[1] for name in moved if name.startswith("blocks")} == {"5", "6"}
    big = {name for name in before if "conv_dw" in name and before[name].shape[-1] == 5}
    assert big
    assert not big & moved


def test_views_are_pictures_and_repeat_with_the_seed():
    images = torch.randint(0, 256, (3, 32, 32, 3), dtype=torch.uint8)
    one, two = (views(images, torch.Generator().manual_seed(4), 20) for _ in range(2))
    assert one.shape == (3, 3, 20, 20)
    assert 0 <= float(one.min()) <= float(one.max()) <= 1
    assert torch.equal(one, two)
    assert not torch.equal(one, views(images, torch.Generator().manual_seed(5), 20))


def test_captions_name_the_diagnosis():
    rng = np.random.default_rng(0)
    for name, terms in CLASS_TERMS.items():
        assert any(term in class_caption(rng, name) for term in terms)
    text = " ".join(row_caption(rng, "nevus", "back", 40.0, "female") for _ in range(40))
    assert "back" in text
    assert "40" in text
    assert "wom" in text


def test_corpus_is_seeded_and_without_repeats():
    texts = corpus(600, 3, PLAIN_WORDS)
    assert len(set(texts)) == 600
    assert texts == corpus(600, 3, PLAIN_WORDS)
    assert texts != corpus(600, 4, PLAIN_WORDS)


def test_pruned_tokenizer_gives_the_same_pieces(folder, tmp_path):
    from tokenizers import Tokenizer

    full = Tokenizer.from_file(str(folder / "tokenizer.json"))
    kept = text_tower.kept_tokens(full.get_vocab(), lambda t: full.encode(t).ids, n=300)
    kept = [i for i in kept if full.id_to_token(i) != "rarelyword"]
    text_tower.write_tokenizer(folder, tmp_path / "small", kept)
    small = Tokenizer.from_file(str(tmp_path / "small" / "tokenizer.json"))
    for text in ("a photo of melanoma", "basal cell carcinoma, dermoscopy"):
        assert small.encode(text).tokens == full.encode(text).tokens
        assert small.encode(text).ids == [kept.index(i) for i in full.encode(text).ids]
    assert "[UNK]" not in small.encode("rarelyword").tokens


def test_shrunk_tower_starts_as_the_layers_it_keeps(folder):
    teacher, _ = text_tower.read_teacher(folder)
    kept = list(range(teacher.config.vocab_size))
    same = text_tower.shrink(teacher, kept, layers=(0, 1, 2, 3, 4)).eval()
    ids = torch.tensor([[3, 9, 10, 4], [3, 11, 4, 0]])
    with torch.no_grad():
        torch.testing.assert_close(text_tower.embed(same, ids), text_tower.embed(teacher, ids))
        fewer = text_tower.shrink(teacher, kept, layers=(0, 2)).eval()
        assert text_tower.embed(fewer, ids).shape == (2, 64)


def test_padding_cuts_long_texts_but_keeps_their_end():
    ids = text_tower.pad([[1, 5, 5, 5, 5, 2], [1, 2]], context=4)
    assert ids.tolist() == [[1, 5, 5, 2], [1, 2, 0, 0]]


def test_alignment_teaches_the_prompts(folder):
    teacher, tokenizer = text_tower.read_teacher(folder)
    torch.manual_seed(0)
    labels = torch.arange(140) % 7
    features = functional.one_hot(labels, 12).float() + 0.1 * torch.randn(140, 12)
    concepts = (torch.rand(140, len(CONCEPT_TERMS)) < 0.3).long()
    towers = Towers(teacher, nn.Linear(12, 16, bias=False), nn.Linear(64, 16, bias=False),
                    lambda text: tokenizer.encode(text).ids)  # fmt: skip
    bank = Bank(features[None], labels, concepts)
    align(towers, bank, bank, steps=40, text_rate=1e-3, rate=1e-2, n_plain=600)
    with torch.no_grad():
        w = towers.texts([f"a photo of {name}" for name in CLASS_TERMS])[1]
        right = ((towers.images(features, 0.0) @ w.T).argmax(1) == labels).float().mean()
    assert right > 0.8


def test_written_model_reads_back_with_the_same_features(trunk, folder, tmp_path):
    from PIL import Image

    from cutis.models import load_model

    teacher, tokenizer = text_tower.read_teacher(folder)
    tower, projection = ImageTower(trunk, 256, 3), nn.Linear(64, 256, bias=False)
    state = export.state_dict(trunk, tower.proj, teacher, projection, 55.0)
    export.write(tmp_path / "model", state, folder, card(10, 55.0))
    model = load_model(f"local-dir:{tmp_path / 'model'}", device="cpu")
    pixels = data.phantom(1, seed=6).images_nhwc
    with torch.no_grad():
        expected = tower.proj(tower.features(pixels)).numpy()
        said = projection(text_tower.embed(teacher, torch.tensor([tokenizer.encode("nevus").ids])))
    np.testing.assert_allclose(model.embed_images([Image.fromarray(pixels[0].numpy())]), expected,
                               atol=0.02 * np.abs(expected).max())  # fmt: skip
    np.testing.assert_allclose(model.embed_texts(["nevus"]), said.numpy(),
                               atol=0.02 * float(said.abs().max()))  # fmt: skip
    assert model.logit_scale == pytest.approx(55.0, rel=1e-2)
    assert json.loads((tmp_path / "model" / "config.json").read_text())["format"] == "cutis.model/1"


def test_best_scale_recovers_a_known_temperature():
    rng = np.random.default_rng(0)
    cosines = torch.from_numpy(rng.uniform(-0.1, 0.1, (20000, 3)))
    p = torch.softmax(cosines * 40, -1).numpy()
    labels = torch.tensor([rng.choice(3, p=row / row.sum()) for row in p])
    assert abs(best_scale(cosines, labels) - 40) <= 4


@pytest.mark.shared
def test_no_test_lesion_is_trained_on(shared):
    rows = data.training_table(shared)
    folder = shared / "data"
    test = {r["image_id"] for r in data.read_table(folder / "ham10000/published_test_ids.csv")}
    full = data.read_table(folder / "tables/HAM10000_metadata.csv")
    lesion_of = {r["image_id"]: r["lesion_id"] for r in full}
    lesions = {lesion_of[image] for image in test}
    assert len(rows) == 2545
    assert not test & {r["image_id"] for r in rows}
    assert not lesions & {lesion_of[r["image_id"]] for r in rows}


def test_split_keeps_diagnoses_apart_and_complete():
    labels = torch.arange(7).repeat(50)
    train, held = data.split(labels, 0.2)
    assert sorted([*train, *held]) == list(range(350))
    assert np.bincount(labels[held]).tolist() == [12] * 7
    assert len(data.split(labels, 0.0)[1]) == 0
