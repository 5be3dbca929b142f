//! The figures of the demonstration run, and everything that is made of them.

mod support;

use support::{demo, reject};
use unitmill_audit::{
    Audit, CardFacts, compare, render_card, render_comparison, render_html, render_text,
};
use unitmill_model::{RejectReason, RejectUnit, Stage, Verdict};
use unitmill_shards::PairFormat;

fn audit() -> Audit {
    let written = demo().write();
    Audit::read(&written.run).expect("can be audited")
}

#[test]
fn figures() {
    let json = serde_json::to_string_pretty(&audit().json()).expect("is JSON");
    insta::assert_snapshot!(json);
}

#[test]
fn the_written_audit_is_read_back_and_leaves_out_how_the_run_went() {
    let audit = audit();
    let published = audit.published_json();
    assert!(published.get("replayed").is_none());
    let back: Audit = serde_json::from_value(published).expect("is an audit");
    assert_eq!(back.replayed, None);
    assert_eq!(back.published_json(), audit.published_json());
}

#[test]
fn the_same_rows_give_the_same_audit_in_any_cut() {
    let whole = audit().published_json();
    let mut merged = demo();
    let second = merged.parts.pop().expect("two parts");
    let first = &mut merged.parts[0];
    for (name, count) in second.counts {
        *first.counts.entry(name).or_default() += count;
    }
    first.candidates.extend(second.candidates);
    first.attempts.extend(second.attempts);
    first.mill_rejects.extend(second.mill_rejects);
    let written = merged.write();
    let mut other = Audit::read(&written.run).expect("can be audited");
    other.tasks.insert("extract".to_owned(), 2);
    other.tasks.insert("mill".to_owned(), 2);
    assert_eq!(other.published_json(), whole);
}

#[test]
fn text() {
    let text = render_text(&audit());
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    insta::assert_snapshot!(text);
}

#[test]
fn packages_to_add_next_are_counted() {
    let mut run = demo();
    let part = &mut run.parts[0];
    for packages in [
        &["torch"][..],
        &["cv2", "torch"],
        &["google.cloud.storage"],
        &["torch"],
    ] {
        part.extract_rejects.push(unitmill_model::Reject {
            packages: packages.iter().map(|name| (*name).to_owned()).collect(),
            ..reject(
                Stage::Extract,
                RejectUnit::Function,
                RejectReason::PackageMissing,
                None,
            )
        });
        *part.counts.entry("functions").or_default() += 1;
        *part.counts.entry("functions_rejected").or_default() += 1;
    }
    let written = run.write();
    let audit = Audit::read(&written.run).expect("can be audited");
    assert!(audit.holds(), "{}", render_text(&audit));
    let text = unitmill_audit::missing_packages(&audit.missing_packages);
    assert!(render_text(&audit).contains(&text));
    insta::assert_snapshot!(text, @"
    Packages to add next
      package               functions wait  for it alone  pip install
      torch                              3             2  torch
      google.cloud.storage               1             1  google-cloud-storage
      cv2                                1             0  opencv-python-headless
    ");
    let page = render_html("missing", &audit);
    assert!(page.contains("<td class=\"t\">opencv-python-headless</td>"));
    let json = audit.published_json();
    assert_eq!(json["missing_packages"][0]["alone"], 2);
}

#[test]
fn text_of_a_run_that_does_not_hold() {
    let mut run = demo();
    run.parts[0].mill_rejects.pop();
    let written = run.write();
    let audit = Audit::read(&written.run).expect("can be audited");
    let text = render_text(&audit);
    let (head, _) = text.split_once("\n\n").expect("has sections");
    insta::assert_snapshot!(head);
    assert!(render_html("broken", &audit).contains("does not hold"));
}

#[test]
fn html() {
    let page = render_html("quick<start>", &audit());
    assert!(page.contains("<h1>quick&lt;start&gt;</h1>"));
    for outside in ["http", "<script", "<link", "@import", "url("] {
        assert!(!page.contains(outside), "refers to {outside}");
    }
    let (_, body) = page.split_once("<body>").expect("has a body");
    for tag in [
        "table", "tr", "td", "th", "div", "ul", "li", "h2", "p", "span",
    ] {
        let opened =
            body.matches(&format!("<{tag}>")).count() + body.matches(&format!("<{tag} ")).count();
        let closed = body.matches(&format!("</{tag}>")).count();
        assert_eq!(opened, closed, "<{tag}>");
    }
    insta::assert_snapshot!(body);
}

fn facts(format: PairFormat) -> CardFacts {
    CardFacts {
        name: "quickstart".to_owned(),
        recipe: "name: quickstart\nseed: 20261120\ninput:\n- path: data/demo\n".to_owned(),
        format,
        shard_bytes: 4096,
        version: "0.1.0".to_owned(),
    }
}

#[test]
fn card() {
    insta::assert_snapshot!(render_card(&audit(), &facts(PairFormat::PrefixCompletion)));
}

#[test]
fn card_for_trl_speaks_of_prompts() {
    let card = render_card(&audit(), &facts(PairFormat::Trl));
    assert!(card.contains("  - name: prompt\n    dtype: string\n"));
    assert!(card.contains("| `prompt` | imports, context, signature and docstring |"));
    assert!(!card.contains("rename_column"));
}

#[test]
fn card_of_a_run_without_pairs_is_still_a_card() {
    let mut run = demo();
    run.parts.clear();
    run.published = false;
    let written = run.write();
    let audit = Audit::read(&written.run).expect("can be audited");
    let card = render_card(&audit, &facts(PairFormat::PrefixCompletion));
    assert!(card.starts_with("---\npretty_name: \"quickstart\"\ntask_categories:"));
    assert!(card.contains("- n<1K\n"));
    assert!(card.contains("Environments: none."));
}

#[test]
fn comparison() {
    let before = audit();
    let mut run = demo();
    // The fix of round 2 fails now, and the function comes without a pair.
    let fixed = run.parts[0].candidates[1].clone();
    run.parts[0].pairs.truncate(1);
    run.parts[0]
        .attempts
        .retain(|attempt| attempt.round < 2 || attempt.verdict != Some(Verdict::Passed));
    for attempt in &mut run.parts[0].attempts {
        attempt.round = attempt.round.min(1);
    }
    run.parts[0].mill_rejects.push(support::reject(
        Stage::Mill,
        RejectUnit::Candidate,
        RejectReason::NeverPassed,
        Some(fixed.id),
    ));
    let written = run.write();
    let after = Audit::read(&written.run).expect("can be audited");
    assert!(after.holds());
    insta::assert_snapshot!(render_comparison(&compare(&before, &after)));
    let same = compare(&before, &before);
    assert!(same.funnel.iter().all(|step| step.before == step.after));
}

/// What answers are worth follows from the rows and the prices of the plan; what was paid
/// for them is the run's story.
#[test]
fn money_is_counted_by_agent_round_package_and_pair() {
    let written = demo().write_tampered(|manifest| {
        if manifest.stage == Stage::Mill && manifest.index == 0 {
            for (name, count) in [
                ("paid_calls", 3),
                ("paid_prompt_tokens", 300),
                ("paid_completion_tokens", 60),
                ("paid_cost_parts", 900_000_000),
                ("lost_calls", 1),
                ("lost_prompt_tokens", 2000),
                ("lost_completion_tokens", 2048),
                ("lost_cost_parts", 22_480_000_000),
            ] {
                manifest.counts.insert(name.to_owned(), count);
            }
        }
    });
    let server = |price: serde_json::Value| serde_json::json!({"provider": "openai", "model": "qwen3-coder", "price": price});
    let plan = serde_json::json!({"recipe": {
        "models": {
            "tests": server(serde_json::json!({"prompt": 2.0, "completion": 10.0})),
            "fix": [{"provider": "builtin"}, server(serde_json::json!({"prompt": 1.0, "completion": 5.0}))],
        },
        "budget": {"cost": 20.0, "currency": "USD"},
    }});
    let run = &written.run;
    run.write_plan_exclusively(&plan).expect("is written");
    let audit = Audit::read(run).expect("can be audited");
    let text = render_text(&audit);
    assert!(text.lines().all(|line| line.chars().count() <= 100));
    let (_, tokens) = text.split_once("Tokens per package").expect("a section");
    let (tokens, _) = tokens
        .split_once("\n\nExecutions")
        .expect("a section behind it");
    insta::assert_snapshot!(tokens);
    let json = audit.published_json();
    assert_eq!(json["answers"]["cost"], 0.0008);
    assert!(json.get("paid").is_none());
    let page = render_html("money", &audit);
    assert!(page.contains("<th>cost, USD</th>") && page.contains("<td>0.000400</td>"));

    let unreadable = serde_json::json!({"recipe": {"models": {"tests": {"price": 3}}}});
    run.replace_plan(&unreadable).expect("is written");
    let error = Audit::read(run).expect_err("no price").to_string();
    assert!(
        error.contains("the plan of ") && error.contains("another version"),
        "{error}"
    );
}
