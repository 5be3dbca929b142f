//! What of a piece of code is compared with other code: its tokens, its words, the forms of
//! its functions. Never says what is alike; it only takes away what does not count.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_pattern, walk_stmt};
use ruff_python_ast::{
    ExceptHandler, Expr, ExprContext, Parameter, Pattern, Stmt, StmtFunctionDef,
};
use ruff_text_size::Ranged;
use unitmill_model::Digest;

use crate::canonical::Canonical;
use crate::forms::{is_text, without_docstring};
use crate::parse::{with_module, with_tokens};

/// The tokens of a piece of code as they are written, comments, docstrings, line breaks
/// and indentation left out. A method may be as indented as it is in its class. Of what does
/// not parse: its words.
pub fn code_tokens(code: &str) -> Vec<&str> {
    const CLASS: &str = "class _:\n";
    let is_indented = code.starts_with([' ', '\t']);
    let (wrapped, head) = if is_indented {
        (Cow::Owned(format!("{CLASS}{code}")), CLASS.len())
    } else {
        (Cow::Borrowed(code), 0)
    };
    with_tokens(&wrapped, |body, tokens| {
        let mut places = Places::default();
        places.visit_body(body);
        let mut skipped = Skipped::new(places.docstrings);
        tokens
            .iter()
            .filter(|token| token.start().to_usize() >= head)
            .filter(|token| !is_layout(token.kind()) && !skipped.holds(token))
            .map(|token| &code[token.start().to_usize() - head..token.end().to_usize() - head])
            .collect()
    })
    .unwrap_or_else(|_| text_words(code).map(|(_, word)| word).collect())
}

/// The words of a piece of code with their offsets: names, keywords, numbers and what is
/// in strings, docstrings included. Comments, imports, operators and punctuation are left
/// out. Of what does not parse, a text in English say: all its words.
pub fn code_words(code: &str) -> Vec<(usize, &str)> {
    with_tokens(code, |body, tokens| {
        let mut places = Places::default();
        places.visit_body(body);
        let mut skipped = Skipped::new(places.imports);
        let mut words = Vec::new();
        for token in tokens {
            if is_layout(token.kind()) || skipped.holds(token) {
                continue;
            }
            let text = &code[token.range()];
            let prefix = match token.kind() {
                TokenKind::FStringStart | TokenKind::TStringStart => continue,
                TokenKind::String => text.find(['"', '\'']).unwrap_or(0),
                _ => 0,
            };
            let start = token.start().to_usize() + prefix;
            words.extend(text_words(&text[prefix..]).map(|(at, word)| (start + at, word)));
        }
        words
    })
    .unwrap_or_else(|_| text_words(code).collect())
}

/// The words of a text with their offsets.
fn text_words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |character: char| character.is_alphanumeric() || character == '_';
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(is_part)?;
        let end = text[start..]
            .find(|character| !is_part(character))
            .map_or(text.len(), |length| start + length);
        rest = end;
        Some((start, &text[start..end]))
    })
}

fn is_layout(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Comment
            | TokenKind::NonLogicalNewline
            | TokenKind::Newline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
    )
}

/// Ranges of the source that tokens may be in, asked in the order of the tokens.
struct Skipped {
    ranges: Vec<Range<usize>>,
    next: usize,
}

impl Skipped {
    fn new(mut ranges: Vec<Range<usize>>) -> Self {
        ranges.sort_by_key(|range| range.start);
        Self { ranges, next: 0 }
    }

    fn holds(&mut self, token: &Token) -> bool {
        let start = token.start().to_usize();
        while self
            .ranges
            .get(self.next)
            .is_some_and(|range| range.end <= start)
        {
            self.next += 1;
        }
        self.ranges
            .get(self.next)
            .is_some_and(|range| range.contains(&start))
    }
}

/// Where docstrings and imports are.
#[derive(Default)]
struct Places {
    docstrings: Vec<Range<usize>>,
    imports: Vec<Range<usize>>,
}

impl Places {
    fn documented(&mut self, body: &[Stmt]) {
        if let Some(first) = body.first().filter(|first| is_text(first)) {
            self.docstrings.push(first.range().to_std_range());
        }
    }
}

impl<'a> Visitor<'a> for Places {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::Import(_) | Stmt::ImportFrom(_) => {
                self.imports.push(statement.range().to_std_range());
            }
            Stmt::FunctionDef(function) => self.documented(&function.body),
            Stmt::ClassDef(class) => self.documented(&class.body),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    // Neither is inside an expression.
    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// The form of one function of a piece of code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FunctionForm {
    /// Its name.
    pub name: String,
    /// Where its body begins.
    pub body_at: usize,
    /// How many words it has, as [`code_words`] counts them, docstrings and annotations
    /// left out as far as they are the function's own.
    pub words: usize,
    /// Digest of its parameters and its body, the names of parameters and locals, its own
    /// name, annotations, decorators, docstrings and layout left out.
    pub form: Digest,
}

/// The forms of all functions and methods in a piece of code, in source order; none if it
/// does not parse.
pub fn function_forms(code: &str) -> Vec<FunctionForm> {
    let found = with_module(code, |body| {
        let mut functions = Functions(Vec::new());
        functions.visit_body(body);
        let forms = functions
            .0
            .into_iter()
            .map(|function| form_of(code, function));
        forms.collect::<Vec<_>>()
    });
    // What does not parse has no functions.
    found.unwrap_or_else(|_| Vec::new())
}

fn form_of(code: &str, function: &StmtFunctionDef) -> FunctionForm {
    let mut bound = Bound::default();
    bound.visit_parameters(&function.parameters);
    bound.visit_body(&function.body);
    let name = function.name.as_str();
    let mut canonical = Canonical::new(name, Vec::new(), |name: &str| !bound.names.contains(name))
        .without_annotations();
    canonical.function_core(function);
    let own = without_docstring(&function.body);
    let body_words = own.first().zip(own.last()).map_or(0, |(first, last)| {
        let text = &code[first.start().to_usize()..last.end().to_usize()];
        text_words(text).count()
    });
    FunctionForm {
        name: name.to_owned(),
        body_at: own.first().map_or(function.end(), Ranged::start).to_usize(),
        // `def`, the name and the parameters.
        words: 2 + function.parameters.len() + body_words,
        form: Digest::of(canonical.finish()),
    }
}

struct Functions<'a>(Vec<&'a StmtFunctionDef>);

impl<'a> Visitor<'a> for Functions<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement {
            self.0.push(function);
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// The names that a function binds, those of its inner scopes included.
#[derive(Default)]
struct Bound<'a> {
    names: BTreeSet<&'a str>,
}

impl<'a> Visitor<'a> for Bound<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.names.insert(function.name.as_str());
            }
            Stmt::ClassDef(class) => {
                self.names.insert(class.name.as_str());
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.names.insert(name.split('.').next().unwrap_or(name));
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name);
                    self.names.insert(name.as_str());
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.names.insert(parameter.name.as_str());
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.names.insert(name.as_str());
        }
        ruff_python_ast::visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchStar(star) => star.name.as_ref(),
            Pattern::MatchAs(named) => named.name.as_ref(),
            Pattern::MatchMapping(mapping) => mapping.rest.as_ref(),
            _ => None,
        };
        self.names.extend(name.map(|name| name.as_str()));
        walk_pattern(self, pattern);
    }

    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx == ExprContext::Store
        {
            self.names.insert(name.id.as_str());
        }
        walk_expr(self, expression);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_what_is_written_without_layout_and_prose() {
        let code = "@cache\ndef f(x):  # note\n    'Says x.'\n\n    return f\"{x}!\" + 'a'\n";
        assert_eq!(
            code_tokens(code).join(" "),
            "@ cache def f ( x ) : return f\" { x } ! \" + 'a'"
        );
        let method = "    @cache\n    def f(self):\n        'Says x.'\n        return self.x\n";
        assert_eq!(
            code_tokens(method).join(" "),
            "@ cache def f ( self ) : return self . x"
        );
        assert_eq!(code_tokens("not python").join(" "), "not python");
    }

    #[test]
    fn words_are_those_of_code_and_of_docstrings() {
        let code =
            "import os\n\ndef f(x):  # note\n    r'Says x.'\n    from a import b\n    return x+1\n";
        let words: Vec<&str> = code_words(code).into_iter().map(|(_, word)| word).collect();
        assert_eq!(words.join(" "), "def f x Says x return x 1");
        for (at, word) in code_words(code) {
            assert_eq!(&code[at..at + word.len()], word);
        }
        let words: Vec<&str> = code_words("Write a function, please")
            .into_iter()
            .map(|(_, word)| word)
            .collect();
        assert_eq!(words, ["Write", "a", "function", "please"]);
    }

    fn form(code: &str) -> Digest {
        function_forms(code)[0].form
    }

    #[test]
    fn a_form_leaves_out_names_annotations_and_prose() {
        let one = form(
            "def f(a: list[int], b=1) -> int:\n    '''Doc.'''\n    c: int = a[b]\n    return f(c, key=len)\n",
        );
        let two = form("@cache\ndef g(x, y=1):\n    z = x[y]  # note\n    return g(z, key=len)\n");
        assert_eq!(one, two);
        for other in [
            "def f(a, b=2):\n    c = a[b]\n    return f(c, key=len)\n",
            "def f(a, b=1):\n    c = a[b]\n    return f(c, key=max)\n",
            "def f(a, b=1):\n    c = b[a]\n    return f(c, key=len)\n",
        ] {
            assert_ne!(one, form(other), "{other}");
        }
    }

    #[test]
    fn every_function_has_a_form() {
        let code = "class A:\n    def m(self):\n        return 1\n\ndef f():\n    def inner():\n        pass\n    return inner\n";
        let names: Vec<String> = function_forms(code)
            .into_iter()
            .map(|form| form.name)
            .collect();
        assert_eq!(names, ["m", "f", "inner"]);
    }
}
