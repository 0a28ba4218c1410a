//! Parameters of displacement: each with unit, range, meaning, source.

use std::collections::BTreeMap;

use bevy_ecs::prelude::Resource;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::parameter_table::table;

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

table! {
    /// Hazard of leaving home by class of threat, the same in every scenario and hindcast (evidence 1.1.1).
    Hazard {
        /// Peacetime background: only where some threat is felt; ordinary migration is not simulated.
        background_per_day: 0..=0.001, "1/d", "evidence 1.1.1, range 1e-6 to 1e-5", "P";
        /// Mass protest and repression without a front, at full unrest.
        protest_per_day: 0..=0.01, "1/d", "evidence 1.1.1, range 1e-5 to 2e-4", "P";
        /// Air campaign, country-wide (upper bound).
        air_campaign_per_day: 0..=0.1, "1/d", "evidence 1.1.1: up to 3.2 m of 89.2 m in 12 d", "C";
        /// The capital under strikes, first days.
        capital_under_strikes_per_day: 0..=0.1, "1/d", "evidence 1.1.1: about 100,000 of 9.5 m in 2 d", "C";
        /// Siege or artillery on towns: fighting where the state does not hold control.
        siege_per_day: 0..=0.2, "1/d", "evidence 1.1.1: 0.013 to 0.018, Chechnya 1999", "C";
        /// A revolt crushed, reprisals feared: deadly force where the state holds control against unrest.
        reprisal_per_day: 0..=0.3, "1/d", "evidence 1.1.1: 0.026 to 0.029, a held-out case", "C";
        /// Ground advance, massacre feared: control lost to an advance in the past days.
        ground_advance_per_day: 0..=1, "1/d", "evidence 1.1.1: 0.13 to 0.24, Kobani 2014", "C";
        /// Near-total departure after defeat: control lost altogether to an advance.
        defeat_per_day: 0..=2, "1/d", "evidence 1.1.1: 0.30 or more, Karabakh 2023 (characterisation contested)", "C";
    }
}

table! {
    /// What makes a class of threat weigh more or less.
    Decision {
        /// Kernel-weighted fatalities at which the siege class applies in full: those of the episode that the class was computed from.
        fatalities_for_siege: 0.1..=100000, "deaths in 14 d near the cell", "UCDP GED Chechnya, 25 Sep to 22 Oct 1999, weighted by town population with the model's own kernel: 171 to 807", "C";
        /// Power of (1 + fatalities) against the reference of the class.
        fatalities_exponent: 0..=2, "1", "form of evidence 1.1.1 (b_n): in proportion to deaths", "P";
        /// Largest factor that fatalities give.
        fatalities_multiplier_max: 1..=10, "1", "keeps hazards inside the anchors' spread", "P";
        /// Unrest below which nobody leaves because of protest.
        protest_unrest_threshold: 0..=1, "1", "none found", "P";
        /// Share of yesterday's perceived threat kept today.
        memory_per_day: 0..=0.99, "1/d", "evidence 1.1.1: rho 0.6 to 0.9", "P";
        /// Log hazard per share of neighbours gone.
        cascade: 0..=3, "1", "form of evidence 1.1.1 (b_s; Granovetter type)", "P";
        /// Variance of the gamma frailty of households.
        frailty_variance: 0..=3, "1", "evidence 1.1.1: 0.5 to 1.5", "P";
        /// Loss of control to an advance within days below which nobody flees because of it: a slow loss is no advance.
        advance_threshold: 0..=0.99, "1", "none found", "P";
        /// Loss of control to an advance from which the defeat class applies.
        defeat_advance: 0..=1, "1", "none found", "P";
    }
}

table! {
    /// Choice of destination by random utility (evidence 1.1.3).
    DestinationChoice {
        {
            /// Structure of the choice: gravity, `intervening_opportunities` or radiation.
            #[schemars(extend("x-unit" = "", "x-source" = "evidence 1.1.3", "x-certainty" = "F"))]
            kernel: Kernel,
        }
        /// Distance added before the power is taken.
        softening_km: 0.1..=100, "km", "evidence 1.1.3 (Flee d0; sweep 1 to 30)", "F";
        /// Power of distance.
        distance_power: 0.1..=4, "1", "evidence 1.1.3 (sweep 0.8 to 2.0)", "R-m";
        /// Power of a place's population in reach.
        attraction_power: 0..=2, "1", "gravity with population as mass", "R-m";
        /// Log odds of a place where the group's community is the largest.
        kin_bonus: 0..=4, "log odds", "evidence 1.1.3 (b_kin; range 0.3 to 2)", "P";
        /// Weight of a reception site against a town of `camp_population` people.
        camp_weight: 0.1..=20, "1", "evidence 1.1.3 (Flee 1 to 2; sensitivity range 1 to 10)", "F";
        /// Population that a reception site's attraction counts as.
        camp_population: 1..=10000000, "persons", "none found", "P";
        /// Power of (1 + settled compatriots / `friends_persons`) by which those who are there already draw others.
        friends_power: 0..=1.5, "1", "evidence 0 and 1.1.3: proximity, family and friends govern the choice (Moore and Shellman 2007, direction); the power after Beine et al. 2011 (diasporas, about 0.6)", "R-m";
        /// Settled compatriots at which that attraction has doubled its base.
        friends_persons: 1..=1000000, "persons", "none found", "P";
        /// Log odds lost at a place under full threat.
        threat_aversion: 0..=10, "log odds", "Flee conflict weight 0.25 = exp(-1.386)", "F";
        /// Distance at which attraction beyond a gate is reckoned.
        beyond_border_km: 1..=1000, "km", "so that the product of two kernels resembles the kernel of the sum", "P";
        /// Weight of destinations beyond a border.
        foreign_weight: 0.01..=20, "1", "evidence 1.1.3 (Flee foreign weight)", "F";
        /// Weight of a further border for those who have just crossed one.
        onward_weight: 0..=1, "1", "evidence 2.2 P3: 67 % of refugees stay next door", "P";
        /// Weight of a gate that lets one's class pass by permit, against an open one: people try, and waits then deter them.
        permit_weight: 0..=1, "1", "none found", "P";
        /// Weight of a gate that is shut to all for now, though not by war or treaty, against an open one: some wait there.
        closed_weight: 0..=1, "1", "evidence 2.1 H3, H5: people waited at the shut lines of Kavkaz 1999 and Kobani 2014; level not found", "P";
        /// Log odds lost per day of expected wait at a gate.
        wait_aversion_per_day: 0..=5, "log odds/d", "none found", "P";
        /// Weight of the green border against an open gate to the same towns.
        irregular_weight: 0..=1, "1", "none found", "P";
        /// Log odds of crossing lost by nationals under a full exit bar.
        exit_bar_strength: 0..=10, "log odds", "evidence section 5 (a5; range 1 to 6)", "P";
        /// Log odds of crossing lost under full aid at source.
        source_aid_strength: 0..=4, "log odds", "none found", "P";
        /// Log odds of crossing lost where the far state holds people in a buffer.
        buffer_strength: 0..=6, "log odds", "evidence 1.3: a published three-tier plan", "P";
    }
}

table! {
    /// Travel on the network (evidence 1.1.4).
    Travel {
        /// Hours on foot in a day.
        walking_hours_per_day: 0.5..=16, "h/d", "30 km a day at the level pace of 5 km/h", "F";
        /// Hours by vehicle in a day.
        driving_hours_per_day: 0.5..=24, "h/d", "360 km a day at about 60 km/h (range 200 to 850 km/d)", "F";
        /// Share of groups that travel by vehicle.
        vehicle_share: 0..=1, "1", "none found", "P";
        /// The same for the already mobile population.
        mobile_vehicle_share: 0..=1, "1", "none found", "P";
        /// Persons in a vehicle.
        persons_per_vehicle: 1..=50, "persons", "evidence 1.1.5 (4.4 to 4.9), Karabakh 2023", "C";
        /// Vehicles a day on an international road before it jams.
        road_capacity_class_1: 100..=1000000, "vehicles/d", "two lanes at 1,000 vehicles/h, 24 h", "R-m";
        /// Vehicles a day on a national road.
        road_capacity_class_2: 100..=1000000, "vehicles/d", "half of class 1", "P";
        /// Vehicles a day on a regional road.
        road_capacity_class_3: 100..=1000000, "vehicles/d", "205 vehicles/h on one mountain corridor, Karabakh 2023", "C";
        /// Coefficient of the jam function.
        jam_coefficient: 0..=5, "1", "BPR function (Bureau of Public Roads 1964)", "R-h";
        /// Power of the jam function.
        jam_power: 1..=10, "1", "BPR function (Bureau of Public Roads 1964)", "R-h";
        /// Largest factor on travel time.
        jam_slowdown_max: 1..=100, "1", "2 to 10 km/h in an exodus jam against 60", "F";
        /// Height above which winter slows travel.
        winter_elevation_m: -100..=9000, "m", "none found", "P";
        /// Factor on walking time there from December to March.
        winter_factor_foot: 1..=10, "1", "15 against 30 km a day in winter mountains, April 1991", "F";
        /// Factor on driving time there from December to March.
        winter_factor_vehicle: 1..=10, "1", "none found", "P";
    }
}

table! {
    /// Settling, saturation, moving on, return, mortality (evidence 1.1.7).
    Hosting {
        /// Displaced per resident at which acceptance falls to 1/e.
        saturation_share: 0.01..=5, "1", "evidence 1.1.7 (L0 0.05 to 0.5)", "P";
        /// Share of arrivals that kin or friends take in, where their community lives.
        kin_hosted_share: 0..=1, "1", "WHO: 75 % with host families in Ingushetia", "F";
        /// Hazard of moving on.
        secondary_per_day: 0..=0.1, "1/d", "UNHCR: 150 to 200 a day of about 172,000 from Kobani", "F";
        /// Hazard of return to a safe home.
        return_per_day: 0..=0.1, "1/d", "evidence 1.1.7: 0.002 to 0.02; 0.015 largest seen", "C";
        /// Hazard of a visit home to look after what was left behind, where home is in no danger; by the factor of a place under threat
        /// where it is.
        visit_per_day: 0..=0.1, "1/d", "evidence 2.1 H3: 35,730 back at Kavkaz in 44 d of about 200,000, by half who were home under siege; pattern P7", "C";
        /// Control at home at which half of those who would return do.
        return_control: 0..=1, "1", "form of evidence 1.1.7 (C*)", "P";
        /// Width of that threshold.
        return_control_width: 0.01..=1, "1", "form of evidence 1.1.7 (s)", "P";
        /// Hazard of leaving at home at which return falls to 1/e.
        return_threat_scale: 0.00001..=1, "1/d", "none found", "P";
        /// Deaths of the displaced.
        deaths_per_10000_per_day: 0..=50, "1/10,000/d", "evidence 1.1.7 and section 5 (0.2 to 3)", "F";
        /// Days after which a settled group counts as settled for return and secondary movement to act in full.
        new_arrival_days: 1..=365, "d", "none found", "P";
    }
}

table! {
    /// A population that is already on the move (evidence 0.2 and 3: Afghans in Iran).
    Mobile {
        {
            /// State that hosts it.
            #[schemars(extend("x-unit" = "", "x-source" = "evidence section 3", "x-certainty" = "F"))]
            state: String,
            /// Its nationality (ISO3).
            #[schemars(extend("x-unit" = "", "x-source" = "evidence section 3", "x-certainty" = "F"))]
            nationality: String,
        }
        /// Persons in the whole state at the end of 2024.
        persons: 0..=100000000, "persons", "UNHCR end 2024: 3,489,257 refugees and like", "F";
        /// Persons who had left by the as-of date.
        left_since: 0..=100000000, "persons", "more than 1.2 m returned by 19 Jul 2025", "F";
        /// Population of the whole state, to find the part on the map.
        state_population: 1..=2000000000, "persons", "Factbook 2025", "F";
        /// Weight of their own country against a place on the map of the same size and distance.
        home_weight: 0..=100000, "1", "most of those who left went home: more than 1.2 m by 19 Jul 2025", "P";
        /// Factor on the hazard of leaving.
        hazard_factor: 0..=50, "1", "none found", "P";
        /// Hazard of leaving without any threat.
        background_per_day: 0..=0.05, "1/d", "half of the pace of Jan to Jul 2025 (1.2 m of 3.5 m in 200 d)", "P";
    }
}
