//! The dataset card: the `README.md` of a run, as Hugging Face reads it.

use arrow::datatypes::DataType;
use unitmill_shards::PairFormat;

use crate::layout::{package_name, percent};
use crate::{Audit, Count};

/// Packages that the card lists; the audit has all of them.
const PACKAGES_SHOWN: usize = 30;

/// What a card says besides the audit.
#[derive(Clone, PartialEq, Debug)]
pub struct CardFacts {
    /// The recipe's name.
    pub name: String,
    /// The recipe, as YAML, all that it leaves open filled in.
    pub recipe: String,
    /// How the columns are called.
    pub format: PairFormat,
    /// Bytes of all shards.
    pub shard_bytes: u64,
    /// The version of unitmill that made the run.
    pub version: String,
}

/// Renders the dataset card. The same run always has the same card.
pub fn render_card(audit: &Audit, facts: &CardFacts) -> String {
    let name = &facts.name;
    let pairs = audit.pairs.count;
    let prefix = facts.format.prefix_column();
    let sections = [
        format!("{}# {name}\n", front_matter(audit, facts)),
        format!(
            "{pairs} functions of open source Python code as {prefix}-completion pairs. The code of \
             every row was executed in an isolated sandbox and passed the unit tests that are in \
             its row: `{prefix} + completion + \"\\n\\n\" + tests` passes under \
             `python -m unittest` in the environment whose digest the row names.\n"
        ),
        loading(facts),
        verification(audit),
        packages(audit),
        section("Licences", "licence", &audit.pairs.licenses),
        columns(facts),
        made(audit, facts),
    ];
    sections.join("\n")
}

/// A YAML scalar: JSON strings are YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

fn front_matter(audit: &Audit, facts: &CardFacts) -> String {
    let mut yaml = String::from("---\n");
    yaml.push_str(&format!("pretty_name: {}\n", quoted(&facts.name)));
    let licenses = hub_licenses(&audit.pairs.licenses);
    if !licenses.is_empty() {
        yaml.push_str("license:\n");
        for license in licenses {
            yaml.push_str(&format!("- {license}\n"));
        }
    }
    yaml.push_str("task_categories:\n- text-generation\n");
    yaml.push_str("tags:\n- code\n- python\n- unit-tests\n- execution-verified\n- unitmill\n");
    yaml.push_str(&format!(
        "size_categories:\n- {}\n",
        size_category(audit.pairs.count)
    ));
    yaml.push_str(
        "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: train-*.parquet\n",
    );
    yaml.push_str("dataset_info:\n  features:\n");
    for field in facts.format.schema().fields() {
        let kind = match field.data_type() {
            DataType::List(_) => "sequence: string".to_owned(),
            DataType::Boolean => "dtype: bool".to_owned(),
            DataType::UInt32 => "dtype: uint32".to_owned(),
            DataType::UInt64 => "dtype: uint64".to_owned(),
            _ => "dtype: string".to_owned(),
        };
        yaml.push_str(&format!("  - name: {}\n    {kind}\n", field.name()));
    }
    yaml.push_str(&format!(
        "  splits:\n  - name: train\n    num_examples: {}\n    num_bytes: {bytes}\n  \
         download_size: {bytes}\n  dataset_size: {bytes}\n---\n\n",
        audit.pairs.count,
        bytes = facts.shard_bytes
    ));
    yaml
}

/// The licence identifiers that the Hub knows: plain SPDX identifiers in lower case, and
/// `other` for expressions and for rows without a licence.
fn hub_licenses(licenses: &[Count]) -> std::collections::BTreeSet<String> {
    let known = |name: &str| {
        const HUB: &[&str] = &[
            "afl-3.0",
            "agpl-3.0",
            "apache-2.0",
            "artistic-2.0",
            "bsd",
            "bsd-2-clause",
            "bsd-3-clause",
            "bsd-3-clause-clear",
            "bsl-1.0",
            "cc0-1.0",
            "cc-by-4.0",
            "cc-by-sa-4.0",
            "ecl-2.0",
            "epl-1.0",
            "epl-2.0",
            "eupl-1.1",
            "eupl-1.2",
            "gpl-2.0",
            "gpl-3.0",
            "isc",
            "lgpl-2.1",
            "lgpl-3.0",
            "mit",
            "mpl-2.0",
            "ms-pl",
            "ncsa",
            "osl-3.0",
            "postgresql",
            "unlicense",
            "wtfpl",
            "zlib",
        ];
        let name = name.to_lowercase();
        let name = name.trim_end_matches("-only").trim_end_matches("-or-later");
        HUB.contains(&name).then(|| name.to_owned())
    };
    licenses
        .iter()
        .map(|row| known(&row.name).unwrap_or_else(|| "other".to_owned()))
        .collect()
}

fn size_category(rows: u64) -> &'static str {
    match rows {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        100_000..1_000_000 => "100K<n<1M",
        1_000_000..10_000_000 => "1M<n<10M",
        10_000_000..100_000_000 => "10M<n<100M",
        _ => "100M<n<1B",
    }
}

fn loading(facts: &CardFacts) -> String {
    let trl = match facts.format {
        PairFormat::Trl => {
            "\
The columns `prompt` and `completion` are what TRL trains on: the loss is taken on the
completion alone.

```python
from trl import SFTConfig, SFTTrainer

trainer = SFTTrainer(
    model=\"Qwen/Qwen2.5-Coder-0.5B\",
    train_dataset=dataset.select_columns([\"prompt\", \"completion\"]),
    args=SFTConfig(completion_only_loss=True),
)
```
"
        }
        PairFormat::PrefixCompletion => {
            "\
With TRL the prefix is the prompt; the loss is taken on the completion alone. (A run with
`output.format: trl` has the columns called so from the start.)

```python
from trl import SFTConfig, SFTTrainer

pairs = dataset.select_columns([\"prefix\", \"completion\"]).rename_column(\"prefix\", \"prompt\")
trainer = SFTTrainer(
    model=\"Qwen/Qwen2.5-Coder-0.5B\",
    train_dataset=pairs,
    args=SFTConfig(completion_only_loss=True),
)
```
"
        }
    };
    format!(
        "## Loading\n\nThis folder is a dataset repository as it is.\n\n\
         ```python\nfrom datasets import load_dataset\n\n\
         dataset = load_dataset({folder}, split=\"train\")\n```\n\n{trl}",
        folder = quoted(&format!("path/to/{}", facts.name))
    )
}

fn verification(audit: &Audit) -> String {
    let mut text = section(
        "How the rows were verified",
        "verification",
        &audit.pairs.verification,
    );
    text.push_str(
        "\n- `model`: a model wrote the expectations from the function's text.\n\
         - `doctest`: they come from the function's own doctests, which its author wrote.\n\
         - `regression`: they were observed by running the function.\n\n\
         A regression oracle says that the code does what it did, not that this is right: it can \
         **freeze a bug**. Leave those rows out with \
         `dataset.filter(lambda row: row[\"verification\"] != \"regression\")`.\n",
    );
    let paired = audit.count_of("with_pairs");
    if paired > 0 && audit.count_of("stub_check_survived") >= paired {
        text.push_str(
            "\nEvery row also survived a stub check: its tests do not pass when the function's \
             body is taken away.\n",
        );
    }
    text
}

fn packages(audit: &Audit) -> String {
    if audit.packages.is_empty() {
        return "## Packages\n\nNone.\n".to_owned();
    }
    let mut text = String::from(
        "## Packages\n\nA function counts for every package that it imports. The pass rate is the part of \
         the candidates, after deduplication, that has a pair.\n\n\
         | package | candidates | with pairs | pairs | pass rate |\n|---|---:|---:|---:|---:|\n",
    );
    for row in audit.packages.iter().take(PACKAGES_SHOWN) {
        text.push_str(&format!(
            "| {} | {} | {} | {} | {} |\n",
            cell(package_name(&row.package)),
            row.candidates,
            row.with_pairs,
            row.pairs,
            percent(row.pass_rate)
        ));
    }
    let more = audit.packages.len().saturating_sub(PACKAGES_SHOWN);
    if more > 0 {
        text.push_str(&format!(
            "\nand {more} more; `audit.json` has all of them.\n"
        ));
    }
    text
}

fn section(title: &str, column: &str, rows: &[Count]) -> String {
    if rows.is_empty() {
        return format!("## {title}\n\nNo rows.\n");
    }
    let mut text = format!("## {title}\n\n| {column} | rows | share |\n|---|---:|---:|\n");
    for row in rows {
        let (name, share) = (cell(&row.name), percent(row.share));
        text.push_str(&format!("| {name} | {} | {share} |\n", row.count));
    }
    text
}

/// Text inside a table of Markdown.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn columns(facts: &CardFacts) -> String {
    let mut text = String::from("## Columns\n\n| column | what it holds |\n|---|---|\n");
    for field in facts.format.schema().fields() {
        let name = field.name();
        text.push_str(&format!("| `{name}` | {} |\n", describe(name)));
    }
    text
}

/// A fence that the text inside cannot close.
fn fence(text: &str) -> String {
    let mut fence = String::from("```");
    while text.contains(&fence) {
        fence.push('`');
    }
    fence
}

fn describe(column: &str) -> &'static str {
    match column {
        "id" => "candidate id and variant",
        "prefix" | "prompt" => "imports, context, signature and docstring",
        "completion" => "the body; together they are exactly the code that passed",
        "tests" => "a `unittest` suite that passes after the code",
        "packages" => "import roots that the code uses",
        "apis" => "qualified names of its library calls",
        "license" => "SPDX expression, where known",
        "repo" => "repository, where known",
        "path" => "path of the source file",
        "source_sha256" => "SHA-256 of the source file",
        "test_origin" => "who wrote the tests: `model` or `builtin`",
        "verification" => "what makes them believable: `model`, `doctest` or `regression`",
        "fix_rounds" => "the fix round in which the code came to pass; 0 at first sight",
        "refined" => "whether the refined text is the one published",
        "tests_run" => "how many tests ran",
        "backend" => "what executed it",
        "isolation" => {
            "what stood between its executions and the machine: `full`, `rlimits` or `container`"
        }
        "env_digest" => "digest of the environment that it passed in",
        "models" => "every model whose answer is in the row; `builtin` for the offline agents",
        "prompt_tokens" => "prompt tokens spent on the candidate",
        "completion_tokens" => "completion tokens spent on the candidate",
        _ => "",
    }
}

fn made(audit: &Audit, facts: &CardFacts) -> String {
    let count = |step: &str| audit.count_of(step);
    let environments = audit.pairs.environments.iter();
    let environments = environments.map(|row| format!("`{}`", row.name));
    let environments = environments.collect::<Vec<_>>().join(", ");
    format!(
        "## How it was made\n\n\
         unitmill {version} cut {functions} functions out of {files} files; {candidates} could travel \
         with all they need, {kept} of them were left after deduplication, {tests} got tests that \
         ran, {first} passed them as they were, and {paired} have a pair in the end. \
         `audit.json` has the whole funnel and the reasons of everything that was left out. \
         Environments: {environments}.\n\n{fence}yaml\n{recipe}\n{fence}\n",
        fence = fence(&facts.recipe),
        version = facts.version,
        functions = count("functions"),
        files = count("files"),
        candidates = count("candidates"),
        kept = count("after_dedup"),
        tests = count("with_tests"),
        first = count("passed_first_run"),
        paired = count("with_pairs"),
        environments = if environments.is_empty() {
            "none"
        } else {
            &environments
        },
        recipe = facts.recipe.trim_end(),
    )
}
