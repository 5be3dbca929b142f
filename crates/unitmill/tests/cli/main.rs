//! The program as its users have it: real processes, real files, real exit codes.

mod bad_input;
mod batches;
mod code_map;
mod duplicates;
mod exec;
mod help;
mod isolation;
mod judging;
mod killed;
mod model_server;
mod money;
mod packages;
mod program;
mod quickstart;
mod resuming;
mod sources;
