//! Frequencies of pandas that have other letters now: `"M"` as `"ME"`. Acts where the error
//! speaks of a frequency, and only on texts that are handed over as one; periods keep the
//! old letters.

use ruff_python_ast::Expr;
use ruff_python_ast::visitor::{Visitor, walk_expr};

use super::tables::FREQUENCIES;
use super::{Change, Scene};
use crate::syntax::{Edit, span};

/// What takes a frequency as an argument.
const TAKES_FREQUENCY: &[&str] = &[
    "resample",
    "asfreq",
    "date_range",
    "bdate_range",
    "timedelta_range",
    "interval_range",
    "Grouper",
    "TimeGrouper",
    "DatetimeIndex",
    "floor",
    "ceil",
    "round",
    "shift",
    "to_offset",
    "to_timedelta",
    "Timedelta",
    "infer_freq",
];

/// Rewrites frequencies.
pub(super) fn act(scene: &Scene<'_>) -> Change {
    let speaks = [
        "Invalid frequency",
        "invalid unit abbreviation",
        "for offsets",
    ]
    .iter()
    .any(|phrase| scene.error.contains(phrase));
    let mut finder = Frequencies {
        scene,
        change: Change::default(),
    };
    if speaks {
        finder.visit_body(scene.module.body());
    }
    finder.change
}

struct Frequencies<'scene> {
    scene: &'scene Scene<'scene>,
    change: Change,
}

impl Frequencies<'_> {
    fn rewrite(&mut self, argument: &Expr) {
        let Expr::StringLiteral(literal) = argument else {
            return;
        };
        let value = literal.value.to_str();
        if let Some(new) = renewed(value) {
            let text = self.scene.module.text(literal);
            if let Some(at) = text.find(value) {
                let start = span(literal.range).start + at;
                self.change.edits.push(Edit {
                    range: start..start + value.len(),
                    text: new,
                });
            }
        }
    }
}

/// `2M` as `2ME`, `Q-DEC` as `QE-DEC`; none where nothing changed.
fn renewed(frequency: &str) -> Option<String> {
    let digits = frequency.len()
        - frequency
            .trim_start_matches(|c: char| c.is_ascii_digit())
            .len();
    let (count, rest) = frequency.split_at(digits);
    let (letters, anchor) = rest.split_at(rest.find('-').unwrap_or(rest.len()));
    let (_, new) = FREQUENCIES.iter().find(|(old, _)| *old == letters)?;
    Some(format!("{count}{new}{anchor}"))
}

impl<'ast> Visitor<'ast> for Frequencies<'_> {
    fn visit_expr(&mut self, tree: &'ast Expr) {
        if let Expr::Call(call) = tree {
            let name = match &*call.func {
                Expr::Name(name) => name.id.as_str(),
                Expr::Attribute(attribute) => attribute.attr.as_str(),
                _ => "",
            };
            if TAKES_FREQUENCY.contains(&name) {
                call.arguments
                    .args
                    .iter()
                    .for_each(|argument| self.rewrite(argument));
                for keyword in &call.arguments.keywords {
                    let is_it = keyword
                        .arg
                        .as_ref()
                        .is_some_and(|name| matches!(name.as_str(), "freq" | "rule" | "unit"));
                    if is_it {
                        self.rewrite(&keyword.value);
                    }
                }
            }
        }
        walk_expr(self, tree);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_anchors_stay() {
        let table = [
            ("M", Some("ME")),
            ("3M", Some("3ME")),
            ("Q-DEC", Some("QE-DEC")),
            ("15T", Some("15min")),
            ("D", None),
            ("W-SUN", None),
            ("", None),
        ];
        for (old, new) in table {
            assert_eq!(renewed(old).as_deref(), new, "{old}");
        }
    }
}
