"""Sentences for the text tower: captions of rows, and a corpus to distil the language from."""

from __future__ import annotations

import numpy as np

from recipes.cutis_tiny.lexicon import (
    ARTEFACTS,
    CLASS_TERMS,
    HAM_SITES,
    OTHER_DISEASES,
    PLAIN_WORDS,
    SIGN_TEMPLATES,
    SIGNS,
    SITES,
    TEMPLATES,
)

Random = np.random.Generator
NOUNS = (*(term for terms in CLASS_TERMS.values() for term in terms), *OTHER_DISEASES)
PEOPLE = ("man", "woman", "patient", "person", "male patient", "female patient")
AGES = ("young", "middle-aged", "elderly", "old", "adult")


def pick(rng: Random, values: tuple[str, ...]) -> str:
    """Draw one string."""
    return values[int(rng.integers(len(values)))]


def term(rng: Random, name: str, plain: float = 0.35) -> str:
    """Name a diagnosis: by its display name with probability ``plain``, else by any synonym."""
    terms = CLASS_TERMS[name]
    return terms[0] if rng.random() < plain else pick(rng, terms)


def class_caption(rng: Random, name: str) -> str:
    """Say what a diagnosis is, in one of many ways."""
    return pick(rng, TEMPLATES).format(term(rng, name))


def person(rng: Random, age: float | None, sex: str | None) -> str:
    """Describe a patient by what is known."""
    noun = {"male": ("man", "male patient"), "female": ("woman", "female patient")}
    who = pick(rng, noun.get(sex or "", ("patient", "person")))
    if age is None or not np.isfinite(age) or rng.random() < 0.2:
        return f"a {who}"
    years = int(age)
    word = "young" if years < 35 else "middle-aged" if years < 60 else "elderly"
    forms = (f"a {years}-year-old {who}", f"a {who} aged {years}", f"a {who}, {years} years old")
    return pick(rng, (*forms, f"a {word} {who}"))


def row_caption(
    rng: Random, name: str, site: str | None, age: float | None, sex: str | None
) -> str:
    """Write the caption of a row: its diagnosis, and often where and of whom."""
    text = class_caption(rng, name).rstrip(".?")
    if site and site != "unknown" and rng.random() < 0.6:
        where = pick(rng, HAM_SITES.get(site, (site,)))
        text += pick(rng, (" on the {}", ", {}", " of the {}", ", located on the {}")).format(where)
    if rng.random() < 0.5:
        text += pick(rng, (" of {}", " in {}", ", {}")).format(person(rng, age, sex))
    return text if rng.random() < 0.7 else text + "."


def sign_caption(rng: Random, sign: str) -> str:
    """Say that a sign is there."""
    return pick(rng, SIGN_TEMPLATES).format(sign)


def sentence(rng: Random, words: tuple[str, ...]) -> str:
    """Draw one sentence of the distillation corpus."""
    kind = rng.random()
    if kind < 0.30:
        return pick(rng, TEMPLATES).format(pick(rng, NOUNS))
    if kind < 0.50:
        name = pick(rng, tuple(CLASS_TERMS))
        sex = pick(rng, ("male", "female", ""))
        return row_caption(rng, name, pick(rng, SITES), float(rng.integers(0, 95)), sex)
    if kind < 0.65:
        return sign_caption(rng, pick(rng, SIGNS))
    if kind < 0.75:
        parts = [pick(rng, SIGNS) for _ in range(int(rng.integers(2, 5)))]
        listed = ", ".join(parts[:-1]) + " and " + parts[-1]
        return f"{pick(rng, TEMPLATES).format(pick(rng, NOUNS)).rstrip('.?')} with {listed}."
    if kind < 0.80:
        subject = pick(rng, (*NOUNS, "the lesion"))
        return f"{subject} on the {pick(rng, SITES)}, {pick(rng, ARTEFACTS)}"
    if kind < 0.84:
        who = f"{pick(rng, AGES)} {pick(rng, PEOPLE)}"
        return pick(rng, ("skin of a {}", "a {}", "photo of a {} with {}")).format(
            who, pick(rng, NOUNS)
        )
    if kind < 0.90:
        return pick(rng, TEMPLATES).format(pick(rng, (*PLAIN_WORDS, *words)))
    if kind < 0.94:
        return pick(rng, words)
    return " ".join(pick(rng, words) for _ in range(int(rng.integers(2, 8))))


def corpus(n: int, seed: int, words: tuple[str, ...]) -> list[str]:
    """Write ``n`` different sentences of dermatology and of plain English.

    Parameters
    ----------
    n
        How many.
    seed
        Seed of the draw.
    words
        Plain words to mix in, such as a tokenizer's whole words.
    """
    rng = np.random.default_rng(seed)
    seen: dict[str, None] = dict.fromkeys((*NOUNS, *SIGNS, *SITES, *ARTEFACTS, *PLAIN_WORDS))
    while len(seen) < n:
        seen[sentence(rng, words)] = None
    return list(seen)[:n]
