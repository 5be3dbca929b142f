//! From what was seen of a run to its verdict. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use unitmill_model::{JobKind, Limits, TestResult, TestStatus, Verdict};

use crate::channel::{Channel, Record};

/// How a run's first process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// By itself, with a status.
    Status(i32),
    /// By a signal.
    Signal(i32),
}

/// Why the supervisor ended a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// Wall time was up.
    Wall,
    /// Too much output.
    Output,
    /// Something came through the channel that was no record.
    Forgery,
}

/// Everything that was seen of a run.
pub(crate) struct Evidence<'a> {
    pub(crate) channel: &'a Channel,
    pub(crate) exit: Exit,
    pub(crate) stopped: Option<Stopped>,
    /// User and system time of the run's first process and all it waited for.
    pub(crate) cpu: Duration,
    /// The lane ended the run for its CPU time.
    pub(crate) over_cpu: bool,
    /// The kernel ended a process of the run for want of memory.
    pub(crate) out_of_memory: bool,
    pub(crate) limits: &'a Limits,
    pub(crate) expected: &'a [String],
    pub(crate) kind: &'a JobKind,
}

/// A verdict with what a person needs to understand it, and the tests that reported.
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) detail: String,
    pub(crate) tests: Vec<TestResult>,
}

/// What an allocation that is refused raises: in Python, and in numpy of either layout.
const MEMORY_ERRORS: [&str; 3] = [
    "MemoryError",
    "numpy._core._exceptions._ArrayMemoryError",
    "numpy.core._exceptions._ArrayMemoryError",
];

const SIGKILL: i32 = 9;
const SIGSYS: i32 = 31;
/// Exit status of a run that the harness ended for interference (`REFUSED` in judge.py). A
/// program that ends itself with it accuses itself.
const REFUSED: i32 = 75;

impl Evidence<'_> {
    /// Whether the CPU limit was what ended the run, or would have in a moment: a run that
    /// computed for nine tenths of its time is not helped by another try alone.
    pub(crate) fn is_cpu_timeout(&self) -> bool {
        let limit = Duration::from_millis(self.limits.cpu_ms);
        match self.stopped {
            Some(Stopped::Wall) => {
                let least = self.limits.cpu_ms.min(self.limits.wall_ms);
                self.cpu >= Duration::from_millis(least) * 9 / 10
            }
            Some(_) => false,
            None => self.over_cpu || self.cpu > limit,
        }
    }

    /// Whether the run ended in a way that only somebody outside of it can have caused.
    pub(crate) fn is_lost(&self) -> bool {
        if self.stopped.is_some() || self.out_of_memory || self.is_cpu_timeout() {
            return false;
        }
        // From inside, the first process of a process namespace cannot be killed.
        self.exit == Exit::Signal(SIGKILL) || !self.channel.greeted()
    }

    /// Judges; the first of the verdicts in their order that applies.
    pub(crate) fn judge(&self) -> Judgement {
        let (tests, twice) = self.tests();
        let (verdict, detail) = self.verdict(&tests, twice);
        Judgement {
            verdict,
            detail,
            tests,
        }
    }

    /// The tests by id: of several reports (subtests, a failing `tearDown`) the gravest.
    /// Also an id that passed after it had been reported before.
    fn tests(&self) -> (Vec<TestResult>, Option<String>) {
        let mut tests: Vec<TestResult> = Vec::new();
        let mut positions: BTreeMap<&str, usize> = BTreeMap::new();
        let mut twice = None;
        for record in &self.channel.records {
            let Record::Test {
                test,
                status,
                message,
                ..
            } = record
            else {
                continue;
            };
            let status = TestStatus::ALL
                .iter()
                .copied()
                .find(|known| known.as_str() == status)
                .unwrap_or(TestStatus::Error);
            let Some(position) = positions.get(test.as_str()) else {
                positions.insert(test, tests.len());
                tests.push(TestResult {
                    id: test.clone(),
                    status,
                    message: message.clone(),
                });
                continue;
            };
            let known = &mut tests[*position];
            // What passed may fail afterwards, in `tearDown` say; nothing passes twice.
            if status == TestStatus::Passed {
                twice.get_or_insert_with(|| test.clone());
            }
            if gravity(status) > gravity(known.status) {
                known.status = status;
                known.message.clone_from(message);
            }
        }
        (tests, twice)
    }

    fn verdict(&self, tests: &[TestResult], twice: Option<String>) -> (Verdict, String) {
        let load = self.channel.records.iter().find_map(|record| match record {
            Record::LoadFailed {
                load_failed,
                message,
            } => Some((load_failed.as_str(), message.clone())),
            _ => None,
        });
        match &load {
            Some(("syntax", message)) => return (Verdict::SyntaxError, message.clone()),
            Some(("import", message)) => return (Verdict::ImportError, message.clone()),
            _ => {}
        }
        if self.exit == Exit::Signal(SIGSYS) {
            return (
                Verdict::Denied,
                "killed for a system call that the policy forbids".to_owned(),
            );
        }
        if self.stopped == Some(Stopped::Output) {
            let most = self.limits.output_bytes;
            return (
                Verdict::OutputLimit,
                format!("wrote more than {most} bytes to standard output and error"),
            );
        }
        if self.is_cpu_timeout() {
            let limit = self.limits.cpu_ms;
            return (
                Verdict::Timeout,
                format!("used all of its time computing (limit: {limit} ms of CPU time)"),
            );
        }
        if self.stopped == Some(Stopped::Wall) {
            let limit = self.limits.wall_ms;
            return (
                Verdict::Timeout,
                format!("did not end within {limit} ms, twice, the second time alone"),
            );
        }
        if let Some(detail) = self.memory(&load) {
            return (Verdict::OutOfMemory, detail);
        }
        if let (Exit::Signal(signal), None) = (self.exit, self.stopped) {
            return (Verdict::Crashed, format!("ended by signal {signal}"));
        }
        if let Some(detail) = self.interference(twice) {
            return (Verdict::Tampered, detail);
        }
        if let Some(detail) = self.missing(&load, tests) {
            return (Verdict::Incomplete, detail);
        }
        if let Some((_, message)) = load {
            return (Verdict::Error, message);
        }
        for (status, verdict) in [
            (TestStatus::Error, Verdict::Error),
            (TestStatus::Failed, Verdict::Failed),
        ] {
            if let Some(test) = tests.iter().find(|test| test.status == status) {
                return (verdict, format!("{}: {}", test.id, test.message));
            }
        }
        let passed = tests.iter().any(|test| test.status == TestStatus::Passed);
        if !passed && !matches!(self.kind, JobKind::Observe { .. }) {
            let detail = if tests.is_empty() {
                "the module has no tests".to_owned()
            } else {
                "every test was skipped or expected to fail".to_owned()
            };
            return (Verdict::NoTests, detail);
        }
        (Verdict::Passed, String::new())
    }

    fn memory(&self, load: &Option<(&str, String)>) -> Option<String> {
        if self.out_of_memory {
            let most = self.limits.memory_bytes;
            return Some(format!("needed more than {most} bytes of memory"));
        }
        if let Some(("memory", message)) = load {
            return Some(message.clone());
        }
        self.channel.records.iter().find_map(|record| match record {
            Record::Test {
                test,
                message,
                exception,
                status,
            } if MEMORY_ERRORS.contains(&&**exception) && status == TestStatus::Error.as_str() => {
                Some(format!("{test}: {message}"))
            }
            _ => None,
        })
    }

    fn interference(&self, twice: Option<String>) -> Option<String> {
        if let Some(why) = self.channel.forgery() {
            return Some(format!("on the result channel: {why}"));
        }
        if self.channel.is_cut() && self.stopped.is_none() {
            return Some("on the result channel: half a record".to_owned());
        }
        if self.exit == Exit::Status(REFUSED) && self.flags().is_none() {
            return Some(
                "did what only serves to look into the harness; its output says what".to_owned(),
            );
        }
        let flagged = self.flags().and_then(|flags| flags.first());
        if let Some(flag) = flagged {
            return Some(flag.clone());
        }
        twice.map(|test| format!("{test} was reported by two tests"))
    }

    fn flags(&self) -> Option<&Vec<String>> {
        self.channel.records.iter().find_map(|record| match record {
            Record::End { flags, .. } => Some(flags),
            _ => None,
        })
    }

    fn missing(&self, load: &Option<(&str, String)>, tests: &[TestResult]) -> Option<String> {
        if let Some(("exit" | "interrupted", message)) = load {
            return Some(format!("the program ended itself: {message}"));
        }
        match (self.flags(), self.exit) {
            (Some(_), Exit::Status(0)) => {}
            (_, Exit::Status(status)) => {
                return Some(format!(
                    "the program ended itself with status {status} before its tests were over"
                ));
            }
            (_, Exit::Signal(signal)) => return Some(format!("ended by signal {signal}")),
        }
        if load.is_some() {
            return None;
        }
        if let JobKind::Observe { calls, .. } = self.kind {
            let reported = self
                .channel
                .records
                .iter()
                .filter(|record| matches!(record, Record::Data { .. }))
                .count();
            return (reported != calls.len())
                .then(|| format!("{reported} of {} calls were reported", calls.len()));
        }
        self.expected
            .iter()
            .find(|expected| !is_accounted_for(expected, tests))
            .map(|test| format!("{test} did not report"))
    }
}

/// Whether a test reported, or the failure (or skip) of the fixture that it needs did.
fn is_accounted_for(expected: &str, tests: &[TestResult]) -> bool {
    let class = expected.rsplit_once('.').map_or("", |(class, _)| class);
    let of_class = format!("setUpClass ({class})");
    tests.iter().any(|test| {
        test.id == expected || test.id == of_class || test.id.starts_with("setUpModule (")
    })
}

fn gravity(status: TestStatus) -> u8 {
    match status {
        TestStatus::Passed => 0,
        TestStatus::ExpectedFailure => 1,
        TestStatus::Skipped => 2,
        TestStatus::Failed => 3,
        TestStatus::Error => 4,
    }
}
