"""The command line: verbs to functions, flags to configs, errors to paragraphs. No logic."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from cutis.errors import CutisError, nearest_names
from cutis.verbs import GROUPS, VERBS, Verb

if TYPE_CHECKING:
    from cyclopts import App

    from cutis.config import VerbConfig


EPILOGUE = (
    "Every command also takes --config FILE (YAML with these options; flags win) and --debug "
    "(show the traceback of an error)."
)


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
