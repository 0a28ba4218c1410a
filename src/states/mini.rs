//! A map of four cells and a world made by hand, for the tests of states and ledger.
//!
//! ```text
//!   RUS -- AZE -- IRN      C0 RUS-AZE open, C1 AZE-IRN freight, C2 ARM-IRN open, C3 ARM-AZE closed
//!           ARM --/
//! ```

use std::sync::Arc;

use bevy_ecs::prelude::*;

use crate::borders::{Pressure, SegmentPressure};
use crate::geography::{
    Admin1, BorderCrossingPoint, BorderSegment, CellTable, CrossingMode, CrossingStatus, LinkTable,
    Map, RouteCache, SegmentKind, Territory, TerritoryKind,
};
use crate::ids::{AdminId, CellId, CommunityId, CrossingId, DestinationId, SegmentId, TerritoryId};
use crate::leadership::{Condition, Leadership, Outcome, ProvinceCondition};
use crate::random::RunKey;
use crate::scenario::Scenario;
use crate::schedule::empty_step;
use crate::simulation::ScenarioRes;
use crate::time::Clock;
use crate::world::RunMap;

/// Territories, in their order on the map.
pub const CODES: [&str; 4] = ["ARM", "AZE", "IRN", "RUS"];
/// Segments, in their order on the map.
pub const SEGMENTS: [&str; 5] = ["ARM-AZE", "ARM-IRN", "AZE-IRN", "RUS-AZE", "RUS-CASPIAN"];

fn segment(name: &str, kind: SegmentKind, a: u8, b: u8, crossings: &[u16]) -> BorderSegment {
    let cell = |t: u8| vec![CellId(u32::from(t))];
    BorderSegment {
        name: name.to_owned(),
        kind,
        a: TerritoryId(a),
        b: TerritoryId(b),
        length_km: 100.0,
        official_km: None,
        cells_a: cell(a),
        cells_b: cell(b),
        crossings: crossings.iter().map(|&c| CrossingId(c)).collect(),
        near: Vec::new(),
        population_near: 10_000,
        kin_share: 0.0,
    }
}

fn crossing(id: &str, sides: [u8; 2], segment: u16, status: CrossingStatus) -> BorderCrossingPoint {
    BorderCrossingPoint {
        id: id.to_owned(),
        name: id.to_owned(),
        cells: sides.map(|t| CellId(u32::from(t))),
        sides: sides.map(TerritoryId),
        segment: Some(SegmentId(segment)),
        mode: CrossingMode::Road,
        status,
        capacity_per_day: 4_000.0,
        permit_per_day: 200.0,
        months_open: 12,
        gate: [DestinationId(0); 2],
        passage_hours: 0.0,
    }
}

/// The map.
pub fn map() -> Map {
    let n = CODES.len();
    let each = |f: fn(usize) -> u8| (0..n).map(|i| TerritoryId(f(i))).collect::<Vec<_>>();
    let cells = CellTable {
        row: vec![0; n],
        col: vec![0; n],
        lat: vec![40.0; n],
        lon: vec![48.0; n],
        territory: each(|i| i as u8),
        state: each(|i| i as u8),
        admin1: (0..n).map(AdminId::from_index).collect(),
        population: vec![1_000; n],
        community: vec![CommunityId(0); n],
        community_share: vec![1.0; n],
        elevation: vec![100.0; n],
        ruggedness: vec![10.0; n],
        road_class: vec![1; n],
        road_months_open: vec![12; n],
        coast: vec![0, 2, 2, 2],
        prio_grid: vec![0; n],
        area_km2: vec![100.0; n],
        local: vec![0; n],
    };
    Map {
        name: "mini".into(),
        title: "mini".into(),
        cell_degrees: 0.1,
        bbox: [47.0, 39.0, 49.0, 41.0],
        hash: String::new(),
        communities: vec!["Persian".into(), "Azerbaijani".into(), "Armenian".into()],
        admin1: (0..n)
            .map(|i| Admin1 {
                code: format!("{}-01", CODES[i]),
                name: CODES[i].into(),
                state: TerritoryId::from_index(i),
                population: 1_000,
                population_known: None,
            })
            .collect(),
        territories: (0..n)
            .map(|i| Territory {
                code: CODES[i].into(),
                name: CODES[i].into(),
                kind: TerritoryKind::State,
                governed_by: TerritoryId::from_index(i),
                population: 1_000,
                cells: vec![CellId(i as u32)],
                destinations: 0..0,
            })
            .collect(),
        cells,
        links: LinkTable::default(),
        segments: vec![
            segment(SEGMENTS[0], SegmentKind::Land, 0, 1, &[3]),
            segment(SEGMENTS[1], SegmentKind::Land, 0, 2, &[2]),
            segment(SEGMENTS[2], SegmentKind::Land, 1, 2, &[1]),
            segment(SEGMENTS[3], SegmentKind::Land, 3, 1, &[0]),
            segment(SEGMENTS[4], SegmentKind::CaspianApproach, 3, 3, &[]),
        ],
        crossings: vec![
            crossing("C0", [3, 1], 3, CrossingStatus::Open),
            crossing("C1", [1, 2], 2, CrossingStatus::Freight),
            crossing("C2", [0, 2], 1, CrossingStatus::Open),
            crossing("C3", [0, 1], 0, CrossingStatus::Closed),
        ],
        destinations: Vec::new(),
        passes: Vec::new(),
        route_cache: RouteCache { pattern_of_month: Vec::new(), slots: Vec::new() },
    }
}

/// The shipped base scenario.
pub fn scenario() -> Scenario {
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/base.toml");
    crate::scenario::load(&file, &[]).expect("the shipped base scenario").file.scenario
}

/// A national condition in ordinary times.
pub const CALM: Condition = Condition {
    unrest: 0.2,
    control: 0.9,
    cohesion: 0.75,
    stress: 0.4,
    outside_pressure: 0.4,
    alignment: 0.6,
};

/// A world in which the test plays leadership and borders.
pub struct World4 {
    /// The world.
    pub world: World,
    /// States, then ledger.
    pub schedule: Schedule,
}

impl World4 {
    /// A world of this scenario, at the start of day 0.
    pub fn new(scenario: Scenario) -> Self {
        let mut world = World::new();
        let as_of = jiff::civil::date(2026, 1, 15);
        world.insert_resource(Clock::new(as_of, 1));
        world.insert_resource(RunKey::new(7, 0));
        scenario.put_into(&mut world);
        world.insert_resource(ScenarioRes(Arc::new(scenario)));
        world.insert_resource(RunMap(Arc::new(map())));
        let provinces = vec![ProvinceCondition { unrest: 0.1, control: 0.9 }; CODES.len()];
        world.insert_resource(Leadership {
            national: CALM,
            ..Leadership::still(Outcome::Continuity, provinces)
        });
        world.insert_resource(Pressure::default());
        world.insert_resource(crate::episode::Given::default());
        super::populate(&mut world);
        crate::ledger::populate(&mut world);
        let mut schedule = empty_step(false);
        super::add_to(&mut schedule);
        crate::ledger::add_to(&mut schedule);
        Self { world, schedule }
    }

    /// A day with this pressure on every segment and this wait, days, at every crossing in its two directions.
    pub fn day(&mut self, index: [f64; 5], wait: [[f32; 2]; 4]) {
        self.schedule.run(&mut self.world);
        let mut pressure = self.world.resource_mut::<Pressure>();
        pressure.today = index
            .iter()
            .map(|&index| SegmentPressure { index, ..SegmentPressure::default() })
            .collect();
        pressure.index_history.push(index.iter().map(|&i| i as f32).collect());
        pressure.wait_history.push(wait.to_vec());
        let mut clock = self.world.resource_mut::<Clock>();
        let next = clock.step + 1;
        clock.set_step(next);
    }

    /// The same for many days.
    pub fn days(&mut self, n: u32, index: [f64; 5], wait: [[f32; 2]; 4]) {
        for _ in 0..n {
            self.day(index, wait);
        }
    }

    /// Sets the leadership of the days to come.
    pub fn lead(&mut self, outcome: Outcome, national: Condition) {
        let mut leadership = self.world.resource_mut::<Leadership>();
        leadership.outcome = outcome;
        leadership.national = national;
        for p in &mut leadership.provinces {
            p.control = national.control;
        }
    }
}
