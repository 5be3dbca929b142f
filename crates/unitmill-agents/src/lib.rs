//! The agents: who writes tests, repairs what fails and polishes what passes.
//!
//! [`Case`] is the flow of one candidate as a pure state machine: events in (replies of a
//! model, outcomes of executions), actions out (ask, execute, finish). The offline agents
//! (generator, fixer, refiner) are functions behind it.
//!
//! This crate never does IO, never reads a clock, never draws a random number, and knows
//! neither HTTP nor a sandbox. What a case decides depends on what came back, never on
//! the order in which it came.

mod case;
mod evidence;
mod fix;
mod generate;
mod prompts;
mod refine;
mod reply;
mod settings;
mod syntax;

pub use case::{Action, Case, Conclusion, Event};
pub use fix::movable_roots;
pub use prompts::{PromptError, Prompts};
pub use settings::{CaseSettings, Environment, Provider};
