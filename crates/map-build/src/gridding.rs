//! From rasters and polygons to a gridded layer.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::cells::LayerCell;
use crate::fault::Fault;
use crate::region::{MapSpec, Region};
use crate::sites::Unit;

/// Makes the gridded layer of a map.
///
/// # Errors
/// When a raster or polygon layer lacks or does not fit.
pub fn grid(
    _region: &Region,
    _spec: &MapSpec,
    _outline: &[Value],
    _units: &BTreeMap<u32, Unit>,
    _told: &mut dyn FnMut(&str),
) -> Result<Vec<LayerCell>, Fault> {
    Err(Fault::new("no gridded layer"))
}
