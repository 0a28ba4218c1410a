//! `spillover map info` and `spillover map render`: a look at a map.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};
use jiff::civil::Date;

use crate::geography::check;
use crate::geography::draw::{self, Layer, RenderOptions};
use crate::geography::journey::journey;
use crate::geography::{
    CrossingMode, CrossingStatus, DestinationKind, Map, SegmentKind, TerritoryKind, TravelMode,
    load,
};
use crate::ids::CellId;
use crate::report::picture;
use crate::text::grouped;
use crate::time::Month;

/// Look at a map: what is on it, and how it looks.
#[derive(Debug, Args)]
pub struct MapArgs {
    #[command(subcommand)]
    command: MapCommand,
}

#[derive(Debug, Subcommand)]
enum MapCommand {
    /// Territories, border segments and crossings as tables.
    Info(InfoArgs),
    /// Makes map folders from a region file and a folder of open layers.
    Build(BuildArgs),
    /// Holds maps against what is known: crossings, lengths of borders, people, journeys.
    Check(CheckArgs),
    /// A layer, or an outcome of a study on a day, as a PNG picture; an outcome through time as an animated GIF.
    Render(RenderArgs),
}

#[derive(Debug, Args)]
struct Which {
    /// Folder of the map, or its name in `maps/`.
    #[arg(default_value = "caucasus_10km")]
    map: String,
    /// Date at which holders and crossings are shown.
    #[arg(long, value_name = "DATE", default_value = "2026-01-15")]
    as_of: Date,
}

#[derive(Debug, Args)]
struct InfoArgs {
    #[command(flatten)]
    which: Which,
    /// The quickest ways between two towns, by car and on foot, instead of the tables.
    #[arg(long, num_args = 2, value_names = ["FROM", "TO"])]
    journey: Option<Vec<String>>,
}

#[derive(Debug, Args)]
struct BuildArgs {
    /// The region file; `maps/regions` has examples, `maps/README.md` its keys.
    #[arg(value_name = "REGION.toml")]
    region: PathBuf,
    /// Folder of the layers instead of the one that the file names.
    #[arg(long, value_name = "DIR")]
    layers: Option<PathBuf>,
    /// Make this map of the file only.
    #[arg(long, value_name = "NAME")]
    only: Option<String>,
    /// Where the map folders go; folders that are there are written over.
    #[arg(long, value_name = "DIR", default_value = "maps")]
    out: PathBuf,
}

#[derive(Debug, Args)]
struct CheckArgs {
    /// Folders of maps, or their names in `maps/`.
    #[arg(required = true)]
    maps: Vec<String>,
    /// Date at which crossings, borders and journeys are looked at.
    #[arg(long, value_name = "DATE", default_value = "2026-01-15")]
    as_of: Date,
    /// Say only what is wrong.
    #[arg(long)]
    quiet: bool,
}

#[derive(Debug, Args)]
struct RenderArgs {
    #[command(flatten)]
    which: Which,
    /// What to show of the map itself.
    #[arg(long, value_parser = PossibleValuesParser::new(Layer::NAMES.map(|(name, _)| name)), required_unless_present = "study")]
    layer: Option<String>,
    /// Show displaced people of this study (its folder) rather than a layer.
    #[arg(long, value_name = "DIR", conflicts_with = "layer", requires = "outcome")]
    study: Option<PathBuf>,
    /// Outcome of the study.
    #[arg(long, requires = "study")]
    outcome: Option<String>,
    /// Variant of the study [default: its first].
    #[arg(long, requires = "study")]
    variant: Option<String>,
    /// Day from the study's first, which `--as-of` names [default: the last].
    #[arg(long, requires = "study")]
    day: Option<usize>,
    /// File to write; of a study, a name that ends in .gif gives every weekly count as a film.
    #[arg(long, value_name = "FILE.png")]
    out: PathBuf,
    /// Width of the picture, pixels.
    #[arg(long, default_value_t = 1600, value_parser = clap::value_parser!(u32).range(700..=8000))]
    width: u32,
    /// Leave out the names of towns.
    #[arg(long)]
    no_towns: bool,
    /// Replace the file if it exists.
    #[arg(long)]
    overwrite: bool,
}

/// Runs the command. Exit code 0 done, 1 when a check found something wrong, 2 when the map or a name does not fit or the picture cannot be written.
#[must_use]
pub fn run(args: MapArgs) -> ExitCode {
    let done = match &args.command {
        MapCommand::Info(info) => show(info),
        MapCommand::Render(render) => draw_to_file(render),
        MapCommand::Build(build) => make(build),
        MapCommand::Check(wanted) => match hold_against_known(wanted) {
            Ok(0) => Ok(()),
            Ok(_) => return ExitCode::from(1),
            Err(message) => Err(message),
        },
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// The folder of a map given by path or by name.
fn folder(name: &str) -> PathBuf {
    let as_path = Path::new(name);
    let named = Path::new("maps").join(name);
    if !as_path.is_dir() && named.is_dir() { named } else { as_path.to_owned() }
}

fn make(args: &BuildArgs) -> Result<(), String> {
    let mut told = |step: &str| eprintln!("{step}");
    let (layers, only) = (args.layers.as_deref(), args.only.as_deref());
    let built = map_build::build(&args.region, layers, only, &args.out, &mut told)
        .map_err(|e| e.to_string())?;
    for map in built {
        for note in &map.notes {
            eprintln!("{}: {note}", map.name);
        }
        // What was made must be a map.
        Map::load(&map.folder, Date::constant(2026, 1, 15)).map_err(|e| e.to_string())?;
        let (folder, people) = (map.folder.display(), grouped(map.people));
        println!("{folder}: {} cells, {people} people", map.cells);
    }
    Ok(())
}

/// Gives how many things are wrong.
fn hold_against_known(args: &CheckArgs) -> Result<usize, String> {
    let mut wrong = 0;
    for name in &args.maps {
        let dir = folder(name);
        let found = check::check(&dir, args.as_of)?;
        for line in found.told.iter().filter(|_| !args.quiet) {
            println!("{line}");
        }
        for line in &found.wrong {
            println!("WRONG: {line}");
        }
        println!(
            "{}: {}",
            dir.display(),
            match found.wrong.len() {
                0 => "all checks passed".to_owned(),
                n => format!("{n} checks failed"),
            }
        );
        wrong += found.wrong.len();
    }
    Ok(wrong)
}

fn open(which: &Which) -> Result<(PathBuf, Map), String> {
    let dir = folder(&which.map);
    let map = Map::load(&dir, which.as_of).map_err(|e| e.to_string())?;
    Ok((dir, map))
}

fn show(args: &InfoArgs) -> Result<(), String> {
    let (dir, map) = open(&args.which)?;
    let text = match &args.journey {
        Some(ends) => journeys(&map, &ends[0], &ends[1], Month::of(args.which.as_of))?,
        None => tables(&dir, &map, args.which.as_of),
    };
    // A reader that goes away (`| head`) is no failure.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(())
}

fn table<const N: usize>(header: [&str; N], numbers: &[usize]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()))
        .set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(header);
    for &column in numbers {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

fn tables(dir: &Path, map: &Map, as_of: Date) -> String {
    let people: u64 = map.territories.iter().map(|t| t.population).sum();
    format!(
        "{}\n{} as of {as_of}: {} cells, {} residents, {} communities, {} first-level units\nfiles {}\n\n\
         Territories (official: the whole of it today, also beyond the map; share: residents of the map over the whole of the\n\
         same year, where known.csv has it)\n{}\n\n\
         Border segments (official: where the whole lies on the map)\n{}\n\
         A line found from cells loses the bends finer than a cell: straight lines fit, winding rivers and ridges come out\n\
         short. The model reckons with the official length where it is known.\n\n\
         Crossings\n{}\n",
        map.title,
        map.name,
        map.cells.len(),
        grouped(people),
        map.communities.len(),
        map.admin1.len(),
        &map.hash,
        territories(dir, map),
        segments(map),
        crossings(map),
    )
}

/// The whole of each territory in the year that its cells follow, with that year.
fn whole_of_same_year(dir: &Path) -> BTreeMap<String, (f64, String)> {
    let known = check::read_known(dir).unwrap_or_default();
    let rows = known.into_iter().filter(|k| k.kind == "whole");
    rows.filter_map(|k| Some((k.a, (k.value?, k.year)))).collect()
}

fn territories(dir: &Path, map: &Map) -> Table {
    let official = load::official_populations(dir);
    let same_year = whole_of_same_year(dir);
    let mut out = table(
        [
            "code",
            "name",
            "kind",
            "cells",
            "residents",
            "official",
            "counted",
            "share",
            "towns",
            "camps",
            "gates",
            "ways beyond",
        ],
        &[3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
    for t in &map.territories {
        let range = usize::from(t.destinations.start)..usize::from(t.destinations.end);
        let places = &map.destinations[range];
        let count = |f: fn(&DestinationKind) -> bool| {
            places.iter().filter(|d| f(&d.kind)).count().to_string()
        };
        let known = official.get(&t.code);
        let whole = same_year.get(&t.code);
        let kind = match t.kind {
            TerritoryKind::State => "state",
            TerritoryKind::DeFacto => "de facto",
            TerritoryKind::Exclave => "exclave",
        };
        out.add_row([
            t.code.clone(),
            t.name.clone(),
            kind.to_owned(),
            t.cells.len().to_string(),
            grouped(t.population),
            known.map_or(String::new(), |&n| grouped(n)),
            whole.map_or(String::new(), |(_, year)| year.clone()),
            whole
                .map_or(String::new(), |(n, _)| format!("{:.2}", t.population as f64 / n.max(1.0))),
            count(|k| *k == DestinationKind::Town),
            count(|k| *k == DestinationKind::Camp),
            count(|k| matches!(k, DestinationKind::Gate(..))),
            count(|k| *k == DestinationKind::Beyond),
        ]);
    }
    out
}

fn segments(map: &Map) -> Table {
    let mut out = table(
        [
            "segment",
            "kind",
            "km",
            "official",
            "ratio",
            "crossings",
            "residents in 50 km",
            "kin share",
        ],
        &[2, 3, 4, 5, 6, 7],
    );
    for s in &map.segments {
        out.add_row([
            s.name.clone(),
            if s.kind == SegmentKind::Land { "land" } else { "sea approach" }.to_owned(),
            format!("{:.0}", s.length_km),
            s.official_km.map_or(String::new(), |km| format!("{km:.0}")),
            s.official_km.map_or(String::new(), |km| format!("{:.2}", s.length_km / km)),
            s.crossings.len().to_string(),
            grouped(s.population_near),
            format!("{:.2}", s.kin_share),
        ]);
    }
    out
}

fn crossings(map: &Map) -> Table {
    let mut out = table(
        [
            "id",
            "name",
            "sides",
            "segment",
            "mode",
            "standing",
            "persons/day",
            "by permit",
            "months",
        ],
        &[6, 7, 8],
    );
    for c in &map.crossings {
        let mode = match c.mode {
            CrossingMode::Road => "road",
            CrossingMode::Rail => "rail",
            CrossingMode::Foot => "foot",
            CrossingMode::Ferry => "ferry",
        };
        let standing = match c.status {
            CrossingStatus::Open => "open",
            CrossingStatus::Restricted => "restricted",
            CrossingStatus::Freight => "freight",
            CrossingStatus::Closed => "closed",
        };
        let [a, b] = c.sides.map(|t| map.territories[t.index()].code.as_str());
        out.add_row([
            c.id.clone(),
            c.name.clone(),
            format!("{a} - {b}"),
            c.segment.map_or(String::new(), |s| map.segments[s.index()].name.clone()),
            mode.to_owned(),
            standing.to_owned(),
            format!("{:.0}", c.capacity_per_day),
            format!("{:.0}", c.permit_per_day),
            c.months_open.to_string(),
        ]);
    }
    out
}

/// The cell of a town, or a message with the nearest name.
fn town(map: &Map, name: &str) -> Result<CellId, String> {
    let towns = || map.destinations.iter().filter(|d| d.kind == DestinationKind::Town);
    let exact = towns().find(|d| d.name == name);
    let found = exact.or_else(|| towns().find(|d| d.name.split(" (").next() == Some(name)));
    found.map(|d| d.cells[0]).ok_or_else(|| {
        let hint = checked_toml::did_you_mean(name, towns().map(|d| d.name.as_str()));
        format!("`{name}` is no town of {} (places.csv){hint}", map.name)
    })
}

fn journeys(map: &Map, from: &str, to: &str, month: Month) -> Result<String, String> {
    let (start, end) = (town(map, from)?, town(map, to)?);
    let mut out = table(["way", "hours", "km", "crossings"], &[1, 2]);
    for (label, mode, through_closed) in [
        ("by car, open crossings", TravelMode::Vehicle, false),
        ("by car, all crossings", TravelMode::Vehicle, true),
        ("on foot, open crossings", TravelMode::Foot, false),
        ("on foot, all crossings", TravelMode::Foot, true),
    ] {
        let row = match journey(map, start, end, mode, month, through_closed) {
            Some(j) => [
                label.to_owned(),
                format!("{:.1}", j.hours),
                format!("{:.0}", j.km),
                j.via.join("; "),
            ],
            None => [label.to_owned(), String::new(), String::new(), "no way".to_owned()],
        };
        out.add_row(row);
    }
    Ok(format!("{from} to {to} in month {}, without stops and queues\n{out}\n", month.0))
}

fn draw_to_file(args: &RenderArgs) -> Result<(), String> {
    if args.out.exists() && !args.overwrite {
        return Err(format!("{} exists; name another file or add --overwrite", args.out.display()));
    }
    let (dir, map) = open(&args.which)?;
    let lines = draw::load_lines(&dir)?;
    if let (Some(study), Some(outcome)) = (&args.study, &args.outcome) {
        return draw_study(args, &map, &lines, study, outcome);
    }
    let name = args.layer.as_deref().unwrap_or_default();
    let Some(layer) = Layer::named(name) else { return Err(format!("no layer `{name}`")) };
    let subtitle = format!("as of {}", args.which.as_of);
    let options = RenderOptions {
        width: args.width,
        subtitle,
        lines: &lines,
        towns: !args.no_towns,
        marks: &[],
    };
    let image = draw::render(&map, layer, &options);
    write_png(&image, &args.out, args.overwrite)
        .map_err(|e| format!("{}: {e}", args.out.display()))?;
    eprintln!("{}: {} x {} pixels", args.out.display(), image.width, image.height);
    Ok(())
}

/// The report's map of displaced people: a day as a picture, or all counts as a film.
fn draw_study(
    args: &RenderArgs,
    map: &Map,
    lines: &[draw::DrawnLine],
    study: &Path,
    outcome: &str,
) -> Result<(), String> {
    let film = picture::Film::read(study, map, outcome, args.variant.as_deref())?;
    for note in &film.notes {
        eprintln!("note: {note}");
    }
    let draw = |count: usize| film.draw(map, lines, count, args.which.as_of, args.width);
    let shown = args.out.display();
    if args.out.extension().is_some_and(|e| e.eq_ignore_ascii_case("gif")) {
        let images: Vec<draw::Image> = (0..film.days.len()).map(draw).collect();
        let bytes = picture::film(&images).map_err(|e| format!("{shown}: {e}"))?;
        write_whole(&args.out, args.overwrite, |file| file.write_all(&bytes))
            .map_err(|e| format!("{shown}: {e}"))?;
        eprintln!("{shown}: {} pictures, {} kB", images.len(), bytes.len().div_ceil(1000));
        return Ok(());
    }
    let last = film.days.last().copied().unwrap_or(0);
    let day = args.day.unwrap_or(last);
    let count = film.count_on(day).filter(|_| day < last + 7);
    let Some(count) = count else {
        return Err(format!("no count on day {day}; the counts go from day 0 to day {last}"));
    };
    let image = draw(count);
    write_png(&image, &args.out, args.overwrite).map_err(|e| format!("{shown}: {e}"))?;
    eprintln!("{shown}: {} x {} pixels", image.width, image.height);
    Ok(())
}

/// Writes a picture beside its place and moves it there, so that nobody sees half a file.
///
/// # Errors
/// When the folder cannot be written to, or the file exists and may not be replaced.
pub fn write_png(image: &draw::Image, path: &Path, overwrite: bool) -> Result<(), std::io::Error> {
    write_whole(path, overwrite, |file| {
        let mut encoder =
            png::Encoder::new(std::io::BufWriter::new(file), image.width, image.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        let mut writer = encoder.write_header().map_err(std::io::Error::other)?;
        writer.write_image_data(&image.pixels).map_err(std::io::Error::other)?;
        writer.finish().map_err(std::io::Error::other)
    })
}

/// Writes a file beside its place and moves it there when it is whole.
///
/// # Errors
/// When the folder cannot be written to, or the file exists and may not be replaced.
pub fn write_whole(
    path: &Path,
    overwrite: bool,
    write: impl FnOnce(&mut std::fs::File) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file =
        tempfile::Builder::new().prefix(".spillover-").suffix(".part").tempfile_in(folder)?;
    write(file.as_file_mut())?;
    // Temporary files are private; a picture is not.
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        file.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    }
    if overwrite {
        file.persist(path).map_err(|e| e.error)?;
    } else {
        file.persist_noclobber(path).map_err(|e| e.error)?;
    }
    Ok(())
}
