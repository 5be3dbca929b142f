//! Methods, asynchronous functions and generators on the same way.

use unitmill_python::FunctionKind;

use super::*;

fn candidate_called(code: &str, name: &str) -> Candidate {
    let origin = Origin {
        repo: None,
        license: None,
        path: "kinds.py".into(),
        held_sha256: None,
    };
    let settings = FunctionSettings {
        kinds: BTreeSet::from([
            FunctionKind::Method,
            FunctionKind::ClassMethod,
            FunctionKind::StaticMethod,
            FunctionKind::Async,
            FunctionKind::Generator,
        ]),
        require: PackageRequirement::None,
        ..FunctionSettings::default()
    };
    extract_functions(code, &origin, &settings)
        .expect("the test's code parses")
        .into_iter()
        .find_map(|outcome| match outcome {
            FunctionOutcome::Candidate(found) if found.name == name => Some(*found),
            _ => None,
        })
        .expect("the test's code has a candidate")
}

const KINDS: &str = "\
import math


class Circle:
    def __init__(self, radius):
        self.radius = radius

    def area(self, scale=1):
        return math.pi * self.radius ** 2 * scale

    @staticmethod
    def double(value):
        return value * 2

    @classmethod
    def unit(cls, *_):
        return cls(1)

    def unused(self):
        return 1


async def later(x):
    return x


def each(x):
    yield from x
";

#[test]
fn every_kind_becomes_a_pair_that_holds_its_code() {
    for (name, completion) in [
        (
            "Circle.area",
            "        return math.pi * self.radius ** 2 * scale\n",
        ),
        ("Circle.double", "        return value * 2\n"),
        ("Circle.unit", "        return cls(1)\n"),
        ("later", "    return x\n"),
        ("each", "    yield from x\n"),
    ] {
        let found = candidate_called(KINDS, name);
        let code = found.code.clone();
        let called = name.split('.').next().expect("a name");
        let tests = format!(
            "```python\nimport unittest\n\nclass TestCases(unittest.TestCase):\n    def test_it(self):\n        self.assertTrue(len(str({called}(1))) > 0)\n```"
        );
        let conclusion = drive(
            found,
            settings(model(1), model(1), model(1)),
            |agent, _, _| match agent {
                Agent::Tests => vec![tests.clone()],
                Agent::Refine => vec!["It is fine as it is.".into()],
                Agent::Fix => panic!("nothing is to be fixed"),
            },
            // A body that is gone fails.
            |job| {
                if code_of(job).contains(completion) {
                    outcome(Verdict::Passed, 1, 1)
                } else {
                    outcome(Verdict::Failed, 1, 0)
                }
            },
            first,
        );
        let [pair] = conclusion.pairs.as_slice() else {
            panic!("{name}: {}", story(&conclusion));
        };
        assert_eq!(pair.completion, completion, "{name}");
        assert_eq!(
            format!("{}{}", pair.prefix, pair.completion),
            code,
            "{name}"
        );
    }
}

#[test]
fn a_repaired_method_stays_in_its_class() {
    let found = candidate_called(KINDS, "Circle.area");
    let repaired = "```python\nimport math\n\nclass Circle:\n    def area(self, scale=1):\n        return math.tau * self.radius  # mark\n\n    def __init__(self, radius):\n        self.radius = radius\n\ndef helper():\n    return 1\n```";
    let conclusion = drive(
        found,
        settings(model(1), model(1), model(1)),
        |agent, _, samples| match agent {
            Agent::Tests => vec![TESTS.replace("area(1)", "Circle(1).area()")],
            Agent::Fix => vec![repaired.into(); samples as usize],
            Agent::Refine => vec!["It is fine.".into()],
        },
        passes_if("mark"),
        first,
    );
    let [pair] = conclusion.pairs.as_slice() else {
        panic!("one pair: {}", story(&conclusion));
    };
    assert!(
        pair.prefix.ends_with("    def area(self, scale=1):\n"),
        "{}",
        pair.prefix
    );
    assert!(
        pair.completion.starts_with("        return math.tau"),
        "{}",
        pair.completion
    );
    assert_eq!(pair.fix_rounds, 1);
}
