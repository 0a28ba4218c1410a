//! What the index reads and says of each line: written in `Phase::Pressure`, read by states with a delay.

use bevy_ecs::prelude::*;

use super::components;

/// Pressure of a segment on a day (evidence 1.5). Written in `Phase::Pressure`; states read it with a delay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SegmentPressure {
    /// Index, 0 to 100.
    pub index: f64,
    /// Threat, 0 to 1.
    pub threat: f64,
    /// Vulnerability, 0 to 1.
    pub vulnerability: f64,
    /// Impact, 0 to 1.
    pub impact: f64,
    /// Load of each component of threat, 0 to 1, in the order of [`components::ALL`].
    pub loads: [f64; components::COUNT],
    /// What is observed of them, in the order of [`components::observables`].
    pub observed: [f64; components::OBSERVED],
    /// g: guards per km.
    pub guards_per_km: f64,
    /// r: reserve available in 72 h, persons.
    pub reserve_72h: f64,
    /// p: exposed population within 50 km.
    pub exposed_population: f64,
    /// k: kin-link index, 0 to 1.
    pub kin_index: f64,
}

/// Pressure of every segment today and on past days.
#[derive(Resource, Clone, Debug, Default)]
pub struct Pressure {
    /// By segment, today.
    pub today: Vec<SegmentPressure>,
    /// Russia's southern border as one, today.
    pub southern: SegmentPressure,
    /// `index_history[day][segment]`: past indices, for lagged decisions.
    pub index_history: Vec<Vec<f32>>,
    /// `wait_history[day][crossing][direction]`: past waits, days.
    pub wait_history: Vec<Vec<[f32; 2]>>,
}

impl Pressure {
    /// Every segment, then Russia's southern border: the order of [`crate::tables::border_names`].
    pub fn by_border(&self) -> impl Iterator<Item = &SegmentPressure> {
        self.today.iter().chain(std::iter::once(&self.southern))
    }
}
