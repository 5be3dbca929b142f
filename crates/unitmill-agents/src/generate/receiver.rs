//! What a method is called on: the class itself, or an object made as the class's own
//! `__init__` says.

use ruff_python_ast::{Expr, Stmt, StmtClassDef};
use unitmill_python::{Parameter, ParameterKind, Signature, signature};

use crate::syntax::{Module, dotted, last_of};

/// How a method is reached.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Receiver {
    pub(crate) class: String,
    pub(crate) method: String,
    /// It is called on an object, not on the class.
    pub(crate) is_instance: bool,
    /// It is read, not called.
    pub(crate) is_property: bool,
    /// The parameters of the constructor.
    pub(crate) constructor: Vec<Parameter>,
    /// The function whose body says how the constructor uses them.
    pub(crate) initializer: Option<String>,
}

impl Receiver {
    /// What `Class.method` is called on, and the parameters that calls give it; none if the
    /// name is no method's.
    pub(crate) fn of(
        code: &str,
        module: &Module<'_>,
        function: &str,
        own: &Signature,
    ) -> Option<(Self, Vec<Parameter>)> {
        let (class, method) = function.split_once('.')?;
        let has = |name: &str| {
            own.decorators
                .iter()
                .any(|decorator| last_of(decorator.split('(').next().unwrap_or("")) == name)
        };
        let is_property = has("property") || has("cached_property");
        let is_static = has("staticmethod");
        let is_instance = !is_static && !has("classmethod");
        let mut parameters = own.parameters.clone();
        if !is_static && !parameters.is_empty() {
            parameters.remove(0);
        }
        let (constructor, initializer) = if is_instance {
            constructor(code, module, class, 3)
        } else {
            (Vec::new(), None)
        };
        let receiver = Self {
            class: class.to_owned(),
            method: method.to_owned(),
            is_instance,
            is_property,
            constructor,
            initializer,
        };
        Some((receiver, parameters))
    }
}

/// The parameters of a class's constructor and the initializer that takes them: its own, that
/// of a base class of the module, or the fields of a data class.
fn constructor(
    code: &str,
    module: &Module<'_>,
    class: &str,
    depth: u32,
) -> (Vec<Parameter>, Option<String>) {
    let initializer = format!("{class}.__init__");
    if let Some(found) = signature(code, &initializer) {
        let parameters = found.parameters.into_iter().skip(1);
        return (parameters.collect(), Some(initializer));
    }
    let Some(definition) = class_of(module, class) else {
        return (Vec::new(), None);
    };
    let bases: Vec<String> = definition
        .arguments
        .iter()
        .flat_map(|arguments| arguments.args.iter().filter_map(dotted))
        .collect();
    let is_data = definition
        .decorator_list
        .iter()
        .any(|decorator| module.text(&decorator.expression).contains("dataclass"))
        || bases.iter().any(|base| last_of(base) == "NamedTuple");
    if is_data {
        return (fields(module, definition), None);
    }
    for base in bases {
        if depth > 0 && class_of(module, &base).is_some() {
            return constructor(code, module, &base, depth - 1);
        }
    }
    (Vec::new(), None)
}

fn class_of<'a>(module: &'a Module<'_>, name: &str) -> Option<&'a StmtClassDef> {
    module
        .body()
        .iter()
        .rev()
        .find_map(|statement| match statement {
            Stmt::ClassDef(class) if class.name.as_str() == name => Some(class),
            _ => None,
        })
}

/// The annotated fields of a data class as parameters.
fn fields(module: &Module<'_>, class: &StmtClassDef) -> Vec<Parameter> {
    class
        .body
        .iter()
        .filter_map(|statement| {
            let Stmt::AnnAssign(field) = statement else {
                return None;
            };
            let Expr::Name(name) = &*field.target else {
                return None;
            };
            let annotation = module.text(&*field.annotation).to_owned();
            if annotation.contains("ClassVar") {
                return None;
            }
            Some(Parameter {
                name: name.id.to_string(),
                kind: ParameterKind::PositionalOrKeyword,
                annotation: Some(annotation),
                default: field
                    .value
                    .as_ref()
                    .map(|value| module.text(&**value).to_owned()),
            })
        })
        .collect()
}
