"""maps/tiny: a fictional map of 12 x 9 cells for tests, examples and first looks.

Nothing in it is a real place. It uses the codes of real states (Iran in the south, Azerbaijan with Armenia in a
corner between, Russia in the north), so that a scenario written for the Caucasus runs on it unchanged.
"""
import os

import crossings
import facts
from grid import Grid
from writing import number, write_csv, write_json, write_map_toml

BBOX, SPACING, NX, NY = (45.4, 39.6, 46.6, 40.5), 0.1, 12, 9
WATER = {(row, 11) for row in range(NY)} | {(3, 10), (4, 10), (5, 10)}   # a piece of Caspian coast
ELEVATION = [200, 900, 1900, 2100, 800, 500, 700, 1200, 1300]             # by row: a ridge between Russia and the middle
RURAL = 650
# name, row, col, people in town
TOWNS = [("Highvale", 4, 1, 18000), ("Harbour", 4, 9, 20000), ("Midtown", 4, 6, 45000), ("Northgate", 1, 6, 35000), ("Plainsend", 0, 3, 12000),
         ("Rivermouth", 7, 9, 25000), ("Southmarket", 8, 5, 65000), ("Westford", 7, 1, 15000)]
# class and the cells the road runs through
ROADS = [
    (1, [(8, 5), (7, 5), (6, 5), (5, 5), (4, 6), (3, 6), (2, 6), (1, 6), (0, 6)]),
    (2, [(8, 5), (7, 4), (7, 3), (7, 2), (7, 1), (6, 1), (5, 1), (4, 1)]),
    (2, [(8, 5), (8, 6), (8, 7), (7, 8), (7, 9)]),
    (2, [(4, 6), (4, 7), (4, 8), (4, 9)]),
    (2, [(4, 1), (4, 2), (4, 3), (4, 4), (4, 5), (4, 6)]),
    (3, [(1, 6), (1, 5), (0, 4), (0, 3)]),
]
PASS = ("P01", "High Saddle (fictional)", 3, 6, 2300, 9)
# id, name a, name b, a, b, mode, (row, col) each side, status 1992..2023, capacity, permits
CROSSINGS = [
    ("C01", "South gate", "Ford gate", "IRN", "AZE", "road", (6, 5), (5, 5), ("open", "open", "open", "freight", "freight"), 4000, 250),
    ("C02", "Saddle gate", "North gate", "AZE", "RUS", "road", (3, 6), (2, 6), ("open", "open", "open", "open", "open"), 5000, 200),
    ("C03", "West gate", "Vale gate", "IRN", "ARM", "road", (6, 1), (5, 1), ("open", "open", "open", "open", "open"), 3000, 200),
    ("C04", "Closed road", "Closed road", "ARM", "AZE", "road", (4, 2), (4, 3), ("closed", "closed", "closed", "closed", "closed"), 2000, 0),
    ("C05", "Vale path", "Ridge path", "ARM", "RUS", "foot", (3, 0), (2, 0), ("restricted", "restricted", "open", "open", "open"), 800, 100),
]


def state_of(row, col):
    if row <= 2:
        return "RUS"
    if row >= 6:
        return "IRN"
    return "ARM" if col <= 2 else "AZE"


def unit_of(row, col):
    state = state_of(row, col)
    if state == "IRN":
        return "IRN-001" if row == 6 else "IRN-002"
    if state == "RUS":
        return "RUS-001" if row == 2 else "RUS-002"
    return state + "-001"


def community_of(row, col):
    unit = unit_of(row, col)
    return {"IRN-001": ("Azerbaijani", 0.8), "IRN-002": ("Persian", 0.7), "AZE-001": ("Azerbaijani", 0.95), "ARM-001": ("Armenian", 0.98),
            "RUS-001": ("Lezgin", 0.7), "RUS-002": ("Russian", 0.6)}[unit]


UNIT_NAMES = {"IRN-001": "Border province", "IRN-002": "Inland province", "AZE-001": "Middle district", "ARM-001": "Corner district",
              "RUS-001": "Ridge republic", "RUS-002": "Plain region"}


def make(folder, maker):
    """Write the folder; `maker` is the make_maps module (its column lists and helpers)."""
    cells, people = [], {(r, c): n for _, r, c, n in TOWNS}
    empty = Grid(BBOX, SPACING, NX, NY, [])
    water = {(r, c): ("2" if (r, c) in WATER else "0") for r in range(NY) for c in range(NX)}
    for row in range(NY):
        for col in range(NX):
            if (row, col) in WATER:
                continue
            state = state_of(row, col)
            group, share = community_of(row, col)
            elevation = ELEVATION[row] - (150 if col >= 9 else 0) + (200 if col <= 2 else 0)
            lat, lon = round(empty.lat(row), 4), round(empty.lon(col), 4)
            cells.append({"cell": len(cells), "row": row, "col": col, "lat": number(lat, 4), "lon": number(lon, 4), "land_fraction": 1, "state": state,
                          "holder_1994_2008": state, "holder_1994_2020": state, "holder_2020_2023": state, "holder_2023": state, "territory_part": "",
                          "admin1": unit_of(row, col), "population": people.get((row, col), 0) + max(60, RURAL + 60 * (col % 4) - elevation // 4),
                          "community": group, "community_share": number(share, 2), "elevation_m": elevation,
                          "ruggedness_m": 30 + elevation // 8, "road_class": 0, "road_months_open": 0, "rail": 0,
                          "coast": maker.coast_of(water, row, col), "prio_grid": maker.prio_grid(lat, lon)})
    grid = Grid(BBOX, SPACING, NX, NY, cells)
    at = grid.at
    gates = {frozenset((at[x[6]], at[x[7]])) for x in CROSSINGS}
    links = {}
    for road_class, chain in ROADS:
        for p, q in zip(chain, chain[1:]):
            a, b = sorted((at[p], at[q]))
            on_pass = (PASS[2], PASS[3]) in (p, q)
            new = (road_class, PASS[5] if on_pass else 12, grid.km_between(a, b) * 1.15)
            if frozenset((a, b)) not in gates and ((a, b) not in links or new < links[a, b]):
                links[a, b] = new
    maker.put_roads_on_cells(cells, links)

    point = lambda row, col: {"lat": number(empty.lat(row), 4), "lon": number(empty.lon(col), 4)}
    rows = []
    for cid, name_a, name_b, a, b, mode, cell_a, cell_b, status, capacity, permits in CROSSINGS:
        ca, cb = at[cell_a], at[cell_b]
        rows.append({"id": cid, "name": f"{name_a} - {name_b}", "name_a": name_a, "name_b": name_b, "a": a, "b": b, "mode": mode,
                     **point((cell_a[0] + cell_b[0]) / 2, (cell_a[1] + cell_b[1]) / 2), "cell_a": ca, "cell_b": cb,
                     "km": "1" if mode == "road" else number(grid.km_between(ca, cb), 1),
                     **dict(zip(("status_1992", "status_2008", "status_2016", "status_2020", "status_2023"), status)),
                     "capacity_persons_per_day": capacity, "capacity_basis": "fictional", "capacity_certainty": "P", "permit_persons_per_day": permits,
                     "permit_certainty": "P", "position_certainty": "high", "status_certainty": "high", "snap_note": "", "note": "fictional"})
    units = sorted({c["admin1"] for c in cells})
    groups = sorted({c["community"] for c in cells})
    states = {t[0]: t for t in facts.TERRITORIES}
    out = lambda f: os.path.join(folder, f)
    write_csv(out("cells.csv"), [c for c in maker.CELLS if c not in facts.HOLDERS_BY_UNIT], cells)
    write_csv(out("admin1.csv"), maker.ADMIN1, [
        {"admin1": u, "name": UNIT_NAMES[u] + " (fictional)", "state": u[:3], "population_in_map": sum(c["population"] for c in cells if c["admin1"] == u),
         "population_known": "", "year": "", "basis": "", "certainty": "", "cut_by_edge": 0, "share_in_map": "", "note": "fictional"} for u in units])
    write_csv(out("communities.csv"), maker.COMMUNITIES, [
        {"community": g, "cells": sum(c["community"] == g for c in cells), "note": "real name, fictional place"} for g in groups])
    write_csv(out("territories.csv"), maker.TERRITORIES, [
        {"territory": s, "name": states[s][1], "state": s, "kind": "state", "population_official": sum(c["population"] for c in cells if c["state"] == s),
         "source": "fictional: the people of this map"} for s in ("RUS", "ARM", "AZE", "IRN")])
    write_csv(out("crossings.csv"), crossings.COLUMNS, rows)
    write_csv(out("passes.csv"), maker.PASSES, [
        {"id": PASS[0], "name": PASS[1], **point(PASS[2], PASS[3]), "cell": at[PASS[2], PASS[3]], "elevation_m": PASS[4], "kind": "pass",
         "months_open": PASS[5], "class": 1, "certainty": "P", "note": "fictional"}])
    write_csv(out("road_links.csv"), maker.ROAD_LINKS, [dict(zip(maker.ROAD_LINKS, (a, b, c, m, number(km, 1)))) for (a, b), (c, m, km) in sorted(links.items())])
    write_csv(out("places.csv"), maker.PLACES, [
        {"name": n, **point(r, c), "cell": at[r, c], "territory": state_of(r, c), "kind": "town"} for n, r, c, _ in sorted(TOWNS)])
    write_csv(out("gateways.csv"), maker.GATEWAYS, [
        {"id": "G01", "name": "The south beyond (fictional)", "state": "IRN", "area": "south", "cell": at[8, 5], "extra_km": 120, "population_beyond": 400000,
         "crossing_capacity_persons_per_day": "", "basis": "fictional", "certainty": "P"}])
    write_csv(out("camps.csv"), maker.CAMPS, [
        {"id": "S01", "name": "Vale reception site (fictional)", **point(4, 1), "cell": at[4, 1], "territory": "ARM", "capacity_persons": 2000,
         "opens_after_days": 7, "source": "fictional", "certainty": "P"}])
    write_csv(out("borders.csv"), maker.BORDERS, [])
    write_csv(out("coasts.csv"), maker.COASTS, [])
    write_json(out("lines.geojson"), {"type": "FeatureCollection", "features": outline(empty)})
    write_map_toml(out("map.toml"), name="tiny", title="FICTIONAL test map: 12 x 9 cells, no real place (state codes are borrowed)", bbox=BBOX, spacing=SPACING,
                   nx=NX, ny=NY, made_by="python3 maps/tools/make_maps.py --only tiny", snapshots=facts.TINY_SNAPSHOTS, lines="Coast and borders of a fictional map.")
    print(f"tiny: {len(cells)} cells, {sum(c['population'] for c in cells)} people, {len(links)} road links, {len(TOWNS)} places, {len(rows)} crossings")


def outline(grid):
    """Cell edges between two states (border) or between land and water (coast)."""
    def owner(row, col):
        if not (0 <= row < NY and 0 <= col < NX):
            return None
        return "" if (row, col) in WATER else state_of(row, col)
    features = []
    for row in range(NY):
        for col in range(NX):
            for other, (p, q) in (((row, col + 1), ((col + 1, row), (col + 1, row + 1))), ((row + 1, col), ((col, row + 1), (col + 1, row + 1)))):
                one, two = owner(row, col), owner(*other)
                if None in (one, two) or one == two:
                    continue
                a, b = sorted((one, two))
                points = [[round(BBOX[0] + x * SPACING, 3), round(BBOX[3] - y * SPACING, 3)] for x, y in (p, q)]
                features.append({"type": "Feature", "properties": {"kind": "border" if a else "coast", "a": a or b, "b": b if a else ""},
                                 "geometry": {"type": "LineString", "coordinates": points}})
    return features
