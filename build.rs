//! Tells the program which compiler made it and for what machine: both stand in every manifest.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    for name in ["RUSTC", "SPILLOVER_RUSTC"] {
        println!("cargo:rerun-if-env-changed={name}");
    }
    if std::env::var_os("SPILLOVER_RUSTC").is_none() {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output =
            Command::new(rustc).arg("-V").output().ok().filter(|output| output.status.success());
        if let Some(version) = output.and_then(|output| String::from_utf8(output.stdout).ok()) {
            println!("cargo:rustc-env=SPILLOVER_RUSTC={}", version.trim());
        }
    }
    if let Ok(target) = std::env::var("TARGET") {
        println!("cargo:rustc-env=SPILLOVER_TARGET={target}");
    }
}
