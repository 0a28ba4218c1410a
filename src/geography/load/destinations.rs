//! Everything that a displaced group can head for, grouped by territory.

use super::cells::Land;
use super::sites::{Camp, Gateway, Town, crossing_ids};
use crate::geography::network::great_circle_km;
use crate::geography::{
    BorderCrossingPoint, BorderSegment, Destination, DestinationKind, SegmentKind,
};
use crate::ids::{CellId, DestinationId, SegmentId, TerritoryId};

/// Residents within this distance count as those of a town, km: a daily reach by local road `[P]`.
pub const TOWN_RADIUS_KM: f64 = 15.0;

/// Builds the destinations territory by territory: towns, camps, ways beyond the edge, gates, green borders.
/// Each gate is noted at its crossing, each range at its territory.
pub(super) fn build(
    land: &mut Land,
    towns: &[Town],
    camps: &[Camp],
    gateways: &[Gateway],
    segments: &[BorderSegment],
    crossings: &mut [BorderCrossingPoint],
) -> Vec<Destination> {
    let mut all = Vec::new();
    let residents = residents_by_town(land, towns);
    let mut gates = vec![[DestinationId::default(); 2]; crossings.len()];
    for t in (0..land.territories.len()).map(TerritoryId::from_index) {
        let first = all.len() as u16;
        let receiving = &land.territories[land.territories[t.index()].governed_by.index()].code;
        let inside = |cell: CellId| land.cells.territory[cell.index()] == t;
        let place = |name: String, kind, cells: Vec<CellId>| {
            let cell = cells[0].index();
            Destination {
                name,
                kind,
                territory: t,
                population: 0,
                receiving_state: receiving.clone(),
                extra_km: 0.0,
                beyond_capacity_per_day: f64::INFINITY,
                capacity: f64::INFINITY,
                community: land.cells.community[cell],
                community_share: f64::from(land.cells.community_share[cell]),
                cells,
            }
        };
        for (town, &population) in towns.iter().zip(&residents).filter(|(x, _)| inside(x.cell)) {
            all.push(Destination {
                population,
                ..place(town.name.clone(), DestinationKind::Town, vec![town.cell])
            });
        }
        for camp in camps.iter().filter(|x| inside(x.cell)) {
            let capacity = camp.capacity;
            all.push(Destination {
                capacity,
                ..place(camp.name.clone(), DestinationKind::Camp, vec![camp.cell])
            });
        }
        for gateway in gateways.iter().filter(|x| inside(x.cell)) {
            all.push(Destination {
                population: gateway.population,
                receiving_state: gateway.state.clone(),
                extra_km: gateway.extra_km,
                beyond_capacity_per_day: gateway.capacity_per_day,
                ..place(gateway.name.clone(), DestinationKind::Beyond, vec![gateway.cell])
            });
        }
        for (id, crossing) in crossing_ids(crossings) {
            for side in 0..2_u8 {
                if crossing.sides[usize::from(side)] == t {
                    gates[id.index()][usize::from(side)] = DestinationId::from_index(all.len());
                    let name = format!("{} {}", crossing.id, crossing.name);
                    let cells = vec![crossing.cells[usize::from(side)]];
                    all.push(place(name, DestinationKind::Gate(id, side), cells));
                }
            }
        }
        for (i, segment) in segments.iter().enumerate().filter(|(_, s)| s.kind == SegmentKind::Land)
        {
            for (side, of, cells) in
                [(0, segment.a, &segment.cells_a), (1, segment.b, &segment.cells_b)]
            {
                if of == t {
                    let kind = DestinationKind::Green(SegmentId::from_index(i), side);
                    all.push(place(format!("{} green border", segment.name), kind, cells.clone()));
                }
            }
        }
        land.territories[t.index()].destinations = first..all.len() as u16;
    }
    for (crossing, gate) in crossings.iter_mut().zip(gates) {
        crossing.gate = gate;
    }
    all
}

/// Residents of each town: of the cells within [`TOWN_RADIUS_KM`] in its territory, each counted once: for a town of the cell's own
/// first-level unit if there is one, then for the nearest. A capital's people do not swell the towns round it.
fn residents_by_town(land: &Land, towns: &[Town]) -> Vec<u64> {
    let c = &land.cells;
    // By cell: whether the best town is of another unit, its distance, its position.
    let mut best: Vec<Option<(bool, f64, usize)>> = vec![None; c.population.len()];
    for (t, town) in towns.iter().enumerate() {
        let centre = town.cell.index();
        let (lat, lon) = (f64::from(c.lat[centre]), f64::from(c.lon[centre]));
        let rows = (TOWN_RADIUS_KM / land.grid.height_km()).ceil() as i32;
        let cols = (TOWN_RADIUS_KM / land.grid.width_km(lat.abs() + 1.0).max(0.01)).ceil() as i32;
        for row in i32::from(c.row[centre]) - rows..=i32::from(c.row[centre]) + rows {
            for col in i32::from(c.col[centre]) - cols..=i32::from(c.col[centre]) + cols {
                let Some(cell) = land.grid.at(row, col).map(CellId::index) else { continue };
                let km = great_circle_km(lat, lon, f64::from(c.lat[cell]), f64::from(c.lon[cell]));
                let mine = (c.admin1[cell] != c.admin1[centre], km, t);
                let nearer = best[cell].is_none_or(|b| (mine.0, mine.1) < (b.0, b.1));
                if c.territory[cell] == c.territory[centre] && km <= TOWN_RADIUS_KM && nearer {
                    best[cell] = Some(mine);
                }
            }
        }
    }
    let mut residents = vec![0; towns.len()];
    for (cell, best) in best.iter().enumerate() {
        if let Some((_, _, town)) = best {
            residents[*town] += u64::from(c.population[cell]);
        }
    }
    residents
}
