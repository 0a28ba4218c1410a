//! The components of threat: what can press on a border, one file each.
//!
//! A component says what is observed of it on a line, which load that makes, what the load weighs in threat, and how
//! tables and pages call all this. From the list below come its parameters in `[borders.pressure]`, the columns of
//! `pressure.csv`, the measures of bands, the aggregate over Russia's southern border, and the terms of the report.
//!
//! To add one: its file, and a line in the list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::parameters::PressureIndex;
use super::segment_pressure::SegmentPressure;
use super::state::CrossingTraffic;
use super::state::GreenTraffic;
use crate::conflict::state::SegmentThreat;
use crate::geography::BorderSegment;
use crate::units::{PersonsPerDay, Share};

/// `/// meaning`, then `name["unit"] "title"`.
macro_rules! quantity {
    ($(#[doc = $about:literal])+ $name:ident[$unit:literal] $title:literal) => {
        Quantity {
            name: stringify!($name),
            unit: $unit,
            about: concat!($($about),+).trim_ascii_start(),
            title: $title,
        }
    };
}

/// A [`quantity!`] ` = how it is observed, over lines`.
macro_rules! observable {
    ($(#[doc = $about:literal])+ $name:ident[$unit:literal] $title:literal = $of:expr, $over:ident) => {
        Observable {
            quantity: quantity! { $(#[doc = $about])+ $name[$unit] $title },
            observe: $of,
            over_lines: Aggregate::$over,
        }
    };
}

pub mod armed;
pub mod humanitarian;
pub mod irregular;
pub mod violence;

/// Makes the closed list of components, and their parameters as one table.
macro_rules! components {
    ($($name:ident),* $(,)?) => {
        /// The components, in the order of [`super::SegmentPressure::loads`].
        pub const ALL: &[Component] = &[$($name::COMPONENT),*];

        /// Places in [`ALL`].
        #[allow(non_camel_case_types)]
        enum Place {
            $($name),*
        }

        impl SegmentPressure {
            $(
                #[doc = concat!("Load of [`", stringify!($name), "`](crate::borders::components::", stringify!($name), "), 0 to 1.")]
                #[must_use]
                pub const fn $name(&self) -> f64 {
                    self.loads[Place::$name as usize]
                }
            )*
        }

        /// Parameters of the components. Their keys stand in `[borders.pressure]` beside those of the index.
        #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
        pub struct Parameters {
            $(#[serde(flatten)] #[allow(missing_docs)] pub $name: $name::Parameters,)*
        }
    };
}

components! { humanitarian, irregular, armed, violence }

/// Number of components.
pub const COUNT: usize = ALL.len();

/// Number of [`observables`].
pub const OBSERVED: usize = {
    let (mut count, mut i) = (UNWEIGHTED.len(), 0);
    while i < COUNT {
        count += ALL[i].observables.len();
        i += 1;
    }
    count
};

/// Number of [`terms`].
pub const TERMS: usize = COUNT + STANDING.len();

/// A component of threat.
pub struct Component {
    /// Its load, 0 to 1; the key of its weight has the same name after `weight_`.
    pub load: Quantity,
    /// Points of the index that come from it; entitled as a term of the index.
    pub contribution: Quantity,
    /// Which terms it stands with.
    pub kind: Kind,
    /// What is observed of it on a line.
    pub observables: &'static [Observable],
    /// The load that this makes, given its observables.
    pub load_of: fn(&PressureIndex, &Line<'_>, &[f64]) -> Share,
    /// Its weight in threat, before all weights are scaled to sum to 1.
    pub weight: fn(&PressureIndex) -> f64,
}

/// A number as tables and pages call it.
pub struct Quantity {
    /// Name of its column.
    pub name: &'static str,
    /// Unit.
    pub unit: &'static str,
    /// What it means.
    pub about: &'static str,
    /// A few words for a page.
    pub title: &'static str,
}

/// What is observed on a line.
pub struct Observable {
    /// What it is.
    pub quantity: Quantity,
    /// How it is observed.
    pub observe: fn(&Line<'_>) -> f64,
    /// What it is over several lines.
    pub over_lines: Aggregate,
}

/// What a number of several lines comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// Their sum.
    Sum,
    /// Their mean by length.
    ByLength,
    /// The largest.
    Largest,
}

/// Which terms of the index stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Civilians who move: load on services.
    Civilians,
    /// Armed threat.
    Armed,
    /// What stands there anyway: guards, people, kin, value.
    Standing,
}

/// A border segment on a day, as the components see it.
pub struct Line<'a> {
    /// Number of the segment.
    pub number: usize,
    /// The segment.
    pub segment: &'a BorderSegment,
    /// Capacity of its crossings together.
    pub capacity: PersonsPerDay,
    /// Guards along it, persons per km.
    pub guards_per_km: f64,
    /// What happened at crossings.
    pub traffic: &'a CrossingTraffic,
    /// What happened on green borders.
    pub green: &'a GreenTraffic,
    /// What is armed near lines.
    pub threat: &'a SegmentThreat,
}

/// What is observed beside the components and weighs nothing.
const UNWEIGHTED: &[Observable] = &[observable! {
    /// m: flow of illicit goods, 0 to 1.
    illicit_goods_index["1"] "Illicit goods" = |line| line.threat.illicit[line.number], Largest
}];

/// The terms of the index beside the components.
const STANDING: &[Quantity] = &[
    quantity! {
        /// Points of the index that come from vulnerability.
        contribution_vulnerability["1"] "vulnerability of the guard"
    },
    quantity! {
        /// Points of the index that come from impact.
        contribution_impact["1"] "impact: people, kin, value"
    },
];

/// All that is observed, in the order of [`super::SegmentPressure::observed`]: component by component.
pub fn observables() -> impl Iterator<Item = &'static Observable> {
    (0..OBSERVED).map(observable)
}

/// One of [`observables`].
///
/// # Panics
/// Beyond [`OBSERVED`].
#[must_use]
pub const fn observable(mut number: usize) -> &'static Observable {
    let mut component = 0;
    while component < COUNT {
        let own = ALL[component].observables;
        if number < own.len() {
            return &own[number];
        }
        (number, component) = (number - own.len(), component + 1);
    }
    &UNWEIGHTED[number]
}

/// The terms whose points add up to the index, in the order of [`super::rules::contributions`]: the components, then
/// vulnerability and impact.
pub fn terms() -> impl Iterator<Item = (&'static Quantity, Kind)> {
    let components = ALL.iter().map(|component| (&component.contribution, component.kind));
    components.chain(STANDING.iter().map(|standing| (standing, Kind::Standing)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn load_contribution_and_weight_have_one_name() {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/configs/base.toml");
        let base = std::fs::read_to_string(file).unwrap();
        for component in ALL {
            let name = component.load.name;
            assert_eq!(component.contribution.name, format!("contribution_{name}"));
            assert!(base.contains(&format!("\nweight_{name} = ")), "{name}");
        }
    }

    #[test]
    fn every_file_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/borders/components");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            assert!(name == "mod" || ALL.iter().any(|c| c.load.name == name), "{name}");
        }
    }
}
