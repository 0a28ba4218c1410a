//! What is given rather than simulated does what it says, ends when it says, and is refused where it does not fit.
//! `simulation::invariants` checks persons, queues, capacities and policies after every step of every run here.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use spillover::borders::CrossingTraffic;
use spillover::conflict::state::{ArmedGroup, Events, Violence};
use spillover::displacement::Population;
use spillover::displacement::group::{Activity, DisplacedGroup, Travel};
use spillover::displacement::threat::PerceivedThreat;
use spillover::geography::{DestinationKind, Map};
use spillover::leadership::{Leadership, Outcome};
use spillover::random::RunKey;
use spillover::scenario;
use spillover::simulation::{self, Simulation};
use spillover::states::{Passage, Policies};

use crate::common;

fn tiny() -> Arc<Map> {
    static MAP: OnceLock<Arc<Map>> = OnceLock::new();
    Arc::clone(MAP.get_or_init(|| {
        Arc::new(
            Map::load(Path::new("maps/tiny"), jiff::civil::date(2026, 1, 15))
                .expect("the tiny map"),
        )
    }))
}

/// A folder with a scenario of the tiny map, in which nothing happens but what the text gives.
fn folder(text: &str, files: &[(&str, &str)]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/base.toml");
    let map = Path::new(env!("CARGO_MANIFEST_DIR")).join("maps/tiny");
    let head = format!(
        r#"extends = "{}"
run.map = "{}"
run.as_of = "2026-01-15"
run.days = 20
run.steps_per_day = 4
run.persons_per_group = 5
run.focus_capital = "Border province (fictional)"
borders.pressure.southern_border = ["RUS-AZE"]
mechanisms.leadership_crisis = false
mechanisms.armed_groups = false
mechanisms.state_decisions = false
mechanisms.mobile_population = false
"#,
        base.display(),
        map.display(),
    );
    let path = folder.path().join("scenario.toml");
    std::fs::write(&path, head + text).expect("a file");
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).expect("a file");
    }
    (folder, path)
}

/// An entry of a list of `[episode]`, each key on a line of its own: those given, then the source and certainty that all have.
fn entry(list: &str, keys: &str) -> String {
    format!(
        "\n[[episode.{list}]]\n{}\nsource = 'test'\ncertainty = 'P'\n",
        keys.replace("; ", "\n")
    )
}

fn simulation(text: &str, files: &[(&str, &str)], replicate: u32) -> Simulation {
    let (_folder, path) = folder(text, files);
    let resolved = scenario::load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"));
    let complaints = simulation::check(&resolved.file.scenario, &tiny());
    assert_eq!(complaints, Vec::<String>::new());
    Simulation::new(
        &Arc::new(resolved.file.scenario),
        &tiny(),
        Outcome::Continuity,
        RunKey::new(3, replicate),
        1,
    )
}

fn days(simulation: &mut Simulation, days: u32) {
    for _ in 0..days * 4 {
        simulation.step();
    }
}

fn displaced(simulation: &Simulation) -> u64 {
    let population = simulation.world().resource::<Population>();
    population.present.iter().map(|&n| u64::from(n)).sum()
}

fn crossing(id: &str) -> usize {
    tiny().crossings.iter().position(|x| x.id == id).expect("a crossing of the tiny map")
}

/// People who flee the south of the tiny map.
fn flight() -> String {
    entry(
        "threat",
        "place = 'IRN/Border province (fictional)'; class = 'defeat'; intensity = [1.0, 1.0]",
    )
}

#[test]
fn with_the_switches_off_nothing_happens() {
    let mut s = simulation("", &[], 0);
    let before = s.world().resource::<Policies>().passage.clone();
    days(&mut s, 20);
    assert_eq!(displaced(&s), 0);
    assert_eq!(s.world().resource::<Policies>().passage, before);
    let leadership = s.world().resource::<Leadership>();
    assert!(leadership.provinces.iter().all(|p| p.unrest <= 0.0));
    let mut groups = s.world_mut().query::<&ArmedGroup>();
    assert_eq!(groups.iter(s.world()).count(), 0);
}

#[test]
fn residents_are_those_given() {
    let text = r#"episode.residents = [
        { place = "AZE", persons = [50001, 50001], source = "test", certainty = "P" },
        { place = "IRN/Inland province (fictional)", persons = [7, 7], source = "test", certainty = "P" },
    ]"#;
    let s = simulation(text, &[], 0);
    let (map, population) = (tiny(), s.world().resource::<Population>());
    assert_eq!(population.initial_by_territory[map.territory("AZE").unwrap().index()], 50_001);
    let inland = map.admin1.iter().position(|u| u.name.starts_with("Inland")).unwrap();
    let there: u32 =
        population.cells_of[inland].iter().map(|c| population.residents[c.index()]).sum();
    assert_eq!(there, 7);
}

#[test]
fn ranges_are_drawn_once_a_replicate_and_lie_within() {
    let total = |replicate| {
        let text = r#"episode.residents = [{ place = "AZE", persons = [40000, 60000], source = "test", certainty = "P" }]"#;
        let s = simulation(text, &[], replicate);
        s.world().resource::<Population>().initial_by_territory
            [tiny().territory("AZE").unwrap().index()]
    };
    let draws: Vec<u64> = (0..40).map(total).collect();
    assert!(draws.iter().all(|n| (40_000..=60_000).contains(n)));
    assert_eq!(draws[3], total(3), "the same replicate draws the same");
    let mean = draws.iter().sum::<u64>() as f64 / 40.0;
    // Standard error of the mean of 40 uniform draws over 20,000: 913.
    assert!((mean - 50_000.0).abs() < 3.5 * 913.0, "{mean}");
    assert!(draws.iter().max() > Some(&57_000) && draws.iter().min() < Some(&43_000));
}

#[test]
fn the_displaced_of_day_0_are_there_and_go_home_to_a_calm_place() {
    let text = r#"episode.displaced = [
        { home = "IRN/Border province (fictional)", at = "AZE", persons = [3000, 3000], source = "test", certainty = "P" },
    ]"#;
    let mut s = simulation(text, &[], 0);
    let settled = |s: &Simulation| {
        let population = s.world().resource::<Population>();
        population.cohorts.iter().flatten().map(|c| u64::from(c.persons)).sum::<u64>()
    };
    assert_eq!(settled(&s), 3000);
    let population = s.world().resource::<Population>();
    let irn = tiny().territory("IRN").unwrap();
    assert!(population.cohorts.iter().flatten().all(|c| c.nationality == irn));
    days(&mut s, 20);
    assert!(settled(&s) < 3000, "nobody went home from safety to calm in 20 days");
}

#[test]
fn people_flee_a_given_threat_and_only_from_there() {
    let mut s = simulation(&flight(), &[], 0);
    days(&mut s, 5);
    let (map, population) = (tiny(), s.world().resource::<Population>());
    let mut left = 0;
    for c in 0..map.cells.len() {
        let gone =
            population.initial_strata.iter().map(|x| x[c]).sum::<u32>() - population.residents[c];
        let threatened = map.admin1[map.cells.admin1[c].index()].name.starts_with("Border");
        assert!(threatened || gone == 0, "{gone} left a calm cell");
        left += gone;
    }
    assert!(left > 1000, "{left}");
}

#[test]
fn nobody_flees_where_there_is_no_refuge() {
    // The whole south is under the same threat, and every way out is shut: people stay although they would leave.
    let shut = |x: &str| entry("passage", &format!("crossing = '{x}'; passage = 'closed'"));
    let closed: String = ["C01", "C03"].map(shut).concat();
    let threat = flight().replace("IRN/Border province (fictional)", "IRN");
    let beyond =
        "displacement.destination.foreign_weight = 0.01\nmechanisms.green_border = false\n";
    let mut s = simulation(&format!("{beyond}{threat}{closed}"), &[], 0);
    days(&mut s, 5);
    let map = tiny();
    let iran = map.territory("IRN").unwrap();
    let in_towns = |d: &spillover::geography::Destination| {
        d.territory == iran && d.kind == spillover::geography::DestinationKind::Town
    };
    let population = s.world().resource::<Population>();
    let places = population.settled.iter().zip(&map.destinations);
    let settled: u32 = places.filter(|(_, d)| in_towns(d)).map(|(n, _)| n.0).sum();
    assert_eq!(settled, 0, "people fled from danger to as much danger");
    let served: u32 = s.world().resource::<CrossingTraffic>().served.iter().flatten().sum();
    assert_eq!(served, 0, "people passed a shut gate");
}

#[test]
fn a_closed_gate_stays_closed_until_it_opens_within_a_day() {
    let gate = [
        entry("passage", "crossing = 'C01'; towards = 'AZE'; to = '2026-01-18T12:00'; passage = 'closed'"),
        entry(
            "passage",
            "crossing = 'C01'; towards = 'AZE'; from = '2026-01-18T12:00'; to = '2026-01-20T06:00'; passage = 'open'",
        ),
        entry(
            "passage",
            "crossing = 'C01'; towards = 'AZE'; from = '2026-01-20T06:00'; to = '2026-01-21'; passage = 'closed'",
        ),
    ]
    .concat();
    let mut s = simulation(&(flight() + &gate), &[], 0);
    let x = crossing("C01");
    let side = usize::from(tiny().crossings[x].sides[0] != tiny().territory("IRN").unwrap());
    let before = s.world().resource::<Policies>().passage[x];
    let mut passed = vec![0];
    for _ in 0..8 * 4 {
        s.step();
        passed.push(s.world().resource::<CrossingTraffic>().passed[x][side]);
    }
    assert_eq!(passed[3 * 4 + 2], 0, "passed before it opened at noon of day 3");
    assert!(passed[5 * 4 + 1] > 0, "nobody passed the open gate");
    assert_eq!(passed[5 * 4 + 1], passed[7 * 4], "passed after it closed in the morning of day 5");
    assert_eq!(s.world().resource::<Policies>().passage[x], before, "what ended left a trace");
    assert_ne!(before[side], [Passage::Closed; 3]);
}

#[test]
fn a_given_capacity_binds() {
    let gate =
        entry("capacity", "crossing = 'C01'; from = '2026-01-17'; persons_per_day = [20, 20]");
    let served = |text: &str| {
        let mut s = simulation(text, &[], 0);
        let mut most = 0;
        for day in 0..10 {
            days(&mut s, 1);
            if day >= 2 {
                let x = crossing("C01");
                most = most
                    .max(*s.world().resource::<CrossingTraffic>().served[x].iter().max().unwrap());
            }
        }
        most
    };
    let free = served(&flight());
    assert!(free > 40, "{free} a day at most: too few cross to test a capacity");
    assert!((10..=21).contains(&served(&(flight() + &gate))));
}

/// The law of readiness on a queue that never empties: with the constant `tau` it nears 1 from the idle share, and what it serves
/// is capacity times readiness, so that a slow start lengthens the queue by `(1 - idle) tau` days of service in the end.
#[test]
fn a_gate_that_begins_to_work_is_slow_at_first() {
    let capacity = 20.0;
    let gate = [
        entry(
            "capacity",
            &format!("crossing = 'C01'; persons_per_day = [{capacity:.1}, {capacity:.1}]"),
        ),
        entry("passage", "crossing = 'C01'; passage = 'open'"),
    ];
    let x = crossing("C01");
    let side = usize::from(tiny().crossings[x].sides[0] != tiny().territory("IRN").unwrap());
    let (tau, idle) = (3.0, 0.25);
    let passed = |ramp_up: bool| {
        let head = format!(
            "mechanisms.ramp_up = {ramp_up}\nmechanisms.reneging = false\nmechanisms.seasons = false\n\
             borders.crossing.ramp_up_days = {tau:.1}\nborders.crossing.idle_share = {idle}\n"
        );
        let mut s = simulation(&(head + &flight() + &gate.concat()), &[], 0);
        let mut passed = Vec::new();
        for step in 0..15 * 4 {
            s.step();
            let traffic = s.world().resource::<CrossingTraffic>();
            if traffic.waiting[x][side] > 0 {
                passed.push(traffic.passed[x][side] as f64);
            }
            assert_eq!(
                traffic.waiting[x][side] > 0,
                !passed.is_empty(),
                "the queue was empty again at step {step}"
            );
        }
        passed
    };
    let (slow, ready) = (passed(true), passed(false));
    assert!(slow.len() > 40 && slow.len() == ready.len(), "{} {}", slow.len(), ready.len());
    let mut expected = 0.0;
    for (n, (slow, ready)) in slow.iter().zip(&ready).enumerate() {
        let days = (n + 1) as f64 / 4.0;
        expected += capacity / 4.0 * (1.0 - (1.0 - idle) * libm::exp(-days / tau));
        // Whole persons: the part of one stays over.
        assert!(
            *slow <= expected + 1e-9 && *slow > expected - 1.0,
            "after {days} days {slow}, expected {expected}"
        );
        assert!(
            (ready - capacity * days).abs() < 1e-9,
            "after {days} days {ready}, expected {}",
            capacity * days
        );
    }
}

#[test]
fn control_and_exit_bars_are_those_given_while_they_last() {
    let text = [
        entry(
            "control",
            "place = 'AZE'; from = '2026-01-16'; to = '2026-01-16'; value = [0.3, 0.3]",
        ),
        entry("exit_bar", "state = 'IRN'; to = '2026-01-16'; strength = [0.7, 0.7]"),
    ]
    .concat();
    let mut s = simulation(&text, &[], 0);
    let map = tiny();
    let azerbaijan = map.territories[map.territory("AZE").unwrap().index()].cells[0];
    let mut seen = Vec::new();
    for _ in 0..3 {
        days(&mut s, 1);
        let leadership = s.world().resource::<Leadership>();
        let unit = map.cells.admin1[azerbaijan.index()];
        let control = s.world().resource::<Violence>().control(leadership, unit, azerbaijan);
        seen.push((
            control,
            s.world().resource::<Policies>().exit_bar[map.territory("IRN").unwrap().index()],
        ));
    }
    let expected = [(1.0, 0.7), (0.3, 0.7), (1.0, 0.0)];
    for ((control, bar), (c, b)) in seen.iter().zip(expected) {
        assert!((control - c).abs() < 1e-6 && (bar - b).abs() < 1e-6, "{seen:?}");
    }
}

const EVENTS: &str = "date,lat,lon,deaths_civilians,deaths_all,source\n\
    2026-01-10,39.65,45.95,5,100,before the run: remembered\n\
    2026-01-17,39.65,45.95,40,100,test\n";
fn violence() -> String {
    entry("violence", "file = 'events.csv'")
}

#[test]
fn given_events_kill_are_felt_and_set_people_in_motion() {
    let mut s = simulation(&violence(), &[("events.csv", EVENTS)], 0);
    let cell = tiny().cell_at(39.65, 45.95).unwrap().index();
    days(&mut s, 1);
    let remembered = s.world().resource::<Violence>().fatalities[cell];
    assert!(remembered > 10.0 && remembered < 100.0, "{remembered}");
    assert_eq!(
        s.world().resource::<Population>().dead,
        0,
        "the dead of before day 0 are not among its living"
    );
    days(&mut s, 2);
    assert_eq!(s.world().resource::<Population>().dead, 40);
    let events = s.world().resource::<Events>();
    assert_eq!(
        events.today.iter().map(|e| (e.deaths_civilians, e.deaths())).collect::<Vec<_>>(),
        [(40, 100)]
    );
    assert!(s.world().resource::<Violence>().fatalities[cell] > 100.0);
    assert!(s.world().resource::<PerceivedThreat>().fighting[cell] > 0.0);
    days(&mut s, 5);
    assert!(displaced(&s) > 0);
}

#[test]
fn a_file_of_events_is_part_of_what_a_run_is() {
    let load = |events: &str| {
        let (folder, path) = folder(&violence(), &[("events.csv", events)]);
        let resolved = scenario::load(&path, &[]).unwrap_or_else(|problems| panic!("{problems}"));
        assert!(resolved.files.contains(&folder.path().join("events.csv")), "{:?}", resolved.files);
        resolved.hash
    };
    let changed = EVENTS.replace(",40,", ",41,");
    assert_eq!(load(EVENTS), load(EVENTS));
    assert_ne!(load(EVENTS), load(&changed));
}

/// What is said of a scenario, with the folder written `$DIR`.
fn answer(text: &str, files: &[(&str, &str)]) -> String {
    let (folder, path) = folder(text, files);
    let said = match scenario::load(&path, &[]) {
        Err(problems) => problems.to_string(),
        Ok(resolved) => {
            resolved.place(0, &simulation::check(&resolved.file.scenario, &tiny())).to_string()
        }
    };
    said.replace(&folder.path().display().to_string(), "$DIR")
}

#[test]
fn what_does_not_fit_the_map_is_told_at_its_place() {
    let text = [
        entry("passage", "crossing = 'C11'; towards = 'AZE'; passage = 'closed'"),
        entry(
            "capacity",
            "crossing = 'C01'; towards = 'RUS'; from = '2026-01-20'; to = '2026-01-18'; persons_per_day = [10, 20]",
        ),
        entry("threat", "place = 'IRN/Border provinc (fictional)'; class = 'siege'; intensity = [0.0, 1.0]"),
        entry("control", "place = '10,10,20'; value = [0.0, 1.0]"),
    ]
    .concat();
    let said = answer(&text, &[]);
    for (words, line) in [
        ("`episode.passage[0].crossing`: the map `tiny` has no crossing `C11`", 15),
        (
            "`episode.capacity[0].towards`: C01 (South gate - Ford gate) joins IRN and AZE at the as-of date, it does not lead to `RUS`",
            23,
        ),
        (
            "`episode.capacity[0].to`: the end `2026-01-18` is not after the beginning `2026-01-20`",
            25,
        ),
        (
            "`episode.threat[0].place`: the map `tiny` has no unit `Border provinc (fictional)` in IRN; did you mean `IRN/Border province (fictional)`?",
            31,
        ),
        (
            "`episode.control[0].place`: `10,10,20` holds no land of the map `tiny` at the as-of date",
            38,
        ),
    ] {
        assert!(said.contains(words), "{words}\nis not in\n{said}");
        assert!(said.contains(&format!("scenario.toml:{line}:")), "line {line} is not in\n{said}");
    }
}

#[test]
fn a_broken_file_of_events_is_told_at_its_place() {
    assert!(answer(&violence(), &[]).contains("there is no file `$DIR/events.csv`"));
    let broken = "date,lat,lon,deaths_civilians,deaths_all,source\n2026-01-17,39.65,95.95x,4,3,\n";
    let said = answer(&violence(), &[("events.csv", broken)]);
    for words in [
        "`95.95x` is no `lon`",
        "events.csv:2:18",
        "expected at most `deaths_all`",
        "expected where the event is from",
    ] {
        assert!(said.contains(words), "{words}\nis not in\n{said}");
    }
    let far = EVENTS.replace("45.95", "65.95");
    let said = answer(&violence(), &[("events.csv", &far)]);
    assert!(
        said.contains(
            "events.csv line 2: 39.65, 65.95 is more than 25 km from any land of the map `tiny`"
        ),
        "{said}"
    );
}

#[test]
fn an_entry_without_a_source_is_refused() {
    let text = "episode.residents = [{ place = \"AZE\", persons = [1, 2], certainty = \"guess\" }]";
    let said = answer(text, &[]);
    assert!(
        said.contains("`source`") && said.contains("one of F, F~, C, R-h, R-m, R-l, P"),
        "{said}"
    );
}

/// Some wait at a line that is shut for now, and pass when it opens; nobody where the weight of a shut line is none.
#[test]
fn a_shut_line_is_waited_at_and_passed_when_it_opens() {
    let gate = entry("passage", "crossing = 'C01'; to = '2026-01-18T12:00'; passage = 'closed'");
    let waiting_then_passed = |weight: &str| {
        let set = format!("displacement.destination.closed_weight = {weight}\n");
        let mut s = simulation(&(set + &flight() + &gate), &[], 0);
        let x = crossing("C01");
        let side = usize::from(tiny().crossings[x].sides[0] != tiny().territory("IRN").unwrap());
        for _ in 0..13 {
            s.step();
        }
        let waiting = s.world().resource::<CrossingTraffic>().waiting[x][side];
        days(&mut s, 1);
        (waiting, s.world().resource::<CrossingTraffic>().passed[x][side])
    };
    let (waiting, passed) = waiting_then_passed("0.5");
    assert!(waiting > 0, "nobody waited at the shut line");
    assert!(passed > 0, "nobody passed when it opened");
    assert_eq!(waiting_then_passed("0.0").0, 0, "some waited although a shut line weighs nothing");
}

/// People whose home is in no order go there only to look after it, and flee again: traffic both ways, nobody stays.
#[test]
fn visitors_go_home_and_flee_again() {
    let there = "home = 'IRN/Border province (fictional)'; at = 'AZE'; persons = [3000, 3000]";
    let lawless = "place = 'IRN'; value = [0.0, 0.0]";
    let both_ways = |visits: &str| {
        // Nobody returns to stay, so that all traffic is of visitors.
        let set = format!(
            "displacement.hosting.visit_per_day = {visits}\ndisplacement.hosting.return_per_day = 0.0\n"
        );
        let mut s =
            simulation(&(set + &entry("displaced", there) + &entry("control", lawless)), &[], 0);
        let population = s.world().resource::<Population>();
        let home: u32 = population.residents.iter().sum();
        days(&mut s, 20);
        let (map, population) = (tiny(), s.world().resource::<Population>());
        let [irn, aze] = ["IRN", "AZE"].map(|code| map.territory(code).unwrap().index());
        let n = map.territories.len();
        assert_eq!(population.residents.iter().sum::<u32>(), home, "visitors stayed");
        (population.passed[aze * n + irn], population.passed[irn * n + aze])
    };
    let (home, back) = both_ways("0.1");
    assert!(home > 100 && back > 0 && back <= home, "{home} home, {back} back");
    assert_eq!(both_ways("0.0"), (0, 0));
}

/// Who gave up a queue and finds nowhere else to go joins it again: nobody is lost on the road.
#[test]
fn who_has_nowhere_else_waits_on() {
    let threat = flight().replace("IRN/Border province (fictional)", "IRN");
    let gates = ["C01", "C03"]
        .map(|x| entry("passage", &format!("crossing = '{x}'; passage = 'closed'")))
        .concat();
    let eager = "borders.crossing.renege_closed_per_day = 1.0\ndisplacement.destination.closed_weight = 0.5\n";
    let mut s =
        simulation(&format!("{eager}mechanisms.green_border = false\n{threat}{gates}"), &[], 0);
    days(&mut s, 10);
    // Of those who have just given up each finds the queue again: that one gives up in each of twelve steps is a matter of 0.22^12.
    let mut idle: Option<std::collections::BTreeSet<u32>> = None;
    let mut gave_up = 0;
    for _ in 0..12 {
        s.step();
        let mut groups = s.world_mut().query::<(&Travel, &DisplacedGroup)>();
        let choosing = groups
            .iter(s.world())
            .filter(|(t, _)| t.activity == Activity::Choosing)
            .map(|(_, g)| g.id.0);
        let choosing: std::collections::BTreeSet<u32> = choosing.collect();
        gave_up += choosing.len();
        idle =
            Some(idle.map_or(choosing.clone(), |before| {
                before.intersection(&choosing).copied().collect()
            }));
    }
    assert!(gave_up > 0, "nobody gave up, so nothing was tested");
    assert_eq!(idle.map(|i| i.len()), Some(0), "groups stand on the road with nowhere to go");
}

/// Each community is its own kin, families are kin both ways, and those without a known community are nobody's.
#[test]
fn related_communities_are_kin() {
    let scenario = common::quick(&[]);
    let map = common::map();
    let s = Simulation::new(&scenario, &map, Outcome::Continuity, RunKey::new(1, 0), 1);
    let population = s.world().resource::<Population>();
    let id = |name: &str| {
        map.communities
            .iter()
            .position(|c| c == name)
            .map(spillover::ids::CommunityId::from_index)
            .unwrap()
    };
    let (chechen, ingush, armenian) = (id("Chechen"), id("Ingush"), id("Armenian"));
    assert!(population.are_kin(chechen, ingush) && population.are_kin(ingush, chechen));
    assert!(population.are_kin(armenian, armenian) && !population.are_kin(armenian, chechen));
    let unknown = spillover::displacement::group::NO_COMMUNITY;
    assert!(!population.are_kin(unknown, unknown) && !population.are_kin(chechen, unknown));
    // Kin of Chechens in Russia are Chechens and Ingush, so as many as kin of Ingush.
    let russia = map.territory("RUS").unwrap().index();
    let share = |c: spillover::ids::CommunityId| population.kin_share[russia][c.index()];
    assert!((share(chechen) - share(ingush)).abs() < 1e-9 && share(chechen) > 0.0);
}

/// A cell's residents count for one town at most, and a capital's for the capital.
#[test]
fn towns_share_the_residents_of_their_surroundings() {
    let map = common::map();
    for (t, territory) in map.territories.iter().enumerate() {
        let cells = (0..map.cells.len()).filter(|&c| map.cells.territory[c].index() == t);
        let all: u64 = cells.map(|c| u64::from(map.cells.population[c])).sum();
        let towns = territory.destinations.clone().map(|d| &map.destinations[usize::from(d)]);
        let in_towns: u64 =
            towns.filter(|d| d.kind == DestinationKind::Town).map(|d| d.population).sum();
        assert!(in_towns <= all, "{}: {in_towns} in towns of {all}", territory.code);
    }
    let people = |name: &str| map.destinations.iter().find(|d| d.name == name).unwrap().population;
    let found = ["Yerevan", "Ashtarak", "Masis"].map(people);
    assert!(found[0] > 700_000 && found[1] < 250_000 && found[2] < 250_000, "{found:?}");
}
