//! Reading a map folder. The files and their columns are described in `maps/README.md`.
//!
//! Nothing is guessed: whatever does not fit is told with file, line and column, as many faults at once as can be found.

mod about;
mod cells;
mod destinations;
pub(crate) mod field;
mod problems;
mod sites;
mod table;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use jiff::civil::Date;

pub use self::about::TravelSpeeds;
pub use self::destinations::TOWN_RADIUS_KM;
use self::problems::Problems;
pub use self::problems::{MapError, Problem};
use self::table::Table;
use super::{Map, network, segments};

/// Name of the file with borders and coasts for drawing.
pub const LINES_FILE: &str = "lines.geojson";

const TABLES: [&str; 12] = [
    "cells.csv",
    "admin1.csv",
    "communities.csv",
    "territories.csv",
    "crossings.csv",
    "passes.csv",
    "road_links.csv",
    "places.csv",
    "gateways.csv",
    "camps.csv",
    "borders.csv",
    "coasts.csv",
];

impl Map {
    /// Reads the map in a folder as it was at a date.
    ///
    /// Holders are those of the snapshot in `map.toml` that contains the date; the standing of a crossing is that of the
    /// latest `status_YEAR` column that had begun (2020 begins in March, the others on 1 January). A cut-off bit of
    /// land stays with its holder; only the parts that the map names (Nakhchivan) are territories of their own.
    ///
    /// # Errors
    /// When files are missing or anything in them does not fit; the error lists up to 20 faults.
    pub fn load(dir: &Path, as_of: Date) -> Result<Self, MapError> {
        let mut problems = Problems::default();
        let files = read_files(dir, &mut problems);
        let settings =
            files.get(about::FILE).and_then(|bytes| about::read(bytes, as_of, &mut problems));
        let tables: BTreeMap<&str, Table> = TABLES
            .iter()
            .filter_map(|name| Some((*name, Table::parse(name, files.get(name)?, &mut problems)?)))
            .collect();
        problems.stop_if_any(dir)?;
        let Some(settings) = settings else { return Err(nothing_found(dir)) };

        let table = |name: &str| &tables[name];
        let lists = cells::read_lists(
            table("territories.csv"),
            table("admin1.csv"),
            table("communities.csv"),
            &mut problems,
        );
        let passes = sites::read_passes(table("passes.csv"), &mut problems);
        let official =
            sites::read_official(table("borders.csv"), table("coasts.csv"), &mut problems);
        // Cells refer to these lists: a fault there would be told once for every cell.
        problems.stop_if_any(dir)?;
        let land = lists.and_then(|lists| {
            cells::read_cells(table("cells.csv"), lists, &settings, &mut problems)
        });
        let (Some(mut land), Some(passes), Some(official)) = (land, passes, official) else {
            problems.stop_if_any(dir)?;
            return Err(nothing_found(dir));
        };
        let crossings = sites::read_crossings(
            table("crossings.csv"),
            &land,
            &passes,
            &settings.speeds,
            as_of,
            &mut problems,
        );
        let roads = sites::read_roads(table("road_links.csv"), &land, &mut problems);
        let towns = sites::read_towns(table("places.csv"), &land, &mut problems);
        let camps = sites::read_camps(table("camps.csv"), &land, &mut problems);
        let gateways = sites::read_gateways(table("gateways.csv"), &land, &mut problems);
        problems.stop_if_any(dir)?;
        let (Some(mut crossings), Some(roads), Some(towns), Some(camps), Some(gateways)) =
            (crossings, roads, towns, camps, gateways)
        else {
            return Err(nothing_found(dir));
        };

        let links = network::build_links(&land.cells, &land.grid, &roads, &settings.speeds);
        let segments =
            segments::find(&land.cells, &land.grid, &land.territories, &official, &mut crossings);
        let destinations =
            destinations::build(&mut land, &towns, &camps, &gateways, &segments, &mut crossings);
        let route_cache = network::empty_cache(&land.territories, &links);
        Ok(Self {
            name: settings.about.name,
            title: settings.about.title,
            cell_degrees: settings.about.cell_degrees,
            bbox: settings.about.bbox,
            hash: hash(&files),
            communities: land.communities,
            admin1: land.admin1,
            territories: land.territories,
            cells: land.cells,
            links,
            segments,
            crossings,
            destinations,
            passes: passes.into_iter().map(|(pass, _)| pass).collect(),
            route_cache,
        })
    }
}

/// Official residents of whole states and authorities (`territories.csv`), for a look beside those on the map.
///
/// The map holds parts of most states only. Empty when the file cannot be read.
#[must_use]
pub fn official_populations(dir: &Path) -> BTreeMap<String, u64> {
    let mut problems = Problems::default();
    let Ok(bytes) = std::fs::read(dir.join("territories.csv")) else { return BTreeMap::new() };
    let table = Table::parse("territories.csv", &bytes, &mut problems);
    let columns =
        table.as_ref().and_then(|t| t.columns(["territory", "population_official"], &mut problems));
    let (Some(table), Some([code, people])) = (table, columns) else { return BTreeMap::new() };
    table
        .rows()
        .filter_map(|r| Some((r.field(code).text.to_owned(), r.field(people).text.parse().ok()?)))
        .collect()
}

/// All files of the map; a missing one is a problem.
fn read_files(dir: &Path, problems: &mut Problems) -> BTreeMap<&'static str, Vec<u8>> {
    if !dir.is_dir() {
        let next = "check the name; `maps/README.md` lists the maps that come with the program";
        problems.add_file(
            "map folder",
            "no such folder",
            "a folder with map.toml and the tables",
            next,
        );
        return BTreeMap::new();
    }
    let mut files = BTreeMap::new();
    for name in std::iter::once(about::FILE).chain(TABLES).chain([LINES_FILE]) {
        match std::fs::read(dir.join(name)) {
            Ok(bytes) => {
                files.insert(name, bytes);
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let next =
                    "restore it; a table that the map does not need may hold its header only";
                problems.add_file(
                    name,
                    "no such file",
                    "every file that maps/README.md names",
                    next,
                );
            }
            Err(error) => problems.add_file(
                name,
                error.to_string(),
                "a readable file",
                "check its permissions",
            ),
        }
    }
    files
}

/// BLAKE3 over the names and contents of the map's files, in the order of names; other files in the folder do not count.
fn hash(files: &BTreeMap<&'static str, Vec<u8>>) -> String {
    let mut hasher = blake3::Hasher::new();
    for (name, bytes) in files {
        hasher.update(name.as_bytes());
        hasher.update(&[0]);
        hasher.update(&(bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    hasher.finalize().to_hex().to_string()
}

/// Only reached if a reader gave nothing without telling why, which would be a fault of this program.
fn nothing_found(dir: &Path) -> MapError {
    MapError { folder: dir.display().to_string(), problems: Vec::new(), total: 0 }
}
