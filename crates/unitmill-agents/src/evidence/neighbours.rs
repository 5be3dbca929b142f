//! Calls near a given call: one argument a little different. A fix that answers a test's
//! own input and nothing beside it shows itself there.
//!
//! Everything is fixed; nothing is drawn.

use ruff_python_ast::{Expr, ExprCall, Number};
use ruff_text_size::Ranged;

use crate::syntax::{Edit, apply, expression, quote, span};

/// At most this many neighbours of one call.
const MOST: usize = 24;

/// The neighbours of a closed call (see [`super::closed`]) of `function`, each once, the
/// call itself left out. None if the call has no argument with a neighbour, or only
/// arguments that are edges of what there is (0, 1, an empty text, `None`): what is next to
/// an edge is rightly another matter.
pub(crate) fn neighbours(call: &str, function: &str) -> Vec<String> {
    let Some(tree) = expression(call) else {
        return Vec::new();
    };
    let Some(found) = find_call(&tree, function) else {
        return Vec::new();
    };
    let arguments: Vec<&Expr> = found
        .arguments
        .args
        .iter()
        .chain(
            found
                .arguments
                .keywords
                .iter()
                .map(|keyword| &keyword.value),
        )
        .collect();
    if arguments.iter().all(|argument| is_edge(argument)) {
        return Vec::new();
    }
    let mut near: Vec<String> = Vec::new();
    // In turn, so that a bound leaves something of every argument.
    let mut varied: Vec<Vec<String>> = arguments
        .iter()
        .map(|argument| {
            variations(argument, call)
                .into_iter()
                .map(|text| {
                    apply(
                        call,
                        vec![Edit {
                            range: span(argument.range()),
                            text,
                        }],
                    )
                })
                .collect()
        })
        .collect();
    while varied.iter().any(|list| !list.is_empty()) && near.len() < MOST {
        for list in &mut varied {
            if list.is_empty() {
                continue;
            }
            let text = list.remove(0);
            if text != call && !near.contains(&text) && near.len() < MOST {
                near.push(text);
            }
        }
    }
    near
}

fn find_call<'tree>(tree: &'tree Expr, function: &str) -> Option<&'tree ExprCall> {
    use ruff_python_ast::visitor::{Visitor, walk_expr};
    struct Finder<'name, 'tree>(&'name str, Option<&'tree ExprCall>);
    impl<'tree> Visitor<'tree> for Finder<'_, 'tree> {
        fn visit_expr(&mut self, tree: &'tree Expr) {
            if let Expr::Call(call) = tree {
                let is_it = match &*call.func {
                    Expr::Name(name) => name.id.as_str() == self.0,
                    Expr::Attribute(attribute) => attribute.attr.as_str() == self.0,
                    _ => false,
                };
                if is_it && self.1.is_none() {
                    self.1 = Some(call);
                }
            }
            walk_expr(self, tree);
        }
    }
    let mut finder = Finder(function, None);
    finder.visit_expr(tree);
    finder.1
}

/// Whether a value is one of the few that functions rightly treat apart.
pub(crate) fn is_edge(tree: &Expr) -> bool {
    match tree {
        Expr::NoneLiteral(_) | Expr::BooleanLiteral(_) | Expr::EllipsisLiteral(_) => true,
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(value) => value.as_i64().is_some_and(|value| value <= 2),
            Number::Float(value) => *value == 0.0 || *value == 1.0,
            Number::Complex { .. } => false,
        },
        Expr::UnaryOp(unary) => is_edge(&unary.operand),
        Expr::StringLiteral(text) => text.value.to_str().trim().is_empty(),
        Expr::BytesLiteral(bytes) => bytes.value.is_empty(),
        Expr::List(list) => list.elts.is_empty(),
        Expr::Tuple(tuple) => tuple.elts.is_empty(),
        Expr::Set(set) => set.elts.is_empty(),
        Expr::Dict(dict) => dict.items.is_empty(),
        Expr::Call(call) => {
            call.arguments.is_empty()
                && matches!(&*call.func, Expr::Name(name) if matches!(name.id.as_str(), "set" | "list" | "dict" | "tuple" | "frozenset"))
        }
        _ => false,
    }
}

/// Other values for an argument.
fn variations(tree: &Expr, source: &str) -> Vec<String> {
    let text = &source[span(tree.range())];
    match tree {
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(value) => match value.as_i64() {
                Some(value) => [
                    value.saturating_add(1),
                    value.saturating_sub(1),
                    value.saturating_add(100),
                    value.saturating_sub(100),
                    value.saturating_mul(2),
                    value.saturating_add(10),
                    value.saturating_add(7),
                    value / 2,
                ]
                .map(|value| value.to_string())
                .to_vec(),
                None => vec![format!("{text} + 1"), format!("{text} - 1")],
            },
            Number::Float(_) => vec![
                format!("{text} + 1.0"),
                format!("{text} * 2.0"),
                format!("{text} - 0.5"),
                format!("{text} + 0.25"),
                format!("-{text}"),
            ],
            Number::Complex { .. } => vec![format!("({text}) + 1")],
        },
        Expr::UnaryOp(unary) if unary.operand.is_number_literal_expr() => vec![
            format!("({text}) + 1"),
            format!("({text}) - 1"),
            format!("({text}) * 2"),
            format!("({text}) - 10"),
            format!("({text}) + 7"),
            format!("({text}) + 100"),
            format!("({text}) - 100"),
        ],
        Expr::BooleanLiteral(literal) => {
            vec![if literal.value { "False" } else { "True" }.to_owned()]
        }
        Expr::StringLiteral(literal) => {
            let value = literal.value.to_str();
            let characters: Vec<char> = value.chars().collect();
            if characters.is_empty() {
                return Vec::new();
            }
            let middle = characters.len() / 2;
            let mut swapped = characters.clone();
            swapped.swap(0, characters.len() - 1);
            let of = |characters: &[char]| quote(&characters.iter().collect::<String>());
            vec![
                quote(&format!("{value}{}", characters[characters.len() - 1])),
                of(&characters[..characters.len() - 1]),
                of(&characters[1..]),
                of(&swapped),
                quote(&format!("{}{value}", characters[0])),
                of(&[
                    &characters[..middle],
                    &characters[(middle + 1).min(characters.len())..],
                ]
                .concat()),
                quote(&format!("{value} {value}")),
            ]
        }
        Expr::BytesLiteral(_) => vec![format!("{text} + b'a'"), format!("{text}[1:]")],
        Expr::List(list) => elements(&list.elts, source, "[", "]"),
        Expr::Tuple(tuple) => elements(&tuple.elts, source, "(", ",)"),
        Expr::Set(set) if !set.elts.is_empty() => elements(&set.elts, source, "{", "}")
            .into_iter()
            .filter(|text| text != "{}")
            .collect(),
        Expr::Dict(dict) => {
            let mut varied = Vec::new();
            for item in dict.items.iter().take(3) {
                for text in variations(&item.value, source).into_iter().take(2) {
                    varied.push(replaced(source, tree, &item.value, &text));
                }
            }
            varied
        }
        Expr::Call(call) => {
            // `np.array([1, 2])`, `Fraction(1, 3)`.
            let mut varied = Vec::new();
            for argument in call.arguments.args.iter().take(2) {
                for text in variations(argument, source).into_iter().take(5) {
                    varied.push(replaced(source, tree, argument, &text));
                }
            }
            varied
        }
        _ => Vec::new(),
    }
}

fn replaced(source: &str, whole: &Expr, part: &Expr, text: &str) -> String {
    let whole = span(whole.range());
    let part = span(part.range());
    format!(
        "{}{text}{}",
        &source[whole.start..part.start],
        &source[part.end..whole.end]
    )
}

fn elements(elements: &[Expr], source: &str, open: &str, close: &str) -> Vec<String> {
    let texts: Vec<String> = elements
        .iter()
        .map(|element| source[span(element.range())].to_owned())
        .collect();
    let Some(last) = texts.last() else {
        return Vec::new();
    };
    let join = |texts: &[String]| match texts {
        [] => format!("{open}{}", close.trim_start_matches(',')),
        texts => format!("{open}{}{close}", texts.join(", ")),
    };
    let mut varied = vec![
        join(&texts[..texts.len() - 1]),
        join(&[texts.clone(), vec![last.clone()]].concat()),
    ];
    if texts.len() > 1 {
        let mut turned = texts.clone();
        turned.rotate_left(1);
        varied.push(join(&turned));
    }
    for (index, element) in [0, texts.len() - 1]
        .into_iter()
        .zip([&elements[0], &elements[elements.len() - 1]])
    {
        for text in variations(element, source).into_iter().take(4) {
            let mut changed = texts.clone();
            changed[index] = text;
            varied.push(join(&changed));
        }
    }
    varied
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_differ_in_one_argument() {
        insta::assert_snapshot!(neighbours("median([4, 1], key='ab')", "median").join("\n"));
        insta::assert_snapshot!(neighbours("is_leap(1900)", "is_leap").join(" "), @"is_leap(1901) is_leap(1899) is_leap(2000) is_leap(1800) is_leap(3800) is_leap(1910) is_leap(1907) is_leap(950)");
    }

    #[test]
    fn edges_have_none() {
        for call in ["f(0)", "f([])", "f(None, '')", "f(x=1)", "f()", "f(-1)"] {
            assert!(neighbours(call, "f").is_empty(), "{call}");
        }
        assert!(!neighbours("f(0, 'abc')", "f").is_empty());
    }

    #[test]
    fn every_neighbour_is_an_expression_of_its_own() {
        let calls = [
            "f(3)",
            "f(-7)",
            "f(2.5)",
            "f('word')",
            "f((1, 'a'), {'k': 3}, [2])",
            "f({4, 5})",
            "f(b'xy')",
            "Stack([3, 4]).f(9)",
            "f(np.array([1.5, 2.5]))",
        ];
        for call in calls {
            let near = neighbours(call, "f");
            assert!(near.len() >= 2, "{call}: {near:?}");
            for text in &near {
                assert!(expression(text).is_some(), "{call}: {text}");
                assert_ne!(text, call);
            }
        }
    }
}
