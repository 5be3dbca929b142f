//! What conditions ask for, what a function's statements hang on, and where the search goes.

use super::super::plan::Planner;
use super::super::search::{Search, Trial};
use super::super::shape::Shape;
use super::*;
use crate::syntax::Module;

/// What might make the first condition of `f` come out as wanted.
fn wishes(code: &str, wanted: bool) -> Vec<String> {
    let module = Module::parse(code).expect("the code parses");
    let shape = Shape::of(&module, "f");
    shape.guards[0]
        .wishes(wanted)
        .iter()
        .map(|wish| {
            let parts = wish
                .iter()
                .map(|(name, value)| format!("{name}={}", value.text));
            parts.collect::<Vec<_>>().join(" ")
        })
        .collect()
}

#[test]
fn conditions_say_what_would_do() {
    let table = [
        ("if x > 10: pass", true, "x=11"),
        ("if x > 10: pass", false, "x=10"),
        ("if 3 <= x: pass", true, "x=3"),
        ("if x is None: pass", true, "x=None"),
        ("if x is not None: pass", false, "x=None"),
        ("if not x: pass", true, "x=False"),
        ("if x == 'fast': pass", true, "x='fast'"),
        ("if x in ('a', 'b'): pass", true, "x='a'"),
        ("if x in MODES: pass", true, "x='slow'"),
        ("if x not in {'a': 1}: pass", false, "x='a'"),
        ("if 'k' in x: pass", true, "x=\"akb\""),
        ("if len(x) == 3: pass", true, "x=[1, 2, 3]"),
        ("if len(x) < 1: pass", true, "x=[]"),
        ("n = len(x)\n    if n > 1: pass", true, "x=[1, 2]"),
        ("if x.lower() == 'yes': pass", true, "x='yes'"),
        ("if x.startswith('#'): pass", true, "x=\"#abc\""),
        (
            "if isinstance(x, dict): pass",
            true,
            "x={\"a\": 1, \"b\": 2}",
        ),
        ("if isinstance(x, (str, bytes)): pass", true, "x=\"abc\""),
        ("if isinstance(x, int): pass", false, "x=\"abc\""),
        ("if callable(x): pass", true, "x=lambda *items: items[0]"),
        (
            "if hasattr(x, 'predict'): pass",
            true,
            "x=LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])",
        ),
        ("if x['size'] == 3: pass", true, "x={\"size\": 3}"),
        ("if x.get('size') > 3: pass", true, "x={\"size\": 4}"),
        ("if x and y == 2: pass", true, "x=True y=2"),
        ("if x and y == 2: pass", false, "x=False"),
        ("if x < 0 or y: pass", true, "x=-1"),
        (
            "if x.ndim == 2: pass",
            true,
            "x=np.array([[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]])",
        ),
        (
            "if x.shape[1] != 2: pass",
            true,
            "x=np.arange(9.0).reshape(3, 3)",
        ),
        (
            "for item in x:\n        if item == 3: pass",
            true,
            "x=[1, 2]",
        ),
        ("if x % 4 == 0: pass", true, "x=0"),
        (
            "if re.fullmatch(r'[a-c]+-\\d{2}', x): pass",
            true,
            "x=\"a-77\"",
        ),
        (
            "m = WORD.match(x)\n    if m is not None: pass",
            true,
            "x=\"<a>\"",
        ),
        ("m = WORD.match(x)\n    if not m: pass", true, "x=\"\""),
        (
            "match x:\n        case {'error': reason}: pass",
            true,
            "x={'error': \"abc\"}",
        ),
        (
            "for line in open(x):\n        if line.startswith('#'): pass",
            true,
            "x=\"sample.txt\"",
        ),
        ("n = x * 2\n    if n == 42: pass", true, "x=21"),
        ("if 10 - x == 3: pass", true, "x=7"),
        ("if x is not None and x > 700: pass", true, "x=701"),
        ("if np.isnan(x): pass", true, "x=float(\"nan\")"),
        ("while x > 1: x = x - 1", true, "x=2"),
        (
            "match x:\n        case 'go': pass\n        case _: pass",
            true,
            "x='go'",
        ),
    ];
    let mut wrong = Vec::new();
    for (body, wanted, first) in table {
        let code = format!(
            "import re\nimport numpy as np\nWORD = re.compile('<\\\\w+>')\nMODES = ('slow', 'quick')\ndef f(x, y):\n    {body}\n"
        );
        let got = wishes(&code, wanted);
        if got.first().map(String::as_str) != Some(first) {
            wrong.push(format!("{body} {wanted}: {first}, got {got:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn names_that_are_made_of_themselves_come_to_an_end() {
    for body in [
        "x = tuple(x)\n    if y in x: pass",
        "z = z.keys()\n    if y in z: pass",
        "a = b\n    b = a\n    if y in a: pass",
        "z = re.compile(z)\n    if z.match(y): pass",
        "z = z + 1\n    if z == 3: pass",
        "a, b = b, a\n    if a == b: pass",
    ] {
        let code = format!("import re\ndef f(x, y):\n    {body}\n");
        let module = Module::parse(&code).expect("the code parses");
        for guard in &Shape::of(&module, "f").guards {
            assert!(guard.wishes(true).len() + guard.wishes(false).len() < 50);
        }
    }
}

const BRANCHES: &str = "\
def f(x, mode='plain'):
    \"\"\"Text.\"\"\"
    if x is None:
        return 0
    total = 0
    if (mode ==
            'square'):
        total = x * x
    elif mode == 'negative':
        total = -x
    else:
        total = x
    try:
        total /= x
    except ZeroDivisionError:
        total = 1
    return total
";

#[test]
fn statements_know_their_conditions() {
    let module = Module::parse(BRANCHES).expect("the code parses");
    let shape = Shape::of(&module, "f");
    let mut shown = String::new();
    for index in 0..shape.statements.len() {
        let lines: Vec<u32> = (1..=20)
            .filter(|line| shape.covered(&[*line]).contains(&index))
            .collect();
        let statement = &shape.statements[index];
        shown.push_str(&format!(
            "{lines:?} {:?} {:?}\n",
            statement.path, statement.parameters
        ));
    }
    insta::assert_snapshot!(shown, @r#"
    [3] [] {"x"}
    [4] [(0, true)] {}
    [5] [(0, false)] {"x"}
    [6, 7] [(0, false)] {"mode"}
    [8] [(0, false), (1, true)] {"x"}
    [9] [(0, false), (1, false)] {"mode"}
    [10] [(0, false), (1, false), (2, true)] {"x"}
    [12] [(0, false), (1, false), (2, false)] {"x"}
    [14] [(0, false)] {"x"}
    [16] [(0, false), (3, true)] {"x"}
    [17] [(0, false)] {"x"}
    "#);
}

/// What `f` of `BRANCHES` executes for a call.
fn execute(call: &Call) -> Vec<u32> {
    let given = |name: &str| {
        let argument = call.arguments.iter().find(|(known, _)| known == name);
        argument.map(|(_, text)| text.trim_matches(['"', '\'']).to_owned())
    };
    let x = given("x").unwrap_or_default();
    if x == "None" {
        return vec![3, 4];
    }
    let Ok(number) = x.parse::<f64>() else {
        return vec![3, 5, 6];
    };
    let mut lines = vec![3, 5, 6];
    match given("mode").as_deref() {
        Some("square") => lines.push(8),
        Some("negative") => lines.extend([9, 10]),
        _ => lines.extend([9, 12]),
    }
    lines.extend([14, 17]);
    if number == 0.0 {
        lines.push(16);
    }
    lines.sort_unstable();
    lines
}

#[test]
fn the_search_reaches_every_statement_and_then_ends() {
    let module = Module::parse(BRANCHES).expect("the code parses");
    let signature = unitmill_python::signature(BRANCHES, "f").expect("there is an `f`");
    let planner = Planner::new(BRANCHES, "f", &signature, &environment()).expect("the code parses");
    let mut search = Search::new(Shape::of(&module, "f"));
    // The first call alone, so that all else is the search's work.
    let mut calls: Vec<Call> = planner.calls(&[0, 0]).into_iter().take(1).collect();
    let mut looks = 0;
    loop {
        let trials: Vec<Trial<'_>> = calls
            .iter()
            .map(|call| Trial {
                call,
                covered: search.shape.covered(&execute(call)),
                raised: None,
                is_usable: true,
            })
            .collect();
        let reached: std::collections::BTreeSet<usize> = trials
            .iter()
            .flat_map(|trial| trial.covered.iter().copied())
            .collect();
        let further = search.propose(&planner, &trials, &Default::default(), 12);
        let all = search.shape.statements.len();
        if further.is_empty() {
            assert_eq!(reached.len(), all);
            break;
        }
        assert!(reached.len() < all, "nothing is left to look for");
        for (index, call) in further.iter().enumerate() {
            assert!(!calls.contains(call) && !further[..index].contains(call));
        }
        calls.extend(further);
        looks += 1;
    }
    assert!(looks <= 3, "{looks}");
}
