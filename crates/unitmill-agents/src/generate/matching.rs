//! Texts that match a regular expression, made from the expression itself. What this syntax
//! does not know (looking around, references to groups) gives none.

use std::collections::BTreeSet;

use regex_syntax::hir::{Class, Hir, HirKind};
use regex_syntax::parse;
use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, ExprCall};

use crate::syntax::{Module, dotted};

/// Longer texts are nothing that anybody wants to read in a test.
const LONGEST: usize = 60;
/// What a class is taken from, the first that it holds.
const PREFERRED: &str = "a7B_ -./:x0";

/// Functions of `re` and methods of patterns that look for matches.
const SEARCHING: [&str; 9] = [
    "match",
    "fullmatch",
    "search",
    "findall",
    "finditer",
    "sub",
    "subn",
    "split",
    "compile",
];

/// At most three different texts that match: with as little as possible, with a little more,
/// and by the last alternatives.
pub(super) fn examples(pattern: &str) -> Vec<String> {
    let Ok(tree) = parse(pattern) else {
        return Vec::new();
    };
    let ways = [
        Way {
            further: 0,
            last: false,
        },
        Way {
            further: 2,
            last: false,
        },
        Way {
            further: 1,
            last: true,
        },
    ];
    let mut found: Vec<String> = Vec::new();
    for way in ways {
        let mut text = String::new();
        let is_whole = way.write(&tree, &mut text).is_some();
        if is_whole && text.chars().count() <= LONGEST && !found.contains(&text) {
            found.push(text);
        }
    }
    // An empty match says nothing.
    found.sort_by_key(String::is_empty);
    found
}

/// Whether a call looks for a regular expression, and does so as a function of `re`.
pub(super) fn is_search(call: &ExprCall) -> Option<bool> {
    let Expr::Attribute(attribute) = &*call.func else {
        return None;
    };
    if !SEARCHING.contains(&attribute.attr.as_str()) {
        return None;
    }
    let of_module = dotted(&attribute.value).is_some_and(|name| name == "re" || name == "regex");
    Some(of_module)
}

/// The regular expressions that a module writes out.
pub(super) fn patterns(module: &Module<'_>) -> BTreeSet<String> {
    let mut finder = Finder::default();
    finder.visit_body(module.body());
    finder.0
}

#[derive(Default)]
struct Finder(BTreeSet<String>);

impl<'ast> Visitor<'ast> for Finder {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Call(call) = tree
            && is_search(call) == Some(true)
            && let Some(Expr::StringLiteral(text)) = call.arguments.args.first()
        {
            self.0.insert(text.value.to_str().to_owned());
        }
        walk_expr(self, tree);
    }
}

/// Which of the matching texts is written.
struct Way {
    /// How often more than at least a part is repeated.
    further: u32,
    /// The last alternative rather than the first.
    last: bool,
}

impl Way {
    /// None if nothing matches.
    fn write(&self, tree: &Hir, text: &mut String) -> Option<()> {
        if text.len() > LONGEST * 4 {
            return None;
        }
        match tree.kind() {
            HirKind::Empty | HirKind::Look(_) => Some(()),
            HirKind::Literal(literal) => {
                text.push_str(std::str::from_utf8(&literal.0).ok()?);
                Some(())
            }
            HirKind::Class(class) => {
                text.push(self.pick(class)?);
                Some(())
            }
            HirKind::Repetition(repetition) => {
                let most = repetition.max.unwrap_or(u32::MAX);
                let times = repetition.min.saturating_add(self.further).min(most);
                for _ in 0..times.min(LONGEST as u32) {
                    self.write(&repetition.sub, text)?;
                }
                Some(())
            }
            HirKind::Capture(capture) => self.write(&capture.sub, text),
            HirKind::Concat(parts) => parts.iter().try_for_each(|part| self.write(part, text)),
            HirKind::Alternation(parts) => {
                let chosen = match self.last {
                    true => parts.last(),
                    false => parts.first(),
                };
                self.write(chosen?, text)
            }
        }
    }

    fn pick(&self, class: &Class) -> Option<char> {
        let Class::Unicode(class) = class else {
            return None;
        };
        let holds = |wanted: &char| {
            class
                .iter()
                .any(|range| (range.start()..=range.end()).contains(wanted))
        };
        PREFERRED
            .chars()
            .find(holds)
            .or_else(|| ('!'..='~').find(holds))
            .or_else(|| class.iter().next().map(|range| range.start()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn texts_match() {
        let table: [(&str, &[&str]); 8] = [
            (r"[+-]?\d+", &["7", "-777", "-77"]),
            (r"^(\w+)=(.*)$", &["a=", "aaa=aa", "aa=a"]),
            (r"(?P<year>\d{4})-(?P<month>\d{2})", &["7777-77"]),
            ("cat|dog", &["cat", "dog"]),
            (r"#[0-9A-Fa-f]{6}\b", &["#aaaaaa"]),
            ("a*", &["aa", "a", ""]),
            (r"(?<=x)y", &[]),
            ("(", &[]),
        ];
        for (pattern, wanted) in table {
            assert_eq!(examples(pattern), wanted, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn what_is_made_matches(pattern in r"[a-c]?(x|yz)?\[[A-F]{1,2}\][+*?]?(\\d\{2,3\})?") {
            if let Ok(known) = regex::Regex::new(&format!("^(?:{pattern})$")) {
                for text in examples(&pattern) {
                    prop_assert!(known.is_match(&text), "{pattern} {text}");
                }
            }
        }
    }
}
