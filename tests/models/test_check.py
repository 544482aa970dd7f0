"""The self-test finds what is wrong with a model."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from cutis import cli
from cutis.errors import CutisError
from cutis.models import Model, load_model
from cutis.models.check import ModelsCheckConfig, check_model, models_check, sample_images


@pytest.fixture(scope="module")
def model(mixed_folder: Path) -> Model:
    return load_model(f"local-dir:{mixed_folder}", device="cpu")


def failed(model: Model) -> list[str]:
    return [line.what for line in check_model(model).lines if line.status == "FAIL"]


def spoiled(model: Model, spoil) -> Model:
    """The model with an image tower that goes wrong in one way."""
    image = model.towers.image
    return replace(model, towers=replace(model.towers, image=lambda x: spoil(image, x)))


def test_a_sound_model_passes(model: Model):
    report = check_model(model)
    assert report.exit_code == 0
    assert {line.status for line in report.lines} == {"PASS", "INFO"}
    assert "is fit for use" in report.render()
    assert "texts: same in any batch" in report.render()


def test_features_that_are_not_numbers(model: Model):
    found = failed(spoiled(model, lambda image, x: image(x) * float("nan")))
    assert "images: finite features" in found


def test_features_that_depend_on_the_batch(model: Model):
    found = failed(spoiled(model, lambda image, x: image(x) - image(x).mean(0) * 0.01))
    assert found == ["images: same in any batch"]


def test_features_that_are_never_the_same(model: Model):
    found = failed(spoiled(model, lambda image, x: image(x) + 1e-7 * torch.rand(1)))
    assert found == ["images: repeatable"]


def test_features_that_are_always_the_same(model: Model):
    found = failed(spoiled(model, lambda image, x: torch.ones(len(x), 16)))
    assert found == ["images: told apart", "images with texts"]


def test_features_of_another_length(model: Model):
    found = failed(spoiled(model, lambda image, x: image(x)[:, :8]))
    assert found == ["images: shape", "images with texts"]


def test_weights_that_are_not_numbers(mixed_folder: Path):
    model = load_model(f"local-dir:{mixed_folder}", device="cpu")
    with torch.no_grad():
        next(iter(model.towers.module.visual.parameters())).fill_(float("inf"))
    assert "finite weights" in failed(model)


@pytest.mark.parametrize(
    ("field", "what"),
    [("dim", "feature length"), ("context_length", "context length"), ("parameters", "size")],
)
def test_a_card_that_says_something_else(model: Model, field: str, what: str):
    card = model.card.model_copy(update={field: 7})
    assert failed(replace(model, card=card)) == [f"{what} as on the card"]
    assert check_model(replace(model, card=card)).exit_code == 1
    assert "FAILED" in check_model(replace(model, card=card)).render()


def test_a_missing_tokenizer_is_a_warning_and_token_ids_are_used(cae_file: Path):
    model = load_model(f"dermlip-panderm@{cae_file}", device="cpu")
    report = check_model(model)
    assert [line.what for line in report.lines if line.status == "WARN"] == ["tokenizer"]
    assert "images with texts" not in {line.what for line in report.lines}
    assert any(line.what == "token ids: same in any batch" for line in report.lines)


def test_half_precision_has_its_own_tolerance(mixed_folder: Path):
    half = load_model(f"local-dir:{mixed_folder}", device="cpu", precision="bf16")
    assert check_model(half).exit_code == 0


def test_the_sample_images_are_always_the_same():
    first, second = sample_images(), sample_images()
    assert [a.tobytes() for a in first] == [b.tobytes() for b in second]
    assert len({image.size for image in first}) == 4


def test_check_passes_a_sound_model_and_fails_one_that_is_not_its_card(
    mixed_folder: Path, cae_file: Path
):
    good = models_check(ModelsCheckConfig(name=f"local-dir:{mixed_folder}", device="cpu"))
    assert good.exit_code == 0
    small = models_check(ModelsCheckConfig(name=f"dermlip-panderm@{cae_file}", device="cpu"))
    assert small.exit_code == 1
    assert "the card says 512" in small.render()


def test_check_of_what_cannot_be_loaded_is_an_error():
    with pytest.raises(CutisError, match="not on this machine"):
        models_check(ModelsCheckConfig(name="dermlip-panderm"))


def test_the_command_line_tells_a_good_file_from_a_bad_one(
    mixed_folder: Path, cae_file: Path, capsys: pytest.CaptureFixture[str]
):
    assert cli.run(["models", "check", f"local-dir:{mixed_folder}", "--device", "cpu"]) == 0
    assert "is fit for use" in capsys.readouterr().out
    assert cli.run(["models", "check", f"dermlip-panderm@{cae_file}", "--device", "cpu"]) == 1


def test_another_pooling_and_size_can_be_checked(tmp_path: Path):
    from tests.models.small_layouts import dino_folder

    dino_folder(tmp_path)
    config = ModelsCheckConfig(
        name=f"local-dir:{tmp_path}", device="cpu", pooling="cls_mean", image_size=48
    )
    report = models_check(config)
    assert report.exit_code == 0
    assert "(4, 128)" in report.render()


def test_what_was_left_out_is_shown(tmp_path: Path):
    from tests.models.small_layouts import dino_teacher

    torch.save(dino_teacher(), tmp_path / "teacher.pth")
    config = ModelsCheckConfig(name=f"local-dir:{tmp_path}", device="cpu")
    assert "ibot_head" in models_check(config).render()
