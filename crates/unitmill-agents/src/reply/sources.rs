//! What in an answer may be code: out of fences, prose, reasoning and other dress.
//!
//! Gives candidates in tiers, likeliest first; a later tier counts only where no earlier
//! one can be used. Within a tier the last block comes first, for a conclusion follows its
//! drafts, and all blocks together come last, for a file cut in pieces. Text that parses as
//! it is, is never changed; what does not is undressed further: indentation, entities of
//! HTML, quotes of word processors, characters without width.

use ruff_python_ast::Stmt;
use unitmill_model::{FinishReason, ModelAnswer};
use unitmill_python::parse_check;

use super::diff;
use crate::syntax::Module;

/// Lines at which code without fences may begin that are tried.
const MOST_STARTS: usize = 12;
/// Lines of prose behind code without fences that are looked behind.
const LONGEST_EPILOGUE: usize = 40;

/// What models put around what they think aloud.
const TAGS: [(&str, &str); 4] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<reasoning>", "</reasoning>"),
    ("<thought>", "</thought>"),
];

/// A piece of an answer between fences.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Block {
    language: String,
    text: String,
}

/// The code that an answer may mean, in tiers; never empty text. `before` is the code that
/// a diff would change.
pub(super) fn tiers(answer: &ModelAnswer, before: &str) -> Vec<Vec<String>> {
    let text = with_plain_line_ends(&answer.text);
    let (visible, thought) = without_reasoning(&text);
    let mut tiers = tiers_of(&visible, before);
    let is_cut = answer.finish_reason == FinishReason::Length;
    if !is_cut && !thought.is_empty() {
        // The model was done, so its last thought was the answer.
        tiers.extend(tiers_of(thought, before));
    }
    // A tag inside of code ends no reasoning.
    if visible != text
        && TAGS
            .iter()
            .all(|(open, _)| at_line_start(&text, open).is_none())
    {
        tiers.extend(tiers_of(&text, before));
    }
    for tier in &mut tiers {
        *tier = std::mem::take(tier)
            .into_iter()
            .map(|source| undressed(&source).unwrap_or(source))
            .filter(|source| !source.trim().is_empty())
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        tier.retain(|source| seen.insert(source.clone()));
    }
    tiers.retain(|tier| !tier.is_empty());
    tiers
}

fn tiers_of(visible: &str, before: &str) -> Vec<Vec<String>> {
    let mut tiers = Vec::new();
    // A program in whose texts there are fences.
    if parse_check(visible).is_ok() && defines_something(visible) {
        tiers.push(vec![visible.to_owned()]);
    }
    let blocks = blocks(visible);
    if blocks.is_empty() {
        tiers.push(wrapped_in_json(visible, before));
        tiers.push(between_tags(visible));
        if diff::is_diff(visible) {
            tiers.push(diff::readings(visible, before));
        }
        tiers.push(salvage(visible));
        return tiers;
    }
    let (python, others): (Vec<&Block>, Vec<&Block>) =
        blocks.iter().partition(|block| block.is_python());
    tiers.push(last_first(&python));
    let mut unpacked = Vec::new();
    for block in blocks.iter().rev() {
        if diff::is_diff(&block.text) {
            unpacked.extend(diff::readings(&block.text, before));
        }
        if block.text.contains("```") || block.text.contains("~~~") {
            unpacked.extend(fenced(&block.text));
        }
        unpacked.extend(wrapped_in_json(&block.text, before));
    }
    tiers.push(unpacked);
    tiers.push(last_first(&others));
    // Fences inside of the code itself, as docstrings have them.
    tiers.push(outermost(visible).into_iter().collect());
    tiers.push(salvage(visible));
    tiers
}

/// Every fenced block, the last one first.
fn fenced(text: &str) -> Vec<String> {
    let blocks = blocks(text);
    last_first(&blocks.iter().collect::<Vec<_>>())
}

fn last_first(blocks: &[&Block]) -> Vec<String> {
    let mut sources: Vec<String> = blocks
        .iter()
        .rev()
        .map(|block| block.text.clone())
        .collect();
    if blocks.len() > 1 {
        let whole: Vec<String> = blocks
            .iter()
            .map(|block| undressed(&block.text).unwrap_or_else(|| block.text.clone()))
            .collect();
        sources.push(whole.join("\n"));
    }
    sources
}

impl Block {
    fn is_python(&self) -> bool {
        matches!(
            self.language.as_str(),
            "python" | "py" | "python3" | "python2" | "pycon" | "py3" | "ipython" | ""
        )
    }
}

pub(super) fn with_plain_line_ends(text: &str) -> String {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The answer without what a model thought aloud, and the thought that it never ended.
pub(super) fn without_reasoning(answer: &str) -> (String, &str) {
    let mut visible = String::new();
    let mut rest = answer;
    loop {
        let opening = TAGS
            .iter()
            .filter_map(|tags| Some((at_line_start(rest, tags.0)?, tags)))
            .min();
        let Some((at, (open, close))) = opening else {
            break;
        };
        visible.push_str(&rest[..at]);
        let thought = &rest[at + open.len()..];
        match thought.find(close) {
            Some(end) => rest = &thought[end + close.len()..],
            None => return (visible, thought),
        }
    }
    visible.push_str(rest);
    // The template of some models begins inside of the thought.
    let begun = TAGS
        .iter()
        .filter_map(|(_, close)| Some(visible.rfind(close)? + close.len()))
        .max();
    match begun {
        Some(end) => (visible[end..].to_owned(), ""),
        None => (visible, ""),
    }
}

/// Where the tag begins a line: inside of a line it is part of a text or a program.
fn at_line_start(text: &str, tag: &str) -> Option<usize> {
    text.match_indices(tag).map(|(at, _)| at).find(|&at| {
        let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
        text[line..at].trim().is_empty()
    })
}

/// A line that opens or closes a fence: its mark, their number, the indentation, the rest.
pub(super) fn fence(line: &str) -> Option<(char, usize, usize, &str)> {
    let trimmed = line.trim_start();
    let mark = trimmed
        .chars()
        .next()
        .filter(|mark| matches!(mark, '`' | '~'))?;
    let length = trimmed.chars().take_while(|c| *c == mark).count();
    let rest = &trimmed[length..];
    // Three marks in a line of prose begin no block.
    let is_fence = length >= 3 && !(mark == '`' && rest.contains('`'));
    is_fence.then_some((mark, length, line.len() - trimmed.len(), rest))
}

/// The fenced blocks; the last one may lack its end.
fn blocks(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<(char, usize, usize, Block)> = None;
    for line in text.lines() {
        let found = fence(line);
        match (&mut open, found) {
            (None, Some((mark, length, indent, rest))) => {
                let block = Block {
                    language: language(rest),
                    text: String::new(),
                };
                open = Some((mark, length, indent, block));
            }
            (None, None) => {}
            // A fence that is indented like code is part of it.
            (Some((mark, length, indent, block)), Some((closing, marks, inner, rest)))
                if closing == *mark
                    && marks >= *length
                    && rest.trim().is_empty()
                    && inner < *indent + 4 =>
            {
                blocks.push(block.clone());
                open = None;
            }
            (Some((_, _, indent, block)), _) => {
                let own = line.len() - line.trim_start().len();
                block
                    .text
                    .push_str(line.get(own.min(*indent)..).unwrap_or(line));
                block.text.push('\n');
            }
        }
    }
    if let Some((_, _, _, block)) = open {
        blocks.push(block);
    }
    blocks
}

fn language(info: &str) -> String {
    info.trim()
        .trim_start_matches(['{', '.', '='])
        .split([' ', ',', ':', '}', ';', '\t'])
        .next()
        .unwrap_or("")
        .to_lowercase()
}

/// What stands between the first line that opens a fence and the last that closes one.
fn outermost(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().collect();
    let first = lines.iter().position(|line| fence(line).is_some())?;
    let last = lines
        .iter()
        .rposition(|line| fence(line).is_some_and(|(_, _, _, rest)| rest.trim().is_empty()))?;
    (first < last).then(|| lines[first + 1..last].join("\n") + "\n")
}

/// What stands between the tags that some models use in place of fences.
fn between_tags(text: &str) -> Vec<String> {
    const TAGS: [(&str, &str); 4] = [
        ("<code>", "</code>"),
        ("[PYTHON]", "[/PYTHON]"),
        ("<python>", "</python>"),
        ("<answer>", "</answer>"),
    ];
    TAGS.iter()
        .filter_map(|(open, close)| {
            let (_, behind) = text.split_once(open)?;
            let inside = behind
                .split_once(close)
                .map_or(behind, |(inside, _)| inside);
            Some(inside.trim_matches('\n').to_owned() + "\n")
        })
        .collect()
}

/// The texts in a JSON value, longest first, each read as an answer of its own.
fn wrapped_in_json(text: &str, before: &str) -> Vec<String> {
    let text = text.trim();
    if !text.starts_with(['{', '[', '"']) {
        return Vec::new();
    }
    let Ok(value) = serde_json::from_str::<serde_json::Value>(text) else {
        return Vec::new();
    };
    let mut texts = Vec::new();
    collect_texts(&value, &mut texts);
    texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
    texts
        .iter()
        .filter(|text| text.contains('\n'))
        .flat_map(|text| {
            let inner = tiers_of(&with_plain_line_ends(text), before);
            inner.into_iter().flatten().collect::<Vec<_>>()
        })
        .collect()
}

fn collect_texts(value: &serde_json::Value, texts: &mut Vec<String>) {
    use serde_json::Value;
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => {
            let lines: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
            match lines {
                Some(lines) if lines.len() > 1 => texts.push(lines.join("\n") + "\n"),
                _ => items.iter().for_each(|item| collect_texts(item, texts)),
            }
        }
        Value::Object(fields) => fields.values().for_each(|item| collect_texts(item, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn looks_like_code(line: &str) -> bool {
    [
        "import ",
        "from ",
        "class ",
        "def ",
        "async def ",
        "@",
        "#",
        "\"\"\"",
        ">>> ",
    ]
    .iter()
    .any(|start| line.starts_with(start))
}

/// Code without fences: from a line that looks like code to the last one with which it
/// still parses.
fn salvage(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let starts: Vec<usize> = (0..lines.len())
        .filter(|&index| looks_like_code(lines[index].trim_start()))
        .collect();
    let Some(&first) = starts.first() else {
        return Vec::new();
    };
    if let Some(whole) = undressed(text).filter(|whole| defines_something(whole)) {
        return vec![whole];
    }
    for &start in starts.iter().take(MOST_STARTS) {
        // Prose after code is short and begins at the margin; half a function is no code.
        let is_epilogue = |end: &usize| {
            let behind = lines[*end..].iter().find(|line| !line.trim().is_empty());
            behind.is_none_or(|line| !line.starts_with([' ', '\t']) && !looks_like_code(line))
        };
        let ends = (start + 1..=lines.len()).rev().take(LONGEST_EPILOGUE);
        for end in ends.filter(is_epilogue) {
            let text = lines[start..end].join("\n") + "\n";
            let is_code = match end == lines.len() {
                true => undressed(&text),
                false => parse_check(&text).is_ok().then_some(text),
            };
            if let Some(text) = is_code.filter(|text| defines_something(text)) {
                return vec![text];
            }
        }
    }
    vec![lines[first..].join("\n") + "\n"]
}

/// A heading of Markdown is a comment of Python, and says nothing.
fn defines_something(source: &str) -> bool {
    Module::parse(source).is_some_and(|module| {
        module.body().iter().any(|statement| {
            matches!(
                statement,
                Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::Import(_) | Stmt::ImportFrom(_)
            )
        })
    })
}

/// The text as it parses: as it is, or else the first undressing that does.
fn undressed(source: &str) -> Option<String> {
    type Undress = fn(&str) -> String;
    const STEPS: [Undress; 6] = [
        dedented,
        without_prompts,
        with_plain_characters,
        without_entities,
        with_spaces_for_tabs,
        dedented,
    ];
    let parses = |text: &str| parse_check(text).is_ok();
    if parses(source) {
        return Some(source.to_owned());
    }
    // Each alone, then one after the other.
    for step in STEPS {
        let text = step(source);
        if text != source && parses(&text) {
            return Some(text);
        }
    }
    let mut text = source.to_owned();
    for step in STEPS {
        text = step(&text);
        if parses(&text) {
            return Some(text);
        }
    }
    None
}

/// Without the indentation that all lines share.
fn dedented(source: &str) -> String {
    let indents = source
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.len() - line.trim_start_matches([' ', '\t']).len());
    let Some(shared @ 1..) = indents.min() else {
        return source.to_owned();
    };
    source
        .lines()
        .map(|line| line.get(shared..).unwrap_or("").to_owned() + "\n")
        .collect()
}

/// Without the prompts of an interactive session and what it printed.
fn without_prompts(source: &str) -> String {
    if !source.lines().any(|line| line.starts_with(">>> ")) {
        return source.to_owned();
    }
    source
        .lines()
        .filter_map(|line| {
            let line = line
                .strip_prefix(">>> ")
                .or_else(|| line.strip_prefix("... "))
                .or_else(|| matches!(line, ">>>" | "...").then_some(""))?;
            Some(format!("{line}\n"))
        })
        .collect()
}

/// Without characters that are not seen, and with the quotes and spaces of a keyboard.
fn with_plain_characters(source: &str) -> String {
    source
        .chars()
        .filter(|character| {
            !matches!(
                character,
                '\u{200b}' | '\u{200c}' | '\u{200d}' | '\u{2060}' | '\u{feff}' | '\u{ad}'
            )
        })
        .map(|character| match character {
            '\u{a0}' | '\u{2007}' | '\u{202f}' | '\u{3000}' => ' ',
            '\u{201c}' | '\u{201d}' => '"',
            '\u{2018}' | '\u{2019}' => '\'',
            other => other,
        })
        .collect()
}

fn without_entities(source: &str) -> String {
    const ENTITIES: [(&str, &str); 8] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&#x27;", "'"),
        // Last, so that what was escaped twice is taken off once.
        ("&amp;", "&"),
    ];
    ENTITIES
        .iter()
        .fold(source.to_owned(), |text, (entity, character)| {
            text.replace(entity, character)
        })
}

fn with_spaces_for_tabs(source: &str) -> String {
    source
        .lines()
        .map(|line| {
            let code = line.trim_start_matches([' ', '\t']);
            let indent = line[..line.len() - code.len()].replace('\t', "    ");
            format!("{indent}{code}\n")
        })
        .collect()
}

/// A test suite that the token limit cut off, without the method that it was cut in and
/// everything behind; none where no whole method is left.
pub(super) fn whole_methods(source: &str) -> Option<String> {
    let lines: Vec<&str> = source.lines().collect();
    let is_method = |line: &&str| {
        let code = line.trim_start();
        code.starts_with("def test") || code.starts_with("async def test")
    };
    let mut end = lines.iter().rposition(is_method)?;
    let indent = lines[end].len() - lines[end].trim_start().len();
    // Its decorators go with it.
    while end > 0 && lines[end - 1].trim_start().starts_with('@') {
        end -= 1;
    }
    let rest = &lines[..end];
    let is_left = rest
        .iter()
        .any(|line| is_method(line) && line.len() - line.trim_start().len() == indent);
    let text = rest.join("\n") + "\n";
    is_left.then(|| undressed(&text)).flatten()
}
