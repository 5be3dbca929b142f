//! One pair of `exec`: which executions it takes, and the verdict that comes of them.
//!
//! Never reads or writes a file and never runs anything itself: whoever asks for a verdict
//! says how a job is run.

use unitmill_model::{
    ExecInput, ExecVerdict, Isolation, JOB_VERSION, Job, JobFile, JobKind, Limits, Outcome, Pair,
    TestOrder, Verdict,
};
use unitmill_python::{Stub, enumerate_tests, import_roots, stub_tested};

/// Repetitions use up to this many hash seeds.
const MOST_HASH_SEEDS: u32 = 3;
/// So many functions are named in a detail.
const NAMED: usize = 6;

/// How a pair is judged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Judging {
    /// Limits of each execution.
    pub limits: Limits,
    /// Seed of the first execution; each further one has the next.
    pub seed: u32,
    /// How often a pair is executed, at least once: the second time with its tests in
    /// reverse order, then in shuffled ones, each time with another seed. Executions that
    /// come to different verdicts make it `flaky`; a pair that does not parse is executed
    /// once.
    pub repeat: u32,
    /// Whether a pair that passes is also run without the bodies of what its tests are
    /// about (see [`unitmill_python::stub_tested`]). Passing then too makes it `vacuous`.
    pub stub_check: bool,
}

impl Judging {
    /// How many hash seeds a sandbox needs for this.
    pub(super) fn hash_seeds(&self) -> u32 {
        self.repeat.clamp(1, MOST_HASH_SEEDS)
    }

    /// Judges a pair; `run` executes a job, `isolation` is what stands around it.
    pub(super) async fn verdict<E, F>(
        &self,
        row: ExecInput,
        isolation: Isolation,
        run: impl Fn(Job) -> F,
    ) -> Result<ExecVerdict, E>
    where
        F: Future<Output = Result<Outcome, E>>,
    {
        if row.lone_surrogate {
            return Ok(unwritable(row.id, isolation));
        }
        let shape = match Shape::of(&row.code, &row.test) {
            Ok(shape) => shape,
            Err(part) => return Ok(unparsed(row.id, isolation, part)),
        };
        let first = run(self.job(&shape, &row.code, &row.test, 1)).await?;
        let mut verdict = ExecVerdict {
            id: row.id,
            verdict: first.verdict,
            tests_run: first.tests_run,
            tests_passed: first.tests_passed,
            duration_ms: first.duration_ms,
            detail: first.detail,
            isolation,
        };
        if verdict.verdict != Verdict::SyntaxError {
            for number in 2..=self.repeat {
                let outcome = run(self.job(&shape, &row.code, &row.test, number)).await?;
                verdict.duration_ms += outcome.duration_ms;
                if outcome.verdict != verdict.verdict {
                    verdict.detail = self.difference(&verdict, number, outcome);
                    verdict.verdict = Verdict::Flaky;
                    return Ok(verdict);
                }
            }
        }
        if self.stub_check && verdict.verdict == Verdict::Passed {
            self.check_stubs(&shape, &row.code, &row.test, &mut verdict, run)
                .await?;
        }
        Ok(verdict)
    }

    async fn check_stubs<E, F>(
        &self,
        shape: &Shape,
        code: &str,
        test: &str,
        verdict: &mut ExecVerdict,
        run: impl Fn(Job) -> F,
    ) -> Result<(), E>
    where
        F: Future<Output = Result<Outcome, E>>,
    {
        for stub in Stub::ALL {
            let Some(stubbed) = stub_tested(code, test, stub) else {
                "stub check: the code has no function whose body could be taken away"
                    .clone_into(&mut verdict.detail);
                return Ok(());
            };
            let outcome = run(self.job(shape, &stubbed.code, test, 1)).await?;
            verdict.duration_ms += outcome.duration_ms;
            if outcome.verdict == Verdict::Passed {
                verdict.verdict = Verdict::Vacuous;
                verdict.detail = format!(
                    "the tests pass as well when {} {}",
                    named(&stubbed.names),
                    stub.behaviour()
                );
                return Ok(());
            }
        }
        Ok(())
    }

    /// Execution `number` of a pair, from 1.
    fn job(&self, shape: &Shape, code: &str, test: &str, number: u32) -> Job {
        Job {
            version: JOB_VERSION,
            expected_tests: shape.expected_tests.clone(),
            packages: shape.packages.clone(),
            files: vec![JobFile {
                name: "solution.py".to_owned(),
                content: Pair::module(code, test),
            }],
            entry: "solution".to_owned(),
            kind: JobKind::Verdict,
            limits: self.limits,
            seed: self.seed_of(number),
            order: order_of(number),
        }
    }

    fn seed_of(&self, number: u32) -> u32 {
        self.seed.wrapping_add(number - 1)
    }

    fn difference(&self, first: &ExecVerdict, number: u32, then: Outcome) -> String {
        let detail = if then.detail.is_empty() {
            &first.detail
        } else {
            &then.detail
        };
        format!(
            "{} in run 1, {} in run {number} ({}, hash seed {}): {detail}",
            first.verdict,
            then.verdict,
            order_of(number),
            self.seed_of(number) % self.hash_seeds()
        )
    }
}

fn order_of(number: u32) -> TestOrder {
    match number {
        1 => TestOrder::AsLoaded,
        2 => TestOrder::Reversed,
        _ => TestOrder::Shuffled(number),
    }
}

/// What tests may take from the code that stands before them, as far as it makes classes
/// test classes.
const AROUND: &str = "import unittest\nfrom unittest import TestCase, IsolatedAsyncioTestCase\n";

/// What can be seen of a pair before it runs. Empty where it does not parse: the sandbox's own
/// interpreter has the last word on whether it really does not.
#[derive(Default)]
struct Shape {
    expected_tests: Vec<String>,
    packages: Vec<String>,
}

impl Shape {
    /// An error names the part that is no module on its own, though both together are one: a
    /// decorator at the end of the code, say, would get hold of the first test class.
    fn of(code: &str, test: &str) -> Result<Self, &'static str> {
        let module = Pair::module(code, test);
        let (mut packages, others) = match (import_roots(code), import_roots(test)) {
            (Ok(packages), Ok(others)) => (packages, others),
            (code, _) if import_roots(&module).is_ok() => {
                return Err(if code.is_err() { "code" } else { "tests" });
            }
            _ => return Ok(Self::default()),
        };
        packages.extend(others);
        // What the code does with names (`load_tests` is one) takes no test of the tests away.
        let mut expected_tests = Vec::new();
        for text in [format!("{AROUND}{test}"), module] {
            for name in enumerate_tests(&text).unwrap_or_else(|_| Vec::new()) {
                if !expected_tests.contains(&name) {
                    expected_tests.push(name);
                }
            }
        }
        Ok(Self {
            expected_tests,
            packages: packages.into_iter().collect(),
        })
    }
}

fn unparsed(id: String, isolation: Isolation, part: &str) -> ExecVerdict {
    ExecVerdict {
        id,
        verdict: Verdict::SyntaxError,
        tests_run: 0,
        tests_passed: 0,
        duration_ms: 0,
        detail: format!("the {part} alone does not parse, only both together do"),
        isolation,
    }
}

/// Python reads no such text from a file, so nothing need be run to know it.
fn unwritable(id: String, isolation: Isolation) -> ExecVerdict {
    ExecVerdict {
        id,
        verdict: Verdict::SyntaxError,
        tests_run: 0,
        tests_passed: 0,
        duration_ms: 0,
        detail: "the text holds half of a surrogate pair, which no encoding of a Python source \
                 file can write"
            .to_owned(),
        isolation,
    }
}

/// The functions that lost their bodies, as the subject of a sentence.
fn named(names: &[String]) -> String {
    match names {
        [name] => name.clone(),
        names if names.len() <= NAMED => format!("each of {}", names.join(", ")),
        names => format!(
            "each of {} and {} more",
            names[..NAMED].join(", "),
            names.len() - NAMED
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::convert::Infallible;

    use super::*;

    const TEST: &str = "import unittest\n\nclass TestIt(unittest.TestCase):\n    def test_it(self):\n        self.assertEqual(double(2), 4)\n";

    fn row() -> ExecInput {
        ExecInput {
            id: "a".to_owned(),
            code: "def double(x):\n    return 2 * x\n".to_owned(),
            test: TEST.to_owned(),
            lone_surrogate: false,
        }
    }

    /// Judges `row` in a world where execution `n` comes to `verdicts[n]`, the last one
    /// from there on; also the jobs.
    fn judge(judging: Judging, row: ExecInput, verdicts: &[Verdict]) -> (ExecVerdict, Vec<Job>) {
        let jobs: RefCell<Vec<Job>> = RefCell::new(Vec::new());
        let run = async |job: Job| -> Result<Outcome, Infallible> {
            let number = jobs.borrow().len().min(verdicts.len() - 1);
            jobs.borrow_mut().push(job);
            Ok(Outcome {
                verdict: verdicts[number],
                tests: Vec::new(),
                tests_run: 1,
                tests_passed: u32::from(verdicts[number] == Verdict::Passed),
                detail: match verdicts[number] {
                    Verdict::Passed => String::new(),
                    verdict => format!("a detail of {verdict}"),
                },
                output: String::new(),
                observations: Vec::new(),
                coverage: None,
                duration_ms: 10,
            })
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let Ok(verdict) = runtime.block_on(judging.verdict(row, Isolation::Rlimits, run));
        assert_eq!(verdict.isolation, Isolation::Rlimits);
        (verdict, jobs.into_inner())
    }

    fn judging(repeat: u32, stub_check: bool) -> Judging {
        Judging {
            limits: Limits::default(),
            seed: 0,
            repeat,
            stub_check,
        }
    }

    #[test]
    fn repetitions_stop_at_the_first_difference_and_say_where_it_was() {
        use Verdict::{Failed, Passed};
        let (verdict, jobs) = judge(judging(9, true), row(), &[Passed, Passed, Passed, Failed]);
        assert_eq!(verdict.verdict, Verdict::Flaky);
        assert_eq!(
            verdict.detail,
            "passed in run 1, failed in run 4 (tests in shuffled order 4, hash seed 0): a detail of failed"
        );
        assert_eq!((verdict.tests_passed, verdict.duration_ms), (1, 40));
        let seen: Vec<(TestOrder, u32)> = jobs.iter().map(|job| (job.order, job.seed)).collect();
        assert_eq!(
            seen,
            [
                (TestOrder::AsLoaded, 0),
                (TestOrder::Reversed, 1),
                (TestOrder::Shuffled(3), 2),
                (TestOrder::Shuffled(4), 3),
            ]
        );
        let (verdict, _) = judge(judging(2, false), row(), &[Failed, Passed]);
        assert_eq!(
            verdict.detail,
            "failed in run 1, passed in run 2 (tests in reverse order, hash seed 1): a detail of failed"
        );
    }

    #[test]
    fn what_does_not_parse_is_not_run_again() {
        let (verdict, jobs) = judge(judging(5, true), row(), &[Verdict::SyntaxError]);
        assert_eq!((verdict.verdict, jobs.len()), (Verdict::SyntaxError, 1));
        let row = ExecInput {
            lone_surrogate: true,
            ..row()
        };
        let (verdict, jobs) = judge(judging(5, true), row, &[Verdict::Passed]);
        assert_eq!((verdict.verdict, jobs.len()), (Verdict::SyntaxError, 0));
    }

    #[test]
    fn code_and_tests_are_modules_of_their_own() {
        for (code, test) in [
            ("def double(x):\n    return 3\n\n@evil\n", &TEST[17..]),
            ("def double(x):\n    return 3\n\nx = \"\"\"", "\"\"\"\n"),
        ] {
            let row = ExecInput {
                code: code.to_owned(),
                test: test.to_owned(),
                ..row()
            };
            let (verdict, jobs) = judge(judging(1, false), row, &[Verdict::Passed]);
            assert_eq!((verdict.verdict, jobs.len()), (Verdict::SyntaxError, 0));
            assert_eq!(
                verdict.detail,
                "the code alone does not parse, only both together do"
            );
        }
    }

    #[test]
    fn code_takes_no_test_away() {
        let row = ExecInput {
            code: "import unittest\nclass TestCode(unittest.TestCase):\n    def test_code(self):\n        pass\ndef load_tests(*a):\n    pass\n".to_owned(),
            ..row()
        };
        let (_, jobs) = judge(judging(1, false), row, &[Verdict::Passed]);
        assert_eq!(jobs[0].expected_tests, ["TestIt.test_it"]);
    }

    #[test]
    fn only_what_passes_is_checked_against_stubs() {
        use Verdict::{Error, Failed, Passed};
        let (verdict, jobs) = judge(judging(1, true), row(), &[Passed, Failed, Error]);
        assert_eq!((verdict.verdict, jobs.len()), (Passed, 3));
        assert!(
            jobs[1].files[0]
                .content
                .contains("def double(x):\n    pass\n")
        );
        assert!(
            jobs[2].files[0]
                .content
                .contains("raise NotImplementedError")
        );

        let (verdict, jobs) = judge(judging(1, true), row(), &[Passed, Failed, Passed]);
        assert_eq!((verdict.verdict, jobs.len()), (Verdict::Vacuous, 3));
        assert_eq!(
            verdict.detail,
            "the tests pass as well when double only raises NotImplementedError"
        );

        let (_, jobs) = judge(judging(1, true), row(), &[Failed]);
        assert_eq!(jobs.len(), 1);

        let row = ExecInput {
            code: "double = [].append\n".to_owned(),
            ..row()
        };
        let (verdict, jobs) = judge(judging(1, true), row, &[Passed]);
        assert_eq!((verdict.verdict, jobs.len()), (Passed, 1));
        assert!(
            verdict.detail.starts_with("stub check: "),
            "{}",
            verdict.detail
        );
    }
}
