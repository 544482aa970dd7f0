"""Every command: where its function lives, and what it does in one line."""

from __future__ import annotations

from typing import NamedTuple


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
GROUPS = {
    "features": "Features on disk: merge.",
    "stats": "Statistics of predictions and readers: intervals, comparison, calibration, fairness.",
    "audit": "What differs between groups of images, or where a model fails.",
    "data": "Tables of images: show, check, split, convert, list, find copies, make phantoms.",
    "models": "Models: list, show, fetch, check, convert, compare, pair.",
}
