"""cutis: dermatology vision-language models, evaluated, adapted and explained on your own images.

Research use only, not a medical device.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cutis.errors import CutisError

if TYPE_CHECKING:
    from cutis.analysis.calibration import StatsCalibrationConfig, stats_calibration
    from cutis.analysis.ci import StatsCiConfig, stats_ci
    from cutis.analysis.compare import StatsCompareConfig, stats_compare
    from cutis.analysis.compare_runs import CompareConfig, compare_runs
    from cutis.analysis.conformal import StatsConformalConfig, stats_conformal
    from cutis.analysis.decision import StatsDecisionConfig, stats_decision
    from cutis.analysis.selective import StatsSelectiveConfig, stats_selective
    from cutis.clinical.readers.agreement import StatsAgreementConfig, stats_agreement
    from cutis.clinical.readers.convert import StatsReadingsConfig, stats_readings
    from cutis.clinical.readers.mrmc import StatsMrmcConfig, stats_mrmc
    from cutis.clinical.readers.power import StatsPowerConfig, stats_power
    from cutis.clinical.readers.study import StatsReadersConfig, stats_readers
    from cutis.data import Dataset, load_dataset
    from cutis.data.convert import convert_dataset
    from cutis.features import Features, embed, embed_part, merge_features
    from cutis.models import Model, load_model
    from cutis.predictions import Predictions, read_predictions
    from cutis.report.leaderboard import write_leaderboard
    from cutis.stats import evaluate
    from cutis.tasks.annotate import AnnotateConfig, annotate
    from cutis.tasks.benchmark import BenchmarkConfig, benchmark
    from cutis.tasks.overlap.settings import OverlapConfig
    from cutis.tasks.overlap.verb import data_overlap
    from cutis.tasks.pair import PairConfig, pair
    from cutis.tasks.predict import PredictConfig, predict
    from cutis.tasks.probe import ProbeConfig, probe
    from cutis.tasks.retrieve import RetrieveConfig, retrieve
    from cutis.tasks.zero_shot import ZeroShotConfig, zero_shot

__version__ = "0.1.0"

_HOMES = {
    "StatsCiConfig": "cutis.analysis.ci",
    "stats_ci": "cutis.analysis.ci",
    "StatsCalibrationConfig": "cutis.analysis.calibration",
    "stats_calibration": "cutis.analysis.calibration",
    "StatsConformalConfig": "cutis.analysis.conformal",
    "stats_conformal": "cutis.analysis.conformal",
    "StatsDecisionConfig": "cutis.analysis.decision",
    "stats_decision": "cutis.analysis.decision",
    "StatsSelectiveConfig": "cutis.analysis.selective",
    "stats_selective": "cutis.analysis.selective",
    "StatsCompareConfig": "cutis.analysis.compare",
    "stats_compare": "cutis.analysis.compare",
    "CompareConfig": "cutis.analysis.compare_runs",
    "compare_runs": "cutis.analysis.compare_runs",
    "Dataset": "cutis.data",
    "load_dataset": "cutis.data",
    "convert_dataset": "cutis.data.convert",
    "Features": "cutis.features",
    "embed": "cutis.features",
    "embed_part": "cutis.features",
    "merge_features": "cutis.features",
    "Model": "cutis.models",
    "load_model": "cutis.models",
    "Predictions": "cutis.predictions",
    "read_predictions": "cutis.predictions",
    "evaluate": "cutis.stats",
    "PredictConfig": "cutis.tasks.predict",
    "predict": "cutis.tasks.predict",
    "AnnotateConfig": "cutis.tasks.annotate",
    "annotate": "cutis.tasks.annotate",
    "ZeroShotConfig": "cutis.tasks.zero_shot",
    "zero_shot": "cutis.tasks.zero_shot",
    "ProbeConfig": "cutis.tasks.probe",
    "probe": "cutis.tasks.probe",
    "RetrieveConfig": "cutis.tasks.retrieve",
    "retrieve": "cutis.tasks.retrieve",
    "write_leaderboard": "cutis.report.leaderboard",
    "BenchmarkConfig": "cutis.tasks.benchmark",
    "benchmark": "cutis.tasks.benchmark",
    "OverlapConfig": "cutis.tasks.overlap.settings",
    "data_overlap": "cutis.tasks.overlap.verb",
    "StatsReadingsConfig": "cutis.clinical.readers.convert",
    "stats_readings": "cutis.clinical.readers.convert",
    "StatsReadersConfig": "cutis.clinical.readers.study",
    "stats_readers": "cutis.clinical.readers.study",
    "StatsAgreementConfig": "cutis.clinical.readers.agreement",
    "stats_agreement": "cutis.clinical.readers.agreement",
    "StatsMrmcConfig": "cutis.clinical.readers.mrmc",
    "stats_mrmc": "cutis.clinical.readers.mrmc",
    "StatsPowerConfig": "cutis.clinical.readers.power",
    "stats_power": "cutis.clinical.readers.power",
    "PairConfig": "cutis.tasks.pair",
    "pair": "cutis.tasks.pair",
}

__all__ = [
    "AnnotateConfig",
    "BenchmarkConfig",
    "CompareConfig",
    "CutisError",
    "Dataset",
    "Features",
    "Model",
    "OverlapConfig",
    "PairConfig",
    "PredictConfig",
    "Predictions",
    "ProbeConfig",
    "RetrieveConfig",
    "StatsAgreementConfig",
    "StatsCalibrationConfig",
    "StatsCiConfig",
    "StatsCompareConfig",
    "StatsConformalConfig",
    "StatsDecisionConfig",
    "StatsMrmcConfig",
    "StatsPowerConfig",
    "StatsReadersConfig",
    "StatsReadingsConfig",
    "StatsSelectiveConfig",
    "ZeroShotConfig",
    "__version__",
    "annotate",
    "benchmark",
    "compare_runs",
    "convert_dataset",
    "data_overlap",
    "embed",
    "embed_part",
    "evaluate",
    "load_dataset",
    "load_model",
    "merge_features",
    "pair",
    "predict",
    "probe",
    "read_predictions",
    "retrieve",
    "stats_agreement",
    "stats_calibration",
    "stats_ci",
    "stats_compare",
    "stats_conformal",
    "stats_decision",
    "stats_mrmc",
    "stats_power",
    "stats_readers",
    "stats_readings",
    "stats_selective",
    "write_leaderboard",
    "zero_shot",
]


def __getattr__(name: str) -> Any:
    """Import a public name from its room on first use, so that ``import cutis`` stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module 'cutis' has no attribute '{name}'")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names."""
    return sorted(__all__)
