//! Whose fault: the tests that fail, or the code that they fail on.
//!
//! What decides by itself comes first: a test that contradicts an example of the function's
//! own docstring, one that ends by a mistake in its own text, one that asks for a value
//! where the function raises what it documents; and, the other way round, an example that
//! the code does not keep. Everything else is weighed: a test is wrong only if clearly more
//! speaks for the code than against it, and what speaks for it must have gone where the
//! test goes. Where it is a tie nobody is believed.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use super::claims::{Claim, Expectation, TestMethod};

/// What a suite and a run of it have to say.
#[derive(Clone, Debug)]
pub(crate) struct Testimony {
    /// The suite's tests.
    pub(crate) methods: Vec<TestMethod>,
    /// Ids of the tests that passed on the code.
    pub(crate) passed: BTreeSet<String>,
    /// Ids of those that did not.
    pub(crate) failed: BTreeSet<String>,
    /// Those of `failed` that ended by a mistake of their own.
    pub(crate) mistaken: BTreeSet<String>,
    /// Those of `failed` that met an exception which the code raises on purpose and its
    /// docstring names.
    pub(crate) documented: BTreeSet<String>,
    /// Lines of the code that each failed test executes, as far as known.
    pub(crate) ground: BTreeMap<String, BTreeSet<u32>>,
    /// Lines of the code that its passed tests execute together; none if not known.
    pub(crate) passed_ground: Option<BTreeSet<u32>>,
}

/// The examples of the function's own docstring.
#[derive(Clone, Default, Debug)]
pub(crate) struct Examples {
    /// How many the code keeps.
    pub(crate) kept: u32,
    /// Those that it does not keep.
    pub(crate) broken: Vec<String>,
    /// What they say.
    pub(crate) claims: Vec<Claim>,
    /// Lines of the code that they execute; none if not known.
    pub(crate) ground: Option<BTreeSet<u32>>,
}

/// What came of asking for fixes.
#[derive(Clone, Default, Debug)]
pub(crate) struct FixEvidence {
    /// Answers of the fix agent.
    pub(crate) answers: u32,
    /// Those that left the code as it was.
    pub(crate) standing: u32,
    /// Ids of tests that most answers of a round called wrong.
    pub(crate) blamed: BTreeSet<String>,
}

/// All that is known.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    /// One for each suite that ran on the code, in sample order.
    pub(crate) suites: Vec<Testimony>,
    /// The docstring's examples; none if it has none that can be checked.
    pub(crate) examples: Option<Examples>,
    /// What the fix agent made of it.
    pub(crate) fixes: FixEvidence,
    /// Whether every fix round is over: then there is no better judge to come.
    pub(crate) is_final: bool,
}

/// The decision.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Blame {
    /// Tests that are wrong, by suite and id.
    pub(crate) wrong_tests: BTreeSet<(usize, String)>,
    /// The code is wrong: no test may be dropped for it.
    pub(crate) code_is_wrong: bool,
    /// Why, one line for each piece of evidence.
    pub(crate) reasons: String,
}

/// Weighs the evidence.
pub(crate) fn weigh(evidence: &Evidence) -> Blame {
    let mut blame = Blame {
        wrong_tests: BTreeSet::new(),
        code_is_wrong: false,
        reasons: String::new(),
    };
    // A mistake in a test's own text is one whatever the code is like.
    for (index, suite) in evidence.suites.iter().enumerate() {
        for id in &suite.mistaken {
            blame.wrong(index, id, "ends by a mistake in its own text");
        }
    }
    if let Some(examples) = &evidence.examples
        && !examples.broken.is_empty()
    {
        blame.code_is_wrong = true;
        blame.say(&format!(
            "the code is wrong: it does not keep the example `{}` of its own docstring",
            examples.broken[0]
        ));
        return blame;
    }
    contradicted(evidence, &mut blame);
    let open = evidence.open(&blame);
    if open.is_empty() {
        return blame;
    }
    let against: u32 = 2 * open
        .iter()
        .map(|(suite, _)| suite)
        .collect::<BTreeSet<_>>()
        .len() as u32;
    let threshold = if evidence.is_final { 1 } else { 2 };
    for (index, id) in &open {
        let (weight, said) = evidence.for_the_code(*index, id, &open);
        let told = format!("{} against {against} ({})", weight, said.join(", "));
        if weight >= against + threshold {
            blame.wrong(*index, id, &format!("is outweighed, {told}"));
        } else {
            blame.say(&format!("{id} of suite {index} stays open, {told}"));
        }
    }
    blame
}

impl Blame {
    fn say(&mut self, line: &str) {
        if !self.reasons.is_empty() {
            self.reasons.push('\n');
        }
        let _ = self.reasons.write_str(line);
    }

    fn wrong(&mut self, suite: usize, id: &str, why: &str) {
        if self.wrong_tests.insert((suite, id.to_owned())) {
            self.say(&format!("{id} of suite {suite} is wrong: it {why}"));
        }
    }
}

impl Evidence {
    /// Failed tests that are not judged wrong yet.
    fn open(&self, blame: &Blame) -> Vec<(usize, String)> {
        let mut open = Vec::new();
        for (index, suite) in self.suites.iter().enumerate() {
            for id in &suite.failed {
                if !blame.wrong_tests.contains(&(index, id.clone())) {
                    open.push((index, id.clone()));
                }
            }
        }
        open
    }

    /// The weight of what speaks for the code against one test, and what that is.
    fn for_the_code(&self, suite: usize, id: &str, open: &[(usize, String)]) -> (u32, Vec<String>) {
        let mut weight = 0;
        let mut said = Vec::new();
        let own = &self.suites[suite];
        let ground = own.ground.get(id);
        let covers = |lines: Option<&BTreeSet<u32>>| match (ground, lines) {
            (Some(ground), Some(lines)) => ground.is_subset(lines),
            _ => false,
        };
        if let Some(examples) = &self.examples
            && examples.kept > 0
            && covers(examples.ground.as_ref())
        {
            weight += examples.kept.min(2);
            said.push(format!("{} examples of the docstring hold", examples.kept));
        }
        let agreeing = self
            .suites
            .iter()
            .enumerate()
            .filter(|(index, other)| {
                *index != suite
                    && !open.iter().any(|(of, _)| of == index)
                    && !other.passed.is_empty()
                    && covers(other.passed_ground.as_ref())
            })
            .count() as u32;
        if agreeing > 0 {
            weight += 2 * agreeing;
            said.push(format!("{agreeing} other suites pass"));
        }
        let failing = open.iter().filter(|(of, _)| *of == suite).count();
        if own.passed.len() >= 3 * failing && covers(own.passed_ground.as_ref()) {
            weight += 1;
            said.push(format!("{} tests of its own suite pass", own.passed.len()));
        }
        if own.documented.contains(id) {
            weight += 1;
            said.push("the code raises what its docstring names".to_owned());
        }
        let FixEvidence {
            answers, standing, ..
        } = self.fixes;
        if standing * 2 > answers {
            // One answer may be lazy; several that all stand by the code are an opinion.
            weight += if standing >= 3 && standing == answers {
                2
            } else {
                1
            };
            said.push(format!(
                "{standing} of {answers} fixes leave the code as it is"
            ));
        }
        if self.fixes.blamed.contains(id) {
            weight += 2;
            said.push("the fix agent says that the test is wrong".to_owned());
        }
        if said.is_empty() {
            said.push("nothing speaks for the code".to_owned());
        }
        (weight, said)
    }
}

/// Tests that claim of a call what an example, or more tests than they are, deny, where the
/// code agrees with those; and tests that an example or the majority bears out.
fn contradicted(evidence: &Evidence, blame: &mut Blame) {
    let mut example_claims: BTreeMap<String, &Expectation> = BTreeMap::new();
    if let Some(examples) = &evidence.examples {
        for claim in &examples.claims {
            example_claims.insert(claim.subject(), &claim.expects);
        }
    }
    // What tests that pass say of a call is what the code does.
    let mut votes: BTreeMap<String, BTreeSet<(usize, &str)>> = BTreeMap::new();
    let mut rivals: BTreeMap<String, BTreeSet<(usize, &str)>> = BTreeMap::new();
    for (index, suite) in evidence.suites.iter().enumerate() {
        for method in &suite.methods {
            for claim in &method.claims {
                let place = (index, method.id.as_str());
                if suite.passed.contains(&method.id) {
                    votes.entry(claim.subject()).or_default().insert(place);
                } else if suite.failed.contains(&method.id) {
                    rivals.entry(claim.subject()).or_default().insert(place);
                }
            }
        }
    }
    for (index, suite) in evidence.suites.iter().enumerate() {
        for method in &suite.methods {
            if !suite.failed.contains(&method.id) {
                continue;
            }
            for claim in &method.claims {
                let subject = claim.subject();
                if let Some(expected) = example_claims.get(&subject)
                    && **expected != claim.expects
                    && differs(expected, &claim.expects)
                {
                    blame.wrong(
                        index,
                        &method.id,
                        &format!("contradicts the example `{}` of the docstring", claim.call),
                    );
                }
                let (Some(held), Some(rivals)) = (votes.get(&subject), rivals.get(&subject)) else {
                    continue;
                };
                // The other tests of the call pass, so they say otherwise.
                let suites = |places: &BTreeSet<(usize, &str)>| {
                    places
                        .iter()
                        .map(|(suite, _)| *suite)
                        .collect::<BTreeSet<_>>()
                };
                let claims_of_the_code = claims_that_pass(evidence, held, &subject);
                let denies = claims_of_the_code
                    .iter()
                    .all(|expects| differs(expects, &claim.expects));
                if denies
                    && !claims_of_the_code.is_empty()
                    && suites(held).len() > suites(rivals).len()
                {
                    blame.wrong(
                        index,
                        &method.id,
                        &format!(
                            "claims of `{}` what {} other suites deny",
                            claim.call,
                            suites(held).len()
                        ),
                    );
                }
            }
        }
    }
}

fn claims_that_pass<'evidence>(
    evidence: &'evidence Evidence,
    held: &BTreeSet<(usize, &str)>,
    subject: &str,
) -> Vec<&'evidence Expectation> {
    held.iter()
        .flat_map(|(suite, id)| {
            evidence.suites[*suite]
                .methods
                .iter()
                .filter(move |method| method.id == *id)
        })
        .flat_map(|method| &method.claims)
        .filter(|claim| claim.subject() == subject)
        .map(|claim| &claim.expects)
        .collect()
}

/// Whether two expectations cannot both hold. Numbers that differ by little may.
fn differs(one: &Expectation, other: &Expectation) -> bool {
    match (one, other) {
        (Expectation::Value(one), Expectation::Value(other)) => {
            match (one.parse::<f64>(), other.parse::<f64>()) {
                (Ok(one), Ok(other)) => (one - other).abs() > 1e-2 * one.abs().max(other.abs()),
                // `True` and `False` also stand for "counts as true".
                _ => {
                    one != other && !is_truth(one) && !is_truth(other)
                        || is_truth(one) && is_truth(other) && one != other
                }
            }
        }
        (Expectation::Raises(_), Expectation::Value(_))
        | (Expectation::Value(_), Expectation::Raises(_)) => true,
        // One may be a base class of the other.
        (Expectation::Raises(_), Expectation::Raises(_)) => false,
    }
}

fn is_truth(text: &str) -> bool {
    matches!(text, "True" | "False")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::claims::test_methods;

    fn suite(bodies: &[(&str, bool)]) -> Testimony {
        let mut text = "import unittest\n\nclass T(unittest.TestCase):\n".to_owned();
        for (number, (body, _)) in bodies.iter().enumerate() {
            text.push_str(&format!("    def test_{number}(self):\n        {body}\n"));
        }
        let lines: BTreeSet<u32> = [2, 3].into();
        let ids = |passed: bool| -> BTreeSet<String> {
            (0..bodies.len())
                .filter(|index| bodies[*index].1 == passed)
                .map(|index| format!("T.test_{index}"))
                .collect()
        };
        Testimony {
            methods: test_methods(&text, "f"),
            passed: ids(true),
            failed: ids(false),
            mistaken: BTreeSet::new(),
            documented: BTreeSet::new(),
            ground: ids(false)
                .into_iter()
                .map(|id| (id, lines.clone()))
                .collect(),
            passed_ground: Some(lines),
        }
    }

    fn evidence(suites: Vec<Testimony>) -> Evidence {
        Evidence {
            suites,
            examples: None,
            fixes: FixEvidence::default(),
            is_final: true,
        }
    }

    fn examples(kept: u32, broken: &[&str], claims: &[(&str, &str)]) -> Examples {
        Examples {
            kept,
            broken: broken.iter().map(|text| (*text).to_owned()).collect(),
            claims: claims
                .iter()
                .map(|(call, value)| Claim {
                    call: (*call).to_owned(),
                    expects: Expectation::Value((*value).to_owned()),
                })
                .collect(),
            ground: Some([2, 3].into()),
        }
    }

    fn wrong(evidence: &Evidence) -> Vec<String> {
        weigh(evidence)
            .wrong_tests
            .into_iter()
            .map(|(suite, id)| format!("{suite} {id}"))
            .collect()
    }

    const RIGHT: (&str, bool) = ("self.assertEqual(f(1), 2)", true);
    const WRONG: (&str, bool) = ("self.assertEqual(f(3), 5)", false);

    #[test]
    fn one_suite_alone_decides_nothing() {
        assert!(wrong(&evidence(vec![suite(&[RIGHT, RIGHT, RIGHT, RIGHT, WRONG])])).is_empty());
        assert!(wrong(&evidence(vec![suite(&[WRONG])])).is_empty());
    }

    #[test]
    fn a_broken_example_keeps_every_test() {
        let mut all = evidence(vec![
            suite(&[RIGHT, WRONG]),
            suite(&[RIGHT]),
            suite(&[RIGHT]),
        ]);
        assert_eq!(wrong(&all), ["0 T.test_1"]);
        all.examples = Some(examples(3, &["f(3)"], &[]));
        let blame = weigh(&all);
        assert!(blame.code_is_wrong && blame.wrong_tests.is_empty());
    }

    #[test]
    fn an_example_that_the_code_keeps_refutes_a_test() {
        let mut all = evidence(vec![suite(&[WRONG])]);
        all.is_final = false;
        all.examples = Some(examples(1, &[], &[("f(4)", "6")]));
        assert!(wrong(&all).is_empty(), "that is another call");
        all.examples = Some(examples(1, &[], &[("f( 3 )", "6")]));
        assert_eq!(wrong(&all), ["0 T.test_0"]);
        all.examples = Some(examples(1, &[], &[("f(3)", "5.001")]));
        assert!(
            wrong(&all).is_empty(),
            "nearly the same is no contradiction"
        );
    }

    #[test]
    fn two_suites_outweigh_one_and_one_does_not() {
        assert!(wrong(&evidence(vec![suite(&[RIGHT, WRONG]), suite(&[RIGHT])])).is_empty());
        assert_eq!(
            wrong(&evidence(vec![
                suite(&[RIGHT, WRONG]),
                suite(&[RIGHT]),
                suite(&[RIGHT])
            ])),
            ["0 T.test_1"]
        );
        let two_fail = vec![
            suite(&[WRONG]),
            suite(&[WRONG]),
            suite(&[RIGHT]),
            suite(&[RIGHT]),
        ];
        assert!(wrong(&evidence(two_fail)).is_empty());
    }

    #[test]
    fn who_never_went_there_does_not_count() {
        let mut suites = vec![suite(&[RIGHT, WRONG]), suite(&[RIGHT]), suite(&[RIGHT])];
        suites[0].ground.insert("T.test_1".into(), [2, 3, 4].into());
        assert!(wrong(&evidence(suites)).is_empty());
    }

    #[test]
    fn the_same_call_is_settled_by_the_majority() {
        let same = ("self.assertEqual(f(3), 6)", true);
        let mut suites = vec![suite(&[WRONG]), suite(&[same]), suite(&[same])];
        for suite in &mut suites {
            suite.passed_ground = None;
        }
        let mut all = evidence(suites);
        all.is_final = false;
        assert_eq!(wrong(&all), ["0 T.test_0"]);
        all.suites.pop();
        assert!(wrong(&all).is_empty());
    }

    #[test]
    fn mistakes_in_their_own_text_are_the_tests_own() {
        let mut one = suite(&[RIGHT, WRONG, WRONG]);
        one.mistaken.insert("T.test_1".into());
        one.documented.insert("T.test_2".into());
        insta::assert_snapshot!(weigh(&evidence(vec![one])).reasons, @"
        T.test_1 of suite 0 is wrong: it ends by a mistake in its own text
        T.test_2 of suite 0 stays open, 1 against 2 (the code raises what its docstring names)
        ");
    }

    #[test]
    fn weak_evidence_adds_up_only_in_the_end() {
        let mut all = evidence(vec![suite(&[RIGHT, RIGHT, RIGHT, WRONG])]);
        all.examples = Some(examples(2, &[], &[("f(1)", "2")]));
        assert_eq!(wrong(&all), ["0 T.test_3"]);
        all.is_final = false;
        assert!(wrong(&all).is_empty(), "first the fix agent is asked");
        all.examples = Some(examples(1, &[], &[("f(1)", "2")]));
        all.is_final = true;
        assert!(wrong(&all).is_empty());
        (all.fixes.answers, all.fixes.standing) = (3, 2);
        assert_eq!(wrong(&all), ["0 T.test_3"]);
        insta::assert_snapshot!(weigh(&all).reasons, @"T.test_3 of suite 0 is wrong: it is outweighed, 3 against 2 (1 examples of the docstring hold, 3 tests of its own suite pass, 2 of 3 fixes leave the code as it is)");
    }
}
