//! What each layer shows: a colour for every cell, and a legend.

use std::collections::{BTreeMap, BTreeSet};

use super::canvas::Colour;
use super::colour::{self, Ramp};
use crate::geography::grid::Grid;
use crate::geography::{CellTable, Map};
use crate::text::PERSONS_ON_MAP;

/// What a picture of the map shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// De jure states.
    State,
    /// Who holds the land at the as-of date.
    Holder,
    /// First-level units.
    Admin1,
    /// Residents per km2.
    Population,
    /// The largest community of each cell.
    Community,
    /// Mean height.
    Elevation,
    /// Standard deviation of heights within a cell.
    Ruggedness,
    /// Roads by class.
    Road,
    /// Cells on a coast.
    Coast,
    /// Border segments.
    Segments,
    /// Mountain passes by months open.
    Passes,
}

impl Layer {
    /// All layers with the names that the command line knows.
    pub const NAMES: [(&'static str, Self); 11] = [
        ("state", Self::State),
        ("holder", Self::Holder),
        ("admin1", Self::Admin1),
        ("population", Self::Population),
        ("community", Self::Community),
        ("elevation", Self::Elevation),
        ("ruggedness", Self::Ruggedness),
        ("road", Self::Road),
        ("coast", Self::Coast),
        ("segments", Self::Segments),
        ("passes", Self::Passes),
    ];

    /// The layer with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(n, _)| *n == name).map(|&(_, layer)| layer)
    }

    /// What it shows, in words.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::State => "States de jure",
            Self::Holder => "Holders: states, de facto authorities, exclaves",
            Self::Admin1 => "First-level units",
            Self::Population => "Residents",
            Self::Community => "Largest community of each cell",
            Self::Elevation => "Mean height",
            Self::Ruggedness => "Ruggedness: standard deviation of heights within a cell",
            Self::Road => "Roads and crossings",
            Self::Coast => "Coasts",
            Self::Segments => "Border segments",
            Self::Passes => "Mountain passes",
        }
    }

    /// Whether crossings are marked on it.
    #[must_use]
    pub const fn shows_crossings(self) -> bool {
        matches!(self, Self::State | Self::Holder | Self::Road | Self::Segments)
    }
}

/// A quantity of every cell, to be drawn with a ramp.
#[derive(Clone, Debug)]
pub struct Quantity {
    /// One value per cell; NaN is left as bare land.
    pub values: Vec<f64>,
    /// Name over the legend.
    pub title: String,
    /// Unit under it.
    pub unit: String,
    /// Values of the lowest and the highest colour.
    pub range: [f64; 2],
    /// Whether equal steps of colour are equal factors (values and range above zero).
    pub logarithmic: bool,
    /// Colours.
    pub ramp: Ramp,
    /// Whether relief is shaded over it.
    pub relief: bool,
}

impl Quantity {
    /// Position of a value on the ramp, from 0 to 1.
    #[must_use]
    pub fn position(&self, value: f64) -> f64 {
        let [low, high] = self.range;
        let share = if self.logarithmic {
            libm::log(value.max(low * 1e-3) / low) / libm::log(high / low)
        } else {
            (value - low) / (high - low)
        };
        share.clamp(0.0, 1.0)
    }

    /// Round values for the legend with their positions.
    #[must_use]
    pub fn ticks(&self) -> Vec<(f64, f64)> {
        let [low, high] = self.range;
        let mut ticks = Vec::new();
        if self.logarithmic {
            let first = libm::ceil(libm::log10(low) - 1e-9) as i32;
            for power in first..=libm::floor(libm::log10(high) + 1e-9) as i32 {
                ticks.push(libm::pow(10.0, f64::from(power)));
            }
        } else {
            let rough = (high - low) / 6.0;
            let power = libm::pow(10.0, libm::floor(libm::log10(rough.max(1e-12))));
            let step =
                [1.0, 2.0, 5.0, 10.0].into_iter().find(|s| s * power >= rough).unwrap_or(10.0)
                    * power;
            let mut value = libm::ceil(low / step) * step;
            while value <= high + step * 1e-9 && ticks.len() < 20 {
                ticks.push(value);
                value += step;
            }
        }
        ticks.into_iter().map(|v| (v, self.position(v))).collect()
    }
}

/// How cells are coloured.
pub(super) enum Fill {
    /// By a quantity.
    Quantity(Quantity),
    /// By a category: a colour per cell, and a legend of colours, names and remarks.
    Categories { colours: Vec<Colour>, legend: Vec<(Colour, String, String)> },
}

/// Colours and legend of a layer.
pub(super) fn fill(map: &Map, layer: Layer) -> Fill {
    let c = &map.cells;
    let plain = |values: &[f32], title: &str, unit: &str, high: f64, ramp| {
        Fill::Quantity(Quantity {
            values: values.iter().map(|&v| f64::from(v)).collect(),
            title: title.to_owned(),
            unit: unit.to_owned(),
            range: [0.0, high],
            logarithmic: false,
            ramp,
            relief: ramp == Ramp::Heights,
        })
    };
    match layer {
        Layer::State => territories(map, &c.state.iter().map(|t| t.index()).collect::<Vec<_>>()),
        Layer::Holder => {
            territories(map, &c.territory.iter().map(|t| t.index()).collect::<Vec<_>>())
        }
        Layer::Admin1 => {
            let of: Vec<_> = c.admin1.iter().map(|a| a.index()).collect();
            let numbers =
                colour::differing(&neighbours(c, &Grid::of(map), &of, map.admin1.len()), 8);
            let pale = |i: usize| colour::mix(colour::category(i), [255, 255, 255], 0.25);
            Fill::Categories {
                colours: of.iter().map(|&a| pale(numbers[a])).collect(),
                legend: Vec::new(),
            }
        }
        Layer::Community => communities(map),
        Layer::Population => Fill::Quantity(Quantity {
            values: (0..c.len())
                .map(|i| {
                    if c.population[i] == 0 {
                        f64::NAN
                    } else {
                        f64::from(c.population[i]) / f64::from(c.area_km2[i])
                    }
                })
                .collect(),
            title: "Residents".to_owned(),
            unit: "per km2 of land".to_owned(),
            range: [0.1, 10_000.0],
            logarithmic: true,
            ramp: Ramp::Heat,
            relief: false,
        }),
        Layer::Elevation | Layer::Passes => {
            plain(&c.elevation, "Mean height", "m", 3500.0, Ramp::Heights)
        }
        Layer::Ruggedness => {
            plain(&c.ruggedness, "Ruggedness", "m (standard deviation)", 700.0, Ramp::Viridis)
        }
        Layer::Road | Layer::Segments => {
            Fill::Categories { colours: vec![colour::LAND; c.len()], legend: Vec::new() }
        }
        Layer::Coast => {
            let names = ["no coast", "sea", "Caspian"];
            let colours = [colour::LAND, colour::category(2), colour::category(5)];
            let count = |k: u8| c.coast.iter().map(|&x| usize::from(x == k)).sum::<usize>();
            Fill::Categories {
                colours: c.coast.iter().map(|&k| colours[usize::from(k).min(2)]).collect(),
                legend: (0..3_u8)
                    .map(|k| {
                        (
                            colours[usize::from(k)],
                            names[usize::from(k)].to_owned(),
                            format!("{} cells", count(k)),
                        )
                    })
                    .collect(),
            }
        }
    }
}

/// Which categories touch which.
fn neighbours(cells: &CellTable, grid: &Grid, of: &[usize], n: usize) -> Vec<Vec<usize>> {
    let mut touching: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); n];
    for i in 0..cells.len() {
        for (d_row, d_col) in [(0, 1), (1, 0)] {
            let there = grid.at(i32::from(cells.row[i]) + d_row, i32::from(cells.col[i]) + d_col);
            if let Some(j) = there.map(crate::ids::CellId::index)
                && of[i] != of[j]
            {
                touching[of[i]].insert(of[j]);
                touching[of[j]].insert(of[i]);
            }
        }
    }
    touching.into_iter().map(|s| s.into_iter().collect()).collect()
}

fn territories(map: &Map, of: &[usize]) -> Fill {
    let mut people: BTreeMap<usize, u64> = BTreeMap::new();
    for (i, &t) in of.iter().enumerate() {
        *people.entry(t).or_default() += u64::from(map.cells.population[i]);
    }
    let mut order: Vec<usize> = people.keys().copied().collect();
    order.sort_by_key(|t| std::cmp::Reverse(people[t]));
    let colour_of = |t: usize| colour::category(order.iter().position(|&o| o == t).unwrap_or(0));
    let legend = order
        .iter()
        .map(|&t| {
            (colour_of(t), map.territories[t].name.clone(), PERSONS_ON_MAP.of(people[&t] as f64))
        })
        .collect();
    Fill::Categories { colours: of.iter().map(|&t| colour_of(t)).collect(), legend }
}

fn communities(map: &Map) -> Fill {
    const NAMED: usize = 18;
    let c = &map.cells;
    let mut people = vec![0.0; map.communities.len()];
    for i in 0..c.len() {
        people[c.community[i].index()] +=
            f64::from(c.population[i]) * f64::from(c.community_share[i]);
    }
    let mut order: Vec<usize> = (0..people.len()).collect();
    order.sort_by(|&a, &b| people[b].total_cmp(&people[a]).then(a.cmp(&b)));
    let rank: BTreeMap<usize, usize> = order.iter().enumerate().map(|(r, &x)| (x, r)).collect();
    let colour_of = |x: usize| colour::category(rank[&x]);
    let legend = order
        .iter()
        .take(NAMED + 12)
        .filter(|&&x| people[x] > 0.0)
        .map(|&x| (colour_of(x), map.communities[x].clone(), PERSONS_ON_MAP.of(people[x].trunc())))
        .collect();
    Fill::Categories { colours: c.community.iter().map(|x| colour_of(x.index())).collect(), legend }
}
