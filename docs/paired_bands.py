"""How much narrower pairing makes the bands of differences between outcomes. Standard library only.

    python3 docs/paired_bands.py output/outcomes

Reads pressure.csv of a finished study without a design. Per outcome and border it prints the width of the 90 % band (5 to 95 %
quantile, type 7) of the difference to the reference outcome: paired (replicate r against replicate r, as contrasts.csv does) and
unpaired (every replicate against every other one).
"""

import csv
import sys
from collections import defaultdict

BORDERS = ["RUS-SOUTH", "IRN-AZE", "IRN-ARM", "IRN-NAX", "IRN-TUR"]
REFERENCE = "continuity"


def quantile(values, p):
    values = sorted(values)
    at = (len(values) - 1) * p
    low = int(at)
    high = min(low + 1, len(values) - 1)
    return values[low] + (at - low) * (values[high] - values[low])


def width(values):
    return quantile(values, 0.95) - quantile(values, 0.05)


def read(folder):
    """Index by (outcome, border), then replicate: list over days."""
    series = defaultdict(lambda: defaultdict(list))
    with open(f"{folder}/pressure.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["variant"] == "base" and row["border"] in BORDERS:
                series[row["outcome"], row["border"]][int(row["replicate"])].append(float(row["index"]))
    return series


def widths(changed, reference):
    """Widths of the band, paired and unpaired, of numbers by replicate."""
    paired = [changed[r] - reference[r] for r in sorted(changed) if r in reference]
    unpaired = [changed[a] - reference[b] for a in changed for b in reference if a != b]
    return width(paired), width(unpaired)


def daily(changed, reference):
    """The same for each day, averaged over the days."""
    days = len(next(iter(changed.values())))
    pairs = [widths({r: s[d] for r, s in changed.items()}, {r: s[d] for r, s in reference.items()}) for d in range(days)]
    return tuple(sum(p[i] for p in pairs) / days for i in (0, 1))


def main(folder):
    series = read(folder)
    print(f"{'outcome':<20}{'border':<11}{'measure':<24}{'paired':>8}{'unpaired':>10}{'ratio':>7}")
    measures = {
        "mean index": lambda s: sum(s) / len(s),
        "peak index": max,
    }
    ratios = defaultdict(list)
    for (outcome, border), changed in series.items():
        if outcome == REFERENCE:
            continue
        reference = series[REFERENCE, border]
        rows = {"daily index, mean width": daily(changed, reference)}
        for name, of in measures.items():
            rows[name] = widths({r: of(s) for r, s in changed.items()}, {r: of(s) for r, s in reference.items()})
        for name, (paired, unpaired) in rows.items():
            ratio = paired / unpaired if unpaired else float("nan")
            ratios[name].append(ratio)
            print(f"{outcome:<20}{border:<11}{name:<24}{paired:>8.2f}{unpaired:>10.2f}{ratio:>7.2f}")
    for name, all_of_them in ratios.items():
        print(f"median ratio, {name}: {quantile(all_of_them, 0.5):.2f}")


main(*sys.argv[1:])
