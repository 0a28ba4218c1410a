//! Colours of quantities and categories.

use super::canvas::Colour;

/// Water.
pub const WATER: Colour = [214, 227, 237];
/// Land without anything to say.
pub const LAND: Colour = [233, 231, 225];
/// Letters.
pub const INK: Colour = [33, 37, 41];
/// Less important letters.
pub const PALE_INK: Colour = [95, 102, 110];

/// A sequence of colours from low to high.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ramp {
    /// Dark violet to yellow, readable without colour vision (after matplotlib's viridis).
    Viridis,
    /// Pale yellow to dark red-violet, for loads on a light ground (after `ColorBrewer`'s `YlOrRd`).
    Heat,
    /// Lowland green to white peaks.
    Heights,
}

const VIRIDIS: [Colour; 9] = [
    [68, 1, 84],
    [71, 44, 122],
    [59, 81, 139],
    [44, 113, 142],
    [33, 144, 141],
    [39, 173, 129],
    [92, 200, 99],
    [170, 220, 50],
    [253, 231, 37],
];
const HEAT: [Colour; 7] = [
    [255, 250, 220],
    [254, 226, 150],
    [253, 187, 90],
    [250, 130, 60],
    [222, 60, 45],
    [170, 15, 50],
    [90, 0, 45],
];
const HEIGHTS: [Colour; 8] = [
    [138, 172, 140],
    [172, 196, 148],
    [212, 214, 164],
    [226, 206, 150],
    [203, 168, 118],
    [172, 132, 100],
    [190, 175, 170],
    [250, 250, 252],
];

impl Ramp {
    /// The colour at a position from 0 (low) to 1 (high).
    #[must_use]
    pub fn at(self, position: f64) -> Colour {
        let stops: &[Colour] = match self {
            Self::Viridis => &VIRIDIS,
            Self::Heat => &HEAT,
            Self::Heights => &HEIGHTS,
        };
        let place = position.clamp(0.0, 1.0) * (stops.len() - 1) as f64;
        let below = (place.floor() as usize).min(stops.len() - 2);
        mix(stops[below], stops[below + 1], place - below as f64)
    }
}

/// A colour between two others; `share` 0 is the first, 1 the second.
#[must_use]
pub fn mix(a: Colour, b: Colour, share: f64) -> Colour {
    std::array::from_fn(|i| (f64::from(a[i]) * (1.0 - share) + f64::from(b[i]) * share + 0.5) as u8)
}

/// Lighter (above 0) or darker (below 0), by a factor of at most two thirds.
#[must_use]
pub fn lit(colour: Colour, light: f64) -> Colour {
    colour.map(|c| (f64::from(c) * (1.0 + light)).clamp(0.0, 255.0) as u8)
}

/// Okabe and Ito's colours for all kinds of eyes, softened for areas, then paler and deeper ones of the same hues.
const CATEGORIES: [Colour; 18] = [
    [122, 180, 224],
    [240, 178, 70],
    [70, 172, 140],
    [222, 150, 186],
    [240, 228, 120],
    [222, 126, 72],
    [92, 140, 188],
    [178, 178, 178],
    [206, 196, 228],
    [250, 214, 160],
    [160, 214, 194],
    [240, 204, 222],
    [190, 170, 60],
    [240, 180, 150],
    [150, 120, 170],
    [128, 150, 96],
    [214, 214, 200],
    [150, 110, 90],
];

/// The colour of a category; after eighteen they come again, paler.
#[must_use]
pub fn category(index: usize) -> Colour {
    let round = (index / CATEGORIES.len()) as f64;
    mix(CATEGORIES[index % CATEGORIES.len()], [255, 255, 255], (0.35 * round).min(0.7))
}

/// Strong colours for lines.
const STRONG: [Colour; 11] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 158, 115],
    [186, 85, 145],
    [214, 150, 0],
    [86, 160, 220],
    [110, 75, 155],
    [140, 70, 40],
    [100, 135, 20],
    [60, 75, 100],
    [170, 40, 60],
];

/// The colour of a line; after eleven they come again.
#[must_use]
pub const fn strong(index: usize) -> Colour {
    STRONG[index % STRONG.len()]
}

/// Numbers colours so that neighbours differ: each item takes the least used colour that none of its neighbours has.
#[must_use]
pub fn differing(neighbours: &[Vec<usize>], colours: usize) -> Vec<usize> {
    let mut chosen: Vec<Option<usize>> = vec![None; neighbours.len()];
    let mut used = vec![0_usize; colours.max(1)];
    for (item, list) in neighbours.iter().enumerate() {
        let taken = |c: usize| list.iter().any(|&n| chosen[n] == Some(c));
        let best = (0..used.len()).min_by_key(|&c| (taken(c), used[c], c)).unwrap_or(0);
        used[best] += 1;
        chosen[item] = Some(best);
    }
    chosen.into_iter().map(|c| c.unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ramps_begin_and_end_at_their_stops() {
        assert_eq!(Ramp::Viridis.at(0.0), VIRIDIS[0]);
        assert_eq!(Ramp::Viridis.at(1.0), VIRIDIS[8]);
        assert_eq!(Ramp::Heat.at(7.0), HEAT[6]);
    }

    #[test]
    fn neighbours_differ_in_colour() {
        let ring: Vec<Vec<usize>> = (0..7_usize).map(|i| vec![(i + 6) % 7, (i + 1) % 7]).collect();
        let colours = differing(&ring, 4);
        for (i, list) in ring.iter().enumerate() {
            assert!(list.iter().all(|&n| colours[n] != colours[i]));
        }
    }
}
