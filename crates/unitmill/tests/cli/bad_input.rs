//! Bad input: the right exit code, and a message that says what to mend.

use std::fs;

use tempfile::tempdir;

use crate::program::{fail, unitmill};

#[test]
fn three_mistakes_are_three_messages() {
    let folder = tempdir().expect("a folder");
    let recipe = folder.path().join("bad.yaml");
    fs::write(
        &recipe,
        "name: bad\ninput: [{path: data/demo}]\nsandbox: {timeout: 3}\nfix: {rounds: many}\noutput: {format: csv}\n",
    )
    .expect("written");
    let message = fail(unitmill(["run"]).arg(&recipe), 2);
    let message = message.replace(&folder.path().display().to_string(), "FOLDER");
    insta::assert_snapshot!(message, @"
    error: FOLDER/bad.yaml has 3 problems:
      - sandbox.timeout: is not a known key; did you mean `sandbox.timeout_s`?
      - fix.rounds: must be a whole number, not `many`
      - output.format: must be one of prefix-completion, trl, not `csv`
    ");
}

#[test]
fn a_missing_recipe_is_named() {
    let message = fail(&mut unitmill(["run", "no/such/recipe.yaml"]), 3);
    insta::assert_snapshot!(message, @"error: cannot read the recipe no/such/recipe.yaml: No such file or directory (os error 2)");
}

#[test]
fn an_unreadable_input_is_named() {
    let folder = tempdir().expect("a folder");
    let message = fail(
        unitmill([
            "run",
            "recipes/quickstart.yaml",
            "--set",
            "input.0.path=no/such/corpus",
            "--out",
        ])
        .arg(folder.path().join("run")),
        3,
    );
    assert!(message.contains("no/such/corpus"), "{message}");
    assert!(!folder.path().join("run").exists(), "nothing is begun");
}

#[test]
fn an_unreadable_package_list_is_named() {
    let message = fail(
        &mut unitmill([
            "plan",
            "recipes/quickstart.yaml",
            "--set",
            "packages.allow=no/such/list.txt",
        ]),
        3,
    );
    assert!(message.contains("no/such/list.txt"), "{message}");
}

#[test]
fn an_unknown_stage_is_usage() {
    let message = fail(&mut unitmill(["task", "somewhere", "mil", "0"]), 2);
    assert!(
        message.contains("extract, dedup, mill, publish"),
        "{message}"
    );
}

#[test]
fn a_folder_that_is_no_run_is_named() {
    let folder = tempdir().expect("a folder");
    let message = fail(unitmill(["audit"]).arg(folder.path()), 3);
    assert!(message.contains("is not a run"), "{message}");
}

#[test]
fn exec_of_rows_without_the_columns_names_them() {
    let folder = tempdir().expect("a folder");
    let pairs = folder.path().join("pairs.jsonl");
    fs::write(&pairs, "{\"id\": \"a\", \"code\": \"x = 1\"}\n").expect("written");
    let message = fail(
        unitmill(["exec", "--env", "standard", "--out"])
            .arg(folder.path().join("out.jsonl"))
            .arg(&pairs),
        3,
    );
    assert!(
        message.contains("pairs.jsonl") && message.contains("test"),
        "{message}"
    );
}
