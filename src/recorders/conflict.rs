//! `conflict.csv` and `events.csv`.

use bevy_ecs::prelude::*;
use jiff::civil::Date;

use crate::conflict::state::{ArmedGroup, Events, Flashpoints, GroupKind, Violence, ViolenceType};
use crate::displacement::Population;
use crate::displacement::population::governing_state;
use crate::geography::Map;
use crate::leadership::Leadership;
use crate::output::format::RowWriter;

/// One row per state with armed groups, events or less than full control.
pub fn record_states<'a>(
    rows: &mut RowWriter,
    world: &World,
    map: &Map,
    date: Date,
    groups: impl Iterator<Item = &'a ArmedGroup>,
) {
    #[derive(Clone, Default)]
    struct Tally {
        groups: u64,
        fighters: [u64; 4],
        events: [u64; 3],
        deaths: [u64; 3],
        civilians: u64,
        residents: f64,
        control: f64,
    }
    let mut tallies = vec![Tally::default(); map.territories.len()];
    let state_of = |cell: usize| governing_state(map, map.cells.territory[cell]).index();
    for group in groups {
        let tally = &mut tallies[state_of(group.cell.index())];
        tally.groups += 1;
        let kind = match group.kind {
            GroupKind::StateRemnant => 0,
            GroupKind::KinAutonomist => 1,
            GroupKind::Jihadist => 2,
            GroupKind::Criminal => 3,
        };
        tally.fighters[kind] += u64::from(group.strength);
    }
    for event in &world.resource::<Events>().today {
        let tally = &mut tallies[state_of(event.cell.index())];
        let kind = match event.kind {
            ViolenceType::StateBased => 0,
            ViolenceType::NonState => 1,
            ViolenceType::OneSided => 2,
        };
        tally.events[kind] += 1;
        tally.deaths[kind] +=
            u64::from(event.deaths_groups + event.deaths_state + event.deaths_civilians);
        tally.civilians += u64::from(event.deaths_civilians);
    }
    // Control by unit first: a cell differs from its unit only where groups challenge it.
    let (leadership, violence) = (world.resource::<Leadership>(), world.resource::<Violence>());
    let population = world.resource::<Population>();
    for (unit, cells) in population.cells_of.iter().enumerate() {
        let control = leadership.provinces[unit].control;
        for cell in cells {
            let residents = f64::from(population.residents[cell.index()]);
            let tally = &mut tallies[state_of(cell.index())];
            tally.residents += residents;
            tally.control +=
                residents * control * (1.0 - f64::from(violence.challenge[cell.index()]));
        }
    }
    for (territory, tally) in map.territories.iter().zip(&tallies) {
        let control = if tally.residents > 0.0 { tally.control / tally.residents } else { 1.0 };
        if tally.groups == 0 && tally.events == [0; 3] && control > 0.9999 || tally.residents <= 0.0
        {
            continue;
        }
        rows.start_row(date);
        rows.push_text(&territory.code);
        rows.push_count(tally.groups);
        for fighters in tally.fighters {
            rows.push_count(fighters);
        }
        rows.push_num(control);
        for count in tally.events.into_iter().chain(tally.deaths) {
            rows.push_count(count);
        }
        rows.push_count(tally.civilians);
        rows.end_row();
    }
}

/// One row per event.
pub fn record_events(rows: &mut RowWriter, world: &World, map: &Map, date: Date) {
    for event in &world.resource::<Events>().today {
        let cell = event.cell.index();
        rows.start_row(date);
        rows.push_text(&map.territories[map.cells.territory[cell].index()].code);
        rows.push_text(&map.admin1[map.cells.admin1[cell].index()].code);
        rows.push_count(u64::from(map.cells.prio_grid[cell]));
        rows.push_num(f64::from(map.cells.lat[cell]));
        rows.push_num(f64::from(map.cells.lon[cell]));
        rows.push_text(match event.kind {
            ViolenceType::StateBased => "state_based",
            ViolenceType::NonState => "non_state",
            ViolenceType::OneSided => "one_sided",
        });
        let deaths =
            [event.deaths_groups, event.deaths_state, event.deaths_civilians].map(u64::from);
        rows.push_count(deaths.iter().sum());
        for count in deaths {
            rows.push_count(count);
        }
        rows.push_bool(event.flashpoint);
        rows.end_row();
    }
}

/// One row per flashpoint with an episode or with anything that moves its hazard.
pub fn record_flashpoints(rows: &mut RowWriter, world: &World, date: Date) {
    for f in &world.resource::<Flashpoints>().rows {
        let channels = [f.contribution_kin, f.contribution_sanctuary, f.contribution_vacuum];
        if !f.active && channels.iter().all(|c| c.abs() < 1e-4) {
            continue;
        }
        rows.start_row(date);
        rows.push_text(&f.name);
        rows.push_bool(f.active);
        rows.push_num(f.hazard_per_day * 1e6);
        for value in channels {
            rows.push_num(value);
        }
        rows.push_count(u64::from(f.ignitions));
        rows.end_row();
    }
}
