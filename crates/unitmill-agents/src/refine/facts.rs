//! What the text of a function says about itself: what it raises and when, what it reads of
//! its parameters, what it changes, calls and prints. Only what can be read off; never what
//! might be meant.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{ExceptHandler, Expr, Stmt, StmtFunctionDef};
use ruff_text_size::Ranged;

use crate::syntax::{Module, dotted, last_of, qualified, span};

/// Conditions longer than this are not quoted.
const LONGEST_CONDITION: usize = 70;

/// An exception that the function raises by name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Raised {
    pub(super) exception: String,
    /// When, and with which words: "if `not name`: \"empty\""; empty if it does not show.
    pub(super) when: String,
}

/// What is known of a function by reading it.
#[derive(Clone, Default, Debug)]
pub(super) struct Facts {
    pub(super) raised: Vec<Raised>,
    /// Constant keys that are read of a parameter.
    pub(super) keys: BTreeMap<String, Vec<String>>,
    /// Parameters that are changed in place.
    pub(super) changed: BTreeSet<String>,
    /// Parameters that are opened as files, and whether for writing.
    pub(super) opened: BTreeMap<String, bool>,
    /// Library calls by their qualified names, in the order of the text.
    pub(super) calls: Vec<String>,
    pub(super) prints: bool,
    /// Some path returns a value.
    pub(super) returns: bool,
    pub(super) yields: bool,
    /// What is returned where it is always the same names.
    pub(super) returned_names: Vec<String>,
}

impl Facts {
    pub(super) fn of(module: &Module<'_>, definition: &StmtFunctionDef) -> Self {
        let parameters: BTreeSet<String> = definition
            .parameters
            .iter_source_order()
            .map(|parameter| parameter.name().to_string())
            .collect();
        let imports = module.imports();
        let mut reader = Reader {
            module,
            imports: &imports,
            parameters,
            facts: Self::default(),
            conditions: Vec::new(),
            caught: Vec::new(),
            handled: Vec::new(),
            rebound: BTreeSet::new(),
            returned: Vec::new(),
        };
        reader.visit_body(&definition.body);
        let Reader {
            mut facts,
            rebound,
            returned,
            ..
        } = reader;
        // What was bound anew is not what was handed over.
        facts.keys.retain(|name, _| !rebound.contains(name));
        facts.changed.retain(|name| !rebound.contains(name));
        facts.opened.retain(|name, _| !rebound.contains(name));
        if let Some(Some(first)) = returned.first()
            && returned.iter().all(|names| names.as_ref() == Some(first))
        {
            facts.returned_names.clone_from(first);
        }
        facts
    }
}

/// Methods that change what they are called on.
const CHANGING: &[&str] = &[
    "append",
    "extend",
    "insert",
    "remove",
    "clear",
    "sort",
    "reverse",
    "update",
    "setdefault",
    "popitem",
    "add",
    "discard",
    "appendleft",
    "extendleft",
];

struct Reader<'module> {
    module: &'module Module<'module>,
    imports: &'module BTreeMap<String, String>,
    parameters: BTreeSet<String>,
    facts: Facts,
    /// The conditions that hold here, outermost first; none where it does not show.
    conditions: Vec<Option<String>>,
    /// Exceptions that are caught around here.
    caught: Vec<Vec<String>>,
    /// Exceptions that are being handled here.
    handled: Vec<String>,
    rebound: BTreeSet<String>,
    /// The names that each `return` with a value gives.
    returned: Vec<Option<Vec<String>>>,
}

impl Reader<'_> {
    fn parameter_of(&self, tree: &Expr) -> Option<String> {
        match tree {
            Expr::Name(name) if self.parameters.contains(name.id.as_str()) => {
                Some(name.id.to_string())
            }
            _ => None,
        }
    }

    fn within(&mut self, condition: Option<String>, body: &[Stmt]) {
        self.conditions.push(condition);
        for statement in body {
            self.visit_stmt(statement);
        }
        self.conditions.pop();
    }

    /// A condition as it is written, if that is short.
    fn quoted(&self, tree: &Expr) -> Option<String> {
        let text = self.module.text(tree);
        (text.len() <= LONGEST_CONDITION && !text.contains('\n') && !text.contains('`'))
            .then(|| format!("`{text}`"))
    }

    fn raise(&mut self, exception: &Expr) {
        let (name, message) = match exception {
            Expr::Call(call) => {
                let message = call
                    .arguments
                    .args
                    .first()
                    .and_then(|argument| match argument {
                        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                        _ => None,
                    });
                (dotted(&call.func), message)
            }
            other => (dotted(other), None),
        };
        let Some(name) = name else { return };
        // `raise error` of something caught has the name of a variable.
        if !last_of(&name).starts_with(|c: char| c.is_uppercase()) {
            return;
        }
        let name = last_of(&name).to_owned();
        let is_caught = self.caught.iter().flatten().any(|caught| {
            *caught == name || matches!(caught.as_str(), "Exception" | "BaseException")
        });
        if is_caught {
            return;
        }
        let mut when = match (self.handled.last(), self.conditions.last()) {
            (_, Some(Some(condition))) => format!("if {condition}"),
            (Some(handled), _) if !handled.is_empty() => format!("where {handled} is caught"),
            _ => String::new(),
        };
        if let Some(message) = message
            && message.len() <= LONGEST_CONDITION
            && !message.contains('\n')
        {
            let quoted = format!("\"{}\"", message.replace('"', "'"));
            when = match when.is_empty() {
                true => format!("with the message {quoted}"),
                false => format!("{when}: {quoted}"),
            };
        }
        let raised = Raised {
            exception: name,
            when,
        };
        if !self.facts.raised.contains(&raised) {
            self.facts.raised.push(raised);
        }
    }

    fn handler_names(&self, handler: &ExceptHandler) -> Vec<String> {
        let ExceptHandler::ExceptHandler(handler) = handler;
        match handler.type_.as_deref() {
            None => vec!["BaseException".to_owned()],
            Some(Expr::Tuple(tuple)) => tuple
                .elts
                .iter()
                .filter_map(dotted)
                .map(|path| last_of(&path).to_owned())
                .collect(),
            Some(other) => dotted(other)
                .map(|path| last_of(&path).to_owned())
                .into_iter()
                .collect(),
        }
    }

    /// A target that is stored to: a name is bound anew, an element of a parameter changed.
    fn store(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => {
                self.rebound.insert(name.id.to_string());
            }
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|element| self.store(element)),
            Expr::List(list) => list.elts.iter().for_each(|element| self.store(element)),
            Expr::Starred(starred) => self.store(&starred.value),
            Expr::Subscript(subscript) => {
                if let Some(name) = self.parameter_of(&subscript.value) {
                    self.facts.changed.insert(name);
                }
            }
            Expr::Attribute(attribute) => {
                if let Some(name) = self.parameter_of(&attribute.value)
                    && name != "self"
                {
                    self.facts.changed.insert(name);
                }
            }
            _ => {}
        }
    }
}

impl<'ast> Visitor<'ast> for Reader<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            // What is defined inside raises and returns when it is called, not here.
            Stmt::FunctionDef(inner) => {
                self.rebound.insert(inner.name.to_string());
                return;
            }
            Stmt::ClassDef(inner) => {
                self.rebound.insert(inner.name.to_string());
                return;
            }
            Stmt::If(conditional) => {
                self.visit_expr(&conditional.test);
                let first = self.quoted(&conditional.test);
                self.within(first.clone(), &conditional.body);
                let mut earlier = first;
                for clause in &conditional.elif_else_clauses {
                    if let Some(test) = &clause.test {
                        self.visit_expr(test);
                    }
                    let condition = match &clause.test {
                        Some(test) => self.quoted(test),
                        // The opposite of the one condition before.
                        None if conditional.elif_else_clauses.len() == 1 => {
                            earlier.take().map(|text| format!("not {text}"))
                        }
                        None => None,
                    };
                    self.within(condition, &clause.body);
                }
                return;
            }
            Stmt::Try(guarded) => {
                let caught: Vec<String> = guarded
                    .handlers
                    .iter()
                    .flat_map(|handler| self.handler_names(handler))
                    .collect();
                self.caught.push(caught);
                self.within(None, &guarded.body);
                self.caught.pop();
                for handler in &guarded.handlers {
                    let names = self.handler_names(handler);
                    let ExceptHandler::ExceptHandler(inner) = handler;
                    self.handled.push(match names.as_slice() {
                        [name] if name != "BaseException" => format!("a {name}"),
                        _ => String::new(),
                    });
                    self.within(None, &inner.body);
                    self.handled.pop();
                }
                self.within(None, &guarded.orelse);
                self.within(None, &guarded.finalbody);
                return;
            }
            Stmt::Raise(raise) => {
                if let Some(exception) = &raise.exc {
                    self.raise(exception);
                }
            }
            Stmt::For(loop_) => {
                self.store(&loop_.target);
                self.visit_expr(&loop_.iter);
                self.within(None, &loop_.body);
                self.within(None, &loop_.orelse);
                return;
            }
            Stmt::While(loop_) => {
                self.visit_expr(&loop_.test);
                self.within(None, &loop_.body);
                self.within(None, &loop_.orelse);
                return;
            }
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.store(target)),
            Stmt::AnnAssign(assign) => self.store(&assign.target),
            Stmt::AugAssign(assign) => self.store(&assign.target),
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| self.store(target)),
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(name) = &item.optional_vars {
                        self.store(name);
                    }
                }
            }
            Stmt::Return(back) => {
                if let Some(value) = &back.value {
                    self.facts.returns |= !value.is_none_literal_expr();
                    let names: Option<Vec<String>> = match &**value {
                        Expr::Name(name) => Some(vec![name.id.to_string()]),
                        Expr::Tuple(tuple) => tuple
                            .elts
                            .iter()
                            .map(|element| match element {
                                Expr::Name(name) => Some(name.id.to_string()),
                                _ => None,
                            })
                            .collect(),
                        _ => None,
                    };
                    self.returned.push(names);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        match tree {
            Expr::Lambda(_) => return,
            Expr::Yield(_) | Expr::YieldFrom(_) => self.facts.yields = true,
            Expr::Subscript(subscript) if subscript.ctx.is_load() => {
                if let (Some(name), Expr::StringLiteral(key)) =
                    (self.parameter_of(&subscript.value), &*subscript.slice)
                {
                    let key = key.value.to_str().to_owned();
                    let keys = self.facts.keys.entry(name).or_default();
                    if !keys.contains(&key) && !key.is_empty() && !key.contains(['`', '\n']) {
                        keys.push(key);
                    }
                }
            }
            Expr::Call(call) => {
                if let Some(path) = qualified(&call.func, self.imports)
                    && !self.facts.calls.contains(&path)
                {
                    self.facts.calls.push(path);
                }
                match (&*call.func, &*call.arguments.args) {
                    (Expr::Name(name), [first, rest @ ..]) if name.id.as_str() == "open" => {
                        if let Some(path) = self.parameter_of(first) {
                            let mode = rest
                                .first()
                                .map(|mode| &self.module.source()[span(mode.range())]);
                            let writes =
                                mode.is_some_and(|mode| mode.contains(['w', 'a', 'x', '+']));
                            self.facts.opened.insert(path, writes);
                        }
                    }
                    (Expr::Name(name), _) if name.id.as_str() == "print" => {
                        self.facts.prints = true;
                    }
                    (Expr::Attribute(attribute), _)
                        if CHANGING.contains(&attribute.attr.as_str()) =>
                    {
                        if let Some(name) = self.parameter_of(&attribute.value) {
                            self.facts.changed.insert(name);
                        }
                    }
                    _ => {}
                }
            }
            _ => {}
        }
        walk_expr(self, tree);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts(source: &str) -> Facts {
        let module = Module::parse(source).expect("parses");
        Facts::of(&module, module.function("f").expect("there is one"))
    }

    #[test]
    fn what_is_raised_and_when() {
        let source = "\
def f(name, kind, size):
    if not name:
        raise ValueError(\"empty\")
    if kind == 1:
        size = 2
    elif kind > 2:
        raise pkg.KindError(f\"kind {kind}\")
    else:
        raise TypeError
    try:
        raise KeyError(name)
    except KeyError:
        pass
    try:
        int(name)
    except OSError as error:
        raise RuntimeError(\"no\") from error
    for x in name:
        if x:
            return 1
        else:
            raise IndexError(\"x\")
    raise LookupError(\"nothing left\")
";
        let raised: Vec<String> = facts(source)
            .raised
            .iter()
            .map(|raised| format!("{}: {}", raised.exception, raised.when))
            .collect();
        insta::assert_snapshot!(raised.join("\n"), @r#"
        ValueError: if `not name`: "empty"
        KindError: if `kind > 2`
        TypeError: 
        RuntimeError: where a OSError is caught: "no"
        IndexError: if not `x`: "x"
        LookupError: with the message "nothing left"
        "#);
    }

    #[test]
    fn what_is_read_and_changed() {
        let facts = facts(
            "import json\nimport numpy as np\n\n\ndef f(row, items, path, out, frame, self):\n    items.append(row['a'] + row['b'])\n    frame = frame.copy()\n    frame['x'] = 1\n    self.y = 2\n    with open(path) as handle, open(out, 'w') as other:\n        print(np.mean(json.load(handle)))\n    total, count = 1, 2\n    return total, count\n",
        );
        assert_eq!(facts.keys["row"], ["a", "b"]);
        assert_eq!(facts.changed, BTreeSet::from(["items".to_owned()]));
        assert_eq!(
            facts.opened,
            BTreeMap::from([("path".to_owned(), false), ("out".to_owned(), true)])
        );
        assert_eq!(facts.calls, ["numpy.mean", "json.load"]);
        assert!(facts.prints && facts.returns && !facts.yields);
        assert_eq!(facts.returned_names, ["total", "count"]);
    }
}
