//! Golden study: what a few runs gave when their results were last changed on purpose. A difference means that results
//! changed: look at what moved, write it under "Results changed" in CHANGELOG.md, raise `study::RESULTS_VERSION`, and renew
//! with `SPILLOVER_UPDATE_GOLDEN=1 cargo test --release --test it golden`.

use std::fmt::Write as _;

use spillover::leadership::Outcome;
use spillover::recorders::table::Table;

use crate::common;

const FILE: &str = "tests/golden/short_runs.txt";

#[test]
fn short_runs_give_what_they_gave() {
    let scenario = common::quick(&["run.days=60"]);
    let mut text = String::from(
        "# Runs of 60 days of configs/quick.toml, replicate 0: headline, then BLAKE3 of each table's rows.\n",
    );
    for outcome in
        [Outcome::Continuity, Outcome::Fragmentation, Outcome::CivilStrife, Outcome::Endogenous]
    {
        let output = common::one(&scenario, outcome, 0);
        let h = &output.headline;
        writeln!(
            text,
            "{outcome:?}: inside {} abroad {} attention {:.6} hops {} group-days {}",
            h.displaced_inside,
            h.displaced_abroad,
            h.attention_diverted,
            output.hops,
            output.group_days
        )
        .expect("text");
        for table in Table::RECORDED {
            let rows = &output.tables[table.index()];
            let lines = String::from_utf8_lossy(rows).lines().count();
            writeln!(text, "  {} {lines} {}", table.file(), &blake3::hash(rows).to_hex()[..16])
                .expect("text");
        }
    }
    if std::env::var_os("SPILLOVER_UPDATE_GOLDEN").is_some() {
        std::fs::create_dir_all("tests/golden").expect("a folder");
        std::fs::write(FILE, &text).expect("the golden file");
    }
    let known = std::fs::read_to_string(FILE).expect("the golden file; see the head of this test");
    assert!(known == text, "results changed:\n{text}\nwere:\n{known}");
}
