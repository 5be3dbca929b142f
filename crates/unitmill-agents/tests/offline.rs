//! The offline agents against small functions of the standard library, in a plain
//! interpreter.

mod stand_in;

use stand_in::{StandIn, candidates, methods};
use unitmill_agents::Conclusion;

fn mill(stand_in: &mut StandIn, source: &str) -> Conclusion {
    let candidate = candidates("module.py", source)
        .pop()
        .unwrap_or_else(|| panic!("no candidate in\n{source}"));
    stand_in.mill(candidate)
}

/// One line: what became of it.
fn fate(conclusion: &Conclusion) -> String {
    match (&conclusion.pairs.first(), &conclusion.reject) {
        (Some(pair), _) => format!(
            "pair {} fix_rounds={} refined={}",
            pair.verification, pair.fix_rounds, pair.refined
        ),
        (None, Some(reject)) => format!("{}: {}", reject.reason, reject.detail),
        (None, None) => panic!("neither pairs nor a reject"),
    }
}

#[test]
fn fates() {
    let mut stand_in = StandIn::start(&[]);
    let table = [
        // Inputs by annotation, name, use.
        (
            "def f(words: list[str]) -> dict:\n    return {w: len(w) for w in words}\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(s):\n    return s.strip().split(',')\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(a):\n    return a['x'] + a['y']\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(q):\n    return [r['id'] for r in q]\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(path):\n    with open(path) as handle:\n        return len(handle.readlines())\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(func, items):\n    return [func(i) for i in items]\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "import datetime\n\n\ndef f(when: datetime.date):\n    return when.isoformat()\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "from datetime import datetime\n\n\ndef f(text):\n    return datetime.strptime(text, '%d.%m.%Y').year\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(matrix):\n    return [list(row) for row in zip(*matrix)]\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        ("async def f(n):\n    return n + 1\n", "no candidate"),
        (
            "def f(items):\n    return map(str, items)\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "from decimal import Decimal\n\n\ndef f(text):\n    return Decimal(text) * 2\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(d: dict, key: str):\n    d[key] = 1\n    return None\n",
            "no candidate",
        ),
        // Doctests.
        (
            "def f(a, b):\n    \"\"\"Add.\n\n    >>> f(1, 2)\n    3\n    \"\"\"\n    return a + b\n",
            "pair doctest fix_rounds=0 refined=true",
        ),
        (
            "def f(a, b):\n    \"\"\"Add.\n\n    >>> f(1, 2)\n    3\n    \"\"\"\n    return a - b\n",
            "never_passed: 0 of 1 tests passed at best, as the corpus has it: failed: TestCases.test_example_1: AssertionError: -1 != 3",
        ),
        (
            "def f(a):\n    \"\"\"Half.\n\n    >>> f(0)\n    Traceback (most recent call last):\n    ...\n    ValueError: zero\n    >>> print(f(4))\n    2.0\n    \"\"\"\n    if not a:\n        raise ValueError('zero')\n    return a / 2\n",
            "pair doctest fix_rounds=0 refined=true",
        ),
        // Repairs.
        (
            "def f(n):\n    return [unichr(65 + i) for i in xrange(n)]\n",
            "pair regression fix_rounds=1 refined=true",
        ),
        (
            "def f(d):\n    return sorted(d.iteritems())\n",
            "pair regression fix_rounds=1 refined=true",
        ),
        (
            "def f(x: float):\n    return math.floor(x)\n",
            "pair regression fix_rounds=1 refined=true",
        ),
        (
            "import collections\n\n\ndef f(x: dict):\n    return isinstance(x, collections.Mapping)\n",
            "pair regression fix_rounds=1 refined=true",
        ),
        // What cannot be tested.
        (
            "import random\n\n\ndef f(n: int):\n    return [random.random() for _ in range(5)]\n",
            "nondeterministic",
        ),
        (
            "import uuid\n\n\ndef f(name):\n    return str(uuid.uuid4())\n",
            "nondeterministic",
        ),
        (
            "def f(x):\n    raise NotImplementedError\n    return x\n",
            "no_tests: every call raised NotImplementedError",
        ),
        (
            "def f(x):\n    return lambda: x\n",
            "pair regression fix_rounds=0 refined=true",
        ),
        (
            "def f(x):\n    return object()\n",
            "no_tests: every call returned object",
        ),
    ];
    let mut wrong = Vec::new();
    for (source, wanted) in table {
        if wanted == "no candidate" {
            assert!(candidates("module.py", source).is_empty(), "{source}");
            continue;
        }
        let got = fate(&mill(&mut stand_in, source));
        if !got.starts_with(wanted) {
            wrong.push(format!("{source}\n  wanted {wanted}\n  got    {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn generated_pairs_read_well() {
    let mut stand_in = StandIn::start(&[]);
    let mut show = |source: &str| -> String {
        let conclusion = mill(&mut stand_in, source);
        match conclusion.pairs.first() {
            Some(pair) => format!("{}\n\n{}", pair.code(), pair.tests),
            None => fate(&conclusion),
        }
    };
    insta::assert_snapshot!(
        "text",
        show(
            "def initials(name, sep='.'):\n    if not name:\n        raise ValueError('empty')\n    return sep.join(part[0] for part in name.split())\n"
        )
    );
    insta::assert_snapshot!(
        "floats",
        show(
            "import math\n\n\ndef normalize(weights):\n    total = math.fsum(weights)\n    return [w / total for w in weights]\n"
        )
    );
    insta::assert_snapshot!(
        "doctest",
        show(
            "def mean(xs):\n    \"\"\"Arithmetic mean.\n\n    >>> data = [1, 2, 3]\n    >>> mean(data)\n    2.0\n    >>> mean([])\n    Traceback (most recent call last):\n        ...\n    ZeroDivisionError: division by zero\n    \"\"\"\n    return sum(xs) / len(xs)\n"
        )
    );
    insta::assert_snapshot!(
        "dates",
        show(
            "from datetime import datetime, timedelta\n\n\ndef next_day(text):\n    return datetime.strptime(text, '%Y-%m-%d') + timedelta(days=1)\n"
        )
    );
    insta::assert_snapshot!(
        "file",
        show(
            "import json\n\n\ndef load(path):\n    with open(path) as handle:\n        return json.load(handle)\n"
        )
    );
    insta::assert_snapshot!(
        "mutation",
        show(
            "import random\n\n\ndef drop_empty(items: list):\n    items[:] = [i for i in items if i]\n    return None if random else 1\n"
        )
    );
}

/// Every branch returns a text of its own, so the suite says which of them it reaches.
#[test]
fn branches_are_reached_and_asserted() {
    let mut stand_in = StandIn::start(&[]);
    let table = [
        (
            "def f(x, mode='plain', limit=None):\n    if isinstance(x, dict):\n        return 'mapping'\n    if mode == 'strict' and limit is not None and limit > 700:\n        return 'above'\n    if hasattr(x, '__len__') and len(x) == 17:\n        return 'seventeen'\n    if isinstance(x, str) and x.startswith('##'):\n        return 'heading'\n    try:\n        return 'ratio %d' % (10 // x)\n    except ZeroDivisionError:\n        return 'nothing'\n    except TypeError:\n        return 'neither'\n",
            vec![
                "'mapping'",
                "'above'",
                "'seventeen'",
                "'heading'",
                "'ratio ",
                "'nothing'",
                "'neither'",
            ],
        ),
        (
            "KINDS = {'round': 1, 'square': 2}\n\n\ndef f(kind, size: int):\n    if kind not in KINDS:\n        raise ValueError(kind)\n    scaled = size * 2\n    if scaled == 4242:\n        return 'special'\n    return KINDS[kind]\n",
            vec!["assertRaises(ValueError)", "'special'", "'round'"],
        ),
        (
            "def f(rows):\n    for row in rows:\n        if row.get('state') == 'failed':\n            return 'failed row'\n    return 'fine'\n",
            vec!["'failed row'", "'fine'"],
        ),
        (
            "def f(check, items: list):\n    print('checking', len(items))\n    if not callable(check):\n        raise TypeError('no function')\n    items.append(1)\n    return len(items)\n",
            vec![
                "assertRaises(TypeError)",
                "output.getvalue()",
                "self.assertEqual(items, [",
            ],
        ),
    ];
    let mut wrong = Vec::new();
    for (source, wanted) in table {
        let conclusion = mill(&mut stand_in, source);
        let tests = conclusion
            .pairs
            .first()
            .map_or_else(|| fate(&conclusion), |pair| pair.tests.clone());
        let missing: Vec<&str> = wanted
            .into_iter()
            .filter(|text| !tests.contains(*text))
            .collect();
        if !missing.is_empty() {
            wrong.push(format!("{source}\nlacks {missing:?}:\n{tests}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn methods_are_called_on_objects_of_their_class() {
    let mut stand_in = StandIn::start(&[]);
    let source = "class Account:\n    def __init__(self, owner: str, balance=0):\n        self.owner = owner\n        self.balance = balance\n\n    def withdraw(self, amount: int):\n        if amount > self.balance:\n            raise ValueError(amount)\n        self.balance -= amount\n        return self.balance\n";
    let candidate = methods("module.py", source)
        .into_iter()
        .find(|candidate| candidate.name == "Account.withdraw")
        .expect("the method is a candidate");
    let conclusion = stand_in.mill(candidate);
    let pair = conclusion.pairs.first();
    let shown = pair.map_or_else(|| fate(&conclusion), |pair| pair.tests.clone());
    insta::assert_snapshot!("method", shown);
}
