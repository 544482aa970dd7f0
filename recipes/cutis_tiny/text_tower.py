"""The text tower: MiniLM with fewer words and fewer layers, distilled to give the same vectors."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from recipes.cutis_tiny.corpus import corpus

N_WORDS = 8000
KEPT_LAYERS = (0, 2, 4)
CONTEXT = 77


def kept_tokens(vocabulary: dict[str, int], encode: Any, n: int = N_WORDS) -> list[int]:
    """Choose the word pieces to keep, as sorted ids of the full vocabulary.

    Kept are the special tokens, every single ASCII, Latin-1 and Greek character (so that any such
    word still falls apart into known pieces), every piece the corpus needs, then the first and so
    the most frequent ones.

    Parameters
    ----------
    vocabulary
        Token to id of the full tokenizer.
    encode
        Function from a text to token ids.
    n
        How many to keep.
    """
    names = {index: token for token, index in vocabulary.items()}
    keep = {vocabulary[token] for token in ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")}
    for token, index in vocabulary.items():
        bare = token.removeprefix("##")
        if len(bare) == 1 and ord(bare) < 0x3D0:
            keep.add(index)
    for text in corpus(30_000, seed=1, words=("skin",)):
        keep.update(encode(text))
    plain = re.compile(r"(##)?[a-z0-9]+$")
    for index in sorted(names):
        if len(keep) >= n:
            break
        if plain.match(names[index]):
            keep.add(index)
    return sorted(keep)


def write_tokenizer(source: Path, out: Path, kept: list[int]) -> None:
    """Write the tokenizer with the kept word pieces only, ids renumbered in order."""
    spec = json.loads((source / "tokenizer.json").read_text(encoding="utf-8"))
    names = {index: token for token, index in spec["model"]["vocab"].items()}
    new = {names[old]: index for index, old in enumerate(kept)}
    spec["model"]["vocab"] = new
    spec["truncation"], spec["padding"] = None, None
    for token in spec["added_tokens"]:
        token["id"] = new[token["content"]]
    for special in spec["post_processor"].get("special_tokens", {}).values():
        special["ids"] = [new[token] for token in special["tokens"]]
    for pair in ("sep", "cls"):
        if pair in spec["post_processor"]:
            token = spec["post_processor"][pair][0]
            spec["post_processor"][pair] = [token, new[token]]
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(spec, ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(text, encoding="utf-8")


def shrink(teacher: nn.Module, kept: list[int], layers: tuple[int, ...] = KEPT_LAYERS) -> nn.Module:
    """Return a smaller BERT that starts as the teacher's kept rows and layers."""
    from transformers import BertConfig, BertModel

    config = BertConfig(**{**teacher.config.to_dict(), "vocab_size": len(kept),
                           "num_hidden_layers": len(layers),
                           "max_position_embeddings": CONTEXT})  # fmt: skip
    student = BertModel(config, add_pooling_layer=False)
    state = teacher.state_dict()
    words, positions = "embeddings.word_embeddings.weight", "embeddings.position_embeddings.weight"
    new = {}
    for key in student.state_dict():
        match = re.match(r"encoder\.layer\.(\d+)\.(.*)", key)
        old = f"encoder.layer.{layers[int(match[1])]}.{match[2]}" if match else key
        new[key] = state[old]
    new[words], new[positions] = state[words][kept], state[positions][:CONTEXT]
    student.load_state_dict(new)
    return student


def mean_pool(hidden_ntd: torch.Tensor, ids_nt: torch.Tensor) -> torch.Tensor:
    """Average the token states that are not padding."""
    mask = (ids_nt != 0).unsqueeze(-1).to(hidden_ntd.dtype)
    return (hidden_ntd * mask).sum(1) / mask.sum(1).clamp(min=1e-6)


def embed(model: nn.Module, ids_nt: torch.Tensor) -> torch.Tensor:
    """Return the sentence vectors (n, 384), un-normalised."""
    hidden = model(input_ids=ids_nt, attention_mask=(ids_nt != 0).long()).last_hidden_state
    return mean_pool(hidden.float(), ids_nt)


def pad(rows: list[list[int]], context: int = CONTEXT) -> torch.Tensor:
    """Stack token ids, zero-padded to the longest row."""
    longest = min(max(map(len, rows)), context)
    out = torch.zeros(len(rows), longest, dtype=torch.long)
    for line, row in zip(out, rows, strict=True):
        cut = row if len(row) <= longest else [*row[: longest - 1], row[-1]]
        line[: len(cut)] = torch.tensor(cut)
    return out


def batches(lengths: list[int], size: int, rng: np.random.Generator) -> list[np.ndarray]:
    """Cut a shuffled corpus into batches of texts of like length."""
    order = np.argsort(np.asarray(lengths) + rng.random(len(lengths)), kind="stable")
    parts = [order[i : i + size] for i in range(0, len(order), size)]
    return [parts[i] for i in rng.permutation(len(parts))]


def read_teacher(source: Path) -> tuple[nn.Module, Any]:
    """Return the full sentence encoder and its tokenizer."""
    from tokenizers import Tokenizer
    from transformers import BertModel

    tokenizer = Tokenizer.from_file(str(source / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return BertModel.from_pretrained(source, add_pooling_layer=False).eval(), tokenizer


@torch.no_grad()
def teach(teacher: nn.Module, rows: list[list[int]], size: int = 128) -> torch.Tensor:
    """Return the teacher's normalised vectors of token rows, (n, 384)."""
    out = torch.zeros(len(rows), teacher.config.hidden_size)
    for part in batches([len(row) for row in rows], size, np.random.default_rng(0)):
        with torch.autocast("cpu", torch.bfloat16):
            value = embed(teacher, pad([rows[i] for i in part]))
        out[part] = functional.normalize(value.float(), dim=-1)
    return out


def distil(source: Path, out: Path, n_texts: int = 40_000, epochs: int = 4, seed: int = 0) -> float:
    """Make the small text tower and write it as a transformers folder with its tokenizer.

    Parameters
    ----------
    source
        Folder of the full sentence encoder.
    out
        Where to write.
    n_texts, epochs
        Size of the corpus and passes over it.
    seed
        Seed of corpus and order.

    Returns
    -------
    float
        Mean cosine between student and teacher on 2,000 texts kept out of training.
    """
    from tokenizers import Tokenizer

    torch.manual_seed(seed)
    teacher, tokenizer = read_teacher(source)
    kept = kept_tokens(tokenizer.get_vocab(), lambda text: tokenizer.encode(text).ids)
    write_tokenizer(source, out, kept)
    small = Tokenizer.from_file(str(out / "tokenizer.json"))
    words = tuple(w for w in tokenizer.get_vocab() if re.match(r"[a-z]{3,}$", w))
    texts = corpus(n_texts + 2000, seed, words)
    order = np.random.default_rng(seed).permutation(len(texts))
    texts = [texts[i] for i in order]
    targets = teach(teacher, [tokenizer.encode(text).ids for text in texts])
    rows = [small.encode(text).ids for text in texts]
    student = shrink(teacher, kept)
    _fit(student, rows[2000:], targets[2000:], epochs, seed)
    student.eval()
    value = functional.normalize(teach(student, rows[:2000]), dim=-1)
    cosine = float((value * targets[:2000]).sum(-1).mean())
    student.save_pretrained(out)
    return cosine


def _fit(
    student: nn.Module, rows: list[list[int]], targets: torch.Tensor, epochs: int, seed: int
) -> None:
    """Fit cosine to the teacher and the similarities within a batch."""
    rng, size = np.random.default_rng(seed), 128
    lengths = [len(row) for row in rows]
    steps = epochs * (len(rows) // size + 1)
    optimiser = torch.optim.AdamW(student.parameters(), lr=3e-4, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-4, steps, pct_start=0.05)
    student.train()
    for epoch in range(epochs):
        total = []
        for part in batches(lengths, size, rng):
            with torch.autocast("cpu", torch.bfloat16):
                value = embed(student, pad([rows[i] for i in part]))
            value, target = functional.normalize(value.float(), dim=-1), targets[part]
            loss = (1 - (value * target).sum(-1)).mean()
            loss = loss + 2.0 * functional.mse_loss(value @ value.T, target @ target.T)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total.append(float(loss.detach()))
        print(f"text epoch {epoch}: loss {np.mean(total):.4f}", flush=True)
