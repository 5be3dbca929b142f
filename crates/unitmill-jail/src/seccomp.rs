//! Policies as commented data, compiled to what the kernel takes.

use std::env::consts::ARCH;

mod decision_tree;

use seccompiler::{BpfProgram, TargetArch, compile_from_json};
use thiserror::Error;

/// A policy that cannot be compiled.
#[derive(Debug, Error)]
pub enum PolicyError {
    /// The machine's architecture has no system call table here.
    #[error(
        "no system call policy for the architecture {0}; unitmill's native sandbox needs x86_64 or aarch64"
    )]
    Architecture(&'static str),
    /// The file is not a policy.
    #[error("system call policy `{name}`: {problem}")]
    Malformed {
        /// Which policy.
        name: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// Compiles the policy `name` (a JSON text of `seccompiler` with one filter, `main`).
///
/// Each element is one instruction of the kernel's `struct sock_filter`, packed
/// little-endian: code in bits 0 to 15, jump-true in 16 to 23, jump-false in 24 to 31, the
/// operand in 32 to 63, which is also how it lies in memory.
///
/// # Errors
/// If the architecture is unknown or the text is not a policy.
pub fn compile_policy(name: &str, json: &str) -> Result<Vec<u64>, PolicyError> {
    let architecture = TargetArch::try_from(ARCH).map_err(|_| PolicyError::Architecture(ARCH))?;
    let malformed = |problem: String| PolicyError::Malformed {
        name: name.to_owned(),
        problem,
    };
    let mut programs = compile_from_json(json.as_bytes(), architecture)
        .map_err(|error| malformed(error.to_string()))?;
    let program: BpfProgram = programs
        .remove("main")
        .ok_or_else(|| malformed("it has no filter called `main`".to_owned()))?;
    let program = decision_tree::shorten(&program);
    Ok(program
        .iter()
        .map(|instruction| {
            u64::from(instruction.code)
                | u64::from(instruction.jt) << 16
                | u64::from(instruction.jf) << 24
                | u64::from(instruction.k) << 32
        })
        .collect())
}

/// The instructions of [`compile_policy`] as `seccompiler` applies them.
pub(crate) fn unpack(program: &[u64]) -> BpfProgram {
    program
        .iter()
        .map(|word| seccompiler::sock_filter {
            code: *word as u16,
            jt: (*word >> 16) as u8,
            jf: (*word >> 24) as u8,
            k: (*word >> 32) as u32,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_policies_compile_and_round_trip() {
        for (name, text) in [
            (
                "zygote",
                include_str!("../../../sandbox/policies/zygote.json"),
            ),
            ("run", include_str!("../../../sandbox/policies/run.json")),
        ] {
            let packed = compile_policy(name, text).expect("a shipped policy compiles");
            assert!(packed.len() > 20, "{name}");
            let again = unpack(&packed);
            assert_eq!(again.len(), packed.len());
        }
    }

    #[test]
    fn a_malformed_policy_names_itself() {
        let error = compile_policy("run", "{}").expect_err("no filter");
        assert_eq!(
            error.to_string(),
            "system call policy `run`: it has no filter called `main`"
        );
    }
}
