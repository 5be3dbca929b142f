//! numpy: aliases of builtins (gone in 1.24), and the clean-up of 2.0.

use super::{CallRule, Library, MethodRule, Move, call, method, moved};

pub(super) const NUMPY: Library = Library {
    root: "numpy",
    distribution: "numpy",
    moves: MOVES,
    calls: CALLS,
    methods: METHODS,
    keywords: &[],
};

const MOVES: &[Move] = &[
    moved("numpy.int", "int", "1.24"),
    moved("numpy.float", "float", "1.24"),
    moved("numpy.bool", "bool", "1.24"),
    moved("numpy.object", "object", "1.24"),
    moved("numpy.str", "str", "1.24"),
    moved("numpy.complex", "complex", "1.24"),
    moved("numpy.long", "int", "1.24"),
    moved("numpy.unicode", "str", "1.24"),
    moved("numpy.typeDict", "numpy.sctypeDict", "1.24"),
    moved("numpy.bool8", "numpy.bool_", "1.25"),
    moved("numpy.int0", "numpy.intp", "1.25"),
    moved("numpy.uint0", "numpy.uintp", "1.25"),
    moved("numpy.object0", "numpy.object_", "1.25"),
    moved("numpy.str0", "numpy.str_", "1.25"),
    moved("numpy.bytes0", "numpy.bytes_", "1.25"),
    moved("numpy.math", "math", "1.25"),
    moved("numpy.float_", "numpy.float64", "2.0"),
    moved("numpy.complex_", "numpy.complex128", "2.0"),
    moved("numpy.cfloat", "numpy.complex128", "2.0"),
    moved("numpy.singlecomplex", "numpy.complex64", "2.0"),
    moved("numpy.longcomplex", "numpy.clongdouble", "2.0"),
    moved("numpy.clongfloat", "numpy.clongdouble", "2.0"),
    moved("numpy.longfloat", "numpy.longdouble", "2.0"),
    moved("numpy.string_", "numpy.bytes_", "2.0"),
    moved("numpy.unicode_", "numpy.str_", "2.0"),
    moved("numpy.NaN", "numpy.nan", "2.0"),
    moved("numpy.NAN", "numpy.nan", "2.0"),
    moved("numpy.Inf", "numpy.inf", "2.0"),
    moved("numpy.Infinity", "numpy.inf", "2.0"),
    moved("numpy.infty", "numpy.inf", "2.0"),
    moved("numpy.PINF", "numpy.inf", "2.0"),
    moved("numpy.in1d", "numpy.isin", "2.4"),
    moved("numpy.product", "numpy.prod", "2.0"),
    moved("numpy.cumproduct", "numpy.cumprod", "2.0"),
    moved("numpy.alltrue", "numpy.all", "2.0"),
    moved("numpy.sometrue", "numpy.any", "2.0"),
    moved("numpy.round_", "numpy.round", "2.0"),
    moved("numpy.row_stack", "numpy.vstack", "2.0"),
    moved("numpy.trapz", "numpy.trapezoid", "2.4"),
    moved("numpy.mat", "numpy.asmatrix", "2.0"),
    moved("numpy.rank", "numpy.ndim", "1.18"),
    moved("numpy.loads", "pickle.loads", "1.23"),
    moved("numpy.cast", "numpy.asarray", "2.0"),
    moved("numpy.find_common_type", "numpy.result_type", "2.0"),
    moved("numpy.safe_eval", "ast.literal_eval", "2.0"),
    moved("numpy.issubclass_", "issubclass", "2.0"),
    moved("numpy.deprecate", "numpy.lib.deprecate", "2.0"),
    moved(
        "numpy.byte_bounds",
        "numpy.lib.array_utils.byte_bounds",
        "2.0",
    ),
    moved("numpy.linalg.linalg", "numpy.linalg", "2.0"),
    moved("numpy.fft.fftpack", "numpy.fft", "1.17"),
    moved("numpy.lib.function_base", "numpy", "2.0"),
    moved("numpy.lib.shape_base", "numpy", "2.0"),
    moved("numpy.lib.arraysetops", "numpy", "2.0"),
    moved("numpy.core.umath", "numpy", "2.0"),
    moved("numpy.core.numeric", "numpy", "2.0"),
    moved("numpy.core.fromnumeric", "numpy", "2.0"),
    moved("numpy.core.multiarray", "numpy", "2.0"),
    moved("numpy.core.defchararray", "numpy.char", "2.0"),
    moved("numpy.AxisError", "numpy.exceptions.AxisError", "2.0"),
    moved(
        "numpy.VisibleDeprecationWarning",
        "numpy.exceptions.VisibleDeprecationWarning",
        "2.0",
    ),
    moved(
        "numpy.ComplexWarning",
        "numpy.exceptions.ComplexWarning",
        "2.0",
    ),
    moved("numpy.RankWarning", "numpy.exceptions.RankWarning", "2.0"),
    moved("numpy.random.ranf", "numpy.random.random", "2.4"),
];

const CALLS: &[CallRule] = &[
    call("numpy.asscalar", 1, "{0.}.item()", "1.23"),
    call("numpy.msort", 1, "np.sort({0}, axis=0)", "2.0").with_import("import numpy as np"),
    call("numpy.asfarray", 1, "np.asarray({0}, dtype=float)", "2.0")
        .with_import("import numpy as np"),
    call(
        "numpy.random.random_integers",
        2,
        "np.random.randint({0}, {1} + 1{*})",
        "2.4",
    )
    .with_import("import numpy as np"),
    call(
        "numpy.random.random_integers",
        1,
        "np.random.randint(1, {0} + 1{*})",
        "2.4",
    )
    .with_import("import numpy as np"),
    call(
        "numpy.random.random_integers",
        3,
        "np.random.randint({0}, {1} + 1, {2}{*})",
        "2.4",
    )
    .with_import("import numpy as np"),
];

const METHODS: &[MethodRule] = &[
    method("tostring", Some(0), "{self.}.tobytes({*})", "'tostring'"),
    method(
        "itemset",
        Some(2),
        "{self.}.__setitem__({0}, {1})",
        "itemset",
    ),
    method("ptp", Some(0), "np.ptp({self}{*})", "`ptp` was removed")
        .with_import("import numpy as np"),
    method(
        "ptp",
        Some(1),
        "np.ptp({self}, {0}{*})",
        "`ptp` was removed",
    )
    .with_import("import numpy as np"),
    method("ptp", Some(0), "np.ptp({self}{*})", "no attribute 'ptp'")
        .with_import("import numpy as np"),
    method(
        "ptp",
        Some(1),
        "np.ptp({self}, {0}{*})",
        "no attribute 'ptp'",
    )
    .with_import("import numpy as np"),
    method(
        "newbyteorder",
        Some(0),
        "{self.}.view({self.}.dtype.newbyteorder())",
        "newbyteorder",
    ),
];
