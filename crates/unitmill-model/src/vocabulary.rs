//! The closed vocabularies: verdicts, stages, origins of tests, backends, isolation.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Gives a unit-only enum its list of values and its written form, the one that serde
/// uses too.
macro_rules! vocabulary {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
        pub enum $name { $($(#[$variant_meta])* #[serde(rename = $text)] $variant,)* }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The written form, as rows and reports have it.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    };
}
pub(crate) use vocabulary;

vocabulary! {
    /// What an execution of a function-test pair came to.
    ///
    /// Declaration order is precedence: where several apply, the first one is the
    /// verdict. A verdict is always about the pair; a failure of the sandbox itself is an
    /// error of the run and never one of these.
    ///
    /// `Flaky` and `Vacuous` take several executions to tell, so that no single one ever
    /// comes to them: they take the place of what the first execution came to.
    Verdict {
        /// Code or tests do not parse.
        SyntaxError = "syntax_error",
        /// An import failed while the module was loading.
        ImportError = "import_error",
        /// Killed for a forbidden system call.
        Denied = "denied",
        /// Wrote more than the output limit.
        OutputLimit = "output_limit",
        /// Over the CPU limit, or over the wall limit twice, the second time alone.
        Timeout = "timeout",
        /// The memory limit was hit, or a `MemoryError` was not caught.
        OutOfMemory = "out_of_memory",
        /// Ended by a signal.
        Crashed = "crashed",
        /// Records forged, or the harness or `unittest` interfered with.
        Tampered = "tampered",
        /// Ended without a clean end, or without a report on every expected test.
        Incomplete = "incomplete",
        /// An exception outside an assertion: in loading, in set-up or in a test.
        Error = "error",
        /// An assertion did not hold.
        Failed = "failed",
        /// No test ran: none there, all skipped or expected to fail.
        NoTests = "no_tests",
        /// Executions in another order of tests, or with other seeds, came to another
        /// verdict.
        Flaky = "flaky",
        /// Passed, and passes as well when the bodies of the functions under test are gone.
        Vacuous = "vacuous",
        /// Every expected test reported, at least one ran for real, none failed.
        Passed = "passed",
    }
}

vocabulary! {
    /// A stage of a run; its tasks are the units of commit, resuming and scheduling.
    Stage {
        /// Files of one input part to candidates and rejects.
        Extract = "extract",
        /// Duplicates inside one bucket of fingerprints.
        Dedup = "dedup",
        /// Agents and sandbox over one part: pairs, attempts, rejects.
        Mill = "mill",
        /// One final shard.
        Publish = "publish",
    }
}

vocabulary! {
    /// Who wrote a pair's tests.
    TestOrigin {
        /// A model behind an HTTP interface, or a recorded answer of one.
        Model = "model",
        /// The offline generator.
        Builtin = "builtin",
    }
}

vocabulary! {
    /// What makes a pair's tests believable.
    Verification {
        /// A model wrote the expectations from the function's text.
        Model = "model",
        /// Expectations come from the function's own doctests, which its author wrote.
        Doctest = "doctest",
        /// Expectations were observed by running the function: a regression oracle, which
        /// can freeze a bug.
        Regression = "regression",
    }
}

vocabulary! {
    /// What executes.
    Backend {
        /// Linux namespaces, seccomp and limits around a native interpreter.
        Native = "native",
    }
}

vocabulary! {
    /// What stands between an execution and the machine. A recipe names exactly one, and a
    /// run uses that one or refuses to start.
    Isolation {
        /// Namespaces, system call filter, Landlock where the kernel has it, and control
        /// groups: every promise of the sandbox.
        Full = "full",
        /// The same namespaces and filter, but no control groups: limits of the single
        /// process, which may start no other. Memory is counted as address space, so
        /// `out_of_memory` is best effort.
        Rlimits = "rlimits",
        /// No namespaces: Landlock, a tighter system call filter and limits of the single
        /// process. Runs cannot read, change or signal what is not theirs, but can see which
        /// paths and processes exist.
        Container = "container",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_and_display_agree() {
        for verdict in Verdict::ALL {
            let json = serde_json::to_string(verdict).expect("a unit variant serialises");
            assert_eq!(json, format!("\"{verdict}\""));
        }
    }

    #[test]
    fn verdict_precedence_starts_with_syntax_and_ends_with_passed() {
        assert_eq!(Verdict::ALL.first(), Some(&Verdict::SyntaxError));
        assert_eq!(Verdict::ALL.iter().max(), Some(&Verdict::Passed));
    }

    #[test]
    fn what_takes_several_executions_ranks_behind_all_that_one_can_show() {
        for verdict in Verdict::ALL {
            let needs_several = matches!(verdict, Verdict::Flaky | Verdict::Vacuous);
            assert_eq!(
                needs_several,
                (Verdict::Flaky..=Verdict::Vacuous).contains(verdict)
            );
            assert!(needs_several || *verdict == Verdict::Passed || *verdict < Verdict::Flaky);
        }
    }
}
