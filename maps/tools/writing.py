"""Writing files so that the same input gives the same bytes, and readers never see half a file."""
import csv
import io
import json
import os


EMPTIED = """\
# The population layer has the residents of 2015 here. Practically everybody left between 24 September and 3 October 2023:
# 100,625 arrivals in Armenia by government figures; the characterisation of the departure is contested. Later resettlement by
# Azerbaijan is not in the layer.
[[emptied]]
column = "holder_1994_2020"
holder = "NKR"
from = "2023-10-04"
"""

def number(x, decimals):
    """A decimal without needless zeros: 0.50 -> 0.5, 3.0 -> 3, -0.0 -> 0."""
    s = f"{x:.{decimals}f}"
    if "." in s:
        s = s.rstrip("0").rstrip(".")
    return "0" if s in ("-0", "") else s


def write_text(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    part = path + ".part"
    with open(part, "w", encoding="utf-8", newline="\n") as f:
        f.write(text)
    os.replace(part, path)


def write_csv(path, columns, rows):
    """Rows are dicts; a missing column is an error, an extra key too."""
    out = io.StringIO()
    w = csv.DictWriter(out, columns, lineterminator="\n", extrasaction="raise")
    w.writeheader()
    for r in rows:
        missing = [c for c in columns if c not in r]
        if missing:
            raise SystemExit(f"{path}: a row lacks {missing}: {r}")
        w.writerow(r)
    write_text(path, out.getvalue())


def write_json(path, value):
    write_text(path, json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


SPEEDS = """\
# Travel speeds without queues, from town to town with ordinary stops, km/h; also used by tools/check_maps.py.
# Calibrated to Tehran - Astara about 500 km in about 8 h [F] (evidence 1.1.4); single values assumed [P].
[speeds]
class_1_km_per_hour = 70.0 # international road
class_2_km_per_hour = 60.0 # national road
class_3_km_per_hour = 40.0 # regional road
ferry_km_per_hour = 22.0   # at sea, waiting in port not counted: Alat - Turkmenbashi about 300 km in 12-16 h [R-l]
"""


def write_map_toml(path, *, name, title, bbox, spacing, nx, ny, made_by, snapshots, lines):
    """map.toml: what the folder is and which column of cells.csv holds which date."""
    q = json.dumps
    out = [
        "# What this map folder is. The columns of the other files are described in maps/README.md,",
        "# their sources, licences and weak points in maps/SOURCES.md.",
        f"name = {q(name)}",
        f"title = {json.dumps(title, ensure_ascii=False)}",
        f"bbox = [{', '.join(number(v, 4) if '.' in number(v, 4) else number(v, 4) + '.0' for v in bbox)}] # west, south, east, north, degrees",
        f"cell_degrees = {spacing}",
        f"nx = {nx}",
        f"ny = {ny}",
        f"made_by = {q(made_by)}",
        "",
    ]
    for s in snapshots:
        out += [f"# {s['comment']}", "[[snapshot]]", f"id = {q(s['id'])}", f"from = {q(s['from'])}"]
        if s.get("to"):
            out.append(f"to = {q(s['to'])}")
        out += [f"column = {q(s['column'])}", ""]
    out += SPEEDS.splitlines() + [""]
    if any(x["column"] == "holder_1994_2020" for x in snapshots) and name.startswith("caucasus"):
        out += EMPTIED.splitlines() + [""]
    out += ["[lines]", 'file = "lines.geojson"', f"note = {json.dumps(lines, ensure_ascii=False)}", ""]
    write_text(path, "\n".join(out))
