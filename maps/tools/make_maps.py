#!/usr/bin/env python3
"""Make maps/caucasus_10km, maps/caucasus_5km and maps/tiny.

    python3 maps/tools/make_maps.py --geodata ../shared/geodata

The same input gives the same files, byte for byte. Python 3.11 or later, standard library only.
"""
import argparse
import math
import os
import sys

import crossings
import facts
import inputs
import lines
import make_tiny
import roads
from grid import Grid
from writing import number, write_csv, write_json, write_map_toml

CELLS = ["cell", "row", "col", "lat", "lon", "land_fraction", "state", *facts.HOLDER_COLUMNS, "territory_part", "admin1", "population", "community", "community_share", "elevation_m", "ruggedness_m",
         "road_class", "road_months_open", "rail", "coast", "prio_grid"]
ADMIN1 = ["admin1", "name", "state", "population_in_map", "population_known", "year", "basis", "certainty", "cut_by_edge", "share_in_map", "note"]
COMMUNITIES = ["community", "cells", "note"]
TERRITORIES = ["territory", "name", "state", "kind", "population_official", "source"]
PASSES = ["id", "name", "lat", "lon", "cell", "elevation_m", "kind", "months_open", "class", "certainty", "note"]
ROAD_LINKS = ["cell_a", "cell_b", "road_class", "months_open", "km"]
PLACES = ["name", "lat", "lon", "cell", "territory", "kind"]
GATEWAYS = ["id", "name", "state", "area", "cell", "extra_km", "population_beyond", "crossing_capacity_persons_per_day", "basis", "certainty"]
CAMPS = ["id", "name", "lat", "lon", "cell", "territory", "capacity_persons", "opens_after_days", "source", "certainty"]
BORDERS = ["a", "b", "official_km", "certainty", "in_map", "note"]
COASTS = ["territory", "water", "official_km", "certainty", "in_map", "note"]

MADE_BY = "python3 maps/tools/make_maps.py --geodata GEODATA"
LINES_NOTE = "Coast and borders: Natural Earth 1:10m v5.1.1 (public domain), cut to the map and simplified to 0.01 degrees. Its view of borders is its own; holders in cells.csv are not drawn here."


def prio_grid(lat, lon):
    """PRIO-GRID id of the half-degree cell that holds a point."""
    return math.floor((lat + 90) / 0.5) * 720 + math.floor((lon + 180) / 0.5) + 1


def admin1_code(state, number_text):
    return f"{state}-{int(number_text):03d}"


def whole_people(cells):
    """Round people to whole numbers so that each admin-1 unit keeps its sum (largest remainder)."""
    units = {}
    for k, c in enumerate(cells):
        units.setdefault(c["admin1"], []).append(k)
    for members in units.values():
        exact = {k: cells[k]["people"] for k in members}
        floors = {k: math.floor(v) for k, v in exact.items()}
        left = round(sum(exact.values())) - sum(floors.values())
        for k in sorted(members, key=lambda k: (floors[k] - exact[k], k))[:left]:
            floors[k] += 1
        for k in members:
            cells[k]["population"] = floors[k]


def coast_of(water, row, col):
    """caspian or sea if an eight-neighbour is that water; the Caspian first."""
    near = {water.get((row + dr, col + dc)) for dr in (-1, 0, 1) for dc in (-1, 0, 1)}
    return "caspian" if "2" in near else "sea" if "1" in near else ""


def land_cells(meta, rows, communities):
    """Rows of cells.csv (roads are filled in later)."""
    water = {(int(r["row"]), int(r["col"])): r["water"] for r in rows}
    cells = []
    for r in rows:
        if r["is_land"] != "1":
            continue
        row, col = int(r["row"]), int(r["col"])
        lat, lon = float(r["lat"]), float(r["lon"])
        cells.append({
            "cell": len(cells), "row": row, "col": col, "lat": number(lat, 4), "lon": number(lon, 4),
            "land_fraction": number(float(r["land_frac"]), 2), "state": r["country"],
            "holder_1994_2008": facts.HOLDERS[int(r["ctrl_1994_2008"])], "holder_1994_2020": facts.HOLDERS[int(r["ctrl_1994_2020"])],
            "holder_2020_2023": facts.HOLDERS[int(r["ctrl_2020_2023"])], "holder_2023": facts.HOLDERS[int(r["ctrl_2023"])],
            "territory_part": "NAX" if r["nakhchivan"] == "1" else "", "admin1": admin1_code(r["country"], r["admin1"]),
            "people": float(r["pop"]), "community": communities[r["ethnic"]], "community_share": number(float(r["ethnic_share"]) / 100, 2),
            "elevation_m": number(float(r["elev_mean"]), 0), "ruggedness_m": number(float(r["rugged_std"]), 0),
            "road_class": 0, "road_months_open": 0, "rail": int(r["rail"]), "coast": coast_of(water, row, col), "prio_grid": prio_grid(lat, lon)})
    for column, (start, by_unit) in facts.HOLDERS_BY_UNIT.items():
        for c in cells:
            c[column] = by_unit.get(c["admin1"], c[start])
    whole_people(cells)
    return cells


def territory_now(cell):
    """Who holds a cell at present; an exclave counts as a territory of its own while its state holds it."""
    part, holder = cell["territory_part"], cell["holder_2023"]
    return part if part and facts.EXCLAVES[part] == holder else holder


def town_points(features):
    """Towns of the road network with the point where routes meet them."""
    points = {}
    for f in features:
        line = f["geometry"]["coordinates"]
        for name, p in ((f["properties"]["from"], line[0]), (f["properties"]["to"], line[-1])):
            points.setdefault(name, (p[1], p[0]))
    return points


def town_territories(geodata, points):
    """The territory of each town, from the finest grid, so that both maps agree; see facts.TOWN_TERRITORY."""
    meta, rows = inputs.grid_cells(geodata, "0.05")
    grid = Grid(meta["bbox"], meta["res"], meta["nx"], meta["ny"], [])
    out = {}
    for name, (lat, lon) in sorted(points.items()):
        row, col = grid.row_col(lat, lon)
        r = rows[row * meta["nx"] + col]
        if name in facts.TOWN_TERRITORY:
            out[name] = facts.TOWN_TERRITORY[name]
        elif r["is_land"] == "1":
            holder = facts.HOLDERS[int(r["ctrl_2023"])]
            out[name] = "NAX" if r["nakhchivan"] == "1" and holder == "AZE" else holder
        else:
            raise SystemExit(f"town {name} lies on water at 0.05 degrees: give its territory in facts.TOWN_TERRITORY")
    return out


def admin1_rows(grid, codes, totals):
    """admin1.csv: what the cells hold beside what a census counted."""
    in_map, edge = {}, set()
    for c in grid.cells:
        in_map[c["admin1"]] = in_map.get(c["admin1"], 0) + c["population"]
        if c["row"] in (0, grid.ny - 1) or c["col"] in (0, grid.nx - 1):
            edge.add(c["admin1"])
    by_number = {int(r["id"]): r for r in codes}
    known = {(r["admin"], r["name"]): (int(r["pop"]), r["year"], r["basis"], {"high": "R-h", "med": "R-m", "low": "R-l"}[r["conf"]]) for r in totals}
    for key, (people, year) in facts.MORE_TOTALS.items():
        known.setdefault(key, (people, year, "census", "R-h"))
    rows = []
    for code in sorted(in_map):
        r = by_number[int(code.split("-")[1])]
        figure, year, basis, certainty = known.get((r["admin"], r["name"]), ("", "", "", ""))
        cut, note = code in edge, ""
        if figure and cut:
            note = "cut by the map's edge: the figure is for the whole unit"
        if not figure and cut:
            note = "cut by the map's edge"
        if r["name"] in ("Ağdam", "Füzuli", "Tərtər"):
            note = "the figure is for the part Azerbaijan held before 2020; the cells also hold the part inside the 1994 line"
        if code.startswith("UKR") and r["adm0"] == "RUS":
            note = "the source lists the unit under Russia; the cells follow the country layer"
        rows.append({"admin1": code, "name": r["name"], "state": code[:3], "population_in_map": in_map[code], "population_known": figure,
                     "year": year, "basis": basis, "certainty": certainty, "cut_by_edge": int(cut),
                     "share_in_map": number(in_map[code] / figure, 3) if figure and cut else "", "note": note})
    return rows


def pass_rows(grid, table):
    """passes.csv, with the pass's cell on the nearest land."""
    return [{"id": p["id"], "name": p["name"], "lat": number(float(p["lat"]), 4), "lon": number(float(p["lon"]), 4),
             "cell": grid.nearest(float(p["lat"]), float(p["lon"]), lambda i: True), "elevation_m": p["elev_m"], "kind": p["kind"],
             "months_open": p["open_months"], "class": p["class"], "certainty": p["conf"], "note": p["note"]} for p in table]


def gateway_rows(grid, points, town_cell, territory_of, admin1):
    """gateways.csv: who lives beyond the map's edge, less those the cells already hold."""
    inside = {}
    for c in grid.cells:
        inside[c["state"]] = inside.get(c["state"], 0) + c["population"]
    provinces = {r["name"]: r["population_in_map"] for r in admin1 if r["state"] == "IRN"}
    whole = {t[0]: t[4] for t in facts.TERRITORIES}
    rows = []
    for gid, name, state, area, share, town, extra, (what, key), capacity, basis, certainty in facts.GATEWAYS:
        if what == "iran":
            beyond = sum(max(0, n - provinces.get(p, 0)) for p, n in facts.IRAN_BEYOND[key].items())
        elif what == "rest":
            beyond = whole[key] - inside[key]
        else:
            beyond = key
        cell = town_cell.get(town)
        if cell is None:
            lat, lon = points[town]
            cell = grid.nearest(lat, lon, lambda i: territory_of(i) == state)
        rows.append({"id": gid, "name": name, "state": state, "area": area, "cell": cell, "extra_km": extra,
                     "population_beyond": round(beyond * share), "crossing_capacity_persons_per_day": capacity, "basis": basis, "certainty": certainty})
    return rows


def camp_rows(grid, territory_of, camps):
    rows = []
    for cid, name, lat, lon, territory, persons, days, source, certainty in camps:
        rows.append({"id": cid, "name": name, "lat": number(lat, 4), "lon": number(lon, 4),
                     "cell": grid.nearest(lat, lon, lambda i: territory_of(i) == territory), "territory": territory,
                     "capacity_persons": persons, "opens_after_days": days, "source": source, "certainty": certainty})
    return rows


def put_roads_on_cells(cells, links):
    """A cell has the best class of the links that touch it, and the most months of that class."""
    for (a, b), (road_class, months, _) in links.items():
        for i in (a, b):
            c = cells[i]
            if c["road_class"] == 0 or road_class < c["road_class"]:
                c["road_class"], c["road_months_open"] = road_class, months
            elif road_class == c["road_class"]:
                c["road_months_open"] = max(months, c["road_months_open"])


def make_map(geodata, folder, tag, name, title, shared):
    meta, rows = inputs.grid_cells(geodata, tag)
    communities = inputs.read_json(geodata, "derived/ethnic_codes.json")
    cells = land_cells(meta, rows, communities)
    grid = Grid(meta["bbox"], meta["res"], meta["nx"], meta["ny"], cells)
    territories = [territory_now(c) for c in cells]
    territory_of = territories.__getitem__

    features = shared["roads"]["features"]
    town_cell = {}
    for town, (lat, lon) in shared["points"].items():
        if roads.is_town(town):
            cell = grid.nearest(lat, lon, lambda i, t=shared["towns"][town]: territory_of(i) == t)
            if cell is None:
                raise SystemExit(f"no cell of {shared['towns'][town]} near the town {town}")
            town_cell[town] = cell
    table = crossings.sides(inputs.read_csv(geodata, "derived/crossings.csv") + facts.MORE_CROSSINGS)
    now = [r for r in table if not r.get("column")]
    chosen = crossings.choose_cells(grid, now, territory_of, town_cell)
    passes = inputs.read_csv(geodata, "derived/passes.csv")
    links, notes, segments, drawn, kept = roads.build(
        grid, features, territory_of, shared["towns"], town_cell,
        {c: (v["cell_a"], v["cell_b"]) for c, v in chosen.items()}, {p["id"]: int(p["open_months"]) for p in passes})
    crossings.add_approaches(grid, now, chosen, links, territory_of)
    chosen |= crossings.choose_past(grid, [r for r in table if r.get("column")], links, town_cell)
    put_roads_on_cells(cells, links)

    out = lambda f: os.path.join(folder, f)
    public = [{k: c[k] for k in CELLS} for c in cells]
    admin1 = admin1_rows(grid, inputs.read_csv(geodata, "derived/admin1_codes.csv"), inputs.read_csv(geodata, "raw/hand_tables/admin1_population.csv"))
    used = {}
    for c in cells:
        used[c["community"]] = used.get(c["community"], 0) + 1
    write_csv(out("cells.csv"), CELLS, public)
    write_csv(out("admin1.csv"), ADMIN1, admin1)
    write_csv(out("communities.csv"), COMMUNITIES, [{"community": n, "cells": used[n], "note": facts.COMMUNITY_NOTES.get(n, "")} for n in sorted(used)])
    write_csv(out("territories.csv"), TERRITORIES, [dict(zip(TERRITORIES, t)) for t in facts.TERRITORIES])
    write_csv(out("crossings.csv"), crossings.COLUMNS, crossings.rows(grid, table, chosen, links))
    write_csv(out("passes.csv"), PASSES, pass_rows(grid, passes))
    write_csv(out("road_links.csv"), ROAD_LINKS, [dict(zip(ROAD_LINKS, (a, b, c, m, number(km, 1)))) for (a, b), (c, m, km) in sorted(links.items())])
    write_csv(out("places.csv"), PLACES, [
        {"name": facts.TOWN_NAMES.get(t, t), "lat": number(shared["points"][t][0], 4), "lon": number(shared["points"][t][1], 4), "cell": town_cell[t],
         "territory": shared["towns"][t], "kind": "town"} for t in sorted(town_cell, key=lambda t: facts.TOWN_NAMES.get(t, t))])
    write_csv(out("gateways.csv"), GATEWAYS, gateway_rows(grid, shared["points"], town_cell, territory_of, admin1))
    write_csv(out("camps.csv"), CAMPS, camp_rows(grid, territory_of, facts.CAMPS))
    write_csv(out("borders.csv"), BORDERS, [dict(zip(BORDERS, b)) for b in facts.BORDERS])
    write_csv(out("coasts.csv"), COASTS, [dict(zip(COASTS, c)) for c in facts.COASTS])
    write_json(out("lines.geojson"), shared["lines"])
    write_map_toml(out("map.toml"), name=name, title=title, bbox=meta["bbox"], spacing=tag, nx=meta["nx"], ny=meta["ny"], made_by=MADE_BY,
                   snapshots=facts.SNAPSHOTS, lines=LINES_NOTE)
    print(f"{name}: {len(cells)} cells, {sum(c['population'] for c in cells)} people, {len(links)} road links "
          f"({drawn:.0f} km drawn, {kept:.0f} km linked), {len(town_cell)} places, {len(table)} crossings")
    for n in notes:
        print("  note:", n)


def main():
    here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--geodata", help="folder with derived/ and raw/ (not needed with --only tiny)")
    p.add_argument("--out", default=here, help="where the map folders go (default: the maps folder this tool lies in)")
    p.add_argument("--only", choices=["tiny", "caucasus_10km", "caucasus_5km"], help="make one map only")
    a = p.parse_args()
    if a.only in (None, "tiny"):
        make_tiny.make(os.path.join(a.out, "tiny"), sys.modules[__name__])
    if a.only == "tiny":
        return
    if not a.geodata:
        p.error("--geodata is needed for the Caucasus maps")
    road_map = inputs.read_json(a.geodata, "derived/roads.geojson")
    points = town_points(road_map["features"])
    towns = town_territories(a.geodata, {n: q for n, q in points.items() if roads.is_town(n)})
    for name, (lat, lon, territory) in facts.MORE_TOWNS.items():
        if name in points:
            raise SystemExit(f"{name} is a road node of the geodata already; take it off facts.MORE_TOWNS")
        points[name], towns[name] = (lat, lon), territory
    outline = inputs.read_json(a.geodata, lines.SOURCE)["features"]
    shared = {"roads": road_map, "points": points, "towns": towns, "lines": lines.country_lines(outline, (36, 34, 56, 47))}
    for tag, name, width in (("0.1", "caucasus_10km", "10"), ("0.05", "caucasus_5km", "5")):
        if a.only in (None, name):
            make_map(a.geodata, os.path.join(a.out, name), tag, name, f"The Caucasus and its surroundings, cells of about {width} km ({tag} degrees)", shared)


if __name__ == "__main__":
    main()
