"""Reading the geodata folder, with checks that say what is wrong."""
import csv
import gzip
import json
import os

CELL_COLUMNS = {"row", "col", "lat", "lon", "land_frac", "is_land", "country", "admin1", "water", "elev_mean", "rugged_std", "pop",
                "nakhchivan", "ctrl_1994_2008", "ctrl_1994_2020", "ctrl_2020_2023", "ctrl_2023", "ethnic", "ethnic_share", "rail"}


def path(geodata, name):
    p = os.path.join(geodata, *name.split("/"))
    if not os.path.exists(p):
        raise SystemExit(f"the geodata folder lacks {name}; give the folder that holds derived/ and raw/ with --geodata")
    return p


def read_csv(geodata, name):
    p = path(geodata, name)
    opener = gzip.open if p.endswith(".gz") else open
    with opener(p, "rt", encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def read_json(geodata, name):
    with open(path(geodata, name), encoding="utf-8") as f:
        return json.load(f)


def grid_cells(geodata, tag):
    """meta and all cells (water too) of one spacing, row-major from the north-west."""
    meta = read_json(geodata, f"derived/meta_{tag}.json")
    rows = read_csv(geodata, f"derived/cells_{tag}.csv.gz")
    lacking = CELL_COLUMNS - set(rows[0])
    if lacking:
        raise SystemExit(f"cells_{tag}.csv.gz lacks the columns {sorted(lacking)}")
    if len(rows) != meta["nx"] * meta["ny"] or meta["row0"] != "north":
        raise SystemExit(f"cells_{tag}.csv.gz has {len(rows)} rows, meta says {meta['nx']} x {meta['ny']} from the {meta['row0']}")
    for k, r in enumerate(rows):
        if int(r["row"]) * meta["nx"] + int(r["col"]) != k:
            raise SystemExit(f"cells_{tag}.csv.gz is not in row-major order at line {k + 2}")
        if r["is_land"] == "1" and (not r["country"] or r["admin1"] == "0"):
            raise SystemExit(f"land cell without a country or an admin-1 unit: row {r['row']} col {r['col']}")
        if r["is_land"] != "1" and float(r["pop"]) > 0:
            raise SystemExit(f"people on water: row {r['row']} col {r['col']}")
    return meta, rows
