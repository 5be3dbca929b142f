//! scipy and scikit-learn.

use super::KeywordChange::{Drop, Rename, Replace, Value};
use super::{CallRule, KeywordRule, Library, MethodRule, Move, call, keyword, method, moved};

pub(super) const SCIPY: Library = Library {
    root: "scipy",
    distribution: "scipy",
    moves: SCIPY_MOVES,
    calls: SCIPY_CALLS,
    methods: &[],
    keywords: &[],
};

/// Windows that `scipy.signal` itself held until 1.13, and numpy's names that `scipy`
/// itself held until 1.12.
macro_rules! scipy_moves {
    (windows: $($window:literal),*; numpy: $($name:literal),*; $($entry:expr),* $(,)?) => {
        &[
            $(moved(concat!("scipy.signal.", $window), concat!("scipy.signal.windows.", $window), "1.13"),)*
            $(moved(concat!("scipy.", $name), concat!("numpy.", $name), "1.12"),)*
            $($entry,)*
        ]
    };
}

const SCIPY_MOVES: &[Move] = scipy_moves![
    windows: "hann", "hamming", "blackman", "bartlett", "blackmanharris", "bohman", "boxcar",
        "chebwin", "cosine", "exponential", "flattop", "gaussian", "general_gaussian", "kaiser",
        "nuttall", "parzen", "triang", "tukey", "barthann";
    numpy: "array", "asarray", "arange", "linspace", "logspace", "zeros", "ones", "eye", "empty",
        "zeros_like", "ones_like", "sqrt", "exp", "log", "log2", "log10", "sin", "cos", "tan",
        "arctan2", "pi", "e", "inf", "nan", "mean", "median", "std", "var", "sum", "cumsum", "dot",
        "interp", "polyfit", "polyval", "meshgrid", "where", "unique", "sort", "argsort", "diff",
        "abs", "sign", "floor", "ceil", "isnan", "isfinite", "concatenate", "vstack", "hstack",
        "outer", "cross", "histogram", "percentile", "real", "imag", "angle", "conj", "mod",
        "power", "round_", "float64", "int32", "complex64";
    moved("scipy.signal.hanning", "scipy.signal.windows.hann", "1.1"),
    moved("scipy.random", "numpy.random", "1.12"),
    moved("scipy.rand", "numpy.random.rand", "1.12"),
    moved("scipy.randn", "numpy.random.randn", "1.12"),
    moved("scipy.misc.factorial", "scipy.special.factorial", "1.3"),
    moved("scipy.misc.factorial2", "scipy.special.factorial2", "1.3"),
    moved("scipy.misc.factorialk", "scipy.special.factorialk", "1.3"),
    moved("scipy.misc.comb", "scipy.special.comb", "1.3"),
    moved("scipy.misc.logsumexp", "scipy.special.logsumexp", "1.3"),
    moved("scipy.misc.common.factorial", "scipy.special.factorial", "1.3"),
    moved("scipy.maxentropy.logsumexp", "scipy.special.logsumexp", "0.11"),
    moved("scipy.integrate.simps", "scipy.integrate.simpson", "1.14"),
    moved("scipy.integrate.trapz", "scipy.integrate.trapezoid", "1.14"),
    moved("scipy.integrate.cumtrapz", "scipy.integrate.cumulative_trapezoid", "1.14"),
    moved("scipy.special.errprint", "scipy.special.seterr", "1.3"),
    moved("scipy.stats.nanmean", "numpy.nanmean", "0.18"),
    moved("scipy.stats.nanmedian", "numpy.nanmedian", "0.18"),
    moved("scipy.stats.nanstd", "numpy.nanstd", "0.18"),
    moved("scipy.stats.chisqprob", "scipy.stats.chi2.sf", "1.0"),
    moved("scipy.stats.median_absolute_deviation", "scipy.stats.median_abs_deviation", "1.7"),
    moved("scipy.stats.mstats_basic", "scipy.stats.mstats", "2.0"),
    moved("scipy.stats.stats", "scipy.stats", "2.0"),
    moved("scipy.ndimage.filters", "scipy.ndimage", "2.0"),
    moved("scipy.ndimage.interpolation", "scipy.ndimage", "2.0"),
    moved("scipy.ndimage.measurements", "scipy.ndimage", "2.0"),
    moved("scipy.ndimage.morphology", "scipy.ndimage", "2.0"),
    moved("scipy.linalg.pinv2", "scipy.linalg.pinv", "1.9"),
    moved("scipy.linalg.basic", "scipy.linalg", "2.0"),
    moved("scipy.linalg.tri", "numpy.tri", "1.14"),
    moved("scipy.linalg.triu", "numpy.triu", "1.14"),
    moved("scipy.linalg.tril", "numpy.tril", "1.14"),
    moved("scipy.sparse.linalg.eigen.arpack", "scipy.sparse.linalg", "1.8"),
    moved("scipy.sparse.csr", "scipy.sparse", "2.0"),
    moved("scipy.sparse.csc", "scipy.sparse", "2.0"),
    moved("scipy.sparse.coo", "scipy.sparse", "2.0"),
    moved("scipy.interpolate.interpolate", "scipy.interpolate", "2.0"),
    moved("scipy.optimize.optimize", "scipy.optimize", "2.0"),
    moved("scipy.spatial.qhull", "scipy.spatial", "2.0"),
];

const SCIPY_CALLS: &[CallRule] = &[
    call(
        "scipy.stats.binom_test",
        2,
        "scipy.stats.binomtest({0}, {1}{*}).pvalue",
        "1.12",
    )
    .with_import("import scipy.stats"),
    call(
        "scipy.stats.binom_test",
        3,
        "scipy.stats.binomtest({0}, {1}, {2}{*}).pvalue",
        "1.12",
    )
    .with_import("import scipy.stats"),
    call("scipy.stats.ss", 1, "(np.asarray({0}) ** 2).sum()", "0.18")
        .with_import("import numpy as np"),
];

pub(super) const SKLEARN: Library = Library {
    root: "sklearn",
    distribution: "scikit-learn",
    moves: SKLEARN_MOVES,
    calls: &[],
    methods: SKLEARN_METHODS,
    keywords: SKLEARN_KEYWORDS,
};

const SKLEARN_MOVES: &[Move] = &[
    moved(
        "sklearn.cross_validation",
        "sklearn.model_selection",
        "0.20",
    ),
    moved("sklearn.grid_search", "sklearn.model_selection", "0.20"),
    moved("sklearn.learning_curve", "sklearn.model_selection", "0.20"),
    moved("sklearn.externals.joblib", "joblib", "0.23"),
    moved("sklearn.externals.six", "six", "0.23"),
    moved(
        "sklearn.preprocessing.Imputer",
        "sklearn.impute.SimpleImputer",
        "0.22",
    ),
    moved(
        "sklearn.preprocessing.data",
        "sklearn.preprocessing",
        "0.24",
    ),
    moved(
        "sklearn.preprocessing.label",
        "sklearn.preprocessing",
        "0.24",
    ),
    moved(
        "sklearn.preprocessing.imputation.Imputer",
        "sklearn.impute.SimpleImputer",
        "0.22",
    ),
    moved(
        "sklearn.datasets.samples_generator",
        "sklearn.datasets",
        "0.24",
    ),
    moved("sklearn.datasets.base", "sklearn.datasets", "0.24"),
    moved("sklearn.metrics.classification", "sklearn.metrics", "0.24"),
    moved("sklearn.metrics.ranking", "sklearn.metrics", "0.24"),
    moved("sklearn.metrics.regression", "sklearn.metrics", "0.24"),
    moved("sklearn.metrics.scorer", "sklearn.metrics", "0.24"),
    moved(
        "sklearn.metrics.jaccard_similarity_score",
        "sklearn.metrics.jaccard_score",
        "0.23",
    ),
    moved(
        "sklearn.metrics.calinski_harabaz_score",
        "sklearn.metrics.calinski_harabasz_score",
        "0.23",
    ),
    moved("sklearn.ensemble.forest", "sklearn.ensemble", "0.24"),
    moved(
        "sklearn.ensemble.gradient_boosting",
        "sklearn.ensemble",
        "0.24",
    ),
    moved("sklearn.ensemble.bagging", "sklearn.ensemble", "0.24"),
    moved("sklearn.tree.tree", "sklearn.tree", "0.24"),
    moved("sklearn.svm.classes", "sklearn.svm", "0.24"),
    moved(
        "sklearn.linear_model.logistic",
        "sklearn.linear_model",
        "0.24",
    ),
    moved("sklearn.linear_model.ridge", "sklearn.linear_model", "0.24"),
    moved("sklearn.linear_model.base", "sklearn.linear_model", "0.24"),
    moved(
        "sklearn.linear_model.coordinate_descent",
        "sklearn.linear_model",
        "0.24",
    ),
    moved(
        "sklearn.linear_model.stochastic_gradient",
        "sklearn.linear_model",
        "0.24",
    ),
    moved(
        "sklearn.linear_model.RandomizedLasso",
        "sklearn.linear_model.Lasso",
        "0.21",
    ),
    moved(
        "sklearn.neighbors.classification",
        "sklearn.neighbors",
        "0.24",
    ),
    moved(
        "sklearn.neighbors.unsupervised",
        "sklearn.neighbors",
        "0.24",
    ),
    moved("sklearn.cluster.k_means_", "sklearn.cluster", "0.24"),
    moved("sklearn.cluster.hierarchical", "sklearn.cluster", "0.24"),
    moved("sklearn.decomposition.pca", "sklearn.decomposition", "0.24"),
    moved(
        "sklearn.decomposition.RandomizedPCA",
        "sklearn.decomposition.PCA",
        "0.20",
    ),
    moved(
        "sklearn.feature_extraction.text.ENGLISH_STOP_WORDS_SET",
        "sklearn.feature_extraction.text.ENGLISH_STOP_WORDS",
        "0.20",
    ),
    moved(
        "sklearn.feature_selection.univariate_selection",
        "sklearn.feature_selection",
        "0.24",
    ),
    moved(
        "sklearn.mixture.GMM",
        "sklearn.mixture.GaussianMixture",
        "0.20",
    ),
    moved(
        "sklearn.lda.LDA",
        "sklearn.discriminant_analysis.LinearDiscriminantAnalysis",
        "0.19",
    ),
    moved(
        "sklearn.qda.QDA",
        "sklearn.discriminant_analysis.QuadraticDiscriminantAnalysis",
        "0.19",
    ),
    moved(
        "sklearn.neural_network.multilayer_perceptron",
        "sklearn.neural_network",
        "0.24",
    ),
    moved("sklearn.utils.testing", "sklearn.utils._testing", "0.24"),
    moved("sklearn.utils.fixes.signature", "inspect.signature", "0.23"),
];

const SKLEARN_METHODS: &[MethodRule] = &[
    method(
        "get_feature_names",
        None,
        "{self.}.get_feature_names_out",
        "'get_feature_names'",
    ),
    method(
        "grid_scores_",
        None,
        "{self.}.cv_results_",
        "'grid_scores_'",
    ),
    method("residues_", None, "{self.}._residues", "'residues_'"),
    method(
        "n_features_",
        None,
        "{self.}.n_features_in_",
        "'n_features_'",
    ),
];

/// Estimators that lost `normalize` in 1.2.
macro_rules! sklearn_keywords {
    (normalize: $($linear:literal),*; auto: $($forest:literal),*; squared: $($tree:literal),*; $($entry:expr),* $(,)?) => {
        &[
            $(keyword($linear, "normalize", Drop, "1.2"),)*
            $(keyword($forest, "max_features", Value("'auto'", "\"sqrt\""), "1.3"),)*
            $(keyword($forest, "min_impurity_split", Drop, "1.0"),)*
            $(keyword($tree, "criterion", Value("'mse'", "\"squared_error\""), "1.2"),)*
            $(keyword($tree, "criterion", Value("'mae'", "\"absolute_error\""), "1.2"),)*
            $($entry,)*
        ]
    };
}

const SKLEARN_KEYWORDS: &[KeywordRule] = sklearn_keywords![
    normalize: "LinearRegression", "Ridge", "RidgeCV", "Lasso", "LassoCV", "ElasticNet",
        "ElasticNetCV", "BayesianRidge", "ARDRegression", "Lars", "LassoLars", "RidgeClassifier",
        "OrthogonalMatchingPursuit";
    auto: "RandomForestClassifier", "ExtraTreesClassifier", "DecisionTreeClassifier",
        "RandomForestRegressor", "ExtraTreesRegressor", "GradientBoostingClassifier";
    squared: "DecisionTreeRegressor", "RandomForestRegressor", "ExtraTreesRegressor",
        "GradientBoostingRegressor";
    keyword("OneHotEncoder", "sparse", Rename("sparse_output"), "1.4"),
    keyword("OneHotEncoder", "categorical_features", Drop, "0.22"),
    keyword("OneHotEncoder", "n_values", Drop, "0.22"),
    keyword("SimpleImputer", "axis", Drop, "0.22"),
    keyword("SimpleImputer", "missing_values", Value("'NaN'", "float(\"nan\")"), "0.22"),
    keyword("SimpleImputer", "verbose", Drop, "1.3"),
    keyword("AgglomerativeClustering", "affinity", Rename("metric"), "1.4"),
    keyword("AdaBoostClassifier", "base_estimator", Rename("estimator"), "1.4"),
    keyword("AdaBoostRegressor", "base_estimator", Rename("estimator"), "1.4"),
    keyword("AdaBoostClassifier", "algorithm", Drop, "1.8"),
    keyword("BaggingClassifier", "base_estimator", Rename("estimator"), "1.4"),
    keyword("BaggingRegressor", "base_estimator", Rename("estimator"), "1.4"),
    keyword("KMeans", "n_jobs", Drop, "1.0"),
    keyword("KMeans", "precompute_distances", Drop, "1.0"),
    keyword("KMeans", "algorithm", Value("'auto'", "\"lloyd\""), "1.3"),
    keyword("KMeans", "algorithm", Value("'full'", "\"lloyd\""), "1.3"),
    keyword("SGDClassifier", "loss", Value("'log'", "\"log_loss\""), "1.3"),
    keyword("SGDClassifier", "n_iter", Rename("max_iter"), "0.21"),
    keyword("SGDRegressor", "n_iter", Rename("max_iter"), "0.21"),
    keyword("SGDRegressor", "loss", Value("'squared_loss'", "\"squared_error\""), "1.2"),
    keyword("Perceptron", "n_iter", Rename("max_iter"), "0.21"),
    keyword("GradientBoostingRegressor", "loss", Value("'ls'", "\"squared_error\""), "1.2"),
    keyword("GradientBoostingRegressor", "loss", Value("'lad'", "\"absolute_error\""), "1.2"),
    keyword("GradientBoostingClassifier", "loss", Value("'deviance'", "\"log_loss\""), "1.3"),
    keyword("DecisionTreeClassifier", "presort", Drop, "0.24"),
    keyword("GridSearchCV", "iid", Drop, "0.24"),
    keyword("RandomizedSearchCV", "iid", Drop, "0.24"),
    keyword("LogisticRegression", "multi_class", Drop, "1.8"),
    keyword("TSNE", "n_iter", Rename("max_iter"), "1.7"),
    keyword("TfidfVectorizer", "charset", Rename("encoding"), "0.16"),
    keyword("CountVectorizer", "charset", Rename("encoding"), "0.16"),
    keyword("LatentDirichletAllocation", "n_topics", Rename("n_components"), "0.21"),
    keyword("Lasso", "precompute", Replace("'auto'", "precompute=False"), "1.0"),
    keyword("log_loss", "eps", Drop, "1.5"),
];
