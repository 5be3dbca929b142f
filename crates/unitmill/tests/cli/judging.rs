//! A server that gives wrong tests for good functions, and one that gives right tests for
//! bad functions with fixes that cheat. The cases are in `tests/judging`: the code, then
//! what the server says, each part behind a line `# --- tests`, `# --- opinion` (tests that
//! come when they are asked for once more) or `# --- fix`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;

use tempfile::tempdir;
use unitmill_model::{Attempt, AttemptKind, Pair, Reject};
use unitmill_shards::OutputKind;
use unitmill_testkit::{ChatRequest, FakeModel, FakeModelServer};

use crate::program::{root, rows, succeed, unitmill};

/// Suites that are asked for at once.
const SAMPLES: usize = 3;

#[derive(Clone, Default, Debug)]
struct JudgedCase {
    code: String,
    tests: Vec<String>,
    opinions: Vec<String>,
    fixes: Vec<String>,
}

fn read(folder: &Path) -> BTreeMap<String, JudgedCase> {
    let mut cases = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the cases are there") {
        let path = entry.expect("readable").path();
        let text = fs::read_to_string(&path).expect("text");
        let mut parts = text.split("# --- ");
        let mut case = JudgedCase {
            code: parts.next().unwrap_or("").to_owned(),
            ..JudgedCase::default()
        };
        for part in parts {
            let (kind, body) = part.split_once('\n').expect("a part has a body");
            let answer = if body.starts_with("WRONG TESTS") {
                body.to_owned()
            } else {
                format!("```python\n{body}```")
            };
            match kind {
                "tests" => case.tests.push(answer),
                "opinion" => case.opinions.push(answer),
                "fix" => case.fixes.push(answer),
                other => panic!("{}: what is `{other}`?", path.display()),
            }
        }
        let name = case
            .code
            .split("\ndef ")
            .last()
            .and_then(|text| text.trim_start_matches("def ").split('(').next())
            .expect("a function")
            .to_owned();
        assert!(cases.insert(name, case).is_none(), "{}", path.display());
    }
    cases
}

/// Mills the cases of a folder; pairs, rejects and attempts.
fn mill(
    cases: &str,
) -> (
    BTreeMap<String, JudgedCase>,
    Vec<Pair>,
    Vec<Reject>,
    Vec<Attempt>,
) {
    let cases = read(&root().join("crates/unitmill/tests/judging").join(cases));
    let folder = tempdir().expect("a folder");
    let corpus = folder.path().join("corpus");
    fs::create_dir(&corpus).expect("a folder");
    for (name, case) in &cases {
        fs::write(corpus.join(format!("{name}.py")), &case.code).expect("written");
    }
    let mut prompts = Vec::new();
    for agent in ["tests", "fix", "refine"] {
        let path = folder.path().join(format!("{agent}.txt"));
        fs::write(&path, format!("{agent} {{{{ function }}}}")).expect("written");
        prompts.push(format!("prompts.{agent}={}", path.display()));
    }
    let script = cases.clone();
    let counts: Mutex<BTreeMap<String, usize>> = Mutex::default();
    let model = FakeModel::answering(move |request: &ChatRequest| {
        let text = request.text();
        let (agent, function) = text.trim().split_once(' ').expect("a known prompt");
        let case = &script[function];
        let (tests, opinions, fixes) = (&case.tests, &case.opinions, &case.fixes);
        let mut counts = counts.lock().expect("not poisoned");
        let count = counts.entry(text.trim().to_owned()).or_default();
        let index = *count;
        *count += 1;
        match agent {
            "tests" if index < SAMPLES || opinions.is_empty() => tests[index % tests.len()].clone(),
            "tests" => opinions[(index - SAMPLES) % opinions.len()].clone(),
            "fix" => fixes[index % fixes.len()].clone(),
            _ => "It is fine as it is.".to_owned(),
        }
    })
    .single_choice_only();
    let server = FakeModelServer::start(model).expect("a server");
    let out = folder.path().join("run");
    let mut command = unitmill(["run", "recipes/quickstart.yaml"]);
    let mut settings = vec![
        format!("input.0.path={}", corpus.display()),
        "packages.require=none".to_owned(),
        "sandbox.env=standard".to_owned(),
        format!("models.tests.samples={SAMPLES}"),
    ];
    for agent in ["tests", "fix", "refine"] {
        settings.push(format!("models.{agent}.provider=openai"));
        settings.push(format!("models.{agent}.model=scripted"));
        settings.push(format!("models.{agent}.base_url={}", server.base_url()));
    }
    for setting in settings.iter().chain(&prompts) {
        command.args(["--set", setting]);
    }
    command.arg("--out").arg(&out);
    succeed(&mut command);
    (
        cases,
        rows::<Pair>(&out, OutputKind::Pairs),
        rows::<Reject>(&out, OutputKind::Rejects),
        rows::<Attempt>(&out, OutputKind::Attempts),
    )
}

#[test]
fn good_functions_survive_wrong_tests_unbent() {
    let (cases, pairs, rejects, attempts) = mill("good");
    for (name, case) in &cases {
        let reject = rejects.iter().find(|reject| reject.name == *name);
        let pair = pairs
            .iter()
            .find(|pair| pair.path == format!("{name}.py"))
            .unwrap_or_else(|| panic!("{name} did not survive: {reject:?}"));
        assert_eq!(pair.code().trim(), case.code.trim(), "{name} was bent");
        for line in case.tests.iter().flat_map(|suite| suite.lines()) {
            if let Some((wrong, _)) = line.split_once("  # wrong") {
                assert!(
                    !pair.tests.contains(wrong),
                    "{name} keeps `{}`",
                    wrong.trim()
                );
            }
        }
    }
    let judged = attempts
        .iter()
        .filter(|attempt| attempt.kind == AttemptKind::Judgement)
        .count();
    assert!(judged >= cases.len());
}

#[test]
fn bad_functions_are_never_published_however_the_fixes_cheat() {
    let (cases, pairs, rejects, _) = mill("bad");
    assert!(
        pairs.is_empty(),
        "published: {:?}",
        pairs.iter().map(Pair::code).collect::<Vec<_>>()
    );
    assert_eq!(rejects.len(), cases.len(), "{rejects:?}");
}
