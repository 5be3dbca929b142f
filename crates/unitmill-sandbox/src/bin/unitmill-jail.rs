//! The jail alone, as a program: tests re-execute it where `unitmill` would itself.

fn main() {
    unitmill_jail::main_if_jail();
    std::process::exit(2);
}
