//! Recipes as users write them: good, bad and very bad.

use unitmill_recipe::{Override, Recipe, SandboxJobs};

fn parse(yaml: &str) -> Result<Recipe, String> {
    parse_with(yaml, &[])
}

fn parse_with(yaml: &str, settings: &[&str]) -> Result<Recipe, String> {
    let overrides: Vec<Override> = settings
        .iter()
        .map(|text| text.parse().expect("a valid override"))
        .collect();
    Recipe::parse(yaml, "recipe.yaml", &overrides).map_err(|error| error.to_string())
}

const SMALLEST: &str = "name: small\ninput: [{path: data}]\n";

#[test]
fn the_smallest_recipe_has_every_default() {
    insta::assert_json_snapshot!(parse(SMALLEST).expect("valid"));
}

#[test]
fn every_problem_is_reported_at_once() {
    let message = parse(
        "name: three\ninput: [{path: data}]\nsandbox: {timeuot_s: 3, memory_mb: lots}\nfix: {rounds: -1}\noutput: {compression: zstt}\n",
    )
    .expect_err("invalid");
    insta::assert_snapshot!(message, @"
    recipe.yaml has 4 problems:
      - sandbox.timeuot_s: is not a known key; did you mean `sandbox.timeout_s`?
      - sandbox.memory_mb: must be a whole number, not `lots`
      - fix.rounds: must be between 0 and 20, not -1
      - output.compression: must be one of zstd, snappy, none, not `zstt`; did you mean `zstd`?
    ");
}

#[test]
fn missing_and_unknown_keys_are_named() {
    let message = parse("nmae: x\ninput: data\nwhatever: 1\nmodels: {tests: {provider: opnai}}\n")
        .expect_err("invalid");
    insta::assert_snapshot!(message, @"
    recipe.yaml has 5 problems:
      - name: is missing
      - nmae: is not a known key; did you mean `name`?
      - input: must be a list, not `data`
      - whatever: is not a known key; known here: name, seed, input, packages, licenses, functions, dedup, decontaminate, models, budget, prompts, generate, fix, sandbox, output, tasks, from
      - models.tests.provider: must be one of builtin, openai, replay, not `opnai`; did you mean `openai`?
    ");
}

#[test]
fn knobs_that_exclude_one_another_are_named() {
    let message = parse(
        "name: a/b\ninput: []\ndecontaminate: {benchmarks: [{path: \"\"}]}\nmodels: {tests: {provider: openai}, fix: {model: x, samples: 2}}\n",
    )
    .expect_err("invalid");
    insta::assert_snapshot!(message, @"
    recipe.yaml has 8 problems:
      - name: `a/b` cannot name a folder; use letters, digits, -, _ and .
      - input: is empty; name at least one folder, file or glob
      - decontaminate.benchmarks[0].path: is empty
      - models.tests.base_url: is missing; the openai provider needs the server's address (http://127.0.0.1:8000/v1)
      - models.tests.model: is missing; the openai provider needs the model's name
      - models.fix.model: means nothing to the builtin provider; did you forget `provider: openai`?
      - models.fix.samples: means nothing to the builtin provider; did you forget `provider: openai`?
      - models.fix.samples: only models.tests has it; set fix.samples instead
    ");
}

#[test]
fn what_duplicates_are_has_limits() {
    let message = parse(
        "name: x\ninput: [{path: data}]\ndedup: {near: 0.7, threshold: 0.1, num_perm: 8}\ndecontaminate: {benchmark: [], share: 0, ngram: 2}\n",
    )
    .expect_err("invalid");
    insta::assert_snapshot!(message, @"
    recipe.yaml has 6 problems:
      - dedup.near: must be true or false, not 0.7
      - dedup.threshold: must be between 0.3 and 1, not 0.1
      - dedup.num_perm: must be between 64 and 1024, not 8
      - decontaminate.benchmark: is not a known key; did you mean `decontaminate.benchmarks`?
      - decontaminate.share: must be between 0.01 and 1, not 0
      - decontaminate.ngram: must be between 3 and 100, not 2
    ");
}

#[test]
fn text_that_is_not_yaml_is_refused() {
    let message = parse("name: [unclosed").expect_err("invalid");
    assert!(
        message.starts_with("recipe.yaml is not valid YAML:"),
        "{message}"
    );
}

#[test]
fn an_empty_file_lacks_what_is_required() {
    insta::assert_snapshot!(parse("").expect_err("invalid"), @"
    recipe.yaml has 2 problems:
      - name: is missing
      - input: is missing
    ");
}

#[test]
fn overrides_reach_sections_lists_and_new_keys() {
    let recipe = parse_with(
        SMALLEST,
        &[
            "dedup.exact=false",
            "input.0.path=other",
            "sandbox.jobs=3",
            "models.tests.provider=openai",
            "models.tests.base_url=http://127.0.0.1:1/v1",
            "models.tests.model=m",
        ],
    )
    .expect("valid");
    assert!(!recipe.dedup.exact);
    assert_eq!(recipe.input[0].path, "other");
    assert_eq!(recipe.sandbox.jobs, SandboxJobs::Count(3));
    assert_eq!(
        recipe.models.tests.as_slice()[0].model.as_deref(),
        Some("m")
    );
}

#[test]
fn overrides_of_what_is_not_there_are_problems_too() {
    let message = parse_with(
        SMALLEST,
        &["input.4.path=x", "name.first=x", "sandbox.job=2"],
    )
    .expect_err("invalid");
    insta::assert_snapshot!(message, @"
    recipe.yaml has 3 problems:
      - input.4.path: there is no item 4 in a list of 1
      - name.first: cannot be set: what stands before `first` is a value, not a section
      - sandbox.job: is not a known key; did you mean `sandbox.jobs`?
    ");
}

#[test]
fn malformed_overrides_say_what_is_right() {
    let error = "sandbox".parse::<Override>().expect_err("no value");
    insta::assert_snapshot!(error, @"`sandbox` is not of the form key=value (sandbox.timeout_s=5)");
    assert!("a..b=1".parse::<Override>().is_err());
}

#[test]
fn a_recipe_survives_being_written_and_read() {
    let recipe = parse_with(SMALLEST, &["sandbox.jobs=auto", "fix.keep=2"]).expect("valid");
    let text = serde_json::to_string(&recipe).expect("serialises");
    assert_eq!(parse(&text).expect("JSON is YAML"), recipe);
    assert_eq!(parse(&recipe.to_yaml()).expect("valid"), recipe);
}

#[test]
fn the_reference_page_is_the_one_in_the_documentation() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/recipe.md");
    if std::env::var_os("UNITMILL_UPDATE_DOCS").is_some() {
        std::fs::write(path, unitmill_recipe::reference()).expect("docs/ is writable");
    }
    let page = std::fs::read_to_string(path).expect("docs/recipe.md exists");
    assert_eq!(
        page,
        unitmill_recipe::reference(),
        "run with UNITMILL_UPDATE_DOCS=1 to renew it"
    );
}

#[test]
fn tiers_replays_and_batches_are_held_to_what_they_need() {
    let message = parse(
        r#"
name: x
input: [{path: data}]
models:
  tests:
    - {provider: openai, model: m, base_url: "http://127.0.0.1:1/v1"}
    - {provider: builtin}
    - {provider: openai, model: m, base_url: "http://127.0.0.1:1/v1"}
    - {provider: replay, base_url: "http://127.0.0.1:1/v1", mode: batch}
  fix: {provider: openai, model: m, mode: batch, batch: {command: [answer, "{input}", "{outptu}"]}}
  refine: {provider: openai, model: m, base_url: "http://127.0.0.1:1/v1", batch: {requests: 5}, concurrency: 4}
"#,
    )
    .expect_err("invalid");
    insta::assert_snapshot!(message, @"
    recipe.yaml has 8 problems:
      - models.tests[1].provider: builtin costs nothing; it can only be the first of several
      - models.tests[2]: is there twice
      - models.tests[3].base_url: means nothing to the replay provider; it asks nobody
      - models.tests[3].mode: means nothing to the replay provider; it asks nobody
      - models.tests[3].from: is missing; the replay provider needs the folder of a run
      - models.fix.batch.command: has no {output}
      - models.fix.batch.command: `{outptu}` stands for nothing; known are {input}, {output}, {model}
      - models.refine.batch: is for `mode: batch`
    ");
    let message = parse(&format!("{SMALLEST}models: {{tests: []}}\n")).expect_err("invalid");
    assert!(
        message.contains("models.tests: is empty; name at least one provider"),
        "{message}"
    );
    let message = parse(&format!(
        "{SMALLEST}models: {{tests: [{{provider: replay, form: x}}]}}\n"
    ))
    .expect_err("invalid");
    assert!(
        message.contains(
            "models.tests[0].form: is not a known key; did you mean `models.tests[0].from`?"
        ),
        "{message}"
    );
}
