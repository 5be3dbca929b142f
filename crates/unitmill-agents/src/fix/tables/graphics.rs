//! matplotlib and networkx: what functions of a corpus use of them.

use super::KeywordChange::Rename;
use super::{CallRule, KeywordRule, Library, MethodRule, Move, call, keyword, method, moved};

pub(super) const MATPLOTLIB: Library = Library {
    root: "matplotlib",
    distribution: "matplotlib",
    moves: MATPLOTLIB_MOVES,
    calls: MATPLOTLIB_CALLS,
    methods: MATPLOTLIB_METHODS,
    keywords: MATPLOTLIB_KEYWORDS,
};

const MATPLOTLIB_MOVES: &[Move] = &[
    moved("matplotlib.mlab.normpdf", "scipy.stats.norm.pdf", "3.1"),
    moved("matplotlib.mlab.movavg", "numpy.convolve", "3.1"),
    moved("matplotlib.mlab.find", "numpy.flatnonzero", "3.1"),
    moved(
        "matplotlib.mlab.bivariate_normal",
        "scipy.stats.multivariate_normal",
        "3.1",
    ),
    moved(
        "matplotlib.mlab.griddata",
        "scipy.interpolate.griddata",
        "3.1",
    ),
    moved("matplotlib.mlab.prctile", "numpy.percentile", "3.1"),
    moved("matplotlib.mlab.entropy", "scipy.stats.entropy", "3.1"),
    moved("matplotlib.mlab.frange", "numpy.arange", "3.1"),
    moved("matplotlib.cbook.iterable", "numpy.iterable", "3.3"),
    moved("matplotlib.cbook.Bunch", "types.SimpleNamespace", "3.1"),
    moved(
        "matplotlib.nxutils.points_inside_poly",
        "matplotlib.path.Path.contains_points",
        "1.3",
    ),
    moved(
        "matplotlib.cm.register_cmap",
        "matplotlib.colormaps.register",
        "3.9",
    ),
    moved(
        "matplotlib.cm.get_cmap",
        "matplotlib.pyplot.get_cmap",
        "3.9",
    ),
    moved(
        "matplotlib.cm.spectral",
        "matplotlib.cm.nipy_spectral",
        "2.2",
    ),
    moved(
        "matplotlib.pyplot.cm.spectral",
        "matplotlib.cm.nipy_spectral",
        "2.2",
    ),
    moved("matplotlib.docstring", "matplotlib._docstring", "3.8"),
    moved("matplotlib.finance", "mpl_finance", "2.2"),
];

const MATPLOTLIB_CALLS: &[CallRule] = &[
    call("matplotlib.pyplot.hold", 1, "None", "3.0"),
    call("matplotlib.pyplot.hold", 0, "None", "3.0"),
    call(
        "matplotlib.cbook.is_numlike",
        1,
        "isinstance({0}, (int, float, complex))",
        "3.1",
    ),
    call(
        "matplotlib.cbook.is_string_like",
        1,
        "isinstance({0}, str)",
        "3.1",
    ),
    call(
        "matplotlib.mlab.rms_flat",
        1,
        "np.sqrt(np.mean(np.abs({0}) ** 2))",
        "3.1",
    )
    .with_import("import numpy as np"),
];

const MATPLOTLIB_METHODS: &[MethodRule] = &[
    method(
        "set_axis_bgcolor",
        Some(1),
        "{self.}.set_facecolor({0})",
        "'set_axis_bgcolor'",
    ),
    method(
        "get_axis_bgcolor",
        Some(0),
        "{self.}.get_facecolor()",
        "'get_axis_bgcolor'",
    ),
    method(
        "set_color_cycle",
        Some(1),
        "{self.}.set_prop_cycle(color={0})",
        "'set_color_cycle'",
    ),
    method(
        "set_window_title",
        None,
        "{self.}.manager.set_window_title",
        "'set_window_title'",
    ),
    method("hold", Some(1), "None", "has no attribute 'hold'"),
];

const MATPLOTLIB_KEYWORDS: &[KeywordRule] = &[
    keyword(".hist", "normed", Rename("density"), "3.1"),
    keyword(".hist2d", "normed", Rename("density"), "3.1"),
    keyword("hist", "normed", Rename("density"), "3.1"),
    keyword("hist2d", "normed", Rename("density"), "3.1"),
    keyword("subplot", "axisbg", Rename("facecolor"), "2.2"),
    keyword(".add_subplot", "axisbg", Rename("facecolor"), "2.2"),
    keyword("boxplot", "labels", Rename("tick_labels"), "3.11"),
    keyword(".boxplot", "labels", Rename("tick_labels"), "3.11"),
];

pub(super) const NETWORKX: Library = Library {
    root: "networkx",
    distribution: "networkx",
    moves: NETWORKX_MOVES,
    calls: NETWORKX_CALLS,
    methods: NETWORKX_METHODS,
    keywords: &[],
};

const NETWORKX_MOVES: &[Move] = &[
    moved(
        "networkx.from_numpy_matrix",
        "networkx.from_numpy_array",
        "3.0",
    ),
    moved("networkx.to_numpy_matrix", "networkx.to_numpy_array", "3.0"),
    moved(
        "networkx.from_scipy_sparse_matrix",
        "networkx.from_scipy_sparse_array",
        "3.0",
    ),
    moved(
        "networkx.to_scipy_sparse_matrix",
        "networkx.to_scipy_sparse_array",
        "3.0",
    ),
    moved("networkx.OrderedGraph", "networkx.Graph", "3.0"),
    moved("networkx.OrderedDiGraph", "networkx.DiGraph", "3.0"),
    moved("networkx.read_gpickle", "pickle.load", "3.0"),
    moved(
        "networkx.betweenness_centrality_source",
        "networkx.betweenness_centrality_subset",
        "2.0",
    ),
];

const NETWORKX_CALLS: &[CallRule] = &[
    call(
        "networkx.connected_component_subgraphs",
        1,
        "[{0.}.subgraph(nodes).copy() for nodes in nx.connected_components({0})]",
        "2.4",
    )
    .with_import("import networkx as nx"),
    call(
        "networkx.strongly_connected_component_subgraphs",
        1,
        "[{0.}.subgraph(nodes).copy() for nodes in nx.strongly_connected_components({0})]",
        "2.4",
    )
    .with_import("import networkx as nx"),
    call(
        "networkx.weakly_connected_component_subgraphs",
        1,
        "[{0.}.subgraph(nodes).copy() for nodes in nx.weakly_connected_components({0})]",
        "2.4",
    )
    .with_import("import networkx as nx"),
    call("networkx.info", 1, "str({0})", "3.0"),
];

const NETWORKX_METHODS: &[MethodRule] = &[
    method("nodes_iter", None, "{self.}.nodes", "'nodes_iter'"),
    method("edges_iter", None, "{self.}.edges", "'edges_iter'"),
    method(
        "neighbors_iter",
        None,
        "{self.}.neighbors",
        "'neighbors_iter'",
    ),
    method("degree_iter", None, "{self.}.degree", "'degree_iter'"),
    method(
        "predecessors_iter",
        None,
        "{self.}.predecessors",
        "'predecessors_iter'",
    ),
    method(
        "successors_iter",
        None,
        "{self.}.successors",
        "'successors_iter'",
    ),
    method(
        "node",
        None,
        "{self.}.nodes",
        "Graph' object has no attribute 'node'",
    ),
    method(
        "add_path",
        Some(1),
        "nx.add_path({self}, {0}{*})",
        "'add_path'",
    )
    .with_import("import networkx as nx"),
    method(
        "add_cycle",
        Some(1),
        "nx.add_cycle({self}, {0}{*})",
        "'add_cycle'",
    )
    .with_import("import networkx as nx"),
    method(
        "add_star",
        Some(1),
        "nx.add_star({self}, {0}{*})",
        "'add_star'",
    )
    .with_import("import networkx as nx"),
];
