"""Fetching a model: said first, done only when allowed, checked afterwards. No network is used."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest

from cutis.errors import CutisError
from cutis.models import get_card, hub, load_model
from cutis.models.fetch import FetchPlan, ModelsFetchConfig, models_fetch
from tests.models.small import (
    cae_state,
    clip_model,
    refusal,
    write_safetensors,
    write_tokenizer,
)
from tests.models.test_hub import put
from tests.models.test_shards import write_shards

CARD = "dermlip-panderm"
WEIGHTS = "open_clip_model.safetensors"


class Hub:
    """A model hub in memory: repository to file name to content."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import huggingface_hub

        self.files: dict[str, dict[str, bytes]] = {}
        self.asked: list[str] = []
        self.refuse: Exception | None = None
        self.spoil = False
        monkeypatch.setattr(hub, "_online", lambda: True)
        monkeypatch.setattr(huggingface_hub, "model_info", self.info)
        monkeypatch.setattr(huggingface_hub, "hf_hub_download", self.download)

    def info(self, repository: str, files_metadata: bool) -> SimpleNamespace:
        if repository not in self.files:
            raise refusal("RepositoryNotFoundError")
        siblings = [
            SimpleNamespace(rfilename=name, size=len(content), lfs=self.lfs(content))
            for name, content in self.files[repository].items()
        ]
        return SimpleNamespace(siblings=siblings)

    def lfs(self, content: bytes) -> SimpleNamespace | None:
        large = len(content) > 1000
        return SimpleNamespace(sha256=hashlib.sha256(content).hexdigest()) if large else None

    def download(
        self,
        repository: str,
        name: str,
        cache_dir: Path | None = None,
        local_dir: Path | None = None,
    ) -> str:
        if self.refuse is not None:
            raise self.refuse
        if name not in self.files[repository]:
            raise refusal("RemoteEntryNotFoundError")
        self.asked.append(f"{repository}/{name}")
        content = self.files[repository][name] + (b"!" if self.spoil else b"")
        if local_dir is None:
            path = put(hub.cache_folder(), name, repository=repository)
        else:
            path = Path(local_dir) / name
            path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(path)


@pytest.fixture
def online(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Hub:
    """The hub with a small DermLIP-PanDerm and its tokenizer's own repository."""
    made = Hub(monkeypatch)
    card = get_card(CARD)
    weights = write_safetensors(tmp_path / "w.safetensors", cae_state()).read_bytes()
    tokenizer = write_tokenizer(tmp_path / "tokenizer").read_bytes()
    made.files[card.hub] = {
        "README.md": b"r", "open_clip_config.json": b"{}", WEIGHTS: weights,
        "open_clip_pytorch_model.bin": b"x" * 2000,
    }  # fmt: skip
    made.files[card.tokenizer] = {"tokenizer.json": tokenizer, "model.safetensors": b"y" * 3000}
    return made


def fetch(name: str = CARD, **options: object) -> FetchPlan:
    return models_fetch(ModelsFetchConfig(name=name, **options))


def test_without_yes_it_only_says_what_it_would_do(online: Hub):
    plan = fetch()
    assert [file.name for file in plan.files] == [WEIGHTS, "open_clip_config.json",
                                                 "tokenizer.json"]  # fmt: skip
    text = plan.render()
    for words in ("CC BY-NC-ND 4.0. No commercial use", "3 files", "Nothing has been fetched",
                  f"To fetch them: cutis models fetch {CARD} --yes", str(hub.cache_folder()),
                  "NeuML/pubmedbert-base-embeddings/tokenizer.json  to fetch"):  # fmt: skip
        assert words in text
    assert plan.exit_code == 1, "a script must notice that nothing was fetched"
    assert online.asked == []
    assert fetch(dry_run=True, yes=True).exit_code == 0
    assert online.asked == []


def test_with_yes_the_model_can_be_used_by_its_name(online: Hub):
    plan = fetch(yes=True)
    assert plan.exit_code == 0
    assert plan.missing == ()
    assert len(plan.sha256) == 64
    assert "Next: cutis models check dermlip-panderm" in plan.render()
    model = load_model(CARD, device="cpu")
    assert model.weights_sha256 == plan.sha256
    assert model.embed_texts(["melanoma"]).shape == (1, model.dim)


def test_what_is_here_is_not_fetched_again(online: Hub):
    fetch(yes=True)
    online.asked.clear()
    plan = fetch()
    assert plan.exit_code == 0
    assert "Everything is here" in plan.render()
    assert online.asked == []


def test_a_folder_to_carry_to_a_machine_without_a_network(
    online: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    plan = fetch(yes=True, to=tmp_path / "usb")
    folder = tmp_path / "usb" / CARD
    names = {path.name for path in folder.iterdir()}
    assert names == {WEIGHTS, "open_clip_config.json", "tokenizer.json", "card.yaml"}
    assert f"CUTIS_MODELS={tmp_path / 'usb'}" in plan.render()
    assert fetch(to=tmp_path / "usb").exit_code == 0
    monkeypatch.setenv("CUTIS_MODELS", str(tmp_path / "usb"))
    by_name = load_model(CARD, device="cpu")
    by_folder = load_model(f"local-dir:{folder}", device="cpu")
    assert by_name.identity() == by_folder.identity()
    assert by_folder.card.licence == "CC BY-NC-ND 4.0"
    assert by_name.tokenizer is not None


def test_half_a_file_is_fetched_again(online: Hub, tmp_path: Path):
    half = tmp_path / CARD / WEIGHTS
    half.parent.mkdir()
    half.write_bytes(b"half")
    plan = fetch(to=tmp_path)
    assert plan.missing[0].name == WEIGHTS


def test_a_repository_without_a_card_is_fetched_too(online: Hub):
    online.files["org/name"] = {"pytorch_model.bin": b"z" * 1500, "vocab.txt": b"a"}
    plan = fetch("hf-hub:org/name", yes=True)
    assert {file.name for file in plan.files} == {"pytorch_model.bin", "vocab.txt"}
    assert "Next: cutis models check hf-hub:org/name" in plan.render()
    assert "read its licence" in plan.render()
    first = fetch("hf-hub:org/name", to=Path("x"))
    assert first.folder == Path("x/org--name")


def test_a_tokenizer_beside_the_weights_is_enough(online: Hub):
    online.files[get_card(CARD).hub]["vocab.txt"] = b"[PAD]"
    assert {file.repository for file in fetch().files} == {get_card(CARD).hub}


def test_the_wrong_bytes_are_not_accepted(online: Hub):
    online.spoil = True
    with pytest.raises(CutisError, match="not the published file") as raised:
        fetch(yes=True)
    assert "delete" in str(raised.value)


def test_the_hash_of_the_card_counts_too(online: Hub):
    card = get_card("minilm")
    online.files[card.hub] = {"model.safetensors": b"q" * 100}
    with pytest.raises(CutisError, match=f"it should be {card.sha256[:12]}"):
        fetch("minilm", yes=True)


def test_the_bundled_model_needs_no_network():
    assert "nothing to fetch" in fetch("cutis-tiny").render()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("panderm-large", "Google Drive"),
        ("panderm-large", "$CUTIS_MODELS/panderm-large/panderm_ll_data6_checkpoint-499.pth"),
        ("dermfm-zero", "never published"),
        ("swavderm", "git lfs"),
        ("derm-foundation", "TensorFlow"),
        ("timm:resnet18", "hf-hub:timm/NAME"),
        ("make@/some/file", "nothing that can be fetched"),
        ("make", "cannot be reached"),
        ("mkae", "'make'"),
    ],
)
def test_what_cannot_be_fetched_says_why(name: str, words: str):
    with pytest.raises(CutisError) as raised:
        fetch(name)
    assert words in str(raised.value)


def test_permission_is_asked_for_in_words(online: Hub):
    card = get_card("medsiglip")
    online.files[card.hub] = {"model.safetensors": b"m" * 5000}
    assert (
        "Gated: accept the terms on the page of google/medsiglip-448" in fetch(card.name).render()
    )
    online.refuse = refusal("GatedRepoError")
    with pytest.raises(CutisError, match="accept the terms of google/medsiglip-448") as raised:
        fetch(card.name, yes=True)
    assert "hf auth login" in str(raised.value)


@pytest.mark.parametrize(
    ("files", "words"),
    [
        ({"notes.txt": b"n"}, "it holds notes.txt"),
        ({}, "it holds nothing"),
        (None, "no repository"),
    ],
)
def test_a_repository_without_weights(online: Hub, files: dict[str, bytes] | None, words: str):
    if files is not None:
        online.files["org/none"] = files
    with pytest.raises(CutisError, match=words):
        fetch("hf-hub:org/none")


def test_a_disk_that_is_too_small_is_noticed_first(online: Hub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=10))
    with pytest.raises(CutisError, match=r"needs 0\.0 GB.*--to FOLDER"):
        fetch(yes=True)
    assert online.asked == []


def test_a_model_in_several_files_is_fetched_whole(online: Hub, tmp_path: Path):
    index = write_shards(tmp_path / "shards", clip_model().state_dict(), 2)
    online.files["org/split"] = {path.name: path.read_bytes() for path in index.parent.iterdir()}
    plan = fetch("hf-hub:org/split", yes=True)
    assert [file.name for file in plan.files][1:3] == [
        "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
    ]  # fmt: skip
    assert plan.sha256 == load_model("hf-hub:org/split", device="cpu").weights_sha256


def test_what_is_on_no_hub_is_told_without_a_stray_sign():
    with pytest.raises(CutisError) as raised:
        fetch("panderm-large")
    assert raised.value.fix.endswith("use --model panderm-large")
