//! Environments, the zygote pool, jobs and outcomes.
//!
//! This crate runs untrusted Python and says what came of it. It never knows agents,
//! candidates or recipes, and it never lets a failure of its own pass for a verdict.

mod environment;

pub use environment::{
    CACHE_VARIABLE, Environment, EnvironmentError, EnvironmentProgress, ExportedBundle,
    PYTHON_VARIABLE, bundled_environments, default_cache_root,
};
