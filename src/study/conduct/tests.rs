use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;
use crate::output::folder::Existing;
use crate::recorders::{Headline, Series};
use crate::scenario;
use crate::study::execute;
use crate::study::store::{FOLDER, index, read};

const DAYS: usize = 3;

fn plan() -> Plan {
    let sets = [
        r#"study.outcomes=["continuity", "fragmentation"]"#.to_owned(),
        "study.replicates=3".into(),
        format!("run.days={DAYS}"),
    ];
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/quick.toml");
    let resolved = scenario::load(&path, &sets).unwrap_or_else(|e| panic!("{}", e.render(false)));
    Plan::new(&resolved.file.study, &resolved.variants, "m").unwrap()
}

fn output(run: &PlannedRun, borders: usize) -> RunOutput {
    let level = f32::from(run.outcome as u8) * 10.0 + run.replicate as f32;
    RunOutput {
        tables: vec![format!("{level}\n").into_bytes(); Table::RECORDED.len()],
        series: Series {
            measures: MEASURES.len(),
            segments: borders,
            days: DAYS,
            values: vec![level; MEASURES.len() * borders * DAYS],
        },
        headline: Headline {
            displaced_inside: 5,
            displaced_abroad: 1,
            attention_diverted: 0.5,
            peak: vec![(f64::from(level), 2); borders],
            realised_outcome: "continuity".into(),
        },
        group_days: 10,
        hops: 20,
    }
}

/// How a test goes about its study.
#[derive(Clone, Copy, Default)]
struct How {
    threads: usize,
    shard: Option<Shard>,
    retry_failed: bool,
    stop: bool,
    drop: bool,
    room: Option<u64>,
    /// Bytes that may be written to the tables.
    tables_room: Option<u64>,
}

fn study(
    path: &Path,
    how: How,
    run: impl Fn(&PlannedRun) -> RunOutput + Sync,
) -> Result<Option<Conducted>, StudyError> {
    let plan = plan();
    let borders = border_names(["RUS-GEO"].into_iter());
    let pool = execute::pool(how.threads.max(1)).unwrap();
    let repeat = |run: &PlannedRun| format!("again {}", run.index);
    let options = Options {
        shard: how.shard,
        stops_at_failure: how.stop,
        retry_failed: how.retry_failed,
        drop_parts: how.drop,
        room: how.room,
        ..Options::new(&pool, &repeat)
    };
    if how.shard.is_some() {
        return run_missing(&plan, &borders, path, &options, run, |_| {}).map(|_| None);
    }
    let names = file_names(TableSet::ALL, &plan);
    let existing = Existing::GoOn { study: &plan.name, beyond: how.retry_failed };
    let about = format!("study: {}", plan.name);
    let mut folder = Folder::begin_beside(path, &names, &existing, &about, &[FOLDER], "ab12")?;
    if let Some(room) = how.tables_room {
        folder.limit_room(room);
    }
    conduct(&plan, &borders, &mut folder, &options, run, |_| {}).map(Some)
}

fn well(run: &PlannedRun) -> RunOutput {
    output(run, 2)
}

/// Does a study, all of whose runs go well; how many it did.
fn runs_done(path: &Path, how: How) -> usize {
    let runs = AtomicUsize::new(0);
    let counted = |run: &PlannedRun| {
        runs.fetch_add(1, Ordering::SeqCst);
        well(run)
    };
    study(path, how, counted).unwrap();
    runs.into_inner()
}

fn lines(folder: &Path, table: Table) -> Vec<String> {
    std::fs::read_to_string(folder.join(table.file())).unwrap().lines().map(str::to_owned).collect()
}

/// The bytes of every table.
fn tables(folder: &Path) -> Vec<Vec<u8>> {
    Table::ALL.into_iter().map(|table| std::fs::read(folder.join(table.file())).unwrap()).collect()
}

fn whole() -> Vec<Vec<u8>> {
    let dir = tempfile::tempdir().unwrap();
    study(dir.path(), How { drop: true, ..How::default() }, well).unwrap();
    assert!(!dir.path().join(FOLDER).exists(), "the store goes on request");
    tables(dir.path())
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to.join(FOLDER)).unwrap();
    for entry in std::fs::read_dir(from.join(FOLDER)).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, to.join(FOLDER).join(path.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_failed_run_is_a_row_with_cause_and_command_and_the_study_is_complete() {
    let dir = tempfile::tempdir().unwrap();
    let how = How { threads: 2, ..How::default() };
    let fails = |run: &PlannedRun| {
        assert!(run.index != 1, "a group of people is \"lost\"");
        output(run, if run.index == 5 { 9 } else { 2 })
    };
    let conducted = study(dir.path(), how, fails).unwrap().unwrap();
    assert_eq!((conducted.account.runs_done, conducted.account.runs_failed), (4, 2));
    assert_eq!(conducted.failures[0].1, "again 1");
    let runs = lines(dir.path(), Table::Runs);
    assert_eq!(runs.len(), 7);
    assert!(
        runs[1].contains(",continuity,base,0,0,")
            && runs[1].contains(",done,continuity,5,1,0.5,0,"),
        "{}",
        runs[1]
    );
    assert!(runs[2].contains(",failed,,,,,,,,,\"a group of people is \"\"lost\"\""), "{}", runs[2]);
    assert!(runs[2].ends_with(",again 1"));
    assert!(
        runs[6].contains("series of [15, 9, 3] (measures, borders, days) instead of [15, 2, 3]"),
        "{}",
        runs[6]
    );
    // Rows of the runs that succeeded, in the order of the plan: replicates 0 and 2, then 0 and 1.
    assert_eq!(lines(dir.path(), Table::Pressure)[1..], ["0", "2", "20", "21"]);
    let bands = lines(dir.path(), Table::PressureBands);
    assert!(bands[1].contains("RUS-GEO,index,2,1,0.1,0.5,1,1.5,1.9,0,0,0"), "{}", bands[1]);
    // Only replicate 0 succeeded under both outcomes.
    let contrasts = lines(dir.path(), Table::Contrasts);
    assert!(contrasts[1].starts_with("fragmentation,base,continuity,base,"), "{}", contrasts[1]);
    assert!(contrasts[1].contains("RUS-GEO,index,1,20,20,20,20,20,20,1"), "{}", contrasts[1]);
    // Failed runs stay failed, and their store stays: they are done again on request, and then all is as ever.
    assert!(dir.path().join(FOLDER).is_dir());
    assert_eq!(runs_done(dir.path(), How { retry_failed: true, ..how }), 2);
    assert!(tables(dir.path()) == whole());
}

#[test]
fn a_study_in_which_every_run_fails_is_still_complete() {
    let dir = tempfile::tempdir().unwrap();
    let conducted = study(dir.path(), How::default(), |_| panic!("no luck")).unwrap().unwrap();
    assert_eq!((conducted.account.runs_failed, conducted.failures.len()), (6, 6));
    assert_eq!(lines(dir.path(), Table::PressureBands).len(), 1);
    assert!(conducted.summaries.iter().all(|s| s.runs == 0));
}

#[test]
fn a_study_that_stops_at_a_failure_goes_on_later() {
    let dir = tempfile::tempdir().unwrap();
    let fails = |run: &PlannedRun| {
        assert!(run.index != 2, "no luck");
        well(run)
    };
    let error = study(dir.path(), How { stop: true, ..How::default() }, fails).unwrap_err();
    assert!(
        matches!(&error, StudyError::Stopped { command, .. } if command == "again 2"),
        "{error}"
    );
    let mark = std::fs::read_to_string(dir.path().join(crate::output::folder::MARK)).unwrap();
    assert!(mark.contains("cause: a run failed: no luck"), "{mark}");
    study(dir.path(), How { retry_failed: true, ..How::default() }, well).unwrap();
    assert!(tables(dir.path()) == whole());
}

#[test]
fn shards_and_copies_give_the_bytes_of_one_process() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    for number in 0..7 {
        let how = How { threads: 2, shard: Some(Shard { number, of: 7 }), ..How::default() };
        study(if number < 3 { &a } else { &b }, how, well).unwrap();
    }
    copy(&a, &b);
    let none = |_: &PlannedRun| panic!("everything is in the store");
    study(&b, How { threads: 2, ..How::default() }, none).unwrap();
    assert!(tables(&b) == whole());
    assert!(b.join(FOLDER).is_dir(), "the store stays");
}

#[test]
fn a_full_disk_loses_nothing_and_the_study_goes_on_when_there_is_room() {
    for room in [0, 100, 1_500, 3_000, 6_000] {
        for threads in [1, 3] {
            let dir = tempfile::tempdir().unwrap();
            let how = How { threads, ..How::default() };
            let full = How { room: Some(room), ..how };
            let error = study(dir.path(), full, well).unwrap_err().to_string();
            assert!(
                error.contains("cannot write") && error.contains("run the same command again"),
                "{error}"
            );
            let mark =
                std::fs::read_to_string(dir.path().join(crate::output::folder::MARK)).unwrap();
            assert!(mark.contains("cause: cannot write"), "{mark}");
            let kept = Store::open(dir.path()).unwrap().contents(&plan(), TableSet::ALL).count().0;
            let again = runs_done(dir.path(), how);
            assert_eq!(kept + again, 6, "room {room}: no finished run is done again");
            assert!(tables(dir.path()) == whole());
        }
    }
}

#[test]
fn a_disk_that_is_full_at_the_merge_leaves_the_store() {
    let dir = tempfile::tempdir().unwrap();
    for tables_room in [0, 500, 8_000] {
        let how = How { tables_room: Some(tables_room), ..How::default() };
        let error = study(dir.path(), how, well).unwrap_err().to_string();
        assert!(error.contains("cannot write"), "{error}");
    }
    study(dir.path(), How::default(), |_| panic!("everything is in the store")).unwrap();
    assert!(tables(dir.path()) == whole());
}

/// The part of a study that was done and kept: its bytes, and those of its index.
fn kept(dir: &Path) -> [PathBuf; 2] {
    study(dir, How::default(), well).unwrap();
    let files = std::fs::read_dir(dir.join(FOLDER)).unwrap().map(|e| e.unwrap().path());
    let mut files: Vec<PathBuf> = files.collect();
    files.sort(); // .jsonl, .lz4
    for table in file_names(TableSet::ALL, &plan()) {
        std::fs::remove_file(dir.join(table)).unwrap();
    }
    [files[1].clone(), files[0].clone()]
}

#[test]
fn torn_lines_and_junk_do_not_exist() {
    let dir = tempfile::tempdir().unwrap();
    let [part, index] = kept(dir.path());
    let (bytes, text) = (std::fs::read(&part).unwrap(), std::fs::read(&index).unwrap());
    let last_line = text[..text.len() - 1].iter().rposition(|&b| b == b'\n').unwrap() + 1;
    let missing = || Store::open(dir.path()).unwrap().contents(&plan(), TableSet::ALL).count().2;
    for length in [last_line, last_line + 1, last_line + 40, text.len() - 2, text.len() - 1] {
        std::fs::write(&index, &text[..length]).unwrap();
        assert_eq!(missing(), 1, "{length} bytes of {}", text.len());
    }
    std::fs::write(&part, [&bytes[..], &[0x5a; 999]].concat()).unwrap();
    let junk = [&text[..], b"junk\n{\"run_id\":\"00\"}\n{\"run_id"].concat();
    std::fs::write(&index, junk).unwrap();
    assert_eq!(missing(), 0);
    assert_eq!(Store::open(dir.path()).unwrap().parts()[0].ignored, 3);
    std::fs::write(&part, &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(missing(), 1, "the last run is cut off");
    assert_eq!(runs_done(dir.path(), How::default()), 1);
    assert!(tables(dir.path()) == whole());
}

#[test]
fn damaged_bytes_are_noticed_and_done_again() {
    let dir = tempfile::tempdir().unwrap();
    let [part, _] = kept(dir.path());
    let mut bytes = std::fs::read(&part).unwrap();
    let middle = bytes.len() / 2;
    for byte in &mut bytes[middle..middle + 40] {
        *byte = 0;
    }
    std::fs::write(&part, bytes).unwrap();
    let again = runs_done(dir.path(), How::default());
    assert!((1..=2).contains(&again), "the runs whose bytes were touched");
    assert!(tables(dir.path()) == whole());
}

#[test]
fn the_same_run_with_other_bytes_is_named_with_both_places() {
    let dir = tempfile::tempdir().unwrap();
    let (a, b) = (dir.path().join("a"), dir.path().join("b"));
    let shard = |number| How { shard: Some(Shard { number, of: 2 }), ..How::default() };
    study(&a, shard(0), well).unwrap();
    study(&b, shard(0), |run| {
        let mut other = well(run);
        other.tables[4] = b"another event\n".to_vec();
        other
    })
    .unwrap();
    copy(&a, &b);
    let error = study(&b, shard(1), well).unwrap_err().to_string();
    assert!(error.contains("has different events.csv in two places (3 runs in all)"), "{error}");
    assert_eq!(error.matches(".lz4").count(), 2, "{error}");
    // The same bytes twice are no disagreement.
    let c = dir.path().join("c");
    study(&c, shard(0), well).unwrap();
    copy(&a, &c);
    study(&c, How::default(), well).unwrap();
    assert!(tables(&c) == whole());
}

#[test]
fn a_store_of_another_study_is_kept_and_not_merged() {
    let dir = tempfile::tempdir().unwrap();
    kept(dir.path());
    let mut other = plan();
    let base = Store::open(dir.path()).unwrap();
    other.runs.truncate(2);
    let contents = base.contents(&other, TableSet::ALL);
    assert_eq!((contents.count(), contents.others.clone()), ((2, 0, 0), vec![(0, 4)]));
    assert!(holds_more(&contents, TableSet::ALL) && read::is_store(&dir.path().join(FOLDER)));
}

#[test]
fn processes_in_one_folder_leave_each_other_their_runs() {
    let dir = tempfile::tempdir().unwrap();
    let borders = border_names(["RUS-GEO"].into_iter());
    let pool = execute::pool(1).unwrap();
    let repeat = |_: &PlannedRun| String::new();
    let options = Options { drop_parts: true, ..Options::new(&pool, &repeat) };
    let share = |range: std::ops::Range<usize>| {
        let mut share = plan();
        share.runs = share.runs[range].to_vec();
        share
    };
    let (one, two) = (share(0..3), share(3..6));
    let begin = |token| {
        let existing = Existing::GoOn { study: &one.name, beyond: false };
        let about = format!("study: {}", one.name);
        Folder::begin_beside(
            dir.path(),
            &file_names(TableSet::ALL, &one),
            &existing,
            &about,
            &[FOLDER],
            token,
        )
    };
    let (mut first, mut second) = (begin("a1").unwrap(), begin("b2").unwrap());
    // The first does its runs, and finds that the folder is the second's; the second's mark stays the second's.
    let error =
        conduct(&one, &borders, &mut first, &options, well, |_| {}).unwrap_err().to_string();
    assert!(
        error.contains("another process began to write here") && error.contains("whole study"),
        "{error}"
    );
    assert!(
        !conduct(&two, &borders, &mut second, &options, well, |_| {})
            .unwrap()
            .store_stays
            .is_some_and(|why| why.contains("another process"))
    );
    let store = || Store::open(dir.path()).unwrap();
    assert_eq!(
        store().contents(&plan(), TableSet::ALL).count(),
        (6, 0, 0),
        "runs of other plans keep the store"
    );
    // The first again: the mark is gone.
    let error =
        conduct(&one, &borders, &mut first, &options, well, |_| {}).unwrap_err().to_string();
    assert!(error.contains("another process wrote its tables here"), "{error}");
    // A part that is new, or grew, since the store was opened keeps the whole of it.
    let (opened, begun) = (store(), dir.path().join(FOLDER).join("run-begun.jsonl"));
    std::fs::write(&begun, index::line(&head(&one, &options))).unwrap();
    assert!(!opened.remove().unwrap());
    let opened = store();
    std::fs::write(&begun, [index::line(&head(&one, &options)), b"{".to_vec()].concat()).unwrap();
    assert!(!opened.remove().unwrap());
    assert_eq!(store().contents(&plan(), TableSet::ALL).count(), (6, 0, 0));
    assert!(store().remove().unwrap() && !dir.path().join(FOLDER).exists());
}

#[test]
fn shards_are_read() {
    assert_eq!(Shard::parse("2/7"), Ok(Shard { number: 2, of: 7 }));
    for wrong in ["7/7", "1", "a/b", "-1/2", "1/0", "0/0"] {
        assert!(Shard::parse(wrong).is_err(), "{wrong}");
    }
    let plan = plan();
    let each =
        (0..4).map(|n| plan.runs.iter().filter(|r| Shard { number: n, of: 4 }.has(r)).count());
    assert_eq!(each.collect::<Vec<_>>(), [2, 2, 1, 1]);
}
