"""The rendering: what was decided can be measured in the pixels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cutis.data.phantom.artefacts.spec import CLEAN
from cutis.data.phantom.canvas import empty_layers, open_canvas
from cutis.data.phantom.clinical import render_clinical
from cutis.data.phantom.colours import ita_degrees, lab_to_srgb, srgb_to_lab
from cutis.data.phantom.people import ITA_RANGES
from cutis.data.phantom.render import render, render_followup
from cutis.data.phantom.shape import outline
from cutis.data.phantom.spec import Spec, draw_spec
from cutis.data.phantom.views import NEUTRAL

SIZE = 128


def clean(index: int, diagnosis: int | None = None, seed: int = 5, **attributes: int) -> Spec:
    """A scene without artefacts or a camera, with some attributes set by hand."""
    spec = draw_spec(index, seed, None, diagnosis)
    lesion = replace(spec.lesion, attributes={**spec.lesion.attributes, **attributes})
    return replace(spec, lesion=lesion, camera=NEUTRAL, artefacts=CLEAN)


def with_attributes(spec: Spec, **attributes: int) -> Spec:
    lesion = replace(spec.lesion, attributes={**spec.lesion.attributes, **attributes})
    return replace(spec, lesion=lesion)


def lab_inside(spec: Spec) -> np.ndarray:
    image, mask = render(spec, SIZE)
    return srgb_to_lab(image[mask] / 255.0)


def test_equal_scenes_give_equal_bytes() -> None:
    for index in range(4):
        first, second = (render(draw_spec(index, 3), SIZE) for _ in range(2))
        assert first.image.tobytes() == second.image.tobytes()
        assert first.mask.tobytes() == second.mask.tobytes()


def test_scenes_differ() -> None:
    images = {render(draw_spec(i, s), 64).image.tobytes() for i in range(6) for s in (0, 1)}
    assert len(images) == 12


def test_image_and_mask_have_the_asked_size() -> None:
    for size in (32, 100, 224):
        image, mask = render(draw_spec(0, 0), size)
        assert image.shape == (size, size, 3)
        assert image.dtype == np.uint8
        assert mask.shape == (size, size)
        assert mask.dtype == np.bool_


def test_scene_is_the_same_at_every_size() -> None:
    for index in range(4):
        spec = clean(index)
        small = render(spec, 96).image.astype(float)
        large = Image.fromarray(render(spec, 288).image).resize((96, 96), Image.Resampling.BOX)
        assert np.corrcoef(small.ravel(), np.asarray(large, float).ravel())[0, 1] > 0.97


@pytest.mark.parametrize("fitzpatrick", [1, 2, 3, 4, 5, 6])
def test_skin_angle_can_be_measured_on_the_skin(fitzpatrick: int) -> None:
    low, high = ITA_RANGES[fitzpatrick - 1]
    errors = []
    for index in range(3):
        spec = clean(index, size=0)
        ita = low + (high - low) * (index + 0.5) / 3
        spec = replace(spec, patient=spec.patient._replace(ita=ita, fitzpatrick=fitzpatrick))
        image, _ = render(spec, SIZE)
        box = open_canvas(spec.lesion, spec.view, empty_layers(SIZE)).box
        far = np.ones((SIZE, SIZE), bool)
        far[box.top : box.bottom, box.left : box.right] = False
        skin = np.median(image[far], axis=0) / 255.0
        errors.append(float(ita_degrees(srgb_to_lab(skin))) - ita)
    assert np.abs(errors).max() < 7
    assert abs(np.mean(errors)) < 4


def test_mask_has_the_area_of_the_outline() -> None:
    for index in range(6):
        spec = clean(index, size=1)
        spec = replace(spec, view=spec.view._replace(x=112.0, y=112.0, zoom=1.0))
        radius = outline(spec.lesion)
        area = 0.5 * float((radius**2).mean()) * 2 * np.pi / 224**2
        assert render(spec, SIZE).mask.mean() == pytest.approx(area, rel=0.15)


def test_growth_shows_in_the_area() -> None:
    for index in range(4):
        spec = clean(index, size=0)
        for ratio in (0.8, 1.0, 1.6):
            later = replace(spec, growth=spec.growth._replace(area_ratio=ratio))
            before = render(spec, SIZE).mask.mean()
            after = render_followup(later, SIZE).mask.mean()
            assert after / before == pytest.approx(ratio, rel=0.16)


def test_lesion_is_darker_or_redder_than_skin() -> None:
    """Seen as a distance in Lab between the lesion and the skin around it."""
    for diagnosis in range(7):
        far = []
        for index in range(5):
            image, mask = render(clean(index, diagnosis), SIZE)
            lab = srgb_to_lab(image / 255.0)
            far.append(np.linalg.norm(lab[mask].mean(axis=0) - lab[~mask].mean(axis=0)))
        assert np.median(far) > 5, diagnosis


PLAIN = {"colour": 3, "size": 2, "variegated": 0, "network": 0, "globules": 0, "streaks": 0}
PLAIN |= dict.fromkeys(
    ("blue_white_veil", "regression", "vessels", "lacunae", "milia_like_cysts", "ulceration",
     "comedo_like_openings", "ridges", "ovoid_nests", "white_scar", "shiny_white_lines",
     "strawberry_pattern", "scale"), 0)  # fmt: skip

L, A, B = 0, 1, 2


@pytest.mark.parametrize(
    ("change", "channel", "sign"),
    [
        ({"blue_white_veil": 1}, B, -1),
        ({"regression": 1}, L, +1),
        ({"white_scar": 1}, L, +1),
        ({"scale": 1}, L, +1),
        ({"ovoid_nests": 1}, B, -1),
        ({"comedo_like_openings": 1}, L, -1),
        ({"milia_like_cysts": 1}, L, +1),
        ({"shiny_white_lines": 1}, L, +1),
        ({"globules": 2}, L, -1),
        ({"lacunae": 1}, L, -1),
        ({"ulceration": 1}, L, -1),
        ({"vessels": 2}, B, -1),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else None,
)
def test_structure_moves_the_colour_the_right_way(
    change: dict[str, int], channel: int, sign: int
) -> None:
    moved = []
    for index in range(4):
        spec = clean(index, **PLAIN)
        before = lab_inside(spec)[:, channel].mean()
        moved.append(
            sign * (lab_inside(with_attributes(spec, **change))[:, channel].mean() - before)
        )
    assert min(moved) > 0, moved


@pytest.mark.parametrize(
    "change", [{"network": 1}, {"network": 2}, {"globules": 1}, {"ridges": 1}, {"vessels": 1},
               {"vessels": 3}, {"strawberry_pattern": 1}, {"streaks": 1}],
    ids=lambda value: "-".join(f"{k}{v}" for k, v in value.items()),
)  # fmt: skip
def test_structure_adds_fine_texture(change: dict[str, int]) -> None:
    def energy(spec: Spec) -> float:
        image = np.asarray(render(spec, 224).image, float).mean(axis=2)
        return float(np.abs(image[:, 3:] - image[:, :-3]).mean())

    ratios = []
    for index in range(3):
        spec = clean(index, **{**PLAIN, "colour": 2})
        ratios.append(energy(with_attributes(spec, **change)) / energy(spec))
    assert np.mean(ratios) > 1.02, ratios


def test_sharp_border_is_steeper_than_a_soft_one() -> None:
    def ramp(sharp: int) -> float:
        widths = []
        for index in range(12):
            spec = draw_spec(index, 40)
            if spec.attributes["border_sharp"] == sharp:
                widths.append(spec.lesion.softness)
        return float(np.mean(widths))

    assert ramp(1) < 0.5 * ramp(0)


def test_asymmetry_can_be_measured_on_the_mask() -> None:
    """Overlap of the mask with itself turned by 180 degrees about its centre."""

    def overlap(asymmetry: int) -> float:
        found = []
        seed = 0
        while len(found) < 8:
            seed += 1
            spec = draw_spec(0, seed)
            if spec.attributes["asymmetry"] != asymmetry or spec.attributes["size"] != 1:
                continue
            spec = replace(spec, view=spec.view._replace(x=112.0, y=112.0))
            mask = render(spec, 96).mask
            turned = mask[::-1, ::-1]
            found.append((mask & turned).sum() / (mask | turned).sum())
        return float(np.mean(found))

    assert overlap(0) > overlap(2) + 0.08


def test_clinical_view_shows_the_lesion_smaller() -> None:
    for index in range(5):
        spec = clean(index)
        near = open_canvas(spec.lesion, spec.view, empty_layers(SIZE)).full_mask().mean()
        far = open_canvas(spec.lesion, spec.clinical, empty_layers(SIZE)).full_mask().mean()
        assert far < 0.5 * near


def test_clinical_view_shows_no_dermoscopic_structure() -> None:
    for change in ({"network": 2}, {"globules": 2}, {"streaks": 1}, {"vessels": 2}):
        spec = clean(1, **PLAIN)
        with_it = render_clinical(with_attributes(spec, **change), 96).astype(int)
        assert np.abs(with_it - render_clinical(spec, 96)).max() <= 3, change


def test_clinical_view_is_repeatable_and_follows_skin_tone() -> None:
    spec = clean(2)
    assert render_clinical(spec, 96).tobytes() == render_clinical(spec, 96).tobytes()
    light, dark = (
        render_clinical(replace(spec, patient=spec.patient._replace(ita=ita)), 96).mean()
        for ita in (60.0, -45.0)
    )
    assert light > dark + 60


def test_lab_conversion_round_trips() -> None:
    rgb = np.random.default_rng(0).random((50, 3))
    np.testing.assert_allclose(lab_to_srgb(srgb_to_lab(rgb)), rgb, atol=1e-6)
