//! Code without what only readers see: docstrings, annotations, comments and layout. Says
//! whether two texts can differ in anything else, never which of them is better.

use std::ops::Range;

use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::syntax::{Module, line_end, root_of, span};

/// Whether two texts are the same program but for docstrings, annotations of functions and
/// their variables, and imports of modules that annotations are spelled with.
pub(crate) fn differ_in_words_only(one: &str, other: &str) -> bool {
    match (skeleton(one), skeleton(other)) {
        (Some(one), Some(other)) => one == other,
        _ => false,
    }
}

/// The tokens that count.
fn skeleton(source: &str) -> Option<Vec<&str>> {
    let module = Module::parse(source)?;
    let mut places = Places {
        source,
        ranges: Vec::new(),
        in_function: false,
    };
    places.body(module.body(), true);
    let mut tokens: Vec<&str> = Vec::new();
    for token in module.tokens() {
        let range = span(token.range());
        let is_word = places
            .ranges
            .iter()
            .any(|gone| gone.start <= range.start && range.end <= gone.end && !range.is_empty());
        if is_word {
            continue;
        }
        let text = match token.kind() {
            TokenKind::Comment | TokenKind::NonLogicalNewline | TokenKind::EndOfFile => continue,
            TokenKind::Newline => "<newline>",
            TokenKind::Indent => "<indent>",
            TokenKind::Dedent => "<dedent>",
            _ => &source[range],
        };
        // What went leaves the end of its line behind.
        let ends_nothing = matches!(tokens.last(), None | Some(&"<newline>" | &"<indent>"));
        if !(text == "<newline>" && ends_nothing) {
            tokens.push(text);
        }
    }
    Some(tokens)
}

/// The places of docstrings and annotations.
struct Places<'source> {
    source: &'source str,
    ranges: Vec<Range<usize>>,
    in_function: bool,
}

impl Places<'_> {
    fn body(&mut self, body: &[Stmt], may_have_docstring: bool) {
        if may_have_docstring
            && let Some(Stmt::Expr(statement)) = body.first()
            && statement.value.is_string_literal_expr()
        {
            self.ranges.push(span(statement.range()));
        }
        for statement in body {
            self.visit_stmt(statement);
        }
    }

    fn function(&mut self, definition: &StmtFunctionDef) {
        self.ranges.extend(annotations(definition));
        let outside = std::mem::replace(&mut self.in_function, true);
        self.body(&definition.body, true);
        self.in_function = outside;
    }
}

/// Where the annotations of a function's signature are, `:` and `->` included.
pub(crate) fn annotations(definition: &StmtFunctionDef) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for parameter in definition.parameters.iter_source_order() {
        let parameter = parameter.as_parameter();
        if let Some(annotation) = &parameter.annotation {
            ranges.push(span(parameter.name.range()).end..span(annotation.range()).end);
        }
    }
    if let Some(returns) = &definition.returns {
        ranges.push(span(definition.parameters.range()).end..span(returns.range()).end);
    }
    ranges
}

impl<'ast> Visitor<'ast> for Places<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::FunctionDef(definition) => self.function(definition),
            Stmt::ClassDef(class) => {
                let outside = std::mem::replace(&mut self.in_function, false);
                self.body(&class.body, true);
                self.in_function = outside;
            }
            // In a class, an annotation may make a field.
            Stmt::AnnAssign(assign) if self.in_function => match &assign.value {
                Some(_) => self
                    .ranges
                    .push(span(assign.target.range()).end..span(assign.annotation.range()).end),
                None => self.ranges.push(span(statement.range())),
            },
            Stmt::ImportFrom(import)
                if import.module.as_deref().is_some_and(is_for_annotations) =>
            {
                let range = span(statement.range());
                self.ranges
                    .push(range.start..line_end(self.source, range.end));
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// Modules that hold what annotations are spelled with.
pub(crate) fn is_for_annotations(module: &str) -> bool {
    matches!(
        root_of(module),
        "typing" | "__future__" | "typing_extensions"
    ) || module == "collections.abc"
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "import math\n\n\ndef area(r, scale=1):\n    total = r * scale\n    return math.pi * total\n";

    #[test]
    fn words_do_not_count() {
        for other in [
            CODE,
            "import math\nfrom typing import Union\n\ndef area(r: Union[int, float], scale: float = 1) -> float:\n    \"\"\"Area.\"\"\"\n    # The scale comes first.\n    total: float = r * scale\n\n    return math.pi * total\n",
        ] {
            assert!(differ_in_words_only(CODE, other), "{other}");
        }
    }

    #[test]
    fn anything_else_counts() {
        for (old, new) in [
            ("scale=1", "scale=2"),
            ("r * scale", "scale * r"),
            ("    return", "    if total:\n        return"),
            ("import math\n", "import math\nimport os\n"),
            (
                "    total = r * scale\n    return",
                "    if r:\n        total = r * scale\n        return",
            ),
        ] {
            let other = CODE.replace(old, new);
            assert_ne!(other, CODE);
            assert!(!differ_in_words_only(CODE, &other), "{other}");
        }
        assert!(!differ_in_words_only(
            "def f(x):\n    if x:\n        x += 1\n        return x\n",
            "def f(x):\n    if x:\n        x += 1\n    return x\n"
        ));
        assert!(!differ_in_words_only("def f(:", "def f(:"));
    }
}
