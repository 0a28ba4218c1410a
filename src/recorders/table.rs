//! The tables that a study writes: the closed list, their files, and what a column is.
//!
//! To add a column: one line in [`super::columns`] and one push in the recorder that fills the table.
//! To add a table: a line in [`Table`], its arms here, its columns there, and its recorder.

use super::columns;

/// Name of the aggregate over Russia's southern border: one more border after the map's segments.
pub const RUSSIA_SOUTH: &str = "RUS-SOUTH";

/// Name of the only variant of a study without variants.
pub const BASE_VARIANT: &str = "base";

/// The measures of [`super::Series`], in its order. Each is a column of `pressure.csv` too.
pub const MEASURES: [&str; 15] = [
    "index",
    "threat",
    "vulnerability",
    "impact",
    "humanitarian",
    "irregular",
    "armed",
    "violence",
    "arrivals_persons_per_day",
    "waiting_persons",
    "wait_hours",
    "irregular_attempts_per_day",
    "armed_fighters_per_100km",
    "events_severity_per_100km",
    "illicit_goods_index",
];

/// Position of the pressure index in [`MEASURES`].
pub const INDEX_MEASURE: usize = 0;

/// A table of a study. The first twelve are filled by recorders during a run, the others when the runs are done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Table {
    /// Pressure on each border, by day.
    Pressure,
    /// Traffic and policy of each crossing, by day.
    Crossings,
    /// Displaced people by host state and origin, by day.
    Displacement,
    /// Armed strength, control, events by state, by day.
    Conflict,
    /// Violent events.
    Events,
    /// What states hold and do, by day.
    States,
    /// Actions of states.
    Actions,
    /// The leadership's trajectory, by day.
    Leadership,
    /// The region's own dormant conflicts, by day: what raises their hazard.
    Flashpoints,
    /// What a run comes to, number by number.
    Measures,
    /// Displaced people by cell, by week.
    Whereabouts,
    /// Displaced people by home unit and host state, by week.
    Origins,
    /// Bands over replicates of each measure of pressure.
    PressureBands,
    /// Bands of paired differences.
    Contrasts,
    /// Headline numbers over replicates.
    Summary,
    /// How well their means are known.
    Precision,
    /// The runs.
    Runs,
}

impl Table {
    /// Every table, recorded ones first.
    pub const ALL: [Self; 17] = [
        Self::Pressure,
        Self::Crossings,
        Self::Displacement,
        Self::Conflict,
        Self::Events,
        Self::States,
        Self::Actions,
        Self::Leadership,
        Self::Flashpoints,
        Self::Measures,
        Self::Whereabouts,
        Self::Origins,
        Self::PressureBands,
        Self::Contrasts,
        Self::Summary,
        Self::Precision,
        Self::Runs,
    ];

    /// The tables that recorders fill, in the order of [`super::RunOutput::tables`].
    pub const RECORDED: [Self; 12] = [
        Self::Pressure,
        Self::Crossings,
        Self::Displacement,
        Self::Conflict,
        Self::Events,
        Self::States,
        Self::Actions,
        Self::Leadership,
        Self::Flashpoints,
        Self::Measures,
        Self::Whereabouts,
        Self::Origins,
    ];

    /// Position in [`Table::ALL`], and for recorded tables in [`super::RunOutput::tables`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// Name on the command line: the file's name without its ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        let file = self.file();
        file.strip_suffix(".csv").unwrap_or(file)
    }

    /// Name of the file in the study's folder.
    #[must_use]
    pub const fn file(self) -> &'static str {
        match self {
            Self::Pressure => "pressure.csv",
            Self::Crossings => "crossings.csv",
            Self::Displacement => "displacement.csv",
            Self::Conflict => "conflict.csv",
            Self::Events => "events.csv",
            Self::States => "states.csv",
            Self::Actions => "actions.csv",
            Self::Leadership => "leadership.csv",
            Self::Flashpoints => "flashpoints.csv",
            Self::Measures => "measures.csv",
            Self::Whereabouts => "whereabouts.csv",
            Self::Origins => "origins.csv",
            Self::PressureBands => "pressure_bands.csv",
            Self::Contrasts => "contrasts.csv",
            Self::Summary => "summary.csv",
            Self::Precision => "precision.csv",
            Self::Runs => "runs.csv",
        }
    }

    /// The columns, in their order.
    #[must_use]
    pub const fn columns(self) -> &'static [Column] {
        match self {
            Self::Pressure => columns::PRESSURE,
            Self::Crossings => columns::CROSSINGS,
            Self::Displacement => columns::DISPLACEMENT,
            Self::Conflict => columns::CONFLICT,
            Self::Events => columns::EVENTS,
            Self::States => columns::STATES,
            Self::Actions => columns::ACTIONS,
            Self::Leadership => columns::LEADERSHIP,
            Self::Flashpoints => columns::FLASHPOINTS,
            Self::Measures => columns::MEASURES,
            Self::Whereabouts => columns::WHEREABOUTS,
            Self::Origins => columns::ORIGINS,
            Self::PressureBands => columns::PRESSURE_BANDS,
            Self::Contrasts => columns::CONTRASTS,
            Self::Summary => columns::SUMMARY,
            Self::Precision => columns::PRECISION,
            Self::Runs => columns::RUNS,
        }
    }

    /// What one row is, in a sentence or two.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Pressure => {
                "One row per run, date and border: the pressure index of evidence 1.5, its parts, what each term contributes, and the raw observables behind it. RUS-SOUTH is the aggregate over Russia's southern border. The index is an ordinal composite of load, not a probability of attack; movement of civilians counts as load on services."
            }
            Self::Crossings => {
                "One row per run, date, crossing and direction with traffic in it, or whose policy changed that day: demand, passage, queue, policy. A missing row means no traffic and yesterday's policy."
            }
            Self::Displacement => {
                "One row per run, date, state and origin with anybody in it: displaced people by where they are and where they come from. State and origin are equal for people displaced inside their own state."
            }
            Self::Conflict => {
                "One row per run, date and state: armed groups by type, control, events and deaths of the day."
            }
            Self::Events => {
                "One row per violent event. Positions are centres of map cells: the model has no finer place than its grid."
            }
            Self::States => {
                "One row per run and date for Russia (RUS): its mobile reserve by front and the attention that it diverts southward, influence, the arms pipeline, prestige apart from capability."
            }
            Self::Actions => "One row per action of a state, with the reading that led to it.",
            Self::Leadership => {
                "One row per run and date: the condition of Iran's leadership that drove the run (evidence 1.4)."
            }
            Self::Flashpoints => {
                "One row per run, flashpoint and date on which something moves its hazard or an episode is under way: the domino effect with each channel apart."
            }
            Self::Measures => {
                "One row per run, border and measure: what the run comes to, for comparing many runs. Measures of the whole region have no border. `spillover sensitivity` reads this table."
            }
            Self::Whereabouts => {
                "One row per run, every seventh date from the start, and map cell with displaced people in it, moving or settled. Who went beyond the edge of the map is in displacement.csv alone."
            }
            Self::Origins => {
                "One row per run, every seventh date from the start, first-level unit of home and state with displaced people from there, moving or settled, also beyond the edge of the map."
            }
            Self::PressureBands => {
                "One row per outcome, variant, border, measure and date: mean and quantiles over the replicates, and the share of replicates with a high index. Conditional on the outcome: nothing here says how likely an outcome is."
            }
            Self::Contrasts => {
                "One row per outcome, variant, border, measure and date: mean and quantiles of the paired difference to the reference (study.contrast_against, study.contrast_variant), replicate by replicate under the same luck."
            }
            Self::Summary => {
                "One row per outcome, variant, border and headline number: what the terminal shows at the end of a run. Numbers of the whole region have no border."
            }
            Self::Precision => {
                "One row per outcome, variant, border and headline number: the Monte Carlo interval of its mean, and how many replicates would give a wanted one. It says how well the model's mean is known, and nothing of how right the model is."
            }
            Self::Runs => {
                "One row per run of the plan, also for runs that failed: identity, parameters, seed, status, headline numbers, and the command that repeats a failed run."
            }
        }
    }
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnKind {
    /// UTF-8 text, quoted when it needs to be.
    Text,
    /// A whole number.
    Integer,
    /// A decimal number without exponent: five significant digits, at most six decimals.
    Number,
    /// An ISO date.
    Date,
    /// `true` or `false`.
    Boolean,
}

/// A column of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name in the header, with the unit as suffix where there is one.
    pub name: &'static str,
    /// What it holds.
    pub kind: ColumnKind,
    /// Unit: `1` for shares and indices, empty for text and dates.
    pub unit: &'static str,
    /// What it means.
    pub about: &'static str,
}

impl Column {
    /// A column of text.
    #[must_use]
    pub const fn text(name: &'static str, about: &'static str) -> Self {
        Self { name, kind: ColumnKind::Text, unit: "", about }
    }
    /// A column of whole numbers.
    #[must_use]
    pub const fn integer(name: &'static str, unit: &'static str, about: &'static str) -> Self {
        Self { name, kind: ColumnKind::Integer, unit, about }
    }
    /// A column of decimal numbers.
    #[must_use]
    pub const fn number(name: &'static str, unit: &'static str, about: &'static str) -> Self {
        Self { name, kind: ColumnKind::Number, unit, about }
    }
    /// A column of dates.
    #[must_use]
    pub const fn date(name: &'static str, about: &'static str) -> Self {
        Self { name, kind: ColumnKind::Date, unit: "", about }
    }
    /// A column of truth values.
    #[must_use]
    pub const fn boolean(name: &'static str, about: &'static str) -> Self {
        Self { name, kind: ColumnKind::Boolean, unit: "", about }
    }
}

/// A choice of tables: what recorders record and what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSet(u32);

impl TableSet {
    /// Every table.
    pub const ALL: Self = Self((1 << Table::ALL.len()) - 1);

    /// Runs, their measures, bands, contrasts, summary, precision: nothing by run and day.
    #[must_use]
    pub const fn summary() -> Self {
        let ensemble =
            Self(0).with(Table::PressureBands).with(Table::Contrasts).with(Table::Summary);
        ensemble.with(Table::Precision).with(Table::Runs).with(Table::Measures)
    }

    /// The list of runs alone.
    #[must_use]
    pub const fn runs_only() -> Self {
        Self(0).with(Table::Runs)
    }

    /// This choice and one table more.
    #[must_use]
    pub const fn with(self, table: Table) -> Self {
        Self(self.0 | (1 << table as u32))
    }

    /// The tables of both choices.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether a table is chosen.
    #[must_use]
    pub const fn contains(self, table: Table) -> bool {
        self.0 & (1 << table as u32) != 0
    }

    /// The chosen tables, in the order of [`Table::ALL`].
    pub fn iter(self) -> impl Iterator<Item = Table> {
        Table::ALL.into_iter().filter(move |&table| self.contains(table))
    }

    /// Reads `all`, `summary`, or names separated by commas; `runs` is always among them.
    ///
    /// # Errors
    /// With a message that lists the names when one is unknown.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut set = Self::runs_only();
        for word in text.split(',').map(str::trim) {
            match word {
                "all" => set = Self::ALL,
                "summary" => set = Self(set.0 | Self::summary().0),
                _ => {
                    let found =
                        Table::ALL.into_iter().find(|t| t.name() == word || t.file() == word);
                    let Some(table) = found else {
                        let names: Vec<&str> = Table::ALL.iter().map(|t| t.name()).collect();
                        return Err(format!(
                            "no table `{word}`; there are all, summary, {}",
                            names.join(", ")
                        ));
                    };
                    set = set.with(table);
                }
            }
        }
        Ok(set)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_tables_is_their_number() {
        for (i, table) in Table::ALL.into_iter().enumerate() {
            assert_eq!(table.index(), i);
        }
        assert_eq!(Table::ALL[..Table::RECORDED.len()], Table::RECORDED);
    }

    #[test]
    fn recorded_rows_begin_with_the_run_and_the_date() {
        for table in Table::RECORDED.into_iter().filter(|table| *table != Table::Measures) {
            let first: Vec<&str> = table.columns().iter().take(5).map(|c| c.name).collect();
            assert_eq!(
                first,
                ["outcome", "variant", "point", "replicate", "date"],
                "{}",
                table.file()
            );
        }
    }

    #[test]
    fn columns_have_unique_snake_case_names_and_a_meaning() {
        for table in Table::ALL {
            let mut names: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
            names.sort_unstable();
            let count = names.len();
            names.dedup();
            assert_eq!(names.len(), count, "{} repeats a column", table.file());
            for column in table.columns() {
                assert!(!column.about.is_empty(), "{}.{}", table.file(), column.name);
                assert!(
                    column
                        .name
                        .bytes()
                        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                    "{}",
                    column.name
                );
                let bare = matches!(
                    column.kind,
                    ColumnKind::Text | ColumnKind::Date | ColumnKind::Boolean
                );
                assert_eq!(
                    bare,
                    column.unit.is_empty(),
                    "{}.{} and its unit",
                    table.file(),
                    column.name
                );
            }
        }
    }

    #[test]
    fn every_measure_is_a_column_of_pressure() {
        for measure in MEASURES {
            assert!(Table::Pressure.columns().iter().any(|c| c.name == measure), "{measure}");
        }
    }

    #[test]
    fn choices_of_tables_are_read() {
        assert_eq!(TableSet::parse("all"), Ok(TableSet::ALL));
        assert_eq!(TableSet::parse("summary"), Ok(TableSet::summary()));
        let set = TableSet::parse("pressure, events.csv").unwrap();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Table::Pressure, Table::Events, Table::Runs]);
        assert!(
            TableSet::parse("presure")
                .unwrap_err()
                .starts_with("no table `presure`; there are all, summary, pres")
        );
    }

    #[test]
    fn classes_change_at_their_limits() {
        let classes: Vec<&str> = [0.0, 19.99, 20.0, 40.0, 60.0, 80.0, 100.0]
            .into_iter()
            .map(crate::borders::rules::class)
            .collect();
        assert_eq!(
            classes,
            ["normal", "normal", "elevated", "high", "severe", "critical", "critical"]
        );
    }
}
