//! Calls, methods and keyword arguments that changed.

use std::collections::BTreeMap;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Arguments, Expr, ExprAttribute, ExprCall, Keyword, Stmt};
use ruff_text_size::Ranged;

use super::tables::{CallRule, KeywordChange, LIBRARIES, MethodRule};
use super::{Change, Reach, Scene, mentions};
use crate::syntax::{Edit, add_imports, is_atom, last_of, line_end, qualified, root_of, span};

/// Rewrites what the tables of calls, methods and keywords name.
pub(super) fn act(scene: &Scene<'_>) -> Change {
    let imports = scene.module.imports();
    let mut rewriter = Rewriter {
        scene,
        imports: &imports,
        change: Change::default(),
        is_statement: false,
    };
    rewriter.visit_body(scene.module.body());
    rewriter.change
}

struct Rewriter<'scene> {
    scene: &'scene Scene<'scene>,
    imports: &'scene BTreeMap<String, String>,
    change: Change,
    /// The expression in hand is a whole statement: its value is thrown away.
    is_statement: bool,
}

impl Rewriter<'_> {
    fn text(&self, node: &impl Ranged) -> &str {
        self.scene.module.text(node)
    }

    /// An operand that something is called on.
    fn receiver(&self, expression: &Expr) -> String {
        let text = self.text(expression);
        if is_atom(expression) {
            text.to_owned()
        } else {
            format!("({text})")
        }
    }

    /// Fills a template of the tables.
    fn fill(
        &self,
        template: &str,
        receiver: Option<&Expr>,
        arguments: Option<&Arguments>,
        counted: usize,
    ) -> String {
        let mut text = template.to_owned();
        if let Some(receiver) = receiver {
            text = text.replace("{self.}", &self.receiver(receiver));
            text = text.replace("{self}", self.text(receiver));
        }
        if let Some(arguments) = arguments {
            let mut rest: Vec<&str> = Vec::new();
            for (index, argument) in arguments.args.iter().enumerate() {
                if index < counted {
                    text = text.replace(&format!("{{{index}.}}"), &self.receiver(argument));
                    text = text.replace(&format!("{{{index}}}"), self.text(argument));
                } else {
                    rest.push(self.text(argument));
                }
            }
            rest.extend(arguments.keywords.iter().map(|keyword| self.text(keyword)));
            let rest = rest.join(", ");
            let separator = if rest.is_empty() { "" } else { ", " };
            text = text.replace("{*}", &format!("{separator}{rest}"));
            text = text.replace("{kw}", &rest);
        }
        text.replace("(, ", "(")
    }

    fn replace(&mut self, node: &impl Ranged, text: String, import: &str) {
        let edit = Edit::replace(node, text);
        if self.scene.module.text(node) != edit.text {
            self.change.edits.push(edit);
            if !import.is_empty() {
                self.change.imports.push(import.to_owned());
            }
        }
    }

    fn call_rule(&self, path: &str, call: &ExprCall) -> Option<&'static CallRule> {
        LIBRARIES.iter().find_map(|library| {
            library.calls.iter().find(|rule| {
                rule.from == path
                    && rule.arguments == call.arguments.args.len()
                    && self.scene.is_gone(library, rule.gone)
                    && self.scene.concerns(last_of(rule.from))
            })
        })
    }

    /// Whether a method rule may act here.
    fn allows(&self, rule: &MethodRule, value: &Expr) -> bool {
        if rule.error.is_empty() {
            if !self.scene.concerns(rule.name) {
                return false;
            }
        } else if !self.scene.error.contains(rule.error) {
            return false;
        }
        // `module.name` is not a method of a value.
        qualified(value, self.imports)
            .is_none_or(|path| path.contains('.') && !self.is_module(&path))
            && !(rule.name == "append" && self.is_statement)
    }

    fn is_module(&self, path: &str) -> bool {
        self.scene.environment.modules.contains(root_of(path))
            && path
                .chars()
                .all(|c| c.is_lowercase() || c == '.' || c == '_')
    }

    fn method_call(&mut self, call: &ExprCall, attribute: &ExprAttribute) -> bool {
        let name = attribute.attr.as_str();
        let count = call.arguments.args.len();
        let rule = LIBRARIES
            .iter()
            .flat_map(|library| library.methods)
            .find(|rule| {
                rule.name == name
                    && rule.arguments == Some(count)
                    && self.allows(rule, &attribute.value)
            });
        let Some(rule) = rule else {
            return false;
        };
        let mut text = self.fill(
            rule.to,
            Some(&attribute.value),
            Some(&call.arguments),
            count,
        );
        // A row given as a dict becomes a frame of one row.
        if rule.name == "append"
            && let Some(row @ Expr::Dict(_)) = call.arguments.args.first()
        {
            let row = self.text(row);
            text = text.replace(row, &format!("pd.DataFrame([{row}])"));
        }
        if self.is_statement && rule.name == "sort" {
            text = format!("{} = {text}", self.text(&*attribute.value));
        }
        self.replace(call, text, rule.import);
        true
    }

    fn attribute(&mut self, attribute: &ExprAttribute) -> bool {
        let rule = LIBRARIES
            .iter()
            .flat_map(|library| library.methods)
            .find(|rule| {
                rule.name == attribute.attr.as_str()
                    && rule.arguments.is_none()
                    && self.allows(rule, &attribute.value)
            });
        let Some(rule) = rule else {
            return false;
        };
        let text = self.fill(rule.to, Some(&attribute.value), None, 0);
        self.replace(attribute, text, rule.import);
        true
    }

    fn keywords(&mut self, call: &ExprCall) {
        let (callee, library_root) = match &*call.func {
            Expr::Attribute(attribute) => (
                attribute.attr.as_str(),
                qualified(&call.func, self.imports).map(|path| root_of(&path).to_owned()),
            ),
            Expr::Name(name) => (
                name.id.as_str(),
                self.imports
                    .get(name.id.as_str())
                    .map(|path| root_of(path).to_owned()),
            ),
            _ => return,
        };
        for (index, keyword) in call.arguments.keywords.iter().enumerate() {
            let Some(name) = keyword.arg.as_ref().map(|name| name.as_str()) else {
                continue;
            };
            let rule = LIBRARIES.iter().find_map(|library| {
                library.keywords.iter().find(|rule| {
                    let callee_matches = match rule.callee.strip_prefix('.') {
                        Some(method) => method == callee && library_root.is_none(),
                        None => {
                            rule.callee == callee
                                && library_root.as_deref().is_some_and(|root| {
                                    root == library.root
                                        || (library.root == "python"
                                            && unitmill_python::is_standard_module(root))
                                })
                        }
                    };
                    callee_matches
                        && rule.keyword == name
                        && self.scene.is_gone(library, rule.gone)
                        && (self.scene.concerns(name) || self.concerns_value(rule.change))
                        && self.value_matches(rule.change, keyword)
                })
            });
            let Some(rule) = rule else {
                continue;
            };
            match rule.change {
                KeywordChange::Rename(to) => {
                    if let Some(name) = &keyword.arg {
                        self.change.edits.push(Edit::replace(name, to));
                    }
                }
                KeywordChange::Value(_, to) => {
                    self.change.edits.push(Edit::replace(&keyword.value, to));
                }
                KeywordChange::Replace(_, to) => {
                    self.change.edits.push(Edit::replace(keyword, to));
                }
                KeywordChange::Drop | KeywordChange::DropOf(_) => {
                    let edit = self.removal(&call.arguments, index);
                    self.change.edits.push(edit);
                }
            }
        }
    }

    fn concerns_value(&self, change: KeywordChange) -> bool {
        match change {
            KeywordChange::Value(old, _) => {
                self.scene.reach == Reach::Everything
                    || mentions(self.scene.error, old.trim_matches('\''))
            }
            _ => false,
        }
    }

    fn value_matches(&self, change: KeywordChange, keyword: &Keyword) -> bool {
        match change {
            KeywordChange::Value(old, _) => match &keyword.value {
                Expr::StringLiteral(text) => text.value.to_str() == old.trim_matches('\''),
                _ => false,
            },
            KeywordChange::Replace(old, _) => {
                self.text(&keyword.value).trim_matches(['\'', '"']) == old.trim_matches('\'')
            }
            KeywordChange::DropOf(old) => self.text(&keyword.value) == old,
            KeywordChange::Rename(_) | KeywordChange::Drop => true,
        }
    }

    /// Takes a keyword argument away together with one comma.
    fn removal(&self, arguments: &Arguments, index: usize) -> Edit {
        let keyword = span(arguments.keywords[index].range());
        let before = if index > 0 {
            Some(span(arguments.keywords[index - 1].range()).end)
        } else {
            arguments
                .args
                .last()
                .map(|argument| span(argument.range()).end)
        };
        let after = arguments
            .keywords
            .get(index + 1)
            .map(|next| span(next.range()).start);
        let range = match (before, after) {
            (Some(before), _) => before..keyword.end,
            (None, Some(after)) => keyword.start..after,
            (None, None) => keyword,
        };
        Edit {
            range,
            text: String::new(),
        }
    }
}

impl<'ast> Visitor<'ast> for Rewriter<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        self.is_statement = matches!(statement, Stmt::Expr(_));
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'ast Expr) {
        match expression {
            Expr::Call(call) => {
                let path = qualified(&call.func, self.imports);
                if let Some(rule) = path.and_then(|path| self.call_rule(&path, call)) {
                    let text = self.fill(rule.to, None, Some(&call.arguments), rule.arguments);
                    self.replace(call, text, rule.import);
                    return;
                }
                if let Expr::Attribute(attribute) = &*call.func
                    && self.method_call(call, attribute)
                {
                    return;
                }
                self.is_statement = false;
                self.keywords(call);
            }
            Expr::Attribute(attribute) => {
                self.is_statement = false;
                if self.attribute(attribute) {
                    return;
                }
            }
            _ => self.is_statement = false,
        }
        walk_expr(self, expression);
    }
}

/// Puts definitions after the leading imports of a module.
pub(super) fn add_definitions(source: &str, definitions: &[String]) -> String {
    let Some(module) = crate::syntax::Module::parse(source) else {
        return source.to_owned();
    };
    let last_import = module
        .body()
        .iter()
        .take_while(|statement| {
            matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_))
                || matches!(statement, Stmt::Expr(expression) if expression.value.is_string_literal_expr())
        })
        .last();
    let mut text = String::new();
    let position = match last_import {
        Some(statement) => {
            text.push_str("\n\n");
            line_end(source, statement.range().end().to_usize())
        }
        None => 0,
    };
    for definition in definitions {
        text.push_str(definition);
        if !definition.ends_with('\n') {
            text.push('\n');
        }
        text.push_str("\n\n");
    }
    let rest = &source[position..];
    let rest_trimmed = rest.trim_start_matches('\n');
    add_imports(&format!("{}{text}{rest_trimmed}", &source[..position]), &[])
}
