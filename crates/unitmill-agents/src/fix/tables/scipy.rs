//! scipy: names that moved between its packages, aliases of numpy's, and what is gone.

use super::{CallRule, Library, Move, call, moved};

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
        "outer", "cross", "nanmean", "nanmedian", "prod", "cumprod", "clip", "tile", "repeat", "reshape", "ravel", "squeeze", "transpose", "trace", "inner", "kron", "tensordot", "trapezoid", "around", "isinf", "maximum", "minimum", "argmax", "argmin", "amax", "amin", "nonzero", "searchsorted", "convolve", "array_equal", "full", "identity", "loadtxt", "savetxt", "exp2", "expm1", "log1p", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan", "hypot", "degrees", "radians", "deg2rad", "rad2deg", "square", "fliplr", "flipud", "roll", "rot90", "split", "stack", "column_stack", "newaxis", "ndarray", "bool_", "int64", "float32", "complex128", "vectorize", "bincount", "digitize", "cov", "corrcoef", "histogram", "percentile", "real", "imag", "angle", "conj", "mod",
        "power", "absolute", "float64", "int32", "complex64";
    moved("scipy.round_", "numpy.round", "1.12"),
    moved("scipy.ifft", "scipy.fft.ifft", "1.5"),
    moved("scipy.factorial", "scipy.special.factorial", "1.0"),
    moved("scipy.comb", "scipy.special.comb", "1.0"),
    moved("scipy.signal.bspline", "scipy.interpolate.BSpline", "1.13"),
    moved("scipy.misc.imrotate", "scipy.ndimage.rotate", "1.2"),
    moved("scipy.misc.lena", "scipy.datasets.face", "0.17"),
    moved("scipy.misc.face", "scipy.datasets.face", "1.12"),
    moved("scipy.misc.ascent", "scipy.datasets.ascent", "1.12"),
    moved("scipy.misc.electrocardiogram", "scipy.datasets.electrocardiogram", "1.12"),
    moved("scipy.misc.pade", "scipy.interpolate.pade", "1.3"),
    moved("scipy.misc.source", "inspect.getsource", "1.3"),
    moved("scipy.misc.info", "numpy.info", "1.3"),
    moved("scipy.linalg.fblas", "scipy.linalg.blas", "1.0"),
    moved("scipy.linalg.flapack", "scipy.linalg.lapack", "1.0"),
    moved("scipy.linalg.expm2", "scipy.linalg.expm", "1.0"),
    moved("scipy.linalg.expm3", "scipy.linalg.expm", "1.0"),
    moved("scipy.linalg.kron", "numpy.kron", "1.17"),
    moved("scipy.sparse.cs_graph_components", "scipy.sparse.csgraph.connected_components", "1.0"),
    moved("scipy.spatial.distance.matching", "scipy.spatial.distance.hamming", "1.10"),
    moved("scipy.spatial.distance.wminkowski", "scipy.spatial.distance.minkowski", "1.8"),
    moved("scipy.spatial.distance.sokalmichener", "scipy.spatial.distance.rogerstanimoto", "1.17"),
    moved("scipy.special.btdtr", "scipy.special.betainc", "1.14"),
    moved("scipy.special.btdtri", "scipy.special.betaincinv", "1.14"),
    moved("scipy.stats.betai", "scipy.special.betainc", "1.0"),
    moved("scipy.stats.frechet_r", "scipy.stats.weibull_min", "1.6"),
    moved("scipy.stats.frechet_l", "scipy.stats.weibull_max", "1.6"),
    moved("scipy.stats.gilbrat", "scipy.stats.gibrat", "1.11"),
    moved("scipy.stats.trapz", "scipy.stats.trapezoid", "1.14"),
    moved("scipy.io.mio", "scipy.io.matlab", "0.11"),
    moved("scipy.io.read_array", "numpy.loadtxt", "0.9"),
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
    moved("scipy.signal.filter_design", "scipy.signal", "2.0"),
    moved("scipy.signal.signaltools", "scipy.signal", "2.0"),
    moved("scipy.signal.waveforms", "scipy.signal", "2.0"),
    moved("scipy.signal.wavelets", "scipy.signal", "2.0"),
    moved("scipy.signal.bsplines", "scipy.signal", "2.0"),
    moved("scipy.signal.fir_filter_design", "scipy.signal", "2.0"),
    moved("scipy.signal.lti_conversion", "scipy.signal", "2.0"),
    moved("scipy.signal.ltisys", "scipy.signal", "2.0"),
    moved("scipy.signal.spectral", "scipy.signal", "2.0"),
    moved("scipy.integrate.odepack", "scipy.integrate", "2.0"),
    moved("scipy.integrate.quadpack", "scipy.integrate", "2.0"),
    moved("scipy.interpolate.fitpack", "scipy.interpolate", "2.0"),
    moved("scipy.interpolate.fitpack2", "scipy.interpolate", "2.0"),
    moved("scipy.interpolate.ndgriddata", "scipy.interpolate", "2.0"),
    moved("scipy.interpolate.polyint", "scipy.interpolate", "2.0"),
    moved("scipy.interpolate.rbf", "scipy.interpolate", "2.0"),
    moved("scipy.linalg.decomp", "scipy.linalg", "2.0"),
    moved("scipy.linalg.decomp_svd", "scipy.linalg", "2.0"),
    moved("scipy.linalg.decomp_qr", "scipy.linalg", "2.0"),
    moved("scipy.linalg.decomp_lu", "scipy.linalg", "2.0"),
    moved("scipy.linalg.decomp_cholesky", "scipy.linalg", "2.0"),
    moved("scipy.linalg.decomp_schur", "scipy.linalg", "2.0"),
    moved("scipy.linalg.matfuncs", "scipy.linalg", "2.0"),
    moved("scipy.linalg.special_matrices", "scipy.linalg", "2.0"),
    moved("scipy.linalg.misc", "scipy.linalg", "2.0"),
    moved("scipy.optimize.minpack", "scipy.optimize", "2.0"),
    moved("scipy.optimize.linesearch", "scipy.optimize", "2.0"),
    moved("scipy.optimize.lbfgsb", "scipy.optimize", "2.0"),
    moved("scipy.optimize.zeros", "scipy.optimize", "2.0"),
    moved("scipy.optimize.nonlin", "scipy.optimize", "2.0"),
    moved("scipy.optimize.tnc", "scipy.optimize", "2.0"),
    moved("scipy.optimize.slsqp", "scipy.optimize", "2.0"),
    moved("scipy.optimize.cobyla", "scipy.optimize", "2.0"),
    moved("scipy.sparse.base", "scipy.sparse", "2.0"),
    moved("scipy.sparse.bsr", "scipy.sparse", "2.0"),
    moved("scipy.sparse.construct", "scipy.sparse", "2.0"),
    moved("scipy.sparse.data", "scipy.sparse", "2.0"),
    moved("scipy.sparse.dia", "scipy.sparse", "2.0"),
    moved("scipy.sparse.dok", "scipy.sparse", "2.0"),
    moved("scipy.sparse.extract", "scipy.sparse", "2.0"),
    moved("scipy.sparse.lil", "scipy.sparse", "2.0"),
    moved("scipy.sparse.compressed", "scipy.sparse", "2.0"),
    moved("scipy.sparse.sputils", "scipy.sparse", "2.0"),
    moved("scipy.spatial.ckdtree", "scipy.spatial", "2.0"),
    moved("scipy.spatial.kdtree", "scipy.spatial", "2.0"),
    moved("scipy.special.basic", "scipy.special", "2.0"),
    moved("scipy.special.orthogonal", "scipy.special", "2.0"),
    moved("scipy.stats.morestats", "scipy.stats", "2.0"),
    moved("scipy.stats.kde", "scipy.stats", "2.0"),
    moved("scipy.ndimage.fourier", "scipy.ndimage", "2.0"),
    moved("scipy.io.netcdf", "scipy.io", "2.0"),
    moved("scipy.io.idl", "scipy.io", "2.0"),
    moved("scipy.io.mmio", "scipy.io", "2.0"),
    moved("scipy.io.harwell_boeing", "scipy.io", "2.0"),
    moved("scipy.constants.codata", "scipy.constants", "2.0"),
    moved("scipy.constants.constants", "scipy.constants", "2.0"),
];

const SCIPY_CALLS: &[CallRule] = &[
    call(
        "scipy.signal.slepian",
        2,
        "scipy.signal.windows.dpss({0}, {0} * {1} / 4)",
        "1.6",
    )
    .with_import("import scipy.signal"),
    call(
        "scipy.special.sph_jn",
        2,
        "scipy.special.spherical_jn(range({0} + 1), {1})",
        "1.0",
    )
    .with_import("import scipy.special"),
    call(
        "scipy.special.sph_yn",
        2,
        "scipy.special.spherical_yn(range({0} + 1), {1})",
        "1.0",
    )
    .with_import("import scipy.special"),
    call(
        "scipy.constants.C2K",
        1,
        "scipy.constants.convert_temperature({0}, \"C\", \"K\")",
        "1.4",
    )
    .with_import("import scipy.constants"),
    call(
        "scipy.constants.K2C",
        1,
        "scipy.constants.convert_temperature({0}, \"K\", \"C\")",
        "1.4",
    )
    .with_import("import scipy.constants"),
    call(
        "scipy.constants.F2C",
        1,
        "scipy.constants.convert_temperature({0}, \"F\", \"C\")",
        "1.4",
    )
    .with_import("import scipy.constants"),
    call(
        "scipy.constants.C2F",
        1,
        "scipy.constants.convert_temperature({0}, \"C\", \"F\")",
        "1.4",
    )
    .with_import("import scipy.constants"),
    call(
        "scipy.constants.F2K",
        1,
        "scipy.constants.convert_temperature({0}, \"F\", \"K\")",
        "1.4",
    )
    .with_import("import scipy.constants"),
    call(
        "scipy.constants.K2F",
        1,
        "scipy.constants.convert_temperature({0}, \"K\", \"F\")",
        "1.4",
    )
    .with_import("import scipy.constants"),
    call(
        "scipy.stats.itemfreq",
        1,
        "np.array(np.unique({0}, return_counts=True)).T",
        "1.3",
    )
    .with_import("import numpy as np"),
    call(
        "scipy.stats.signaltonoise",
        1,
        "(np.mean({0}) / np.std({0}))",
        "1.0",
    )
    .with_import("import numpy as np"),
    call("scipy.stats.square_of_sums", 1, "(np.sum({0}) ** 2)", "1.0")
        .with_import("import numpy as np"),
    call(
        "scipy.special.sph_harm",
        4,
        "scipy.special.sph_harm_y({1}, {0}, {3}, {2})",
        "1.17",
    )
    .with_import("import scipy.special"),
    call(
        "scipy.integrate.quadrature",
        3,
        "scipy.integrate.quad({0}, {1}, {2}{*})",
        "1.14",
    )
    .with_import("import scipy.integrate"),
    call(
        "scipy.integrate.romberg",
        3,
        "scipy.integrate.quad({0}, {1}, {2}{*})[0]",
        "1.15",
    )
    .with_import("import scipy.integrate"),
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
