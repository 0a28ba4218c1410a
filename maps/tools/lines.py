"""Coast and border lines from Natural Earth country polygons (public domain).

A stretch of outline that two countries share is a border; a stretch with one country is coast. Edges that lie on
the frame the source was cut with are neither and are dropped.
"""
import math
from collections import defaultdict

SOURCE = "raw/naturalearth_5.1.1_countries/ne_10m_admin_0_countries_deu.bbox.geojson"
CUT_FRAME = (35.5, 33.5, 56.5, 47.5)
TOLERANCE_DEGREES = 0.01


def rings(geometry):
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in polygons:
        yield from polygon


def on_frame(p, q):
    w, s, e, n = CUT_FRAME
    close = lambda u, v: abs(u - v) < 1e-4
    return any(close(p[k], v) and close(q[k], v) for k, v in ((0, w), (0, e), (1, s), (1, n)))


def owned_edges(features):
    """Each undirected edge of the outlines with the countries that have it."""
    owners = defaultdict(set)
    for f in features:
        for ring in rings(f["geometry"]):
            points = [tuple(p[:2]) for p in ring]
            for p, q in zip(points, points[1:]):
                if p != q and not on_frame(p, q):
                    owners[min(p, q), max(p, q)].add(f["properties"]["ADM0_A3"])
    return owners


def chains(edges):
    """Join edges end to end into lines; a line ends where three or more edges meet."""
    touching = defaultdict(list)
    for e in sorted(edges):
        for p in e:
            touching[p].append(e)
    unused = set(edges)

    def follow(point, edge):
        line = [point]
        while True:
            unused.discard(edge)
            point = edge[1] if edge[0] == point else edge[0]
            line.append(point)
            onward = [e for e in touching[point] if e in unused]
            if len(touching[point]) != 2 or not onward:
                return line
            edge = onward[0]

    found = []
    for p in sorted(touching):
        if len(touching[p]) != 2:
            for e in touching[p]:
                if e in unused:
                    found.append(follow(p, e))
    for e in sorted(edges):
        if e in unused:
            found.append(follow(e[0], e))
    return found


def clip(line, box):
    """Parts of a line inside the box; edges are cut in short steps, which is exact enough at this scale."""
    w, s, e, n = box
    inside = lambda p: w <= p[0] <= e and s <= p[1] <= n
    parts, part = [], []
    for p, q in zip(line, line[1:]):
        if inside(p) and not part:
            part = [p]
        if inside(p) and inside(q):
            part.append(q)
        elif inside(p) != inside(q):
            a, b = (p, q) if inside(p) else (q, p)
            for _ in range(30):
                mid = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
                a, b = (mid, b) if inside(mid) else (a, mid)
            if inside(p):
                parts.append(part + [a])
                part = []
            else:
                part = [a, q]
    if len(part) > 1:
        parts.append(part)
    return parts


def simplify(line, tolerance):
    """Douglas-Peucker, with a stack instead of recursion."""
    keep, stack = {0, len(line) - 1}, [(0, len(line) - 1)]
    while stack:
        i, j = stack.pop()
        (x0, y0), (x1, y1) = line[i], line[j]
        length = math.hypot(x1 - x0, y1 - y0)
        far, at = -1.0, None
        for k in range(i + 1, j):
            x, y = line[k]
            d = math.hypot(x - x0, y - y0) if length == 0 else abs((x1 - x0) * (y0 - y) - (x0 - x) * (y1 - y0)) / length
            if d > far:
                far, at = d, k
        if at is not None and far > tolerance:
            keep.add(at)
            stack += [(i, at), (at, j)]
    return [line[k] for k in sorted(keep)]


def country_lines(features, box):
    """GeoJSON feature collection of simplified coast and border lines inside the box."""
    by_owner = defaultdict(set)
    for edge, owners in owned_edges(features).items():
        by_owner[tuple(sorted(owners))].add(edge)
    out = []
    for owners in sorted(by_owner):
        for line in chains(by_owner[owners]):
            for part in clip(line, box):
                thin = [[round(x, 3), round(y, 3)] for x, y in simplify(part, TOLERANCE_DEGREES)]
                thin = [p for k, p in enumerate(thin) if k == 0 or p != thin[k - 1]]
                if len(thin) < 2 or (thin[0] == thin[-1] and len(thin) < 4):
                    continue
                border = len(owners) > 1
                out.append({"type": "Feature",
                            "properties": {"kind": "border" if border else "coast", "a": owners[0], "b": owners[1] if border else ""},
                            "geometry": {"type": "LineString", "coordinates": thin}})
    out.sort(key=lambda f: (f["properties"]["kind"], f["properties"]["a"], f["properties"]["b"], f["geometry"]["coordinates"]))
    return {"type": "FeatureCollection", "features": out}
