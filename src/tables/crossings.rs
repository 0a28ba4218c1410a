//! `crossings.csv`: traffic and policy of each crossing, where something happens.

use jiff::civil::Date;

use super::{Look, Record, RowWriter, columns};
use crate::borders::CrossingTraffic;
use crate::geography::{BorderCrossingPoint, Map};
use crate::states::{Passage, Policies};

/// What one row is.
pub const ABOUT: &str = "One row per run, date, crossing and direction with traffic in it, or whose policy changed that day: demand, passage, queue, policy. A missing row means no traffic and yesterday's policy.";

/// A direction of a crossing on a day.
pub struct Row<'a> {
    date: Date,
    point: &'a BorderCrossingPoint,
    border: &'a str,
    direction: &'a str,
    traffic: &'a CrossingTraffic,
    /// Crossing and side from which one leaves.
    at: (usize, usize),
    policy: [Passage; 3],
}

columns! { r:
    run;
    dated = r.date;
    /// Id of the crossing point in the map's `crossings` table.
    text crossing = &r.point.id;
    /// Name of the crossing point.
    text crossing_name = &r.point.name;
    /// Border segment that it lies on; empty for ferries.
    text border = r.border;
    /// From the code of one side to the code of the other, such as `IRN>AZE`.
    text direction = r.direction;
    /// Persons who joined the queue that day.
    integer("persons") demand_persons = r.traffic.demand[r.at.0][r.at.1];
    /// Persons who passed that day.
    integer("persons") served_persons = r.traffic.served[r.at.0][r.at.1];
    /// Persons in the queue at the end of the day.
    integer("persons") waiting_persons = r.traffic.waiting[r.at.0][r.at.1];
    /// Time that a newcomer waits; 99 when nothing moves.
    number("d") wait_days = f64::from(r.traffic.wait_days[r.at.0][r.at.1]);
    /// open, permit or closed for nationals or kin of the state entered.
    text policy_own_or_kin = word(r.policy[0]);
    /// The same for nationals of the state left, without kin across the line.
    text policy_neighbour = word(r.policy[1]);
    /// The same for third-country nationals, such as Afghans who leave Iran.
    text policy_third_country = word(r.policy[2]);
}

/// A policy as it stands in the table.
const fn word(passage: Passage) -> &'static str {
    match passage {
        Passage::Open => "open",
        Passage::Permit => "permit",
        Passage::Closed => "closed",
    }
}

/// Writes the directions with traffic or a new policy: on the first day all of them.
#[derive(Default)]
pub struct Recorder {
    /// The policies that the latest rows showed, by crossing and side.
    shown: Vec<[Option<[Passage; 3]>; 2]>,
    /// Names of the directions.
    directions: Vec<[String; 2]>,
}

impl Recorder {
    fn prepare(&mut self, map: &Map) {
        let code = |t: crate::ids::TerritoryId| &map.territories[t.index()].code;
        self.shown = vec![[None; 2]; map.crossings.len()];
        let sides = map.crossings.iter().map(|x| x.sides.map(code));
        self.directions = sides.map(|[a, b]| [format!("{a}>{b}"), format!("{b}>{a}")]).collect();
    }
}

impl Record for Recorder {
    fn record(&mut self, look: &Look<'_>, rows: &mut RowWriter) {
        let (traffic, policies) =
            (look.world.resource::<CrossingTraffic>(), look.world.resource::<Policies>());
        if self.shown.is_empty() {
            self.prepare(look.map);
        }
        for (x, point) in look.map.crossings.iter().enumerate() {
            for side in 0..2 {
                let policy = policies.passages(x, side);
                let persons = [&traffic.demand, &traffic.served, &traffic.waiting];
                let busy = persons.iter().any(|persons| persons[x][side] > 0);
                if !busy && self.shown[x][side] == Some(policy) {
                    continue;
                }
                self.shown[x][side] = Some(policy);
                rows.push(&Row {
                    date: look.date(),
                    point,
                    border: point.segment.map_or("", |s| &look.map.segments[s.index()].name),
                    direction: &self.directions[x][side],
                    traffic,
                    at: (x, side),
                    policy,
                });
            }
        }
    }
}
