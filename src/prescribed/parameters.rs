//! `[episode]`: what is given to a run rather than simulated in it.
//!
//! Every entry names its source and certainty, because an episode is evidence or an assumption, never a parameter of the model.
//! A place is written in one of three ways: the code of a territory (`NKR`), `STATE/Unit` as in `leadership.control_elsewhere`
//! (`RUS/Chechnya`), or a disc `latitude,longitude,radius in km` (`36.89,38.35,40`).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::states::parameters::Passage;
use crate::states::state::NationalityClass;

/// `[episode]`: prescribed inputs; all lists are empty in the base scenario.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Episode {
    /// Residents of a place on day 0, where the map's layer is of another year.
    pub residents: Vec<Residents>,
    /// Displaced people who are there already on day 0.
    pub displaced: Vec<Displaced>,
    /// Files of violent events.
    pub violence: Vec<ViolenceFile>,
    /// Control by the state that governs a place.
    pub control: Vec<Level>,
    /// Control lost to a ground advance in the past days.
    pub advance: Vec<Level>,
    /// Classes of threat, where only the class is known.
    pub threat: Vec<ThreatEntry>,
    /// Who passes a crossing.
    pub passage: Vec<PassageEntry>,
    /// Persons a day that a crossing can serve, instead of the map's figure.
    pub capacity: Vec<Capacity>,
    /// Bars on leaving a state.
    pub exit_bar: Vec<ExitBar>,
    /// Places that take in fewer displaced people than others, or none.
    pub refuge: Vec<Refuge>,
}

impl Episode {
    /// Whether nothing is given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `[[episode.residents]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Residents {
    /// Place; its cells are scaled alike. A later entry is laid over an earlier one.
    pub place: String,
    /// Residents on day 0, least and most; drawn once a run.
    #[schemars(inner(range(min = 0, max = 100_000_000)), extend("x-unit" = "persons", "x-source" = "named in the entry", "x-certainty" = "named in the entry"))]
    pub persons: [f64; 2],
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}

/// `[[episode.displaced]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Displaced {
    /// Place where their home is.
    pub home: String,
    /// Place where they are settled: in its towns and reception sites, by their size.
    pub at: String,
    /// Persons on day 0, beside the residents of either place, least and most; drawn once a run.
    #[schemars(inner(range(min = 0, max = 100_000_000)), extend("x-unit" = "persons", "x-source" = "named in the entry", "x-certainty" = "named in the entry"))]
    pub persons: [f64; 2],
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}

/// `[[episode.violence]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ViolenceFile {
    /// CSV file, relative to the file that names it, with the columns `date`, `lat`, `lon`, `deaths_civilians`, `deaths_all`, `source`.
    pub file: String,
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
    /// The rows of the file: read with the scenario, so that they are part of its hash. Nobody writes them into a scenario.
    #[serde(default)]
    #[schemars(skip)]
    pub events: Vec<PrescribedEvent>,
}

/// A row of a file of violent events.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PrescribedEvent {
    /// Line in its file, from 1.
    pub line: u32,
    /// Day.
    pub date: jiff::civil::Date,
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
    /// Civilians killed; they are taken from the residents.
    pub deaths_civilians: u32,
    /// All deaths.
    pub deaths_all: u32,
}

/// `[[episode.control]]` and `[[episode.advance]]`: a level of a place for a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Place.
    pub place: String,
    /// Beginning: a date (its start) or date and time; left out: from day 0.
    #[serde(default)]
    pub from: String,
    /// End: a date (its end) or date and time; left out: to the end of the run.
    #[serde(default)]
    pub to: String,
    /// Level, least and most; drawn once a run.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "named in the entry", "x-certainty" = "named in the entry"))]
    pub value: [f64; 2],
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}

/// Classes of threat that an episode can give, with the hazards of `displacement.hazard`.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum ThreatClass {
    /// Mass protest and repression without a front.
    Protest = 0,
    /// Air campaign over the country.
    AirCampaign = 1,
    /// Siege or artillery on towns.
    Siege = 2,
    /// A revolt crushed, reprisals feared.
    Reprisal = 3,
    /// Ground advance, massacre feared.
    GroundAdvance = 4,
    /// Defeat, with near-total departure.
    Defeat = 5,
}

impl ThreatClass {
    /// Number of classes.
    pub const COUNT: usize = 6;
}

/// `[[episode.threat]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThreatEntry {
    /// Place.
    pub place: String,
    /// Beginning: a date (its start) or date and time; left out: from day 0.
    #[serde(default)]
    pub from: String,
    /// End: a date (its end) or date and time; left out: to the end of the run.
    #[serde(default)]
    pub to: String,
    /// Class of threat.
    pub class: ThreatClass,
    /// Share of the class's hazard, least and most; drawn once a run. 1 is the episode that the class was computed from.
    #[schemars(inner(range(min = 0, max = 2)), extend("x-unit" = "1", "x-source" = "named in the entry", "x-certainty" = "named in the entry"))]
    pub intensity: [f64; 2],
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}

/// `[[episode.passage]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PassageEntry {
    /// Id of the crossing, such as `C28`.
    pub crossing: String,
    /// Code of the territory that the direction leads to; left out: both directions.
    #[serde(default)]
    pub towards: String,
    /// Classes of people that it concerns; none named: all.
    #[serde(default)]
    pub classes: Vec<NationalityClass>,
    /// Beginning: a date (its start) or date and time; left out: from day 0.
    #[serde(default)]
    pub from: String,
    /// End: a date (its end) or date and time; left out: to the end of the run.
    #[serde(default)]
    pub to: String,
    /// Who passes.
    pub passage: Passage,
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}

/// `[[episode.capacity]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Id of the crossing, such as `C28`.
    pub crossing: String,
    /// Code of the territory that the direction leads to; left out: both directions.
    #[serde(default)]
    pub towards: String,
    /// Beginning: a date (its start) or date and time; left out: from day 0.
    #[serde(default)]
    pub from: String,
    /// End: a date (its end) or date and time; left out: to the end of the run.
    #[serde(default)]
    pub to: String,
    /// Persons a day in one direction, least and most; drawn once a run. `borders.crossing.capacity_factor` is for the map's figures, not for these.
    #[schemars(inner(range(min = 0, max = 10_000_000)), extend("x-unit" = "persons/d", "x-source" = "named in the entry", "x-certainty" = "named in the entry"))]
    pub persons_per_day: [f64; 2],
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}

/// `[[episode.exit_bar]]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExitBar {
    /// Code of the state or authority whose nationals are barred from leaving.
    pub state: String,
    /// Beginning: a date (its start) or date and time; left out: from day 0.
    #[serde(default)]
    pub from: String,
    /// End: a date (its end) or date and time; left out: to the end of the run.
    #[serde(default)]
    pub to: String,
    /// Strength, least and most; drawn once a run.
    #[schemars(inner(range(min = 0, max = 1)), extend("x-unit" = "1", "x-source" = "named in the entry", "x-certainty" = "named in the entry"))]
    pub strength: [f64; 2],
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}

/// `[[episode.refuge]]`: whether people find refuge in the towns and reception sites of a place. For lines inside one territory that
/// are shut to the displaced, and for land that those they flee from hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refuge {
    /// Place. A later entry is laid over an earlier one.
    pub place: String,
    /// Beginning: a date (its start) or date and time; left out: from day 0.
    #[serde(default)]
    pub from: String,
    /// End: a date (its end) or date and time; left out: to the end of the run.
    #[serde(default)]
    pub to: String,
    /// Factor on the attraction of its towns, reception sites and ways beyond the map, least and most; drawn once a run. 0 takes nobody in.
    #[schemars(inner(range(min = 0, max = 10)), extend("x-unit" = "1", "x-source" = "named in the entry", "x-certainty" = "named in the entry"))]
    pub factor: [f64; 2],
    /// Source.
    pub source: String,
    /// Certainty tag.
    #[schemars(regex(pattern = r"^(F|F~|C|R-h|R-m|R-l|P)$"), extend("x-hint" = "one of F, F~, C, R-h, R-m, R-l, P"))]
    pub certainty: String,
}
