//! Pairs that use numpy, pandas, scipy, scikit-learn and matplotlib.

mod support;

use unitmill_model::{Job, Verdict};

fn pair(packages: &[&str], code: &str, tests: &str) -> Job {
    let mut job = support::pair(code, tests);
    job.packages = packages.iter().map(|name| (*name).to_owned()).collect();
    job.limits.memory_bytes = 1 << 30;
    job.limits.wall_ms = 20_000;
    job.limits.cpu_ms = 20_000;
    job
}

fn rows() -> Vec<(Job, Verdict)> {
    use Verdict::{Failed, OutOfMemory, Passed, Tampered};
    vec![
        (pair(&["numpy"], "import numpy as np\ndef f(x):\n    return np.cumsum(x)", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        np.testing.assert_allclose(f([1, 2]), [1, 3])
    def test_b(self):
        self.assertEqual(f([1, 2]).tolist(), [1, 3])
"), Passed),
        (pair(&["numpy"], "import numpy as np\ndef f(x):\n    return np.cumsum(x)", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        np.testing.assert_array_equal(f([1, 2]), [1, 4])
"), Failed),
        (pair(&["numpy"], "import numpy as np\ndef f(n):\n    return np.random.rand(n)", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        np.testing.assert_array_equal(f(3), np.random.RandomState(0).rand(3))
"), Passed),
        (pair(&["numpy"], "import numpy as np\ndef f(n):\n    return np.ones(n)", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f(1 << 30).sum(), 1 << 30)
"), OutOfMemory),
        (pair(&["numpy"], "import numpy as np\ndef f(x):\n    return np.linalg.solve(np.eye(200) * 2, np.ones(200))", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertAlmostEqual(f(1)[0], 0.5)
"), Passed),
        (pair(&["pandas"], "import pandas as pd\ndef f(df):\n    return df.groupby('k')['v'].mean()", "import unittest
import pandas.testing as pdt
from io import StringIO
class T(unittest.TestCase):
    def test_a(self):
        df = pd.DataFrame({'k': ['a', 'a', 'b'], 'v': [1, 3, 5]})
        pdt.assert_series_equal(f(df), pd.Series([2.0, 5.0], index=pd.Index(['a', 'b'], name='k'), name='v'))
    def test_b(self):
        df = pd.read_csv(StringIO('k,v\\na,1\\n'))
        df.to_csv('out.csv', index=False)
        self.assertEqual(len(pd.read_csv('out.csv')), 1)
"), Passed),
        (pair(&["scipy"], "from scipy import stats\nimport scipy.optimize as so\ndef f(x):\n    return stats.norm.cdf(x)", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertAlmostEqual(f(0), 0.5)
        self.assertAlmostEqual(so.brentq(lambda x: x - 1, 0, 3), 1)
"), Passed),
        (pair(&["sklearn", "numpy"], "import numpy as np
from sklearn.linear_model import LinearRegression
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
def f(x, y):
    return LinearRegression().fit(x, y).coef_", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        np.testing.assert_allclose(f([[1], [2]], [2, 4]), [2])
    def test_b(self):
        model = RandomForestClassifier(n_estimators=3, n_jobs=2).fit([[0], [1]] * 5, [0, 1] * 5)
        self.assertEqual(len(model.predict([[0]])), 1)
"), Passed),
        (pair(&["sklearn"], "import sklearn\ndef f(x):\n    return sklearn.cluster.KMeans", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertTrue(callable(f(1)))
"), Passed),
        (pair(&["matplotlib", "numpy"], "import matplotlib.pyplot as plt\nimport numpy as np\ndef f(path):\n    plt.plot(np.arange(3), label='a')\n    plt.title('t')\n    plt.legend()\n    plt.savefig(path)\n    plt.close('all')", "import os, unittest
class T(unittest.TestCase):
    def test_a(self):
        f('a.png')
        self.assertGreater(os.path.getsize('a.png'), 1000)
    def test_b(self):
        plt.show()
"), Passed),
        // Unknown to the profile: imported by the run itself.
        (pair(&[], "import pandas as pd\nimport numpy as np\ndef f(x):\n    return pd.Series(x).sum()", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        self.assertEqual(f([1, 2]), 3)
"), Passed),
        (pair(&["numpy"], "import gc, numpy as np\nnp.testing.assert_array_equal = None\ndef f(x):\n    return x", "import unittest
class T(unittest.TestCase):
    def test_a(self):
        np.testing.assert_array_equal(f(1), 1)
"), Tampered),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn scientific_pairs_get_their_verdicts() {
    let Some(environment) = support::scientific_environment() else {
        return;
    };
    let Some(sandbox) = support::open(environment, 2).await else {
        return;
    };
    for _ in 0..2 {
        for (number, (job, expected)) in rows().into_iter().enumerate() {
            let outcome = sandbox.run(&job).await.expect("the sandbox works");
            assert_eq!(outcome.verdict, expected, "row {number}: {outcome:#?}");
        }
    }
    sandbox.close().await.expect("the sandbox cleans up");
}
