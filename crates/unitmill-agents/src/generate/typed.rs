//! Values by what is asked of them: a type by its name, a predicate, an attribute. All of it
//! is fixed; nothing is drawn.

use super::kinds::{Kind, kind_of_attribute, kind_of_type};
use super::values::Value;
use crate::syntax::last_of;

fn plain(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::plain(*text)).collect()
}

fn mutable(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::mutable(*text)).collect()
}

fn of(needs: &'static str, texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::of(needs, *text)).collect()
}

/// A value that an import of its own makes spellable.
fn imported(import: &str, texts: &[&str]) -> Vec<Value> {
    texts
        .iter()
        .map(|text| Value {
            setup: import.to_owned(),
            ..Value::mutable(*text)
        })
        .collect()
}

/// Values of a type.
pub(super) fn of_type(name: &str) -> Vec<Value> {
    match name {
        "int" | "Integral" | "integer_types" => plain(&["3", "-2"]),
        "float" | "Real" | "Number" | "number" | "Rational" => plain(&["2.5", "-0.5"]),
        "complex" | "Complex" => plain(&["1 + 2j"]),
        "str" | "string_types" | "basestring" => plain(&["\"abc\"", "\"a b\""]),
        "bool" | "bool_" => plain(&["True", "False"]),
        "bytes" | "bytearray" => plain(&["b\"abc\""]),
        "list" | "Sequence" | "Iterable" | "Collection" | "Sized" | "MutableSequence" => {
            mutable(&["[3, 1, 2]", "[\"b\", \"a\"]", "[]"])
        }
        "tuple" => plain(&["(3, 1)", "(\"b\", \"a\")"]),
        "set" | "Set" | "AbstractSet" | "MutableSet" => mutable(&["{1, 2, 3}"]),
        "frozenset" => plain(&["frozenset({1, 2})"]),
        "dict" | "Mapping" | "MutableMapping" | "abc.Mapping" => {
            mutable(&["{\"a\": 1, \"b\": 2}", "{\"a\": [1, 2], \"b\": [3, 4]}"])
        }
        "NoneType" => plain(&["None"]),
        "type" => plain(&["int"]),
        "slice" => plain(&["slice(0, 2)"]),
        "range" => plain(&["range(3)"]),
        "Iterator" | "Generator" => plain(&["iter([3, 1, 2])"]),
        "Callable" | "FunctionType" => plain(&["lambda *items: items[0]", "str"]),
        "Exception" | "BaseException" => plain(&["ValueError(\"wrong\")"]),
        "ndarray" => of(
            "numpy",
            &["np.array([1.0, 2.0, 3.0])", "np.array([[1, 2], [3, 4]])"],
        ),
        "matrix" => of("numpy", &["np.matrix([[1.0, 2.0], [3.0, 4.0]])"]),
        "MaskedArray" => of("numpy", &["np.ma.array([1.0, 2.0, 3.0], mask=[0, 1, 0])"]),
        "generic" | "floating" => of("numpy", &["np.float64(2.5)"]),
        "integer" => of("numpy", &["np.int64(3)"]),
        "datetime64" => of("numpy", &["np.datetime64(\"2024-02-29\")"]),
        "timedelta64" => of("numpy", &["np.timedelta64(3, \"D\")"]),
        "dtype" => of("numpy", &["np.dtype(\"float64\")", "np.dtype(\"int64\")"]),
        "RandomState" => of("numpy", &["np.random.RandomState(0)"]),
        "Series" | "ABCSeries" => of(
            "pandas",
            &[
                "pd.Series([3.0, 1.0, 2.0], name=\"s\")",
                "pd.Series([\"b\", \"a\", \"b\"])",
            ],
        ),
        "DataFrame" | "ABCDataFrame" => of(
            "pandas",
            &["pd.DataFrame({\"a\": [1, 2, 3], \"b\": [2.5, 0.5, 1.5]})"],
        ),
        "Index" | "ABCIndex" => of(
            "pandas",
            &["pd.Index([3, 1, 2])", "pd.Index([\"a\", \"b\"])"],
        ),
        "RangeIndex" | "ABCRangeIndex" => of("pandas", &["pd.RangeIndex(3)"]),
        "MultiIndex" | "ABCMultiIndex" => of(
            "pandas",
            &["pd.MultiIndex.from_tuples([(\"a\", 1), (\"b\", 2)], names=[\"x\", \"y\"])"],
        ),
        "DatetimeIndex" | "ABCDatetimeIndex" => of(
            "pandas",
            &["pd.date_range(\"2024-01-01\", periods=4, freq=\"D\")"],
        ),
        "TimedeltaIndex" | "ABCTimedeltaIndex" => of(
            "pandas",
            &["pd.timedelta_range(\"1h\", periods=3, freq=\"h\")"],
        ),
        "PeriodIndex" | "ABCPeriodIndex" => of(
            "pandas",
            &["pd.period_range(\"2024-01\", periods=3, freq=\"M\")"],
        ),
        "CategoricalIndex" | "ABCCategoricalIndex" => {
            of("pandas", &["pd.CategoricalIndex([\"a\", \"b\", \"a\"])"])
        }
        "Categorical" | "ABCCategorical" => {
            of("pandas", &["pd.Categorical([\"a\", \"b\", \"a\"])"])
        }
        "CategoricalDtype" => of("pandas", &["pd.CategoricalDtype([\"a\", \"b\"])"]),
        "ExtensionDtype" | "BaseMaskedDtype" => of("pandas", &["pd.Int64Dtype()"]),
        "DatetimeTZDtype" => of("pandas", &["pd.DatetimeTZDtype(tz=\"UTC\")"]),
        "ExtensionArray" | "ABCExtensionArray" | "BaseMaskedArray" => of(
            "pandas",
            &[
                "pd.array([1, 2, None], dtype=\"Int64\")",
                "pd.Categorical([\"a\", \"b\"])",
            ],
        ),
        "Interval" => of("pandas", &["pd.Interval(0, 2)"]),
        "IntervalIndex" => of("pandas", &["pd.interval_range(0, 3)"]),
        "Timestamp" | "datetime" => of("datetime", &["datetime.datetime(2024, 2, 29, 12, 30)"]),
        "date" => of("datetime", &["datetime.date(2024, 2, 29)"]),
        "timedelta" | "Timedelta" | "Tick" => of("datetime", &["datetime.timedelta(hours=3)"]),
        "time" => of("datetime", &["datetime.time(12, 30)"]),
        "tzinfo" | "timezone" => of("datetime", &["datetime.timezone.utc"]),
        "Period" => of("pandas", &["pd.Period(\"2024-02\", \"M\")"]),
        "BaseOffset" | "DateOffset" => {
            of("pandas", &["pd.offsets.MonthEnd()", "pd.offsets.Day(2)"])
        }
        "StringIO" | "TextIO" | "IOBase" => of("io", &["io.StringIO(\"a,b\\n1,2\\n\")"]),
        "BytesIO" => of("io", &["io.BytesIO(b\"abc\")"]),
        "Path" | "PurePath" | "PathLike" => {
            imported("from pathlib import Path", &["Path(\"folder/name.txt\")"])
        }
        "Decimal" => imported("from decimal import Decimal", &["Decimal(\"2.50\")"]),
        "Fraction" => imported("from fractions import Fraction", &["Fraction(3, 4)"]),
        "OrderedDict" => imported(
            "from collections import OrderedDict",
            &["OrderedDict([(\"b\", 1), (\"a\", 2)])"],
        ),
        "defaultdict" => imported(
            "from collections import defaultdict",
            &["defaultdict(int, a=1)"],
        ),
        "deque" => imported("from collections import deque", &["deque([3, 1, 2])"]),
        "spmatrix" | "csr_matrix" | "sparray" | "csr_array" => sparse(),
        "BaseEstimator" | "ClassifierMixin" => estimators(),
        _ => Vec::new(),
    }
}

pub(super) fn sparse() -> Vec<Value> {
    imported(
        "from scipy import sparse",
        &[
            "sparse.csr_matrix([[1.0, 0.0, 2.0], [0.0, 3.0, 0.0]])",
            "sparse.csc_matrix([[0.0, 1.0], [4.0, 0.0]])",
            "sparse.coo_matrix([[1.0, 0.0], [0.0, 5.0]])",
        ],
    )
}

/// Small estimators, fitted.
pub(super) fn estimators() -> Vec<Value> {
    let mut found = imported(
        "from sklearn.linear_model import LinearRegression",
        &["LinearRegression().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])"],
    );
    found.extend(imported(
        "from sklearn.tree import DecisionTreeClassifier",
        &["DecisionTreeClassifier(random_state=0).fit([[0.0], [1.0], [2.0], [3.0]], [0, 0, 1, 1])"],
    ));
    found.extend(imported(
        "from sklearn.preprocessing import StandardScaler",
        &["StandardScaler().fit([[0.0], [1.0], [2.0]])"],
    ));
    found.extend(imported(
        "from sklearn.linear_model import LogisticRegression",
        &["LogisticRegression()"],
    ));
    found
}

/// Arguments for which a predicate of that name is true, or false.
pub(super) fn of_predicate(name: &str, wanted: bool) -> Vec<Value> {
    let (yes, no) = match name {
        "isdigit" | "isdecimal" | "isnumeric" => (plain(&["\"123\""]), plain(&["\"abc\""])),
        "isalpha" | "isidentifier" => (plain(&["\"abc\""]), plain(&["\"1 2\""])),
        "isalnum" => (plain(&["\"abc1\""]), plain(&["\"-\"", "\"a-b\""])),
        "isupper" => (plain(&["\"ABC\""]), plain(&["\"abc\""])),
        "islower" => (plain(&["\"abc\""]), plain(&["\"ABC\""])),
        "isspace" => (plain(&["\"  \""]), plain(&["\"abc\""])),
        "istitle" => (plain(&["\"Abc\""]), plain(&["\"abc\""])),
        "isnan" | "isnull" | "isna" | "notnull" | "notna" => {
            let missing = plain(&["float(\"nan\")", "None"]);
            let mut present = plain(&["2.5"]);
            present.extend(of("numpy", &["np.array([1.0, np.nan, 3.0])"]));
            if name.starts_with("not") {
                (present, missing)
            } else {
                (missing, present)
            }
        }
        "isinf" => (plain(&["float(\"inf\")"]), plain(&["2.5"])),
        "isfinite" => (plain(&["2.5"]), plain(&["float(\"inf\")"])),
        "issparse" | "isspmatrix" | "is_sparse" | "isspmatrix_csr" => (
            sparse(),
            of("numpy", &["np.array([[1.0, 2.0], [3.0, 4.0]])"]),
        ),
        "isscalar" | "is_scalar" | "is_number" | "is_float" | "isreal" => {
            (plain(&["2.5"]), of("numpy", &["np.array([1.0, 2.0])"]))
        }
        "is_integer" | "is_int" | "is_integer_like" => (plain(&["3"]), plain(&["2.5", "\"abc\""])),
        "is_bool" => (plain(&["True"]), plain(&["3"])),
        "is_string" | "is_str" => (plain(&["\"abc\""]), plain(&["3"])),
        "is_list_like" | "iterable" | "is_iterable" | "is_sequence" | "is_array_like" => {
            (mutable(&["[3, 1, 2]"]), plain(&["3"]))
        }
        "is_dict_like" | "is_mapping" => (mutable(&["{\"a\": 1}"]), mutable(&["[3, 1]"])),
        "is_hashable" => (plain(&["3"]), mutable(&["[3]"])),
        "is_iterator" => (plain(&["iter([3, 1, 2])"]), mutable(&["[3]"])),
        "is_re" => (
            imported("import re", &["re.compile(\"a+\")"]),
            plain(&["\"a\""]),
        ),
        "iscomplexobj" | "iscomplex" | "is_complex_dtype" => (
            of("numpy", &["np.array([1 + 2j, 3.0])"]),
            of("numpy", &["np.array([1.0, 2.0])"]),
        ),
        "is_integer_dtype" | "is_signed_integer_dtype" | "kind i" => (
            of("numpy", &["np.array([3, 1, 2])"]),
            of("numpy", &["np.array([1.5, 2.5])"]),
        ),
        "is_unsigned_integer_dtype" | "kind u" => (
            of("numpy", &["np.array([3, 1, 2], dtype=\"uint8\")"]),
            of("numpy", &["np.array([3, 1, 2])"]),
        ),
        "is_float_dtype" | "kind f" => (
            of("numpy", &["np.array([1.5, 2.5])"]),
            of("numpy", &["np.array([3, 1])"]),
        ),
        "kind c" => (of("numpy", &["np.array([1 + 2j, 3.0])"]), Vec::new()),
        "is_bool_dtype" | "kind b" => (
            of("numpy", &["np.array([True, False, True])"]),
            of("numpy", &["np.array([3, 1])"]),
        ),
        "is_numeric_dtype" => (
            of("numpy", &["np.array([1.5, 2.5])"]),
            of("numpy", &["np.array([\"a\", \"b\"])"]),
        ),
        "is_object_dtype" | "kind O" => (
            of("numpy", &["np.array([\"a\", None, 3], dtype=object)"]),
            of("numpy", &["np.array([3, 1])"]),
        ),
        "is_string_dtype" | "kind U" => (
            of("numpy", &["np.array([\"a\", \"b\"])"]),
            of("numpy", &["np.array([3, 1])"]),
        ),
        "kind S" => (of("numpy", &["np.array([b\"a\", b\"bc\"])"]), Vec::new()),
        "is_datetime64_any_dtype" | "is_datetime64_dtype" | "needs_i8_conversion" | "kind M" => (
            of(
                "pandas",
                &["pd.Series(pd.date_range(\"2024-01-01\", periods=3))"],
            ),
            of("numpy", &["np.array([3, 1])"]),
        ),
        "is_timedelta64_dtype" | "kind m" => (
            of(
                "pandas",
                &["pd.Series(pd.timedelta_range(\"1h\", periods=3, freq=\"h\"))"],
            ),
            of("numpy", &["np.array([3, 1])"]),
        ),
        "is_categorical_dtype" => (
            of(
                "pandas",
                &["pd.Series([\"a\", \"b\", \"a\"], dtype=\"category\")"],
            ),
            of("pandas", &["pd.Series([\"a\", \"b\"])"]),
        ),
        "is_extension_array_dtype" | "is_1d_only_ea_dtype" => (
            of("pandas", &["pd.Series([1, 2, None], dtype=\"Int64\")"]),
            of("pandas", &["pd.Series([1, 2])"]),
        ),
        "is_classifier" => (
            imported(
                "from sklearn.tree import DecisionTreeClassifier",
                &["DecisionTreeClassifier(random_state=0).fit([[0.0], [1.0]], [0, 1])"],
            ),
            estimators(),
        ),
        "is_regressor" => (estimators(), plain(&["3"])),
        "exists" | "isfile" | "is_file" | "isdir" => (Vec::new(), plain(&["\"no_such_file.txt\""])),
        "isabs" | "is_absolute" => (plain(&["\"/a/b.txt\""]), plain(&["\"b.txt\""])),
        "any" => (
            of(
                "numpy",
                &["np.array([0.0, 1.0, -2.0])", "np.array([False, True])"],
            ),
            of(
                "numpy",
                &["np.array([0.0, 0.0])", "np.array([False, False])"],
            ),
        ),
        "all" => (
            of("numpy", &["np.array([1.0, 2.0])", "np.array([True, True])"]),
            of(
                "numpy",
                &["np.array([0.0, 1.0])", "np.array([True, False])"],
            ),
        ),
        "isfunction" | "isroutine" => (plain(&["lambda item: item"]), plain(&["3"])),
        "isclass" => (plain(&["int"]), plain(&["3"])),
        _ => (Vec::new(), Vec::new()),
    };
    if wanted { yes } else { no }
}

/// Values that have an attribute.
pub(super) fn with_attribute(name: &str) -> Vec<Value> {
    match name {
        "fit" | "predict" | "transform" | "predict_proba" | "coef_" | "get_params"
        | "set_params" | "decision_function" | "classes_" | "score" | "fit_transform"
        | "estimator" => {
            return estimators();
        }
        "toarray" | "tocsr" | "todense" | "nnz" | "indptr" | "tocoo" | "tocsc" => return sparse(),
        "randint" | "uniform" | "standard_normal" | "permutation" | "shuffle" | "normal"
        | "rand" | "randn" | "choice" | "random_sample" => return of_type("RandomState"),
        "__len__" | "__iter__" | "__getitem__" | "count" | "pop" => {
            return mutable(&["[3, 1, 2]", "[]"]);
        }
        "__call__" | "__name__" => return plain(&["len", "lambda item: item"]),
        "__next__" => return plain(&["iter([3, 1, 2])"]),
        "__array__" | "shape" | "dtype" | "ndim" => return of_type("ndarray"),
        "read" | "readline" => return of_type("StringIO"),
        "tzinfo" | "tz" => return of_type("datetime"),
        "categories" | "codes" => return of_type("Categorical"),
        "levels" | "nlevels" => return of_type("MultiIndex"),
        "freq" | "freqstr" | "inferred_freq" => return of_type("DatetimeIndex"),
        "index" | "name" => return of_type("Series"),
        "kind" | "itemsize" | "newbyteorder" => return of_type("dtype"),
        "real" | "imag" => return plain(&["1 + 2j", "2.5"]),
        "numerator" => return plain(&["3"]),
        "total_seconds" | "days" => return of_type("timedelta"),
        _ => {}
    }
    match kind_of_attribute(name) {
        Some(kind) => of_kind(&kind),
        None => Vec::new(),
    }
}

/// The plainest values of a kind.
fn of_kind(kind: &Kind) -> Vec<Value> {
    of_type(match kind {
        Kind::Function(_) => "Callable",
        other => last_of(other.type_name()),
    })
}

/// Values for whatever an annotation names that no kind stands for.
pub(super) fn of_annotation(annotation: &str) -> Vec<Value> {
    let mut found = Vec::new();
    for name in annotation
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|name| !name.is_empty())
    {
        if kind_of_type(name).is_none() {
            for value in of_type(name) {
                if !found.contains(&value) {
                    found.push(value);
                }
            }
        }
    }
    found
}
