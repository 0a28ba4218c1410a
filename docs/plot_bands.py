"""Fan charts of pressure by border and outcome from a study's pressure_bands.csv. Needs matplotlib.

    python3 docs/plot_bands.py output/outcomes docs/img/pressure_bands.png
"""

import csv
import datetime
import sys
from collections import defaultdict

import matplotlib

matplotlib.use("Agg")
import matplotlib.dates as mdates
import matplotlib.pyplot as plt

BORDERS = ["IRN-TUR", "IRN-NAX", "IRN-ARM", "IRN-AZE", "IRN-CASPIAN", "RUS-SOUTH"]
# Okabe-Ito, with a second cue (the title of the column).
COLOURS = {
    "continuity": "#0072B2",
    "managed_transition": "#009E73",
    "western_pivot": "#CC79A7",
    "fragmentation": "#E69F00",
    "civil_strife": "#D55E00",
}


def main(study, picture):
    bands = defaultdict(list)
    with open(f"{study}/pressure_bands.csv", newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["measure"] == "index" and row["border"] in BORDERS:
                day = datetime.date.fromisoformat(row["date"])
                values = [float(row[q]) for q in ("q05", "q25", "q50", "q75", "q95")]
                bands[row["border"], row["outcome"]].append((day, *values))
    figure, axes = plt.subplots(len(BORDERS), len(COLOURS), figsize=(13, 11), sharex=True, sharey=True)
    for i, border in enumerate(BORDERS):
        for j, (outcome, colour) in enumerate(COLOURS.items()):
            axis = axes[i][j]
            days, q05, q25, q50, q75, q95 = zip(*bands[border, outcome])
            axis.fill_between(days, q05, q95, color=colour, alpha=0.2, lw=0)
            axis.fill_between(days, q25, q75, color=colour, alpha=0.4, lw=0)
            axis.plot(days, q50, color=colour, lw=1.4)
            for limit in (20, 40, 60):
                axis.axhline(limit, color="#999999", lw=0.5, ls=":")
            axis.set_ylim(0, 70)
            axis.xaxis.set_major_locator(mdates.MonthLocator(bymonth=(4, 7, 10, 1)))
            axis.xaxis.set_major_formatter(mdates.DateFormatter("%b"))
            for side in ("top", "right"):
                axis.spines[side].set_visible(False)
            if i == 0:
                axis.set_title(outcome.replace("_", " "), color=colour, fontweight="bold", fontsize=11)
            if j == 0:
                axis.set_ylabel(border, fontweight="bold")
    figure.suptitle(
        "Border pressure (0-100) by outcome: median, 50 % and 90 % bands; dotted: class limits 20, 40, 60\n"
        "Each column is conditional on its outcome",
        fontsize=11,
    )
    figure.tight_layout()
    figure.savefig(picture, dpi=80)


if __name__ == "__main__":
    main(*sys.argv[1:3])
