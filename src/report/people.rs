//! The displaced: inside and abroad over time, by cell, from where to where.

use std::collections::BTreeMap;

use serde_json::json;

use super::axes::{Axes, Cube, each_row, sparse_quantiles};
use super::pressure::band;
use super::rows::Rows;
use super::{Gathered, Reader, Study, pack, read_tables};
use crate::geography::Map;
use crate::geography::grid::Grid;

/// Relative precision of counts by cell.
const CELL_STEP: f64 = 0.02;

/// What the tables of displacement hold.
#[derive(Default)]
pub struct People {
    /// By scenario, run, 0 inside and 1 abroad, and day.
    totals: Cube,
    /// By scenario, host state and day: hosted persons, summed over runs.
    hosted: Cube,
    states: Vec<String>,
    /// By scenario: (week, cell) packed, persons; and the same of the example run.
    cells: BTreeMap<usize, Vec<(u64, f32)>>,
    example: BTreeMap<usize, Vec<(u64, f32)>>,
    /// By scenario: (week, unit) packed, persons of a run; and the same of the example run.
    units: BTreeMap<usize, Vec<(u64, f32)>>,
    units_example: BTreeMap<usize, Vec<(u64, f32)>>,
    /// By scenario, home unit, host state and week: persons summed over runs.
    flows: BTreeMap<(usize, usize, usize), Vec<f32>>,
    homes: Vec<String>,
    weeks: Vec<usize>,
    off_map: usize,
}

/// Displaced people by unit, on the days on which they were counted.
pub struct Weekly {
    /// Days from the study's first.
    pub days: Vec<usize>,
    /// Median over runs, persons: `[unit][count]`.
    pub median: Vec<Vec<f32>>,
}

fn named(list: &mut Vec<String>, name: &[u8]) -> usize {
    list.iter().position(|n| n.as_bytes() == name).unwrap_or_else(|| {
        list.push(String::from_utf8_lossy(name).into_owned());
        list.len() - 1
    })
}

impl People {
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
            ("displacement", "internal displacement against abroad", Self::read_states),
            ("whereabouts", "displaced people on the map", Self::read_cells),
            ("origins", "flows by first-level unit", Self::read_origins),
        ];
        read_tables(self, &tables, (number, study), axes, map, out);
    }

    fn read_states(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
        _: Option<&Map>,
    ) -> Result<Option<String>, String> {
        let state = rows.column("state")?;
        let (inside, hosted) =
            (rows.column("displaced_inside_persons")?, rows.column("hosted_persons")?);
        each_row(rows, axes, number, &[inside, hosted], |row| {
            let (inside, hosted) = (row.number(inside)? as f32, row.number(hosted)? as f32);
            self.totals.add([row.scenario, row.run, 0], row.day, inside);
            self.totals.add([row.scenario, row.run, 1], row.day, hosted);
            if hosted > 0.0 {
                let state = named(&mut self.states, row.fields.get(state).unwrap_or_default());
                self.hosted.add([row.scenario, state, 0], row.day, hosted);
            }
            Ok(())
        })
    }

    /// Reads where people were counted.
    ///
    /// # Errors
    /// A sentence when a column is absent; otherwise the damage of the table, if any.
    pub fn read_cells(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
        map: Option<&Map>,
    ) -> Result<Option<String>, String> {
        let (lat, lon) = (rows.column("lat")?, rows.column("lon")?);
        let persons = rows.column("displaced_persons")?;
        let Some(map) = map else { return Ok(None) };
        let grid = Grid::of(map);
        // Sums over the cells of a unit, of the run and week being read.
        let mut sums = vec![0.0_f32; map.admin1.len()];
        let (mut now, mut before) = (None, None);
        let read = each_row(rows, axes, number, &[lat, lon, persons], |row| {
            let Some(cell) = cell_at(map, &grid, row.number(lat)?, row.number(lon)?) else {
                self.off_map += 1;
                return Ok(());
            };
            let value = row.number(persons)? as f32;
            let week = self.week(row.day);
            let here =
                (row.scenario, row.run, week, row.axes.typical[row.scenario] == Some(row.run));
            if now.replace(here) != Some(here) {
                self.keep_units(&mut sums, before);
            }
            before = Some(here);
            sums[map.cells.admin1[cell].index()] += value;
            let key = ((week as u64) << 32) | cell as u64;
            self.cells.entry(row.scenario).or_default().push((key, value));
            if row.axes.typical[row.scenario] == Some(row.run) {
                self.example.entry(row.scenario).or_default().push((key, value));
            }
            Ok(())
        });
        self.keep_units(&mut sums, before);
        read
    }

    /// Keeps the sums of a run and week, and empties them.
    fn keep_units(&mut self, sums: &mut [f32], of: Option<(usize, usize, usize, bool)>) {
        let Some((scenario, _, week, example)) = of else { return };
        for (unit, sum) in sums.iter_mut().enumerate().filter(|(_, sum)| **sum > 0.0) {
            let row = ((week as u64) << 32 | unit as u64, std::mem::take(sum));
            self.units.entry(scenario).or_default().push(row);
            if example {
                self.units_example.entry(scenario).or_default().push(row);
            }
        }
    }

    fn read_origins(
        &mut self,
        rows: Rows,
        number: usize,
        axes: &mut Axes,
        _: Option<&Map>,
    ) -> Result<Option<String>, String> {
        let (home, state) = (rows.column("home_admin1")?, rows.column("state")?);
        let persons = rows.column("displaced_persons")?;
        each_row(rows, axes, number, &[persons], |row| {
            let home = named(&mut self.homes, row.fields.get(home).unwrap_or_default());
            let state = named(&mut self.states, row.fields.get(state).unwrap_or_default());
            let week = self.week(row.day);
            let line = self.flows.entry((row.scenario, home, state)).or_default();
            if line.len() <= week {
                line.resize(week + 1, 0.0);
            }
            line[week] += row.number(persons)? as f32;
            Ok(())
        })
    }

    /// Position of a day among those on which people were counted.
    fn week(&mut self, day: usize) -> usize {
        self.weeks.iter().rposition(|&d| d == day).unwrap_or_else(|| {
            self.weeks.push(day);
            self.weeks.len() - 1
        })
    }

    /// Makes what the page shows of it.
    pub fn finish(mut self, axes: &Axes, map: Option<&Map>, out: &mut Gathered) {
        let (scenarios, days) = (axes.scenarios.len(), axes.days);
        if !self.totals.is_empty() {
            let shape = [scenarios, 2, 5, days];
            let mut bands = vec![f32::NAN; shape.iter().product()];
            for s in 0..scenarios {
                let runs = axes.whole("displacement", s);
                let own_days =
                    axes.days_of.get(axes.scenarios[s].study).copied().unwrap_or_default();
                for kind in 0..2 {
                    for d in 0..own_days {
                        let values: Vec<f64> = runs
                            .iter()
                            .map(|&r| {
                                self.totals.line([s, r, kind]).get(d).map_or(0.0, |v| f64::from(*v))
                            })
                            .map(|v| if v.is_finite() { v } else { 0.0 })
                            .collect();
                        for (q, value) in band(values).enumerate() {
                            bands[((s * 2 + kind) * 5 + q) * days + d] = value;
                        }
                    }
                }
            }
            out.block(
                1,
                "people/totals".into(),
                pack::linear(&shape, &bands, pack::step_for(&bands).min(10.0)),
            );
            let shape = [scenarios, self.states.len(), 1, days];
            let mut hosted = self.hosted.flat(shape, 0.0);
            for (s, values) in hosted.chunks_mut((self.states.len() * days).max(1)).enumerate() {
                // Of no run nothing is known: 0 / 0 is missing.
                let runs = axes.whole("displacement", s).len() as f32;
                for v in values {
                    *v /= runs;
                }
            }
            out.block(
                2,
                "people/hosted".into(),
                pack::linear(
                    &[scenarios, self.states.len(), days],
                    &hosted,
                    pack::step_for(&hosted).min(10.0),
                ),
            );
        }
        self.finish_flows(axes, out);
        if let Some(map) = map {
            self.finish_cells(axes, map, out);
        }
        if self.off_map > 0 {
            out.note(format!(
                "whereabouts.csv: {} rows lie in no cell of the map and are not shown",
                self.off_map
            ));
        }
        // Days may have been met out of order where a run is missing its first weeks; none are in a whole study.
        out.put("weeks", json!(self.weeks));
        out.put("states", json!(self.states));
    }

    fn finish_flows(&mut self, axes: &Axes, out: &mut Gathered) {
        let weeks = self.weeks.len();
        let mut pairs: Vec<(usize, usize)> = self.flows.keys().map(|k| (k.1, k.2)).collect();
        pairs.sort_unstable();
        pairs.dedup();
        if pairs.is_empty() {
            return;
        }
        let shape = [axes.scenarios.len(), pairs.len(), weeks];
        let mut values: Vec<f32> = (0..shape[0])
            .flat_map(|s| std::iter::repeat_n(zero(axes, "origins", s), pairs.len() * weeks))
            .collect();
        for (&(s, home, state), line) in &self.flows {
            let Ok(p) = pairs.binary_search(&(home, state)) else { continue };
            let runs = axes.whole("origins", s).len().max(1) as f32;
            for (w, v) in line.iter().enumerate() {
                values[(s * pairs.len() + p) * weeks + w] = v / runs;
            }
        }
        out.block(
            2,
            "people/flows".into(),
            pack::linear(&shape, &values, pack::step_for(&values).min(10.0)),
        );
        out.put("flows", json!({ "homes": self.homes, "pairs": pairs }));
    }

    /// Median over the runs of a scenario by unit and count; the rows that it is made of are used up.
    pub fn weekly_units(&mut self, axes: &Axes, map: &Map, scenario: usize) -> Weekly {
        let mut median =
            vec![vec![zero(axes, "whereabouts", scenario); self.weeks.len()]; map.admin1.len()];
        let rows = self.units.remove(&scenario).unwrap_or_default();
        for (key, value) in
            sparse_quantiles(rows, axes.whole("whereabouts", scenario).len(), &[0.5])
        {
            median[key as u32 as usize][(key >> 32) as usize] = value[0] as f32;
        }
        Weekly { days: self.weeks.clone(), median }
    }

    fn finish_cells(&mut self, axes: &Axes, map: &Map, out: &mut Gathered) {
        let (scenarios, weeks) = (axes.scenarios.len(), self.weeks.len());
        let shape = [scenarios, map.admin1.len(), weeks];
        let (mut median, mut example) = (Vec::new(), Vec::new());
        for s in 0..scenarios {
            median.extend(self.weekly_units(axes, map, s).median.into_iter().flatten());
            let mut lines = vec![example_zero(axes, "whereabouts", s); map.admin1.len() * weeks];
            for &(key, value) in self.units_example.get(&s).into_iter().flatten() {
                lines[key as u32 as usize * weeks + (key >> 32) as usize] = value;
            }
            example.extend(lines);
        }
        if median.iter().chain(&example).any(|v| *v > 0.0) {
            out.block(2, "map/units".into(), pack::logarithmic(&shape, &median, CELL_STEP));
            out.block(
                3,
                "map/units_example".into(),
                pack::logarithmic(&shape, &example, CELL_STEP),
            );
        }
        let mut used: Vec<u32> = Vec::new();
        let mut medians = Vec::new();
        for (&s, rows) in &mut self.cells {
            let median =
                sparse_quantiles(std::mem::take(rows), axes.whole("whereabouts", s).len(), &[0.5]);
            used.extend(median.iter().filter(|m| m.1[0] > 0.0).map(|m| m.0 as u32));
            medians.push((s, median));
        }
        for rows in self.example.values() {
            used.extend(rows.iter().map(|r| r.0 as u32));
        }
        used.sort_unstable();
        used.dedup();
        if used.is_empty() {
            return;
        }
        let shape = [scenarios, used.len(), weeks];
        let fill = |values: &mut Vec<f32>, s: usize, key: u64, value: f32| {
            if let Ok(c) = used.binary_search(&(key as u32)) {
                values[(s * used.len() + c) * weeks + (key >> 32) as usize] = value;
            }
        };
        let each = used.len() * weeks;
        let mut median: Vec<f32> = (0..scenarios)
            .flat_map(|s| std::iter::repeat_n(zero(axes, "whereabouts", s), each))
            .collect();
        for (s, rows) in &medians {
            for (key, v) in rows {
                fill(&mut median, *s, *key, v[0] as f32);
            }
        }
        let mut example: Vec<f32> = (0..scenarios)
            .flat_map(|s| std::iter::repeat_n(example_zero(axes, "whereabouts", s), each))
            .collect();
        for (&s, rows) in &self.example {
            for &(key, v) in rows {
                fill(&mut example, s, key, v);
            }
        }
        // Two studies side by side need room for their measures: the map by unit is enough there.
        let two = axes.scenarios.iter().any(|s| s.study > 0);
        let ranks = if two { [96, 97] } else { [2, 3] };
        out.block(ranks[0], "map/displaced".into(), pack::logarithmic(&shape, &median, CELL_STEP));
        out.block(
            ranks[1],
            "map/displaced_example".into(),
            pack::logarithmic(&shape, &example, CELL_STEP),
        );
        let at = |c: &u32| (map.cells.row[*c as usize], map.cells.col[*c as usize]);
        let rows: Vec<f32> = used.iter().map(|c| f32::from(at(c).0)).collect();
        let cols: Vec<f32> = used.iter().map(|c| f32::from(at(c).1)).collect();
        out.block(2, "map/displaced_row".into(), pack::linear(&[used.len()], &rows, 1.0));
        out.block(2, "map/displaced_col".into(), pack::linear(&[used.len()], &cols, 1.0));
    }
}

/// What a table without a row says of a scenario: nobody, or nothing (NaN) when none of its runs is whole there.
#[must_use]
pub fn zero(axes: &Axes, table: &str, scenario: usize) -> f32 {
    if axes.whole(table, scenario).is_empty() { f32::NAN } else { 0.0 }
}

/// The same of the run that is shown as an example.
#[must_use]
pub fn example_zero(axes: &Axes, table: &str, scenario: usize) -> f32 {
    if axes.typical[scenario].is_some_and(|run| axes.has(table, scenario, run)) {
        0.0
    } else {
        f32::NAN
    }
}

/// The land cell round a point.
#[must_use]
pub fn cell_at(map: &Map, grid: &Grid, lat: f64, lon: f64) -> Option<usize> {
    let scale = 1.0 / map.cell_degrees.max(1e-9);
    let (row, col) = ((grid.north - lat) * scale, (lon - grid.west) * scale);
    grid.at(row.floor() as i32, col.floor() as i32).map(crate::ids::CellId::index)
}
