//! pandas: removals from 0.20 to 3.0.

use super::KeywordChange::{Drop, Rename, Replace};
use super::{CallRule, KeywordRule, Library, MethodRule, Move, call, keyword, method, moved};

pub(super) const PANDAS: Library = Library {
    root: "pandas",
    distribution: "pandas",
    moves: MOVES,
    calls: CALLS,
    methods: METHODS,
    keywords: KEYWORDS,
};

const MOVES: &[Move] = &[
    moved("pandas.np", "numpy", "2.0"),
    moved("pandas.datetime", "datetime.datetime", "2.0"),
    moved("pandas.Int64Index", "pandas.Index", "2.0"),
    moved("pandas.UInt64Index", "pandas.Index", "2.0"),
    moved("pandas.Float64Index", "pandas.Index", "2.0"),
    moved("pandas.TimeSeries", "pandas.Series", "0.20"),
    moved("pandas.match", "pandas.Index.get_indexer", "0.25"),
    moved(
        "pandas.scatter_matrix",
        "pandas.plotting.scatter_matrix",
        "0.25",
    ),
    moved("pandas.tools.plotting", "pandas.plotting", "0.25"),
    moved("pandas.tools.merge.concat", "pandas.concat", "0.25"),
    moved("pandas.tools.merge.merge", "pandas.merge", "0.25"),
    moved(
        "pandas.tseries.resample.TimeGrouper",
        "pandas.Grouper",
        "0.25",
    ),
    moved("pandas.TimeGrouper", "pandas.Grouper", "0.25"),
    moved("pandas.util.testing", "pandas.testing", "2.0"),
    moved(
        "pandas.io.json.json_normalize",
        "pandas.json_normalize",
        "2.0",
    ),
    moved("pandas.io.data", "pandas_datareader.data", "0.19"),
    moved("pandas.core.datetools", "pandas.tseries.offsets", "0.25"),
    moved("pandas.datetools", "pandas.tseries.offsets", "0.25"),
    moved("pandas.lib", "pandas._libs.lib", "0.23"),
    moved("pandas.tslib.Timestamp", "pandas.Timestamp", "0.23"),
    moved(
        "pandas.groupby.DataFrameGroupBy",
        "pandas.core.groupby.DataFrameGroupBy",
        "0.24",
    ),
];

/// `pd.rolling_mean(x, n)` and its kin, gone in 0.23.
const fn rolling(from: &'static str, to: &'static str) -> CallRule {
    call(from, 2, to, "0.23")
}

const CALLS: &[CallRule] = &[
    rolling("pandas.rolling_mean", "{0.}.rolling({1}{*}).mean()"),
    rolling("pandas.rolling_std", "{0.}.rolling({1}{*}).std()"),
    rolling("pandas.rolling_var", "{0.}.rolling({1}{*}).var()"),
    rolling("pandas.rolling_sum", "{0.}.rolling({1}{*}).sum()"),
    rolling("pandas.rolling_max", "{0.}.rolling({1}{*}).max()"),
    rolling("pandas.rolling_min", "{0.}.rolling({1}{*}).min()"),
    rolling("pandas.rolling_median", "{0.}.rolling({1}{*}).median()"),
    rolling("pandas.rolling_count", "{0.}.rolling({1}{*}).count()"),
    call(
        "pandas.rolling_apply",
        3,
        "{0.}.rolling({1}).apply({2}{*})",
        "0.23",
    ),
    call(
        "pandas.rolling_corr",
        3,
        "{0.}.rolling({2}).corr({1})",
        "0.23",
    ),
    call(
        "pandas.expanding_mean",
        1,
        "{0.}.expanding().mean()",
        "0.23",
    ),
    call("pandas.expanding_sum", 1, "{0.}.expanding().sum()", "0.23"),
    call("pandas.expanding_max", 1, "{0.}.expanding().max()", "0.23"),
    call("pandas.expanding_min", 1, "{0.}.expanding().min()", "0.23"),
    call("pandas.ewma", 2, "{0.}.ewm({1}).mean()", "0.23"),
    call("pandas.ewma", 1, "{0.}.ewm({kw}).mean()", "0.23"),
    call("pandas.ewmstd", 2, "{0.}.ewm({1}).std()", "0.23"),
    call("pandas.ewmstd", 1, "{0.}.ewm({kw}).std()", "0.23"),
];

const METHODS: &[MethodRule] = &[
    method(
        "append",
        Some(1),
        "pd.concat([{self}, {0}]{*})",
        "object has no attribute 'append'",
    )
    .with_import("import pandas as pd"),
    method("ix", None, "{self.}.loc", "'ix'"),
    method("iteritems", Some(0), "{self.}.items()", ""),
    method("as_matrix", Some(0), "{self.}.to_numpy()", ""),
    method("as_matrix", Some(1), "{self.}[{0}].to_numpy()", ""),
    method("get_values", Some(0), "{self.}.to_numpy()", "'get_values'"),
    method("applymap", None, "{self.}.map", "'applymap'"),
    method("pad", Some(0), "{self.}.ffill({kw})", "'pad'"),
    method("backfill", Some(0), "{self.}.bfill({kw})", "'backfill'"),
    method("get_value", Some(2), "{self.}.at[{0}, {1}]", "'get_value'"),
    method(
        "set_value",
        Some(3),
        "{self.}.__setitem__(({0}, {1}), {2})",
        "'set_value'",
    ),
    method(
        "sort",
        Some(1),
        "{self.}.sort_values({0}{*})",
        "object has no attribute 'sort'",
    ),
    method(
        "sort",
        Some(0),
        "{self.}.sort_values({kw})",
        "object has no attribute 'sort'",
    ),
    method(
        "order",
        Some(0),
        "{self.}.sort_values({kw})",
        "object has no attribute 'order'",
    ),
    method(
        "mad",
        Some(0),
        "({self.} - {self.}.mean()).abs().mean()",
        "'mad'",
    ),
    method(
        "is_monotonic",
        None,
        "{self.}.is_monotonic_increasing",
        "'is_monotonic'",
    ),
    method(
        "weekofyear",
        None,
        "{self.}.isocalendar().week",
        "'weekofyear'",
    ),
    method(
        "week",
        None,
        "{self.}.isocalendar().week",
        "no attribute 'week'",
    ),
    method("to_dense", Some(0), "{self}", "'to_dense'"),
    method("ftypes", None, "{self.}.dtypes", "'ftypes'"),
    method(
        "get_dtype_counts",
        Some(0),
        "{self.}.dtypes.value_counts()",
        "'get_dtype_counts'",
    ),
    method(
        "convert_objects",
        Some(0),
        "{self.}.infer_objects()",
        "'convert_objects'",
    ),
    method("irow", Some(1), "{self.}.iloc[{0}]", "'irow'"),
    method("icol", Some(1), "{self.}.iloc[:, {0}]", "'icol'"),
    method(
        "iget_value",
        Some(2),
        "{self.}.iat[{0}, {1}]",
        "'iget_value'",
    ),
    method("swaplevel", Some(0), "{self.}.swaplevel({kw})", "swaplevel"),
    method(
        "drop",
        Some(2),
        "{self.}.drop({0}, axis={1}{*})",
        "takes from 1 to 2 positional arguments",
    ),
    method(
        "select",
        Some(1),
        "{self.}.loc[{self.}.index.map({0})]",
        "object has no attribute 'select'",
    ),
    method(
        "tshift",
        Some(1),
        "{self.}.shift({0}, freq=\"infer\")",
        "'tshift'",
    ),
    method(
        "slice_shift",
        Some(1),
        "{self.}.shift({0})",
        "'slice_shift'",
    ),
];

const KEYWORDS: &[KeywordRule] = &[
    keyword(
        "read_csv",
        "error_bad_lines",
        Replace("False", "on_bad_lines=\"skip\""),
        "2.0",
    ),
    keyword(
        "read_csv",
        "error_bad_lines",
        Replace("True", "on_bad_lines=\"error\""),
        "2.0",
    ),
    keyword("read_csv", "warn_bad_lines", Drop, "2.0"),
    keyword("read_csv", "squeeze", Drop, "2.0"),
    keyword("read_csv", "prefix", Drop, "2.0"),
    keyword("read_csv", "mangle_dupe_cols", Drop, "2.0"),
    keyword("read_csv", "tupleize_cols", Drop, "1.0"),
    keyword("read_csv", "infer_datetime_format", Drop, "3.0"),
    keyword("read_excel", "sheetname", Rename("sheet_name"), "1.0"),
    keyword("read_excel", "parse_cols", Rename("usecols"), "1.0"),
    keyword("concat", "join_axes", Drop, "1.0"),
    keyword("to_datetime", "infer_datetime_format", Drop, "3.0"),
    keyword("to_datetime", "box", Drop, "1.0"),
    keyword("date_range", "closed", Rename("inclusive"), "2.0"),
    keyword("Grouper", "base", Rename("offset"), "2.0"),
    keyword("cut", "dtype", Drop, "1.0"),
    keyword("qcut", "dtype", Drop, "1.0"),
    keyword(
        ".to_csv",
        "line_terminator",
        Rename("lineterminator"),
        "2.0",
    ),
    keyword(".to_excel", "encoding", Drop, "2.0"),
    keyword(".sort_values", "columns", Rename("by"), "0.20"),
    keyword(".rename_axis", "copy", Drop, "3.0"),
    keyword(".pivot_table", "rows", Rename("index"), "0.20"),
    keyword(".pivot_table", "cols", Rename("columns"), "0.20"),
    keyword(".drop_duplicates", "cols", Rename("subset"), "0.20"),
    keyword(
        ".drop_duplicates",
        "take_last",
        Replace("True", "keep=\"last\""),
        "0.20",
    ),
    keyword(".groupby", "squeeze", Drop, "2.0"),
    keyword(
        ".between",
        "inclusive",
        Replace("True", "inclusive=\"both\""),
        "2.0",
    ),
    keyword(
        ".between",
        "inclusive",
        Replace("False", "inclusive=\"neither\""),
        "2.0",
    ),
    keyword(".describe", "datetime_is_numeric", Drop, "2.0"),
    keyword(".to_dict", "outtype", Rename("orient"), "0.20"),
];
