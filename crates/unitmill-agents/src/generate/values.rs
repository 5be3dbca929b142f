//! Values to call functions with: for each kind of parameter a short list, the most
//! ordinary one first, edge cases after it. All of it is fixed; nothing is drawn.

use super::facts::Facts;
use super::kinds::{Kind, kind_of_type};
use crate::syntax::quote;

/// A value as Python text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Value {
    /// The expression.
    pub(crate) text: String,
    /// Statements before it, each a line (or several).
    pub(crate) setup: String,
    /// It is an object that a function could change: bound to a name first.
    pub(crate) is_mutable: bool,
    /// The module that the expression needs: `numpy`, `pandas`, `datetime`, `io`.
    pub(crate) needs: Option<&'static str>,
}

impl Value {
    pub(super) fn plain(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            setup: String::new(),
            is_mutable: false,
            needs: None,
        }
    }

    pub(super) fn mutable(text: impl Into<String>) -> Self {
        Self {
            is_mutable: true,
            ..Self::plain(text)
        }
    }

    pub(super) fn of(needs: &'static str, text: impl Into<String>) -> Self {
        Self {
            needs: Some(needs),
            is_mutable: needs != "datetime",
            ..Self::plain(text)
        }
    }
}

/// What a list of values depends on besides the kind.
pub(crate) struct Surroundings<'facts> {
    /// The parameter's name.
    pub(crate) name: &'facts str,
    /// What is known about it.
    pub(crate) facts: &'facts Facts,
    /// How many parameters of the same kind came before: the second of two lists has
    /// other elements, but the same lengths.
    pub(crate) variant: usize,
    /// Columns of the frame that another parameter takes.
    pub(crate) columns: &'facts [String],
    /// Keys of the mapping that another parameter takes.
    pub(crate) keys: &'facts [String],
    /// Strings and integers of the function's body.
    pub(crate) strings: &'facts [String],
    pub(crate) integers: &'facts [i64],
}

/// Evidence that a parameter's name gives, with its weight.
pub(crate) fn by_name(name: &str, facts: &mut Facts) {
    let lower = name.to_lowercase();
    let parts: Vec<&str> = lower.split('_').collect();
    let last = parts.last().copied().unwrap_or("");
    if matches!(
        parts.first(),
        Some(&"is" | &"has" | &"use" | &"with" | &"should")
    ) && parts.len() > 1
    {
        facts.add(Kind::Boolean, 12);
    }
    if let Some(kind) = kind_of_name(last) {
        facts.add(kind, 9);
    } else if let Some(stem) = last.strip_suffix('s')
        && let Some(kind) = kind_of_name(stem)
    {
        facts.add(Kind::list(kind), 9);
    }
}

fn kind_of_name(name: &str) -> Option<Kind> {
    Some(match name {
        "n" | "k" | "m" | "i" | "j" | "num" | "number" | "count" | "size" | "length" | "width"
        | "height" | "depth" | "level" | "index" | "idx" | "start" | "end" | "stop" | "step"
        | "limit" | "max" | "min" | "page" | "base" | "year" | "month" | "day" | "hour"
        | "seed" | "bits" | "digit" | "offset" | "total" | "chunk" | "window" | "order"
        | "degree" | "iterations" | "seconds" | "minutes" | "bytes" | "precision" | "decimals"
        | "a" | "b" | "c" | "id" | "age" | "low" | "high" | "lo" | "hi" | "target" | "port" => {
            Kind::Integer
        }
        "x" | "y" | "z" | "t" | "value" | "val" | "rate" | "ratio" | "alpha" | "beta" | "gamma"
        | "sigma" | "mu" | "eps" | "epsilon" | "tol" | "threshold" | "price" | "amount"
        | "temperature" | "angle" | "radius" | "distance" | "weight" | "score" | "lat" | "lon"
        | "lng" | "latitude" | "longitude" | "speed" | "mass" | "probability" | "p" | "lr"
        | "scale" | "factor" => Kind::Float,
        "s" | "st" | "text" | "string" | "str" | "name" | "word" | "line" | "sentence" | "msg"
        | "message" | "title" | "label" | "content" | "prefix" | "suffix" | "sep" | "delimiter"
        | "delim" | "char" | "ch" | "letter" | "pattern" | "url" | "uri" | "email" | "token"
        | "html" | "json" | "query" | "password" | "username" | "language" | "lang" | "code"
        | "source" | "body" | "key" | "phrase" | "paragraph" | "date" | "timestamp" | "color"
        | "version" | "ip" | "address" | "filename" | "extension" | "ext" | "mode" | "format"
        | "fmt" | "encoding" | "unit" | "raw" | "input" | "sequence" | "dna" | "expression"
        | "expr" | "tag" | "slug" | "camel" | "snake" | "hexstr" | "host" | "header" | "column"
        | "col" | "field" | "city" | "country" | "category" | "region" | "department" | "brand"
        | "species" | "gender" | "status" | "product" | "article" | "customer" | "user"
        | "class" | "kind" | "group" | "team" | "model" | "s1" | "s2" | "str1" | "str2"
        | "string1" | "string2" => Kind::Text,
        "items" | "values" | "lst" | "list" | "arr" | "nums" | "numbers" | "seq" | "elements"
        | "data" | "xs" | "ys" | "scores" | "weights" | "prices" | "points" | "l" | "iterable"
        | "collection" | "list1" | "list2" | "lst1" | "lst2" | "indices" | "sizes" | "counts"
        | "samples" | "ints" | "l1" | "l2" => Kind::list(Kind::Integer),
        "words" | "strings" | "names" | "lines" | "tokens" | "texts" | "sentences" | "keys"
        | "labels" | "tags" | "args" | "columns" | "cols" | "fields" | "paths" | "files"
        | "strs" | "documents" | "docs" => Kind::list(Kind::Text),
        "matrix" | "grid" | "board" | "mat" | "table" | "rows" | "image" | "maze" => {
            Kind::list(Kind::list(Kind::Integer))
        }
        "d" | "dict" | "dic" | "mapping" | "config" | "cfg" | "params" | "options" | "obj"
        | "record" | "row" | "kwargs" | "settings" | "payload" | "attrs" | "d1" | "d2"
        | "dict1" | "dict2" | "metadata" | "info" | "graph" | "entry" | "event" => Kind::Mapping,
        "records" | "dicts" | "entries" | "events" | "objects" => Kind::list(Kind::Mapping),
        "df" | "frame" | "dataframe" | "dataset" => Kind::Frame,
        "series" | "ser" => Kind::Series,
        "array" | "vec" | "vector" | "signal" | "v" | "u" | "img" | "y_true" | "y_pred"
        | "true" | "pred" | "predictions" | "targets" => Kind::Array,
        "f" | "fn" | "func" | "function" | "callback" | "predicate" | "pred_fn" | "transform"
        | "mapper" | "callable" => Kind::Function(1),
        "path" | "file" | "filepath" | "fname" | "fpath" => Kind::File,
        "flag" | "verbose" | "reverse" | "strict" | "inclusive" | "ignore" | "debug"
        | "normalize" | "recursive" | "ascending" => Kind::Boolean,
        "dt" | "datetime" | "when" | "moment" => Kind::Moment,
        "stream" | "fp" | "handle" | "fd" | "fh" => Kind::Stream,
        "pair" | "point" | "coords" | "coord" | "shape" | "position" | "pos" | "interval" => {
            Kind::Tuple(Box::new(Kind::Integer))
        }
        "set1" | "set2" | "seen" | "visited" => Kind::Set(Box::new(Kind::Integer)),
        _ => return None,
    })
}

/// The kind of a default value.
pub(crate) fn by_default(default: &str) -> Option<Kind> {
    let text = default.trim();
    let first = text.chars().next()?;
    if text == "True" || text == "False" {
        return Some(Kind::Boolean);
    }
    if text.starts_with("b'") || text.starts_with("b\"") {
        return Some(Kind::Bytes);
    }
    if matches!(first, '\'' | '"') {
        return Some(Kind::Text);
    }
    let number = text.trim_start_matches('-');
    if number
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_digit() || c == '.')
    {
        return Some(
            if number.contains(['.', 'e']) && !number.starts_with("0x") {
                Kind::Float
            } else {
                Kind::Integer
            },
        );
    }
    match first {
        '[' => Some(Kind::list(Kind::Integer)),
        '(' => Some(Kind::Tuple(Box::new(Kind::Integer))),
        '{' if text.contains(':') || text == "{}" => Some(Kind::Mapping),
        '{' => Some(Kind::Set(Box::new(Kind::Integer))),
        _ if text.starts_with("lambda") => Some(Kind::Function(1)),
        _ => {
            let name = text.split('(').next().unwrap_or(text);
            kind_of_type(crate::syntax::last_of(name)).filter(|_| text.ends_with(')'))
        }
    }
}

/// The values of a kind, ordinary ones first.
pub(crate) fn pool(kind: &Kind, around: &Surroundings<'_>) -> Vec<Value> {
    let mut values = match kind {
        Kind::Integer => integers(around).into_iter().map(Value::plain).collect(),
        Kind::Float => rotate(
            ["2.5", "0.5", "10.0", "0.0", "-1.5", "3", "100.0"]
                .map(Value::plain)
                .to_vec(),
            around.variant,
        ),
        Kind::Boolean => ["True", "False"].map(Value::plain).to_vec(),
        Kind::Text => texts(around)
            .into_iter()
            .map(|text| Value::plain(quote(&text)))
            .collect(),
        Kind::Bytes => ["b\"hello\"", "b\"\"", "b\"\\x00\\x01\\xff\"", "b\"abcabc\""]
            .map(Value::plain)
            .to_vec(),
        Kind::List(element) => lists(element, around)
            .into_iter()
            .map(|(text, needs)| Value {
                needs,
                ..Value::mutable(text)
            })
            .collect(),
        Kind::Tuple(element) => {
            let mut texts = tuples(element, around.variant);
            if let ([first, .., last], Kind::Text) = (around.facts.strings.as_slice(), &**element) {
                texts.insert(0, format!("({}, {})", quote(first), quote(last)));
            }
            texts.into_iter().map(Value::plain).collect()
        }
        Kind::Set(element) => sets(element, around.variant)
            .into_iter()
            .map(Value::mutable)
            .collect(),
        Kind::Mapping => mappings(around).into_iter().map(Value::mutable).collect(),
        Kind::Array => arrays(around.variant),
        Kind::Matrix => [
            "np.array([[1.0, 2.0], [3.0, 4.0]])",
            "np.array([[2.0, 0.0], [0.0, 3.0]])",
            "np.eye(2)",
            "np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])",
        ]
        .map(|text| Value::of("numpy", text))
        .to_vec(),
        Kind::Frame => frames(around),
        Kind::Series => [
            "pd.Series([3, 1, 2, 5])",
            "pd.Series([1.5, 2.5, None, 4.0])",
            "pd.Series([\"b\", \"a\", \"b\", \"c\"])",
            "pd.Series([7])",
        ]
        .map(|text| Value::of("pandas", text))
        .to_vec(),
        Kind::Function(arity) => functions(*arity),
        Kind::File => files(),
        Kind::Moment => [
            "datetime.datetime(2024, 2, 29, 12, 30, 15)",
            "datetime.datetime(1999, 12, 31, 23, 59, 59)",
            "datetime.datetime(2020, 1, 1)",
        ]
        .map(|text| Value::of("datetime", text))
        .to_vec(),
        Kind::Day => [
            "datetime.date(2024, 2, 29)",
            "datetime.date(1999, 12, 31)",
            "datetime.date(2020, 1, 6)",
        ]
        .map(|text| Value::of("datetime", text))
        .to_vec(),
        Kind::Stream => [
            "io.StringIO(\"first line\\nsecond line\\n\")",
            "io.StringIO(\"a,b\\n1,2\\n3,4\\n\")",
            "io.StringIO(\"\")",
        ]
        .map(|text| Value::of("io", text))
        .to_vec(),
    };
    if around.facts.optional {
        values.push(Value::plain("None"));
    }
    values
}

fn rotate<T>(mut values: Vec<T>, by: usize) -> Vec<T> {
    if !values.is_empty() {
        let by = by % values.len();
        values.rotate_left(by);
    }
    values
}

fn integers(around: &Surroundings<'_>) -> Vec<String> {
    let lower = around.name.to_lowercase();
    let usual: &[i64] = match lower.rsplit('_').next().unwrap_or("") {
        "year" => &[2024, 1900, 2023, 2000, 1],
        "month" => &[2, 12, 1, 7, 13],
        "day" => &[15, 1, 29, 31],
        "hour" => &[13, 0, 23, 12],
        "minute" | "second" | "minutes" => &[30, 0, 59, 90],
        "seconds" => &[3661, 0, 59, 86400, 90],
        "bytes" => &[2048, 0, 1023, 1_048_576],
        "base" => &[2, 10, 16, 8],
        "k" | "window" | "step" | "chunk" | "size" | "width" | "precision" | "decimals" => {
            &[2, 3, 1, 5, 0]
        }
        "seed" | "random_state" => &[42, 0, 7],
        _ => &[5, 1, 10, 0, -3, 2, 7, 100],
    };
    let mut numbers: Vec<i64> = rotate(usual.to_vec(), around.variant);
    // The values around a constant decide a comparison. Large constants would make large
    // loops.
    let mut special: Vec<i64> = Vec::new();
    for constant in around.facts.integers.iter().chain(around.integers) {
        for number in [*constant, constant + 1, constant - 1] {
            if number.unsigned_abs() <= 10_000 && !special.contains(&number) {
                special.push(number);
            }
        }
    }
    special.retain(|number| !numbers.contains(number));
    special.truncate(6);
    // Interleaved behind the first three, so that both kinds get their turn.
    let at = numbers.len().min(3);
    for (offset, number) in special.into_iter().enumerate() {
        let position = (at + 2 * offset).min(numbers.len());
        numbers.insert(position, number);
    }
    numbers.iter().map(i64::to_string).collect()
}

fn texts(around: &Surroundings<'_>) -> Vec<String> {
    let lower = around.name.to_lowercase();
    let last = lower.rsplit('_').next().unwrap_or("");
    let own = |texts: &[&str]| -> Vec<String> { texts.iter().map(|&t| t.to_owned()).collect() };
    if !around.columns.is_empty()
        && matches!(
            last,
            "col"
                | "column"
                | "by"
                | "on"
                | "field"
                | "feature"
                | "target"
                | "group"
                | "key"
                | "label"
                | "name"
                | "variable"
                | "x"
                | "y"
                | "index"
                | "value"
        )
    {
        let mut columns = rotate(around.columns.to_vec(), around.variant);
        columns.push("missing".to_owned());
        return columns;
    }
    if !around.keys.is_empty()
        && matches!(
            last,
            "key" | "name" | "field" | "attr" | "k" | "id" | "path"
        )
    {
        let mut keys = around.keys.to_vec();
        keys.push("missing".to_owned());
        return keys;
    }
    let mut texts = match last {
        "sep" | "separator" | "delimiter" | "delim" | "char" | "ch" | "letter" | "c" => {
            own(&[",", " ", "a", "-", ";"])
        }
        "url" | "uri" | "link" => own(&[
            "https://example.com/docs/page?lang=en&q=1#top",
            "http://localhost:8080/",
            "example.com",
            "ftp://files.example.org/a.txt",
            "",
        ]),
        "email" | "mail" => own(&[
            "ada@example.com",
            "not an address",
            "a.b+c@mail.example.org",
            "",
            "@",
        ]),
        "date" | "day" => own(&["2024-02-29", "29/02/2024", "2023-12-31", "not a date", ""]),
        "timestamp" | "datetime" | "time" => own(&[
            "2024-02-29 12:30:00",
            "12:30",
            "2024-02-29T12:30:00",
            "01:02:03",
            "",
        ]),
        "json" | "payload" => own(&["{\"a\": 1, \"b\": [2, 3]}", "[]", "{}", "not json"]),
        "html" | "xml" | "markup" => own(&[
            "<p>Hello <b>world</b></p>",
            "plain",
            "",
            "<a href=\"/x\">x</a>",
        ]),
        "version" | "ver" => own(&["1.2.10", "2.0", "1.2.10-beta", "10", ""]),
        "ip" | "host" | "address" | "addr" => {
            own(&["192.168.0.1", "256.1.1.1", "10.0.0.255", "::1", ""])
        }
        "color" | "colour" | "hex" | "hexstr" => own(&["#ff8800", "00ff00", "#abc", "red", ""]),
        "number" | "num" | "digits" | "n" | "phone" => own(&["42", "3.14", "-7", "abc", ""]),
        "binary" | "bits" => own(&["1011", "0", "11111111", "102"]),
        "sequence" | "dna" | "rna" | "seq" | "strand" => own(&["ACGTTGCA", "AAAA", "", "acgu"]),
        "name" | "username" | "author" => {
            own(&["Ada Lovelace", "alan", "O'Brien", "", "van der Berg"])
        }
        "word" | "token" => own(&["level", "Banana", "a", "", "mississippi"]),
        "path" | "filename" | "file" | "filepath" => {
            own(&["folder/report.final.txt", "README", "/a/b.py", ""])
        }
        "pattern" | "regex" => own(&["[a-z]+", "\\d+", "a", ""]),
        "expression" | "expr" | "formula" => own(&["1 + 2 * 3", "(4 - 1)", "10 / 4", "x", ""]),
        "csv" | "table" => own(&["a,b\n1,2\n3,4", "a", ""]),
        "code" | "source" => own(&["x = 1\nprint(x)\n", "", "def f():\n    return 1\n"]),
        "encoding" => own(&["utf-8", "ascii", "latin-1"]),
        "password" => own(&["Secret123!", "short", "alllowercase", "", "NoDigits!"]),
        "line" | "row" => own(&[
            "key = value # note",
            "a,b,c",
            "  indented line\n",
            "",
            "one two  three",
        ]),
        "prefix" | "suffix" => own(&["he", "ld", "", "x"]),
        _ => own(&[
            "hello world",
            "Level",
            "a,b,c",
            "",
            "The quick brown Fox",
            "  padded text  ",
            "abc123",
            "42",
            "one-two_three",
        ]),
    };
    texts = rotate(texts, around.variant);
    let mut special: Vec<String> = around
        .facts
        .strings
        .iter()
        .chain(around.strings)
        .filter(|text| text.len() <= 60 && !text.contains('%') && !texts.contains(text))
        .cloned()
        .collect();
    special.dedup();
    special.truncate(5);
    // What a parameter is compared with is the best guess there is; constants of the body
    // at large come behind the first usual ones.
    let at = if around.facts.strings.is_empty() {
        texts.len().min(3)
    } else {
        0
    };
    texts.splice(at..at, special);
    texts
}

fn lists(element: &Kind, around: &Surroundings<'_>) -> Vec<(String, Option<&'static str>)> {
    let variant = around.variant;
    let plain = |texts: &[&str]| -> Vec<(String, Option<&'static str>)> {
        texts
            .iter()
            .map(|text| ((*text).to_owned(), None))
            .collect()
    };
    match element {
        Kind::Integer | Kind::Boolean if variant.is_multiple_of(2) => plain(&[
            "[3, 1, 2]",
            "[1, 2, 3, 4, 5]",
            "[]",
            "[7]",
            "[5, 5, 1, -2]",
            "[10, -10, 0, 4, 4, 8]",
        ]),
        Kind::Integer | Kind::Boolean => plain(&[
            "[2, 4, 6]",
            "[5, 4, 3, 2, 1]",
            "[]",
            "[2]",
            "[1, 0, 5, 5]",
            "[1, 2, 0, 4, 9, -1]",
        ]),
        Kind::Float if variant.is_multiple_of(2) => plain(&[
            "[1.5, 2.5, 4.0]",
            "[0.1, 0.2, 0.3, 0.4, 0.5]",
            "[]",
            "[2.0]",
            "[-1.0, 0.0, 1.0, 2.0]",
        ]),
        Kind::Float => plain(&[
            "[1.0, 3.0, 3.5]",
            "[0.4, 0.3, 0.2, 0.1, 0.6]",
            "[]",
            "[1.5]",
            "[2.0, 0.5, -3.0, 1.0]",
        ]),
        Kind::Text => {
            let mut lists = plain(&[
                "[\"apple\", \"banana\", \"cherry\"]",
                "[\"b\", \"a\", \"b\", \"d\", \"c\"]",
                "[]",
                "[\"one\"]",
                "[\"Hello\", \"hello world\", \"\", \"42\"]",
                "[\"12\", \"7\", \"x\"]",
            ]);
            if !around.columns.is_empty() {
                let columns: Vec<String> = around
                    .columns
                    .iter()
                    .take(2)
                    .map(|column| quote(column))
                    .collect();
                lists.insert(0, (format!("[{}]", columns.join(", ")), None));
            } else if !around.facts.strings.is_empty() {
                // As long as the first list of any other kind.
                let strings: Vec<String> = around
                    .facts
                    .strings
                    .iter()
                    .cycle()
                    .take(3)
                    .map(|text| quote(text))
                    .collect();
                lists.insert(0, (format!("[{}]", strings.join(", ")), None));
                lists.insert(1, (format!("[{}]", strings[0]), None));
            }
            lists
        }
        Kind::Tuple(_) => plain(&[
            "[(1, 2), (3, 1), (2, 2)]",
            "[(0, 5), (5, 3)]",
            "[]",
            "[(4, 4)]",
            "[(\"a\", 1), (\"b\", 2)]",
        ]),
        Kind::List(inner) if **inner == Kind::Text => plain(&[
            "[[\"a\", \"b\"], [\"c\"]]",
            "[[\"x\", \"y\"], [\"z\", \"w\"]]",
            "[]",
        ]),
        Kind::List(_) => plain(&[
            "[[1, 2, 3], [4, 5, 6], [7, 8, 9]]",
            "[[1, 0], [0, 1]]",
            "[[5]]",
            "[]",
            "[[0, 1, 0], [1, 1, 0]]",
        ]),
        Kind::Mapping => {
            let single: Vec<String> = mappings(around);
            let first = single.first().cloned().unwrap_or_else(|| "{}".to_owned());
            let second = single.get(1).cloned().unwrap_or_else(|| "{}".to_owned());
            vec![
                (format!("[{first}, {second}]"), None),
                (format!("[{first}]"), None),
                ("[]".to_owned(), None),
            ]
        }
        Kind::Set(_) => plain(&["[{1, 2}, {2, 3}]", "[{1}]", "[]"]),
        Kind::Array => vec![
            (
                "[np.array([1.0, 2.0]), np.array([3.0, 4.0])]".to_owned(),
                Some("numpy"),
            ),
            ("[np.array([0.5, 0.5])]".to_owned(), Some("numpy")),
        ],
        Kind::Matrix => vec![("[np.eye(2), np.ones((2, 2))]".to_owned(), Some("numpy"))],
        Kind::Frame => vec![(
            "[pd.DataFrame({\"a\": [1, 2]}), pd.DataFrame({\"a\": [3]})]".to_owned(),
            Some("pandas"),
        )],
        Kind::Day | Kind::Moment => vec![(
            "[datetime.date(2024, 2, 29), datetime.date(2023, 1, 1)]".to_owned(),
            Some("datetime"),
        )],
        _ => plain(&["[3, 1, 2]", "[]"]),
    }
}

fn tuples(element: &Kind, variant: usize) -> Vec<String> {
    let texts: &[&str] = match element {
        Kind::Text => &["(\"a\", \"b\")", "(\"x\", \"\")"],
        Kind::Float => &["(1.5, 2.5)", "(0.0, -1.0)", "(3.0, 4.0)"],
        _ => &["(3, 4)", "(1, 2)", "(0, 0)", "(-2, 5)"],
    };
    rotate(
        texts.iter().map(|text| (*text).to_owned()).collect(),
        variant,
    )
}

fn sets(element: &Kind, variant: usize) -> Vec<String> {
    let texts: &[&str] = match element {
        Kind::Text => &["{\"a\", \"b\"}", "{\"b\", \"c\", \"d\"}", "set()"],
        _ => &["{1, 2, 3}", "{2, 3, 4}", "set()", "{9}"],
    };
    rotate(
        texts.iter().map(|text| (*text).to_owned()).collect(),
        variant,
    )
}

/// Three values of a kind, for the inside of a mapping.
fn samples(kind: &Kind) -> [&'static str; 3] {
    match kind {
        Kind::Integer => ["3", "1", "7"],
        Kind::Float => ["2.5", "0.5", "10.0"],
        Kind::Text | Kind::File => ["\"a\"", "\"b\"", "\"c\""],
        Kind::Boolean => ["True", "False", "True"],
        Kind::Bytes => ["b\"a\"", "b\"b\"", "b\"\""],
        Kind::List(inner) => match **inner {
            Kind::Text => ["[\"b\", \"c\"]", "[\"c\"]", "[]"],
            Kind::Float => ["[1.5, 2.5]", "[0.5]", "[]"],
            Kind::Tuple(_) => ["[(\"b\", 1)]", "[(\"a\", 2)]", "[]"],
            _ => ["[1, 2, 3]", "[4]", "[]"],
        },
        Kind::Tuple(_) => ["(3, 4)", "(1, 2)", "(0, 0)"],
        Kind::Set(inner) => match **inner {
            Kind::Text => ["{\"b\", \"c\"}", "{\"c\"}", "set()"],
            _ => ["{1, 2}", "{2}", "set()"],
        },
        Kind::Mapping => ["{\"a\": 1}", "{\"b\": 2, \"c\": 3}", "{}"],
        _ => ["None", "1", "\"a\""],
    }
}

fn mappings(around: &Surroundings<'_>) -> Vec<String> {
    if let Some((key, value)) = &around.facts.items
        && around.facts.keys.is_empty()
    {
        let (keys, values) = (samples(key), samples(value));
        let item = |key: usize, value: usize| format!("{}: {}", keys[key], values[value]);
        return vec![
            format!("{{{}, {}, {}}}", item(0, 0), item(1, 1), item(2, 2)),
            format!("{{{}, {}}}", item(1, 0), item(2, 1)),
            "{}".to_owned(),
            format!("{{{}}}", item(0, 2)),
        ];
    }
    if !around.facts.keys.is_empty() {
        let fill = |round: usize| -> String {
            let items: Vec<String> = around
                .facts
                .keys
                .iter()
                .enumerate()
                .map(|(index, key)| {
                    format!("{}: {}", quote(key), value_for_key(key, index + 3 * round))
                })
                .collect();
            format!("{{{}}}", items.join(", "))
        };
        return vec![fill(0), fill(1), fill(2), "{}".to_owned()];
    }
    let texts: &[&str] = if around.variant.is_multiple_of(2) {
        &[
            "{\"a\": 1, \"b\": 2}",
            "{\"x\": 10, \"y\": -5, \"z\": 0}",
            "{}",
            "{\"name\": \"Ada\", \"age\": 36}",
            "{\"outer\": {\"inner\": 1}, \"flat\": 2}",
            "{\"A\": [\"B\", \"C\"], \"B\": [\"C\"], \"C\": []}",
        ]
    } else {
        &[
            "{\"b\": 3, \"c\": 4}",
            "{\"x\": 1, \"y\": 2}",
            "{\"k\": \"v\"}",
            "{}",
            "{\"outer\": {\"other\": 3}}",
        ]
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// A value that fits a key's name.
fn value_for_key(key: &str, index: usize) -> String {
    let lower = key.to_lowercase();
    let pick = |texts: &[&str]| texts[index % texts.len()].to_owned();
    match kind_of_name(lower.rsplit('_').next().unwrap_or("")) {
        Some(Kind::Text) => match lower.as_str() {
            "date" | "timestamp" => pick(&["\"2024-02-29\"", "\"2023-12-31\"", "\"2020-01-01\""]),
            _ => pick(&["\"alpha\"", "\"beta\"", "\"gamma\"", "\"alpha\""]),
        },
        Some(Kind::Float) => pick(&["2.5", "0.5", "10.0", "4.0"]),
        Some(Kind::Boolean) => pick(&["True", "False"]),
        Some(Kind::List(_)) => pick(&["[1, 2, 3]", "[4]", "[2, 2]"]),
        Some(Kind::Mapping) => pick(&["{\"a\": 1}", "{\"b\": 2}"]),
        _ => pick(&["3", "1", "7", "2", "5"]),
    }
}

fn arrays(variant: usize) -> Vec<Value> {
    let texts: &[&str] = if variant.is_multiple_of(2) {
        &[
            "np.array([1.0, 2.0, 3.0, 4.0])",
            "np.array([3, 1, 2])",
            "np.array([[1.0, 2.0], [3.0, 4.0]])",
            "np.array([0.5, -1.5, 0.0])",
            "np.array([5.0])",
            "np.arange(6).reshape(2, 3)",
        ]
    } else {
        &[
            "np.array([1.0, 2.5, 2.5, 5.0])",
            "np.array([3, 2, 2])",
            "np.array([[0.0, 1.0], [1.0, 0.0]])",
            "np.array([1.5, -0.5, 1.0])",
            "np.array([4.0])",
            "np.arange(6, 12).reshape(2, 3)",
        ]
    };
    texts.iter().map(|text| Value::of("numpy", *text)).collect()
}

/// The columns of the frames below, for parameters that name one.
pub(crate) const USUAL_COLUMNS: &[&str] = &["group", "amount", "score"];

fn frames(around: &Surroundings<'_>) -> Vec<Value> {
    let columns = &around.facts.keys;
    if columns.is_empty() {
        return [
            "pd.DataFrame({\"group\": [\"a\", \"b\", \"a\", \"c\"], \"amount\": [3, 1, 2, 4], \"score\": [0.5, 1.5, 2.5, 3.5]})",
            "pd.DataFrame({\"group\": [\"x\", \"x\"], \"amount\": [10, 20], \"score\": [1.0, None]})",
            "pd.DataFrame({\"amount\": [1, 2, 3], \"score\": [4.0, 5.0, 6.0]})",
        ]
        .map(|text| Value::of("pandas", text))
        .to_vec();
    }
    (0..3)
        .map(|round| {
            let rows = [4, 3, 1][round];
            let items: Vec<String> = columns
                .iter()
                .enumerate()
                .map(|(position, column)| {
                    let cells: Vec<String> = (0..rows)
                        .map(|row| value_for_key(column, position + row + round))
                        .collect();
                    format!("{}: [{}]", quote(column), cells.join(", "))
                })
                .collect();
            Value::of("pandas", format!("pd.DataFrame({{{}}})", items.join(", ")))
        })
        .collect()
}

fn functions(arity: u8) -> Vec<Value> {
    let texts: &[&str] = if arity >= 2 {
        &[
            "lambda left, right: left + right",
            "lambda left, right: left * right",
            "max",
        ]
    } else {
        &[
            "lambda item: item * 2",
            "lambda item: item > 2",
            "str",
            "len",
            "lambda item: item ** 2 - 2",
        ]
    };
    texts.iter().map(|text| Value::plain(*text)).collect()
}

fn files() -> Vec<Value> {
    [
        ("sample.txt", "first line\nsecond line\nthird\n"),
        ("sample.csv", "name,age,score\nAda,36,1.5\nAlan,41,2.0\n"),
        ("sample.json", "{\"a\": 1, \"b\": [2, 3]}"),
        ("empty.txt", ""),
    ]
    .into_iter()
    .map(|(name, content)| file(name, content))
    .chain([Value::plain("\"no_such_file.txt\"")])
    .collect()
}

/// The path of a file of that name and content.
pub(super) fn file(name: &str, content: &str) -> Value {
    Value {
        setup: format!(
            "with open({name}, \"w\") as handle:\n    handle.write({content})",
            name = quote(name),
            content = quote(content)
        ),
        ..Value::plain(quote(name))
    }
}
