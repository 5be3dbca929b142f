//! What a function's text says about its parameters: annotations, defaults, names, and
//! how the body uses them. Never guesses values; see [`super::values`] for those.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_comprehension, walk_expr, walk_stmt};
use ruff_python_ast::{CmpOp, Comprehension, Expr, ExprCall, Number, Operator, Stmt};

use super::kinds::{Kind, kind_of_attribute, kind_of_type, moments};
use crate::syntax::{Module, dotted, expression, last_of, qualified};

/// What is known about one name.
#[derive(Clone, Default, Debug)]
pub(crate) struct Facts {
    /// Evidence for each kind.
    pub(crate) scores: BTreeMap<Kind, i32>,
    /// String subscripts: keys of a mapping or columns of a frame.
    pub(crate) keys: Vec<String>,
    /// Strings that it is compared with or searched for.
    pub(crate) strings: Vec<String>,
    /// Integers that it is compared with.
    pub(crate) integers: Vec<i64>,
    /// Attributes and methods of it that are used.
    pub(crate) attributes: BTreeSet<String>,
    /// It is looped over, measured or indexed, whatever it is.
    pub(crate) iterated: bool,
    /// `None` is a value of it.
    pub(crate) optional: bool,
    /// Kinds of keys and values of a mapping, where an annotation says them.
    pub(crate) items: Option<(Kind, Kind)>,
}

impl Facts {
    pub(crate) fn add(&mut self, kind: Kind, weight: i32) {
        *self.scores.entry(kind).or_insert(0) += weight;
    }

    /// Kinds, best first.
    pub(crate) fn ranked(&self) -> Vec<Kind> {
        let mut ranked: Vec<(&Kind, i32)> = self
            .scores
            .iter()
            .map(|(kind, score)| (kind, *score))
            .collect();
        ranked.sort_by_key(|(kind, score)| (std::cmp::Reverse(*score), (*kind).clone()));
        ranked.into_iter().map(|(kind, _)| kind.clone()).collect()
    }

    fn absorb(&mut self, other: &Facts) {
        for (kind, score) in &other.scores {
            self.add(kind.clone(), *score / 2);
        }
        extend_unique(&mut self.keys, &other.keys);
        extend_unique(&mut self.strings, &other.strings);
        extend_unique(&mut self.integers, &other.integers);
        self.attributes.extend(other.attributes.iter().cloned());
        self.iterated |= other.iterated;
    }
}

fn extend_unique<T: PartialEq + Clone>(into: &mut Vec<T>, from: &[T]) {
    for item in from {
        if !into.contains(item) {
            into.push(item.clone());
        }
    }
}

/// Facts about every name that a function of the module uses, by name.
pub(crate) fn of_function(module: &Module<'_>, function: &str) -> BTreeMap<String, Facts> {
    facts_to_depth(module, function, 2)
}

fn facts_to_depth(module: &Module<'_>, function: &str, depth: u32) -> BTreeMap<String, Facts> {
    let Some(definition) = module.function(function) else {
        return BTreeMap::new();
    };
    let imports = module.imports();
    let mut usage = Usage {
        imports: &imports,
        facts: BTreeMap::new(),
        elements: Vec::new(),
        handed: Vec::new(),
    };
    usage.visit_body(&definition.body);
    let Usage {
        mut facts,
        elements,
        handed,
        ..
    } = usage;

    // What a helper of the module does with an argument tells about the argument.
    if depth > 0 {
        for (name, helper, position) in &handed {
            if helper == function {
                continue;
            }
            let Some(definition) = module.function(helper) else {
                continue;
            };
            let Some(parameter) = definition
                .parameters
                .iter_non_variadic_params()
                .nth(*position)
            else {
                continue;
            };
            let inner = facts_to_depth(module, helper, depth - 1);
            if let Some(inner) = inner.get(parameter.name().as_str()) {
                facts.entry(name.clone()).or_default().absorb(inner);
            }
        }
    }

    // Elements first, so that a container of containers is seen from the inside out.
    for (element, container) in elements.iter().rev() {
        let inner = facts.get(element).cloned().unwrap_or_default();
        let outer = facts.entry(container.clone()).or_default();
        outer.iterated = true;
        match inner.ranked().into_iter().next() {
            Some(Kind::Mapping) => extend_unique(&mut outer.keys, &inner.keys),
            Some(Kind::Text) => extend_unique(&mut outer.strings, &inner.strings),
            _ => {}
        }
        let weight = inner.scores.values().copied().max().unwrap_or(0);
        match inner.ranked().into_iter().next() {
            Some(kind) => outer.add(Kind::list(kind), 8 + weight.min(20) / 2),
            None => outer.add(Kind::list(Kind::Integer), 5),
        }
    }
    facts
}

struct Usage<'imports> {
    imports: &'imports BTreeMap<String, String>,
    facts: BTreeMap<String, Facts>,
    /// `(element, container)`.
    elements: Vec<(String, String)>,
    /// `(name, helper, position)`: names handed to functions called by name.
    handed: Vec<(String, String, usize)>,
}

impl Usage<'_> {
    fn of(&mut self, name: &str) -> &mut Facts {
        self.facts.entry(name.to_owned()).or_default()
    }

    fn note(&mut self, expression: &Expr, kind: Kind, weight: i32) {
        if let Expr::Name(name) = expression {
            let name = name.id.to_string();
            self.of(&name).add(kind, weight);
        }
    }

    fn element(&mut self, target: &Expr, container: &Expr) {
        let Expr::Name(container) = container else {
            // `for i, x in enumerate(items)`, `for a, b in zip(x, y)`.
            if let (Expr::Tuple(targets), Expr::Call(call)) = (target, container)
                && let Expr::Name(function) = &*call.func
            {
                match function.id.as_str() {
                    "enumerate" => {
                        if let (Some(target), Some(container)) =
                            (targets.elts.get(1), call.arguments.args.first())
                        {
                            self.element(target, container);
                        }
                    }
                    "zip" => {
                        for (target, container) in targets.elts.iter().zip(&call.arguments.args) {
                            self.element(target, container);
                        }
                    }
                    _ => {}
                }
            } else if let Expr::Call(call) = container
                && let Expr::Name(function) = &*call.func
                && matches!(
                    function.id.as_str(),
                    "sorted" | "reversed" | "set" | "list" | "iter"
                )
                && let Some(container) = call.arguments.args.first()
            {
                self.element(target, container);
            }
            return;
        };
        let container = container.id.to_string();
        match target {
            Expr::Name(target) => self.elements.push((target.id.to_string(), container)),
            Expr::Tuple(_) => {
                self.of(&container)
                    .add(Kind::list(Kind::Tuple(Box::new(Kind::Integer))), 16);
            }
            _ => self.of(&container).iterated = true,
        }
    }

    fn call(&mut self, call: &ExprCall) {
        let first = call.arguments.args.first();
        if let Expr::Name(function) = &*call.func {
            let function = function.id.to_string();
            // The function itself is a parameter, or a helper.
            let arity = u8::try_from(call.arguments.args.len()).unwrap_or(1);
            self.of(&function)
                .add(Kind::Function(arity.clamp(1, 2)), 30);
            for (position, argument) in call.arguments.args.iter().enumerate() {
                if let Expr::Name(name) = argument {
                    self.handed
                        .push((name.id.to_string(), function.clone(), position));
                }
            }
            if let Some(first) = first {
                match function.as_str() {
                    "range" | "chr" | "bin" | "oct" | "hex" => self.note(first, Kind::Integer, 25),
                    "ord" => self.note(first, Kind::Text, 20),
                    "abs" | "round" | "divmod" | "pow" => self.note(first, Kind::Float, 6),
                    "int" => {
                        self.note(first, Kind::Text, 4);
                        self.note(first, Kind::Integer, 4);
                    }
                    "float" => self.note(first, Kind::Float, 6),
                    "str" => self.note(first, Kind::Integer, 2),
                    "sum" | "min" | "max" => self.note(first, Kind::list(Kind::Integer), 14),
                    "len" | "sorted" | "set" | "list" | "tuple" | "enumerate" | "reversed"
                    | "any" | "all" | "iter" => {
                        self.note(first, Kind::list(Kind::Integer), 6);
                    }
                    "open" => self.note(first, Kind::File, 30),
                    "isinstance" => {
                        if let Some(types) = call.arguments.args.get(1) {
                            self.isinstance(first, types);
                        }
                    }
                    _ => {}
                }
                if matches!(function.as_str(), "map" | "filter") {
                    self.note(first, Kind::Function(1), 30);
                    if let Some(items) = call.arguments.args.get(1) {
                        self.note(items, Kind::list(Kind::Integer), 10);
                    }
                }
                if function == "zip" {
                    for argument in &call.arguments.args {
                        self.note(argument, Kind::list(Kind::Integer), 8);
                    }
                }
            }
        }
        if let Some(path) = qualified(&call.func, self.imports) {
            self.library_call(&path, call);
        }
        self.columns(call);
        if let Expr::Attribute(attribute) = &*call.func
            && attribute.attr.as_str() == "join"
            && let Some(first) = first
        {
            self.note(first, Kind::list(Kind::Text), 20);
        }
    }

    /// Columns that methods of a frame name.
    fn columns(&mut self, call: &ExprCall) {
        let Expr::Attribute(attribute) = &*call.func else {
            return;
        };
        let names_columns = matches!(
            attribute.attr.as_str(),
            "groupby"
                | "sort_values"
                | "set_index"
                | "pivot_table"
                | "pivot"
                | "merge"
                | "melt"
                | "drop_duplicates"
                | "nlargest"
                | "nsmallest"
                | "explode"
                | "join"
        );
        let Some(root) = root_name(&attribute.value).filter(|_| names_columns) else {
            return;
        };
        let mut keys = Vec::new();
        for argument in &call.arguments.args {
            string_literals(argument, &mut keys);
        }
        for keyword in &call.arguments.keywords {
            if keyword.arg.as_ref().is_some_and(|arg| {
                matches!(
                    arg.as_str(),
                    "by" | "on" | "index" | "columns" | "values" | "subset" | "keys" | "id_vars"
                )
            }) {
                string_literals(&keyword.value, &mut keys);
            }
        }
        let root = root.to_owned();
        if attribute.attr.as_str() != "join" {
            extend_unique(&mut self.of(&root).keys, &keys);
        }
    }

    /// Texts that a parser of some format can read.
    fn readable(&mut self, subject: &Expr, texts: &[&str]) {
        if let Expr::Name(name) = subject {
            let facts = self.facts.entry(name.id.to_string()).or_default();
            facts.add(Kind::Text, 25);
            for text in texts {
                if !facts.strings.iter().any(|known| known == text) {
                    facts.strings.push((*text).to_owned());
                }
            }
        }
    }

    /// What library functions take.
    fn library_call(&mut self, path: &str, call: &ExprCall) {
        let arguments = &call.arguments.args;
        let Some(first) = arguments.first() else {
            return;
        };
        match (path, last_of(path)) {
            ("json.loads", _) => self.readable(first, &["{\"a\": 1, \"b\": [2, 3]}", "[1, 2]"]),
            ("ast.literal_eval", _) => self.readable(first, &["[1, 2]", "{'a': 1}", "3"]),
            ("decimal.Decimal", _) => self.readable(first, &["12.50", "0", "-3.333"]),
            ("fractions.Fraction", _) => self.readable(first, &["3/4", "2"]),
            ("ipaddress.ip_address", _) => self.readable(first, &["192.168.0.1", "::1"]),
            ("ipaddress.ip_network", _) => self.readable(first, &["192.168.0.0/24", "10.0.0.0/8"]),
            ("base64.b64decode", _) => self.readable(first, &["aGVsbG8=", ""]),
            ("binascii.unhexlify" | "bytes.fromhex", _) => self.readable(first, &["00ff10", ""]),
            ("uuid.UUID", _) => self.readable(first, &["12345678-1234-5678-1234-567812345678"]),
            (
                "pandas.to_datetime" | "pandas.Timestamp" | "pandas.Period" | "numpy.datetime64",
                _,
            ) => {
                self.readable(first, &["2024-02-29", "2024-03-01", "2024-03-03"]);
            }
            (_, "fromisoformat") => self.readable(first, &["2024-02-29", "2024-02-29T12:30:00"]),
            (_, "strptime") => {
                if let Some(Expr::StringLiteral(format)) = arguments.get(1) {
                    let texts = moments(format.value.to_str());
                    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
                    self.readable(first, &texts);
                }
            }
            _ if path.starts_with("xml.etree") && path.ends_with("fromstring") => {
                self.readable(
                    first,
                    &[
                        "<root><a>1</a><b>two</b></root>",
                        "<note id=\"1\">text</note>",
                        "<a/>",
                    ],
                );
            }
            _ => {}
        }
        match path {
            "json.loads"
            | "textwrap.dedent"
            | "shlex.split"
            | "html.escape"
            | "html.unescape"
            | "ast.literal_eval"
            | "unicodedata.normalize"
            | "urllib.parse.urlparse"
            | "urllib.parse.quote"
            | "urllib.parse.unquote"
            | "urllib.parse.parse_qs"
            | "urllib.parse.urlsplit"
            | "textwrap.wrap"
            | "textwrap.fill" => {
                self.note(first, Kind::Text, 30);
            }
            "datetime.datetime.strptime" | "datetime.strptime" => self.note(first, Kind::Text, 30),
            "base64.b64encode" | "hashlib.md5" | "hashlib.sha1" | "hashlib.sha256"
            | "zlib.compress" | "binascii.hexlify" | "zlib.crc32" => {
                self.note(first, Kind::Bytes, 30);
            }
            "collections.Counter"
            | "itertools.permutations"
            | "itertools.combinations"
            | "statistics.mean"
            | "statistics.median"
            | "statistics.stdev"
            | "heapq.heapify"
            | "functools.reduce"
            | "random.choice"
            | "random.shuffle"
            | "itertools.accumulate"
            | "statistics.pstdev"
            | "statistics.mode"
            | "itertools.groupby" => {
                let position = usize::from(path == "functools.reduce");
                if let Some(argument) = arguments.get(position) {
                    self.note(argument, Kind::list(Kind::Integer), 14);
                }
            }
            "csv.reader" | "csv.DictReader" => self.note(first, Kind::list(Kind::Text), 12),
            "pandas.DataFrame" => self.note(first, Kind::Mapping, 10),
            "pandas.Series" => self.note(first, Kind::list(Kind::Integer), 12),
            "pandas.concat" => self.note(first, Kind::list(Kind::Frame), 20),
            _ => {}
        }
        if path.starts_with("math.") {
            let weight = 14;
            for argument in arguments {
                let kind = match last_of(path) {
                    "factorial" | "gcd" | "comb" | "perm" | "isqrt" | "lcm" => Kind::Integer,
                    _ => Kind::Float,
                };
                self.note(argument, kind, weight);
            }
        } else if path.starts_with("re.") {
            let position = match last_of(path) {
                "sub" | "subn" => 2,
                "compile" | "escape" => 0,
                _ => 1,
            };
            if let Some(argument) = arguments.get(position) {
                self.note(argument, Kind::Text, 25);
            }
        } else if path.starts_with("os.path.") {
            let kind = match last_of(path) {
                "exists" | "isfile" | "getsize" | "getmtime" => Kind::File,
                _ => Kind::Text,
            };
            self.note(first, kind, 15);
        } else if path.starts_with("numpy.linalg.") {
            for argument in arguments {
                self.note(argument, Kind::Matrix, 20);
            }
        } else if path.starts_with("numpy.") || path.starts_with("scipy.") {
            let kind = match last_of(path) {
                "zeros" | "ones" | "arange" | "eye" | "empty" | "identity" => Kind::Integer,
                "array" | "asarray" => Kind::list(Kind::Float),
                _ => Kind::Array,
            };
            self.note(first, kind, 15);
        } else if matches!(
            last_of(path),
            "read_csv" | "read_json" | "loadtxt" | "genfromtxt"
        ) {
            self.note(first, Kind::File, 30);
        }
    }

    fn isinstance(&mut self, subject: &Expr, types: &Expr) {
        let types: Vec<&Expr> = match types {
            Expr::Tuple(tuple) => tuple.elts.iter().collect(),
            other => vec![other],
        };
        for (kind, _) in types.iter().filter_map(|name| {
            let spelled = dotted(name)?;
            Some((kind_of_type(last_of(&spelled))?, ()))
        }) {
            self.note(subject, kind, 18);
        }
    }

    fn constant(&mut self, subject: &Expr, constant: &Expr, weight: i32) {
        let Expr::Name(name) = subject else {
            return;
        };
        let facts = self.facts.entry(name.id.to_string()).or_default();
        match constant {
            Expr::StringLiteral(text) => {
                facts.add(Kind::Text, weight);
                let text = text.value.to_str().to_owned();
                if !facts.strings.contains(&text) {
                    facts.strings.push(text);
                }
            }
            Expr::NumberLiteral(number) => match &number.value {
                Number::Int(integer) => {
                    facts.add(Kind::Integer, weight);
                    if let Some(value) = integer.as_i64()
                        && !facts.integers.contains(&value)
                    {
                        facts.integers.push(value);
                    }
                }
                Number::Float(_) => facts.add(Kind::Float, weight),
                Number::Complex { .. } => {}
            },
            Expr::BooleanLiteral(_) => facts.add(Kind::Boolean, weight),
            Expr::NoneLiteral(_) => facts.optional = true,
            Expr::List(list) => {
                for element in &list.elts {
                    self.constant(subject, element, weight / 2);
                }
            }
            Expr::Tuple(tuple) => {
                for element in &tuple.elts {
                    self.constant(subject, element, weight / 2);
                }
            }
            Expr::Set(set) => {
                for element in &set.elts {
                    self.constant(subject, element, weight / 2);
                }
            }
            _ => {}
        }
    }
}

/// The name at the root of a chain of attributes, subscripts and calls.
fn root_name(tree: &Expr) -> Option<&str> {
    match tree {
        Expr::Name(name) => Some(name.id.as_str()),
        Expr::Attribute(attribute) => root_name(&attribute.value),
        Expr::Subscript(subscript) => root_name(&subscript.value),
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(attribute) => root_name(&attribute.value),
            _ => None,
        },
        _ => None,
    }
}

/// String literals of an expression, lists and tuples of them included.
fn string_literals(tree: &Expr, into: &mut Vec<String>) {
    match tree {
        Expr::StringLiteral(text) => into.push(text.value.to_str().to_owned()),
        Expr::List(list) => list
            .elts
            .iter()
            .for_each(|element| string_literals(element, into)),
        Expr::Tuple(tuple) => tuple
            .elts
            .iter()
            .for_each(|element| string_literals(element, into)),
        _ => {}
    }
}

/// Adds what an annotation says.
pub(crate) fn annotate(facts: &mut Facts, annotation: &str) {
    if let Some(tree) = expression(annotation) {
        annotate_tree(facts, &tree, 100);
    }
}

fn annotate_tree(facts: &mut Facts, tree: &Expr, weight: i32) {
    match tree {
        Expr::StringLiteral(text) => {
            if let Some(inner) = expression(text.value.to_str()) {
                annotate_tree(facts, &inner, weight);
            }
        }
        Expr::NoneLiteral(_) => facts.optional = true,
        Expr::BinOp(binary) if binary.op == Operator::BitOr => {
            annotate_tree(facts, &binary.left, weight);
            annotate_tree(facts, &binary.right, weight - 5);
        }
        Expr::Subscript(subscript) => {
            let Some(name) = dotted(&subscript.value) else {
                return;
            };
            let inner: Vec<&Expr> = match &*subscript.slice {
                Expr::Tuple(tuple) => tuple.elts.iter().collect(),
                other => vec![other],
            };
            match last_of(&name) {
                "Optional" => {
                    facts.optional = true;
                    if let Some(inner) = inner.first() {
                        annotate_tree(facts, inner, weight);
                    }
                }
                "Union" => {
                    for (inner, offset) in inner.into_iter().zip(0..) {
                        annotate_tree(facts, inner, weight - 5 * offset);
                    }
                }
                "Literal" => {
                    for constant in inner {
                        if let Expr::StringLiteral(text) = constant {
                            facts.add(Kind::Text, weight);
                            facts.strings.push(text.value.to_str().to_owned());
                        }
                    }
                }
                "Callable" => {
                    let arity = match inner.first() {
                        Some(Expr::List(list)) => u8::try_from(list.elts.len()).unwrap_or(1),
                        _ => 1,
                    };
                    facts.add(Kind::Function(arity.clamp(1, 2)), weight);
                }
                container => {
                    let kind_at = |position: usize| {
                        let mut nested = Facts::default();
                        annotate_tree(&mut nested, inner.get(position)?, 100);
                        nested.ranked().into_iter().next()
                    };
                    let element = kind_at(0);
                    if kind_of_type(container) == Some(Kind::Mapping)
                        && let (Some(key), Some(value)) = (element.clone(), kind_at(1))
                    {
                        facts.items = Some((key, value));
                    }
                    let kind = match (kind_of_type(container), element) {
                        (Some(Kind::List(_)), Some(element)) => Kind::list(element),
                        (Some(Kind::Tuple(_)), Some(element)) => Kind::Tuple(Box::new(element)),
                        (Some(Kind::Set(_)), Some(element)) => Kind::Set(Box::new(element)),
                        (Some(kind), _) => kind,
                        (None, _) => return,
                    };
                    facts.add(kind, weight);
                }
            }
        }
        other => {
            if let Some(kind) = dotted(other).and_then(|name| kind_of_type(last_of(&name))) {
                facts.add(kind, weight);
            }
        }
    }
}

impl<'ast> Visitor<'ast> for Usage<'_> {
    fn visit_stmt(&mut self, statement: &'ast Stmt) {
        match statement {
            Stmt::For(looping) => self.element(&looping.target, &looping.iter),
            Stmt::Assign(assign) => {
                // `a, b = pair`.
                if let ([Expr::Tuple(_)], Expr::Name(name)) =
                    (assign.targets.as_slice(), &*assign.value)
                {
                    let name = name.id.to_string();
                    self.of(&name).add(Kind::Tuple(Box::new(Kind::Integer)), 18);
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_comprehension(&mut self, comprehension: &'ast Comprehension) {
        self.element(&comprehension.target, &comprehension.iter);
        walk_comprehension(self, comprehension);
    }

    fn visit_expr(&mut self, tree: &'ast Expr) {
        match tree {
            Expr::Call(call) => self.call(call),
            Expr::Attribute(attribute) => {
                if let Expr::Name(name) = &*attribute.value
                    && !self.imports.contains_key(name.id.as_str())
                {
                    let name = name.id.to_string();
                    let attribute = attribute.attr.to_string();
                    let facts = self.of(&name);
                    if let Some(kind) = kind_of_attribute(&attribute) {
                        facts.add(kind, 20);
                    }
                    facts.attributes.insert(attribute);
                }
            }
            Expr::Subscript(subscript) => match (&*subscript.value, &*subscript.slice) {
                (Expr::Name(name), Expr::StringLiteral(key)) => {
                    let key = key.value.to_str().to_owned();
                    let facts = self.facts.entry(name.id.to_string()).or_default();
                    facts.add(Kind::Mapping, 15);
                    if !facts.keys.contains(&key) {
                        facts.keys.push(key);
                    }
                }
                (container @ Expr::Name(_), Expr::NumberLiteral(_) | Expr::UnaryOp(_)) => {
                    self.note(container, Kind::list(Kind::Integer), 8);
                }
                (container @ Expr::Name(_), Expr::Slice(_)) => {
                    self.note(container, Kind::list(Kind::Integer), 5);
                    self.note(container, Kind::Text, 4);
                }
                (container @ Expr::Name(_), Expr::Tuple(_)) => {
                    self.note(container, Kind::Matrix, 20);
                }
                (container @ Expr::Name(_), index @ Expr::Name(_)) => {
                    self.note(container, Kind::list(Kind::Integer), 4);
                    self.note(index, Kind::Integer, 3);
                }
                (chain @ (Expr::Call(_) | Expr::Attribute(_)), Expr::StringLiteral(key)) => {
                    if let Some(root) = root_name(chain) {
                        let root = root.to_owned();
                        extend_unique(&mut self.of(&root).keys, &[key.value.to_str().to_owned()]);
                    }
                }
                (Expr::Subscript(outer), _) => {
                    self.note(&outer.value, Kind::list(Kind::list(Kind::Integer)), 14);
                }
                _ => {}
            },
            Expr::BinOp(binary) => {
                let weight = match binary.op {
                    Operator::Add => 3,
                    Operator::Mod
                    | Operator::FloorDiv
                    | Operator::BitAnd
                    | Operator::BitOr
                    | Operator::BitXor
                    | Operator::LShift
                    | Operator::RShift => 8,
                    _ => 6,
                };
                let kind = match binary.op {
                    Operator::Div => Kind::Float,
                    Operator::MatMult => Kind::Matrix,
                    _ => Kind::Integer,
                };
                let is_text =
                    |side: &Expr| side.is_string_literal_expr() || side.is_f_string_expr();
                let pair = [
                    (&*binary.left, &*binary.right),
                    (&*binary.right, &*binary.left),
                ];
                for (subject, other) in pair {
                    if is_text(other) && binary.op == Operator::Add {
                        self.note(subject, Kind::Text, 12);
                    } else if !is_text(other) {
                        let kind = if other.is_list_expr() {
                            Kind::list(Kind::Integer)
                        } else {
                            kind.clone()
                        };
                        self.note(subject, kind, weight);
                    }
                }
            }
            Expr::UnaryOp(unary) if unary.op == ruff_python_ast::UnaryOp::USub => {
                self.note(&unary.operand, Kind::Integer, 5);
            }
            Expr::Compare(compare) => {
                let mut left = &*compare.left;
                for (operator, right) in compare.ops.iter().zip(&compare.comparators) {
                    match operator {
                        CmpOp::In | CmpOp::NotIn => {
                            if let (Expr::StringLiteral(text), Expr::Name(container)) =
                                (left, right)
                            {
                                let text = text.value.to_str().to_owned();
                                let facts = self.facts.entry(container.id.to_string()).or_default();
                                facts.add(Kind::Text, 6);
                                facts.add(Kind::Mapping, 4);
                                if text.chars().all(|c| c.is_alphanumeric() || c == '_') {
                                    facts.keys.push(text.clone());
                                }
                                facts.strings.push(text);
                            } else {
                                self.constant(left, right, 12);
                                self.note(right, Kind::list(Kind::Integer), 4);
                            }
                        }
                        _ => {
                            self.constant(left, right, 10);
                            self.constant(right, left, 10);
                            if matches!(operator, CmpOp::Lt | CmpOp::Gt | CmpOp::LtE | CmpOp::GtE) {
                                self.note(left, Kind::Integer, 3);
                                self.note(right, Kind::Integer, 3);
                            }
                        }
                    }
                    left = right;
                }
            }
            _ => {}
        }
        walk_expr(self, tree);
    }
}
