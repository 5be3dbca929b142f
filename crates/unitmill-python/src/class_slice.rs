//! The part of a class that one of its methods leans on: header, class-level statements and
//! the other methods that are needed, the method last. Never drops a member of which it is
//! not sure that nothing reaches it.

use std::collections::HashSet;

use ruff_python_ast::visitor::{Visitor, walk_expr};
use ruff_python_ast::{Expr, Stmt, StmtClassDef, StmtFunctionDef};

use crate::known_names::is_builtin_name;
use crate::settings::FunctionKind;

/// The statements of the class's body that travel besides the method, in source order.
pub(crate) fn members(class: &StmtClassDef, method: usize) -> Vec<usize> {
    let all = || {
        (0..class.body.len())
            .filter(|&index| index != method)
            .collect()
    };
    if !is_closed(class) {
        return all();
    }
    let members: Vec<Member<'_>> = class.body.iter().map(Member::of).collect();
    let mut kept: Vec<bool> = members.iter().map(|member| member.is_always_kept).collect();
    kept[method] = true;
    let mut done = vec![false; members.len()];
    let mut reached: HashSet<&str> = HashSet::new();
    let mut set: HashSet<&str> = HashSet::new();
    while let Some(next) = (0..members.len()).find(|&index| kept[index] && !done[index]) {
        done[next] = true;
        if members[next].mentions.is_dynamic {
            return all();
        }
        reached.extend(members[next].mentions.names.iter().copied());
        set.extend(members[next].mentions.stored.iter().copied());
        for (index, member) in members.iter().enumerate() {
            kept[index] |= member.name.is_some_and(|name| reached.contains(name));
        }
        let is_done = (0..members.len()).all(|index| !kept[index] || done[index]);
        if is_done {
            // An attribute that nothing sets so far is set by whoever else sets it.
            for (index, member) in members.iter().enumerate() {
                let stored = &member.mentions.stored;
                kept[index] |= stored
                    .iter()
                    .any(|name| reached.contains(name) && !set.contains(name));
            }
        }
    }
    (0..members.len())
        .filter(|&index| kept[index] && index != method)
        .collect()
}

/// The kind of a method, by its decorators.
pub(crate) fn method_kind(method: &StmtFunctionDef) -> FunctionKind {
    let is = |wanted: &str| {
        method.decorator_list.iter().any(
            |decorator| matches!(&decorator.expression, Expr::Name(name) if name.id.as_str() == wanted),
        )
    };
    if is("staticmethod") || method.name.as_str() == "__new__" {
        FunctionKind::StaticMethod
    } else if is("classmethod")
        || matches!(
            method.name.as_str(),
            "__init_subclass__" | "__class_getitem__"
        )
    {
        FunctionKind::ClassMethod
    } else {
        FunctionKind::Method
    }
}

/// Whether a later statement of the class replaces the method or is made from it while the
/// class is being made, so that it cannot come last; by line of the statement's index.
pub(crate) fn is_needed_later(class: &StmtClassDef, method: usize, name: &str) -> bool {
    class.body[method + 1..]
        .iter()
        .any(|statement| match statement {
            Stmt::FunctionDef(other) => {
                other.name.as_str() == name
                    || other.decorator_list.iter().any(|decorator| {
                        let mut mentions = Mentions::default();
                        mentions.visit_expr(&decorator.expression);
                        mentions.loads.contains(name)
                    })
            }
            Stmt::ClassDef(_) => false,
            _ => {
                let mut mentions = Mentions::default();
                mentions.visit_stmt(statement);
                mentions.loads.contains(name) || mentions.stored.contains(name)
            }
        })
}

/// Nothing outside of the class's own text calls its members: no bases but builtin ones,
/// no metaclass, no decorators but those that only look at class-level statements.
fn is_closed(class: &StmtClassDef) -> bool {
    let last = |expression: &Expr| -> Option<String> {
        match expression {
            Expr::Name(name) => Some(name.id.to_string()),
            Expr::Attribute(attribute) => Some(attribute.attr.to_string()),
            Expr::Call(call) => match &*call.func {
                Expr::Name(name) => Some(name.id.to_string()),
                Expr::Attribute(attribute) => Some(attribute.attr.to_string()),
                _ => None,
            },
            _ => None,
        }
    };
    let decorators = class.decorator_list.iter().all(|decorator| {
        last(&decorator.expression).is_some_and(|name| {
            matches!(
                name.as_str(),
                "dataclass" | "total_ordering" | "final" | "runtime_checkable"
            )
        })
    });
    let bases = class.arguments.as_ref().is_none_or(|arguments| {
        arguments.keywords.is_empty()
            && arguments.args.iter().all(|base| match base {
                Expr::Name(name) => {
                    is_builtin_name(&name.id) || matches!(name.id.as_str(), "ABC" | "Generic")
                }
                Expr::Subscript(subscript) => {
                    last(&subscript.value).is_some_and(|name| name == "Generic")
                }
                Expr::Attribute(attribute) => attribute.attr.as_str() == "ABC",
                _ => false,
            })
    });
    decorators && bases
}

/// One statement of a class's body.
struct Member<'a> {
    is_always_kept: bool,
    /// Of methods.
    name: Option<&'a str>,
    mentions: Mentions<'a>,
}

impl<'a> Member<'a> {
    fn of(statement: &'a Stmt) -> Self {
        let mut mentions = Mentions::default();
        mentions.visit_stmt(statement);
        let name = match statement {
            Stmt::FunctionDef(function) => Some(function.name.as_str()),
            _ => None,
        };
        Self {
            is_always_kept: name.is_none_or(|name| name.starts_with("__") && name.ends_with("__")),
            name,
            mentions,
        }
    }
}

/// What a statement mentions of the attributes of a class.
#[derive(Default)]
struct Mentions<'a> {
    /// Attributes that are read or set, names, and strings that may be either.
    names: HashSet<&'a str>,
    /// Names that are read.
    loads: HashSet<&'a str>,
    /// Attributes and names that are set.
    stored: HashSet<&'a str>,
    /// Attributes are reached in ways that the text does not show.
    is_dynamic: bool,
}

impl<'a> Visitor<'a> for Mentions<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Attribute(attribute) => {
                self.names.insert(attribute.attr.as_str());
                if attribute.ctx.is_store() {
                    self.stored.insert(attribute.attr.as_str());
                }
                if attribute.attr.as_str() == "__dict__" {
                    self.is_dynamic = true;
                }
            }
            Expr::Name(name) => {
                self.names.insert(name.id.as_str());
                if name.ctx.is_store() {
                    self.stored.insert(name.id.as_str());
                } else {
                    self.loads.insert(name.id.as_str());
                }
            }
            Expr::StringLiteral(text) => {
                self.names.insert(text.value.to_str());
            }
            Expr::Call(call) => {
                let function = match &*call.func {
                    Expr::Name(name) => name.id.as_str(),
                    _ => "",
                };
                let is_self = |argument: &Expr| matches!(argument, Expr::Name(name) if matches!(name.id.as_str(), "self" | "cls"));
                let values = call.arguments.keywords.iter().map(|keyword| &keyword.value);
                let takes_self = call.arguments.args.iter().chain(values).any(is_self);
                self.is_dynamic |= match function {
                    "getattr" | "hasattr" | "setattr" | "delattr" => call
                        .arguments
                        .args
                        .get(1)
                        .is_none_or(|name| !name.is_string_literal_expr()),
                    "vars" | "dir" | "locals" | "globals" | "eval" | "exec" => true,
                    "isinstance" | "issubclass" | "super" | "type" | "id" | "hash" | "len"
                    | "str" | "repr" | "iter" | "next" | "list" | "tuple" | "set" | "sum"
                    | "sorted" | "bool" | "int" | "float" => false,
                    _ => takes_self,
                };
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}
