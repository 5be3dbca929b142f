//! The command line, as clap reads it. The help texts are a snapshot in the tests.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand};
use unitmill_model::{Isolation, Stage};
use unitmill_recipe::Override;

/// A raw code corpus becomes training data whose every row has been executed.
#[derive(Parser, Debug)]
#[command(name = "unitmill", version, about, max_term_width = 100, after_help = EXIT_CODES)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Show no progress: results, warnings and errors only
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
}

const EXIT_CODES: &str = "\
Results go to standard output or files, progress and messages to standard error.
Exit codes: 0 done; 1 internal error; 2 usage or recipe; 3 a path cannot be read;
4 sandbox unavailable; 5 model unavailable or budget spent; 130 interrupted.";

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Do the whole job of a recipe; the same command again resumes it
    Run {
        #[command(flatten)]
        recipe: RecipeArguments,
        /// The run's folder [default: runs/<name of the recipe>]
        #[arg(long, value_name = "RUN")]
        out: Option<PathBuf>,
        /// Mill a sample of N candidates for real, say what the whole will take, and stop; the
        /// same command without it goes on from there and pays for nothing again
        #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
        pilot: Option<u64>,
        /// Another run whose answers, and executions where they are the same, are read before
        /// anybody is asked or anything is run; the same as --set from=RUN
        #[arg(long, value_name = "RUN")]
        from: Option<PathBuf>,
    },
    /// Show the effective plan of a recipe and its tasks, running nothing
    Plan {
        #[command(flatten)]
        recipe: RecipeArguments,
        /// Write the plan into this folder, so that `unitmill task` can work on it
        #[arg(long, value_name = "RUN")]
        out: Option<PathBuf>,
    },
    /// Do one task of a planned run; for Ray, Slurm and their like
    Task {
        /// The run's folder
        run: PathBuf,
        /// extract, dedup, mill or publish
        #[arg(value_parser = parse_stage)]
        stage: Stage,
        /// Which task of the stage, from 0
        index: u32,
    },
    /// Cut candidates out of a corpus, before deduplication
    Extract {
        /// Folders, files or globs
        #[arg(required = true)]
        input: Vec<String>,
        /// The file to write: .parquet or .jsonl
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Write what did not become a candidate, and why, to this file: .parquet or .jsonl
        #[arg(long, value_name = "FILE")]
        rejects: Option<PathBuf>,
        /// Import names that a function may use: a bundled list (default, popular, unitcoder)
        /// or a file, one a line
        #[arg(long, value_name = "LIST")]
        packages: Option<PathBuf>,
        /// Reject functions that need a package which this Python environment lacks, and count
        /// what they wait for; without it no environment is asked
        #[arg(long, value_name = "E")]
        env: Option<String>,
        /// Change a knob of the recipe's `functions`, `packages`, `licenses` or `input.0` section
        #[arg(long = "set", value_name = "KEY=VALUE")]
        set: Vec<Override>,
    },
    /// Judge function-test pairs: rows id, code, test in; verdicts out, in input order
    Exec {
        /// The pairs: .parquet, .jsonl, .jsonl.gz or .jsonl.zst; further columns are ignored
        pairs: PathBuf,
        /// The file to write: .parquet or .jsonl
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Run what passes against stubs too: passing then as well is `vacuous`
        ///
        /// The stubs have lost the bodies of all functions and methods of `code` that the
        /// tests mention, all at once: first they only return None, then they only raise
        /// NotImplementedError. A class stands for its methods and its base classes; tests
        /// that mention nothing of the code are taken to be about all of it. Where there is
        /// no body to take away, the verdict stays `passed`, and the detail says so.
        #[arg(long)]
        stub_check: bool,
        /// Run each pair up to N times; verdicts that differ are `flaky`
        ///
        /// The second run takes the tests in reverse order, later ones in shuffled order
        /// (the tests of a class stay together), each with another seed for random and
        /// numpy and with one of three hash seeds. Nothing is run again after the first
        /// difference; the detail names both runs. Counts are those of the first run,
        /// duration_ms is that of all together.
        #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=100))]
        repeat: u32,
        #[command(flatten)]
        sandbox: SandboxArguments,
    },
    /// Funnel, pass rates per package and conservation sums of a run
    Audit {
        /// The run's folder
        run: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
        /// Also write a page for a browser
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
        /// Compare with an earlier run
        #[arg(long, value_name = "RUN", conflicts_with = "json")]
        against: Option<PathBuf>,
    },
    /// How a row came to be: every model call and every execution of a candidate or pair
    Show {
        /// The run's folder
        run: PathBuf,
        /// A pair's or candidate's id, or its first digits
        id: String,
    },
    /// Execute again what was executed for a candidate or pair, and compare
    Replay {
        /// The run's folder
        run: PathBuf,
        /// A pair's or candidate's id, or its first digits
        id: String,
    },
    /// Python environments for the sandbox
    Env {
        #[command(subcommand)]
        command: EnvCommand,
    },
    /// What this machine can and cannot do
    Doctor,
    /// Print the JSON Schema of recipes
    #[command(hide = true)]
    Schema,
}

#[derive(Subcommand, Debug)]
pub(crate) enum EnvCommand {
    /// Build an environment into the cache
    Build {
        /// A bundled lock (scientific, standard), a hash-locked requirements file, or an
        /// existing virtual environment
        #[arg(default_value = "scientific")]
        env: String,
    },
    /// Print a list of packages: import name, distribution, whether the environment holds it
    Packages {
        /// A bundled list (default, popular, unitcoder) or a file
        #[arg(default_value = "popular")]
        list: String,
        /// As for build
        #[arg(long, value_name = "E", default_value = "scientific")]
        env: String,
    },
    /// Pack an environment's packages into one file, for machines without a network
    Export {
        /// As for build
        env: String,
        /// The bundle to write (.tar.zst)
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
    /// Build an environment from a bundle, without a network
    Import {
        /// The bundle
        bundle: PathBuf,
    },
}

#[derive(Args, Debug)]
pub(crate) struct RecipeArguments {
    /// The recipe (YAML)
    pub(crate) recipe: PathBuf,
    /// Change a knob: a dotted key and a YAML value (--set dedup.exact=false)
    #[arg(long = "set", value_name = "KEY=VALUE")]
    pub(crate) set: Vec<Override>,
}

#[derive(Args, Debug)]
pub(crate) struct SandboxArguments {
    /// Executions at once [default: one per core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub(crate) jobs: Option<u32>,
    /// Wall-clock limit of a pair, seconds
    #[arg(long, value_name = "S", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub(crate) timeout: u64,
    /// Memory limit of a pair, megabytes
    #[arg(long, value_name = "M", default_value_t = 1024, value_parser = clap::value_parser!(u64).range(64..))]
    pub(crate) memory_mb: u64,
    /// What executes
    #[arg(long, value_name = "B", default_value = "native", value_parser = ["native"])]
    pub(crate) backend: String,
    /// What stands between executions and the machine; exactly this, or nothing runs;
    /// a column of every verdict
    #[arg(long, value_name = "I", default_value = "full", value_parser = isolations())]
    pub(crate) isolation: Isolation,
    /// The Python environment: a bundled lock, a requirements file, a virtual environment
    #[arg(long, value_name = "E", default_value = "scientific")]
    pub(crate) env: String,
}

fn isolations() -> impl TypedValueParser<Value = Isolation> {
    PossibleValuesParser::new(Isolation::ALL.iter().map(|isolation| isolation.as_str())).map(
        |text| {
            let named = |isolation: &&Isolation| isolation.as_str() == text;
            *Isolation::ALL
                .iter()
                .find(named)
                .expect("only these values are possible")
        },
    )
}

fn parse_stage(text: &str) -> Result<Stage, String> {
    Stage::ALL
        .iter()
        .copied()
        .find(|stage| stage.as_str() == text)
        .ok_or_else(|| {
            format!("`{text}` is not a stage; the stages are extract, dedup, mill, publish")
        })
}
