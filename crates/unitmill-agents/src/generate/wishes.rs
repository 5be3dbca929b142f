//! From a condition to values of parameters that might make it true, or false: what a
//! comparison, a membership, a type check or a look at a shape asks for. Guesses only; a run
//! tells which of them hold.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::{
    BoolOp, CmpOp, Expr, ExprCall, ExprCompare, Number, Operator, Pattern, Singleton,
    StmtFunctionDef, UnaryOp,
};

use super::matching::{examples, is_search};
use super::relation::{
    Relation, inside_list, inside_mapping, of_attribute, of_content, of_length, of_shape, texts,
    values,
};
use super::shape::{Flow, Names, parameter_names};
use super::typed::{of_predicate, of_type, with_attribute};
use super::values::Value;
use crate::syntax::{Module, dotted, last_of, members, quote};
use ruff_python_ast::visitor::Visitor;

/// Values of parameters that belong together.
pub(crate) type Wish = Vec<(String, Value)>;

/// At most this many wishes come of one condition.
const MOST_WISHES: usize = 12;
/// How far assigned names are followed.
const DEEPEST: u32 = 6;

/// What the names of a function stand for.
pub(super) struct Scope<'a> {
    module: &'a Module<'a>,
    parameters: BTreeSet<String>,
    locals: BTreeMap<String, Vec<Flow<'a>>>,
    /// Names that the module's top level binds, so that a test can spell them.
    bound: BTreeMap<String, Option<String>>,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        module: &'a Module<'a>,
        definition: &StmtFunctionDef,
        locals: BTreeMap<String, Vec<Flow<'a>>>,
    ) -> Self {
        Self {
            module,
            parameters: parameter_names(definition),
            locals,
            bound: module.bound_names(),
        }
    }

    /// The parameters that a name's value hangs on, its own if it is one.
    pub(super) fn influences(&self, name: &str) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open = vec![name.to_owned()];
        while let Some(name) = open.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            if self.parameters.contains(&name) {
                found.insert(name.clone());
            }
            for flow in self.locals.get(&name).into_iter().flatten() {
                let (Flow::Whole(value) | Flow::Part(value)) = flow;
                let mut names = Names::default();
                names.visit_expr(value);
                open.extend(names.0);
            }
        }
        found
    }

    /// Whether a test can spell an expression: a literal, or names of the module's top level.
    fn is_spelled(&self, tree: &Expr) -> bool {
        let mut names = Names::default();
        names.visit_expr(tree);
        names.0.iter().all(|name| {
            self.bound.contains_key(name) && !self.parameters.contains(name)
                || matches!(
                    name.as_str(),
                    "float" | "int" | "str" | "list" | "tuple" | "dict"
                )
        })
    }

    fn text(&self, tree: &Expr) -> String {
        self.module.text(tree).to_owned()
    }

    /// The elements of a tuple, list or set, or of one that a name of the module stands for.
    fn elements(&self, tree: &Expr) -> Vec<String> {
        self.elements_within(tree, DEEPEST)
    }

    /// A name may be assigned what is made of itself: `modes = tuple(modes)`.
    fn elements_within(&self, tree: &Expr, depth: u32) -> Vec<String> {
        let Some(depth) = depth.checked_sub(1) else {
            return Vec::new();
        };
        if let Some(elements) = members(tree) {
            return elements
                .into_iter()
                .filter(|element| self.is_spelled(element))
                .map(|element| self.text(element))
                .collect();
        }
        match tree {
            Expr::StringLiteral(text) => text
                .value
                .to_str()
                .chars()
                .take(3)
                .map(|c| quote(&c.to_string()))
                .collect(),
            Expr::Call(call) => call
                .arguments
                .args
                .first()
                .map_or_else(Vec::new, |inner| self.elements_within(inner, depth)),
            Expr::Attribute(attribute) if attribute.attr.as_str() == "keys" => {
                self.elements_within(&attribute.value, depth)
            }
            Expr::Name(name) => {
                let assigned = self.assigned(name.id.as_str());
                assigned.map_or_else(Vec::new, |value| self.elements_within(value, depth))
            }
            _ => Vec::new(),
        }
    }

    /// What a name is assigned, where it is assigned once: in the function, or on top.
    fn assigned(&self, name: &str) -> Option<&'a Expr> {
        if let Some(flows) = self.locals.get(name) {
            return match flows.as_slice() {
                [Flow::Whole(value), ..] => Some(value),
                _ => None,
            };
        }
        self.module
            .body()
            .iter()
            .find_map(|statement| match statement {
                ruff_python_ast::Stmt::Assign(assign) => assign
                    .targets
                    .iter()
                    .any(|target| matches!(target, Expr::Name(known) if known.id.as_str() == name))
                    .then_some(&*assign.value),
                _ => None,
            })
    }

    /// What makes a loop go round so often.
    pub(super) fn rounds(&self, tree: &Expr, rounds: i64) -> Vec<Wish> {
        if let Expr::Call(call) = tree
            && dotted(&call.func).is_some_and(|name| name == "range")
            && let Some(last) = call.arguments.args.iter().take(2).next_back()
        {
            return self.subject(last, &Relation::Number(rounds), 0);
        }
        self.subject(tree, &Relation::Values(of_length(rounds)), 0)
    }

    /// What makes a subject match a pattern.
    pub(super) fn pattern(&self, subject: &Expr, pattern: &Pattern) -> Vec<Wish> {
        let relation = match pattern {
            Pattern::MatchValue(value) if self.is_spelled(&value.value) => {
                Relation::OneOf(vec![self.text(&value.value)])
            }
            Pattern::MatchClass(class) => match dotted(&class.cls) {
                Some(name) => Relation::Type(last_of(&name).to_owned()),
                None => return Vec::new(),
            },
            Pattern::MatchOr(either) => {
                return either
                    .patterns
                    .iter()
                    .flat_map(|pattern| self.pattern(subject, pattern))
                    .take(MOST_WISHES)
                    .collect();
            }
            Pattern::MatchSequence(sequence) => {
                let length = i64::try_from(sequence.patterns.len()).unwrap_or(2);
                Relation::Values(of_length(length))
            }
            Pattern::MatchSingleton(singleton) => Relation::OneOf(vec![
                match singleton.value {
                    Singleton::None => "None",
                    Singleton::True => "True",
                    Singleton::False => "False",
                }
                .to_owned(),
            ]),
            Pattern::MatchMapping(mapping) => {
                let items: Option<Vec<String>> = mapping
                    .keys
                    .iter()
                    .zip(&mapping.patterns)
                    .map(|(key, pattern)| {
                        let value = match pattern {
                            Pattern::MatchValue(value) if self.is_spelled(&value.value) => {
                                self.text(&value.value)
                            }
                            Pattern::MatchClass(class) => {
                                let name = dotted(&class.cls)?;
                                of_type(last_of(&name)).into_iter().next()?.text
                            }
                            _ => "\"abc\"".to_owned(),
                        };
                        self.is_spelled(key)
                            .then(|| format!("{}: {value}", self.text(key)))
                    })
                    .collect();
                match items {
                    Some(items) => {
                        Relation::Values(vec![Value::mutable(format!("{{{}}}", items.join(", ")))])
                    }
                    None => return Vec::new(),
                }
            }
            Pattern::MatchAs(_) => Relation::Values(vec![
                Value::plain("\"something else\""),
                Value::plain("987"),
            ]),
            _ => return Vec::new(),
        };
        self.subject(subject, &relation, 0)
    }

    /// What may give an expression such a value.
    fn subject(&self, tree: &Expr, relation: &Relation, depth: u32) -> Vec<Wish> {
        if depth > DEEPEST {
            return Vec::new();
        }
        let deeper = |tree: &Expr, relation: &Relation| self.subject(tree, relation, depth + 1);
        match tree {
            Expr::Name(name) => {
                let name = name.id.as_str();
                if self.parameters.contains(name) {
                    return values(relation)
                        .into_iter()
                        .map(|value| vec![(name.to_owned(), value)])
                        .collect();
                }
                match self.locals.get(name).and_then(|flows| flows.first()) {
                    Some(Flow::Whole(value)) => deeper(value, relation),
                    Some(Flow::Part(value)) => {
                        let elements = values(relation);
                        let lists = elements.into_iter().map(inside_list).collect();
                        deeper(value, &Relation::Values(lists))
                    }
                    None => Vec::new(),
                }
            }
            Expr::Named(named) => deeper(&named.value, relation),
            Expr::Attribute(attribute) => {
                let wanted = of_attribute(attribute.attr.as_str(), relation);
                if wanted.is_empty() {
                    return Vec::new();
                }
                deeper(&attribute.value, &Relation::Values(wanted))
            }
            Expr::Subscript(subscript) => {
                if let Expr::Attribute(attribute) = &*subscript.value
                    && attribute.attr.as_str() == "shape"
                    && let Some(axis) = integer(&subscript.slice)
                    && let Relation::Number(number) = relation
                {
                    return deeper(&attribute.value, &Relation::Values(of_shape(axis, *number)));
                }
                let wrapped: Vec<Value> = match &*subscript.slice {
                    Expr::StringLiteral(key) => values(relation)
                        .into_iter()
                        .map(|value| inside_mapping(key.value.to_str(), value))
                        .collect(),
                    _ => values(relation).into_iter().map(inside_list).collect(),
                };
                deeper(&subscript.value, &Relation::Values(wrapped))
            }
            Expr::Call(call) => self.called(call, relation, depth),
            Expr::BinOp(binary) => {
                let Relation::Number(number) = relation else {
                    return deeper(&binary.left, relation);
                };
                // `n % 2 == 0`, `n - 1 > 3`: small numbers around the one that is wanted.
                let (subject, numbers) = match (integer(&binary.left), integer(&binary.right)) {
                    (Some(from), None) => (&binary.right, of_right(from, binary.op, *number)),
                    (_, by) => (&binary.left, of_left(binary.op, by, *number)),
                };
                let numbers = numbers
                    .into_iter()
                    .map(|number| Value::plain(number.to_string()));
                deeper(subject, &Relation::Values(numbers.collect()))
            }
            Expr::If(either) => {
                let mut found = deeper(&either.body, relation);
                found.extend(deeper(&either.orelse, relation));
                found
            }
            Expr::BoolOp(boolean) => match boolean.values.first() {
                Some(first) => deeper(first, relation),
                None => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    fn called(&self, call: &ExprCall, relation: &Relation, depth: u32) -> Vec<Wish> {
        let deeper = |tree: &Expr, relation: &Relation| self.subject(tree, relation, depth + 1);
        let first = call.arguments.args.first();
        let is_true = matches!(relation, Relation::True);
        if let Some(found) = self.searched(call, relation, depth) {
            return found;
        }
        let Some(name) = dotted(&call.func)
            .map(|name| last_of(&name).to_owned())
            .or_else(|| match &*call.func {
                Expr::Attribute(attribute) => Some(attribute.attr.to_string()),
                _ => None,
            })
        else {
            return Vec::new();
        };
        if name == "open"
            && let Some(first) = first
        {
            return deeper(first, &Relation::Values(of_content(&values(relation))));
        }
        if name == "len"
            && let Some(first) = first
        {
            let lengths = match relation {
                Relation::Number(number) => of_length(*number),
                Relation::True => of_length(2),
                Relation::False => of_length(0),
                _ => return Vec::new(),
            };
            return deeper(first, &Relation::Values(lengths));
        }
        if let (true, Some(first)) = (is_true || matches!(relation, Relation::False), first) {
            let wanted = match name.as_str() {
                "isinstance" | "issubclass" => {
                    let types = call.arguments.args.get(1).map_or_else(Vec::new, types_of);
                    let relations: Vec<Relation> = if is_true {
                        types.into_iter().map(Relation::Type).collect()
                    } else {
                        vec![Relation::OtherType(types)]
                    };
                    return relations
                        .iter()
                        .flat_map(|relation| deeper(first, relation))
                        .take(MOST_WISHES)
                        .collect();
                }
                "callable" if is_true => {
                    vec![Value::plain("lambda *items: items[0]"), Value::plain("str")]
                }
                "callable" => vec![Value::plain("3")],
                "hasattr" => match call.arguments.args.get(1) {
                    Some(Expr::StringLiteral(name)) if is_true => {
                        with_attribute(name.value.to_str())
                    }
                    _ => vec![Value::plain("3"), Value::plain("None")],
                },
                other => of_predicate(other, is_true),
            };
            if !wanted.is_empty() {
                return deeper(first, &Relation::Values(wanted));
            }
        }
        if let Expr::Attribute(method) = &*call.func {
            let literal = match first {
                Some(Expr::StringLiteral(text)) => Some(text.value.to_str().to_owned()),
                Some(Expr::Tuple(tuple)) => tuple.elts.first().and_then(|first| match first {
                    Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                    _ => None,
                }),
                _ => None,
            };
            match (method.attr.as_str(), literal) {
                ("startswith", Some(text)) if is_true => {
                    return deeper(&method.value, &texts(&[&format!("{text}abc"), &text]));
                }
                ("endswith", Some(text)) if is_true => {
                    return deeper(&method.value, &texts(&[&format!("abc{text}"), &text]));
                }
                ("startswith" | "endswith", _) => {
                    return deeper(&method.value, &texts(&["neither", ""]));
                }
                ("partition" | "rpartition" | "split" | "rsplit", Some(separator)) => {
                    let text = format!("key{separator}value");
                    return deeper(&method.value, &texts(&[&text, &separator]));
                }
                ("get", Some(key)) => {
                    let wrapped = values(relation)
                        .into_iter()
                        .map(|value| inside_mapping(&key, value))
                        .collect();
                    return deeper(&method.value, &Relation::Values(wrapped));
                }
                (name, None) if first.is_none() => {
                    let found = of_predicate(name, is_true);
                    if !found.is_empty() && matches!(relation, Relation::True | Relation::False) {
                        return deeper(&method.value, &Relation::Values(found));
                    }
                }
                _ => {}
            }
            // `text.lower()`, `text.strip()`: the text itself.
            if !matches!(&*method.value, Expr::Name(name) if self.bound.contains_key(name.id.as_str()))
            {
                return deeper(&method.value, relation);
            }
        }
        match first {
            Some(first) => deeper(first, relation),
            None => Vec::new(),
        }
    }

    /// What makes a search for a regular expression find something, or nothing; none if a
    /// call is no such search.
    fn searched(&self, call: &ExprCall, relation: &Relation, depth: u32) -> Option<Vec<Wish>> {
        let of_module = is_search(call)?;
        let Expr::Attribute(attribute) = &*call.func else {
            return None;
        };
        let (pattern, subject) = match of_module {
            true => (self.pattern_text(call.arguments.args.first()?, DEEPEST)?, 1),
            false => (self.pattern_text(&attribute.value, DEEPEST)?, 0),
        };
        let subject = call.arguments.args.get(subject)?;
        let wanted = match relation {
            Relation::False | Relation::Absent => texts(&["", "?!", "no match at all"]),
            _ => {
                let found = examples(&pattern);
                texts(&found.iter().map(String::as_str).collect::<Vec<_>>())
            }
        };
        Some(self.subject(subject, &wanted, depth + 1))
    }

    /// The regular expression that an expression stands for, where it is written out.
    fn pattern_text(&self, tree: &Expr, depth: u32) -> Option<String> {
        // `pattern = re.compile(pattern)`.
        let depth = depth.checked_sub(1)?;
        match tree {
            Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
            Expr::Name(name) => self.pattern_text(self.assigned(name.id.as_str())?, depth),
            Expr::Call(call) if is_search(call) == Some(true) => {
                self.pattern_text(call.arguments.args.first()?, depth)
            }
            _ => None,
        }
    }

    fn compare(&self, compare: &ExprCompare, wanted: bool) -> Vec<Wish> {
        let mut found = Vec::new();
        let mut left = &*compare.left;
        for (operator, right) in compare.ops.iter().zip(&compare.comparators) {
            found.extend(self.compare_two(left, *operator, right, wanted));
            left = right;
        }
        found
    }

    fn compare_two(&self, left: &Expr, operator: CmpOp, right: &Expr, wanted: bool) -> Vec<Wish> {
        let operator = if wanted { operator } else { opposite(operator) };
        let one_sided = |subject: &Expr, operator: CmpOp, other: &Expr| -> Vec<Wish> {
            let relations: Vec<Relation> = match operator {
                CmpOp::Is | CmpOp::Eq if other.is_none_literal_expr() => vec![Relation::Absent],
                CmpOp::IsNot | CmpOp::NotEq if other.is_none_literal_expr() => {
                    vec![Relation::Present]
                }
                CmpOp::In => {
                    let elements = self.elements(other);
                    if elements.is_empty() {
                        return Vec::new();
                    }
                    vec![Relation::OneOf(elements)]
                }
                CmpOp::NotIn => vec![Relation::NoneOf(self.elements(other))],
                _ => match (integer(other), self.is_spelled(other)) {
                    (Some(number), _) => numbers(operator, number)
                        .into_iter()
                        .map(Relation::Number)
                        .collect(),
                    (None, true) => match operator {
                        CmpOp::Eq | CmpOp::Is | CmpOp::LtE | CmpOp::GtE => {
                            vec![Relation::OneOf(vec![self.text(other)])]
                        }
                        CmpOp::NotEq | CmpOp::IsNot => {
                            vec![Relation::NoneOf(vec![self.text(other)])]
                        }
                        CmpOp::Lt => {
                            vec![Relation::OneOf(vec![format!("({}) - 1", self.text(other))])]
                        }
                        _ => vec![Relation::OneOf(vec![format!("({}) + 1", self.text(other))])],
                    },
                    (None, false) => Vec::new(),
                },
            };
            relations
                .iter()
                .flat_map(|relation| self.subject(subject, relation, 0))
                .collect()
        };
        let mut found = one_sided(left, operator, right);
        match operator {
            // `"key" in mapping`.
            CmpOp::In if self.is_spelled(left) => {
                let held = Relation::Holds(self.text(left));
                found.extend(self.subject(right, &held, 0));
            }
            CmpOp::In | CmpOp::NotIn => {}
            _ => found.extend(one_sided(right, mirrored(operator), left)),
        }
        found
    }
}

/// What might make a condition come out as wanted, best first.
pub(super) fn wishes(test: &Expr, wanted: bool, scope: &Scope<'_>) -> Vec<Wish> {
    let mut found = match test {
        Expr::UnaryOp(unary) if unary.op == UnaryOp::Not => wishes(&unary.operand, !wanted, scope),
        Expr::BoolOp(boolean) => {
            let parts: Vec<Vec<Wish>> = boolean
                .values
                .iter()
                .map(|part| wishes(part, wanted, scope))
                .collect();
            // All of them at once, or any of them.
            if (boolean.op == BoolOp::And) == wanted {
                together(&parts)
            } else {
                interleave(parts)
            }
        }
        Expr::Compare(compare) => scope.compare(compare, wanted),
        other => {
            let relation = if wanted {
                Relation::True
            } else {
                Relation::False
            };
            scope.subject(other, &relation, 0)
        }
    };
    found.truncate(MOST_WISHES);
    found
}

/// Wishes that fulfil one of each part, the first of all, then the second of all. Where two
/// parts ask for something of the same parameter, the later one first: it asks for more, as
/// in `limit is not None and limit > 700`.
fn together(parts: &[Vec<Wish>]) -> Vec<Wish> {
    let most = parts.iter().map(Vec::len).max().unwrap_or(0);
    let at = |position: usize, later_wins: bool| {
        let mut whole = Wish::new();
        for part in parts {
            for (name, value) in part.get(position).or(part.last()).into_iter().flatten() {
                match whole.iter_mut().find(|(known, _)| known == name) {
                    Some(known) if later_wins => known.1 = value.clone(),
                    Some(_) => {}
                    None => whole.push((name.clone(), value.clone())),
                }
            }
        }
        whole
    };
    let mut found: Vec<Wish> = Vec::new();
    for position in 0..most.min(4) {
        for later_wins in [true, false] {
            let wish = at(position, later_wins);
            if !wish.is_empty() && !found.contains(&wish) {
                found.push(wish);
            }
        }
    }
    found
}

fn interleave(parts: Vec<Vec<Wish>>) -> Vec<Wish> {
    let most = parts.iter().map(Vec::len).max().unwrap_or(0);
    (0..most)
        .flat_map(|position| parts.iter().filter_map(move |part| part.get(position)))
        .cloned()
        .collect()
}

fn opposite(operator: CmpOp) -> CmpOp {
    match operator {
        CmpOp::Eq => CmpOp::NotEq,
        CmpOp::NotEq => CmpOp::Eq,
        CmpOp::Lt => CmpOp::GtE,
        CmpOp::LtE => CmpOp::Gt,
        CmpOp::Gt => CmpOp::LtE,
        CmpOp::GtE => CmpOp::Lt,
        CmpOp::Is => CmpOp::IsNot,
        CmpOp::IsNot => CmpOp::Is,
        CmpOp::In => CmpOp::NotIn,
        CmpOp::NotIn => CmpOp::In,
    }
}

/// The operator with its sides exchanged.
fn mirrored(operator: CmpOp) -> CmpOp {
    match operator {
        CmpOp::Lt => CmpOp::Gt,
        CmpOp::LtE => CmpOp::GtE,
        CmpOp::Gt => CmpOp::Lt,
        CmpOp::GtE => CmpOp::LtE,
        same => same,
    }
}

/// Numbers that stand in a relation to one.
fn numbers(operator: CmpOp, number: i64) -> Vec<i64> {
    let (less, more) = (number.saturating_sub(1), number.saturating_add(1));
    match operator {
        CmpOp::Eq | CmpOp::Is => vec![number],
        CmpOp::NotEq | CmpOp::IsNot => vec![more, less, number.saturating_add(2)],
        CmpOp::Lt => vec![less, number.saturating_sub(3)],
        CmpOp::LtE => vec![number, less],
        CmpOp::Gt => vec![more, number.saturating_add(3)],
        CmpOp::GtE => vec![number, more],
        CmpOp::In | CmpOp::NotIn => Vec::new(),
    }
}

/// What may stand to the left of an operator and a number for the result to be another one.
fn of_left(operator: Operator, by: Option<i64>, wanted: i64) -> Vec<i64> {
    match (operator, by) {
        (Operator::Add, Some(by)) => vec![wanted.saturating_sub(by)],
        (Operator::Sub, Some(by)) => vec![wanted.saturating_add(by)],
        (Operator::Mult, Some(by)) if by != 0 => vec![wanted / by, wanted / by + 1],
        (Operator::Mod, Some(by)) => (0..3)
            .map(|round: i64| wanted.saturating_add(by.saturating_mul(round)))
            .collect(),
        (Operator::FloorDiv | Operator::Div, Some(by)) => vec![wanted.saturating_mul(by)],
        _ => vec![
            wanted,
            wanted.saturating_add(1),
            wanted.saturating_sub(1),
            10,
        ],
    }
}

/// What may stand to the right of a number and an operator for the result to be another one.
fn of_right(from: i64, operator: Operator, wanted: i64) -> Vec<i64> {
    match operator {
        Operator::Sub => vec![from.saturating_sub(wanted)],
        Operator::Add | Operator::Mult => of_left(operator, Some(from), wanted),
        Operator::FloorDiv | Operator::Div if wanted != 0 => vec![from / wanted],
        _ => of_left(operator, None, wanted),
    }
}

/// The value of an integer literal.
fn integer(tree: &Expr) -> Option<i64> {
    match tree {
        Expr::NumberLiteral(number) => match &number.value {
            Number::Int(value) => value.as_i64(),
            Number::Float(value) if value.fract() == 0.0 && value.abs() < 1e9 => {
                Some(*value as i64)
            }
            _ => None,
        },
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => integer(&unary.operand).map(|n| -n),
        _ => None,
    }
}

/// The names of the types of an `isinstance`.
fn types_of(tree: &Expr) -> Vec<String> {
    match tree {
        Expr::Tuple(tuple) => tuple.elts.iter().flat_map(types_of).collect(),
        Expr::BinOp(binary) => {
            let mut types = types_of(&binary.left);
            types.extend(types_of(&binary.right));
            types
        }
        other => dotted(other)
            .map(|name| last_of(&name).to_owned())
            .into_iter()
            .collect(),
    }
}
