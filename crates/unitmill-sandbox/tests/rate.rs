//! Not a check: says how many pairs a second a sandbox runs, when asked to by
//! `UNITMILL_TEST_RATE` (the number of pairs).

mod support;

use std::sync::Arc;
use std::time::Instant;

#[tokio::test(flavor = "multi_thread")]
#[expect(clippy::print_stderr, reason = "this is what it is for")]
async fn rate() {
    let Some(count) = std::env::var("UNITMILL_TEST_RATE")
        .ok()
        .and_then(|count| count.parse::<usize>().ok())
    else {
        eprintln!("SKIPPED: set UNITMILL_TEST_RATE to a number of pairs");
        return;
    };
    let environment = support::scientific_environment().unwrap_or_else(support::bare_environment);
    for packages in [&[][..], &["numpy"][..], &["pandas"][..]] {
        if !packages
            .iter()
            .all(|package| environment.import_roots().contains(*package))
        {
            continue;
        }
        let Some(sandbox) = support::open(environment.clone(), 2).await else {
            return;
        };
        let sandbox = Arc::new(sandbox);
        let imports: String = packages
            .iter()
            .map(|package| format!("import {package}\n"))
            .collect();
        let mut job = support::pair(
            &format!("{imports}def f(x):\n    return x + 1"),
            "import unittest\nclass T(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(f(1), 2)\n    def test_b(self):\n        self.assertNotEqual(f(2), 2)\n    def test_c(self):\n        with self.assertRaises(TypeError):\n            f('a')\n",
        );
        job.packages = packages.iter().map(|name| (*name).to_owned()).collect();
        job.limits.memory_bytes = 1 << 30;
        sandbox.run(&job).await.expect("the sandbox works");
        let started = Instant::now();
        let lanes: Vec<_> = (0..2)
            .map(|_| {
                let (sandbox, job) = (Arc::clone(&sandbox), job.clone());
                tokio::spawn(async move {
                    for _ in 0..count / 2 {
                        let outcome = sandbox.run(&job).await.expect("the sandbox works");
                        assert_eq!(outcome.tests_passed, 3, "{outcome:?}");
                    }
                })
            })
            .collect();
        for lane in lanes {
            lane.await.expect("no panic");
        }
        let seconds = started.elapsed().as_secs_f64();
        eprintln!("{packages:?}: {:.0} pairs/s", count as f64 / seconds);
    }
}
