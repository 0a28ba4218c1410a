//! What is marked on the map: crossings with queue and policy, armed events, control.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::axes::{Axes, Cube, each_row};
use super::people::{example_zero, zero};
use super::pressure::band_json;
use super::rows::Rows;
use super::{Gathered, Reader, Study, pack, read_tables};
use crate::geography::Map;
use crate::geography::draw::{Mark, Shape};
use crate::geography::grid::Grid;

/// Policies, by the number that the page knows them by.
const POLICIES: [&str; 3] = ["open", "permit", "closed"];

/// Days over which events are gathered for the map of all runs.
const EVENT_DAYS: usize = 7;

/// A crossing in one direction in a run, read day by day.
#[derive(Clone, Debug, Default)]
struct Passage {
    served: f64,
    longest_queue: f64,
    longest_wait: f64,
    closed_days: usize,
    last_day: usize,
    policy: [usize; 3],
    seen: bool,
}

/// What the tables hold.
#[derive(Default)]
pub struct Places {
    /// Crossing and direction: id, name, border, direction.
    lines: Vec<[String; 4]>,
    passages: BTreeMap<(usize, usize, usize), Passage>,
    /// By line, scenario, run: waiting by day.
    queues: BTreeMap<(usize, usize), Cube>,
    /// By scenario, line, policy (of neighbours' nationals) and day: runs in which it begins to hold, less those in which it ends.
    changes: BTreeMap<(usize, usize), Vec<[i32; 3]>>,
    /// Events by scenario: (week, cell) with run and deaths; and those of the example run by day.
    events: BTreeMap<usize, Vec<(u64, usize, f32)>>,
    example: BTreeMap<usize, Vec<Value>>,
    /// Control by scenario, state, day, summed over runs; and the number of runs.
    control: Cube,
    counted: Cube,
    states: Vec<String>,
}

/// Latitude and longitude of a crossing.
fn middle(map: &Map, id: &str) -> Option<(f64, f64)> {
    let crossing = map.crossings.iter().find(|c| c.id == id)?;
    let [a, b] = crossing.cells.map(crate::ids::CellId::index);
    let middle = |v: &[f32]| f64::midpoint(f64::from(v[a]), f64::from(v[b]));
    Some((middle(&map.cells.lat), middle(&map.cells.lon)))
}

/// Persons waiting on a day, median of the runs; nothing without runs.
fn waiting(cube: &Cube, runs: &[usize], day: usize) -> Option<f64> {
    let of = |&run: &usize| {
        cube.line([run, 0, 0]).get(day).copied().filter(|v| v.is_finite()).map_or(0.0, f64::from)
    };
    let mut values: Vec<f64> = runs.iter().map(of).collect();
    values.sort_unstable_by(f64::total_cmp);
    (!values.is_empty()).then(|| crate::quantiles::quantile(&values, 0.5))
}

/// By day the policy that holds in most runs, of equals the more open one; nothing before there is any.
fn policies(changes: &[[i32; 3]], days: usize) -> Vec<Option<usize>> {
    let mut now = [0; 3];
    let on = |day: usize| {
        if let Some(change) = changes.get(day) {
            now.iter_mut().zip(change).for_each(|(n, c)| *n += c);
        }
        let most = (0..3).rev().max_by_key(|&p| now[p]).unwrap_or(0);
        (now[most] > 0).then_some(most)
    };
    (0..days).map(on).collect()
}

impl Places {
    /// Reads the tables of a study.
    pub fn read(
        &mut self,
        study: &Study,
        number: usize,
        axes: &mut Axes,
        map: Option<&Map>,
        out: &mut Gathered,
    ) {
        let tables: [(&str, &str, Reader<Self>); 3] = [
            ("crossings", "crossings", Self::read_crossings),
            ("events", "armed events", Self::read_events),
            ("conflict", "control by state", Self::read_conflict),
        ];
        read_tables(self, &tables, (number, study), axes, map, out);
    }

    fn read_crossings(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
        _: Option<&Map>,
    ) -> Result<Option<String>, String> {
        let names = [
            rows.column("crossing")?,
            rows.column("crossing_name")?,
            rows.column("border")?,
            rows.column("direction")?,
        ];
        let (served, waiting) = (rows.column("served_persons")?, rows.column("waiting_persons")?);
        let wait = rows.column("wait_days")?;
        let policies = [
            rows.column("policy_own_or_kin")?,
            rows.column("policy_neighbour")?,
            rows.column("policy_third_country")?,
        ];
        each_row(rows, axes, number, &[served, waiting, wait], |row| {
            let field = |c: usize| row.fields.get(c).unwrap_or_default();
            let same = |l: &[String; 4]| {
                l[0].as_bytes() == field(names[0]) && l[3].as_bytes() == field(names[3])
            };
            let line = self.lines.iter().position(same).unwrap_or_else(|| {
                self.lines.push(names.map(|c| row.text(c)));
                self.lines.len() - 1
            });
            let passage = self.passages.entry((row.scenario, line, row.run)).or_default();
            let policy = policies
                .map(|c| POLICIES.iter().position(|p| p.as_bytes() == field(c)).unwrap_or(0));
            if passage.seen && passage.policy[1] == 2 {
                passage.closed_days += row.day - passage.last_day.min(row.day);
            }
            if !passage.seen || passage.policy[1] != policy[1] {
                let changes = self.changes.entry((row.scenario, line)).or_default();
                if changes.len() <= row.day {
                    changes.resize(row.day + 1, [0; 3]);
                }
                changes[row.day][policy[1]] += 1;
                if passage.seen {
                    changes[row.day][passage.policy[1]] -= 1;
                }
            }
            (passage.seen, passage.policy, passage.last_day) = (true, policy, row.day);
            let queue = row.number(waiting)?;
            passage.served += row.number(served)?;
            passage.longest_queue = passage.longest_queue.max(queue);
            passage.longest_wait = passage.longest_wait.max(row.number(wait)?);
            if queue > 0.0 {
                self.queues.entry((row.scenario, line)).or_default().set(
                    [row.run, 0, 0],
                    row.day,
                    queue as f32,
                );
            }
            Ok(())
        })
    }

    fn read_events(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
        map: Option<&Map>,
    ) -> Result<Option<String>, String> {
        let (lat, lon, kind) = (rows.column("lat")?, rows.column("lon")?, rows.column("type")?);
        let deaths = rows.column("deaths_persons")?;
        let Some(map) = map else { return Ok(None) };
        let grid = Grid::of(map);
        each_row(rows, axes, number, &[lat, lon, deaths], |row| {
            let Some(cell) = super::people::cell_at(map, &grid, row.number(lat)?, row.number(lon)?)
            else {
                return Ok(());
            };
            let deaths = row.number(deaths)?;
            let key = ((row.day / EVENT_DAYS) as u64) << 32 | cell as u64;
            self.events.entry(row.scenario).or_default().push((key, row.run, deaths as f32));
            if row.axes.typical[row.scenario] == Some(row.run) {
                let kind = match row.fields.get(kind) {
                    Some(b"state_based") => 0,
                    Some(b"non_state") => 1,
                    _ => 2,
                };
                let at = (map.cells.row[cell], map.cells.col[cell]);
                self.example
                    .entry(row.scenario)
                    .or_default()
                    .push(json!([row.day, at.0, at.1, kind, deaths]));
            }
            Ok(())
        })
    }

    fn read_conflict(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
        _: Option<&Map>,
    ) -> Result<Option<String>, String> {
        let (state, control) = (rows.column("state")?, rows.column("control_mean")?);
        each_row(rows, axes, number, &[control], |row| {
            let name = row.fields.get(state).unwrap_or_default();
            let state =
                self.states.iter().position(|s| s.as_bytes() == name).unwrap_or_else(|| {
                    self.states.push(String::from_utf8_lossy(name).into_owned());
                    self.states.len() - 1
                });
            self.control.add([row.scenario, state, 0], row.day, row.number(control)? as f32);
            self.counted.add([row.scenario, state, 0], row.day, 1.0);
            Ok(())
        })
    }

    /// What is marked on the map of a scenario on a day: crossings with the queue of the median run and the stricter policy of
    /// the two directions, and cells with armed events in that week in at least a tenth of the runs.
    #[must_use]
    pub fn marks(&self, axes: &Axes, map: &Map, s: usize, day: usize) -> Vec<Mark> {
        let mut crossings: BTreeMap<&str, (f64, Option<usize>)> = BTreeMap::new();
        for (line, [id, ..]) in self.lines.iter().enumerate() {
            let (queue, policy) = crossings.entry(id).or_default();
            let runs = axes.whole("crossings", s);
            *queue += self
                .queues
                .get(&(s, line))
                .and_then(|cube| waiting(cube, &runs, day))
                .unwrap_or(0.0);
            let holds = self.changes.get(&(s, line)).map(|changes| policies(changes, day + 1));
            *policy = (*policy).max(holds.and_then(|days| days.last().copied().flatten()));
        }
        let crossing = |(id, (queue, policy)): (&str, (f64, Option<usize>))| {
            let (lat, lon) = middle(map, id)?;
            let shape = [Shape::Open, Shape::Permit, Shape::Closed][policy?];
            Some(Mark { lat, lon, radius: 3.2 + (queue.sqrt() / 9.0).min(11.0), shape })
        };
        let week = (day / EVENT_DAYS) as u64;
        let mut fought: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
        for &(key, run, _) in
            self.events.get(&s).into_iter().flatten().filter(|(key, ..)| key >> 32 == week)
        {
            fought.entry(key as u32 as usize).or_default().insert(run);
        }
        let runs = axes.whole("events", s).len().max(1);
        let often = fought.into_iter().filter(|(_, with)| with.len() * 10 >= runs);
        let event = |(cell, with): (usize, BTreeSet<usize>)| Mark {
            lat: f64::from(map.cells.lat[cell]),
            lon: f64::from(map.cells.lon[cell]),
            radius: 2.5 + 4.0 * with.len() as f64 / runs as f64,
            shape: Shape::Event,
        };
        often.map(event).chain(crossings.into_iter().filter_map(crossing)).collect()
    }

    /// Makes what the page shows of it.
    pub fn finish(mut self, axes: &Axes, map: Option<&Map>, out: &mut Gathered) {
        let (scenarios, days) = (axes.scenarios.len(), axes.days);
        let lines = self.lines.len();
        if lines > 0 {
            let shape = [scenarios, lines, days];
            let each = lines * days;
            let filled = |zero: fn(&Axes, &str, usize) -> f32| -> Vec<f32> {
                (0..scenarios)
                    .flat_map(|s| std::iter::repeat_n(zero(axes, "crossings", s), each))
                    .collect()
            };
            let (mut median, mut example) = (filled(zero), filled(example_zero));
            for (&(s, line), cube) in &self.queues {
                let runs = axes.whole("crossings", s);
                for d in 0..days {
                    let at = (s * lines + line) * days + d;
                    if let Some(queue) = waiting(cube, &runs, d) {
                        median[at] = queue as f32;
                    }
                    if let Some(run) = axes.typical[s].filter(|run| runs.contains(run)) {
                        let value =
                            cube.line([run, 0, 0]).get(d).copied().filter(|v| v.is_finite());
                        example[at] = value.unwrap_or(0.0);
                    }
                }
            }
            out.block(2, "map/queue".into(), pack::logarithmic(&shape, &median, 0.02));
            out.block(3, "map/queue_example".into(), pack::logarithmic(&shape, &example, 0.02));
            let mut policy = vec![f32::NAN; lines * scenarios * days];
            for (&(s, line), changes) in &self.changes {
                for (d, holds) in policies(changes, days).into_iter().enumerate() {
                    policy[(s * lines + line) * days + d] =
                        holds.map_or(f32::NAN, |most| most as f32);
                }
            }
            out.block(2, "map/policy".into(), pack::linear(&shape, &policy, 1.0));
            out.put("crossings", self.crossing_lines(map));
            out.put("crossings_table", self.crossing_table(axes));
        }
        self.finish_events(axes, map, out);
        if !self.states.is_empty() {
            let shape = [scenarios, self.states.len(), 1, days];
            let sums = self.control.flat(shape, f32::NAN);
            let runs = self.counted.flat(shape, 1.0);
            let mean: Vec<f32> = sums.iter().zip(runs).map(|(s, n)| s / n.max(1.0)).collect();
            out.block(
                3,
                "map/control".into(),
                pack::linear(&[scenarios, self.states.len(), days], &mean, 0.01),
            );
            out.put("control_states", json!(self.states));
        }
    }

    /// Where crossings lie, by line.
    fn crossing_lines(&self, map: Option<&Map>) -> Value {
        let place = |id: &str| middle(map?, id).map(|(lat, lon)| json!([lat, lon]));
        self.lines
            .iter()
            .map(|[id, name, border, direction]| {
                json!({ "id": id, "name": name, "border": border, "direction": direction, "at": place(id) })
            })
            .collect()
    }

    /// One row per scenario, crossing and direction with any traffic or closure.
    fn crossing_table(&mut self, axes: &Axes) -> Value {
        let days = axes.days;
        let mut groups: BTreeMap<(usize, usize), Vec<&Passage>> = BTreeMap::new();
        for (&(s, line, _), passage) in &self.passages {
            groups.entry((s, line)).or_default().push(passage);
        }
        let mut rows = Vec::new();
        for ((s, line), passages) in groups {
            let missing = axes.whole("crossings", s).len().saturating_sub(passages.len());
            let of = |value: &dyn Fn(&Passage) -> f64| {
                let mut values: Vec<f64> = passages.iter().map(|p| value(p)).collect();
                values.resize(values.len() + missing, 0.0);
                band_json(values)
            };
            // The last policy holds to the end of the study.
            let closed = |p: &Passage| {
                (p.closed_days + if p.policy[1] == 2 { days - p.last_day.min(days) } else { 0 })
                    as f64
            };
            rows.push(json!({
                "s": s, "l": line, "served": of(&|p| p.served), "queue": of(&|p| p.longest_queue),
                "wait": of(&|p| p.longest_wait), "closed": of(&closed),
            }));
        }
        Value::Array(rows)
    }

    /// Share of runs with an event by week and cell, and the example's events.
    fn finish_events(&mut self, axes: &Axes, map: Option<&Map>, out: &mut Gathered) {
        let Some(map) = map else { return };
        let mut all = Vec::new();
        for (&s, rows) in &mut self.events {
            rows.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.cmp(&b.1)));
            let runs = axes.whole("events", s).len().max(1);
            for group in rows.chunk_by(|a, b| a.0 == b.0) {
                let with: usize = group.chunk_by(|a, b| a.1 == b.1).count();
                let deaths: f64 = group.iter().map(|g| f64::from(g.2)).sum();
                let cell = group[0].0 as u32 as usize;
                let row = [
                    s as f32,
                    (group[0].0 >> 32) as f32,
                    f32::from(map.cells.row[cell]),
                    f32::from(map.cells.col[cell]),
                    (100.0 * with as f64 / runs as f64).round() as f32,
                    (deaths / runs as f64) as f32,
                ];
                all.push(row);
            }
        }
        if all.is_empty() {
            return;
        }
        // Columns of a list sorted by scenario, week and cell: small differences.
        for (i, name) in
            ["scenario", "week", "row", "col", "share", "deaths"].into_iter().enumerate()
        {
            let column: Vec<f32> = all.iter().map(|r| r[i]).collect();
            let step = if name == "deaths" { 0.1 } else { 1.0 };
            out.block(3, format!("events/{name}"), pack::linear(&[column.len()], &column, step));
        }
        out.put("event_days", json!(EVENT_DAYS));
        out.put(
            "example_events",
            (0..axes.scenarios.len()).map(|s| json!(self.example.get(&s))).collect(),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_of_most_runs_holds_and_of_equals_the_more_open_one() {
        // Two runs begin open; on day 2 one closes, on day 3 the other; day 0 has none.
        let changes = [[0, 0, 0], [2, 0, 0], [-1, 0, 1], [-1, 0, 1]];
        assert_eq!(policies(&changes, 5), [None, Some(0), Some(0), Some(2), Some(2)]);
        assert_eq!(policies(&[[0, 1, 0]], 2), [Some(1), Some(1)]);
    }

    #[test]
    fn a_queue_is_the_median_of_all_runs_those_without_one_included() {
        let mut cube = Cube::default();
        cube.set([0, 0, 0], 1, 90.0);
        cube.set([2, 0, 0], 1, 30.0);
        assert_eq!(waiting(&cube, &[0, 1, 2], 1), Some(30.0));
        assert_eq!((waiting(&cube, &[0, 1, 2], 0), waiting(&cube, &[], 1)), (Some(0.0), None));
    }
}
