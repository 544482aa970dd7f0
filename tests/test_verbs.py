"""The table of commands."""

from __future__ import annotations

from cutis.verbs import GROUPS, VERBS


def test_every_verb_says_where_it_lives_and_what_it_does():
    for name, verb in VERBS.items():
        module, _, function = verb.home.partition(":")
        assert module.startswith("cutis."), name
        assert function.isidentifier(), name
        assert verb.help.endswith("."), name
        assert len(verb.help) <= 110, name


def test_every_group_has_verbs_and_every_verb_its_group():
    used = {name.split()[0] for name in VERBS if " " in name}
    assert used == set(GROUPS)
    assert all(len(name.split()) <= 2 for name in VERBS)
