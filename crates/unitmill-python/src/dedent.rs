//! The text of a statement as if it stood at the left margin. Never changes what a string
//! says, its docstrings' indentation excepted.

use ruff_python_ast::visitor::{Visitor, walk_body, walk_expr};
use ruff_python_ast::{Expr, StmtFunctionDef};
use ruff_text_size::{Ranged as _, TextRange};

use crate::forms::without_docstring;
use crate::parse::next_line;

/// The text of `range`, which holds a function that does not start at the left margin, with
/// the blanks before its first line taken off every line that has them. Lines that begin
/// inside a string stay, those of the function's docstring excepted.
pub(crate) fn dedent(source: &str, range: TextRange, function: &StmtFunctionDef) -> String {
    let (start, end) = (range.start().to_usize(), range.end().to_usize());
    let line_start = source[..start].rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let margin = &source[line_start..start];
    let mut strings = Strings {
        source,
        found: Vec::new(),
    };
    strings.visit_parameters(&function.parameters);
    walk_body(&mut strings, without_docstring(&function.body));

    let mut text = String::with_capacity(end - start);
    let mut line = start;
    while line < end {
        let next = next_line(source, line).min(end);
        let inside = strings
            .found
            .iter()
            .any(|string| string.start().to_usize() < line && line < string.end().to_usize());
        let whole = &source[line..next];
        text.push_str(if inside || line == start {
            whole
        } else {
            match whole.strip_prefix(margin) {
                Some(rest) => rest,
                // Comments and continued lines may stand further to the left.
                None => whole.trim_start_matches([' ', '\t']),
            }
        });
        line = next;
    }
    text
}

/// Finds strings of several lines.
struct Strings<'a> {
    source: &'a str,
    found: Vec<TextRange>,
}

impl<'a> Visitor<'a> for Strings<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::FString(_)
            | Expr::TString(_) => {
                let range = expression.range();
                if self.source[range].contains(['\n', '\r']) {
                    self.found.push(range);
                }
            }
            _ => walk_expr(self, expression),
        }
    }
}
