"""Intervals and tests by SciPy, for tests/shared/statistics.test.ts.

Writes tests/fixtures/statistics/scipy.json. Run from the repository's root:

    python3 -m venv /tmp/oracle && /tmp/oracle/bin/pip install scipy==1.17.1 numpy==2.4.6
    /tmp/oracle/bin/python tests/oracles/intervals.py
"""

import json
from pathlib import Path

import numpy
import scipy
from scipy import stats

ROOT = Path(__file__).resolve().parents[2]

wilson = []
for successes, trials in [(0, 1), (1, 1), (0, 10), (3, 10), (5, 10), (10, 10), (1, 100), (480, 1000), (999, 1000), (0, 5000), (4321, 5000)]:
    interval = stats.binomtest(successes, trials).proportion_ci(confidence_level=0.95, method="wilson")
    wilson.append({"successes": successes, "trials": trials, "low": float(interval.low), "high": float(interval.high)})

mcnemar = []
for only_first, only_second in [(0, 0), (1, 0), (0, 5), (3, 9), (10, 10), (25, 47), (120, 161), (1000, 900), (3000, 3200)]:
    n = only_first + only_second
    p = 1.0 if n == 0 else float(stats.binomtest(only_first, n, 0.5).pvalue)
    mcnemar.append({"onlyFirst": only_first, "onlySecond": only_second, "p": p})

generator = numpy.random.default_rng(6)
bootstrap = []
for count, samples, before, after in [(400, 1, 0.60, 0.68), (150, 4, 0.40, 0.41), (1000, 1, 0.80, 0.78)]:
    difficulty = generator.beta(2, 2, size=count)
    draw = lambda level: (generator.random((count, samples)) < numpy.clip(difficulty + level - 0.5, 0, 1)[:, None]).mean(axis=1)
    first, second = draw(before), draw(after)
    interval = lambda statistic, data: stats.bootstrap(
        data, statistic, paired=True, n_resamples=100_000, batch=1_000, method="percentile", rng=numpy.random.default_rng(1)
    ).confidence_interval
    difference = interval(lambda a, b, axis=-1: (b - a).mean(axis=axis), (first, second))
    mean = interval(lambda a, axis=-1: a.mean(axis=axis), (first,))
    bootstrap.append({
        "pairs": [[float(a), float(b)] for a, b in zip(first, second)],
        "difference": {"estimate": float((second - first).mean()), "low": float(difference.low), "high": float(difference.high)},
        "mean": {"estimate": float(first.mean()), "low": float(mean.low), "high": float(mean.high)},
    })

out = ROOT / "tests/fixtures/statistics/scipy.json"
out.write_text(json.dumps({
    "madeBy": f"tests/oracles/intervals.py, SciPy {scipy.__version__}, NumPy {numpy.__version__}",
    "wilson": wilson, "mcnemar": mcnemar, "bootstrap": bootstrap,
}) + "\n")
