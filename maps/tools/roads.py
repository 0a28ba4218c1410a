"""From drawn routes to a network of cells.

A route runs from town to town through crossings (C..) and passes (P..). Between two crossings it belongs to one
territory, whatever a line that is a few kilometres off may say, so every point of it is laid on the nearest cell of
that territory. The length drawn inside each cell is kept: a link between two cells has half the length in each.
"""
import re

import facts
from grid import distance_km

LONGEST_FILL = 3.0  # times the straight line: how far round water a link may be led
SHORT_VISIT = 0.2   # of a cell's width: a corner cut, not a visit
CROSSING = re.compile(r"C\d+$")
PASS = re.compile(r"P\d+$")
EDGE_POINTS = {"edgeM4": "RUS", "edgeKZ": "KAZ", "Kandagach_edge": "KAZ"}


def is_town(name):
    return not (CROSSING.match(name) or PASS.match(name) or name in EDGE_POINTS)


def pieces(features):
    """Routes cut at crossings: lists of consecutive segments inside one territory."""
    out, piece, last = [], [], None
    for f in features:
        p = f["properties"]
        if piece and (p["route"] != last["route"] or p["from"] != last["to"] or CROSSING.match(p["from"])):
            out.append(piece)
            piece = []
        piece.append(f)
        last = p
    return out + [piece] if piece else out


def crossing_at_pass(feature):
    """Rename a pass that is itself a border crossing, so that the route is cut there."""
    p = dict(feature["properties"])
    gates = {name: crossing for (route, crossing), name in facts.CROSSING_AT_PASS.items() if route == p["route"]}
    p["from"], p["to"] = gates.get(p["from"], p["from"]), gates.get(p["to"], p["to"])
    return {**feature, "properties": p}


def piece_territories(piece, town_territory):
    ends = [n for f in piece for n in (f["properties"]["from"], f["properties"]["to"])]
    found = {town_territory[n] for n in ends if is_town(n)} | {EDGE_POINTS[n] for n in ends if n in EDGE_POINTS}
    if not found:
        raise SystemExit(f"route {piece[0]['properties']['route']}: no town between two crossings, so its territory is unknown")
    return found


def visits_along(grid, coordinates, allowed):
    """Cells along a line with the kilometres inside each, wiggles over a cell's edge taken out."""
    visits = []
    def add(cell, km):
        if visits and visits[-1][0] == cell:
            visits[-1][1] += km
        else:
            visits.append([cell, km])
    for (x0, y0), (x1, y1) in zip(coordinates, coordinates[1:]):
        km = distance_km(y0, x0, y1, x1)
        steps = 4
        for k in range(steps):
            t = (k + 0.5) / steps
            cell = grid.nearest(y0 + (y1 - y0) * t, x0 + (x1 - x0) * t, allowed)
            if cell is None:
                return None
            add(cell, km / steps)
    return visits


def drop_short(grid, visits, keep):
    """Take out visits shorter than a fifth of a cell whose neighbours touch each other; their length is shared out."""
    changed = True
    while changed:
        changed = False
        for k in range(1, len(visits) - 1):
            (a, _), (c, km), (b, _) = visits[k - 1:k + 2]
            width = grid.spacing * 111.195 * 0.75
            if c not in keep and grid.adjacent(a, b) and km < SHORT_VISIT * width * (2 if a == b else 1):
                visits[k - 1][1] += km / 2
                visits[k + 1][1] += km / 2
                del visits[k]
                if a == b:
                    visits[k - 1][1] += visits[k][1]
                    del visits[k]
                changed = True
                break
    return visits


def fill_jumps(grid, visits, allowed):
    """Make each step a step to an eight-neighbour, by the shortest chain of allowed cells.

    A line that crosses water with no way round within reach falls into several chains.
    """
    chains = [visits[:1]]
    for v in visits[1:]:
        before = chains[-1][-1][0]
        if not grid.adjacent(before, v[0]):
            way = grid.path(before, v[0], allowed, LONGEST_FILL * grid.km_between(before, v[0]))
            if way is None:
                chains.append([v])
                continue
            chains[-1] += [[c, 0.0] for c in way[1:-1]]
        chains[-1].append(v)
    return chains


def link_lengths(grid, visits):
    """(cell, cell, km) along a chain: half the length in each, all of it at the two ends."""
    links, last = [], len(visits) - 1
    for k, ((a, ka), (b, kb)) in enumerate(zip(visits, visits[1:])):
        km = (ka if k == 0 else ka / 2) + (kb if k + 1 == last else kb / 2)
        links.append((a, b, max(km, 0.4 * grid.km_between(a, b))))
    return links


def build(grid, features, territory_of, town_territory, town_cell, crossing_cells, pass_months):
    """The road network: {(low, high): (class, months, km)}, notes on what could not be linked."""
    links, notes, segments = {}, [], []
    features = [crossing_at_pass(f) for f in features if f["properties"]["route"] not in facts.ROUTES_LEFT_OUT]
    drawn = kept = 0.0
    for piece in pieces(features):
        territories = piece_territories(piece, town_territory)
        if len(territories) > 1:
            names = f"{piece[0]['properties']['from']} - {piece[-1]['properties']['to']}"
            notes.append(f"route {piece[0]['properties']['route']} ({names}) runs from {' to '.join(sorted(territories))} without a crossing: usable on each side only")
        allowed = lambda i, t=territories: territory_of(i) in t
        end_before = None
        for f in piece:
            p = f["properties"]
            def end_cell(name, point):
                if name in town_cell:
                    return town_cell[name]
                if CROSSING.match(name):
                    # the one of the crossing's two cells that is on this side
                    mine = [c for c in crossing_cells[name] if territory_of(c) in territories]
                    if not mine:
                        raise SystemExit(f"crossing {name} has no cell in {sorted(territories)} for route {p['route']}")
                    return mine[0]
                return grid.nearest(point[1], point[0], allowed)
            line = f["geometry"]["coordinates"]
            start = end_before if end_before is not None else end_cell(p["from"], line[0])
            end = end_cell(p["to"], line[-1])
            visits = visits_along(grid, line, allowed)
            if start is None or end is None or visits is None:
                notes.append(f"route {p['route']} {p['from']} - {p['to']}: no cell of {sorted(territories)} near it, left out")
                end_before = None
                continue
            for cell, at in ((start, 0), (end, len(visits))):
                if not visits or visits[0 if at == 0 else -1][0] != cell:
                    visits.insert(at if at == 0 else len(visits), [cell, 0.0])
            chains = fill_jumps(grid, drop_short(grid, visits, {start, end}), allowed)
            for before, after in zip(chains, chains[1:]):
                notes.append(f"route {p['route']} {p['from']} - {p['to']}: {grid.km_between(before[-1][0], after[0][0]):.0f} km of water or "
                             f"foreign land between cells {before[-1][0]} and {after[0][0]}, not linked")
            months = {}
            for name, cell in ((p["from"], start), (p["to"], end)):
                gate = facts.CROSSING_AT_PASS.get((p["route"], name))
                if PASS.match(name) or gate:
                    months[cell] = min(pass_months[gate or name], months.get(cell, 12))
            for a, b, km in (link for chain in chains for link in link_lengths(grid, chain)):
                if a == b:
                    continue
                pair = (min(a, b), max(a, b))
                new = (p["class"], min(months.get(a, 12), months.get(b, 12)), km)
                old = links.get(pair)
                if old:
                    best = min(old[0], new[0])
                    new = (best, max(o[1] for o in (old, new) if o[0] == best), min(old[2], new[2]))
                links[pair] = new
                kept += km
            drawn += p["km"]
            segments.append((p["route"], p["from"], p["to"], start, end))
            end_before = end
    return links, notes, segments, drawn, kept
