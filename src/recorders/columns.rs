//! The columns of every table, in their order. Units are in the names; `1` is a share, an index or a plain number.

use super::table::Column;

const OUTCOME: Column = Column::text(
    "outcome",
    "Leadership outcome that the run is conditional on, as in the study file.",
);
const VARIANT: Column =
    Column::text("variant", "Variant of the scenario; `base` in a study without variants.");
const POINT: Column = Column::integer(
    "point",
    "1",
    "Point of the design, as in design.csv; 0 in a study without a design.",
);
const REPLICATE: Column = Column::integer(
    "replicate",
    "1",
    "Number of the replicate from 0; the same number meets the same luck under every outcome and variant, and at every point unless study.points_share_luck is false.",
);
const DATE: Column = Column::date("date", "Date, ISO 8601.");
const BORDER: Column = Column::text(
    "border",
    "Border segment `AAA-BBB` by the codes of its sides (ISO3; ABK, SOS, NKR, ICH, NAX), or RUS-SOUTH for Russia's southern border as a whole.",
);
const MEAN: Column = Column::number("mean", "as the measure", "Mean over the replicates.");
const Q05: Column = Column::number(
    "q05",
    "as the measure",
    "5 % quantile (type 7: linear between order statistics, as in R and numpy).",
);
const Q25: Column = Column::number("q25", "as the measure", "25 % quantile.");
const Q50: Column = Column::number("q50", "as the measure", "Median.");
const Q75: Column = Column::number("q75", "as the measure", "75 % quantile.");
const Q95: Column = Column::number("q95", "as the measure", "95 % quantile.");

/// `pressure.csv`.
pub const PRESSURE: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    BORDER,
    Column::number("index", "1", "Pressure index, 0 to 100 (ordinal)."),
    Column::text(
        "class",
        "normal below 20, elevated below 40, high below 60, severe below 80, critical.",
    ),
    Column::number("threat", "1", "Threat T, 0 to 1: power mean of the four load components."),
    Column::number("vulnerability", "1", "Vulnerability U, 0 to 1: what the guard lacks."),
    Column::number("impact", "1", "Impact I, 0 to 1: exposed people, kin links, strategic value."),
    Column::number(
        "humanitarian",
        "1",
        "Humanitarian (crossing) load D, 0 to 1; 0.5 is demand equal to capacity.",
    ),
    Column::number(
        "irregular",
        "1",
        "Irregular crossing load N, 0 to 1; 0.5 is the reference flow.",
    ),
    Column::number("armed", "1", "Armed presence A, 0 to 1, against the strength of the guard."),
    Column::number("violence", "1", "Violence V near the line, 0 to 1."),
    Column::number(
        "contribution_humanitarian",
        "1",
        "Points of the index that come from the humanitarian load.",
    ),
    Column::number(
        "contribution_irregular",
        "1",
        "Points of the index that come from irregular crossing.",
    ),
    Column::number("contribution_armed", "1", "Points of the index that come from armed presence."),
    Column::number("contribution_violence", "1", "Points of the index that come from violence."),
    Column::number(
        "contribution_vulnerability",
        "1",
        "Points of the index that come from vulnerability.",
    ),
    Column::number("contribution_impact", "1", "Points of the index that come from impact."),
    Column::number(
        "arrivals_persons_per_day",
        "persons/d",
        "f: persons who arrive at the crossings of the segment.",
    ),
    Column::number("waiting_persons", "persons", "Q: persons who wait at the crossings."),
    Column::number("wait_hours", "h", "W: time that a newcomer waits."),
    Column::number("irregular_attempts_per_day", "persons/d", "i: attempts over the green border."),
    Column::number(
        "armed_fighters_per_100km",
        "fighters/100 km",
        "a: armed strength within 50 km, weighted by distance, per 100 km of line.",
    ),
    Column::number(
        "events_severity_per_100km",
        "1/100 km",
        "v: events within 25 km weighted by severity (ln(1 + deaths)) and age, per 100 km of line.",
    ),
    Column::number("illicit_goods_index", "1", "m: flow of illicit goods, 0 to 1."),
    Column::number("guards_per_km", "persons/km", "g: guards along the line."),
    Column::number("reserve_72h_persons", "persons", "r: reserve that can be there within 72 h."),
    Column::number("exposed_population_persons", "persons", "p: residents within 50 km."),
    Column::number(
        "kin_index",
        "1",
        "k: share of them whose community also lives across the line, 0 to 1.",
    ),
];

/// `crossings.csv`.
pub const CROSSINGS: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text("crossing", "Id of the crossing point in the map's `crossings` table."),
    Column::text("crossing_name", "Name of the crossing point."),
    Column::text("border", "Border segment that it lies on; empty for ferries."),
    Column::text(
        "direction",
        "From the code of one side to the code of the other, such as `IRN>AZE`.",
    ),
    Column::integer("demand_persons", "persons", "Persons who joined the queue that day."),
    Column::integer("served_persons", "persons", "Persons who passed that day."),
    Column::integer("waiting_persons", "persons", "Persons in the queue at the end of the day."),
    Column::number("wait_days", "d", "Time that a newcomer waits; 99 when nothing moves."),
    Column::text(
        "policy_own_or_kin",
        "open, permit or closed for nationals or kin of the state entered.",
    ),
    Column::text(
        "policy_neighbour",
        "The same for nationals of the state left, without kin across the line.",
    ),
    Column::text(
        "policy_third_country",
        "The same for third-country nationals, such as Afghans who leave Iran.",
    ),
];

/// `displacement.csv`.
pub const DISPLACEMENT: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text(
        "state",
        "Where they are: code of the state or territory (ISO3; ABK, SOS, NKR, ICH, NAX).",
    ),
    Column::text(
        "origin",
        "Where they come from: the same codes; AFG for Afghans who lived in Iran.",
    ),
    Column::integer(
        "displaced_inside_persons",
        "persons",
        "Displaced inside their own state (Afghans from Iran: inside Iran), moving or settled.",
    ),
    Column::integer("hosted_persons", "persons", "From another state, moving or settled."),
    Column::integer("arrivals_persons", "persons", "Entered the state from another that day."),
    Column::integer("returns_persons", "persons", "Went home that day."),
    Column::integer(
        "deaths_persons",
        "persons",
        "Displaced people who died that day, and residents killed at home.",
    ),
];

/// `conflict.csv`.
pub const CONFLICT: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text("state", "Code of the state (ISO3) or de facto authority."),
    Column::integer("groups", "1", "Armed groups based in the state."),
    Column::integer(
        "fighters_state_remnant",
        "fighters",
        "Parts of a state's forces that no longer obey it.",
    ),
    Column::integer(
        "fighters_kin_autonomist",
        "fighters",
        "Groups that fight for the autonomy of a community.",
    ),
    Column::integer("fighters_jihadist", "fighters", "Jihadist groups."),
    Column::integer("fighters_criminal", "fighters", "Criminal groups."),
    Column::number(
        "control_mean",
        "1",
        "Control by the governing state, mean over residents, 0 to 1.",
    ),
    Column::integer(
        "events_state_based",
        "1",
        "State-based events that day (UCDP: one side is a government).",
    ),
    Column::integer(
        "events_non_state",
        "1",
        "Non-state events that day (between organised groups).",
    ),
    Column::integer("events_one_sided", "1", "One-sided events that day (against civilians)."),
    Column::integer(
        "deaths_state_based_persons",
        "persons",
        "Deaths in state-based events, all victims.",
    ),
    Column::integer(
        "deaths_non_state_persons",
        "persons",
        "Deaths in non-state events, all victims.",
    ),
    Column::integer(
        "deaths_one_sided_persons",
        "persons",
        "Deaths in one-sided events, all victims.",
    ),
    Column::integer("deaths_civilians_persons", "persons", "Civilians among those deaths."),
];

/// `events.csv`.
pub const EVENTS: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text("state", "Code of the state or authority that holds the place."),
    Column::text("admin1", "Code of the first-level unit."),
    Column::integer("prio_grid", "1", "PRIO-GRID cell (0.5 degrees)."),
    Column::number("lat", "degrees", "Latitude of the centre of the map cell."),
    Column::number("lon", "degrees", "Longitude of the centre of the map cell."),
    Column::text("type", "state_based, non_state or one_sided (UCDP)."),
    Column::integer("deaths_persons", "persons", "Everybody killed."),
    Column::integer("deaths_groups_persons", "persons", "Fighters of armed groups killed."),
    Column::integer("deaths_state_forces_persons", "persons", "Persons of state forces killed."),
    Column::integer("deaths_civilians_persons", "persons", "Civilians killed."),
    Column::boolean(
        "flashpoint",
        "Whether it belongs to one of the Caucasus' own conflicts rather than to Iran's crisis.",
    ),
];

/// `states.csv`.
pub const STATES: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text("state", "Code of the state: RUS."),
    Column::number(
        "attention_diverted",
        "1",
        "Share of the mobile reserve on the South Caucasus, North Caucasus and Caspian fronts beyond that of day 0, 0 to 1.",
    ),
    Column::number("reserve_total_persons", "persons", "Mobile reserve."),
    Column::number("reserve_ukraine_persons", "persons", "Of it on the main front."),
    Column::number(
        "reserve_south_caucasus_persons",
        "persons",
        "Of it on the South Caucasus front.",
    ),
    Column::number(
        "reserve_north_caucasus_persons",
        "persons",
        "Of it on the North Caucasus front.",
    ),
    Column::number("reserve_caspian_persons", "persons", "Of it on the Caspian front."),
    Column::number("reserve_central_asia_persons", "persons", "Of it on the Central Asian front."),
    Column::number("reserve_home_persons", "persons", "Of it at home."),
    Column::number("reserve_unallocated_persons", "persons", "Of it unallocated."),
    Column::number(
        "reserve_shadow_price_per_1000_persons",
        "1/1000 persons",
        "Loss averted by the next 1,000 persons, in the units of the fronts' weights.",
    ),
    Column::number("influence_direct", "1", "Influence by Russia's own effort, 0 to 1."),
    Column::number("influence_amplified", "1", "Influence with Iran as an amplifier, 0 upwards."),
    Column::number(
        "arms_supply_days",
        "d",
        "Days that stocks of Iranian-supplied arms last at today's use, least category.",
    ),
    Column::number(
        "substitution",
        "1",
        "Share of former arms imports that Russia makes itself, 0 to 1.",
    ),
    Column::number("prestige", "1", "Prestige, 1 on day 0."),
    Column::number(
        "capability",
        "1",
        "Share of the former supplies that arrives or is substituted, 0 to 1.",
    ),
    Column::number(
        "access_to_successors",
        "1",
        "Access to the successors of the leadership, 0 to 1.",
    ),
    Column::number("trade", "1", "Trade and energy through Iran, 1 on day 0."),
    Column::integer("actions", "1", "Actions taken that day."),
];

/// `actions.csv`.
pub const ACTIONS: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text("actor", "Code of the state or authority that acts."),
    Column::text(
        "action",
        "open_crossing, permit_crossing, close_crossing, exit_bar, reinforce, source_aid, buffer, intervene, recognise, outreach, aid_incumbent, restrain, withdraw.",
    ),
    Column::text("target", "On what: a crossing, a border, a state."),
    Column::text("reason", "The reading that led to it."),
];

/// `leadership.csv`.
pub const LEADERSHIP: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text(
        "realised_outcome",
        "Outcome so far: the prescribed one, or what came out of the hazards.",
    ),
    Column::number("unrest", "1", "U, 0 to 1."),
    Column::number("control", "1", "C: central control, 0 to 1."),
    Column::number("cohesion", "1", "K: elite cohesion, 0 to 1."),
    Column::number("stress", "1", "E: economic stress, 0 to 1."),
    Column::number("outside_pressure", "1", "X: outside pressure, 0 to 1."),
    Column::number("alignment", "1", "A: alignment with Russia, -1 to 1."),
    Column::number("province_control_min", "1", "Lowest control of a province of Iran, 0 to 1."),
    Column::number("province_control_max", "1", "Highest control of a province of Iran, 0 to 1."),
    Column::number("sanctions", "1", "Level of sanctions, 0 to 1."),
    Column::number("tariffs", "1", "Level of tariffs, 0 to 1."),
    Column::number("threat", "1", "Level of conditional military threat, 0 to 1."),
    Column::number("isolation", "1", "Level of diplomatic isolation, 0 to 1."),
];

/// `flashpoints.csv`.
pub const FLASHPOINTS: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text("flashpoint", "Name of the dormant conflict."),
    Column::boolean("active", "Whether an episode is under way."),
    Column::number("hazard_per_million_days", "1/1,000,000 d", "Hazard of an episode that day."),
    Column::number("contribution_kin", "1", "What kin across the line add to the log hazard."),
    Column::number("contribution_sanctuary", "1", "What foreign fighters nearby add to it."),
    Column::number(
        "contribution_vacuum",
        "1",
        "What diverted attention and lost control across the line add to it.",
    ),
    Column::integer("ignitions", "1", "Episodes so far in the run."),
];

/// `measures.csv`.
pub const MEASURES: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    Column::text("border", "Border segment or RUS-SOUTH; empty for measures of the whole region."),
    Column::text(
        "measure",
        "Of a border: peak_index, mean_index (highest and mean index over the days), days_above_60 (days with an index above 60). Of the region: displaced_inside_persons, displaced_abroad_persons (at the end of the run), attention_diverted (highest share of Russia's reserve diverted southward, 0 to 1).",
    ),
    Column::number("value", "as the measure", "Its value."),
];

/// `whereabouts.csv`.
pub const WHEREABOUTS: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text("admin1", "Code of the first-level unit that the cell lies in."),
    Column::number("lat", "degrees", "Latitude of the centre of the map cell."),
    Column::number("lon", "degrees", "Longitude of the centre of the map cell."),
    Column::integer(
        "displaced_persons",
        "persons",
        "Displaced people in the cell, moving or settled.",
    ),
    Column::integer(
        "refugees_persons",
        "persons",
        "Those of them outside the state of which they are nationals.",
    ),
];

/// `origins.csv`.
pub const ORIGINS: &[Column] = &[
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    DATE,
    Column::text(
        "home_admin1",
        "Code of the first-level unit where home is; for Afghans from Iran where they lived.",
    ),
    Column::text(
        "state",
        "Where they are: code of the state or territory (ISO3; ABK, SOS, NKR, ICH, NAX).",
    ),
    Column::integer(
        "displaced_persons",
        "persons",
        "Displaced people of that unit there, moving or settled.",
    ),
];

/// `pressure_bands.csv`.
pub const PRESSURE_BANDS: &[Column] = &[
    OUTCOME,
    VARIANT,
    DATE,
    BORDER,
    Column::text("measure", "A column of pressure.csv."),
    Column::integer(
        "replicates",
        "1",
        "Runs that the row is made of: the replicates, of all points in a study with a design.",
    ),
    MEAN,
    Q05,
    Q25,
    Q50,
    Q75,
    Q95,
    Column::number(
        "share_above_40",
        "1",
        "Share of replicates with an index above 40; empty for other measures.",
    ),
    Column::number(
        "share_above_60",
        "1",
        "Share of replicates with an index above 60; empty for other measures.",
    ),
    Column::number(
        "share_above_80",
        "1",
        "Share of replicates with an index above 80; empty for other measures.",
    ),
];

/// `contrasts.csv`.
pub const CONTRASTS: &[Column] = &[
    OUTCOME,
    VARIANT,
    Column::text("against_outcome", "Outcome that is subtracted."),
    Column::text("against_variant", "Variant that is subtracted."),
    DATE,
    BORDER,
    Column::text("measure", "A column of pressure.csv."),
    Column::integer(
        "replicates",
        "1",
        "Pairs of runs with the same point and replicate that the row is made of.",
    ),
    MEAN,
    Q05,
    Q25,
    Q50,
    Q75,
    Q95,
    Column::number(
        "share_above_zero",
        "1",
        "Share of pairs in which the difference is above zero.",
    ),
];

/// `summary.csv`.
pub const SUMMARY: &[Column] = &[
    OUTCOME,
    VARIANT,
    Column::text("border", "Border segment or RUS-SOUTH; empty for numbers of the whole region."),
    Column::text(
        "measure",
        "peak_index (highest index of the run), peak_day (days from the start to it), displaced_inside_persons, displaced_abroad_persons (at the end of the run), attention_diverted (highest of the run).",
    ),
    Column::integer(
        "replicates",
        "1",
        "Runs that the row is made of: the replicates, of all points in a study with a design.",
    ),
    MEAN,
    Q05,
    Q25,
    Q50,
    Q75,
    Q95,
    Column::text("class", "Class of the median peak; empty for other measures."),
];

/// `precision.csv`.
pub const PRECISION: &[Column] = &[
    OUTCOME,
    VARIANT,
    Column::text("border", "Border segment or RUS-SOUTH; empty for numbers of the whole region."),
    Column::text("measure", "As in summary.csv."),
    Column::integer(
        "replicates",
        "1",
        "Independent draws that the row is made of: replicates, or points where study.points_share_luck is false.",
    ),
    MEAN,
    Column::number("deviation", "as the measure", "Standard deviation over these draws (n - 1)."),
    Column::number(
        "mean_low",
        "as the measure",
        "Lower end of the 95 % interval of the mean (Student's t).",
    ),
    Column::number("mean_high", "as the measure", "Upper end of it."),
    Column::number(
        "relative_half_width",
        "1",
        "Half the width of the interval against the size of the mean; empty when the mean is 0 or there is one draw.",
    ),
    Column::number("wanted", "1", "Relative half-width that is wanted."),
    Column::integer(
        "replicates_would_do",
        "1",
        "Fewest draws whose interval would be that narrow if they scatter as these do.",
    ),
];

/// `runs.csv`.
pub const RUNS: &[Column] = &[
    Column::text(
        "run_id",
        "`r`, then the first 16 hexadecimal digits of the BLAKE3 of the resolved scenario, outcome, variant, point, replicate, map and results version.",
    ),
    Column::integer("run", "1", "Number of the run in the plan, from 0."),
    OUTCOME,
    VARIANT,
    POINT,
    REPLICATE,
    Column::integer(
        "seed",
        "1",
        "Seed of the study, or of the point where study.points_share_luck is false; with the replicate it fixes the luck of the run.",
    ),
    Column::text("parameters", "What variant and point set, as JSON."),
    Column::text("status", "done or failed."),
    Column::text("realised_outcome", "Outcome that came about."),
    Column::integer(
        "displaced_inside_persons",
        "persons",
        "Displaced inside their own state at the end.",
    ),
    Column::integer("displaced_abroad_persons", "persons", "Displaced abroad at the end."),
    Column::number(
        "attention_diverted",
        "1",
        "Highest share of Russia's reserve diverted southward, 0 to 1.",
    ),
    Column::number(
        "peak_index_rus_south",
        "1",
        "Highest index of Russia's southern border, 0 to 100.",
    ),
    Column::date("peak_date_rus_south", "Date of it."),
    Column::integer("group_days", "1", "Days lived by moving groups."),
    Column::integer("hops", "1", "Cells entered by moving groups."),
    Column::text("cause", "Why a run failed."),
    Column::text("command", "Command that repeats a failed run."),
];
