"""Arrays in, numbers out: metrics with honest intervals. Imports nothing else of cutis."""

from __future__ import annotations

from cutis.stats.area_comparison import AreaComparison, compare_class_areas
from cutis.stats.baseline import Baseline, majority_baseline
from cutis.stats.binning import Binning, bin_edges, bin_of
from cutis.stats.brier_parts import BrierParts, brier_parts
from cutis.stats.calibration import (
    Bin,
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
    reliability_bins,
)
from cutis.stats.calibration_summary import (
    CalibrationSummary,
    calibration_change,
    calibration_summary,
)
from cutis.stats.class_calibration import class_calibration_errors
from cutis.stats.classification import (
    accuracy,
    balanced_accuracy,
    kappa,
    macro_f1,
    rank_of_truth,
    top_k_accuracy,
    weighted_f1,
)
from cutis.stats.clusters import Clusters, make_clusters, stratify
from cutis.stats.comparison import Comparison, Difference, compare
from cutis.stats.conformal import (
    Thresholds,
    calibrate,
    conformal_quantile,
    conformity,
    fill_empty,
    prediction_sets,
    set_outcome,
)
from cutis.stats.confusion import confusion_matrix
from cutis.stats.counts import Counts, count
from cutis.stats.curves import Curve, precision_recall_curve, roc_curve
from cutis.stats.decision import NetBenefit, net_benefit
from cutis.stats.decision_summary import DecisionSummary, decision_summary
from cutis.stats.delong import AreaCovariance, AreaDifference, compare_areas, delong
from cutis.stats.estimate import Estimate, Settings
from cutis.stats.evaluation import Evaluation, evaluate
from cutis.stats.intervals import basic_interval, bca_interval, percentile_interval
from cutis.stats.likelihood import negative_log_likelihood
from cutis.stats.mcnemar import McNemar, mcnemar
from cutis.stats.measures import Measures, Sample, make_sample, measure, measure_all
from cutis.stats.multiplicity import benjamini_hochberg, holm
from cutis.stats.operating import (
    Operating,
    OperatingPoint,
    Wish,
    operating_points,
    predictive_values,
)
from cutis.stats.partial_area import partial_auroc
from cutis.stats.per_class import f1, precision, sensitivity, specificity
from cutis.stats.proportion import Interval, exact_interval, wilson_interval
from cutis.stats.published_bootstrap import published_replicates, published_summary
from cutis.stats.ranking import auroc, average_precision
from cutis.stats.recalibrate import (
    fit_isotonic,
    fit_recalibration,
    fit_temperature,
    fit_vector_scaling,
)
from cutis.stats.resampling import bootstrap_weights, jackknife_weights
from cutis.stats.retrieval import Correct, Ranks, diagonal, first_correct
from cutis.stats.retrieval_images import ImageRetrieval, has_fellow, similar_images
from cutis.stats.retrieval_metrics import RetrievalResult, evaluate_images, evaluate_ranks
from cutis.stats.selective import accuracy_at, areas, queue, risk_coverage_curve
from cutis.stats.selective_summary import SelectiveSummary, certainty, selective_summary
from cutis.stats.subgroups import Subgroup, estimate_subgroups, subgroup_values
from cutis.stats.swapping import bootstrap_p, swap_test

__all__ = [
    "AreaComparison",
    "AreaCovariance",
    "AreaDifference",
    "Baseline",
    "Bin",
    "Binning",
    "BrierParts",
    "CalibrationSummary",
    "Clusters",
    "Comparison",
    "Correct",
    "Counts",
    "Curve",
    "DecisionSummary",
    "Difference",
    "Estimate",
    "Evaluation",
    "ImageRetrieval",
    "Interval",
    "McNemar",
    "Measures",
    "NetBenefit",
    "Operating",
    "OperatingPoint",
    "Ranks",
    "RetrievalResult",
    "Sample",
    "SelectiveSummary",
    "Settings",
    "Subgroup",
    "Thresholds",
    "Wish",
    "accuracy",
    "accuracy_at",
    "areas",
    "auroc",
    "average_precision",
    "balanced_accuracy",
    "basic_interval",
    "bca_interval",
    "benjamini_hochberg",
    "bin_edges",
    "bin_of",
    "bootstrap_p",
    "bootstrap_weights",
    "brier_parts",
    "brier_score",
    "calibrate",
    "calibration_change",
    "calibration_error_by_chance",
    "calibration_summary",
    "certainty",
    "class_calibration_errors",
    "compare",
    "compare_areas",
    "compare_class_areas",
    "conformal_quantile",
    "conformity",
    "confusion_matrix",
    "count",
    "decision_summary",
    "delong",
    "diagonal",
    "estimate_subgroups",
    "evaluate",
    "evaluate_images",
    "evaluate_ranks",
    "exact_interval",
    "expected_calibration_error",
    "f1",
    "fill_empty",
    "first_correct",
    "fit_isotonic",
    "fit_recalibration",
    "fit_temperature",
    "fit_vector_scaling",
    "has_fellow",
    "holm",
    "jackknife_weights",
    "kappa",
    "macro_f1",
    "majority_baseline",
    "make_clusters",
    "make_sample",
    "mcnemar",
    "measure",
    "measure_all",
    "negative_log_likelihood",
    "net_benefit",
    "operating_points",
    "partial_auroc",
    "percentile_interval",
    "precision",
    "precision_recall_curve",
    "prediction_sets",
    "predictive_values",
    "published_replicates",
    "published_summary",
    "queue",
    "rank_of_truth",
    "reliability_bins",
    "risk_coverage_curve",
    "roc_curve",
    "selective_summary",
    "sensitivity",
    "set_outcome",
    "similar_images",
    "specificity",
    "stratify",
    "subgroup_values",
    "swap_test",
    "top_k_accuracy",
    "weighted_f1",
    "wilson_interval",
]
