//! Builds maps: REGION.toml OUT [NAME].
use std::path::Path;
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let mut told = |t: &str| eprintln!("{t}");
    match map_build::build(Path::new(&a[1]), None, a.get(3).map(String::as_str), Path::new(&a[2]), &mut told) {
        Ok(built) => for b in built { println!("{} {} {}", b.name, b.cells, b.people); for n in b.notes { println!("  {n}"); } },
        Err(e) => { eprintln!("error: {e}"); std::process::exit(2); }
    }
}
