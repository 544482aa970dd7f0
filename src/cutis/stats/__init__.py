"""Arrays in, numbers out: metrics with honest intervals. Imports nothing else of cutis."""

from __future__ import annotations

from cutis.stats.area_comparison import AreaComparison, compare_class_areas
from cutis.stats.baseline import Baseline, majority_baseline
from cutis.stats.calibration import (
    Bin,
    brier_score,
    calibration_error_by_chance,
    expected_calibration_error,
    reliability_bins,
)
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
from cutis.stats.confusion import confusion_matrix
from cutis.stats.counts import Counts, count
from cutis.stats.curves import Curve, precision_recall_curve, roc_curve
from cutis.stats.delong import AreaCovariance, AreaDifference, compare_areas, delong
from cutis.stats.estimate import Estimate, Settings
from cutis.stats.evaluation import Evaluation, evaluate
from cutis.stats.intervals import basic_interval, bca_interval, percentile_interval
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
from cutis.stats.resampling import bootstrap_weights, jackknife_weights
from cutis.stats.retrieval import Correct, Ranks, diagonal, first_correct
from cutis.stats.retrieval_images import ImageRetrieval, has_fellow, similar_images
from cutis.stats.retrieval_metrics import RetrievalResult, evaluate_images, evaluate_ranks
from cutis.stats.subgroups import Subgroup, estimate_subgroups, subgroup_values
from cutis.stats.swapping import bootstrap_p, swap_test

__all__ = [
    "AreaComparison",
    "AreaCovariance",
    "AreaDifference",
    "Baseline",
    "Bin",
    "Clusters",
    "Comparison",
    "Correct",
    "Counts",
    "Curve",
    "Difference",
    "Estimate",
    "Evaluation",
    "ImageRetrieval",
    "Interval",
    "McNemar",
    "Measures",
    "Operating",
    "OperatingPoint",
    "Ranks",
    "RetrievalResult",
    "Sample",
    "Settings",
    "Subgroup",
    "Wish",
    "accuracy",
    "auroc",
    "average_precision",
    "balanced_accuracy",
    "basic_interval",
    "bca_interval",
    "benjamini_hochberg",
    "bootstrap_p",
    "bootstrap_weights",
    "brier_score",
    "calibration_error_by_chance",
    "compare",
    "compare_areas",
    "compare_class_areas",
    "confusion_matrix",
    "count",
    "delong",
    "diagonal",
    "estimate_subgroups",
    "evaluate",
    "evaluate_images",
    "evaluate_ranks",
    "exact_interval",
    "expected_calibration_error",
    "f1",
    "first_correct",
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
    "operating_points",
    "partial_auroc",
    "percentile_interval",
    "precision",
    "precision_recall_curve",
    "predictive_values",
    "published_replicates",
    "published_summary",
    "rank_of_truth",
    "reliability_bins",
    "roc_curve",
    "sensitivity",
    "similar_images",
    "specificity",
    "stratify",
    "subgroup_values",
    "swap_test",
    "top_k_accuracy",
    "weighted_f1",
    "wilson_interval",
]
