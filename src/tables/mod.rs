//! What a run and a study leave behind: one file a table. It holds what a row is, the columns with what a row has in each,
//! and for a table of a run what records it.
//!
//! To add a column: a line in the file of its table. To add a table: its file, and a line in the list below.

use crate::geography::Map;

pub mod actions;
pub mod column;
pub mod conflict;
pub mod contrasts;
pub mod crossings;
pub mod displacement;
pub mod events;
pub mod flashpoints;
pub mod format;
pub mod leadership;
pub mod measures;
pub mod origins;
pub mod precision;
pub mod pressure;
pub mod pressure_bands;
pub mod recording;
pub mod rows;
pub mod run_output;
pub mod runs;
pub mod states;
pub mod summary;
pub mod whereabouts;

use column::columns;
pub use column::{Column, ColumnKind, Columns, Row, columns_of};
pub use pressure::{INDEX_MEASURE, MEASURES};
pub use recording::{End, Look, Record};
pub use rows::RowWriter;
pub use run_output::{Headline, RunOutput, RunSpec, Series};

/// Name of the aggregate over Russia's southern border: one more border after the map's segments.
pub const RUSSIA_SOUTH: &str = "RUS-SOUTH";

/// Name of the only variant of a study without variants.
pub const BASE_VARIANT: &str = "base";

/// Names of the borders: the map's segments and [`RUSSIA_SOUTH`] at the end.
pub fn border_names(map: &Map) -> impl Iterator<Item = &str> {
    map.segments.iter().map(|s| s.name.as_str()).chain(std::iter::once(RUSSIA_SOUTH))
}

/// Makes the tables out of their closed list.
macro_rules! tables {
    (
        a run leaves { $($recorded:ident in $recorder:ident by $record:expr,)* }
        a study leaves { $($made:ident in $maker:ident,)* }
    ) => {
        /// A table of a study. Those of its runs come first; the others are made when the runs are done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum Table {
            $(#[doc = concat!("See [`", stringify!($recorder), "`].")] $recorded,)*
            $(#[doc = concat!("See [`", stringify!($maker), "`].")] $made,)*
        }

        impl Table {
            /// The tables that a run leaves, in the order of [`RunOutput::tables`].
            pub const RECORDED: [Self; [$(stringify!($recorded)),*].len()] =
                [$(Self::$recorded),*];

            /// Every table, those of runs first.
            pub const ALL: [Self; Self::RECORDED.len() + [$(stringify!($made)),*].len()] =
                [$(Self::$recorded,)* $(Self::$made),*];

            /// Name of the file in the study's folder.
            #[must_use]
            pub const fn file(self) -> &'static str {
                match self {
                    $(Self::$recorded => concat!(stringify!($recorder), ".csv"),)*
                    $(Self::$made => concat!(stringify!($maker), ".csv"),)*
                }
            }

            /// Name on the command line: the file's name without its ending.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$recorded => stringify!($recorder),)*
                    $(Self::$made => stringify!($maker),)*
                }
            }

            /// The columns, in their order.
            #[must_use]
            pub fn columns(self) -> Vec<Column> {
                match self {
                    $(Self::$recorded => columns_of::<$recorder::Row<'_>>(),)*
                    $(Self::$made => columns_of::<$maker::Row<'_>>(),)*
                }
            }

            /// What one row is, in a sentence or two.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$recorded => $recorder::ABOUT,)*
                    $(Self::$made => $maker::ABOUT,)*
                }
            }
        }

        /// What records the tables of a run, in the order of [`Table::RECORDED`].
        #[must_use]
        pub fn recorders() -> Vec<Box<dyn Record>> {
            vec![$(Box::new($record)),*]
        }
    };
}

tables! {
    a run leaves {
        Pressure in pressure by pressure::record,
        Crossings in crossings by crossings::Recorder::default(),
        Displacement in displacement by displacement::record,
        Conflict in conflict by conflict::record,
        Events in events by events::record,
        States in states by states::Recorder::default(),
        Actions in actions by actions::Recorder::default(),
        Leadership in leadership by leadership::record,
        Flashpoints in flashpoints by flashpoints::record,
        Measures in measures by measures::Recorder,
        Whereabouts in whereabouts by whereabouts::record,
        Origins in origins by origins::record,
    }
    a study leaves {
        PressureBands in pressure_bands,
        Contrasts in contrasts,
        Summary in summary,
        Precision in precision,
        Runs in runs,
    }
}

impl Table {
    /// Position in [`Table::ALL`], and for tables of a run in [`RunOutput::tables`].
    #[must_use]
    pub const fn index(self) -> usize {
        self as usize
    }

    /// The header line.
    #[must_use]
    pub fn header(self) -> Vec<u8> {
        let names: Vec<&str> = self.columns().iter().map(|c| c.name).collect();
        let mut line = names.join(",").into_bytes();
        line.push(b'\n');
        line
    }
}

/// A choice of tables: what recorders record and what is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TableSet(u32);

impl TableSet {
    /// Every table.
    pub const ALL: Self = Self((1 << Table::ALL.len()) - 1);

    /// What a study makes of its runs, and their measures: nothing by run and day.
    #[must_use]
    pub const fn summary() -> Self {
        Self(Self::ALL.0 & !((1 << Table::RECORDED.len()) - 1)).with(Table::Measures)
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
        text.split(',').map(str::trim).try_fold(Self::runs_only(), |set, word| match word {
            "all" => Ok(Self::ALL),
            "summary" => Ok(set.union(Self::summary())),
            _ => Table::ALL
                .into_iter()
                .find(|t| t.name() == word || t.file() == word)
                .map(|table| set.with(table))
                .ok_or_else(|| {
                    let names = Table::ALL.map(Table::name).join(", ");
                    format!("no table `{word}`; there are all, summary, {names}")
                }),
        })
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
    fn every_file_with_rows_is_in_the_list() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tables");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap();
            let has_rows = std::fs::read_to_string(&path).unwrap().contains("\npub const ABOUT");
            assert_eq!(has_rows, Table::ALL.iter().any(|t| t.name() == name), "{name}");
        }
    }

    #[test]
    fn rows_of_a_run_begin_with_the_run_and_the_date() {
        for table in Table::RECORDED.into_iter().filter(|table| *table != Table::Measures) {
            let header = String::from_utf8(table.header()).unwrap();
            let file = table.file();
            assert!(
                header.starts_with("outcome,variant,point,replicate,date,"),
                "{file}: {header}"
            );
        }
    }

    #[test]
    fn columns_have_unique_snake_case_names_and_a_meaning() {
        for table in Table::ALL {
            let columns = table.columns();
            let names: std::collections::BTreeSet<&str> = columns.iter().map(|c| c.name).collect();
            assert_eq!(names.len(), columns.len(), "{} repeats a column", table.file());
            for Column { name, kind, unit, about } in columns {
                let at = format!("{}.{name}", table.file());
                let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
                assert!(!about.is_empty() && name.bytes().all(plain), "{at}");
                let bare =
                    matches!(kind, ColumnKind::Text | ColumnKind::Date | ColumnKind::Boolean);
                assert_eq!(bare, unit.is_empty(), "{at} and its unit");
            }
        }
    }

    #[test]
    fn every_measure_is_a_column_of_pressure() {
        let columns = Table::Pressure.columns();
        for measure in MEASURES {
            assert!(columns.iter().any(|c| c.name == measure), "{measure}");
        }
    }

    #[test]
    fn choices_of_tables_are_read() {
        assert_eq!(TableSet::parse("all"), Ok(TableSet::ALL));
        assert_eq!(TableSet::parse("summary"), Ok(TableSet::summary()));
        let named = "runs,pressure_bands,contrasts,summary.csv,precision,measures";
        assert_eq!(TableSet::parse(named), Ok(TableSet::summary()));
        let set = TableSet::parse("pressure, events.csv").unwrap();
        assert_eq!(set.iter().collect::<Vec<_>>(), [Table::Pressure, Table::Events, Table::Runs]);
        assert!(
            TableSet::parse("presure")
                .unwrap_err()
                .starts_with("no table `presure`; there are all, summary, pres")
        );
    }

    #[test]
    fn the_header_has_the_columns() {
        assert_eq!(
            Table::Actions.header(),
            b"outcome,variant,point,replicate,date,actor,action,target,reason\n"
        );
    }
}
