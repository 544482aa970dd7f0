"""The command line: verbs to functions, flags to configs, errors to paragraphs. No logic."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_type_hints

from cutis.errors import CutisError, nearest_names

if TYPE_CHECKING:
    from cyclopts import App

    from cutis.config import VerbConfig


class Verb(NamedTuple):
    """Where a verb's function lives and what it does, in one line."""

    home: str
    help: str


VERBS: dict[str, Verb] = {
    "zero-shot": Verb(
        "cutis.tasks.zero_shot:zero_shot",
        "Diagnose a table of images by prompts alone; predictions, metrics and a report.",
    ),
    "probe": Verb(
        "cutis.tasks.probe.verb:probe",
        "Learn a simple classifier on frozen features; learning curves, metrics and a report.",
    ),
    "retrieve": Verb(
        "cutis.tasks.retrieve:retrieve",
        "Find captions for images and images for captions; recall, ranks and a report.",
    ),
    "annotate": Verb(
        "cutis.tasks.annotate.verb:annotate",
        "Score how strongly images show concepts, in words alone; AUROC against experts.",
    ),
    "audit data": Verb(
        "cutis.tasks.audit.data:audit_data",
        "Say in words how two groups of images differ, with corrected tests.",
    ),
    "audit model": Verb(
        "cutis.tasks.audit.model:audit_model",
        "Say in words where a model fails: clusters of low accuracy against good ones.",
    ),
    "predict": Verb("cutis.tasks.predict:predict", "Rank the possible diagnoses of single images."),
    "embed": Verb(
        "cutis.features.verb:embed_verb", "Compute a model's features of a table of images."
    ),
    "leaderboard": Verb(
        "cutis.report.leaderboard.verb:leaderboard",
        "Put finished runs side by side: models by datasets, with intervals.",
    ),
    "benchmark": Verb(
        "cutis.tasks.benchmark.verb:benchmark",
        "Run a published benchmark on the datasets that are here, beside the published figures.",
    ),
    "compare": Verb(
        "cutis.analysis.compare_runs:compare_runs",
        "Put finished runs side by side: what differs between them, and which is better.",
    ),
    "stats readings": Verb(
        "cutis.clinical.readers.convert:stats_readings",
        "Turn a reader study in any known layout into one table of readings.",
    ),
    "stats readers": Verb(
        "cutis.clinical.readers.study:stats_readers",
        "Judge readers with and without help, by experience, and next to a model.",
    ),
    "stats agreement": Verb(
        "cutis.clinical.readers.agreement:stats_agreement",
        "Measure how far readers agree: kappa, Fleiss, Krippendorff, intraclass correlation.",
    ),
    "stats mrmc": Verb(
        "cutis.clinical.readers.mrmc:stats_mrmc",
        "Compare arms or a model over many readers and many cases (Obuchowski-Rockette).",
    ),
    "stats power": Verb(
        "cutis.clinical.readers.power:stats_power",
        "Say how many readers and cases a reader study needs.",
    ),
    "stats ci": Verb(
        "cutis.analysis.ci:stats_ci",
        "Give every metric of predictions with its confidence interval, and operating points.",
    ),
    "stats fairness": Verb(
        "cutis.analysis.fairness:stats_fairness",
        "Compare subgroups: gaps with intervals and tests, fairness criteria, missing values.",
    ),
    "stats compare": Verb(
        "cutis.analysis.compare:stats_compare",
        "Compare models on the same cases: differences, tests and a conclusion.",
    ),
    "stats calibration": Verb(
        "cutis.analysis.calibration:stats_calibration",
        "Say whether probabilities can be believed, and repair them on validation cases.",
    ),
    "stats conformal": Verb(
        "cutis.analysis.conformal:stats_conformal",
        "Make sets of diagnoses that hold the truth as often as promised.",
    ),
    "stats selective": Verb(
        "cutis.analysis.selective:stats_selective",
        "Measure what a model is worth that answers only where it is sure.",
    ),
    "stats decision": Verb(
        "cutis.analysis.decision:stats_decision",
        "Draw the decision curve of a class: net benefit of acting on the model.",
    ),
    "features merge": Verb(
        "cutis.features.merge:features_merge",
        "Join parts of features that machines computed into caches of their own.",
    ),
    "report": Verb("cutis.report.verb:report", "Make the report of a finished run again."),
    "data show": Verb("cutis.data.show:data_show", "Say how cutis understands a table."),
    "data check": Verb("cutis.data.check:data_check", "Find what is wrong with a table."),
    "data split": Verb(
        "cutis.data.split:data_split", "Split a table by lesion or patient, stratified by class."
    ),
    "data convert": Verb(
        "cutis.data.convert.verb:data_convert",
        "Turn a published dataset, folder or container into a table with a card.",
    ),
    "data list": Verb(
        "cutis.data.listing:data_list",
        "Browse the published datasets: what is here, and how to obtain the rest.",
    ),
    "data overlap": Verb(
        "cutis.tasks.overlap.verb:data_overlap",
        "Find the same pictures twice, in one table or in several, and warn of leaks.",
    ),
    "data phantom": Verb(
        "cutis.data.phantom.generate:data_phantom",
        "Make synthetic skin images with known ground truth.",
    ),
    "models list": Verb("cutis.models.listing:models_list", "List the models known by name."),
    "models show": Verb("cutis.models.show:models_show", "Show one model's card and its files."),
    "models check": Verb(
        "cutis.models.check:models_check", "Load a model or a file strictly and test it."
    ),
    "models fetch": Verb(
        "cutis.models.fetch:models_fetch", "Fetch a model's files, after saying which."
    ),
    "models convert": Verb(
        "cutis.models.convert:models_convert",
        "Write a model as a checkpoint directory of our own.",
    ),
    "models compare": Verb(
        "cutis.tasks.compare_models:models_compare", "Say what differs between two models."
    ),
    "models pair": Verb(
        "cutis.tasks.pair:pair",
        "Join an image tower and a text tower by two trained projections.",
    ),
    "doctor": Verb("cutis.doctor:doctor", "Check this machine: versions, cores, cache, offline."),
}
EPILOGUE = (
    "Every command also takes --config FILE (YAML with these options; flags win) and --debug "
    "(show the traceback of an error)."
)
GROUPS = {
    "features": "Features on disk: merge.",
    "stats": "Statistics of predictions and readers: intervals, comparison, calibration, fairness.",
    "audit": "What differs between groups of images, or where a model fails.",
    "data": "Tables of images: show, check, split, convert, list, find copies, make phantoms.",
    "models": "Models: list, show, fetch, check, convert, compare, pair.",
}


def build_app(wanted: str | None = None) -> App:
    """Return the command-line application.

    Parameters
    ----------
    wanted
        The verb to import; the others are listed by their help line only, so that asking for
        help loads nothing heavy. ``"*"`` imports all of them.
    """
    from cyclopts import App, Parameter

    from cutis import __version__

    app = App(
        name="cutis",
        default_parameter=Parameter(negative=()),
        help_epilogue=EPILOGUE,
        suppress_keyboard_interrupt=False,
        help="Dermatology vision-language models, evaluated on your own images.\n\n"
        "Research use only, not a medical device.",
        version=__version__,
    )
    groups = {name: App(name=name, help=text) for name, text in GROUPS.items()}
    for group in groups.values():
        app.command(group)
    for name, verb in VERBS.items():
        *parents, leaf = name.split()
        parent = groups[parents[0]] if parents else app
        target = _command(verb) if wanted in (name, "*") else _placeholder
        parent.command(target, name=leaf, help=verb.help)
    return app


def _placeholder() -> None:
    """Stand for a verb that was not asked for."""


def load_verb(verb: Verb) -> tuple[Callable[..., Any], type[VerbConfig]]:
    """Import a verb's function and return it with its config class."""
    module, _, attribute = verb.home.partition(":")
    function = getattr(importlib.import_module(module), attribute)
    return function, get_type_hints(function)["config"]


def _command(verb: Verb) -> Callable[..., Any]:
    from cyclopts import Parameter

    function, config_class = load_verb(verb)

    def command(*, config: Any) -> Any:
        return function(config)

    def positional_command(config: Any) -> Any:
        return function(config)

    if not any(field.is_required() for field in config_class.model_fields.values()):
        # cyclopts wants a default for a parameter whose parts all have one
        command.__kwdefaults__ = {"config": config_class()}
        positional_command.__defaults__ = (config_class(),)
    if getattr(config_class, "takes_positional", False):
        command = positional_command
    annotation = Annotated[config_class, Parameter(name="*")]  # type: ignore[valid-type]
    command.__annotations__ = {"config": annotation, "return": Any}
    command.__doc__ = function.__doc__.split("\n\n")[0] if function.__doc__ else verb.help
    return command


def wanted_verb(words: Sequence[str]) -> str | None:
    """Return the verb the words ask for, or None.

    Examples
    --------
    >>> wanted_verb(["data", "check", "--data", "t.csv"])
    'data check'
    >>> wanted_verb(["--help"]) is None
    True
    """
    for length in (2, 1):
        name = " ".join(words[:length])
        if name in VERBS:
            return name
    return None


def take_option(words: list[str], option: str) -> str | None:
    """Remove ``--option VALUE`` or ``--option=VALUE`` from the words and return the value."""
    for i, word in enumerate(words):
        if word == option:
            if i + 1 == len(words):
                raise CutisError(f"{option} needs a file.", fix=f"{option} settings.yaml")
            value = words[i + 1]
            del words[i : i + 2]
            return value
        if word.startswith(option + "="):
            del words[i]
            return word.partition("=")[2]
    return None


def read_settings(path: Path) -> dict[str, Any]:
    """Read a YAML file of settings: keys are the verb's options, with dashes or underscores.

    Raises
    ------
    CutisError
        If the file is missing or is not a mapping.
    """
    import yaml

    if not path.exists():
        raise CutisError(f"There is no settings file {path}.", fix="give --config a YAML file")
    try:
        settings = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise CutisError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from error
    if not isinstance(settings, dict):
        raise CutisError(f"{path} must hold 'option: value' lines.", fix="see cutis VERB --help")
    settings.pop("verb", None)
    return {str(k).replace("_", "-"): v for k, v in settings.items() if v is not None}


def pydantic_message(error: Any) -> str:
    """Say a pydantic error in one line per field, without its address on the web."""
    lines = []
    for item in error.errors():
        name = "--" + ".".join(p for p in item["loc"] if isinstance(p, str)).replace("_", "-")
        reason = item["msg"].removeprefix("Value error, ")
        given = f" (given: {item['input']!r})" if item["type"] != "missing" else ""
        lines.append(f"{name}: {reason[:1].lower()}{reason[1:]}{given}.")
    return " ".join(lines)


def run(words: Sequence[str]) -> int:
    """Run one command line and return the exit code: 0 done, 1 findings, 2 wrong input."""
    words = list(words)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        return _run(words)
    except KeyboardInterrupt:
        print("\nStopped. What was finished is kept; the same command continues.", file=sys.stderr)
        return 130
    except Exception as error:
        message = _user_message(error)
        if message is None:
            raise
        if debug:
            import traceback

            traceback.print_exc()
        print(f"cutis: {message}", file=sys.stderr)
        return 2


def _run(words: list[str]) -> int:
    from cyclopts.config import Dict

    name = wanted_verb(words)
    if name is None and words and not words[0].startswith("-"):
        _refuse_unknown_verb(words)
    settings = take_option(words, "--config")
    app = build_app(name)
    if settings is not None:
        # Below the verb's name, for at the top a key such as 'data' is taken for a command.
        values: Any = read_settings(Path(settings))
        for part in reversed((name or "").split()):
            values = {part: values}
        app.config = (Dict(values, source=settings),)
    if name is not None:
        refuse_unknown_flags(name, words, known_flags(app, name))
    result = app(words, exit_on_error=False, print_error=False, result_action="return_value")
    if hasattr(result, "render"):
        _show(result.render())
    return int(getattr(result, "exit_code", 0))


def _show(text: str) -> None:
    """Print a result; a reader that has left (head, less) does not undo what was done."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        # nothing may be written at exit either
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def known_flags(app: App, verb: str) -> set[str]:
    """Return every flag a verb takes."""
    command = app
    for word in verb.split():
        command = command[word]
    arguments = command.assemble_argument_collection(parse_docstring=False)
    own = {name for argument in arguments for name in argument.names}
    return own | {"--help", "-h", "--version"}


def refuse_unknown_flags(verb: str, words: Sequence[str], known: set[str]) -> None:
    """Name a misspelt flag before anything is said of those that are missing because of it.

    Raises
    ------
    CutisError
        If a flag is none of the known ones.
    """
    for word in words:
        flag = word.partition("=")[0]
        if flag == "--":
            return
        if flag.startswith("--") and flag not in known:
            near = nearest_names(flag, sorted(known), 1)
            raise CutisError(
                f"'cutis {verb}' has no option {flag}.",
                nearest=near,
                fix=f"cutis {verb} --help",
            )


def _refuse_unknown_verb(words: list[str]) -> None:
    group = words[0] if words[0] in GROUPS else None
    if group and (len(words) == 1 or words[1].startswith("-")):
        return
    given = " ".join(words[:2]) if group else words[0]
    names = [v for v in VERBS if v.startswith(f"{group} ")] if group else [*VERBS, *GROUPS]
    raise CutisError(
        f"There is no command '{given}'.",
        allowed=f"The commands are {', '.join(names)}.",
        nearest=nearest_names(given, names, 2),
        fix=f"cutis {group} --help" if group else "cutis --help",
    )


def _user_message(error: Exception) -> str | None:
    """Return the paragraph for a mistake of the user's, None for a bug of ours."""
    from cyclopts import CycloptsError

    cause: BaseException | None = error
    while cause is not None:
        if type(cause).__module__.startswith("pydantic") and hasattr(cause, "errors"):
            return pydantic_message(cause)
        if isinstance(cause, CutisError):
            return str(cause)
        cause = cause.__cause__
    if isinstance(error, CycloptsError):
        return f"{' '.join(str(error).split())} See --help."
    if isinstance(error, OSError):
        from cutis.files import as_cutis_error

        known = as_cutis_error(error, Path(error.filename or "the output"))
        return str(known) if isinstance(known, CutisError) else None
    return None


def main() -> None:
    """Entry point of the ``cutis`` command."""
    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()
