"""Retrieval on images and a model whose right answers are known."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from cutis import cli
from cutis.errors import CutisError
from cutis.tasks.retrieve import RetrieveConfig, retrieve

NUMBERS = ("one", "two", "three", "four")


def config(table, output, **more) -> RetrieveConfig:
    return RetrieveConfig(**({"data": table, "output": output, "n_bootstrap": 100, "k": [1, 5]}
                             | more))  # fmt: skip


@pytest.fixture
def captions(colour_table):
    """Captions that name the colour; those of one colour differ by a number, four each."""
    frame = pd.read_csv(colour_table)
    colours = [("red", "green", "blue")[i % 3] for i in range(60)]
    frame["caption"] = [f"{c} spot, number {NUMBERS[i % 4]}" for i, c in enumerate(colours)]
    frame.to_csv(colour_table, index=False)
    return colour_table


def test_a_model_that_knows_colours_finds_them(colour_model, captions, tmp_path):
    result = retrieve(config(captions, tmp_path / "run"))
    metrics = result.metrics["directions"]
    for direction in metrics.values():
        # The four captions of a colour are level for this model: 5 of the 20 level ones are right.
        assert direction["metrics"]["recall_at_1"]["value"] == pytest.approx(1 / 4, abs=0.05)
        assert direction["chance"]["recall_at_1"] == pytest.approx(5 / 60)
        assert direction["n"] == direction["n_gallery"] == 60
        assert direction["n_groups"] == 30
    record = metrics["image-to-text"]["metrics"]["recall_at_1"]
    assert record["value"] == pytest.approx(1 / 4)
    assert record["low"] is None  # every query does alike
    assert "same in every replicate" in record["note"]
    assert record["grouping"] == "lesion_id"
    assert "chance 0.083" in result.render()


def test_the_run_directory_is_complete(colour_model, captions, tmp_path):
    result = retrieve(config(captions, tmp_path / "run"))
    names = {p.name for p in result.dir.iterdir()}
    assert {
        "config.yaml", "run.json", "log.jsonl", "retrieval.parquet", "captions.parquet",
        "metrics.json", "thumbs", "figures", "report.html",
    } <= names  # fmt: skip
    record = json.loads((result.dir / "run.json").read_text())
    assert record["verb"] == "retrieve"
    assert record["dataset"]["counts"]["evaluated"] == 60
    assert record["captions"]["n"] == 60
    assert record["captions"]["n_distinct"] == 12
    assert record["protocol"] == "any-correct"
    table = pd.read_parquet(result.dir / "retrieval.parquet")
    assert table["direction"].value_counts().to_dict() == {
        "image-to-text": 60, "text-to-image": 60,
    }  # fmt: skip
    texts = pd.read_parquet(result.dir / "captions.parquet").set_index("caption")
    for _, row in table[table["direction"] == "image-to-text"].iterrows():
        own = texts.loc[row["answer"], "text"]
        colour = own.split()[0]
        assert all(texts.loc[c, "text"].startswith(colour) for c in row["top"][:4])
        assert [texts.loc[c, "text"] == own for c in row["top"]] == list(row["right"])
        assert (row["better"], row["level_wrong"], row["level_right"]) == (0, 15, 5)
        assert row["rank"] == 1 + 15 / 6


def test_the_same_command_again_does_nothing(colour_model, captions, tmp_path, monkeypatch):
    first = retrieve(config(captions, tmp_path / "run"))
    monkeypatch.setattr(type(colour_model), "embed_pixels", lambda *a: pytest.fail("again"))
    again = retrieve(config(captions, tmp_path / "run"))
    assert "nothing to do" in again.render()
    assert again.metrics == json.loads(json.dumps(first.metrics))
    (first.dir / "metrics.json").unlink()
    assert retrieve(config(captions, tmp_path / "run")).metrics["metrics"].keys()


def test_the_published_protocol_wants_the_same_row(colour_model, captions, tmp_path):
    frame = pd.read_csv(captions)
    frame["caption"] = [("red", "green", "blue")[i % 3] + " spot" for i in range(60)]
    frame.to_csv(captions, index=False)
    honest = retrieve(config(captions, tmp_path / "a")).metrics["metrics"]
    published = retrieve(config(captions, tmp_path / "b", protocol="diagonal")).metrics["metrics"]
    assert honest["image_to_text_recall_at_1"]["value"] == 1.0
    assert published["image_to_text_recall_at_1"]["value"] <= 3 / 60 + 1e-9
    assert float(published["image_to_text_median_rank"]["value"]).is_integer()


def test_several_captions_of_an_image_are_all_right(colour_model, captions, tmp_path):
    frame = pd.read_csv(captions)
    frame["second"] = "a " + frame["caption"]
    frame.to_csv(captions, index=False)
    result = retrieve(config(captions, tmp_path / "run", caption_column="caption,second"))
    found = result.metrics["directions"]
    assert found["image-to-text"]["n"] == 60
    assert found["image-to-text"]["n_gallery"] == 120
    assert found["text-to-image"]["n"] == 120
    assert found["text-to-image"]["n_groups"] == 30
    assert found["image-to-text"]["chance"]["recall_at_1"] == pytest.approx(10 / 120)
    columns = json.loads((result.dir / "run.json").read_text())["captions"]["columns"]
    assert columns == ["caption", "second"]


def test_rows_of_one_picture_are_one_image(colour_model, captions, tmp_path):
    frame = pd.read_csv(captions)
    frame = pd.concat([frame, frame.head(6).assign(caption="red thing")], ignore_index=True)
    frame["id"] = np.arange(len(frame))
    frame.to_csv(captions, index=False)
    found = retrieve(config(captions, tmp_path / "run", id_column="id")).metrics["directions"]
    assert found["image-to-text"]["n"] == 60
    assert found["image-to-text"]["n_gallery"] == 66


def test_long_and_missing_captions_are_counted_and_listed(colour_model, captions, tmp_path):
    frame = pd.read_csv(captions)
    frame.loc[[2, 7], "caption"] = None
    frame.loc[0, "caption"] = "red " + "word " * 30
    frame.loc[1, "caption"] = "green " + "word " * 20
    frame.to_csv(captions, index=False)
    result = retrieve(config(captions, tmp_path / "run"))
    facts = result.metrics["captions"]
    assert (facts["n_cut"], facts["context_length"], facts["most_lost"]) == (2, 16, 17)
    assert facts["share_cut"] == pytest.approx(2 / 58, abs=1e-6)
    assert facts["median_lost"] == 12.0
    assert "2 of 58 captions (3 %) are longer than the 16 tokens" in result.render()
    assert "2 of 58" in (result.dir / "report.html").read_text()
    listed = pd.read_csv(result.dir / "missing_captions.csv")
    assert listed["row"].tolist() == [2, 7]
    table = pd.read_parquet(result.dir / "captions.parquet")
    assert sorted(table["tokens_lost"])[-2:] == [7, 17]
    assert result.metrics["n"] == 58


@pytest.mark.parametrize("kind", ["image-to-text", "text-to-image"])
def test_one_direction(colour_model, captions, tmp_path, kind):
    result = retrieve(config(captions, tmp_path / "run", direction=kind))
    assert list(result.metrics["directions"]) == [kind]


def test_image_to_image_needs_no_text(colour_model, colour_table, tmp_path):
    colour_model.has_text = False
    result = retrieve(config(colour_table, tmp_path / "run", direction="image-to-image", k=[1, 3]))
    found = result.metrics["directions"]["image-to-image"]
    # Every sixth image wears the colour of another label, in lesions of two.
    assert found["n"] == 60
    assert found["metrics"]["precision_at_1"]["value"] > 0.6
    frame = pd.read_csv(colour_table)
    others = [frame[frame["lesion_id"] != lesion]["label"] for lesion in frame["lesion_id"]]
    share = np.mean([(o == mine).mean() for o, mine in zip(others, frame["label"], strict=True)])
    assert found["chance"]["precision_at_1"] == pytest.approx(share)
    record = found["metrics"]["map_at_r"]
    assert record["low"] < record["value"] < record["high"]
    assert set(found["metrics"]) == {
        "precision_at_1", "precision_at_3", "hit_at_1", "hit_at_3", "map_at_r", "mrr",
    }  # fmt: skip
    table = pd.read_parquet(result.dir / "retrieval.parquet")
    for _, row in table.iterrows():
        assert row["query"] not in row["top"]


def test_near_duplicates_are_left_out(colour_model, colour_table, tmp_path):
    options = {"direction": "image-to-image", "k": [1]}
    plain = retrieve(config(colour_table, tmp_path / "a", **options))
    strict = retrieve(config(colour_table, tmp_path / "b", exclude_near=0.9999, **options))
    counts = pd.read_parquet(strict.dir / "retrieval.parquet")["near_left_out"]
    assert counts.sum() > 0
    gallery = [r.metrics["directions"]["image-to-image"]["n_gallery"] for r in (plain, strict)]
    assert gallery[1] <= gallery[0] == 58
    assert strict.metrics["exclude_near"] == 0.9999


def test_a_picture_in_two_rows_does_not_find_itself(colour_model, colour_table, tmp_path):
    options = {"direction": "image-to-image", "k": [1, 3], "id_column": "id"}
    frame = pd.read_csv(colour_table)
    frame["id"] = [f"r{i}" for i in range(60)]
    frame.to_csv(colour_table, index=False)
    once = retrieve(config(colour_table, tmp_path / "a", **options))
    # The same pictures again, of lesions of their own, and one of them first without a label.
    again = frame.head(6).assign(id=[f"s{i}" for i in range(6)], lesion_id=list("uvwxyz"))
    frame.loc[0, "label"] = None
    pd.concat([frame, again], ignore_index=True).to_csv(colour_table, index=False)
    twice = retrieve(config(colour_table, tmp_path / "b", **options))
    found = [r.metrics["directions"]["image-to-image"] for r in (once, twice)]
    assert found[0]["n"] == found[1]["n"] == 60
    table = pd.read_parquet(twice.dir / "retrieval.parquet")
    # The row without a label gives way to the one with a label; of the others the first stays.
    assert set(table["query"]) == {"s0", *(f"r{i}" for i in range(1, 60))}
    assert "6 rows hold a picture of another row" in twice.render()
    assert not any("picture of another row" in note for note in once.metrics["notes"])
    assert json.loads((twice.dir / "run.json").read_text())["dataset"]["counts"]["evaluated"] == 60
    assert "6 rows of a picture met before" in (twice.dir / "report.html").read_text()


def test_a_picture_in_two_rows_is_one_labelled_image(colour_model, colour_table, tmp_path):
    frame = pd.read_csv(colour_table).iloc[[0, 0, 1]].assign(lesion_id=list("abc"), id=list("abc"))
    frame.to_csv(colour_table, index=False)
    with pytest.raises(CutisError, match="hold 2 classes with 2 labelled images"):
        retrieve(config(colour_table, tmp_path / "o", direction="image-to-image", id_column="id"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"exclude_near": 0.9}, "--exclude-near has no effect with --direction both"),
        ({"exclude_near": 0.9, "direction": "text-to-image"}, "compares images with captions"),
        ({"protocol": "diagonal", "direction": "image-to-image"}, "--protocol diagonal has no eff"),
        ({"caption_column": "x", "direction": "image-to-image"}, "--caption-column has no effect"),
    ],
)
@pytest.mark.parametrize("data", ["absent.csv", ["absent.csv", "other.csv"]])
def test_options_without_effect_are_refused_at_the_start(tmp_path, options, said, data):
    with pytest.raises(CutisError, match=said) as refused:
        retrieve(config(data, tmp_path / "run", **options))
    assert "To fix it: leave" in str(refused.value)
    assert not (tmp_path / "run").exists()


def test_images_whose_fellows_are_near_duplicates_are_said_to_be(
    colour_model, colour_table, tmp_path
):
    from PIL import Image

    frame = pd.read_csv(colour_table)
    frame["label"] = ["red", "green", "blue"] * 20
    frame.to_csv(colour_table, index=False)
    for name in frame["image"][::3]:  # all reds alike, so none has another red to find
        Image.new("RGB", (24, 24), (200, 30, 30)).save(tmp_path / "images" / name)
    options = {"direction": "image-to-image", "k": [1]}
    result = retrieve(config(colour_table, tmp_path / "a", exclude_near=1.0, **options))
    assert result.metrics["n"] == 40
    assert any(note.startswith("20 images have others") for note in result.metrics["notes"])
    assert "near duplicates (--exclude-near)" in result.render()
    assert "outside their group." not in result.render()
    with pytest.raises(CutisError, match=r"60 images .* or raise --exclude-near"):
        retrieve(config(colour_table, tmp_path / "b", exclude_near=0.5, **options))


def test_one_group_has_nobody_to_find(colour_model, colour_table, tmp_path):
    pd.read_csv(colour_table).assign(lesion_id="L").to_csv(colour_table, index=False)
    with pytest.raises(CutisError, match="60 images have no other of their diagnosis outside"):
        retrieve(config(colour_table, tmp_path / "run", direction="image-to-image"))


def test_a_dry_run_writes_nothing(colour_model, captions, tmp_path):
    said = retrieve(config(captions, tmp_path / "run", dry_run=True)).render()
    assert "Captions: 60, 12 distinct; 0 rows have none." in said
    assert not (tmp_path / "run").exists()


def spoil(frame: pd.DataFrame, how: str) -> pd.DataFrame:
    edits = {
        "none": lambda f: f.drop(columns="caption"),
        "elsewhere": lambda f: f.rename(columns={"caption": "what was seen"}),
        "one": lambda f: f.assign(caption=[*f["caption"][:1], *[None] * 59]),
        "equal": lambda f: f.assign(caption="skin"),
    }
    return edits[how](frame)


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("none", "None of its columns holds sentences"),
        ("elsewhere", "It could be what was seen"),
        ("one", "1 of the 60 rows"),
        ("equal", "have the same caption"),
    ],
)
def test_tables_without_usable_captions_are_refused(
    colour_model, captions, tmp_path, monkeypatch, how, said
):
    monkeypatch.setattr("cutis.models.load_model", lambda *a, **k: pytest.fail("model loaded"))
    spoil(pd.read_csv(captions), how).to_csv(captions, index=False)
    with pytest.raises(CutisError, match=said):
        retrieve(config(captions, tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_the_column_that_is_named_in_the_error_works(colour_model, captions, tmp_path):
    spoil(pd.read_csv(captions), "elsewhere").to_csv(captions, index=False)
    words = ["retrieve", "--data", str(captions), "-o", str(tmp_path / "run"), "--k", "1", "5",
             "--n-bootstrap", "100"]  # fmt: skip
    assert cli.run(words) == 2
    assert cli.run([*words, "--caption-column", "what was seen"]) == 0


def test_lengths_may_stand_between_commas(tmp_path, capsys):
    assert config(tmp_path, tmp_path / "run", k=("1,5", "10")).k == (1, 5, 10)
    words = ["retrieve", "--data", "t.csv", "-o", str(tmp_path / "run"), "--k", "1,x"]
    assert cli.run(words) == 2
    said = capsys.readouterr().err
    assert "--k: " in said
    assert "--k." not in said


def test_a_vision_only_model_is_refused(colour_model, captions, tmp_path):
    colour_model.has_text = False
    with pytest.raises(CutisError, match="no text tower"):
        retrieve(config(captions, tmp_path / "run"))


def test_a_text_only_model_is_refused_for_images(colour_model, colour_table, tmp_path):
    colour_model.has_vision = False
    with pytest.raises(CutisError, match="no image tower"):
        retrieve(config(colour_table, tmp_path / "run", direction="image-to-image"))


def test_one_class_is_refused_for_images(colour_model, colour_table, tmp_path):
    frame = pd.read_csv(colour_table).assign(label="red")
    frame.to_csv(colour_table, index=False)
    with pytest.raises(CutisError, match="hold 1 classes with 60 labelled images"):
        retrieve(config(colour_table, tmp_path / "run", direction="image-to-image"))


def test_unreadable_images_are_survived_until_none_is_left(colour_model, captions, tmp_path):
    files = sorted((tmp_path / "images").iterdir())
    files[0].write_bytes(b"no picture")
    result = retrieve(config(captions, tmp_path / "a"))
    assert result.metrics["n"] == 59
    assert "1 images could not be read" in result.render()
    for path in files[1:-1]:
        path.write_bytes(b"no picture")
    with pytest.raises(CutisError, match="Only 1 readable images have a caption"):
        retrieve(config(captions, tmp_path / "b"))
    files[-1].write_bytes(b"no picture")
    with pytest.raises(CutisError, match="None of the 60 images"):
        retrieve(config(captions, tmp_path / "c"))


def test_lengths_of_lists_are_sorted_and_checked():
    assert config("t.csv", "o", k=[10, 1, 10]).k == (1, 10)
    for wrong in ([], [0]):
        with pytest.raises(ValueError, match="1 or more"):
            config("t.csv", "o", k=wrong)


def test_real_captions(shared, tmp_path):
    """PH2 with its captions; cutis-tiny never saw them, so only the sums are certain."""
    frame = pd.read_csv(shared / "data" / "ph2" / "metadata.csv").iloc[::10]
    frame.to_csv(tmp_path / "ph2.csv", index=False)
    result = retrieve(
        config(tmp_path / "ph2.csv", tmp_path / "run", images=shared / "data" / "ph2" / "images")
    )
    facts = result.metrics["captions"]
    assert facts["n"] == 20
    assert facts["n_distinct"] == frame["caption"].nunique()
    assert facts["context_length"] == 77
    assert facts["n_cut"] == 0
    assert 40 < facts["longest"] <= 77
    for direction in result.metrics["directions"].values():
        ranks = direction["metrics"]["mean_rank"]["value"]
        assert 1 <= ranks <= 20
    assert "do not allow its images to be passed on" in result.render()
