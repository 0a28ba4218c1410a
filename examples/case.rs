use spillover::validation::{Settings, regional};
fn main() {
    let a: Vec<String> = std::env::args().collect();
    let s = Settings { scenario: "configs/base.toml".into(), sets: a[3..].to_vec(), parameter_sets: vec![], replicates: a[2].parse().unwrap(), seed: 1, hide_capacities: false, threads: 1 };
    let t = std::time::Instant::now();
    let p = match regional::prepare(a[1].as_ref(), &s) { Ok(p) => p, Err(e) => { println!("{}", e.join("\n")); return; } };
    eprintln!("prepare {:?} {}", t.elapsed(), p.fingerprint());
    let t = std::time::Instant::now();
    let r = match p.run(&s) { Ok(p) => p, Err(e) => { println!("{}", e.join("\n")); return; } };
    eprintln!("run {:?} {:?}", t.elapsed(), r.cost);
    for x in &r.series { println!("{}", x.title); for p in &x.points { let mut v = p.simulated.clone(); v.sort_by(f64::total_cmp); let q = |f: f64| v[((v.len() - 1) as f64 * f).round() as usize];
        println!("  {:17} {:6.2} obs {:8.0} sim {:8.0} {:8.0} {:8.0} {:8.0} {:8.0}{}", p.at, p.at_days, p.observed, q(0.05), q(0.25), q(0.5), q(0.75), q(0.95), if p.observed >= q(0.05) && p.observed <= q(0.95) {""} else {"  OUT"}); } }
    for s in &r.splits { println!("{:?}", s); }
}
