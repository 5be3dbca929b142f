//! The command line of unitmill: arguments in, exit codes out.
//!
//! Every command is a few lines that call a library crate and render what came back. No
//! logic lives here.

mod arguments;
mod commands;
mod exit;
mod interrupt;
mod output;
mod progress;
mod render;
mod status;

use std::process::ExitCode;

use clap::Parser as _;

use crate::arguments::Arguments;

/// Parsing makes and frees small objects by the million, which the system's allocator takes
/// half again as long for.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // The sandbox starts this very program again to build its jail; that must not go
    // through the command line, a runtime or anything else that starts threads.
    unitmill_jail::main_if_jail();
    let arguments = Arguments::parse();
    match commands::perform(arguments.command, arguments.quiet) {
        Ok(code) => code,
        Err(failure) => {
            output::message(&format!("error: {}", failure.message));
            ExitCode::from(failure.exit as u8)
        }
    }
}
