//! Small synthetic runs, written through the same doors as real ones.
#![allow(dead_code, reason = "each test binary uses the parts that it needs")]

use std::collections::BTreeMap;

use unitmill_model::{
    Attempt, AttemptKind, Backend, Candidate, CandidateId, Digest, Origin, Pair, PairId, Reject,
    RejectReason, RejectUnit, Stage, Step, TestOrigin, Verdict, Verification,
};
use unitmill_shards::{Manifest, OutputKind, PairFormat, ParquetSettings, Row, RunDirectory};

pub(crate) fn plan() -> Digest {
    Digest::of("plan")
}

/// What one part extracted and milled.
#[derive(Clone, Default)]
pub(crate) struct PartRows {
    pub(crate) counts: BTreeMap<&'static str, u64>,
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) extract_rejects: Vec<Reject>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) mill_rejects: Vec<Reject>,
    pub(crate) milled: bool,
}

/// A run that is about to be written.
#[derive(Clone)]
pub(crate) struct SyntheticRun {
    pub(crate) parts: Vec<PartRows>,
    pub(crate) published: bool,
}

pub(crate) fn candidate(name: &str, packages: &[&str]) -> Candidate {
    let code = format!("def {name}(x):\n    return x\n");
    let origin = Origin {
        repo: Some("demo/demo".to_owned()),
        license: Some("MIT".to_owned()),
        path: format!("{name}.py"),
        held_sha256: None,
    };
    Candidate {
        id: Candidate::identify(&code, &origin, &Digest::of(name), 1),
        name: name.to_owned(),
        function: code.clone(),
        code,
        imports: String::new(),
        context: String::new(),
        packages: packages.iter().map(|&package| package.to_owned()).collect(),
        apis: Vec::new(),
        unresolved: Vec::new(),
        repo: origin.repo,
        license: origin.license,
        path: origin.path,
        source_sha256: Digest::of(name),
        first_line: 1,
        last_line: 2,
        fingerprint: Digest::of(name),
    }
}

pub(crate) fn reject(
    stage: Stage,
    unit: RejectUnit,
    reason: RejectReason,
    candidate: Option<CandidateId>,
) -> Reject {
    Reject {
        stage,
        unit,
        reason,
        detail: String::new(),
        candidate_id: candidate,
        kept_id: None,
        repo: None,
        path: "file.py".to_owned(),
        name: String::new(),
        first_line: 0,
        packages: Vec::new(),
    }
}

pub(crate) fn pair(of: &Candidate, variant: u32, verification: Verification) -> Pair {
    Pair {
        id: PairId {
            candidate: of.id,
            variant,
        },
        prefix: "def f(x):\n".to_owned(),
        completion: "    return x\n".to_owned(),
        tests: "import unittest\n".to_owned(),
        packages: of.packages.clone(),
        apis: Vec::new(),
        license: of.license.clone(),
        repo: of.repo.clone(),
        path: of.path.clone(),
        source_sha256: of.source_sha256,
        test_origin: match verification {
            Verification::Model => TestOrigin::Model,
            Verification::Doctest | Verification::Regression => TestOrigin::Builtin,
        },
        verification,
        fix_rounds: 0,
        refined: false,
        tests_run: 1,
        backend: Backend::Native,
        isolation: unitmill_model::Isolation::Full,
        env_digest: Digest::of("environment"),
        models: vec!["builtin".to_owned()],
        prompt_tokens: 0,
        completion_tokens: 0,
    }
}

/// The attempts of one candidate, numbered in order.
pub(crate) struct Attempts {
    candidate: CandidateId,
    rows: Vec<Attempt>,
}

impl Attempts {
    pub(crate) fn of(candidate: &Candidate) -> Self {
        Self {
            candidate: candidate.id,
            rows: Vec::new(),
        }
    }

    fn push(&mut self, kind: AttemptKind, step: Step, round: u32, verdict: Option<Verdict>) {
        let sequence = u32::try_from(self.rows.len()).expect("few rows");
        self.rows.push(Attempt {
            candidate_id: self.candidate,
            sequence,
            kind,
            step,
            round,
            sample: 0,
            key: Digest::of(format!("{}/{sequence}", self.candidate)),
            model: match kind {
                AttemptKind::ModelCall => "qwen3-coder".to_owned(),
                AttemptKind::Execution | AttemptKind::Judgement => "builtin".to_owned(),
            },
            prompt_tokens: if kind == AttemptKind::ModelCall {
                100
            } else {
                0
            },
            completion_tokens: if kind == AttemptKind::ModelCall {
                20
            } else {
                0
            },
            reply: None,
            code: None,
            tests: None,
            verdict,
            tests_run: 1,
            tests_passed: 0,
            detail: String::new(),
            duration_ms: 5,
            resent: 0,
            failures: Vec::new(),
            replayed: sequence == 0,
        });
    }

    pub(crate) fn asked(mut self, step: Step, round: u32) -> Self {
        self.push(AttemptKind::ModelCall, step, round, None);
        self
    }

    pub(crate) fn ran(mut self, step: Step, round: u32, verdict: Verdict) -> Self {
        self.push(AttemptKind::Execution, step, round, Some(verdict));
        self
    }

    pub(crate) fn rows(self) -> Vec<Attempt> {
        self.rows
    }
}

/// Two parts in which everything that can happen to a candidate happens once.
pub(crate) fn demo() -> SyntheticRun {
    let refined = candidate("refined", &["numpy"]);
    let fixed = candidate("fixed", &["numpy", "pandas"]);
    let duplicate = candidate("duplicate", &["numpy"]);
    let untested = candidate("untested", &[]);
    let vacuous = candidate("vacuous", &["pandas"]);
    let milled = |reason, candidate: &Candidate| {
        let stage = match reason {
            RejectReason::ExactDuplicate
            | RejectReason::NearDuplicate
            | RejectReason::RepeatedSource => Stage::Dedup,
            _ => Stage::Mill,
        };
        reject(stage, RejectUnit::Candidate, reason, Some(candidate.id))
    };
    let extracted = |unit, reason| reject(Stage::Extract, unit, reason, None);
    let first = PartRows {
        counts: BTreeMap::from([
            ("files", 3),
            ("files_parsed", 2),
            ("files_rejected", 1),
            ("functions", 6),
            ("candidates", 4),
            ("functions_rejected", 2),
        ]),
        candidates: vec![
            refined.clone(),
            fixed.clone(),
            duplicate.clone(),
            untested.clone(),
        ],
        extract_rejects: vec![
            extracted(RejectUnit::File, RejectReason::SyntaxError),
            extracted(RejectUnit::Function, RejectReason::NoArguments),
            extracted(RejectUnit::Function, RejectReason::NoArguments),
        ],
        pairs: vec![
            Pair {
                refined: true,
                models: vec!["builtin".to_owned(), "qwen3-coder".to_owned()],
                ..pair(&refined, 0, Verification::Doctest)
            },
            Pair {
                fix_rounds: 2,
                license: None,
                ..pair(&fixed, 0, Verification::Regression)
            },
            Pair {
                fix_rounds: 2,
                ..pair(&fixed, 1, Verification::Regression)
            },
        ],
        attempts: [
            Attempts::of(&refined)
                .ran(Step::FirstRun, 0, Verdict::Passed)
                .asked(Step::Refine, 0)
                .ran(Step::Refine, 0, Verdict::Passed)
                .ran(Step::StubCheck, 0, Verdict::Failed)
                .rows(),
            Attempts::of(&fixed)
                .asked(Step::Tests, 0)
                .ran(Step::FirstRun, 0, Verdict::Error)
                .asked(Step::Fix, 1)
                .ran(Step::Fix, 1, Verdict::Failed)
                .asked(Step::Fix, 2)
                .ran(Step::Fix, 2, Verdict::Passed)
                .ran(Step::StubCheck, 0, Verdict::Error)
                .rows(),
        ]
        .concat(),
        mill_rejects: vec![
            milled(RejectReason::ExactDuplicate, &duplicate),
            milled(RejectReason::NoTests, &untested),
        ],
        milled: true,
    };
    let second = PartRows {
        counts: BTreeMap::from([
            ("files", 1),
            ("files_parsed", 1),
            ("files_rejected", 0),
            ("functions", 2),
            ("candidates", 2),
            ("functions_rejected", 0),
        ]),
        // The second is a source that came in twice, so it has the id of the first part's.
        candidates: vec![vacuous.clone(), refined.clone()],
        attempts: Attempts::of(&vacuous)
            .ran(Step::FirstRun, 0, Verdict::Passed)
            .ran(Step::StubCheck, 0, Verdict::Passed)
            .rows(),
        mill_rejects: vec![
            milled(RejectReason::Vacuous, &vacuous),
            milled(RejectReason::RepeatedSource, &refined),
        ],
        milled: true,
        ..PartRows::default()
    };
    SyntheticRun {
        parts: vec![first, second],
        published: true,
    }
}

impl SyntheticRun {
    /// Writes the run; `tamper` sees every manifest before it is committed.
    pub(crate) fn write_tampered(&self, tamper: impl Fn(&mut Manifest)) -> Written {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let run = RunDirectory::create(folder.path()).expect("can be created");
        let commit = |mut manifest: Manifest| {
            tamper(&mut manifest);
            run.commit(&manifest).expect("commits");
        };
        for (index, part) in (0_u32..).zip(&self.parts) {
            let mut extract = Manifest::new(Stage::Extract, index, plan());
            extract.counts = part
                .counts
                .iter()
                .map(|(name, count)| ((*name).to_owned(), *count))
                .collect();
            output(&run, &mut extract, OutputKind::Candidates, &part.candidates);
            output(
                &run,
                &mut extract,
                OutputKind::Rejects,
                &part.extract_rejects,
            );
            commit(extract);
            if part.milled {
                let mut mill = Manifest::new(Stage::Mill, index, plan());
                output(&run, &mut mill, OutputKind::Pairs, &part.pairs);
                output(&run, &mut mill, OutputKind::Attempts, &part.attempts);
                output(&run, &mut mill, OutputKind::Rejects, &part.mill_rejects);
                commit(mill);
            }
        }
        if self.published {
            let settings = ParquetSettings::default();
            let mut writer = run
                .shard_writer(0, 1, PairFormat::Trl, &settings)
                .expect("can be created");
            for pair in self.parts.iter().flat_map(|part| &part.pairs) {
                writer.push(pair).expect("can be written");
            }
            let mut publish = Manifest::new(Stage::Publish, 0, plan());
            publish
                .outputs
                .push(writer.finish().expect("can be finished"));
            commit(publish);
        }
        Written {
            run,
            _folder: folder,
        }
    }

    pub(crate) fn write(&self) -> Written {
        self.write_tampered(|_| ())
    }
}

fn output<R: Row>(run: &RunDirectory, manifest: &mut Manifest, kind: OutputKind, rows: &[R]) {
    let settings = ParquetSettings::default();
    let (stage, index) = (manifest.stage, manifest.index);
    let file = run.write_rows(stage, index, kind, &settings, rows);
    manifest.outputs.push(file.expect("can be written"));
}

/// A run on disk, for as long as this lives.
pub(crate) struct Written {
    pub(crate) run: RunDirectory,
    _folder: tempfile::TempDir,
}
