"""Random draws behind designs of SALib, and the designs: the reference values of src/design/hypercube.rs and morris.rs.

    pip install SALib==1.6.0 numpy==2.4.6
    python docs/salib_draws.py

SALib's own functions run on a generator that writes down what it draws; that this changes nothing is checked against SALib on its
own generator with the same seed.
"""

import sys

import numpy as np
from SALib.sample import latin
from SALib.sample.morris import sample as morris
from SALib.util import _compute_delta


class Recorder(np.random.Generator):
    kept = []

    def uniform(self, low, high, size):
        u = self.random(size)
        self.kept.append(u.tolist())
        return low + (high - low) * u

    def shuffle(self, x):
        before = x.tolist()
        super().shuffle(x)
        self.kept.append([before.index(value) for value in x.tolist()])  # the old place of what stands in each place now

    def choice(self, a, size):
        places = self.integers(0, len(a), size)
        self.kept.append(places.tolist())
        return np.asarray(a)[places]


def problem(axes):
    return {"num_vars": axes, "names": [f"x{i}" for i in range(axes)], "bounds": [[0, 1]] * axes}


def show(title, sample, *arguments, **more):
    own = sample(*arguments, **more, seed=11)
    module = sys.modules[sample.__module__]
    Recorder.kept = []
    module.handle_seed = lambda seed: Recorder(np.random.PCG64(seed))
    assert (own == sample(*arguments, **more, seed=11)).all()
    print(title, "draws:", *Recorder.kept, "points:", *own.tolist(), sep="\n")


show("Latin hypercube: a place per slice and axis, slice by slice; then per axis the slice of each point", latin.sample, problem(3), 5)
show("Morris: per trajectory the step of each axis, whether it goes up, its lower level", morris, problem(4), 3, num_levels=6)
for levels in (2, 4, 6, 10):
    delta = _compute_delta(levels)
    print(levels, "levels: step", delta, "starts", np.linspace(0, 1 - delta, levels // 2).tolist())
