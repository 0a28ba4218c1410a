//! `docs/output_files.md`, made from the lists of columns.

use std::fmt::Write as _;

use crate::tables::{ColumnKind, Table};

const INTRODUCTION: &str = "# Output files

<!-- Made by `spillover::output::describe()` from the lists of columns; a test compares. To renew it:
     SPILLOVER_UPDATE_DOCS=1 cargo test --lib output::describe -->

`spillover run STUDY.toml` writes one folder, by default `output/<study>/`. While it is in the making it holds a file
`UNFINISHED` (with the cause, if a study failed), a folder `store` with the finished runs, and at the end files called
`NAME.TOKEN.part`; the mark is removed last, when every file is on the disk. A folder without the mark is complete, or holds a
store alone. The same command goes on with what the store has (`docs/studies.md`). `--overwrite` begins anew and removes only
files that a study wrote; `--tables all|summary|NAME,...` chooses tables (default `all`).

Conventions, the same in every table:

- CSV as in RFC 4180: UTF-8, comma, header, `\\n` line ends, text in quotes where it must be. An empty field is a missing value.
- Tidy: one row per fact. Rows stand in the order of the plan: variant, outcome, point, replicate, then date; those of bands and
  contrasts by variant, outcome, border, measure, then date.
- Dates are ISO 8601. States are ISO3 codes; territories without one are `ABK` (Abkhazia), `SOS` (South Ossetia), `NKR`
  (Nagorno-Karabakh before 2023), `ICH` (Chechnya 1996-2000), `NAX` (the exclave of Nakhchivan). Codes name who holds a place, and take no side.
- Units are in the column names. Numbers have five significant digits (more before the point, never fewer) and at most six
  decimals, and no exponent.
- Every figure is conditional on the outcome of its row. The program never states how likely an outcome is.
- Repeating a study gives the same bytes in every CSV, whatever the number of threads. What changes between repetitions
  (times, host, threads) stands in `manifest.json` alone.

Beside the tables:

| file | holds |
|---|---|
| `manifest.json` | provenance: versions, git commit, config files and map with their BLAKE3, plan hash, the resolved configuration, compiler and machine, command, threads, times, speed, the processes that did the runs, and each file's size and BLAKE3 |
| `datapackage.json` | the tables and columns below for data tools (Frictionless tabular data package) |
| `design.csv` | in a study with a design: a row per point, its number and the value of each varied key, with all digits |
| `sensitivity.csv`, `sensitivity.svg` | after `spillover sensitivity`: effects or indices of each factor, and their picture (`docs/studies.md`) |

Quantiles are of type 7 (linear between order statistics, the default of R and numpy) over the replicates that succeeded.
With few replicates the outer ones say little: with 20, the 5 % quantile lies between the lowest and the second lowest.
";

/// The tables and their columns, in Markdown.
#[must_use]
pub fn describe() -> String {
    let mut text = INTRODUCTION.to_owned();
    for table in Table::ALL {
        let _ = write!(
            text,
            "\n## {}\n\n{}\n\n| column | kind | unit | meaning |\n|---|---|---|---|\n",
            table.file(),
            table.about()
        );
        for column in table.columns() {
            let kind = match column.kind {
                ColumnKind::Text => "text",
                ColumnKind::Integer => "integer",
                ColumnKind::Number => "number",
                ColumnKind::Date => "date",
                ColumnKind::Boolean => "boolean",
            };
            let _ = writeln!(
                text,
                "| `{}` | {kind} | {} | {} |",
                column.name, column.unit, column.about
            );
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_description_is_current() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/output_files.md");
        if std::env::var_os("SPILLOVER_UPDATE_DOCS").is_some() {
            std::fs::write(path, describe()).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap();
        assert!(
            committed == describe(),
            "docs/output_files.md is old: its first lines say how to renew it"
        );
    }

    #[test]
    fn no_cell_breaks_its_table() {
        for line in describe()
            .lines()
            .filter(|l| l.starts_with("| `") && l.contains(".csv") || l.starts_with("| `outcome"))
        {
            assert!(line.ends_with(" |"), "{line}");
        }
        for table in Table::ALL {
            for column in table.columns() {
                assert!(
                    !column.about.contains('|') && !column.about.contains('\n'),
                    "{}",
                    column.name
                );
            }
        }
    }
}
