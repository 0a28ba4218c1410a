//! Parameters of the domain: each with unit, range, meaning, source.
//!
//! The macro `table!` writes one struct from lines of `"meaning": name in least..=most, unit, source, certainty;`, so that a
//! parameter is one line here, one key in `configs/`, and one entry with its range in the JSON schema. A line with a type in
//! brackets is of that type; with `between` for `in` it is a range that a run draws from.

// The symbols of the evidence (b_kin, k_g) stand in the schema's descriptions as plain text.
#![allow(clippy::doc_markdown)]

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::state::GroupKind;

macro_rules! table {
    (@type) => { f64 };
    (@type $low:literal) => { [f64; 2] };
    (@type $ty:ty) => { $ty };
    ($(#[$meta:meta])* $name:ident {
        $($doc:literal: $field:ident $([$ty:ty])?
            $(in $min:literal..=$max:literal, $unit:literal, $source:literal, $certainty:literal)?
            $(between $low:literal..=$high:literal, $runit:literal, $rsource:literal, $rcertainty:literal)?;)*
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            $(
                #[doc = $doc]
                $(
                    #[doc = concat!("\n\nUnit: ", $unit, ". Source: ", $source, ". Certainty: ", $certainty, ".")]
                    #[schemars(description = $doc, range(min = $min, max = $max),
                        extend("x-unit" = $unit, "x-source" = $source, "x-certainty" = $certainty))]
                )?
                $(
                    #[doc = concat!("\n\nLeast and most. Unit: ", $runit, ". Source: ", $rsource, ". Certainty: ", $rcertainty, ".")]
                    #[schemars(description = $doc, inner(range(min = $low, max = $high)),
                        extend("x-unit" = $runit, "x-source" = $rsource, "x-certainty" = $rcertainty))]
                )?
                pub $field: table!(@type $($low)? $($ty)?),
            )*
        }
    };
}

/// `[conflict]`.
#[derive(Resource, Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Armed groups on day 0; generic names.
    pub groups: Vec<GroupRow>,
    /// Traits of the kinds of group.
    pub kinds: Kinds,
    /// State forces by province.
    pub forces: Forces,
    /// Parts of Iran's forces that no longer obey.
    pub defection: Defection,
    /// Plans of armed groups.
    pub plan: Plan,
    /// Seeking sanctuary across a line.
    pub sanctuary: Sanctuary,
    /// Engagements and their exchange of losses.
    pub engagement: Engagement,
    /// Deaths in an event.
    pub severity: Severity,
    /// Violence that breeds violence.
    pub excitation: Excitation,
    /// Violence against civilians.
    pub one_sided: OneSided,
    /// Contest of control.
    pub control: Control,
    /// Recruitment.
    pub recruitment: Recruitment,
    /// Supply and desertion.
    pub supply: Supply,
    /// Splits, mergers, dissolution.
    pub cohesion: Cohesion,
    /// New groups where control is low.
    pub vacuum: Vacuum,
    /// The declining insurgency of the North Caucasus.
    pub background: Background,
    /// The domino effect: what raises the hazard of the region's own conflicts.
    pub domino: Domino,
    /// The region's own dormant conflicts.
    pub flashpoints: Vec<FlashpointRow>,
    /// What is told of the border segments.
    pub threat: Threat,
}

table! {
    /// `[[conflict.groups]]`: armed groups of one sort on day 0.
    GroupRow {
        "Generic name, for people.": name [String];
        "Kind of group.": kind [GroupKind];
        "Latitude of the middle of its area.": lat in -90.0..=90.0, "degrees", "facts/armed_groups.csv", "P";
        "Longitude of the middle of its area.": lon in -180.0..=180.0, "degrees", "facts/armed_groups.csv", "P";
        "Radius within which its groups are based.": spread_km in 0.0..=500.0, "km", "design", "P";
        "Fighters of all groups of the row together, least and most.": strength between 0.0..=1_000_000.0, "fighters", "facts/armed_groups.csv", "R-l";
        "Number of groups that share the fighters.": count [u32] in 0..=500, "1", "design", "P";
        "Community that they recruit from; empty for none.": kin [String];
        "Code of the state that they fight.": against [String];
        "Days of supply on day 0.": supply_days in 0.0..=365.0, "days", "design", "P";
        "Cohesion on day 0.": cohesion in 0.0..=1.0, "1", "design", "P";
    }
}

table! {
    /// `[conflict.kinds]`.
    Kinds {
        "Parts of a state's forces that no longer obey it.": state_remnant [KindTraits];
        "Fights for the autonomy of a community.": kin_autonomist [KindTraits];
        "Jihadist.": jihadist [KindTraits];
        "Criminal.": criminal [KindTraits];
    }
}

impl Kinds {
    /// Traits of a kind.
    #[must_use]
    pub const fn of(&self, kind: GroupKind) -> &KindTraits {
        match kind {
            GroupKind::StateRemnant => &self.state_remnant,
            GroupKind::KinAutonomist => &self.kin_autonomist,
            GroupKind::Jihadist => &self.jihadist,
            GroupKind::Criminal => &self.criminal,
        }
    }
}

table! {
    /// Traits of a kind of armed group.
    KindTraits {
        "Weight of its fighters in the contest of control": contest in 0.0..=2.0, "1", "design", "P";
        "Multiplier of its engagements with state forces": combat in 0.0..=10.0, "1", "design", "P";
        "One-sided events by it where control invites them": one_sided_per_1000_per_day in 0.0..=1.0, "1/day per 1000 fighters", "design; form evidence 1.2 (Kalyvas)", "P";
        "Supply from a sponsor": sponsor in 0.0..=2.0, "days/day", "design; form evidence 1.2", "P";
        "Supply from smuggling near a line, where control is low": smuggling in 0.0..=2.0, "days/day", "design; form evidence 1.2", "P";
        "Multiplier of recruitment": recruitment in 0.0..=10.0, "1", "design", "P";
        "Strength beyond which a group does not recruit or merge": most_fighters in 1.0..=100_000.0, "fighters", "design", "P";
        "Cohesion that it returns to": cohesion in 0.0..=1.0, "1", "design", "P";
    }
}

table! {
    /// `[conflict.forces]`.
    Forces {
        "Artesh": artesh in 0.0..=2_000_000.0, "persons", "evidence 3, Factbook 2025", "F";
        "Share of the Artesh used inside the country": artesh_internal_share in 0.0..=1.0, "1", "design", "P";
        "Population of Iran by the census that the map uses": iran_population in 1.0..=200_000_000.0, "persons", "evidence 3, census 2016", "R-h";
        "Share of the garrison that still obeys when elite cohesion is nil": loyal_floor in 0.0..=1.0, "1", "design", "P";
        "Share of a province's garrison that can be brought to bear on one place": concentration in 0.0..=1.0, "1", "design", "P";
        "Loss-of-strength length of a state from the seat of the province": reach_km in 10.0..=1000.0, "km", "evidence 1.2 and 5 (100 to 400)", "P";
        "Forces of a state that no row names": other_per_1000 in 0.0..=100.0, "persons per 1000 residents", "design", "P";
        "IRGC ground forces": irgc_ground between 0.0..=1_000_000.0, "persons", "evidence 3, Factbook 2025", "F";
    }
}

table! {
    /// `[conflict.defection]`.
    Defection {
        "Product of lost control and lost cohesion below which nobody defects": threshold in 0.0..=0.99, "1", "design", "P";
        "Alignment with Russia at which the turn away is complete": turned_alignment in -1.0..=-0.05, "1", "evidence 1.4, outcome c3", "P";
        "Rate at which those who will defect do so": speed_per_day in 0.0..=1.0, "1/day", "design", "P";
        "Share of the batches that join a group of former comrades in the province": absorbed_share in 0.0..=1.0, "1", "design", "P";
        "Supply that they take along": supply_days in 0.0..=365.0, "days", "design", "P";
        "Share of a garrison that goes armed when control and cohesion are nil": collapse_share between 0.0..=1.0, "1", "design", "P";
        "Share that goes armed when the government turns away from Russia": turn_share between 0.0..=1.0, "1", "evidence 1.4, outcome c3 (1 to 5 %)", "P";
        "Fighters of a new group (log-uniform)": unit between 1.0..=10_000.0, "fighters", "design: company to battalion", "P";
    }
}

table! {
    /// `[conflict.plan]`.
    Plan {
        "Cells that a group weighs": candidates in 1.0..=200.0, "1", "design", "P";
        "Days between two plans of a group": every_days in 1.0..=30.0, "days", "design", "P";
        "March in a day on even ground": march_km_per_day in 1.0..=100.0, "km/day", "brief", "P";
        "Days of march within which it looks for places": horizon_days in 1.0..=30.0, "days", "design", "P";
        "Scale of the noise in its choice": noise in 0.0..=5.0, "1", "design", "P";
        "Worth of staying": hold in -5.0..=5.0, "1", "design", "P";
        "Worth of a raid at certain success": raid in 0.0..=10.0, "1", "design", "P";
        "Price of a raid": raid_cost in 0.0..=10.0, "1", "design", "P";
        "Price of a move": move_cost in 0.0..=10.0, "1", "design", "P";
        "Worth of a populous place without any control": vacuum in 0.0..=10.0, "1", "design", "P";
        "Control below which a place is a vacuum": vacuum_control in 0.0..=1.0, "1", "evidence 1.6 (C < 0.4)", "P";
        "Residents of a cell at which half of that worth is reached": vacuum_population in 1.0..=1_000_000.0, "persons", "design", "P";
        "Distance that a raid reaches": raid_km in 0.0..=50.0, "km", "design: a day's march", "P";
    }
}

table! {
    /// `[conflict.sanctuary]`.
    Sanctuary {
        "Weights of the utility.": weights [SanctuaryWeights];
        "Hostility of host states to groups that fight another state.": hosts [Vec<HostRow>];
    }
}

table! {
    /// `[conflict.sanctuary.weights]`: Salehyan's utility, evidence 1.2.
    SanctuaryWeights {
        "b_thr: threat of the forces of the state that it fights": threat in 0.0..=20.0, "1", "evidence 1.2 (form)", "P";
        "b_host: capacity times hostility of the host": host in 0.0..=20.0, "1", "evidence 1.2 (form)", "P";
        "b_kin: share of kin among the residents": kin in 0.0..=20.0, "1", "evidence 1.2 (form)", "P";
        "b_rug: rough ground": rugged in 0.0..=20.0, "1", "evidence 1.2 (form)", "P";
        "b_ref: per e-fold of kin refugees": refugees in 0.0..=20.0, "1", "evidence 1.2 (form)", "P";
        "b_d: per day of march": travel_per_day in 0.0..=20.0, "1/day", "evidence 1.2 (form)", "P";
        "Cost of crossing an unguarded line": crossing in 0.0..=20.0, "1", "design", "P";
        "Further cost of a line that detects everybody": guarded_crossing in 0.0..=20.0, "1", "design", "P";
        "Hostility of a host that no row names": hostility in 0.0..=1.0, "1", "design", "P";
        "k_g: detection by guards": detection_per_guard_per_km in 0.0..=1.0, "km per guard", "evidence 5 (0.01 to 0.15)", "P";
        "k_s: detection by walls and sensors": detection_by_sensors in 0.0..=10.0, "1", "design: residual crossing 0.3 behind a wall, evidence 5", "P";
        "tau: exposure of a group while it crosses": exposure in 0.0..=10.0, "1", "design", "P";
        "Standard deviation of heights in a cell that counts as fully rough": rough_m in 10.0..=2000.0, "m", "design", "P";
    }
}

table! {
    /// `[[conflict.sanctuary.hosts]]`.
    HostRow {
        "Code of the host territory.": host [String];
        "Hostility to groups that fight another state: 0 shelters them, 1 fights them.": hostility in 0.0..=1.0, "1", "design", "P";
    }
}

table! {
    /// `[conflict.engagement]`.
    Engagement {
        "lambda: engagements of one fighter a day for each soldier per km2": rate in 0.0..=1.0, "km2/day", "evidence 1.2 (form)", "P";
        "Posture of a group that holds, against one that raids": hold_posture in 0.0..=1.0, "1", "design", "P";
        "Posture of a group on the move": march_posture in 0.0..=1.0, "1", "design", "P";
        "Posture of a group in a state that it does not fight, where that host is wholly hostile": guest_posture in 0.0..=1.0, "1", "design", "P";
        "g: losses that a fighter inflicts by aimed fire": group_fire in 0.0001..=1.0, "1/day", "evidence 1.2 (Deitchman form)", "P";
        "r: losses that a soldier inflicts when fully informed": state_fire in 0.0001..=1.0, "1/day", "evidence 1.2 (Deitchman form)", "P";
        "Soldiers at most brought against one fighter": most_against_one in 0.1..=50.0, "1", "design", "P";
        "c_t: advantage of the group on fully rough ground": terrain in 0.0..=5.0, "1", "evidence 1.2 (0.5 to 2)", "P";
        "m: informed share of fire without control or grievance": informed in 0.0..=1.0, "1", "evidence 1.2 (form)", "P";
        "Gain of m under full control": informed_by_control in 0.0..=1.0, "1", "evidence 1.2 (sign)", "P";
        "Loss of m under full grievance": informed_lost_by_grievance in 0.0..=1.0, "1", "evidence 1.2 (sign)", "P";
        "Share of stray fire that kills": stray_lethality in 0.0..=5.0, "1", "design", "P";
        "Engagements between rival groups: of one fighter a day for each rival per km2": rivalry_rate in 0.0..=1.0, "km2/day", "design", "P";
        "Distance within which rivals meet": rivalry_km in 1.0..=50.0, "km", "design", "P";
        "Chance that a detected crossing ends in a fight": fight_when_detected in 0.0..=1.0, "1", "design", "P";
    }
}

table! {
    /// `[conflict.severity]`.
    Severity {
        "alpha: exponent of the discrete power law of deaths in an event": exponent in 1.6..=4.0, "1", "evidence 1.2, Bohorquez et al. 2009 (2.2 to 2.8)", "F";
        "Deaths that no event exceeds": most in 2.0..=20_000.0, "deaths", "design: bound of the tail", "P";
    }
}

table! {
    /// `[conflict.excitation]`: a Hawkes process in space and time.
    Excitation {
        "Further events that an event brings on average": branching in 0.0..=0.95, "1", "evidence 1.2 and 5 (0.4 to 0.8)", "P";
        "e-fold of their delay": decay_days in 1.0..=60.0, "days", "evidence 1.2 and 5 (5 to 15)", "P";
        "e-fold of their distance": range_km in 5.0..=60.0, "km", "evidence 1.2 (20 to 60)", "P";
    }
}

table! {
    /// `[conflict.one_sided]`.
    OneSided {
        "One-sided events by state forces near a group, where control invites them": state_per_day in 0.0..=1.0, "1/day per group", "design; form evidence 1.2 (Kalyvas)", "P";
    }
}

table! {
    /// `[conflict.control]`.
    Control {
        "kappa: rate at which control follows the balance of force": speed_per_day in 0.0..=1.0, "1/day", "evidence 1.2 (0.02 to 0.1)", "P";
        "m: decisiveness of the contest": decisiveness in 0.5..=3.0, "1", "evidence 1.2 (1 to 2)", "P";
        "Loss-of-strength length of a group": reach_km in 10.0..=200.0, "km", "evidence 1.2 and 5 (30 to 100)", "P";
        "Weight of a group in a state that it does not fight": guest_contest in 0.0..=1.0, "1", "design", "P";
        "e-fold of the memory of a ground advance": advance_days in 1.0..=60.0, "days", "design", "P";
        "e-fold of the memory of fatalities": memory_days in 1.0..=60.0, "days", "evidence 1.5 (14 d)", "P";
        "e-fold of the distance at which fatalities are felt": fatality_km in 5.0..=50.0, "km", "evidence 1.5 (20 km)", "P";
    }
}

table! {
    /// `[conflict.recruitment]`.
    Recruitment {
        "rec: recruits a day from a pool of one without control and with full grievance": rate in 0.0..=1.0, "1/day", "evidence 1.2 (form)", "P";
        "Share of the residents who could be recruited": pool_share in 0.0..=0.5, "1", "design", "P";
        "Distance from which a group recruits": reach_km in 1.0..=50.0, "km", "design", "P";
        "Weight of economic stress in grievance": grievance_by_stress in 0.0..=1.0, "1", "evidence 1.2 (hardship, Epstein)", "P";
        "Weight of unrest in grievance": grievance_by_unrest in 0.0..=1.0, "1", "evidence 1.2 (form)", "P";
        "Weight of fatalities nearby in grievance": grievance_by_harm in 0.0..=1.0, "1", "evidence 1.2 (theta)", "P";
        "Fatalities nearby at which half of that weight is reached": harm_half in 0.1..=10_000.0, "deaths", "design", "P";
        "Grievance outside Iran": grievance_elsewhere in 0.0..=1.0, "1", "design: no resurgence by itself", "P";
    }
}

table! {
    /// `[conflict.supply]`.
    Supply {
        "Supply from taxing a populous place without state control": tax in 0.0..=5.0, "days/day", "evidence 1.2 (form)", "P";
        "Residents of a cell at which half of that is reached": tax_population in 1.0..=1_000_000.0, "persons", "design", "P";
        "Use when at rest": use_at_rest in 0.0..=5.0, "days/day", "definition", "P";
        "Further use when raiding or marching": use_in_action in 0.0..=5.0, "days/day", "design", "P";
        "s_min: supply below which fighters desert": least_days in 0.0..=60.0, "days", "evidence 1.2 (form)", "P";
        "Desertion when supply is short": desertion_per_day in 0.0..=0.2, "1/day", "evidence 1.2 (1 to 3 %/d)", "P";
        "Supply that a group can store": most_days in 1.0..=3650.0, "days", "design", "P";
    }
}

table! {
    /// `[conflict.cohesion]`.
    Cohesion {
        "Rate of return to the cohesion of the kind": recovery_per_day in 0.0..=1.0, "1/day", "design", "P";
        "Loss of cohesion per share of fighters lost": lost_by_losses in 0.0..=10.0, "1", "design", "P";
        "Loss of cohesion a day when supply is short": lost_by_want_per_day in 0.0..=1.0, "1/day", "design", "P";
        "Hazard of a split without cohesion": split_per_day in 0.0..=1.0, "1/day", "evidence 1.2 (coalescence-fragmentation)", "P";
        "Fighters below which no group splits": least_to_split in 2.0..=10_000.0, "fighters", "design", "P";
        "Hazard that two groups of one side at one place merge": merge_per_day in 0.0..=1.0, "1/day", "evidence 1.2 (coalescence-fragmentation)", "P";
        "Fighters below which a group gives up": least_fighters in 0.0..=1000.0, "fighters", "design", "P";
        "Cohesion below which a group without supply gives up": give_up in 0.0..=1.0, "1", "design", "P";
    }
}

table! {
    /// `[conflict.vacuum]`.
    Vacuum {
        "Hazards and sizes.": rates [VacuumRates];
        "Communities of Iran from which kin-autonomist groups may arise.": kin_communities [Vec<String>];
    }
}

table! {
    /// `[conflict.vacuum.rates]`.
    VacuumRates {
        "Control below which groups form": control in 0.0..=1.0, "1", "evidence 1.6 (C < 0.4)", "P";
        "New groups a day per million residents without control and with full grievance": per_million_per_day in 0.0..=1.0, "1/day per million", "design", "P";
        "Share of criminal groups among the new": criminal_share in 0.0..=1.0, "1", "design", "P";
        "Share of jihadist groups among the new": jihadist_share in 0.0..=1.0, "1", "design", "P";
        "Groups at most on the map": most_groups in 0.0..=5000.0, "1", "design: bound of growth", "P";
        "Supply of a new group": supply_days in 0.0..=365.0, "days", "design", "P";
        "Fighters of a new group (log-uniform)": unit between 1.0..=10_000.0, "fighters", "design", "P";
    }
}

table! {
    /// `[conflict.background]`.
    Background {
        "Level and decline.": level [BackgroundLevel];
        "Where it happens.": regions [Vec<BackgroundRegion>];
    }
}

table! {
    /// `[conflict.background.level]`.
    BackgroundLevel {
        "Victims (killed and wounded) in the reference year": victims in 0.0..=100_000.0, "persons/year", "hindcast/nc_insurgency_casualties.csv, 2018", "F";
        "Reference year": year in 1990.0..=2100.0, "year", "hindcast/nc_insurgency_casualties.csv", "F";
        "Decline a year": decline_per_year in 0.0..=1.0, "1/year", "evidence 1.2 (-28 % a year 2010-18)", "C";
        "Victims a year below which it does not fall": floor in 0.0..=10_000.0, "persons/year", "design: extrapolation beyond 2019", "P";
        "Share of the killed among the victims": killed_share in 0.0..=1.0, "1", "hindcast/nc_insurgency_casualties.csv, 2010 (754 of 1,710)", "C";
        "Deaths that no background event exceeds": most in 1.0..=1000.0, "deaths", "design", "P";
        "Share of civilians among the dead.": civilian_share in 0.0..=1.0, "1", "design", "P";
    }
}

table! {
    /// `[[conflict.background.regions]]`.
    BackgroundRegion {
        "Code of the state.": state [String];
        "Name of the first-level unit on the map.": unit [String];
        "Share of the victims (weights; need not add up to 1).": share in 0.0..=1.0, "1", "design", "P";
    }
}

table! {
    /// `[conflict.domino]`: log hazard = sum of what the channels add.
    Domino {
        "Odds ratio per e-fold of kin refugees, where armed kin are near": odds_per_refugee_efold in 1.0..=3.0, "1", "evidence 1.2 (1.05 to 1.25)", "P";
        "Kin refugees that count as one unit before the logarithm": refugees_unit in 1.0..=1_000_000.0, "persons", "design", "P";
        "b_kin: many kin fighters next door": kin_fighters in 0.0..=10.0, "1", "evidence 1.2 (sign, Buhaug and Gleditsch)", "P";
        "b_sanct: many foreign fighters nearby": sanctuary in 0.0..=10.0, "1", "evidence 1.2 (sign, Salehyan)", "P";
        "b_vac: the guarantor's attention wholly diverted": attention in 0.0..=10.0, "1", "design", "P";
        "b_vac: no control across the line": control_across in 0.0..=10.0, "1", "design", "P";
        "Fighters at which half of an effect is reached": fighters_half in 1.0..=100_000.0, "fighters", "design", "P";
        "Distance within which foreign fighters count": sanctuary_km in 1.0..=300.0, "km", "brief (50 km)", "P";
        "Distance within which kin, refugees and control across the line count": kin_km in 1.0..=500.0, "km", "design", "P";
    }
}

table! {
    /// `[[conflict.flashpoints]]`.
    FlashpointRow {
        "Name.": name [String];
        "The two sides, for people: codes of territories or names of units.": sides [[String; 2]];
        "Latitude of its centre.": lat in -90.0..=90.0, "degrees", "design", "P";
        "Longitude of its centre.": lon in -180.0..=180.0, "degrees", "design", "P";
        "Radius within which its events happen.": radius_km in 1.0..=300.0, "km", "design", "P";
        "Communities whose kin ties count.": kin [Vec<String>];
        "Hazard of an episode without spillover.": hazard_per_year in 0.0..=10.0, "1/year", "design", "P";
        "Whether it can flare up without spillover; if not, only what the channels add counts.": spontaneous [bool];
        "Weight of the guarantor's (Russia's) attention in keeping it quiet.": guarantor in 0.0..=1.0, "1", "design", "P";
        "Length of an episode, least and most.": episode_days between 1.0..=1000.0, "days", "design", "P";
        "Events a day in an episode, least and most.": events_per_day between 0.0..=100.0, "1/day", "design", "P";
        "Deaths at most in one of its events.": most_deaths in 1.0..=20_000.0, "deaths", "design", "P";
        "Share of civilians among the dead.": civilian_share in 0.0..=1.0, "1", "design", "P";
        "Ground advance felt at the place of an event.": advance_per_event in 0.0..=1.0, "1 per event", "design", "P";
    }
}

table! {
    /// `[conflict.threat]`.
    Threat {
        "e-fold of the distance at which armed strength weighs on a line": strength_km in 1.0..=50.0, "km", "evidence 1.5 (a)", "P";
        "Distance within which events weigh on a line": event_km in 1.0..=50.0, "km", "evidence 1.5 (v)", "P";
        "e-fold of the memory of events": event_days in 1.0..=90.0, "days", "evidence 1.5 (v)", "P";
        "Criminal strength per 100 km of line at which the illicit flow reaches 1 - 1/e": illicit_fighters in 1.0..=100_000.0, "fighters per 100 km", "design", "P";
        "Control below which the flow grows without criminals": illicit_control in 0.01..=1.0, "1", "design", "P";
        "Flow where there is no control at all": illicit_without_control in 0.0..=1.0, "1", "design", "P";
    }
}
