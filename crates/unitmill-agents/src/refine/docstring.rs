//! The docstring of a function as text in its source: examples cut out of it, sections put
//! below it. Never changes a line that it was not told to.

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;
use unitmill_python::Doctest;

use crate::syntax::{Edit, Module, apply, span};

/// A docstring that can be edited by line: one literal that begins its line, each line of
/// its text a line of the source.
pub(crate) struct Docstring<'source> {
    source: &'source str,
    /// The whole literal.
    range: Range<usize>,
    /// `r` and the like.
    prefix: &'source str,
    quotes: &'source str,
    /// Between the quotes, as in the source.
    inner: &'source str,
    /// What stands before the literal on its line.
    pub(crate) indent: &'source str,
    /// Backslashes stand for themselves.
    pub(crate) is_raw: bool,
    /// The text that it stands for.
    pub(crate) value: String,
}

impl<'source> Docstring<'source> {
    /// The docstring of a function; none if it has none, or one that cannot be edited.
    pub(crate) fn of(module: &Module<'source>, function: &str) -> Option<Self> {
        let definition = module.function(function)?;
        let Some(Stmt::Expr(statement)) = definition.body.first() else {
            return None;
        };
        let Expr::StringLiteral(literal) = &*statement.value else {
            return None;
        };
        if literal.value.is_implicit_concatenated() {
            return None;
        }
        let source = module.source();
        let range = span(literal.range());
        let text = &source[range.clone()];
        let prefix = &text[..text.find(['"', '\''])?];
        let rest = &text[prefix.len()..];
        let quotes = ["\"\"\"", "'''", "\"", "'"]
            .into_iter()
            .find(|quotes| rest.starts_with(quotes) && rest.len() >= 2 * quotes.len())?;
        let quotes = &rest[..quotes.len()];
        let inner = &rest[quotes.len()..rest.len() - quotes.len()];
        let line = source[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let indent = &source[line..range.start];
        let value = literal.value.to_str().to_owned();
        let is_raw = prefix.contains(['r', 'R']);
        let by_line = inner.matches('\n').count() == value.matches('\n').count()
            && (is_raw || !inner.contains("\\\n"));
        let begins_line = !indent.is_empty() && indent.trim().is_empty();
        (by_line && begins_line && !inner.contains('\r')).then_some(Self {
            source,
            range,
            prefix,
            quotes,
            inner,
            indent,
            is_raw,
            value,
        })
    }

    /// The source without these examples, and without headings that have nothing below
    /// them any more.
    pub(crate) fn without(&self, examples: &[&Doctest]) -> Option<String> {
        let mut gone: BTreeSet<usize> = BTreeSet::new();
        for example in examples {
            let first = example.line as usize - 1;
            let count = example.source.lines().count() + example.want.lines().count();
            gone.extend(first..first + count);
        }
        let lines: Vec<&str> = self.inner.lines().collect();
        let kept: Vec<&str> = lines
            .iter()
            .enumerate()
            .filter(|(number, _)| !gone.contains(number))
            .map(|(_, line)| *line)
            .collect();
        let kept = without_empty_sections(kept);
        let mut text: Vec<&str> = Vec::new();
        for line in kept {
            let repeats = line.trim().is_empty()
                && text
                    .last()
                    .is_some_and(|last: &&str| last.trim().is_empty());
            if !repeats {
                text.push(line);
            }
        }
        let text = text.join("\n");
        Some(self.replaced(text.trim_end()))
    }

    /// The source with lines put below the docstring's last one. They come without
    /// indentation, as text; `close` says that they go on where the docstring ends, with no
    /// empty line between.
    pub(crate) fn with(&self, lines: &[String], close: bool) -> String {
        let mut text = self.inner.trim_end().to_owned();
        if !text.is_empty() {
            text.push_str(if close { "\n" } else { "\n\n" });
        }
        let mut below = Vec::new();
        for line in lines {
            below.push(match line.trim().is_empty() {
                true => String::new(),
                false => format!("{}{}", self.indent, self.written(line)),
            });
        }
        text.push_str(&below.join("\n"));
        self.replaced(&text)
    }

    fn written(&self, line: &str) -> String {
        if self.is_raw {
            line.to_owned()
        } else {
            escaped(line)
        }
    }

    /// Whether lines can be put below: what ends the text cannot be written everywhere.
    pub(crate) fn can_hold(&self, lines: &[String]) -> bool {
        let is_double = self.quotes != "'''";
        let end = if is_double { "\"\"\"" } else { "'''" };
        let collides = lines.iter().any(|line| line.contains(end));
        let can_escape = is_double && !self.is_raw;
        (can_escape || !collides) && (self.quotes.len() == 3 || !self.inner.contains(end))
    }

    /// The source with another text between the quotes, which stand on a line of their own
    /// where there are several lines.
    fn replaced(&self, inner: &str) -> String {
        let quotes = if self.quotes == "'''" {
            "'''"
        } else {
            "\"\"\""
        };
        let end = if inner.contains('\n') {
            format!("\n{}", self.indent)
        } else if inner.ends_with('"') {
            " ".to_owned()
        } else {
            String::new()
        };
        let literal = format!("{}{quotes}{inner}{end}{quotes}", self.prefix);
        apply(
            self.source,
            vec![Edit {
                range: self.range.clone(),
                text: literal,
            }],
        )
    }
}

/// A line as it is written in a text between `"""` that is not raw.
pub(crate) fn escaped(line: &str) -> String {
    line.replace('\\', "\\\\").replace("\"\"\"", "\\\"\\\"\\\"")
}

/// Names of sections that hold examples.
const EXAMPLES: [&str; 8] = [
    "example",
    "examples",
    "usage",
    "doctest",
    "doctests",
    "tests",
    ">>> example",
    "sample",
];

/// Whether a line is the heading of examples: `Examples:`, `**Example**`, `Usage::`.
fn is_heading_of_examples(line: &str) -> bool {
    let name = line
        .trim()
        .trim_start_matches(".. rubric::")
        .trim_matches(['*', ':', ' ', '=', '#']);
    EXAMPLES.contains(&name.to_lowercase().as_str())
}

fn is_underline(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 3 && (line.chars().all(|c| c == '-') || line.chars().all(|c| c == '='))
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Takes headings of examples away that nothing follows.
fn without_empty_sections(lines: Vec<&str>) -> Vec<&str> {
    let mut kept: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        let underlined = lines.get(at + 1).is_some_and(|next| is_underline(next));
        let behind = at + 1 + usize::from(underlined);
        let next = lines[behind.min(lines.len())..]
            .iter()
            .position(|line| !line.trim().is_empty())
            .map(|offset| behind + offset);
        let has_content = next.is_some_and(|next| {
            let begins_section = lines.get(next + 1).is_some_and(|line| is_underline(line));
            indentation(lines[next]) > indentation(line)
                || (underlined && !begins_section)
                || lines[next].trim_start().starts_with(">>>")
        });
        if is_heading_of_examples(line) && !has_content && at > 0 {
            at = behind;
            continue;
        }
        kept.push(line);
        at += 1;
    }
    kept
}

#[cfg(test)]
mod tests {
    use unitmill_python::doctests;

    use super::*;

    fn docstring<'source>(module: &Module<'source>) -> Docstring<'source> {
        Docstring::of(module, "f").expect("it can be edited")
    }

    fn without(source: &str, lines: &[u32]) -> String {
        let module = Module::parse(source).expect("parses");
        let docstring = docstring(&module);
        let examples = doctests(&docstring.value);
        let cut: Vec<&Doctest> = examples
            .iter()
            .filter(|example| lines.contains(&example.line))
            .collect();
        assert_eq!(cut.len(), lines.len());
        docstring.without(&cut).expect("they can be cut")
    }

    #[test]
    fn examples_are_cut_with_the_headings_above_them() {
        let source = "def f(x):\n    \"\"\"Double.\n\n    Examples:\n        >>> f(1)\n        2\n        >>> f(2)\n        5\n\n    Returns:\n        int\n    \"\"\"\n    return 2 * x\n";
        assert_eq!(
            without(source, &[6]),
            source.replace("        >>> f(2)\n        5\n", "")
        );
        assert_eq!(
            without(source, &[4, 6]),
            "def f(x):\n    \"\"\"Double.\n\n    Returns:\n        int\n    \"\"\"\n    return 2 * x\n"
        );
        let numpy = "def f(x):\n    \"\"\"Double.\n\n    Examples\n    --------\n    >>> f(1)\n    3\"\"\"\n    return 2 * x\n";
        assert_eq!(
            without(numpy, &[5]),
            "def f(x):\n    \"\"\"Double.\"\"\"\n    return 2 * x\n"
        );
    }

    #[test]
    fn lines_go_below() {
        let with = |source: &str, close: bool| {
            let module = Module::parse(source).expect("parses");
            let lines = ["Returns:".to_owned(), "    a \\".to_owned()];
            docstring(&module).with(&lines, close)
        };
        assert_eq!(
            with("def f(x):\n    'Double.'\n    return 2 * x\n", false),
            "def f(x):\n    \"\"\"Double.\n\n    Returns:\n        a \\\\\n    \"\"\"\n    return 2 * x\n"
        );
        assert_eq!(
            with(
                "def f(x):\n    r\"\"\"Double.\n\n    :x: 1\n    \"\"\"\n    return 2 * x\n",
                true
            ),
            "def f(x):\n    r\"\"\"Double.\n\n    :x: 1\n    Returns:\n        a \\\n    \"\"\"\n    return 2 * x\n"
        );
    }

    #[test]
    fn what_cannot_be_edited_by_line() {
        for source in [
            "def f(x): 'Double.'; return 2 * x\n",
            "def f(x):\n    'Dou' 'ble.'\n    return 2 * x\n",
            "def f(x):\n    \"\"\"Double.\\n\\n>>> f(1)\\n2\"\"\"\n    return 2 * x\n",
            "def f(x):\n    return 2 * x\n",
        ] {
            let module = Module::parse(source).expect("parses");
            assert!(Docstring::of(&module, "f").is_none(), "{source}");
        }
    }
}
