//! `spillover export`: results of a complete study in the form of another tool.

use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::problem::Problem;
use super::{EXIT_DONE, talk};
use crate::output::folder::{DATAPACKAGE, MARK};
use crate::recorders::table::{BASE_VARIANT, Table};

/// Arguments of `spillover export`.
#[derive(clap::Args)]
pub struct Arguments {
    /// Folder of a complete study
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// The form
    #[arg(long = "as", value_name = "FORM", value_enum)]
    form: Form,
    /// Folder for the files (parquet)
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
    /// Replace files of the same names in it
    #[arg(long, requires = "out")]
    overwrite: bool,
}

/// A form of results.
#[derive(Clone, Copy, clap::ValueEnum)]
enum Form {
    /// Model output of a hub (hubverse): `pressure_bands.csv` as one long CSV on stdout
    Hubverse,
    /// Every table as a Parquet file in the folder --out; needs a program built with `--features parquet`
    Parquet,
}

/// Columns of a hub's model output. Outcome and variant are its scenario.
const COLUMNS: [&str; 8] = [
    "origin_date",
    "scenario_id",
    "target",
    "horizon",
    "location",
    "output_type",
    "output_type_id",
    "value",
];

/// Columns of `pressure_bands.csv` with the type and the id of the output that they are.
const OUTPUTS: [(&str, &str, &str); 6] = [
    ("mean", "mean", "NA"),
    ("q05", "quantile", "0.05"),
    ("q25", "quantile", "0.25"),
    ("q50", "quantile", "0.5"),
    ("q75", "quantile", "0.75"),
    ("q95", "quantile", "0.95"),
];

/// Gives the results.
pub fn run(arguments: &Arguments) -> Result<u8, Problem> {
    let folder = &arguments.folder;
    let shown = folder.display();
    if folder.join(MARK).exists() {
        return Err(Problem::new(format_args!(
            "{shown} holds a study that is not finished\n  finish it first: spillover run or spillover merge"
        )));
    }
    match (arguments.form, &arguments.out) {
        (Form::Hubverse, None) => print_hubverse(folder),
        (Form::Hubverse, Some(_)) => Err(Problem::new(
            "--as hubverse prints to stdout and takes no --out\n  redirect it: > FILE.csv",
        )),
        (Form::Parquet, Some(out)) => write_parquet(folder, out, arguments.overwrite),
        (Form::Parquet, None) => Err(Problem::new(
            "--as parquet writes a file per table\n  name a folder for them: --out FOLDER",
        )),
    }
}

#[cfg(feature = "parquet")]
fn write_parquet(folder: &Path, out: &Path, overwrite: bool) -> Result<u8, Problem> {
    let done = crate::output::parquet::export(folder, out, overwrite).map_err(Problem::new)?;
    talk(&format!(
        "{}: {} tables, {} rows, {} kB",
        out.display(),
        done.tables,
        done.rows,
        done.bytes.div_ceil(1000)
    ));
    Ok(EXIT_DONE)
}

#[cfg(not(feature = "parquet"))]
fn write_parquet(_: &Path, _: &Path, _: bool) -> Result<u8, Problem> {
    Err(Problem::new(
        "this program was built without Parquet\n  build it with: cargo build --release --features parquet",
    ))
}

fn print_hubverse(folder: &Path) -> Result<u8, Problem> {
    let name = study_name(folder)?;
    let path = folder.join(Table::PressureBands.file());
    let file = std::fs::File::open(&path).map_err(|error| {
        Problem::new(format_args!(
            "cannot read {}: {error}\n  bands are written with --tables all or --tables summary",
            path.display()
        ))
    })?;
    let mut out = BufWriter::new(std::io::stdout().lock());
    match hubverse(file, &mut out).map(|origin| (origin, out.flush())) {
        // A reader that has gone (`| head`) is no error of ours.
        Err(Failure::Write(error)) | Ok((_, Err(error)))
            if error.kind() != ErrorKind::BrokenPipe =>
        {
            Err(Problem::new(format_args!("cannot write the results: {error}")))
        }
        Err(Failure::Read(message)) => {
            Err(Problem::new(format_args!("{}: {message}", path.display())))
        }
        Ok((Some(origin), Ok(()))) => {
            let model = format!("spillover-{name}");
            talk(&format!("a hub keeps this as model-output/{model}/{origin}-{model}.csv"));
            Ok(EXIT_DONE)
        }
        _ => Ok(EXIT_DONE),
    }
}

/// Name of the study as a hub takes it: letters, digits, underscores.
fn study_name(folder: &Path) -> Result<String, Problem> {
    let path = folder.join(DATAPACKAGE);
    let problem = |what: &str| {
        Problem::new(format_args!(
            "{}: {what}\n  give the folder of a complete study",
            path.display()
        ))
    };
    let bytes = std::fs::read(&path).map_err(|error| problem(&error.to_string()))?;
    let package: serde_json::Value =
        serde_json::from_slice(&bytes).map_err(|error| problem(&error.to_string()))?;
    let name = package
        .get("name")
        .and_then(|n| n.as_str())
        .ok_or_else(|| problem("no name of a study"))?;
    Ok(name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect())
}

/// Why an export did not come about.
enum Failure {
    Read(String),
    Write(std::io::Error),
}

/// Writes bands as model output; the date of day 0, if there is any row.
fn hubverse(bands: impl std::io::Read, out: &mut impl Write) -> Result<Option<Date>, Failure> {
    let mut reader = csv::Reader::from_reader(bands);
    let read = |error: csv::Error| Failure::Read(error.to_string());
    let headers = reader.headers().map_err(read)?.clone();
    let place = |name: &str| {
        let found = headers.iter().position(|h| h == name);
        found.ok_or_else(|| Failure::Read(format!("row 1: no column `{name}`")))
    };
    let (outcome, variant, date) = (place("outcome")?, place("variant")?, place("date")?);
    let (border, measure) = (place("border")?, place("measure")?);
    let outputs = OUTPUTS.iter().map(|&(column, kind, id)| Ok((place(column)?, kind, id)));
    let outputs = outputs.collect::<Result<Vec<_>, Failure>>()?;

    // A row of bands gives a row for each number of a hub.
    let mut writer = csv::Writer::from_writer(out);
    let write = |error: csv::Error| match error.into_kind() {
        csv::ErrorKind::Io(error) => Failure::Write(error),
        other => Failure::Write(std::io::Error::other(format!("{other:?}"))),
    };
    writer.write_record(COLUMNS).map_err(write)?;
    let mut origin: Option<Date> = None;
    let mut record = csv::StringRecord::new();
    let mut row = 1;
    while reader.read_record(&mut record).map_err(read)? {
        row += 1;
        let day: Date = record[date].parse().map_err(|_| {
            Failure::Read(format!("row {row}, column `date`: `{}` is no date", &record[date]))
        })?;
        // The first row of the first group is day 0, and all groups share it.
        let begin = *origin.get_or_insert(day);
        let horizon = i64::from((day - begin).get_days()).to_string();
        let scenario = match &record[variant] {
            BASE_VARIANT => record[outcome].to_owned(),
            variant => format!("{}.{variant}", &record[outcome]),
        };
        for &(column, kind, id) in &outputs {
            let fields = [
                &begin.to_string(),
                &scenario,
                &record[measure],
                &horizon,
                &record[border],
                kind,
                id,
                &record[column],
            ];
            writer.write_record(fields).map_err(write)?;
        }
    }
    writer.flush().map_err(Failure::Write)?;
    Ok(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_become_model_output() {
        let bands = "outcome,variant,date,border,measure,replicates,mean,q05,q25,q50,q75,q95,share_above_40\n\
                     continuity,base,2026-01-31,RUS-GEO,index,4,50,10,20,30,40,60,0\n\
                     continuity,aid,2026-02-02,RUS-GEO,index,4,51,11,21,31,41,61,0\n";
        let mut out = Vec::new();
        assert!(matches!(hubverse(bands.as_bytes(), &mut out), Ok(Some(_))));
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 1 + 2 * 6);
        assert_eq!(
            lines[0],
            "origin_date,scenario_id,target,horizon,location,output_type,output_type_id,value"
        );
        assert_eq!(lines[1], "2026-01-31,continuity,index,0,RUS-GEO,mean,NA,50");
        assert_eq!(lines[2], "2026-01-31,continuity,index,0,RUS-GEO,quantile,0.05,10");
        assert_eq!(lines[12], "2026-01-31,continuity.aid,index,2,RUS-GEO,quantile,0.95,61");
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let message = |text: &str| match hubverse(text.as_bytes(), &mut Vec::new()) {
            Err(Failure::Read(message)) => message,
            _ => panic!("it should not be read"),
        };
        assert_eq!(message("outcome,variant\n"), "row 1: no column `date`");
        let header = "outcome,variant,date,border,measure,mean,q05,q25,q50,q75,q95\n";
        assert_eq!(
            message(&format!("{header}a,base,soon,b,index,1,1,1,1,1,1\n")),
            "row 2, column `date`: `soon` is no date"
        );
    }
}
