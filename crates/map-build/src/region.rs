//! The region file: which box, which spacing, which layers, which hand tables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::fault::Fault;

/// A region file (`REGION.toml`), as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// West, south, east, north, degrees.
    #[serde(rename = "box")]
    pub bbox: [f64; 4],
    /// Folder of the layers, relative to the region file.
    pub layers_folder: PathBuf,
    /// Folder of the hand tables, relative to the region file.
    pub tables_folder: PathBuf,
    /// What `made_by` of `map.toml` says.
    pub made_by: Option<String>,
    /// What `note` of the table `[lines]` says.
    pub lines_note: String,
    /// Text put into `map.toml` as it stands: speeds, emptied land, growth.
    pub map_toml: String,
    /// States whose units are scaled to their known totals.
    #[serde(default)]
    pub scale_to_totals: Vec<String>,
    /// The maps that are made, one for each spacing.
    pub map: Vec<MapSpec>,
    /// The layers shared by all maps of the region.
    pub layers: Layers,
    /// The hand tables.
    pub tables: Tables,
    /// Numbers of holders in the gridded layers, and their codes.
    #[serde(default)]
    pub holders: BTreeMap<String, String>,
    /// Periods of control.
    pub snapshot: Vec<Snapshot>,
    /// Parts of a state that are territories of their own.
    #[serde(default)]
    pub exclave: Vec<Exclave>,
    /// Land that is left off the map: a region beyond the edge.
    #[serde(default)]
    pub leave_out: Vec<LeaveOut>,
    /// Routes of the road layer that are not used.
    #[serde(default)]
    pub route_left_out: Vec<RouteLeftOut>,
    /// Notes on units.
    #[serde(default)]
    pub unit_note: Vec<UnitNote>,
    /// The folder of the region file.
    #[serde(skip)]
    pub folder: PathBuf,
}

/// A map that is made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapSpec {
    /// Name, and name of its folder.
    pub name: String,
    /// Title for people.
    pub title: String,
    /// Size of a cell, degrees.
    pub cell_degrees: f64,
    /// The gridded layer; none: it is made from rasters and polygons.
    pub cells: Option<PathBuf>,
}

/// Files in the folder of layers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Layers {
    /// Names of communities by their number in the gridded layer.
    pub communities: Option<PathBuf>,
    /// First-level units with their numbers.
    pub units: PathBuf,
    /// Their totals by census or estimate.
    pub unit_totals: Option<PathBuf>,
    /// Routes as `GeoJSON` lines.
    pub roads: Option<PathBuf>,
    /// Passes.
    pub passes: Option<PathBuf>,
    /// Country polygons, for lines and, without a gridded layer, for the cells.
    pub outline: PathBuf,
    /// The frame that the polygons were cut with.
    pub outline_frame: Option<[f64; 4]>,
    /// The gridded layer that tells whose a town is, if not that of the map.
    pub town_cells: Option<PathBuf>,
    /// Its spacing, degrees.
    pub town_cell_degrees: Option<f64>,
    /// Raster of people per pixel (`GeoTIFF`).
    pub people: Option<PathBuf>,
    /// Raster of heights, metres (`GeoTIFF`).
    pub elevation: Option<PathBuf>,
    /// Polygons of first-level units.
    pub unit_polygons: Option<PathBuf>,
    /// Largest community and its share by unit.
    pub unit_communities: Option<PathBuf>,
    /// Polygons of water that is not the sea: the Caspian and lakes.
    pub water: Option<PathBuf>,
}

/// Files in the folder of hand tables.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tables {
    /// Territories.
    pub territories: PathBuf,
    /// Crossings: one row each, for all regions.
    pub crossings: PathBuf,
    /// Towns and edge points beside or instead of what the road layer says.
    pub towns: Option<PathBuf>,
    /// Ways over the edge.
    pub gateways: Option<PathBuf>,
    /// People beyond the edge by unit.
    pub beyond: Option<PathBuf>,
    /// Reception sites.
    pub camps: Option<PathBuf>,
    /// Official lengths of borders.
    pub borders: Option<PathBuf>,
    /// Official lengths of coasts.
    pub coasts: Option<PathBuf>,
    /// Totals of units beside those of the layer.
    pub unit_totals: Option<PathBuf>,
    /// Notes on communities.
    pub communities: Option<PathBuf>,
    /// Known figures that `map check` holds the map against; copied into the map's folder.
    pub known: Option<PathBuf>,
}

/// A period of control.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// Name.
    pub id: String,
    /// First day.
    pub from: String,
    /// Last day; none for the present one.
    pub to: Option<String>,
    /// Column of `cells.csv`.
    pub column: String,
    /// Column of the gridded layer; none: every cell is held by its state.
    pub layer: Option<String>,
    /// Units held by another than the layer says.
    #[serde(default)]
    pub held: BTreeMap<String, String>,
    /// Comment above it in `map.toml`.
    pub comment: String,
}

/// A part of a state that is a territory of its own while its state holds it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exclave {
    /// Code.
    pub code: String,
    /// State that it belongs to.
    pub state: String,
    /// Column of the gridded layer that is 1 there.
    pub layer: String,
}

/// Land that is left off the map.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeaveOut {
    /// State.
    pub state: String,
    /// Only its cells east of this longitude.
    pub east_of: Option<f64>,
}

/// A route that is not used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RouteLeftOut {
    /// Its name in the road layer.
    pub route: String,
    /// Why.
    #[allow(dead_code, reason = "for people")]
    pub reason: String,
}

/// A note on units in `admin1.csv`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitNote {
    /// Names of the units.
    pub units: Vec<String>,
    /// The note.
    pub note: String,
}

impl Region {
    /// Reads a region file; `layers` stands in for its own folder of layers.
    ///
    /// # Errors
    /// When it cannot be read or does not fit.
    pub fn read(path: &Path, layers: Option<&Path>) -> Result<Self, Fault> {
        let told = |e: &dyn std::fmt::Display| Fault::new(format!("{}: {e}", path.display()));
        let text = std::fs::read_to_string(path).map_err(|e| told(&e))?;
        let mut region: Self = toml::from_str(&text).map_err(|e| told(&e))?;
        toml::from_str::<toml::Table>(&region.map_toml)
            .map_err(|e| told(&format!("map_toml: {e}")))?;
        path.parent().unwrap_or(Path::new("")).clone_into(&mut region.folder);
        region.tables_folder = region.folder.join(&region.tables_folder);
        region.layers_folder =
            layers.map_or_else(|| region.folder.join(&region.layers_folder), Path::to_owned);
        let [west, south, east, north] = region.bbox;
        if !(west < east && south < north) {
            return Err(told(&"box: west < east and south < north are asked"));
        }
        if region.map.is_empty() || region.snapshot.is_empty() {
            return Err(told(&"at least one [[map]] and one [[snapshot]] are asked"));
        }
        Ok(region)
    }

    /// A file in the folder of layers.
    #[must_use]
    pub fn layer(&self, file: &Path) -> PathBuf {
        self.layers_folder.join(file)
    }

    /// A file in the folder of hand tables.
    #[must_use]
    pub fn table(&self, file: &Path) -> PathBuf {
        self.tables_folder.join(file)
    }

    /// The columns of `cells.csv` with the holders, in the order of the snapshots, each once.
    #[must_use]
    pub fn holder_columns(&self) -> Vec<&Snapshot> {
        let mut columns: Vec<&Snapshot> = Vec::new();
        for snapshot in &self.snapshot {
            if !columns.iter().any(|s| s.column == snapshot.column) {
                columns.push(snapshot);
            }
        }
        columns
    }

    /// The state of an exclave.
    #[must_use]
    pub fn exclave_state(&self, code: &str) -> Option<&str> {
        self.exclave.iter().find(|e| e.code == code).map(|e| e.state.as_str())
    }

    /// Whether a land cell is left off the map.
    #[must_use]
    pub fn leaves_out(&self, state: &str, lon: f64) -> bool {
        self.leave_out.iter().any(|l| l.state == state && l.east_of.is_none_or(|e| lon > e))
    }

    /// Whether a whole state is left off the map.
    #[must_use]
    pub fn leaves_out_state(&self, state: &str) -> bool {
        self.leave_out.iter().any(|l| l.state == state && l.east_of.is_none())
    }
}
