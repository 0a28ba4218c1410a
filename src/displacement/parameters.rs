//! Parameters of displacement: each with unit, range, meaning, source.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Structure of the choice of destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kernel {
    /// Attraction over a power of distance.
    Gravity,
    /// Stouffer 1940: attraction over the opportunities passed on the way.
    InterveningOpportunities,
    /// Simini et al. 2012: no free parameter.
    Radiation,
}

/// Displacement: who leaves, where to, how, where they stay.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Hazard of leaving home, by class of threat.
    pub hazard: Hazard,
    /// What raises and lowers the hazard.
    pub decision: Decision,
    /// Choice of destination.
    pub destination: DestinationChoice,
    /// Travel on the network.
    pub travel: Travel,
    /// Settling, saturation, moving on, return, mortality.
    pub hosting: Hosting,
    /// A population that is already on the move: Afghans in Iran.
    pub mobile: Mobile,
    /// Communities that take one another in as kin, beside their own; each list is one such family.
    #[schemars(extend("x-unit" = "", "x-source" = "evidence 1.1.7: Chechens with host families in Ingushetia (WHO) [F]; the other families are remembered", "x-certainty" = "R-h"))]
    pub related_communities: Vec<Vec<String>>,
    /// Attraction of a state to those who are not its nationals, relative to a place at home of the same size; `default` for the others.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 10}, "x-unit" = "1", "x-source" = "evidence 1.1.2 (direction)", "x-certainty" = "P"))]
    pub host_attraction: BTreeMap<String, f64>,
    /// Factor on the map's population by territory, from the map's census year to the as-of date.
    #[schemars(extend("additionalProperties" = {"type": "number", "minimum": 0, "maximum": 5}, "x-unit" = "1", "x-source" = "census and Factbook 2025", "x-certainty" = "C"))]
    pub population_scale: BTreeMap<String, f64>,
}

/// Hazard of leaving home by class of threat, the same in every scenario and hindcast (evidence 1.1.1).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hazard {
    /// Peacetime background: only where some threat is felt; ordinary migration is not simulated.
    #[schemars(range(min = 0, max = 0.001), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1, range 1e-6 to 1e-5", "x-certainty" = "P"))]
    pub background_per_day: f64,
    /// Mass protest and repression without a front, at full unrest.
    #[schemars(range(min = 0, max = 0.01), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1, range 1e-5 to 2e-4", "x-certainty" = "P"))]
    pub protest_per_day: f64,
    /// Air campaign, country-wide (upper bound).
    #[schemars(range(min = 0, max = 0.1), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1: up to 3.2 m of 89.2 m in 12 d", "x-certainty" = "C"))]
    pub air_campaign_per_day: f64,
    /// The capital under strikes, first days.
    #[schemars(range(min = 0, max = 0.1), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1: about 100,000 of 9.5 m in 2 d", "x-certainty" = "C"))]
    pub capital_under_strikes_per_day: f64,
    /// Siege or artillery on towns: fighting where the state does not hold control.
    #[schemars(range(min = 0, max = 0.2), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1: 0.013 to 0.018, Chechnya 1999", "x-certainty" = "C"))]
    pub siege_per_day: f64,
    /// A revolt crushed, reprisals feared: deadly force where the state holds control against unrest.
    #[schemars(range(min = 0, max = 0.3), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1: 0.026 to 0.029, a held-out case", "x-certainty" = "C"))]
    pub reprisal_per_day: f64,
    /// Ground advance, massacre feared: control lost to an advance in the past days.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1: 0.13 to 0.24, Kobani 2014", "x-certainty" = "C"))]
    pub ground_advance_per_day: f64,
    /// Near-total departure after defeat: control lost altogether to an advance.
    #[schemars(range(min = 0, max = 2), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1: 0.30 or more, Karabakh 2023 (characterisation contested)", "x-certainty" = "C"))]
    pub defeat_per_day: f64,
}

/// What makes a class of threat weigh more or less.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// Kernel-weighted fatalities at which the siege class applies in full: those of the episode that the class was computed from.
    #[schemars(range(min = 0.1, max = 100000), extend("x-unit" = "deaths in 14 d near the cell", "x-source" = "UCDP GED Chechnya, 25 Sep to 22 Oct 1999, weighted by town population with the model's own kernel: 171 to 807", "x-certainty" = "C"))]
    pub fatalities_for_siege: f64,
    /// Power of (1 + fatalities) against the reference of the class.
    #[schemars(range(min = 0, max = 2), extend("x-unit" = "1", "x-source" = "form of evidence 1.1.1 (b_n): in proportion to deaths", "x-certainty" = "P"))]
    pub fatalities_exponent: f64,
    /// Largest factor that fatalities give.
    #[schemars(range(min = 1, max = 10), extend("x-unit" = "1", "x-source" = "keeps hazards inside the anchors' spread", "x-certainty" = "P"))]
    pub fatalities_multiplier_max: f64,
    /// Unrest below which nobody leaves because of protest.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub protest_unrest_threshold: f64,
    /// Share of yesterday's perceived threat kept today.
    #[schemars(range(min = 0, max = 0.99), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.1: rho 0.6 to 0.9", "x-certainty" = "P"))]
    pub memory_per_day: f64,
    /// Log hazard per share of neighbours gone.
    #[schemars(range(min = 0, max = 3), extend("x-unit" = "1", "x-source" = "form of evidence 1.1.1 (b_s; Granovetter type)", "x-certainty" = "P"))]
    pub cascade: f64,
    /// Variance of the gamma frailty of households.
    #[schemars(range(min = 0, max = 3), extend("x-unit" = "1", "x-source" = "evidence 1.1.1: 0.5 to 1.5", "x-certainty" = "P"))]
    pub frailty_variance: f64,
    /// Loss of control to an advance within days below which nobody flees because of it: a slow loss is no advance.
    #[schemars(range(min = 0, max = 0.99), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub advance_threshold: f64,
    /// Loss of control to an advance from which the defeat class applies.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub defeat_advance: f64,
}

/// Choice of destination by random utility (evidence 1.1.3).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DestinationChoice {
    /// Structure of the choice: gravity, `intervening_opportunities` or radiation.
    #[schemars(extend("x-unit" = "", "x-source" = "evidence 1.1.3", "x-certainty" = "F"))]
    pub kernel: Kernel,
    /// Distance added before the power is taken.
    #[schemars(range(min = 0.1, max = 100), extend("x-unit" = "km", "x-source" = "evidence 1.1.3 (Flee d0; sweep 1 to 30)", "x-certainty" = "F"))]
    pub softening_km: f64,
    /// Power of distance.
    #[schemars(range(min = 0.1, max = 4), extend("x-unit" = "1", "x-source" = "evidence 1.1.3 (sweep 0.8 to 2.0)", "x-certainty" = "R-m"))]
    pub distance_power: f64,
    /// Power of a place's population in reach.
    #[schemars(range(min = 0, max = 2), extend("x-unit" = "1", "x-source" = "gravity with population as mass", "x-certainty" = "R-m"))]
    pub attraction_power: f64,
    /// Log odds of a place where the group's community is the largest.
    #[schemars(range(min = 0, max = 4), extend("x-unit" = "log odds", "x-source" = "evidence 1.1.3 (b_kin; range 0.3 to 2)", "x-certainty" = "P"))]
    pub kin_bonus: f64,
    /// Weight of a reception site against a town of `camp_population` people.
    #[schemars(range(min = 0.1, max = 20), extend("x-unit" = "1", "x-source" = "evidence 1.1.3 (Flee 1 to 2; sensitivity range 1 to 10)", "x-certainty" = "F"))]
    pub camp_weight: f64,
    /// Population that a reception site's attraction counts as.
    #[schemars(range(min = 1, max = 10000000), extend("x-unit" = "persons", "x-source" = "none found", "x-certainty" = "P"))]
    pub camp_population: f64,
    /// Power of (1 + settled compatriots / `friends_persons`) by which those who are there already draw others.
    #[schemars(range(min = 0, max = 1.5), extend("x-unit" = "1", "x-source" = "evidence 0 and 1.1.3: proximity, family and friends govern the choice (Moore and Shellman 2007, direction); the power after Beine et al. 2011 (diasporas, about 0.6)", "x-certainty" = "R-m"))]
    pub friends_power: f64,
    /// Settled compatriots at which that attraction has doubled its base.
    #[schemars(range(min = 1, max = 1000000), extend("x-unit" = "persons", "x-source" = "none found", "x-certainty" = "P"))]
    pub friends_persons: f64,
    /// Log odds lost at a place under full threat.
    #[schemars(range(min = 0, max = 10), extend("x-unit" = "log odds", "x-source" = "Flee conflict weight 0.25 = exp(-1.386)", "x-certainty" = "F"))]
    pub threat_aversion: f64,
    /// Distance at which attraction beyond a gate is reckoned.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "km", "x-source" = "so that the product of two kernels resembles the kernel of the sum", "x-certainty" = "P"))]
    pub beyond_border_km: f64,
    /// Weight of destinations beyond a border.
    #[schemars(range(min = 0.01, max = 20), extend("x-unit" = "1", "x-source" = "evidence 1.1.3 (Flee foreign weight)", "x-certainty" = "F"))]
    pub foreign_weight: f64,
    /// Weight of a further border for those who have just crossed one.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 2.2 P3: 67 % of refugees stay next door", "x-certainty" = "P"))]
    pub onward_weight: f64,
    /// Weight of a gate that lets one's class pass by permit, against an open one: people try, and waits then deter them.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub permit_weight: f64,
    /// Weight of a gate that is shut to all for now, though not by war or treaty, against an open one: some wait there.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "evidence 2.1 H3, H5: people waited at the shut lines of Kavkaz 1999 and Kobani 2014; level not found", "x-certainty" = "P"))]
    pub closed_weight: f64,
    /// Log odds lost per day of expected wait at a gate.
    #[schemars(range(min = 0, max = 5), extend("x-unit" = "log odds/d", "x-source" = "none found", "x-certainty" = "P"))]
    pub wait_aversion_per_day: f64,
    /// Weight of the green border against an open gate to the same towns.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub irregular_weight: f64,
    /// Log odds of crossing lost by nationals under a full exit bar.
    #[schemars(range(min = 0, max = 10), extend("x-unit" = "log odds", "x-source" = "evidence section 5 (a5; range 1 to 6)", "x-certainty" = "P"))]
    pub exit_bar_strength: f64,
    /// Log odds of crossing lost under full aid at source.
    #[schemars(range(min = 0, max = 4), extend("x-unit" = "log odds", "x-source" = "none found", "x-certainty" = "P"))]
    pub source_aid_strength: f64,
    /// Log odds of crossing lost where the far state holds people in a buffer.
    #[schemars(range(min = 0, max = 6), extend("x-unit" = "log odds", "x-source" = "evidence 1.3: a published three-tier plan", "x-certainty" = "P"))]
    pub buffer_strength: f64,
}

/// Travel on the network (evidence 1.1.4).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Travel {
    /// Hours on foot in a day.
    #[schemars(range(min = 0.5, max = 16), extend("x-unit" = "h/d", "x-source" = "30 km a day at the level pace of 5 km/h", "x-certainty" = "F"))]
    pub walking_hours_per_day: f64,
    /// Hours by vehicle in a day.
    #[schemars(range(min = 0.5, max = 24), extend("x-unit" = "h/d", "x-source" = "360 km a day at about 60 km/h (range 200 to 850 km/d)", "x-certainty" = "F"))]
    pub driving_hours_per_day: f64,
    /// Share of groups that travel by vehicle.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub vehicle_share: f64,
    /// The same for the already mobile population.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub mobile_vehicle_share: f64,
    /// Persons in a vehicle.
    #[schemars(range(min = 1, max = 50), extend("x-unit" = "persons", "x-source" = "evidence 1.1.5 (4.4 to 4.9), Karabakh 2023", "x-certainty" = "C"))]
    pub persons_per_vehicle: f64,
    /// Vehicles a day on an international road before it jams.
    #[schemars(range(min = 100, max = 1000000), extend("x-unit" = "vehicles/d", "x-source" = "two lanes at 1,000 vehicles/h, 24 h", "x-certainty" = "R-m"))]
    pub road_capacity_class_1: f64,
    /// Vehicles a day on a national road.
    #[schemars(range(min = 100, max = 1000000), extend("x-unit" = "vehicles/d", "x-source" = "half of class 1", "x-certainty" = "P"))]
    pub road_capacity_class_2: f64,
    /// Vehicles a day on a regional road.
    #[schemars(range(min = 100, max = 1000000), extend("x-unit" = "vehicles/d", "x-source" = "205 vehicles/h on one mountain corridor, Karabakh 2023", "x-certainty" = "C"))]
    pub road_capacity_class_3: f64,
    /// Coefficient of the jam function.
    #[schemars(range(min = 0, max = 5), extend("x-unit" = "1", "x-source" = "BPR function (Bureau of Public Roads 1964)", "x-certainty" = "R-h"))]
    pub jam_coefficient: f64,
    /// Power of the jam function.
    #[schemars(range(min = 1, max = 10), extend("x-unit" = "1", "x-source" = "BPR function (Bureau of Public Roads 1964)", "x-certainty" = "R-h"))]
    pub jam_power: f64,
    /// Largest factor on travel time.
    #[schemars(range(min = 1, max = 100), extend("x-unit" = "1", "x-source" = "2 to 10 km/h in an exodus jam against 60", "x-certainty" = "F"))]
    pub jam_slowdown_max: f64,
    /// Height above which winter slows travel.
    #[schemars(range(min = -100, max = 9000), extend("x-unit" = "m", "x-source" = "none found", "x-certainty" = "P"))]
    pub winter_elevation_m: f64,
    /// Factor on walking time there from December to March.
    #[schemars(range(min = 1, max = 10), extend("x-unit" = "1", "x-source" = "15 against 30 km a day in winter mountains, April 1991", "x-certainty" = "F"))]
    pub winter_factor_foot: f64,
    /// Factor on driving time there from December to March.
    #[schemars(range(min = 1, max = 10), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub winter_factor_vehicle: f64,
}

/// Settling, saturation, moving on, return, mortality (evidence 1.1.7).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Hosting {
    /// Displaced per resident at which acceptance falls to 1/e.
    #[schemars(range(min = 0.01, max = 5), extend("x-unit" = "1", "x-source" = "evidence 1.1.7 (L0 0.05 to 0.5)", "x-certainty" = "P"))]
    pub saturation_share: f64,
    /// Share of arrivals that kin or friends take in, where their community lives.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "WHO: 75 % with host families in Ingushetia", "x-certainty" = "F"))]
    pub kin_hosted_share: f64,
    /// Hazard of moving on.
    #[schemars(range(min = 0, max = 0.1), extend("x-unit" = "1/d", "x-source" = "UNHCR: 150 to 200 a day of about 172,000 from Kobani", "x-certainty" = "F"))]
    pub secondary_per_day: f64,
    /// Hazard of return to a safe home.
    #[schemars(range(min = 0, max = 0.1), extend("x-unit" = "1/d", "x-source" = "evidence 1.1.7: 0.002 to 0.02; 0.015 largest seen", "x-certainty" = "C"))]
    pub return_per_day: f64,
    /// Hazard of a visit home to look after what was left behind, where home is in no danger; by the factor of a place under threat
    /// where it is.
    #[schemars(range(min = 0, max = 0.1), extend("x-unit" = "1/d", "x-source" = "evidence 2.1 H3: 35,730 back at Kavkaz in 44 d of about 200,000, by half who were home under siege; pattern P7", "x-certainty" = "C"))]
    pub visit_per_day: f64,
    /// Control at home at which half of those who would return do.
    #[schemars(range(min = 0, max = 1), extend("x-unit" = "1", "x-source" = "form of evidence 1.1.7 (C*)", "x-certainty" = "P"))]
    pub return_control: f64,
    /// Width of that threshold.
    #[schemars(range(min = 0.01, max = 1), extend("x-unit" = "1", "x-source" = "form of evidence 1.1.7 (s)", "x-certainty" = "P"))]
    pub return_control_width: f64,
    /// Hazard of leaving at home at which return falls to 1/e.
    #[schemars(range(min = 0.00001, max = 1), extend("x-unit" = "1/d", "x-source" = "none found", "x-certainty" = "P"))]
    pub return_threat_scale: f64,
    /// Deaths of the displaced.
    #[schemars(range(min = 0, max = 50), extend("x-unit" = "1/10,000/d", "x-source" = "evidence 1.1.7 and section 5 (0.2 to 3)", "x-certainty" = "F"))]
    pub deaths_per_10000_per_day: f64,
    /// Days after which a settled group counts as settled for return and secondary movement to act in full.
    #[schemars(range(min = 1, max = 365), extend("x-unit" = "d", "x-source" = "none found", "x-certainty" = "P"))]
    pub new_arrival_days: f64,
}

/// A population that is already on the move (evidence 0.2 and 3: Afghans in Iran).
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Mobile {
    /// State that hosts it.
    #[schemars(extend("x-unit" = "", "x-source" = "evidence section 3", "x-certainty" = "F"))]
    pub state: String,
    /// Its nationality (ISO3).
    #[schemars(extend("x-unit" = "", "x-source" = "evidence section 3", "x-certainty" = "F"))]
    pub nationality: String,
    /// Persons in the whole state at the end of 2024.
    #[schemars(range(min = 0, max = 100000000), extend("x-unit" = "persons", "x-source" = "UNHCR end 2024: 3,489,257 refugees and like", "x-certainty" = "F"))]
    pub persons: f64,
    /// Persons who had left by the as-of date.
    #[schemars(range(min = 0, max = 100000000), extend("x-unit" = "persons", "x-source" = "more than 1.2 m returned by 19 Jul 2025", "x-certainty" = "F"))]
    pub left_since: f64,
    /// Population of the whole state, to find the part on the map.
    #[schemars(range(min = 1, max = 2000000000), extend("x-unit" = "persons", "x-source" = "Factbook 2025", "x-certainty" = "F"))]
    pub state_population: f64,
    /// Weight of their own country against a place on the map of the same size and distance.
    #[schemars(range(min = 0, max = 100000), extend("x-unit" = "1", "x-source" = "most of those who left went home: more than 1.2 m by 19 Jul 2025", "x-certainty" = "P"))]
    pub home_weight: f64,
    /// Factor on the hazard of leaving.
    #[schemars(range(min = 0, max = 50), extend("x-unit" = "1", "x-source" = "none found", "x-certainty" = "P"))]
    pub hazard_factor: f64,
    /// Hazard of leaving without any threat.
    #[schemars(range(min = 0, max = 0.05), extend("x-unit" = "1/d", "x-source" = "half of the pace of Jan to Jul 2025 (1.2 m of 3.5 m in 200 d)", "x-certainty" = "P"))]
    pub background_per_day: f64,
}
