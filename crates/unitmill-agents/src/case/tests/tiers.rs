//! Several providers an agent: each takes what the one before left, and only that.

use super::*;

fn named(name: &str, samples: u32) -> Provider {
    Provider::Model {
        name: name.to_owned(),
        samples,
        recorded: false,
    }
}

fn recorded(name: &str) -> Provider {
    Provider::Model {
        name: name.to_owned(),
        samples: 1,
        recorded: true,
    }
}

/// Drives a case; replies are by the model whose turn it is.
fn drive_tiers(
    settings: CaseSettings,
    mut answer: impl FnMut(&str, Agent, &str) -> Vec<String>,
    mut execute: impl FnMut(&Job) -> Outcome,
) -> Conclusion {
    let mut case = Case::new(candidate(CODE), Arc::new(settings.clone()));
    let mut open = case.step(Event::Start);
    for _ in 0..100 {
        let event = match open.remove(0) {
            Action::Finish(conclusion) => return *conclusion,
            Action::Ask {
                ticket,
                agent,
                tier,
                messages,
                ..
            } => {
                let tiers = match agent {
                    Agent::Tests => &settings.tests,
                    Agent::Fix => &settings.fix,
                    Agent::Refine => &settings.refine,
                };
                let name = tiers[tier].name();
                let prompt = &messages.last().expect("a prompt has messages").content;
                let replies = answer(name, agent, prompt)
                    .iter()
                    .map(|text| Reply {
                        model: name.to_owned(),
                        ..reply(text, prompt)
                    })
                    .collect();
                Event::Replies { ticket, replies }
            }
            Action::Execute { ticket, job } => {
                let execution = Execution {
                    key: Digest::of(job.files[0].content.as_bytes()),
                    outcome: execute(&job),
                    replayed: false,
                };
                Event::Executed { ticket, execution }
            }
        };
        open.extend(case.step(event));
    }
    panic!("the case does not end");
}

fn tiered(tests: Vec<Provider>, fix: Vec<Provider>, refine: Vec<Provider>) -> CaseSettings {
    CaseSettings {
        tests,
        fix,
        refine,
        ..settings(model(1), model(1), model(1))
    }
}

#[test]
fn the_next_one_writes_tests_where_none_before_it_has_any_that_run() {
    let conclusion = drive_tiers(
        tiered(
            vec![
                named("silent", 1),
                named("wrong", 2),
                named("good", 1),
                named("dear", 1),
            ],
            vec![model(1)],
            vec![model(1)],
        ),
        |name, agent, _| match (name, agent) {
            ("silent", _) => vec!["no idea".to_owned()],
            ("wrong", _) => vec![TESTS.replace("area(1)", "nowhere(1)")],
            ("good", _) => vec![TESTS.to_owned()],
            (_, Agent::Tests) => panic!("nobody needs the dear one"),
            _ => Vec::new(),
        },
        |job| match &job.files[0].content {
            text if text.contains("nowhere") => outcome(Verdict::Error, 0, 0),
            text if text.contains("math.pi") => outcome(Verdict::Passed, 2, 2),
            _ => outcome(Verdict::Failed, 2, 0),
        },
    );
    insta::assert_snapshot!(story(&conclusion), @"
    0 tests model_call r0 s0 silent  the answer holds no code
    1 tests model_call r0 s1 wrong
    2 tests model_call r0 s3 good
    3 first_run execution r0 s1 wrong error AssertionError
    4 first_run execution r0 s3 good passed
    5 stub_check execution r0 s0 builtin failed AssertionError
    6 stub_check execution r0 s1 builtin failed AssertionError
    ");
    assert_eq!(conclusion.pairs[0].models, ["good"]);
}

#[test]
fn what_nobody_can_test_is_rejected_with_what_each_said() {
    let conclusion = drive_tiers(
        tiered(
            vec![named("small", 1), named("large", 1)],
            vec![model(1)],
            vec![model(1)],
        ),
        |name, _, _| match name {
            "small" => vec!["no idea".to_owned()],
            _ => vec![String::new()],
        },
        |_| panic!("nothing runs"),
    );
    let reject = conclusion.reject.expect("a reject");
    assert_eq!(reject.reason, RejectReason::NoTests);
    insta::assert_snapshot!(reject.detail, @"small: the answer holds no code; large: the answer is empty");
}

#[test]
fn each_fixer_has_its_rounds_and_the_next_one_goes_on_from_the_best() {
    let settings = CaseSettings {
        fix_rounds: 2,
        fix_samples: 1,
        ..tiered(
            vec![named("tester", 1)],
            vec![Provider::Builtin, named("small", 1), named("large", 1)],
            vec![named("polisher", 1)],
        )
    };
    let mut asked = Vec::new();
    let conclusion = drive_tiers(
        settings,
        |name, agent, prompt| {
            asked.push(name.to_owned());
            match (agent, name) {
                (Agent::Tests, _) => vec![TESTS.to_owned()],
                (_, "small") => vec![fixed(&format!("return {} * radius", asked.len()))],
                (_, "large") => {
                    assert!(prompt.contains("math.pi"), "{prompt}");
                    vec![fixed("return 'right' * radius")]
                }
                _ => Vec::new(),
            }
        },
        |job| match code_of(job) {
            code if code.contains("'right'") => outcome(Verdict::Passed, 2, 2),
            code if code.contains("math.pi") => outcome(Verdict::Failed, 2, 1),
            _ => outcome(Verdict::Failed, 2, 0),
        },
    );
    assert_eq!(asked, ["tester", "small", "small", "large", "polisher"]);
    let pair = &conclusion.pairs[0];
    assert_eq!((pair.fix_rounds, pair.refined), (3, false));
    assert_eq!(pair.models, ["large", "tester"]);
}

#[test]
fn the_next_one_refines_what_was_not_improved() {
    let mut asked = Vec::new();
    let conclusion = drive_tiers(
        tiered(
            vec![named("tester", 1)],
            vec![model(1)],
            vec![named("small", 1), named("large", 1), named("dear", 1)],
        ),
        |name, agent, _| {
            asked.push(name.to_owned());
            match (agent, name) {
                (Agent::Tests, _) => vec![TESTS.to_owned()],
                (_, "small") => vec![refined("return 'broken'")],
                _ => vec![refined("return 'better'")],
            }
        },
        |job| match code_of(job) {
            code if code.contains("'better'") || code.contains("math.pi") => {
                outcome(Verdict::Passed, 2, 2)
            }
            _ => outcome(Verdict::Failed, 2, 0),
        },
    );
    assert_eq!(asked, ["tester", "small", "large"]);
    assert_eq!(conclusion.pairs[0].models, ["large", "tester"]);
    assert!(conclusion.pairs[0].refined);
}

#[test]
fn a_missing_record_is_a_reason_of_its_own() {
    let conclusion = drive_tiers(
        tiered(vec![recorded("coder")], vec![model(1)], vec![model(1)]),
        |_, _, _| Vec::new(),
        |_| panic!("nothing runs"),
    );
    let reject = conclusion.reject.expect("a reject");
    assert_eq!(reject.reason, RejectReason::NotRecorded);
    assert_eq!(
        reject.detail,
        "tests: the recorded run has no such answer of `coder`"
    );

    let conclusion = drive_tiers(
        tiered(vec![model(1)], vec![recorded("coder")], vec![model(1)]),
        |_, agent, _| match agent {
            Agent::Tests => vec![TESTS.to_owned()],
            _ => Vec::new(),
        },
        |_| outcome(Verdict::Failed, 2, 1),
    );
    let reject = conclusion.reject.expect("a reject");
    assert_eq!(reject.reason, RejectReason::NotRecorded);
    assert!(
        reject.detail.starts_with("fix round 1: "),
        "{}",
        reject.detail
    );
}
