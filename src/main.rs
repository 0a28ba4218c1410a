//! The `spillover` program: everything is in the library's front door.

fn main() -> std::process::ExitCode {
    spillover::cli::main()
}
