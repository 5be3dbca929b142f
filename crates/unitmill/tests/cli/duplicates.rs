//! Near duplicates and benchmark items, from corpus to audit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use tempfile::tempdir;
use unitmill_model::{Candidate, CandidateId, DuplicateDrop, Reject, RejectReason, Stage};
use unitmill_shards::OutputKind;

use crate::program::{fail, rejects, root, rows, succeed, unitmill};

const DISTANCE: &str = "import math


def mean_distance(points, origin):
    total = 0.0
    for x, y in points:
        across = x - origin[0]
        up = y - origin[1]
        total += math.sqrt(across * across + up * up)
    if total < 0.5:
        return 0.0
    return round(total / len(points), 6)
";

const AREA: &str = "import math


def ring_area(inner, outer):
    \"\"\"Return the area between two circles that share a centre, given their radii.\"\"\"
    if inner > outer:
        inner, outer = outer, inner
    return math.pi * (outer * outer - inner * inner)
";

const ITEM: &str = r#"{"task_id": "HumanEval/990", "prompt": "def ring_area(inner, outer):\n    \"\"\"Return the area between two circles that share a centre, given their radii.\n    >>> ring_area(0, 0)\n    0.0\n    \"\"\"\n", "canonical_solution": "    import math\n    small, large = sorted((inner, outer))\n    return math.pi * (large ** 2 - small ** 2)\n", "entry_point": "ring_area", "test": "def check(candidate): pass\n"}
"#;

/// A folder with a corpus in it: a function, the same a little changed twice, another one.
fn corpus(folder: &Path) -> PathBuf {
    let corpus = folder.join("corpus");
    for (path, text) in [
        ("a/first.py", DISTANCE.to_owned()),
        ("b/near.py", DISTANCE.replace("0.5", "0.25")),
        (
            "c/near.py",
            format!("# Copied.\n{}", DISTANCE.replace("0.0", "1.0")),
        ),
        ("d/other.py", AREA.to_owned()),
    ] {
        let path = corpus.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }
    corpus
}

fn run(folder: &Path, out: &Path, settings: &[&str]) -> std::process::Command {
    let mut command = unitmill(["run", "recipes/quickstart.yaml", "--set"]);
    command.arg(format!("input.0.path={}", folder.join("corpus").display()));
    for setting in settings {
        command.args(["--set", setting]);
    }
    command.arg("--out").arg(out);
    command
}

/// What deduplication rejected, by path.
fn by_path(out: &Path) -> BTreeMap<String, Reject> {
    rejects(out)
        .into_iter()
        .filter(|reject| reject.stage == Stage::Dedup)
        .map(|reject| (reject.path.clone(), reject))
        .collect()
}

#[test]
fn near_duplicates_give_way_however_the_work_is_cut() {
    let folder = tempdir().expect("a folder");
    corpus(folder.path());
    let whole = folder.path().join("whole");
    let text = succeed(&mut run(
        folder.path(),
        &whole,
        &["dedup.near=true", "tasks.buckets=1"],
    ));
    assert!(text.contains("near duplicate"), "{text}");

    let found = by_path(&whole);
    let gone: Vec<(&str, RejectReason)> = found
        .values()
        .map(|reject| (reject.path.as_str(), reject.reason))
        .collect();
    let near = RejectReason::NearDuplicate;
    assert_eq!(gone, [("b/near.py", near), ("c/near.py", near)]);
    for reject in found.values() {
        let said = &reject.detail;
        assert!(
            said.starts_with("similarity 0.") && said.ends_with("kept: a/first.py, line 4"),
            "{said}"
        );
    }
    let reject = &found["b/near.py"];
    let kept = reject
        .kept_id
        .expect("a near duplicate names its neighbour");
    assert!(
        found
            .values()
            .all(|reject| reject.candidate_id != Some(kept))
    );

    let shown = succeed(
        unitmill(["show"])
            .arg(&whole)
            .arg(reject.candidate_id.expect("a candidate").to_string()),
    );
    assert!(
        shown.contains("near_duplicate") && shown.contains(&reject.detail),
        "{shown}"
    );

    let cut = folder.path().join("cut");
    succeed(&mut run(
        folder.path(),
        &cut,
        &[
            "dedup.near=true",
            "tasks.buckets=3",
            "tasks.part_kb=1",
            "dedup.memory_mb=1",
        ],
    ));
    assert_eq!(found, by_path(&cut));
    // Again on a finished run: nothing is done twice.
    succeed(&mut run(
        folder.path(),
        &cut,
        &[
            "dedup.near=true",
            "tasks.buckets=3",
            "tasks.part_kb=1",
            "dedup.memory_mb=2",
        ],
    ));
    assert_eq!(found, by_path(&cut));
}

#[test]
fn what_a_benchmark_holds_is_rejected_before_it_costs_anything() {
    let folder = tempdir().expect("a folder");
    corpus(folder.path());
    let benchmark = folder.path().join("HumanEval.jsonl");
    fs::write(&benchmark, ITEM).expect("written");
    let set = format!(
        "decontaminate.benchmarks=[{{path: \"{}\"}}]",
        benchmark.display()
    );
    let out = folder.path().join("run");
    succeed(&mut run(folder.path(), &out, &[&set]));
    let found = by_path(&out);
    assert_eq!(found.len(), 1);
    let reject = &found["d/other.py"];
    assert_eq!(reject.reason, RejectReason::Contaminated);
    assert_eq!(reject.kept_id, None);
    let said = &reject.detail;
    assert!(said.starts_with("HumanEval/990 (prompt): "), "{said}");

    // The plan knows what the file held.
    fs::write(&benchmark, ITEM.replace("990", "991")).expect("written");
    let message = fail(&mut run(folder.path(), &out, &[&set]), 2);
    assert!(
        message.contains("benchmarks") && message.contains("sha256"),
        "{message}"
    );
}

#[test]
fn bad_benchmark_files_are_told_before_anything_is_done() {
    let folder = tempdir().expect("a folder");
    corpus(folder.path());
    let out = folder.path().join("run");
    for (name, text, code) in [
        ("missing.jsonl", None, 3),
        (
            "columns.jsonl",
            Some("{\"id\": 1, \"prompt\": \"def f(x):\"}\n"),
            3,
        ),
        (
            "torn.jsonl",
            Some("{\"task_id\": \"a/1\", \"prompt\": \"x\"}\n{\"task_id\""),
            3,
        ),
        ("not.parquet", Some("PAR"), 3),
        ("list.json", Some("{}"), 2),
        (
            "textless.jsonl",
            Some("{\"task_id\": 7, \"question\": \"?\"}\n"),
            2,
        ),
        ("empty.jsonl", Some(""), 2),
    ] {
        let path = folder.path().join(name);
        if let Some(text) = text {
            fs::write(&path, text).expect("written");
        }
        let set = format!(
            "decontaminate.benchmarks=[{{path: \"{}\"}}]",
            path.display()
        );
        let message = fail(&mut run(folder.path(), &out, &[&set]), code);
        assert!(message.contains(name), "{message}");
    }
    assert!(!out.exists(), "nothing is begun");
}

/// Every candidate of an input, and those that deduplication keeps, both without their ids'
/// order.
fn candidates_and_kept(
    input: &Path,
    run: &Path,
    settings: &[&str],
) -> (BTreeMap<CandidateId, Candidate>, BTreeSet<CandidateId>) {
    let mut command = unitmill(["plan", "recipes/quickstart.yaml", "--out"]);
    command.arg(run).arg("--set");
    command.arg(format!("input.0.path={}", input.display()));
    for setting in ["dedup.near=true", "dedup.threshold=0.4"] {
        command.args(["--set", setting]);
    }
    for setting in settings {
        command.args(["--set", setting]);
    }
    let plan = succeed(&mut command);
    for stage in ["extract", "dedup"] {
        let tasks: u32 = plan
            .lines()
            .find_map(|line| line.split_once(stage))
            .and_then(|(_, count)| count.trim().parse().ok())
            .expect("the plan says how many tasks a stage has");
        for task in (0..tasks).rev() {
            succeed(unitmill(["task"]).arg(run).args([stage, &task.to_string()]));
        }
    }
    let candidates: BTreeMap<CandidateId, Candidate> =
        rows::<Candidate>(run, OutputKind::Candidates)
            .into_iter()
            .map(|candidate| (candidate.id, candidate))
            .collect();
    let dropped: BTreeSet<CandidateId> = rows::<DuplicateDrop>(run, OutputKind::Keep)
        .into_iter()
        .filter(|drop| drop.reason != RejectReason::RepeatedSource)
        .map(|drop| drop.candidate_id)
        .collect();
    assert!(!dropped.is_empty(), "nothing to tell apart");
    let kept = candidates
        .keys()
        .copied()
        .filter(|id| !dropped.contains(id))
        .collect();
    (candidates, kept)
}

/// The texts of `data/demo`, last first, as rows of that many files.
fn rows_of_the_demonstration(folder: &Path, files: usize) {
    let demo = root().join("data/demo");
    let mut pending = vec![demo.clone()];
    let mut lines: Vec<String> = Vec::new();
    while let Some(next) = pending.pop() {
        if next.is_dir() {
            let inside = fs::read_dir(&next).expect("readable");
            pending.extend(inside.map(|entry| entry.expect("readable").path()));
        } else if next.extension().is_some_and(|extension| extension == "py")
            && let Ok(content) = fs::read_to_string(&next)
        {
            let path = next.strip_prefix(&demo).expect("below the corpus");
            lines.push(serde_json::json!({"path": path, "content": content}).to_string());
        }
    }
    lines.sort_by(|one, two| two.cmp(one));
    fs::create_dir(folder).expect("made");
    for (number, some) in lines.chunks(lines.len().div_ceil(files)).enumerate() {
        let text = some.join("\n") + "\n";
        fs::write(folder.join(format!("{number}.jsonl")), text).expect("written");
    }
}

#[test]
fn neither_order_nor_cut_changes_candidates_or_what_is_kept() {
    let folder = tempdir().expect("a folder");
    let forms = [("whole", 1), ("many", 7)].map(|(name, files)| {
        let rows = folder.path().join(name);
        rows_of_the_demonstration(&rows, files);
        rows
    });
    let run = |name: &str| folder.path().join(name);
    let whole = candidates_and_kept(&forms[0], &run("one"), &["tasks.buckets=1"]);
    let cut = candidates_and_kept(
        &forms[1],
        &run("two"),
        &["tasks.buckets=3", "tasks.part_kb=20", "dedup.memory_mb=1"],
    );
    assert!(whole.0.len() > 200 && whole.1.len() < whole.0.len());
    assert!(whole == cut);
    let files = candidates_and_kept(
        &root().join("data/demo"),
        &run("three"),
        &["tasks.part_kb=8", "tasks.buckets=2"],
    );
    // A text in another encoding has no row.
    for (id, candidate) in &whole.0 {
        assert_eq!(files.0.get(id), Some(candidate));
    }
}
