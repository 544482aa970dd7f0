"""Rebuild cutis-tiny from published weights and training images, in under an hour on two cores.

    python -m recipes.cutis_tiny.build --shared SHARED --out DIR

``SHARED`` is the folder that holds ``data/ham10000`` and ``data/tables``. Every stage is kept in
``DIR/work`` and not made again. ``--validate`` holds out a fifth of the training rows and reports
on them instead of writing a model; that is how every setting and the scale were chosen.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import nn

from recipes.cutis_tiny import data, export, text_tower, weights
from recipes.cutis_tiny.align import Bank, Towers, align
from recipes.cutis_tiny.augment import views
from recipes.cutis_tiny.card import card
from recipes.cutis_tiny.corpus import class_caption
from recipes.cutis_tiny.evaluate import balanced_nll, best_scale
from recipes.cutis_tiny.image_tower import ImageTower, read_imagenet
from recipes.cutis_tiny.train import TEXT_WIDTH, Recipe, train_image, warm_start

DIM, CUT = 256, 3
SCALE = 50.0
"""Factor on the cosines in training."""
ZERO_SHOT_SCALE = 68.0
"""Factor that fitted the validation rows best, stored in the checkpoint and its card."""


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder with data/")
    parser.add_argument("--out", type=Path, required=True, help="folder of the model and work/")
    parser.add_argument("--validate", action="store_true", help="hold out a fifth and report")
    parser.add_argument("--threads", type=int, default=2, help="processor threads")
    parser.add_argument("--steps", type=int, default=Recipe().steps, help="of the image stage")
    parser.add_argument("--seed", type=int, default=0, help="of the image stage")
    return parser.parse_args()


def kept(path: Path, make: Callable[[], torch.Tensor]) -> torch.Tensor:
    """Return a tensor of an earlier run, or make it and keep it."""
    if not path.exists():
        temporary = path.with_suffix(".part")
        torch.save(make(), temporary)
        temporary.replace(path)
    return torch.load(path, weights_only=True)


def read_text(folder: Path) -> tuple[nn.Module, Callable[[str], list[int]]]:
    """Return the distilled text tower and its tokenizer's encoder."""
    from tokenizers import Tokenizer
    from transformers import BertModel

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    text = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
    return text, lambda sentence: tokenizer.encode(sentence).ids


def captions(text: nn.Module, encode: Callable[[str], list[int]], n: int = 400) -> torch.Tensor:
    """Return unit vectors of ``n`` captions of each class, (classes, n, 384)."""
    rng = np.random.default_rng(5)
    texts = [[class_caption(rng, name) for _ in range(n)] for name in data.NAMES]
    return torch.stack([text_tower.teach(text, [*map(encode, each)]) for each in texts])


@torch.no_grad()
def bank(tower: ImageTower, rows: data.Rows, n_views: int, seed: int) -> Bank:
    """Return pooled features of the images as they are and of further random views."""
    generator = torch.Generator().manual_seed(seed)
    parts = [tower.features(rows.images_nhwc)]
    for _ in range(n_views):
        seen = [
            tower.pooled(tower.lower(views(x, generator, 224, (0.7, 1.0))))
            for x in rows.images_nhwc.split(64)
        ]
        parts.append(torch.cat(seen))
    return Bank(torch.stack(parts), rows.labels_n, rows.concepts_nk)


def image_stage(
    work: Path, real: data.Rows, made: data.Rows, said: torch.Tensor, recipe: Recipe, name: str
) -> tuple[ImageTower, nn.Linear]:
    """Return the tuned image tower and text projection."""
    torch.manual_seed(recipe.seed)
    tower = ImageTower(read_imagenet(work / "unpacked" / weights.IMAGE_WEIGHTS), DIM, CUT)
    projection = nn.Linear(TEXT_WIDTH, DIM, bias=False)
    nn.init.orthogonal_(projection.weight)
    path = work / f"image-{name}.pt"
    if not path.exists():
        first = kept(work / f"untuned-{name}.pt", lambda: tower.features(real.images_nhwc))
        warm_start(tower, projection, first, real, said, recipe)
        train_image(tower, projection, real, made, said, first[:, :1], recipe)
        torch.save({"tower": tower.state_dict(), "projection": projection.state_dict()}, path)
    state = torch.load(path, weights_only=True)
    tower.load_state_dict(state["tower"])
    projection.load_state_dict(state["projection"])
    return tower, projection


@torch.no_grad()
def report(towers: Towers, features_nd: torch.Tensor, labels_n: torch.Tensor) -> None:
    """Print what the package's prompts reach on held-out rows, and the best scale."""
    from sklearn.metrics import balanced_accuracy_score, roc_auc_score

    from cutis.data.cards import get_card
    from cutis.prompts import class_prompts, load_templates, text_classifier

    known = {item.name: item.synonyms for item in get_card("ham10000").classes}
    for names in (known, dict.fromkeys(known, ())):
        prompts = class_prompts(data.NAMES, names, load_templates().templates)
        w_md = torch.cat([towers.texts(prompts.texts[i : i + 64])[1]
                          for i in range(0, len(prompts.texts), 64)])  # fmt: skip
        w_cd = text_classifier(w_md.numpy(), prompts.class_of_text, len(data.NAMES))
        cosines = towers.images(features_nd, 0.0) @ torch.from_numpy(w_cd).float().T
        scale = best_scale(cosines, labels_n)
        p = torch.softmax(cosines.double() * scale, -1).numpy()
        auroc = roc_auc_score(labels_n, p, multi_class="ovr")
        balanced = balanced_accuracy_score(labels_n, p.argmax(1))
        nll = balanced_nll(cosines * scale, labels_n)
        print(f"validation: n {len(p)}, balanced accuracy {balanced:.4f}, AUROC {auroc:.4f}, "
              f"scale {scale:g}, NLL {nll:.3f}", flush=True)  # fmt: skip


def build(shared: Path, out: Path, validate: bool, recipe: Recipe) -> None:
    """Run every stage that is not done yet.

    Parameters
    ----------
    shared
        Folder of the images and tables.
    out
        Folder of the model; ``out/work`` keeps the stages.
    validate
        Hold out a fifth of the rows and report on them; write no model.
    recipe
        Settings of the image stage.
    """
    work = out / "work"
    unpacked = weights.fetch(work)
    if not (work / "text" / "config.json").exists():
        text_tower.distil(unpacked / weights.TEXT_FOLDER, work / "text")
    rows = data.cached(work / "ham.pt", partial(data.read_ham, shared))
    made = data.cached(work / "phantom.pt", partial(data.phantom, 2100, data.PHANTOM_SEED))
    text, encode = read_text(work / "text")
    said = kept(work / "captions.pt", lambda: captions(text, encode))
    train, held = data.split(rows.labels_n, 0.2 if validate else 0.0)
    name = f"{'validate' if validate else 'all'}-{recipe.seed}"
    real = rows.take(train)
    tower, projection = image_stage(work, real, made, said, recipe, name)
    towers = Towers(text, tower.proj, projection, encode)
    if validate:
        features = tower.features(rows.images_nhwc[held])
        report(towers, features, rows.labels_n[held])
    path = work / f"aligned-{name}.pt"
    if not path.exists():
        align(towers, bank(tower, real, 1, 11), bank(tower, made, 0, 12), scale=SCALE)
        torch.save([text.state_dict(), projection.state_dict()], path)
    for part, state in zip((text, projection), torch.load(path, weights_only=True), strict=True):
        part.load_state_dict(state)
    if validate:
        report(towers, features, rows.labels_n[held])
        return
    state = export.state_dict(tower.trunk, tower.proj, text, projection, ZERO_SHOT_SCALE)
    export.write(out / "cutis-tiny", state, work / "text", card(len(train), ZERO_SHOT_SCALE))


def main() -> None:
    """Run from the command line."""
    given = arguments()
    torch.set_num_threads(given.threads)
    start = time.monotonic()
    recipe = replace(Recipe(), steps=given.steps, seed=given.seed, scale=SCALE)
    build(given.shared, given.out, given.validate, recipe)
    print(f"done in {(time.monotonic() - start) / 60:.1f} minutes")


if __name__ == "__main__":
    main()
