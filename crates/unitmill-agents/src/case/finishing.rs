//! The stub check, and pairs out of what is kept.

use std::collections::BTreeSet;

use unitmill_model::{Pair, PairId, RejectReason, Step, Verdict};
use unitmill_python::{Stub, import_roots, split_function, stub_function};

use super::ledger::Place;
use super::{Action, Case, Returned, State};

impl Case {
    /// The kept variants are known: do their tests prove anything?
    pub(super) fn check_stubs(&mut self) -> Vec<Action> {
        let mut stubs: Vec<(usize, u32, Stub, String)> = Vec::new();
        let mut requests = Vec::new();
        for &index in &self.kept {
            for stub in Stub::ALL {
                let code = &self.variants[index].code;
                let Some(code) = stub_function(code, &self.candidate.name, stub) else {
                    continue;
                };
                // Variants differ in the body, which is what a stub takes away: one run
                // stands for all variants that have the same stub.
                let known = stubs.iter().find(|(_, _, _, known)| *known == code);
                let sample = known.map_or_else(
                    || {
                        requests.push(self.judge(&code));
                        u32::try_from(requests.len()).unwrap_or(u32::MAX) - 1
                    },
                    |(_, sample, _, _)| *sample,
                );
                stubs.push((index, sample, stub, code));
            }
        }
        if requests.is_empty() {
            // A function that can be split can be stubbed; should the two ever disagree,
            // an unchecked pair must not slip through.
            return self.reject(
                RejectReason::Vacuous,
                "the function has no body to take away".to_owned(),
            );
        }
        self.send(State::StubCheck { stubs }, requests)
    }

    pub(super) fn stubs_run(
        &mut self,
        stubs: Vec<(usize, u32, Stub, String)>,
        returned: Returned,
    ) -> Vec<Action> {
        let executions = returned.executions();
        let mut vacuous: BTreeSet<usize> = BTreeSet::new();
        let mut reason = None;
        let mut noted = 0;
        for (index, sample, stub, code) in stubs {
            let Some(execution) = executions.get(sample as usize) else {
                continue;
            };
            if sample == noted {
                let place = Place {
                    step: Step::StubCheck,
                    round: 0,
                    sample,
                };
                let tests = self.suite().text.clone();
                self.ledger
                    .execution(place, execution, "builtin", &code, &tests);
                noted += 1;
            }
            if execution.outcome.verdict == Verdict::Passed {
                vacuous.insert(index);
                reason.get_or_insert_with(|| {
                    format!("the tests pass when the function {}", stub.behaviour())
                });
            }
        }
        self.kept.retain(|index| !vacuous.contains(index));
        match (self.kept.is_empty(), reason) {
            (true, Some(detail)) => self.reject(RejectReason::Vacuous, detail),
            _ => self.begin_refinement(),
        }
    }

    /// All kept variants, refined or not, become pairs.
    pub(super) fn finish_with_pairs(&mut self) -> Vec<Action> {
        let mut pairs: Vec<Pair> = Vec::new();
        let suite = self.suite().clone();
        for &index in &self.kept {
            let variant = &self.variants[index];
            let (code, refined_by) = match &variant.refined {
                Some((code, by)) => (code.as_str(), Some(by.clone())),
                None => (variant.code.as_str(), None),
            };
            // Both texts were seen to split before they were run.
            let Some(split) = split_function(code, &self.candidate.name) else {
                continue;
            };
            // Two variants may be refined into one and the same text.
            if pairs
                .iter()
                .any(|pair| pair.prefix == split.prefix && pair.completion == split.completion)
            {
                continue;
            }
            let mut models: Vec<String> = [Some(suite.model.clone()), variant.fixed_by.clone()]
                .into_iter()
                .flatten()
                .chain(refined_by.clone())
                .collect();
            models.sort();
            models.dedup();
            pairs.push(Pair {
                id: PairId {
                    candidate: self.candidate.id,
                    variant: u32::try_from(pairs.len()).unwrap_or(u32::MAX),
                },
                prefix: split.prefix,
                completion: split.completion,
                tests: suite.text.clone(),
                packages: match import_roots(code) {
                    Ok(roots) => roots.into_iter().collect(),
                    Err(_) => self.candidate.packages.clone(),
                },
                apis: self.apis(code),
                license: self.candidate.license.clone(),
                repo: self.candidate.repo.clone(),
                path: self.candidate.path.clone(),
                source_sha256: self.candidate.source_sha256,
                test_origin: suite.origin,
                verification: suite.verification,
                fix_rounds: variant.round,
                refined: refined_by.is_some(),
                tests_run: variant.tests_run,
                backend: self.settings.backend,
                isolation: self.settings.isolation,
                env_digest: self.settings.env_digest,
                models,
                prompt_tokens: self.ledger.prompt_tokens,
                completion_tokens: self.ledger.completion_tokens,
            });
        }
        if pairs.is_empty() {
            return self.reject(
                RejectReason::NeverPassed,
                "the code that passed cannot be cut into prefix and completion".to_owned(),
            );
        }
        self.conclude(pairs, None)
    }

    /// The library calls of the final code: the candidate's own while the code is the
    /// corpus's, otherwise found anew.
    fn apis(&self, code: &str) -> Vec<String> {
        if code == self.candidate.code {
            return self.candidate.apis.clone();
        }
        crate::syntax::library_calls(code)
    }
}
