//! A column with its writer, and what takes columns: a list of them, or a row in the making.

use jiff::civil::Date;

use super::format::{append_date, append_number, append_text, append_whole};
use crate::quantiles::Spread;

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

/// What is said about a column.
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

/// A row of a table.
pub trait Row {
    /// Tells the columns of the table in their order, each with what a row has in it.
    fn columns(to: &mut impl Columns<Self>);
}

/// Takes the columns of a table one by one. A column cannot be told without what a row has in it.
pub trait Columns<R: ?Sized> {
    /// A column, and how a row writes its field.
    fn column(&mut self, column: Column, write: impl Fn(&R, &mut Vec<u8>));

    /// The columns that tell the run: outcome, variant, point, replicate.
    fn run(&mut self);

    /// A column of text.
    fn text(&mut self, name: &'static str, about: &'static str, of: impl Fn(&R) -> &str) {
        let column = Column { name, kind: ColumnKind::Text, unit: "", about };
        self.column(column, |row, bytes| append_text(bytes, of(row)));
    }

    /// A column of whole numbers; a field without one is empty.
    fn integer<N: Whole>(
        &mut self,
        name: &'static str,
        unit: &'static str,
        about: &'static str,
        of: impl Fn(&R) -> N,
    ) {
        let column = Column { name, kind: ColumnKind::Integer, unit, about };
        self.column(column, |row, bytes| append_whole(bytes, of(row).whole()));
    }

    /// A column of decimal numbers; a field with one that is not finite is empty.
    fn number(
        &mut self,
        name: &'static str,
        unit: &'static str,
        about: &'static str,
        of: impl Fn(&R) -> f64,
    ) {
        let column = Column { name, kind: ColumnKind::Number, unit, about };
        self.column(column, |row, bytes| append_number(bytes, of(row)));
    }

    /// A column of dates; a field without one is empty.
    fn date(&mut self, name: &'static str, about: &'static str, of: impl Fn(&R) -> Option<Date>) {
        let column = Column { name, kind: ColumnKind::Date, unit: "", about };
        self.column(column, |row, bytes| {
            if let Some(date) = of(row) {
                append_date(bytes, date);
            }
        });
    }

    /// A column of truth values.
    fn boolean(&mut self, name: &'static str, about: &'static str, of: impl Fn(&R) -> bool) {
        let column = Column { name, kind: ColumnKind::Boolean, unit: "", about };
        let word = |holds: bool| if holds { "true" } else { "false" };
        self.column(column, |row, bytes| append_text(bytes, word(of(row))));
    }

    /// The column `outcome`.
    fn outcome(&mut self, of: impl Fn(&R) -> &str) {
        self.text(
            "outcome",
            "Leadership outcome that the run is conditional on, as in the study file.",
            of,
        );
    }

    /// The column `variant`.
    fn variant(&mut self, of: impl Fn(&R) -> &str) {
        let about = "Variant of the scenario; `base` in a study without variants.";
        self.text("variant", about, of);
    }

    /// The column `point`.
    fn point(&mut self, of: impl Fn(&R) -> u32) {
        let about = "Point of the design, as in design.csv; 0 in a study without a design.";
        self.integer("point", "1", about, of);
    }

    /// The column `replicate`.
    fn replicate(&mut self, of: impl Fn(&R) -> u32) {
        self.integer(
            "replicate",
            "1",
            "Number of the replicate from 0; the same number meets the same luck under every outcome and variant, and at every point unless study.points_share_luck is false.",
            of,
        );
    }

    /// The column `date`.
    fn dated(&mut self, of: impl Fn(&R) -> Date) {
        self.date("date", "Date, ISO 8601.", |row| Some(of(row)));
    }

    /// The column `border`.
    fn border(&mut self, of: impl Fn(&R) -> &str) {
        self.text(
            "border",
            "Border segment `AAA-BBB` by the codes of its sides (ISO3; ABK, SOS, NKR, ICH, NAX), or RUS-SOUTH for Russia's southern border as a whole.",
            of,
        );
    }

    /// The column `mean`.
    fn mean(&mut self, of: impl Fn(&R) -> f64) {
        self.number("mean", "as the measure", "Mean over the replicates.", of);
    }

    /// Mean and quantiles.
    fn spread(&mut self, of: impl Fn(&R) -> &Spread) {
        self.mean(|row| of(row).mean);
        self.number(
            "q05",
            "as the measure",
            "5 % quantile (type 7: linear between order statistics, as in R and numpy).",
            |row| of(row).q05,
        );
        self.number("q25", "as the measure", "25 % quantile.", |row| of(row).q25);
        self.number("q50", "as the measure", "Median.", |row| of(row).q50);
        self.number("q75", "as the measure", "75 % quantile.", |row| of(row).q75);
        self.number("q95", "as the measure", "95 % quantile.", |row| of(row).q95);
    }
}

/// The columns of a table one after the other, told to `to` if it is given, else as the [`Row`] of the file. A line is
///
/// - `/// meaning` and `kind("unit") name = field of a row;`, without a unit where the kind has none, or
/// - `column = field of a row;` for a column of several tables, or `run;`.
///
/// Kinds and such columns are methods of [`Columns`].
macro_rules! columns {
    ($row:ident: $($line:tt)*) => {
        impl $crate::tables::Row for Row<'_> {
            fn columns(to: &mut impl $crate::tables::Columns<Self>) {
                $crate::tables::columns!(to, $row: $($line)*);
            }
        }
    };
    ($to:ident, $row:ident: $(
        $($(#[doc = $about:literal])+)?
        $kind:ident $(($unit:literal))? $($name:ident)? $(= $of:expr)?;
    )*) => {
        $($to.$kind(
            $(stringify!($name),)?
            $($unit,)?
            $(concat!($($about),+).trim_ascii_start(),)?
            $(|$row| $of)?
        );)*
    };
}
pub(super) use columns;

/// A whole number, or none.
pub trait Whole {
    /// The number.
    fn whole(self) -> Option<u64>;
}

impl Whole for u32 {
    fn whole(self) -> Option<u64> {
        Some(u64::from(self))
    }
}

impl Whole for u64 {
    fn whole(self) -> Option<u64> {
        Some(self)
    }
}

impl Whole for usize {
    fn whole(self) -> Option<u64> {
        Some(self as u64)
    }
}

impl<N: Whole> Whole for Option<N> {
    fn whole(self) -> Option<u64> {
        self.and_then(Whole::whole)
    }
}

/// The columns of a table by the type of its rows.
#[must_use]
pub fn columns_of<R: Row>() -> Vec<Column> {
    struct List(Vec<Column>);

    impl<R: ?Sized> Columns<R> for List {
        fn column(&mut self, column: Column, _write: impl Fn(&R, &mut Vec<u8>)) {
            self.0.push(column);
        }

        fn run(&mut self) {
            Columns::<R>::outcome(self, |_| "");
            Columns::<R>::variant(self, |_| "");
            Columns::<R>::point(self, |_| 0);
            Columns::<R>::replicate(self, |_| 0);
        }
    }

    let mut list = List(Vec::new());
    R::columns(&mut list);
    list.0
}
