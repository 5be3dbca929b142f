//! Values for parameters that little is known about: what scientific code means by certain
//! names, and a ladder of everything else, the plainest first. Arrays of one rung fit each
//! other: six rows everywhere. All of it is fixed; nothing is drawn.

use super::typed::{estimators, of_type, sparse};
use super::values::Value;

const VECTOR: &str = "np.array([0.5, 1.5, 2.0, 3.5, 4.0, 6.0])";
const OTHER_VECTOR: &str = "np.array([1.0, 1.0, 2.5, 3.0, 4.5, 5.0])";
const MATRIX: &str =
    "np.array([[1.0, 2.0], [2.0, 1.5], [3.0, 5.0], [4.0, 3.5], [5.0, 8.0], [6.0, 7.0]])";
const LABELS: &str = "np.array([0, 1, 0, 1, 1, 0])";
const OTHER_LABELS: &str = "np.array([0, 1, 1, 1, 0, 0])";
const SQUARE: &str = "np.array([[2.0, 0.5], [0.5, 1.0]])";
const MASK: &str = "np.array([True, False, True, True, False, True])";
const INDICES: &str = "np.array([2, 0, 1])";

/// What the module can lean on.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Libraries {
    pub(crate) numpy: bool,
    pub(crate) pandas: bool,
    pub(crate) scipy: bool,
    pub(crate) sklearn: bool,
}

fn arrays(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::of("numpy", *text)).collect()
}

fn plain(texts: &[&str]) -> Vec<Value> {
    texts.iter().map(|text| Value::plain(*text)).collect()
}

/// What a name means in numerical code; empty if it says nothing.
pub(crate) fn by_role(name: &str, libraries: Libraries) -> Vec<Value> {
    if !libraries.numpy {
        return Vec::new();
    }
    match name {
        "X" | "XA" | "X1" | "X_train" | "X_test" | "exog" | "x_train" | "features" | "coords" => {
            arrays(&[MATRIX, SQUARE])
        }
        "XB" | "X2" | "Y" => arrays(&[MATRIX, SQUARE]),
        "y" | "y_true" | "labels_true" | "y_train" | "groups" => arrays(&[LABELS, VECTOR]),
        "y_pred" | "labels_pred" | "y_test" | "labels" => arrays(&[OTHER_LABELS, OTHER_VECTOR]),
        "y_score" | "y_prob" | "y_proba" | "probas_pred" => {
            arrays(&["np.array([0.1, 0.8, 0.4, 0.6, 0.9, 0.3])"])
        }
        "endog" | "resid" | "raw_prediction" => arrays(&[VECTOR]),
        "sample_weight" | "weights" | "w" | "freq_weights" | "sample_weights" => {
            arrays(&["np.array([1.0, 1.0, 2.0, 0.5, 1.0, 1.5])"])
        }
        "cov" | "covariance" | "precision" | "corr" | "gram" | "K" | "A" | "cov_params"
        | "sigma2" | "affinity" | "kernel_matrix" | "emp_cov" => arrays(&[SQUARE]),
        "mask" => arrays(&[MASK]),
        "indices" | "indexer" | "idx" | "ind" => arrays(&[INDICES]),
        "random_state" | "rng" | "rs" | "random_generator" => {
            let mut found = of_type("RandomState");
            found.extend(plain(&["0"]));
            found
        }
        "estimator" | "clf" | "model" | "est" | "regressor" | "classifier" | "base_estimator"
            if libraries.sklearn =>
        {
            estimators()
        }
        "dtype" => plain(&["\"float64\"", "\"int64\"", "None", "\"object\""]),
        "axis" => plain(&["0", "1", "None"]),
        "tz" => plain(&["\"UTC\"", "None"]),
        "freq" => plain(&["\"D\"", "\"h\"", "\"ME\""]),
        "shape" => plain(&["(2, 3)", "(6,)"]),
        "metric" => plain(&["\"euclidean\"", "\"manhattan\"", "\"cosine\""]),
        "n_features" | "n_samples" | "n_components" | "n_classes" | "n_clusters" => {
            plain(&["2", "6", "1"])
        }
        _ => Vec::new(),
    }
}

/// Everything else, the plainest first.
pub(crate) fn ladder(libraries: Libraries) -> Vec<Value> {
    let mutable =
        |texts: &[&str]| -> Vec<Value> { texts.iter().map(|text| Value::mutable(*text)).collect() };
    let mut rungs: Vec<Vec<Value>> = vec![plain(&["3", "\"abc\"", "None", "True"])];
    if libraries.numpy {
        rungs.push(arrays(&[VECTOR, MATRIX, LABELS]));
    }
    if libraries.pandas {
        rungs.push(of_type("Series").into_iter().take(1).collect());
        rungs.push(of_type("DataFrame"));
        rungs.push(of_type("DatetimeIndex"));
        rungs.push(of_type("Index"));
    }
    rungs.push(mutable(&[
        "[3, 1, 2]",
        "[\"b\", \"a\"]",
        "{\"a\": 1, \"b\": 2}",
    ]));
    rungs.push(plain(&[
        "2.5",
        "(2, 3)",
        "lambda *items: items[0]",
        "0",
        "-1",
        "False",
        "\"\"",
    ]));
    rungs.push(mutable(&["[]", "[[1, 2], [3, 4]]", "{1, 2}", "{}"]));
    if libraries.numpy {
        rungs.push(arrays(&[
            SQUARE,
            MASK,
            "np.arange(8.0).reshape(2, 2, 2)",
            "np.array([\"b\", \"a\", \"b\"])",
            "np.array([1.0, np.nan, 3.0])",
            "np.array([])",
            "np.float64(2.5)",
            "np.dtype(\"float64\")",
        ]));
        rungs.push(of_type("RandomState"));
    }
    if libraries.pandas {
        for name in [
            "MultiIndex",
            "Categorical",
            "ExtensionArray",
            "Timestamp",
            "PeriodIndex",
            "CategoricalDtype",
        ] {
            rungs.push(of_type(name).into_iter().take(1).collect());
        }
    }
    if libraries.scipy {
        rungs.push(sparse());
    }
    if libraries.sklearn {
        rungs.push(estimators());
    }
    rungs.push(of_type("datetime"));
    rungs.push(of_type("timedelta"));
    rungs.push(plain(&[
        "int",
        "b\"abc\"",
        "1 + 2j",
        "iter([3, 1, 2])",
        "slice(0, 2)",
    ]));
    rungs.into_iter().flatten().collect()
}

/// Arguments that fit each other, for several parameters that all take arrays: themes, each
/// a value for every one of so many parameters.
pub(crate) fn themes(count: usize, libraries: Libraries) -> Vec<Vec<Value>> {
    if !libraries.numpy || count == 0 {
        return Vec::new();
    }
    let patterns: [&[&str]; 8] = [
        &[VECTOR, OTHER_VECTOR],
        &[MATRIX, VECTOR],
        &[MATRIX],
        &[MATRIX, LABELS],
        &[SQUARE],
        &[LABELS, OTHER_LABELS],
        &[SQUARE, "np.array([1.0, 2.0])"],
        &[MASK, VECTOR],
    ];
    patterns
        .iter()
        .map(|pattern| {
            (0..count)
                .map(|index| Value::of("numpy", pattern[index.min(pattern.len() - 1)]))
                .collect()
        })
        .collect()
}
