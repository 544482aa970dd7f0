"""Tokenizers: found beside the checkpoint or in the cache, and equal to the libraries' own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cutis.errors import CutisError
from cutis.models import hub
from cutis.models.tokenizer import find_tokenizer
from cutis.models.towers import Towers
from tests.models.small import WORDS, write_tokenizer

TEXTS = ["a skin image of melanoma.", "  Nevus,   BENIGN\n", "", "unheard-of", "a " * 40,
         "skin&amp;lesions"]  # fmt: skip


def towers(context: int = 12, **facts: object) -> Towers:
    base = {"module": None, "image": None, "text": None, "dim": 1, "image_size": (1, 1),
            "pooling": "", "context_length": context, "vocab_size": len(WORDS)}  # fmt: skip
    return Towers(**{**base, **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["tokenizer.json", "vocab.txt"])
def test_ids_are_those_of_the_library(tmp_path: Path, form: str):
    from open_clip.tokenizer import get_clean_fn
    from transformers import BertTokenizerFast

    write_tokenizer(tmp_path)
    (tmp_path / "vocab.txt").write_text("\n".join(WORDS) + "\n")
    library = BertTokenizerFast(vocab=str(tmp_path / "vocab.txt"), do_lower_case=True)
    (tmp_path / ("vocab.txt" if form == "tokenizer.json" else "tokenizer.json")).unlink()
    clean = get_clean_fn("whitespace")
    expected = library([clean(text) for text in TEXTS], max_length=12, padding="max_length",
                       truncation=True, return_tensors="np").input_ids  # fmt: skip
    tokenize = find_tokenizer(towers(), {}, [tmp_path], [])
    assert tokenize is not None
    ids_nt = tokenize(TEXTS)
    assert ids_nt.dtype == np.int64
    np.testing.assert_array_equal(ids_nt, expected)
    assert (ids_nt[4] != 0).all(), "a long text fills the row and keeps its end mark"
    assert ids_nt[4, -1] == WORDS.index("[SEP]")


def test_case_is_kept_when_the_tokenizer_says_so(tmp_path: Path):
    (tmp_path / "vocab.txt").write_text("\n".join([*WORDS, "Nevus"]) + "\n")
    (tmp_path / "tokenizer_config.json").write_text('{"do_lower_case": false}')
    tokenize = find_tokenizer(towers(), {}, [tmp_path], [])
    assert tokenize is not None
    assert tokenize(["Nevus"])[0, 1] == len(WORDS)


def test_padding_is_the_towers(tmp_path: Path):
    write_tokenizer(tmp_path)
    tokenize = find_tokenizer(towers(pad_id=4), {}, [tmp_path], [])
    assert tokenize is not None
    assert tokenize(["skin"])[0].tolist() == [2, WORDS.index("skin"), 3, *[4] * 9]


@pytest.mark.parametrize("stated", ['"[SEP]"', '{"content": "[SEP]"}'])
def test_a_tower_that_reads_its_padding_gets_the_tokenizers(tmp_path: Path, stated: str):
    write_tokenizer(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(f'{{"pad_token": {stated}}}')
    whole = find_tokenizer(towers(needs_full_context=True), {}, [tmp_path], [])
    masked = find_tokenizer(towers(), {}, [tmp_path], [])
    assert whole is not None
    assert masked is not None
    assert whole(["skin"])[0].tolist() == [2, WORDS.index("skin"), 3, *[3] * 9]
    assert masked(["skin"])[0].tolist() == [2, WORDS.index("skin"), 3, *[0] * 9]


@pytest.mark.parametrize("stated", ['"<no-such-token>"', "null", "7"])
def test_a_padding_that_is_no_token_is_not_used(tmp_path: Path, stated: str):
    write_tokenizer(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text(f'{{"pad_token": {stated}}}')
    whole = find_tokenizer(towers(needs_full_context=True, pad_id=4), {}, [tmp_path], [])
    assert whole is not None
    assert whole(["skin"])[0, 3:].tolist() == [4] * 9


def test_clips_own_tokenizer_is_built_in():
    import open_clip

    facts = {"vocab_size": 49408, "needs_full_context": True}
    tokenize = find_tokenizer(towers(77, **facts), {}, [], [])
    assert tokenize is not None
    ids_nt = tokenize(TEXTS)
    np.testing.assert_array_equal(ids_nt, open_clip.get_tokenizer("ViT-B-16")(TEXTS).numpy())
    assert ids_nt.dtype == np.int64


def test_another_vocabulary_is_not_clips():
    assert find_tokenizer(towers(77, needs_full_context=True), {}, [], []) is None


def test_the_folder_comes_before_the_cache(tmp_path: Path):
    snapshot = hub.cache_folder() / "models--org--text" / "snapshots" / "abc"
    write_tokenizer(snapshot)
    (snapshot.parents[1] / "refs").mkdir()
    (snapshot.parents[1] / "refs" / "main").write_text("abc")
    found = find_tokenizer(towers(), {}, [tmp_path], ["org/none", "org/text"])
    assert found is not None
    assert found(["skin"])[0, 1] == WORDS.index("skin")
    (tmp_path / "vocab.txt").write_text("\n".join([*WORDS[:5], "skin"]) + "\n")
    nearer = find_tokenizer(towers(), {}, [tmp_path], ["org/none", "org/text"])
    assert nearer is not None
    assert nearer(["skin"])[0, 1] == 5


def test_nowhere_to_be_found(tmp_path: Path):
    assert find_tokenizer(towers(), {}, [tmp_path], ["org/none"]) is None


@pytest.mark.parametrize("content", ["", "{}", "not json"])
def test_a_broken_file_is_named(tmp_path: Path, content: str):
    (tmp_path / "tokenizer.json").write_text(content)
    with pytest.raises(CutisError, match=r"tokenizer\.json cannot be read"):
        find_tokenizer(towers(), {}, [tmp_path], [])


def test_it_may_be_used_after_a_fork(tmp_path: Path):
    """No thread pool of the tokenizer is left behind for decoding workers to trip over."""
    import threading

    write_tokenizer(tmp_path)
    tokenize = find_tokenizer(towers(), {}, [tmp_path], [])
    assert tokenize is not None
    before = threading.active_count()
    tokenize(TEXTS * 20)
    assert threading.active_count() == before


def clip_towers(**facts: object) -> Towers:
    return towers(needs_full_context=True, text_rules="clip", **facts)


def test_clips_own_is_built_in_when_a_transformers_folder_brings_none(tmp_path: Path):
    tokenize = find_tokenizer(clip_towers(vocab_size=49408), {}, [tmp_path], [])
    assert tokenize is not None
    assert tokenize(["melanoma"])[0, 0] == 49406
    assert find_tokenizer(clip_towers(), {}, [tmp_path], []) is None


def test_clip_files_are_read_by_the_library_and_give_the_built_in_ids(tmp_path: Path):
    """A folder with the real vocabulary, written by the library itself."""
    from open_clip.tokenizer import SimpleTokenizer
    from transformers import CLIPTokenizer

    simple = SimpleTokenizer()
    merges = [pair for pair, _ in sorted(simple.bpe_ranks.items(), key=lambda item: item[1])]
    vocabulary = {
        {"<start_of_text>": "<|startoftext|>", "<end_of_text>": "<|endoftext|>"}.get(k, k): v
        for k, v in simple.encoder.items()
    }
    library = CLIPTokenizer(vocab=vocabulary, merges=merges)
    library.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    tokenize = find_tokenizer(clip_towers(vocab_size=49408), {}, [tmp_path], [])
    built_in = find_tokenizer(clip_towers(vocab_size=49408), {}, [], [])
    assert tokenize is not None
    assert built_in is not None
    texts = ["a dermoscopic image of melanoma.", "Benign nevus", "psoriasis " * 30]
    np.testing.assert_array_equal(tokenize(texts), built_in(texts))
    assert tokenize(texts).shape == (3, 12)


def test_siglip_is_read_by_the_library_in_full(tmp_path: Path):
    """Lower case, no punctuation, an end mark, filled up with end marks."""
    sentencepiece = pytest.importorskip("sentencepiece")
    from transformers import SiglipTokenizer

    lines = tmp_path / "lines.txt"
    lines.write_text("\n".join(["melanoma of the skin", "a benign nevus"] * 20))
    sentencepiece.SentencePieceTrainer.train(
        input=str(lines), model_prefix=str(tmp_path / "spiece"), vocab_size=40, pad_id=0,
        eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False, minloglevel=2,
    )  # fmt: skip
    library = SiglipTokenizer(vocab_file=str(tmp_path / "spiece.model"))
    library.save_pretrained(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "siglip"}')
    facts = {"text_rules": "siglip", "pad_id": 1, "needs_full_context": True}
    tokenize = find_tokenizer(towers(**facts), {}, [tmp_path], [])
    assert tokenize is not None
    texts = ["Melanoma, of the SKIN!", "a", ""]
    wanted = library(texts, padding="max_length", max_length=12, truncation=True)["input_ids"]
    np.testing.assert_array_equal(tokenize(texts), wanted)


def test_a_siglip_whose_library_is_missing_says_which(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    import transformers

    def missing(*args: object, **options: object) -> None:
        raise ImportError("SiglipTokenizer requires the SentencePiece library.\nSee its page.")

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", missing)
    (tmp_path / "spiece.model").write_bytes(b"x")
    facts = {"text_rules": "siglip", "needs_full_context": True}
    tokenize = find_tokenizer(towers(**facts), {}, [tmp_path], [])
    assert tokenize is not None, "images can be embedded all the same"
    with pytest.raises(CutisError, match=r"requires the SentencePiece.*pip install sentencepiece"):
        tokenize(["melanoma"])


def test_a_folder_with_nothing_but_a_tokenizer_file(tmp_path: Path):
    write_tokenizer(tmp_path)
    tokenize = find_tokenizer(clip_towers(), {}, [tmp_path], [])
    assert tokenize is not None
    assert tokenize(["skin"])[0].tolist() == [2, WORDS.index("skin"), 3] + [0] * 9


def test_a_file_without_its_own_marks_is_explained(tmp_path: Path):
    """BERT's vocabulary in a folder that says CLIP: the library fails at the first new sign."""
    write_tokenizer(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "clip"}')
    tokenize = find_tokenizer(clip_towers(), {}, [tmp_path], [])
    assert tokenize is not None
    with pytest.raises(CutisError, match=r"cannot be used: Unk token.*files again"):
        tokenize(["psoriasis of the scalp"])


def test_code_beside_a_tokenizer_is_never_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The library asks the user on a terminal unless it is told that nothing may be run."""
    import transformers

    asked: dict[str, object] = {}

    def note(folder: str, **options: object) -> None:
        asked.update(options)
        raise ValueError("enough")

    monkeypatch.setattr(transformers.AutoTokenizer, "from_pretrained", note)
    (tmp_path / "vocab.json").write_text("{}")
    rules = {"text_rules": "clip", "vocab_size": 60}
    find_tokenizer(towers(**rules), {}, [tmp_path], [])
    assert asked == {"local_files_only": True, "trust_remote_code": False}
