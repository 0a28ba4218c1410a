//! `crossings.csv`: rows only where something happens.

use bevy_ecs::prelude::*;
use jiff::civil::Date;

use crate::borders::CrossingTraffic;
use crate::geography::Map;
use crate::output::format::RowWriter;
use crate::states::{Passage, Policies};

/// The policies that the latest rows showed.
pub struct Memory {
    policy: Vec<[Option<[Passage; 3]>; 2]>,
    directions: Vec<[String; 2]>,
}

impl Memory {
    /// Nothing shown yet: the first day has a row for every crossing and direction.
    pub fn new(map: &Map) -> Self {
        let code = |t: crate::ids::TerritoryId| &map.territories[t.index()].code;
        Self {
            policy: vec![[None; 2]; map.crossings.len()],
            directions: map
                .crossings
                .iter()
                .map(|x| {
                    let [a, b] = x.sides.map(code);
                    [format!("{a}>{b}"), format!("{b}>{a}")]
                })
                .collect(),
        }
    }

    /// One row per crossing and direction with traffic or a new policy.
    pub fn record(&mut self, rows: &mut RowWriter, world: &World, map: &Map, date: Date) {
        let traffic = world.resource::<CrossingTraffic>();
        let policies = world.resource::<Policies>();
        for (x, point) in map.crossings.iter().enumerate() {
            for side in 0..2 {
                let policy = policies.passages(x, side);
                let busy =
                    traffic.demand[x][side] + traffic.served[x][side] + traffic.waiting[x][side]
                        > 0;
                if !busy && self.policy[x][side] == Some(policy) {
                    continue;
                }
                self.policy[x][side] = Some(policy);
                rows.start_row(date);
                rows.push_text(&point.id);
                rows.push_text(&point.name);
                rows.push_text(point.segment.map_or("", |s| &map.segments[s.index()].name));
                rows.push_text(&self.directions[x][side]);
                rows.push_count(u64::from(traffic.demand[x][side]));
                rows.push_count(u64::from(traffic.served[x][side]));
                rows.push_count(u64::from(traffic.waiting[x][side]));
                rows.push_num(f64::from(traffic.wait_days[x][side]));
                for passage in policy {
                    rows.push_text(match passage {
                        Passage::Open => "open",
                        Passage::Permit => "permit",
                        Passage::Closed => "closed",
                    });
                }
                rows.end_row();
            }
        }
    }
}
