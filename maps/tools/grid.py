"""The grid: land cells, their numbers, and the geometry that everything else needs.

A cell's number is its place among the land cells in row-major order from the north-west, so it can be used
as an index by whoever reads the map.
"""
import heapq
import math

KM_PER_DEGREE = 111.195
NEIGHBOURS = ((-1, -1), (-1, 0), (-1, 1), (0, -1), (0, 1), (1, -1), (1, 0), (1, 1))


def distance_km(lat_a, lon_a, lat_b, lon_b):
    """Great-circle distance, short form: good to 0.5 % within the box, and free of platform-dependent rounding."""
    k = math.cos(math.radians((lat_a + lat_b) / 2))
    return math.hypot((lat_a - lat_b) * KM_PER_DEGREE, (lon_a - lon_b) * KM_PER_DEGREE * k)


class Grid:
    """Land cells of one map. `cells` is a list of dicts with at least row, col, state and territory."""

    def __init__(self, bbox, spacing, nx, ny, cells):
        self.west, self.south, self.east, self.north = bbox
        self.spacing, self.nx, self.ny, self.cells = spacing, nx, ny, cells
        self.at = {(c["row"], c["col"]): i for i, c in enumerate(cells)}

    def lat(self, row):
        return self.north - (row + 0.5) * self.spacing

    def lon(self, col):
        return self.west + (col + 0.5) * self.spacing

    def centre(self, cell):
        c = self.cells[cell]
        return self.lat(c["row"]), self.lon(c["col"])

    def row_col(self, lat, lon):
        """Row and column of a point; points on or beyond the edge fall in the outermost row or column."""
        row = math.floor((self.north - lat) / self.spacing + 1e-9)
        col = math.floor((lon - self.west) / self.spacing + 1e-9)
        return min(max(row, 0), self.ny - 1), min(max(col, 0), self.nx - 1)

    def km_to(self, cell, lat, lon):
        return distance_km(*self.centre(cell), lat, lon)

    def km_between(self, a, b):
        return distance_km(*self.centre(a), *self.centre(b))

    def adjacent(self, a, b):
        """True for eight-neighbours (and for a cell with itself)."""
        a, b = self.cells[a], self.cells[b]
        return abs(a["row"] - b["row"]) <= 1 and abs(a["col"] - b["col"]) <= 1

    def within(self, lat, lon, reach, allowed):
        """Cells at most `reach` rows and columns from a point for which allowed(cell) holds, nearest first."""
        row, col = self.row_col(lat, lon)
        found = []
        for r in range(row - reach, row + reach + 1):
            for c in range(col - reach, col + reach + 1):
                i = self.at.get((r, c))
                if i is not None and allowed(i):
                    found.append((self.km_to(i, lat, lon), i))
        return sorted(found)

    def nearest(self, lat, lon, allowed):
        """The cell under a point if it is allowed, else the allowed cell whose centre is nearest (None: none near)."""
        i = self.at.get(self.row_col(lat, lon))
        if i is not None and allowed(i):
            return i
        for reach in (2, 4, 8, 16):
            found = self.within(lat, lon, reach, allowed)
            if found:
                return found[0][1]
        return None

    def neighbours(self, cell):
        c = self.cells[cell]
        for dr, dc in NEIGHBOURS:
            i = self.at.get((c["row"] + dr, c["col"] + dc))
            if i is not None:
                yield i

    def path(self, start, end, allowed, longest_km=150.0):
        """Shortest chain of eight-neighbours from start to end over allowed cells; None if there is none near."""
        best, queue, before = {start: 0.0}, [(0.0, start)], {}
        while queue:
            d, i = heapq.heappop(queue)
            if i == end:
                chain = [i]
                while i in before:
                    i = before[i]
                    chain.append(i)
                return chain[::-1]
            if d > best[i] or d > longest_km:
                continue
            for j in self.neighbours(i):
                if j != end and not allowed(j):
                    continue
                dj = d + self.km_between(i, j)
                if dj < best.get(j, 1e9) - 1e-9:
                    best[j], before[j] = dj, i
                    heapq.heappush(queue, (dj, j))
        return None
