//! The text of one function inside a module: where its body starts, its signature, its
//! doctests, its constants. Never changes a byte of what
//! it keeps.

use ruff_python_ast::visitor::{Visitor, walk_body, walk_expr};
use ruff_python_ast::{Expr, Number, Stmt, StmtFunctionDef, UnaryOp};
use ruff_text_size::Ranged as _;

use crate::parse::{line_end, next_line, with_module};

/// A module cut in two inside one of its functions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Split {
    /// Everything up to the end of the signature, or of the docstring where there is one.
    pub prefix: String,
    /// The rest: the function's body, from its first line on.
    pub completion: String,
}

/// Cuts a module after the signature and the docstring of the last top-level function of
/// that name; `prefix + completion` is the module again. None if the module does not
/// parse, has no such function, or the function has no body besides its docstring.
pub fn split_function(code: &str, function: &str) -> Option<Split> {
    with_function(code, function, |definition| {
        let cut = body_start(code, definition);
        let has_body = definition.body.len() > usize::from(docstring_of(definition).is_some());
        has_body.then(|| Split {
            prefix: code[..cut].to_owned(),
            completion: code[cut..].to_owned(),
        })
    })
    .flatten()
}

/// How a parameter takes its argument.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ParameterKind {
    /// Before a `/`.
    PositionalOnly,
    /// By position or by name.
    PositionalOrKeyword,
    /// `*args`.
    VarPositional,
    /// After a `*`.
    KeywordOnly,
    /// `**kwargs`.
    VarKeyword,
}

/// One parameter, its annotation and default as written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parameter {
    /// Name, without stars.
    pub name: String,
    /// How it takes its argument.
    pub kind: ParameterKind,
    /// The annotation's text.
    pub annotation: Option<String>,
    /// The default's text.
    pub default: Option<String>,
}

/// A function's signature.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Signature {
    /// Parameters in the order of the source.
    pub parameters: Vec<Parameter>,
    /// The text of the return annotation.
    pub returns: Option<String>,
    /// The docstring's value, indentation as in the source.
    pub docstring: Option<String>,
    /// Has a `yield` of its own.
    pub is_generator: bool,
    /// `async def`.
    pub is_async: bool,
    /// The decorators' texts, without the `@`.
    pub decorators: Vec<String>,
}

/// The signature of the last top-level function of that name. None if the module does not
/// parse or has no such function.
pub fn signature(code: &str, function: &str) -> Option<Signature> {
    with_function(code, function, |definition| {
        let text = |expression: &Expr| code[expression.range()].to_owned();
        let parameters = definition
            .parameters
            .iter_source_order()
            .map(|parameter| Parameter {
                name: parameter.name().to_string(),
                kind: kind_of(definition, parameter.name()),
                annotation: parameter.annotation().map(text),
                default: parameter.default().map(text),
            })
            .collect();
        let mut yields = OwnYields::default();
        walk_body(&mut yields, &definition.body);
        Signature {
            parameters,
            returns: definition.returns.as_deref().map(text),
            docstring: docstring_of(definition),
            is_generator: yields.found,
            is_async: definition.is_async,
            decorators: definition
                .decorator_list
                .iter()
                .map(|decorator| text(&decorator.expression))
                .collect(),
        }
    })
}

fn kind_of(definition: &StmtFunctionDef, name: &str) -> ParameterKind {
    let parameters = &definition.parameters;
    let among = |list: &[ruff_python_ast::ParameterWithDefault]| {
        list.iter()
            .any(|parameter| parameter.parameter.name.as_str() == name)
    };
    let is = |single: Option<&ruff_python_ast::Parameter>| {
        single.is_some_and(|parameter| parameter.name.as_str() == name)
    };
    if among(&parameters.posonlyargs) {
        ParameterKind::PositionalOnly
    } else if among(&parameters.args) {
        ParameterKind::PositionalOrKeyword
    } else if is(parameters.vararg.as_deref()) {
        ParameterKind::VarPositional
    } else if is(parameters.kwarg.as_deref()) {
        ParameterKind::VarKeyword
    } else {
        ParameterKind::KeywordOnly
    }
}

/// Finds a `yield` outside nested scopes.
#[derive(Default)]
struct OwnYields {
    found: bool,
}

impl<'a> Visitor<'a> for OwnYields {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
            ruff_python_ast::visitor::walk_stmt(self, statement);
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Yield(_) | Expr::YieldFrom(_) => self.found = true,
            Expr::Lambda(_) => {}
            _ => walk_expr(self, expression),
        }
    }
}

/// The literals inside a function, each once, in source order, its docstring left out.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Constants {
    /// Integers that fit 64 bits, signs applied.
    pub integers: Vec<i64>,
    /// Floats, signs applied.
    pub floats: Vec<f64>,
    /// Strings, f-string parts not included.
    pub strings: Vec<String>,
    /// Byte strings.
    pub bytes: Vec<Vec<u8>>,
    /// Strings used as subscripts or as the first argument of `.get(..)`: the keys that
    /// the function looks up.
    pub keys: Vec<String>,
}

/// The literals inside the last top-level function of that name; empty if the module does
/// not parse or has no such function.
pub fn constants(code: &str, function: &str) -> Constants {
    with_function(code, function, |definition| {
        let mut found = Constants::default();
        let body = &definition.body[usize::from(docstring_of(definition).is_some())..];
        found.visit_parameters(&definition.parameters);
        walk_body(&mut found, body);
        found
    })
    .unwrap_or_else(Constants::default)
}

fn push_once<T: PartialEq>(list: &mut Vec<T>, value: T) {
    if !list.contains(&value) {
        list.push(value);
    }
}

impl Constants {
    fn push_number(&mut self, number: &Number, negative: bool) {
        match number {
            Number::Int(value) => {
                if let Some(value) = value.as_i64() {
                    push_once(&mut self.integers, if negative { -value } else { value });
                }
            }
            Number::Float(value) => {
                push_once(&mut self.floats, if negative { -value } else { *value });
            }
            Number::Complex { .. } => {}
        }
    }
}

impl<'a> Visitor<'a> for Constants {
    fn visit_annotation(&mut self, _: &'a Expr) {}

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => {
                if let Expr::NumberLiteral(number) = &*unary.operand {
                    self.push_number(&number.value, true);
                    return;
                }
            }
            Expr::NumberLiteral(number) => self.push_number(&number.value, false),
            Expr::StringLiteral(string) => {
                push_once(&mut self.strings, string.value.to_str().to_owned());
            }
            Expr::BytesLiteral(bytes) => {
                push_once(&mut self.bytes, bytes.value.bytes().collect());
            }
            Expr::Subscript(subscript) => {
                if let Expr::StringLiteral(key) = &*subscript.slice {
                    push_once(&mut self.keys, key.value.to_str().to_owned());
                }
            }
            Expr::Call(call) => {
                if let (Expr::Attribute(method), Some(Expr::StringLiteral(key))) =
                    (&*call.func, call.arguments.args.first())
                    && method.attr.as_str() == "get"
                {
                    push_once(&mut self.keys, key.value.to_str().to_owned());
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

/// Runs `work` on the last top-level function of that name.
fn with_function<R>(
    code: &str,
    function: &str,
    work: impl FnOnce(&StmtFunctionDef) -> R,
) -> Option<R> {
    // A failure to parse is one of the two ways of having no such function.
    with_module(code, |body| last_function(body, function).map(work))
        .ok()
        .flatten()
}

/// The last top-level function of that name; for `Class.method` the last method of that name
/// in the last top-level class of that name.
pub(crate) fn last_function<'a>(body: &'a [Stmt], name: &str) -> Option<&'a StmtFunctionDef> {
    if let Some((class, method)) = name.split_once('.') {
        let class = body.iter().rev().find_map(|statement| match statement {
            Stmt::ClassDef(definition) if definition.name.as_str() == class => Some(definition),
            _ => None,
        })?;
        return last_function(&class.body, method);
    }
    body.iter().rev().find_map(|statement| match statement {
        Stmt::FunctionDef(definition) if definition.name.as_str() == name => Some(definition),
        _ => None,
    })
}

fn docstring_of(definition: &StmtFunctionDef) -> Option<String> {
    match definition.body.first() {
        Some(Stmt::Expr(statement)) => match &*statement.value {
            Expr::StringLiteral(string) => Some(string.value.to_str().to_owned()),
            _ => None,
        },
        _ => None,
    }
}

/// Where a completion starts: the line after the signature, or after the docstring. On
/// the signature's own line: after the colon, or after the docstring's semicolon.
pub(crate) fn body_start(code: &str, definition: &StmtFunctionDef) -> usize {
    let head = definition
        .returns
        .as_deref()
        .map_or(definition.parameters.end(), |returns| returns.end())
        .to_usize();
    let colon = code[head..]
        .find(':')
        .map_or(head, |length| head + length + 1);
    let after = |end: usize, next: Option<&Stmt>| match next {
        Some(next) if next.start().to_usize() < line_end(code, end) => {
            if end == colon {
                colon
            } else {
                next.start().to_usize()
            }
        }
        _ => next_line(code, end),
    };
    if docstring_of(definition).is_some() {
        after(definition.body[0].end().to_usize(), definition.body.get(1))
    } else {
        after(colon, definition.body.first())
    }
}

/// One example of a docstring.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Doctest {
    /// The source after the prompts, ending in a newline.
    pub source: String,
    /// The expected output, ending in a newline; empty if none is expected.
    pub want: String,
    /// Line of the first prompt inside the docstring, from 1.
    pub line: u32,
}

/// The examples of a docstring, cut as the standard library's `doctest` cuts them: a
/// prompt, its continuation lines, then the output up to an empty line or a prompt.
pub fn doctests(docstring: &str) -> Vec<Doctest> {
    let mut examples = Vec::new();
    let mut lines = docstring.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
        let Some(first) = after_prompt(&line[indent..], ">>>") else {
            continue;
        };
        let strip = |line: &str| -> String {
            line.char_indices()
                .find(|&(at, character)| at >= indent || !matches!(character, ' ' | '\t'))
                .map_or_else(String::new, |(at, _)| line[at..].to_owned())
        };
        let mut source = format!("{first}\n");
        while let Some((_, next)) = lines.peek() {
            let Some(more) = after_prompt(&strip(next), "...").map(str::to_owned) else {
                break;
            };
            source.push_str(&more);
            source.push('\n');
            lines.next();
        }
        let mut want = String::new();
        while let Some((_, next)) = lines.peek() {
            let next = strip(next);
            if next.trim().is_empty() || after_prompt(next.trim_start(), ">>>").is_some() {
                break;
            }
            want.push_str(next.trim_end());
            want.push('\n');
            lines.next();
        }
        examples.push(Doctest {
            source,
            want,
            line: number as u32 + 1,
        });
    }
    examples
}

/// The text after a prompt, which ends the line or is followed by a space.
fn after_prompt<'a>(line: &'a str, prompt: &str) -> Option<&'a str> {
    let rest = line.strip_prefix(prompt)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix(' ')
    }
}
