//! The exit codes, and which failure has which.

use std::io::ErrorKind;

use unitmill_audit::AuditError;
use unitmill_recipe::RecipeError;
use unitmill_runner::RunError;
use unitmill_sandbox::EnvironmentError;
use unitmill_shards::ShardsError;

/// How a command ended, for scripts and schedulers. The numbers are part of the command
/// line's contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Exit {
    /// A fault of unitmill or of the machine: a full disk, a damaged run.
    Internal = 1,
    /// The command line or the recipe is wrong, or a run belongs to another recipe.
    Usage = 2,
    /// A path that was named cannot be read.
    Unreadable = 3,
    /// The sandbox or its environment cannot be had.
    Sandbox = 4,
    /// The model cannot be had, or the budget is spent.
    Model = 5,
    /// Stopped by the user.
    Interrupted = 130,
}

/// Why a command failed, and with which code.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
}

impl From<RecipeError> for Failure {
    fn from(error: RecipeError) -> Self {
        let exit = match error {
            RecipeError::Unreadable { .. } => Exit::Unreadable,
            RecipeError::NotYaml { .. } | RecipeError::Invalid { .. } => Exit::Usage,
        };
        Self {
            exit,
            message: chain(&error),
        }
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Self {
        let exit = match &error {
            RunError::Corpus(_) | RunError::Unreadable { .. } | RunError::BadRows { .. } => {
                Exit::Unreadable
            }
            RunError::Prompt(_)
            | RunError::PackageList { .. }
            | RunError::UnknownPackageList { .. }
            | RunError::License { .. }
            | RunError::Benchmark { .. }
            | RunError::PlanDiffers { .. }
            | RunError::NoSuchTask { .. }
            | RunError::NotReady { .. }
            | RunError::UnknownId { .. }
            | RunError::AmbiguousId { .. } => Exit::Usage,
            RunError::Environment(_) | RunError::Sandbox(_) => Exit::Sandbox,
            RunError::Model { .. } | RunError::BudgetSpent(_) => Exit::Model,
            RunError::Halted | RunError::Abandoned => Exit::Interrupted,
            RunError::Shards(error) => exit_of_shards(error),
            RunError::Audit(error) => exit_of_audit(error),
            RunError::Spill(_) | RunError::PlanInvalid { .. } | RunError::NotRecorded { .. } => {
                Exit::Internal
            }
        };
        Self {
            exit,
            message: chain(&error),
        }
    }
}

impl From<ShardsError> for Failure {
    fn from(error: ShardsError) -> Self {
        Self {
            exit: exit_of_shards(&error),
            message: chain(&error),
        }
    }
}

fn exit_of_audit(error: &AuditError) -> Exit {
    match error {
        AuditError::Shards(error) => exit_of_shards(error),
        AuditError::Query { .. } | AuditError::Plan { .. } => Exit::Internal,
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self {
            exit: exit_of_audit(&error),
            message: chain(&error),
        }
    }
}

fn exit_of_shards(error: &ShardsError) -> Exit {
    match error {
        ShardsError::UnknownFormat { .. } => Exit::Usage,
        ShardsError::NotARun { .. }
        | ShardsError::Damaged { .. }
        | ShardsError::DamagedLines { .. }
        | ShardsError::MissingColumn { .. }
        | ShardsError::ColumnType { .. }
        | ShardsError::Row { .. } => Exit::Unreadable,
        ShardsError::Io { source, .. }
            if matches!(
                source.kind(),
                ErrorKind::NotFound | ErrorKind::PermissionDenied
            ) =>
        {
            Exit::Unreadable
        }
        _ => Exit::Internal,
    }
}

impl From<EnvironmentError> for Failure {
    fn from(error: EnvironmentError) -> Self {
        Self {
            exit: Exit::Sandbox,
            message: chain(&error),
        }
    }
}

/// The message with its causes, each once: many errors quote their cause themselves.
fn chain(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = error.to_string();
        if !message.contains(&text) {
            message.push_str(": ");
            message.push_str(&text);
        }
        cause = error.source();
    }
    message
}
