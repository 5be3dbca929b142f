//! The kinds of values that a function may take, and what gives them away.

/// What kind of value a parameter takes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Kind {
    Integer,
    Text,
    Float,
    List(Box<Kind>),
    Mapping,
    Array,
    Matrix,
    Frame,
    Series,
    Boolean,
    Tuple(Box<Kind>),
    Set(Box<Kind>),
    Bytes,
    /// A function of so many arguments.
    Function(u8),
    /// The path of a file that exists.
    File,
    Moment,
    Day,
    /// An open text stream.
    Stream,
}

impl Kind {
    pub(crate) fn list(element: Kind) -> Self {
        Self::List(Box::new(element))
    }

    /// Python's name of the type of such values.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Integer => "int",
            Self::Float => "float",
            Self::Text | Self::File => "str",
            Self::Boolean => "bool",
            Self::Bytes => "bytes",
            Self::List(_) => "list",
            Self::Tuple(_) => "tuple",
            Self::Set(_) => "set",
            Self::Mapping => "dict",
            Self::Array | Self::Matrix => "numpy.ndarray",
            Self::Frame => "DataFrame",
            Self::Series => "Series",
            Self::Function(_) => "function",
            Self::Moment => "datetime.datetime",
            Self::Day => "datetime.date",
            Self::Stream => "_io.StringIO",
        }
    }
}

/// The kind that a type's name means.
pub(crate) fn kind_of_type(name: &str) -> Option<Kind> {
    Some(match name {
        "int" | "integer" | "Integral" | "Integer" => Kind::Integer,
        "float" | "Number" | "Real" | "complex" | "floating" | "Decimal" => Kind::Float,
        "str" | "Text" | "basestring" | "unicode" | "string" | "LiteralString" => Kind::Text,
        "bool" | "boolean" => Kind::Boolean,
        "bytes" | "bytearray" | "ByteString" => Kind::Bytes,
        "list" | "List" | "Sequence" | "Iterable" | "Collection" | "Iterator"
        | "MutableSequence" | "deque" | "Deque" => Kind::list(Kind::Integer),
        "tuple" | "Tuple" => Kind::Tuple(Box::new(Kind::Integer)),
        "set" | "Set" | "frozenset" | "FrozenSet" | "AbstractSet" => {
            Kind::Set(Box::new(Kind::Integer))
        }
        "dict" | "Dict" | "Mapping" | "MutableMapping" | "OrderedDict" | "defaultdict"
        | "DefaultDict" | "Counter" => Kind::Mapping,
        "ndarray" | "NDArray" | "ArrayLike" | "array" => Kind::Array,
        "matrix" => Kind::Matrix,
        "DataFrame" => Kind::Frame,
        "Series" => Kind::Series,
        "Callable" | "FunctionType" => Kind::Function(1),
        "Path" | "PathLike" | "PurePath" => Kind::File,
        "datetime" | "Timestamp" => Kind::Moment,
        "date" => Kind::Day,
        "TextIO" | "IO" | "StringIO" | "TextIOWrapper" => Kind::Stream,
        _ => return None,
    })
}

/// The kind that a method or attribute of a value gives away.
pub(crate) fn kind_of_attribute(name: &str) -> Option<Kind> {
    Some(match name {
        "split" | "rsplit" | "strip" | "lstrip" | "rstrip" | "lower" | "upper" | "startswith"
        | "endswith" | "isdigit" | "isalpha" | "isalnum" | "isupper" | "islower" | "title"
        | "capitalize" | "splitlines" | "encode" | "format" | "find" | "rfind" | "zfill"
        | "ljust" | "rjust" | "center" | "isspace" | "partition" | "rpartition" | "swapcase"
        | "casefold" | "translate" | "isnumeric" | "isdecimal" | "expandtabs" | "join"
        | "removeprefix" | "removesuffix" => Kind::Text,
        "items" | "keys" | "values" | "get" | "setdefault" | "iteritems" | "has_key"
        | "itervalues" | "iterkeys" => Kind::Mapping,
        "append" | "extend" | "sort" | "insert" | "reverse" => Kind::list(Kind::Integer),
        "shape" | "ndim" | "dtype" | "reshape" | "flatten" | "ravel" | "astype" | "argmax"
        | "argmin" | "tolist" | "T" | "conj" | "nonzero" => Kind::Array,
        "columns" | "groupby" | "iloc" | "loc" | "iterrows" | "merge" | "pivot_table"
        | "set_index" | "reset_index" | "dropna" | "fillna" | "sort_values" | "itertuples"
        | "select_dtypes" | "drop_duplicates" | "corr" | "melt" | "assign" | "to_csv"
        | "applymap" | "describe" => Kind::Frame,
        "value_counts" | "rolling" | "pct_change" | "ewm" | "str" | "dt" | "shift" => Kind::Series,
        "union"
        | "intersection"
        | "difference"
        | "issubset"
        | "issuperset"
        | "add"
        | "symmetric_difference"
        | "discard" => Kind::Set(Box::new(Kind::Integer)),
        "strftime" | "isoformat" | "timestamp" | "weekday" | "isoweekday" | "hour" | "minute"
        | "date" | "isocalendar" => Kind::Moment,
        "year" | "month" | "day" | "toordinal" => Kind::Day,
        "decode" | "hex" => Kind::Bytes,
        "read" | "readline" | "readlines" => Kind::Stream,
        "exists" | "read_text" | "is_file" | "suffix" | "stem" | "iterdir" | "open" => Kind::File,
        _ => return None,
    })
}

/// Two moments in a `strptime` format.
pub(crate) fn moments(format: &str) -> Vec<String> {
    const DIRECTIVES: &[(&str, [&str; 2])] = &[
        ("%Y", ["2024", "1999"]),
        ("%y", ["24", "99"]),
        ("%m", ["02", "12"]),
        ("%d", ["29", "31"]),
        ("%H", ["12", "23"]),
        ("%I", ["09", "11"]),
        ("%M", ["30", "59"]),
        ("%S", ["15", "59"]),
        ("%f", ["000000", "999999"]),
        ("%p", ["AM", "PM"]),
        ("%b", ["Feb", "Dec"]),
        ("%B", ["February", "December"]),
        ("%a", ["Thu", "Fri"]),
        ("%A", ["Thursday", "Friday"]),
        ("%j", ["060", "365"]),
        ("%z", ["+0000", "+0100"]),
        ("%Z", ["UTC", "UTC"]),
    ];
    (0..2)
        .map(|which| {
            DIRECTIVES
                .iter()
                .fold(format.to_owned(), |text, (directive, values)| {
                    text.replace(directive, values[which])
                })
        })
        .collect()
}
