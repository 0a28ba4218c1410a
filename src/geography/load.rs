//! Reading a map folder. (Stub: the geography author owns this.)

use std::path::Path;

use super::{BorderSegment, CellTable, LinkTable, Map, RouteCache, SegmentKind};
use crate::ids::TerritoryId;

/// What is wrong with a map. (Stub.)
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct MapError(String);

impl Map {
    /// A map of borders without land. (Stub.)
    ///
    /// # Errors
    /// When the folder is called `missing`.
    pub fn load(dir: &Path, _as_of: jiff::civil::Date) -> Result<Self, MapError> {
        if dir.ends_with("missing") {
            return Err(MapError(format!("the map in {} cannot be used", dir.display())));
        }
        let segment = |name: &str| BorderSegment {
            name: name.to_owned(),
            kind: SegmentKind::Land,
            a: TerritoryId(0),
            b: TerritoryId(0),
            length_km: 100.0,
            official_km: None,
            cells_a: Vec::new(),
            cells_b: Vec::new(),
            crossings: Vec::new(),
            near: Vec::new(),
            population_near: 0,
            kin_share: 0.0,
        };
        let names = "RUS-GEO RUS-AZE RUS-ABK RUS-SOS RUS-CASPIAN IRN-AZE IRN-NAX IRN-ARM IRN-TUR IRN-IRQ IRN-TKM GEO-ARM GEO-AZE GEO-TUR ARM-AZE ARM-TUR";
        Ok(Self {
            name: "stub".into(),
            title: "stub".into(),
            cell_degrees: 0.1,
            bbox: [36.0, 34.0, 56.0, 47.0],
            hash: "stub".into(),
            communities: Vec::new(),
            admin1: Vec::new(),
            territories: Vec::new(),
            cells: CellTable::default(),
            links: LinkTable::default(),
            segments: names.split(' ').map(segment).collect(),
            crossings: Vec::new(),
            destinations: Vec::new(),
            passes: Vec::new(),
            route_cache: RouteCache { pattern_of_month: Vec::new(), slots: Vec::new() },
        })
    }
}
