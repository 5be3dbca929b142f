//! scikit-learn: modules that became private, classes and parameters that changed their
//! names or went.

use super::KeywordChange::{Drop, Rename, Replace, Value};
use super::{KeywordRule, Library, MethodRule, Move, keyword, method, moved};

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
    moved("sklearn.manifold.t_sne", "sklearn.manifold", "0.24"),
    moved("sklearn.manifold.isomap", "sklearn.manifold", "0.24"),
    moved(
        "sklearn.manifold.locally_linear",
        "sklearn.manifold",
        "0.24",
    ),
    moved(
        "sklearn.manifold.spectral_embedding_",
        "sklearn.manifold",
        "0.24",
    ),
    moved("sklearn.manifold.mds", "sklearn.manifold", "0.24"),
    moved("sklearn.metrics.base", "sklearn.metrics", "0.24"),
    moved("sklearn.metrics.pairwise_fast", "sklearn.metrics", "0.24"),
    moved(
        "sklearn.datasets.svmlight_format",
        "sklearn.datasets",
        "0.24",
    ),
    moved("sklearn.datasets.lfw", "sklearn.datasets", "0.24"),
    moved(
        "sklearn.datasets.twenty_newsgroups",
        "sklearn.datasets",
        "0.24",
    ),
    moved(
        "sklearn.datasets.california_housing",
        "sklearn.datasets",
        "0.24",
    ),
    moved(
        "sklearn.datasets.species_distributions",
        "sklearn.datasets",
        "0.24",
    ),
    moved(
        "sklearn.datasets.olivetti_faces",
        "sklearn.datasets",
        "0.24",
    ),
    moved(
        "sklearn.ensemble.weight_boosting",
        "sklearn.ensemble",
        "0.24",
    ),
    moved("sklearn.ensemble.voting", "sklearn.ensemble", "0.24"),
    moved(
        "sklearn.ensemble.voting_classifier",
        "sklearn.ensemble",
        "0.24",
    ),
    moved("sklearn.ensemble.iforest", "sklearn.ensemble", "0.24"),
    moved("sklearn.ensemble.base", "sklearn.ensemble", "0.24"),
    moved("sklearn.ensemble.stacking", "sklearn.ensemble", "0.24"),
    moved("sklearn.tree.export", "sklearn.tree", "0.24"),
    moved("sklearn.svm.base", "sklearn.svm", "0.24"),
    moved("sklearn.svm.bounds", "sklearn.svm", "0.24"),
    moved("sklearn.linear_model.bayes", "sklearn.linear_model", "0.24"),
    moved("sklearn.linear_model.huber", "sklearn.linear_model", "0.24"),
    moved(
        "sklearn.linear_model.least_angle",
        "sklearn.linear_model",
        "0.24",
    ),
    moved("sklearn.linear_model.omp", "sklearn.linear_model", "0.24"),
    moved(
        "sklearn.linear_model.passive_aggressive",
        "sklearn.linear_model",
        "0.24",
    ),
    moved(
        "sklearn.linear_model.perceptron",
        "sklearn.linear_model",
        "0.24",
    ),
    moved(
        "sklearn.linear_model.ransac",
        "sklearn.linear_model",
        "0.24",
    ),
    moved(
        "sklearn.linear_model.theil_sen",
        "sklearn.linear_model",
        "0.24",
    ),
    moved("sklearn.neighbors.base", "sklearn.neighbors", "0.24"),
    moved("sklearn.neighbors.regression", "sklearn.neighbors", "0.24"),
    moved("sklearn.neighbors.kde", "sklearn.neighbors", "0.24"),
    moved("sklearn.neighbors.kd_tree", "sklearn.neighbors", "0.24"),
    moved("sklearn.neighbors.ball_tree", "sklearn.neighbors", "0.24"),
    moved("sklearn.neighbors.lof", "sklearn.neighbors", "0.24"),
    moved("sklearn.neighbors.graph", "sklearn.neighbors", "0.24"),
    moved(
        "sklearn.neighbors.nearest_centroid",
        "sklearn.neighbors",
        "0.24",
    ),
    moved(
        "sklearn.cluster.affinity_propagation_",
        "sklearn.cluster",
        "0.24",
    ),
    moved("sklearn.cluster.bicluster", "sklearn.cluster", "0.24"),
    moved("sklearn.cluster.birch", "sklearn.cluster", "0.24"),
    moved("sklearn.cluster.dbscan_", "sklearn.cluster", "0.24"),
    moved("sklearn.cluster.mean_shift_", "sklearn.cluster", "0.24"),
    moved("sklearn.cluster.optics_", "sklearn.cluster", "0.24"),
    moved("sklearn.cluster.spectral", "sklearn.cluster", "0.24"),
    moved(
        "sklearn.decomposition.base",
        "sklearn.decomposition",
        "0.24",
    ),
    moved(
        "sklearn.decomposition.factor_analysis",
        "sklearn.decomposition",
        "0.24",
    ),
    moved(
        "sklearn.decomposition.fastica_",
        "sklearn.decomposition",
        "0.24",
    ),
    moved(
        "sklearn.decomposition.incremental_pca",
        "sklearn.decomposition",
        "0.24",
    ),
    moved(
        "sklearn.decomposition.kernel_pca",
        "sklearn.decomposition",
        "0.24",
    ),
    moved("sklearn.decomposition.nmf", "sklearn.decomposition", "0.24"),
    moved(
        "sklearn.decomposition.online_lda",
        "sklearn.decomposition",
        "0.24",
    ),
    moved(
        "sklearn.decomposition.sparse_pca",
        "sklearn.decomposition",
        "0.24",
    ),
    moved(
        "sklearn.decomposition.truncated_svd",
        "sklearn.decomposition",
        "0.24",
    ),
    moved(
        "sklearn.feature_extraction.dict_vectorizer",
        "sklearn.feature_extraction",
        "0.24",
    ),
    moved(
        "sklearn.feature_extraction.hashing",
        "sklearn.feature_extraction",
        "0.24",
    ),
    moved(
        "sklearn.feature_selection.base",
        "sklearn.feature_selection",
        "0.24",
    ),
    moved(
        "sklearn.feature_selection.from_model",
        "sklearn.feature_selection",
        "0.24",
    ),
    moved(
        "sklearn.feature_selection.mutual_info_",
        "sklearn.feature_selection",
        "0.24",
    ),
    moved(
        "sklearn.feature_selection.rfe",
        "sklearn.feature_selection",
        "0.24",
    ),
    moved(
        "sklearn.feature_selection.variance_threshold",
        "sklearn.feature_selection",
        "0.24",
    ),
    moved(
        "sklearn.gaussian_process.gpr",
        "sklearn.gaussian_process",
        "0.24",
    ),
    moved(
        "sklearn.gaussian_process.gpc",
        "sklearn.gaussian_process",
        "0.24",
    ),
    moved(
        "sklearn.mixture.gaussian_mixture",
        "sklearn.mixture",
        "0.24",
    ),
    moved(
        "sklearn.mixture.bayesian_mixture",
        "sklearn.mixture",
        "0.24",
    ),
    moved("sklearn.mixture.gmm", "sklearn.mixture", "0.24"),
    moved("sklearn.mixture.base", "sklearn.mixture", "0.24"),
    moved(
        "sklearn.covariance.empirical_covariance_",
        "sklearn.covariance",
        "0.24",
    ),
    moved(
        "sklearn.covariance.shrunk_covariance_",
        "sklearn.covariance",
        "0.24",
    ),
    moved(
        "sklearn.covariance.robust_covariance",
        "sklearn.covariance",
        "0.24",
    ),
    moved(
        "sklearn.covariance.graph_lasso_",
        "sklearn.covariance",
        "0.24",
    ),
    moved(
        "sklearn.covariance.elliptic_envelope",
        "sklearn.covariance",
        "0.24",
    ),
    moved(
        "sklearn.cross_decomposition.pls_",
        "sklearn.cross_decomposition",
        "0.24",
    ),
    moved(
        "sklearn.cross_decomposition.cca_",
        "sklearn.cross_decomposition",
        "0.24",
    ),
    moved(
        "sklearn.semi_supervised.label_propagation",
        "sklearn.semi_supervised",
        "0.24",
    ),
    moved(
        "sklearn.neural_network.rbm",
        "sklearn.neural_network",
        "0.24",
    ),
    moved("sklearn.utils.fast_dict", "sklearn.utils", "0.24"),
    moved("sklearn.utils.seq_dataset", "sklearn.utils", "0.24"),
    moved("sklearn.utils.weight_vector", "sklearn.utils", "0.24"),
    moved(
        "sklearn.metrics.cluster.supervised",
        "sklearn.metrics.cluster",
        "0.24",
    ),
    moved(
        "sklearn.metrics.cluster.unsupervised",
        "sklearn.metrics.cluster",
        "0.24",
    ),
    moved(
        "sklearn.ensemble.partial_dependence",
        "sklearn.inspection",
        "0.24",
    ),
    moved("sklearn.neighbors.dist_metrics", "sklearn.metrics", "0.24"),
    moved(
        "sklearn.neighbors.DistanceMetric",
        "sklearn.metrics.DistanceMetric",
        "1.3",
    ),
    moved("sklearn.pls", "sklearn.cross_decomposition", "0.16"),
    moved(
        "sklearn.cross_validation.LabelKFold",
        "sklearn.model_selection.GroupKFold",
        "0.20",
    ),
    moved(
        "sklearn.cross_validation.LeaveOneLabelOut",
        "sklearn.model_selection.LeaveOneGroupOut",
        "0.20",
    ),
    moved(
        "sklearn.cross_validation.LeavePLabelOut",
        "sklearn.model_selection.LeavePGroupsOut",
        "0.20",
    ),
    moved(
        "sklearn.cross_validation.LabelShuffleSplit",
        "sklearn.model_selection.GroupShuffleSplit",
        "0.20",
    ),
    moved(
        "sklearn.preprocessing.CategoricalEncoder",
        "sklearn.preprocessing.OneHotEncoder",
        "0.20",
    ),
    moved(
        "sklearn.metrics.auc_score",
        "sklearn.metrics.roc_auc_score",
        "0.16",
    ),
    moved(
        "sklearn.metrics.zero_one_score",
        "sklearn.metrics.accuracy_score",
        "0.16",
    ),
    moved(
        "sklearn.metrics.UndefinedMetricWarning",
        "sklearn.exceptions.UndefinedMetricWarning",
        "0.20",
    ),
    moved(
        "sklearn.datasets.fetch_mldata",
        "sklearn.datasets.fetch_openml",
        "0.22",
    ),
    moved(
        "sklearn.cluster.Ward",
        "sklearn.cluster.AgglomerativeClustering",
        "0.17",
    ),
    moved(
        "sklearn.decomposition.ProjectedGradientNMF",
        "sklearn.decomposition.NMF",
        "0.19",
    ),
    moved(
        "sklearn.feature_extraction.stop_words",
        "sklearn.feature_extraction.text",
        "0.24",
    ),
    moved(
        "sklearn.gaussian_process.GaussianProcess",
        "sklearn.gaussian_process.GaussianProcessRegressor",
        "0.20",
    ),
    moved(
        "sklearn.mixture.VBGMM",
        "sklearn.mixture.BayesianGaussianMixture",
        "0.20",
    ),
    moved(
        "sklearn.mixture.DPGMM",
        "sklearn.mixture.BayesianGaussianMixture",
        "0.20",
    ),
    moved(
        "sklearn.mixture.gmm.GMM",
        "sklearn.mixture.GaussianMixture",
        "0.20",
    ),
    moved(
        "sklearn.covariance.graph_lasso",
        "sklearn.covariance.graphical_lasso",
        "0.22",
    ),
    moved(
        "sklearn.covariance.GraphLasso",
        "sklearn.covariance.GraphicalLasso",
        "0.22",
    ),
    moved(
        "sklearn.covariance.GraphLassoCV",
        "sklearn.covariance.GraphicalLassoCV",
        "0.22",
    ),
    moved("sklearn.utils.fixes.linspace", "numpy.linspace", "0.20"),
    moved("sklearn.utils.fixes.bincount", "numpy.bincount", "0.20"),
    moved(
        "sklearn.utils.fixes.logsumexp",
        "scipy.special.logsumexp",
        "0.23",
    ),
    moved("sklearn.utils.fixes.comb", "scipy.special.comb", "0.23"),
    moved("sklearn.utils.fixes.expit", "scipy.special.expit", "0.20"),
    moved(
        "sklearn.utils.extmath.logsumexp",
        "scipy.special.logsumexp",
        "0.20",
    ),
    moved("sklearn.utils.extmath.norm", "numpy.linalg.norm", "0.20"),
    moved("sklearn.utils.extmath.pinvh", "scipy.linalg.pinvh", "0.20"),
    moved(
        "sklearn.utils.extmath.logistic_sigmoid",
        "scipy.special.expit",
        "0.18",
    ),
    moved("sklearn.utils.cpu_count", "joblib.cpu_count", "0.23"),
    moved("sklearn.utils.Parallel", "joblib.Parallel", "0.23"),
    moved("sklearn.utils.delayed", "joblib.delayed", "0.23"),
    moved(
        "sklearn.utils.parallel_backend",
        "joblib.parallel_backend",
        "0.23",
    ),
    moved(
        "sklearn.utils.testing.all_estimators",
        "sklearn.utils.all_estimators",
        "0.24",
    ),
    moved(
        "sklearn.utils.testing.assert_array_equal",
        "numpy.testing.assert_array_equal",
        "0.24",
    ),
    moved(
        "sklearn.utils.testing.assert_array_almost_equal",
        "numpy.testing.assert_array_almost_equal",
        "0.24",
    ),
    moved(
        "sklearn.utils.testing.assert_allclose",
        "numpy.testing.assert_allclose",
        "0.24",
    ),
    moved(
        "sklearn.utils.testing.assert_almost_equal",
        "numpy.testing.assert_almost_equal",
        "0.24",
    ),
    moved(
        "sklearn.utils.ConvergenceWarning",
        "sklearn.exceptions.ConvergenceWarning",
        "0.20",
    ),
    moved(
        "sklearn.externals.funcsigs.signature",
        "inspect.signature",
        "0.21",
    ),
    moved(
        "sklearn.utils.metaestimators.if_delegate_has_method",
        "sklearn.utils.metaestimators.available_if",
        "1.3",
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
