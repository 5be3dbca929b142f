//! Policies as commented data, compiled to what the kernel takes.

use std::env::consts::ARCH;

mod decision_tree;
mod layers;

use seccompiler::{BpfProgram, TargetArch, compile_from_json};
use thiserror::Error;

pub use layers::OWN_PROCESS;

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

/// Compiles the policy `name`: the first of `layers` is a JSON text of `seccompiler` with
/// one filter, `main`; each further one changes it (`without`, `instead`, `also`). See
/// `sandbox/policies/README.md`.
///
/// Each element is one instruction of the kernel's `struct sock_filter`, packed
/// little-endian: code in bits 0 to 15, jump-true in 16 to 23, jump-false in 24 to 31, the
/// operand in 32 to 63, which is also how it lies in memory.
///
/// # Errors
/// If the architecture is unknown or a text is not a policy.
pub fn compile_policy(name: &str, layers: &[&str]) -> Result<Vec<u64>, PolicyError> {
    let architecture = TargetArch::try_from(ARCH).map_err(|_| PolicyError::Architecture(ARCH))?;
    let list = compile_list(name, layers, ARCH, architecture)?;
    let program = decision_tree::shorten(&list);
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

fn compile_list(
    name: &str,
    layers: &[&str],
    architecture_name: &str,
    architecture: TargetArch,
) -> Result<BpfProgram, PolicyError> {
    let malformed = |problem: String| PolicyError::Malformed {
        name: name.to_owned(),
        problem,
    };
    let text = layers::resolve(layers, architecture_name).map_err(malformed)?;
    let mut programs = compile_from_json(text.as_bytes(), architecture)
        .map_err(|error| malformed(error.to_string()))?;
    programs
        .remove("main")
        .ok_or_else(|| malformed("it has no filter called `main`".to_owned()))
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

    /// Every policy that is shipped, by name.
    pub(super) const SHIPPED: [(&str, &[&str]); 6] = [
        (
            "zygote",
            &[include_str!("../../../sandbox/policies/zygote.json")],
        ),
        ("run", &[include_str!("../../../sandbox/policies/run.json")]),
        (
            "lane",
            &[
                include_str!("../../../sandbox/policies/run.json"),
                include_str!("../../../sandbox/policies/lane.json"),
            ],
        ),
        (
            "last",
            &[include_str!("../../../sandbox/policies/last.json")],
        ),
        (
            "rlimits",
            &[
                include_str!("../../../sandbox/policies/run.json"),
                include_str!("../../../sandbox/policies/rlimits.json"),
            ],
        ),
        (
            "container",
            &[
                include_str!("../../../sandbox/policies/run.json"),
                include_str!("../../../sandbox/policies/rlimits.json"),
                include_str!("../../../sandbox/policies/container.json"),
            ],
        ),
    ];

    #[test]
    fn the_shipped_policies_compile_and_round_trip() {
        for (name, layers) in SHIPPED {
            let packed = compile_policy(name, layers).expect("a shipped policy compiles");
            assert!(packed.len() > 20, "{name}");
            let again = unpack(&packed);
            assert_eq!(again.len(), packed.len());
        }
    }

    #[test]
    fn the_shipped_policies_compile_for_both_architectures() {
        for (name, layers) in SHIPPED {
            for (text, architecture) in [
                ("x86_64", TargetArch::x86_64),
                ("aarch64", TargetArch::aarch64),
            ] {
                let list = compile_list(name, layers, text, architecture)
                    .unwrap_or_else(|error| panic!("{text}: {error}"));
                assert!(list.len() > 20, "{name} for {text}");
            }
        }
    }

    #[test]
    fn only_the_policy_without_namespaces_speaks_of_the_own_process() {
        for (name, layers) in SHIPPED {
            let packed = compile_policy(name, layers).expect("a shipped policy compiles");
            let places = packed
                .iter()
                .filter(|word| (*word >> 32) as u32 == OWN_PROCESS)
                .count();
            assert_eq!(places > 0, name == "container", "{name}: {places}");
        }
    }

    #[test]
    fn a_malformed_policy_names_itself() {
        let error = compile_policy("run", &["{}"]).expect_err("no filter");
        assert_eq!(
            error.to_string(),
            "system call policy `run`: it has no filter called `main`"
        );
    }
}
