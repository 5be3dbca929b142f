//! The whole help text is one snapshot: what a newcomer reads must not change unnoticed.

use crate::program::{succeed, unitmill};

#[test]
fn the_help_of_every_command() {
    let mut text = succeed(&mut unitmill(["--help"]));
    for command in [
        "run", "plan", "task", "extract", "exec", "audit", "show", "replay", "env", "doctor",
    ] {
        text.push_str(&format!("\n==== unitmill {command} --help\n"));
        text.push_str(&succeed(&mut unitmill([command, "--help"])));
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_bundled_recipes_are_valid() {
    for recipe in ["quickstart", "pypi"] {
        let path = crate::program::root().join(format!("recipes/{recipe}.yaml"));
        unitmill_recipe::Recipe::read(&path, &[]).expect("a bundled recipe is valid");
    }
}
