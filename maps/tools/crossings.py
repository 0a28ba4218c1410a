"""Border crossings: the land cell on each side, and what may pass in a day."""
import math

import facts
from writing import number

COLUMNS = ["id", "name", "name_a", "name_b", "a", "b", "mode", "lat", "lon", "cell_a", "cell_b", "km", "status_1992", "status_2008", "status_2016",
           "status_2020", "status_2023", "capacity_persons_per_day", "capacity_basis", "capacity_certainty", "permit_persons_per_day",
           "permit_certainty", "position_certainty", "status_certainty", "snap_note", "note"]
APPROACH_KM = 40.0      # how far a road gate may be from a drawn road and still get an approach road by rule
PAST_KM = 16.0          # how far the drawn road's own way over a past line may be from the place of the checkpoint
DETOUR = 1.2            # an approach road is this much longer than the chain of cell centres


def sides(table):
    """The crossings with territory codes of the present on both sides."""
    out = []
    for r in table:
        r = dict(r)
        for s in "ab":
            r[s] = facts.CROSSING_SIDES.get((r["id"], s), r[s])
        out.append(r)
    return out


def history_misses(grid, cell, crossing, side):
    wanted = facts.CROSSING_HISTORY.get((crossing, side), {})
    return sum(grid.cells[cell][column] != holder for column, holder in wanted.items())


def choose_cells(grid, table, territory_of, town_cell):
    """For each crossing the two cells, one of each side, that are nearest to it, touch, and had the right holders."""
    chosen = {}
    for r in table:
        lat, lon = float(r["slat"]), float(r["slon"])
        notes = []
        if r["mode"] == "ferry":
            a, b = (town_cell[t] for t in facts.FERRY_TOWNS[r["id"]])
            chosen[r["id"]] = {"cell_a": a, "cell_b": b, "notes": ["port towns"], "km": grid.km_between(a, b)}
            continue
        found = {}
        for s in "ab":
            for reach in (3, 5, 9):
                found[s] = grid.within(lat, lon, reach, lambda i: territory_of(i) == r[s])
                if found[s]:
                    break
            else:
                raise SystemExit(f"crossing {r['id']}: no land cell of {r[s]} near it")
        width = grid.spacing * 111.195
        best = None
        for da, a in found["a"]:
            for db, b in found["b"]:
                apart = not grid.adjacent(a, b)
                misses = history_misses(grid, a, r["id"], "a") + history_misses(grid, b, r["id"], "b")
                key = (da + db + apart * 2.5 * width + misses * 2.5 * width, a, b)
                if best is None or key < best:
                    best = key
        _, a, b = best
        for s, cell in (("a", a), ("b", b)):
            under = grid.at.get(grid.row_col(lat, lon))
            first = found[s][0][1]
            if cell != first:
                notes.append(f"{s}: not the nearest cell of {r[s]} ({number(grid.km_to(first, lat, lon), 1)} km) but one at "
                             f"{number(grid.km_to(cell, lat, lon), 1)} km, so that the pair touches or had the right holders")
            elif cell != under and grid.km_to(cell, lat, lon) > 1.1 * width:
                notes.append(f"{s}: nearest cell of {r[s]} is {number(grid.km_to(cell, lat, lon), 1)} km off")
            if history_misses(grid, cell, r["id"], s):
                notes.append(f"{s}: holder differs in some earlier snapshot")
        if not grid.adjacent(a, b):
            notes.append(f"the cells do not touch ({number(grid.km_between(a, b), 1)} km apart)")
        chosen[r["id"]] = {"cell_a": a, "cell_b": b, "notes": notes, "km": None}
    return chosen


def choose_past(grid, table, links, town_cell):
    """Cells of the crossings of lines that are gone: where a road link crosses the line of that time, else as ever."""
    chosen = {}
    for r in table:
        holder = lambda i, column=r["column"]: grid.cells[i][column]
        lat, lon = float(r["slat"]), float(r["slon"])
        ways = []
        for a, b in links:
            for u, v in ((a, b), (b, a)):
                if (holder(u), holder(v)) == (r["a"], r["b"]):
                    km = (grid.km_to(u, lat, lon) + grid.km_to(v, lat, lon)) / 2
                    ways.append((km, u, v))
        km, u, v = min(ways, default=(math.inf, 0, 0))
        if r["mode"] == "road" and km <= PAST_KM:
            chosen[r["id"]] = {"cell_a": u, "cell_b": v, "km": None, "notes": [f"where the drawn road crosses the line, {number(km, 1)} km from the point given"]}
        else:
            chosen |= choose_cells(grid, [r], holder, town_cell)
    return chosen


def road_class_at(links):
    best = {}
    for (a, b), (road_class, _, _) in links.items():
        for i in (a, b):
            best[i] = min(best.get(i, 9), road_class)
    return best


def add_approaches(grid, table, chosen, links, territory_of):
    """Road gates that no drawn route reaches get a regional road to the nearest road cell of their side [P]."""
    for r in table:
        if not r["mode"].startswith("road"):
            continue
        for s in "ab":
            have = road_class_at(links)
            cell = chosen[r["id"]][f"cell_{s}"]
            if cell in have:
                continue
            lat, lon = grid.centre(cell)
            allowed = lambda i: territory_of(i) == r[s]
            reach = int(APPROACH_KM / (grid.spacing * 111.195 * 0.7)) + 1
            for km, goal in grid.within(lat, lon, reach, lambda i: allowed(i) and i in have):
                chain = grid.path(cell, goal, allowed, APPROACH_KM * 2)
                if km <= APPROACH_KM and chain:
                    for u, v in zip(chain, chain[1:]):
                        links.setdefault((min(u, v), max(u, v)), (3, 12, grid.km_between(u, v) * DETOUR))
                    chosen[r["id"]]["notes"].append(f"{s}: approach road by rule, {len(chain) - 1} links")
                    break
            else:
                chosen[r["id"]]["notes"].append(f"{s}: no road within {number(APPROACH_KM, 0)} km")


def capacity(r, reaching):
    """Persons a day in one direction: a known figure, or the rule by mode and road class."""
    if r["id"] in facts.CAPACITY:
        return facts.CAPACITY[r["id"]]
    if r["mode"] in facts.CAPACITY_BY_MODE:
        return facts.CAPACITY_BY_MODE[r["mode"]], f"rule: {r['mode']}", "P"
    n, basis = facts.CAPACITY_BY_ROAD[reaching], f"rule: road class {reaching}" if reaching else "rule: no road drawn"
    if r["mode"] == "road+rail":
        n, basis = n + facts.RAIL_BESIDE_ROAD, basis + " and rail"
    return n, basis, "P"


def permit(r, reaching):
    """Persons a day when only permits or freight pass."""
    if r["id"] in facts.PERMIT:
        return facts.PERMIT[r["id"]]
    return facts.PERMIT_BY_MODE.get(r["mode"], facts.PERMIT_BY_ROAD[reaching]), "P"


def rows(grid, table, chosen, links):
    best = road_class_at(links)
    out = []
    for r in sorted(table, key=lambda r: r["id"]):
        c = chosen[r["id"]]
        classes = [best[i] for i in (c["cell_a"], c["cell_b"]) if i in best]
        reaching = max(classes) if len(classes) == 2 else 0
        persons, basis, certainty = capacity(r, reaching)
        permits, permit_certainty = permit(r, reaching)
        km = c["km"] if c["km"] is not None else facts.CROSSING_KM.get(r["mode"], grid.km_between(c["cell_a"], c["cell_b"]))
        if r["mode"].startswith("road") and not grid.adjacent(c["cell_a"], c["cell_b"]):
            km = grid.km_between(c["cell_a"], c["cell_b"])
        out.append({"id": r["id"], "name": f"{r['name_a']} - {r['name_b']}", "name_a": r["name_a"], "name_b": r["name_b"], "a": r["a"], "b": r["b"],
                    "mode": r["mode"], "lat": number(float(r["slat"]), 4), "lon": number(float(r["slon"]), 4), "cell_a": c["cell_a"], "cell_b": c["cell_b"],
                    "km": number(km, 1), **{k: r[k] for k in ("status_1992", "status_2008", "status_2016", "status_2020", "status_2023")},
                    "capacity_persons_per_day": persons, "capacity_basis": basis, "capacity_certainty": certainty, "permit_persons_per_day": permits,
                    "permit_certainty": permit_certainty, "position_certainty": r["pos_conf"], "status_certainty": r["status_conf"],
                    "snap_note": "; ".join(c["notes"]), "note": r["status_note"]})
    return out
