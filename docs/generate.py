"""Write the pages, and the parts of pages, that follow from the code.

``python docs/generate.py`` writes them; a test compares them with the code, so they cannot rot.
Hand-written pages hold generated parts between ``<!-- begin NAME -->`` and ``<!-- end NAME -->``.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGE = REPOSITORY / "src" / "cutis"
NOTE = "<!-- Written by docs/generate.py (make docs); edit the code or the card instead. -->"
WIDTH = 30
UNLISTED = (".py", ".typed")


def pages() -> dict[Path, str]:
    """Return every page that is generated in whole or in part, as it should be."""
    docs = REPOSITORY / "docs"
    found = {
        docs / "cli.md": cli_page(),
        docs / "models.md": models_page(),
        docs / "datasets.md": datasets_page(),
    }
    parts = {
        REPOSITORY / "README.md": {
            "verbs": verbs_table(),
            "numbers": measured_numbers(),
            "tree": file_tree(),
        },
        docs / "your-own-table.md": {"roles": roles_table()},
        docs / "converting.md": {"formats": formats_table()},
        docs / "models-guide.md": {"catalogue": catalogue_text()},
    }
    for path, blocks in parts.items():
        text = path.read_text(encoding="utf-8")
        for name, block in blocks.items():
            text = replace_part(text, name, block)
        found[path] = text
    return found


def replace_part(text: str, name: str, block: str) -> str:
    """Return the page with one generated part replaced."""
    begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise SystemExit(f"a page needs exactly one '{begin} ... {end}'")
    return pattern.sub(lambda _: f"{begin}\n{block.strip()}\n{end}", text)


def table(header: list[str], rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell(c) for c in line) + " |" for line in lines)


def cell(text: str) -> str:
    """Return text that may stand in a Markdown table."""
    return " ".join(text.split()).replace("|", "\\|")


def page(title: str, *parts: str) -> str:
    """Return a page with its heading and the note that it is generated."""
    return "\n\n".join([f"# {title}", NOTE, *(part.strip() for part in parts)]) + "\n"


def verbs_table() -> str:
    """Return one line per verb."""
    from cutis.verbs import VERBS

    rows = [[f"[`cutis {n}`](docs/cli.md#{anchor(n)})", verb.help] for n, verb in VERBS.items()]
    return table(["command", "what it does"], rows)


def anchor(verb: str) -> str:
    """Return the address of a verb's heading inside the page of commands."""
    return f"cutis-{verb.replace(' ', '-')}"


def measured_numbers() -> str:
    """Return what the bundled model reaches, as its own page says it."""
    page_text = (REPOSITORY / "docs" / "cutis-tiny.md").read_text(encoding="utf-8")
    section = page_text.split("## What it reaches")[1].split("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    cells = [[part.strip() for part in line.strip("|").split("|")] for line in lines]
    wanted = ("data", "n", "classes", "balanced accuracy", "AUROC", "what it is")
    columns = [cells[0].index(name) for name in wanted]
    return table(list(wanted), [[row[i] for i in columns] for row in cells[2:]])


def cli_page() -> str:
    """Return the reference of every command."""
    from cutis.cli import build_app
    from cutis.verbs import VERBS

    app = build_app("*")
    parts = [
        "Every command also takes `--help`, `--config FILE` (YAML with these options; flags win) "
        "and `--debug` (show the traceback of an error). Exit codes: 0 done, 1 done with "
        "findings, 2 wrong input (one paragraph that says what was given, what is allowed and "
        "what repairs it), 130 stopped by Ctrl-C."
    ]
    for name, verb in VERBS.items():
        command = app
        for word in name.split():
            command = command[word]
        parts += [f"## cutis {name}", verb.help, options_table(command)]
    return page("Commands", *parts)


def options_table(command: Any) -> str:
    """Return the options of one command, as the command line itself knows them."""
    rows = []
    for argument in command.assemble_argument_collection():
        if not argument.show:
            continue
        off = {n for n in argument.names if f"--{n.removeprefix('--no-')}" in argument.names}
        off = {n for n in off if n.startswith("--no-")}
        is_on = argument.field_info.default is True  # then only switching it off does anything
        names = [n for n in argument.names if n != "*" and (n in off) == is_on]
        rows.append([", ".join(f"`{n}`" for n in names), default(argument), words(argument)])
    return table(["option", "default", "meaning"], rows) if rows else "It takes no options."


def default(argument: Any) -> str:
    """Return the default of an option, in words."""
    if argument.required:
        return "required"
    value = argument.field_info.default
    if value is None or value is argument.field_info.empty or value == ():
        return ""
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value}`"


def words(argument: Any) -> str:
    """Return an option's description and its choices."""
    choices = argument.get_choices()
    text = argument.parameter.help or ""
    if choices:
        text += " One of " + ", ".join(f"`{c}`" for c in choices) + "."
    return text


def models_page() -> str:
    """Return the catalogue of models: one table per kind, then everything each card says."""
    intro = (
        "Any name below is chosen with `--model NAME`; `cutis models list` shows the same on the "
        "command line. How names are read, how to fetch a model, and what licences forbid: the "
        "[guide to models](models-guide.md)."
    )
    head = ["name", "what it is", "parameters", "feature length", "licence", "weights"]
    parts = [intro]
    for heading, group in catalogue():
        rows = [[f"[`{m.card.name}`](#{m.card.name})", *m.cells[1:6]] for m in group]
        parts += [f"## {heading}", table(head, rows)]
    parts.append("## Every card")
    for _, group in catalogue():
        for model in group:
            parts += model_card(model.card)
    return page("Models", *parts)


def catalogue() -> list[tuple[str, list[Any]]]:
    """Return the groups of models as the command line shows them, on a machine without any."""
    from cutis.models import list_cards
    from cutis.models.listing import ListedModel, catalogue_order, grouped

    cards = sorted(list_cards(), key=catalogue_order)
    return list(grouped(ListedModel(card, card.bundled) for card in cards))


def model_card(card: Any) -> list[str]:
    """Return what one model's card says, and the way to its files."""
    from cutis.models.obtain import how_to_get
    from cutis.models.show import facts

    rows = [[k, v] for k, v in facts(card).items() if v and k not in ("Beware", "SHA-256")]
    rows += [["SHA-256", f"`{card.sha256}`"]] if card.sha256 else []
    beware = "\n".join(f"- {warning}" for warning in card.warnings)
    steps = "\n".join(
        f"- `{step}`" if step.startswith(("cutis ", "hf ")) else f"- {step}"
        for step in how_to_get(card)
    )
    parts = [f"### {card.name}", f"{card.title}.", table(["", ""], rows)]
    parts += [f"Beware:\n\n{beware}"] if beware else []
    return [*parts, f"How to get it:\n\n{steps}"]


def catalogue_text() -> str:
    """Return the catalogue as the command line prints it."""
    from cutis.models.listing import ModelTable

    models = tuple(model for _, group in catalogue() for model in group)
    return f"```text\n{ModelTable(models, len(models)).render()}\n```"


def datasets_page() -> str:
    """Return the catalogue of dataset cards: an overview by kind of image, then every card."""
    from cutis.data import bundled_cards
    from cutis.data.catalogue import metric
    from cutis.data.listing import CardList, terms

    cards = bundled_cards()
    parts = [
        "cutis ships cards, never images. A card knows a dataset's classes, terms, size and the "
        "steps to obtain it. A table with the columns of an official table finds its card by "
        "itself; `--card NAME` chooses one by hand, and a `dataset.yaml` beside your own table is "
        "a card too ([your own table](your-own-table.md)).",
        "Keep your datasets in one folder, each in a folder of its card's name, and name the "
        "folder in the environment: `export CUTIS_DATA=~/datasets`. Then `--data ham10000` stands "
        "for the table below it, and [`cutis data list`](cli.md#cutis-data-list) shows what is "
        "there. `--task`, `--search` and `--here` narrow the list; `cutis data list NAME` shows "
        "one dataset with the steps to obtain it.",
        listing_example(),
        "*free to use*: with attribution, also commercially. *no sharing*: the images may not be "
        "passed on, so reports leave them out. *read the terms*: they are particular.",
    ]
    for kind, group in CardList(tuple(cards.values()), {}).groups():
        rows = [
            [f"[`{c.name}`](#{c.name})", c.title, class_number(c),
             f"{c.total:,}" if c.total else "", metric(c), terms(c)]
            for c in group
        ]  # fmt: skip
        header = ["name", "dataset", "classes", "rows", "headline metric", "terms"]
        parts += [f"## {kind[:1].upper()}{kind[1:]}", table(header, rows)]
    parts.append("## The cards")
    for card in cards.values():
        parts += dataset_parts(card)
    return page("Datasets", *parts)


def class_number(card: Any) -> str:
    """Return how many classes a dataset has, as far as that is known."""
    if card.classes:
        return str(len(card.classes))
    return f"{card.class_count} (in the table)" if card.class_count else ""


def listing_example() -> str:
    """Return what ``cutis data list`` shows on a machine with some datasets."""
    from cutis.data import get_card
    from cutis.data.listing import CardList
    from cutis.data.machine import OnDisk

    names = ("ham10000", "isic2019", "pad-ufes-20", "ph2", "ph2-binary", "ddi")
    cards = tuple(get_card(name) for name in names)
    folder = Path("~/datasets")
    here = {
        "ham10000": (OnDisk(cards[0], folder / "ham10000/HAM10000_metadata.csv", 10015, 10015),),
        "pad-ufes-20": (OnDisk(cards[2], folder / "pad-ufes-20/metadata.csv", 2298, 312),),
        "ph2": (OnDisk(cards[3], folder / "ph2/table.csv", 200, 200),),
    }
    shown = CardList(cards, here, (str(folder),)).render()
    return f"```console\n$ cutis data list\n{shown}\n```"


def dataset_parts(card: Any) -> Iterator[str]:
    """Yield the section of one dataset."""
    from cutis.data.catalogue import forbidden, metric, numbers

    yield f"### {card.name}"
    like = f" It is like [`{card.like}`](#{card.like})." if card.like else ""
    yield f"**{card.title}.** {card.description}{like}"
    facts = [
        ["images", card.modality or ""],
        ["used for", ", ".join(card.tasks)],
        ["published number", numbers(card)],
        ["headline metric", metric(card)],
        ["rows share a", card.grouped_by or ""],
        ["size", card.size],
        ["expert columns", ", ".join(f"`{c}`" for c in card.concepts)],
        ["licence", f"{card.licence}. {forbidden(card)}"],
        ["known by", known_by(card)],
        ["overlap with pretraining", card.leakage],
        ["to know", card.notes],
        ["cite", card.citation],
        ["published at", card.source_url],
    ]
    yield table(["", ""], [fact for fact in facts if fact[1]])
    if card.classes:
        names = [[c.name, c.code or "", ", ".join(c.synonyms)] for c in card.classes]
        yield table(["class", "code", "synonyms"], names)
    elif card.class_count:
        yield f"Its {card.class_count} class names are read from the table or its folders."
    steps = [f"{i}. {' '.join(step.split())}" for i, step in enumerate(card.how_to_obtain, 1)]
    yield "To obtain it:\n\n" + "\n".join(steps)


def known_by(card: Any) -> str:
    """Return how a table finds the card by itself."""
    forms = [form for form in (card.signature, *card.other_signatures) if form]
    if not forms:
        return "nothing; ask for it by name"
    columns = "; or ".join(", ".join(f"`{c}`" for c in form) for form in forms)
    paths = f", at {' or '.join(f'`{f}`' for f in card.files)}" if card.files else ""
    cells = ", ".join(f"'{words}' in `{column}`" for column, words in card.where.items())
    return f"the columns {columns}{paths}{f', and {cells}' if cells else ''}"


def fields_table(card: Any, skip: set[str]) -> str:
    """Return what a card says, one line per field that says something."""
    rows = [
        [field.replace("_", " "), spoken(value)]
        for field, value in card.model_dump(mode="json").items()
        if field not in skip and value not in (None, "", [], {}, False)
    ]
    return table(["", ""], rows)


def spoken(value: Any) -> str:
    """Return a card's value as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list):
        items = [spoken(v) for v in value]
        sentences = all(item.endswith(".") for item in items)
        return (" " if sentences else ", ").join(items)
    if isinstance(value, dict):
        return "; ".join(f"{k} {spoken(v)}" for k, v in value.items() if v is not None)
    return str(value)


def roles_table() -> str:
    """Return the column names that are recognised for every role."""
    from cutis.data import roles

    names = {
        "image": (*roles.IMAGE_PATHS, *roles.IMAGE_IDS),
        "label": roles.LABELS,
        "label_name": roles.LABEL_NAMES,
        **roles.NAMES,
        **roles.VIEWS,
    }
    rows = [[f"`{r}`", ", ".join(f"`{n}`" for n in found)] for r, found in names.items()]
    return table(["role", "column names that are recognised"], rows)


def formats_table() -> str:
    """Return what can be converted, what each format expects and makes, and its command."""
    from cutis.data.convert.registry import FORMATS

    rows = []
    for entry in FORMATS:
        name = entry.name + (" (by name only)" if entry.by_hand else "")
        command = f"`cutis data convert {entry.name} SOURCE -o {entry.name}-table`"
        rows.append([name, entry.expects, entry.makes, command])
    return table(["format", "expects", "makes", "command"], rows)


def file_tree() -> str:
    """Return the package's files, one line each, in their own words."""
    return "\n".join(["```text", "src/cutis/", *branches(PACKAGE, 1), "```"])


def branches(folder: Path, depth: int) -> Iterator[str]:
    """Yield one line per file below a folder; a folder speaks through its ``__init__.py``."""
    indent = "  " * depth
    entries = [p for p in sorted(folder.iterdir()) if p.name != "__pycache__"]
    for path in entries:
        if path.suffix == ".py" and (depth == 1 or path.name != "__init__.py"):
            yield f"{indent}{path.name:<{WIDTH - len(indent)}} {first_line(path)}"
    others = Counter(p.suffix for p in entries if p.is_file() and p.suffix not in UNLISTED)
    for suffix, count in sorted(others.items()):
        name = f"*{suffix}" if suffix else "other"
        yield f"{indent}{name:<{WIDTH - len(indent)}} {count} file{'s' * (count > 1)}"
    for path in entries:
        if path.is_dir():
            init = path / "__init__.py"
            said = first_line(init) if init.exists() else ""
            yield f"{indent}{path.name + '/':<{WIDTH - len(indent)}} {said}".rstrip()
            yield from branches(path, depth + 1)


def first_line(path: Path) -> str:
    """Return the first line of a file's docstring, without its full stop."""
    said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return said.split("\n")[0].rstrip(".")


def main() -> None:
    """Write every page that changed."""
    for path, text in pages().items():
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
