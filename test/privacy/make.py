"""Makes the numbers that the accountants' tests compare with: those of Google's dp-accounting and of TensorFlow Privacy.

Usage, with dp-accounting 0.6 and the files of tensorflow-privacy 0.9 (TensorFlow is not needed): python make.py
Writes accountants.jsonl beside itself, with a case a line. What every client takes part in has a closed form (Balle and Wang, ICML 2018, theorem 8), which is taken instead. The grid of the distributions is finer than dp-accounting's default where a round tells little, and coarser where it would be very large.
"""
import importlib.util
import itertools
import json
import math
import os
import sysconfig

from dp_accounting import dp_event, rdp
from dp_accounting.pld import privacy_loss_distribution as distributions
from scipy import optimize, special

DELTAS = [1e-5, 1e-9]


def closed_form(sigma, delta):
    """The epsilon of one Gaussian mechanism."""
    def excess(epsilon):
        leaves = special.log_ndtr(0.5 / sigma - epsilon * sigma)
        other = epsilon + special.log_ndtr(-0.5 / sigma - epsilon * sigma)
        return leaves + math.log(max(1e-15, -math.expm1(other - leaves))) - math.log(delta)
    return optimize.brentq(excess, 0, 1e7, xtol=1e-14, rtol=1e-14) if excess(0) > 0 else 0.0


def deviation(z, q):
    return min(q * math.sqrt(math.expm1(min(700, z**-2))), q**0.5 / z)


def gaussian(z, q, rounds):
    case = dict(mechanism='gaussian', noiseMultiplier=z, samplingProbability=q, rounds=rounds, deltas=DELTAS)
    if q == 1:
        case['pld'] = [closed_form(z / rounds**0.5, d) for d in DELTAS]
    else:
        spread = deviation(z, q)
        reach = math.log1p(q * math.expm1(10 / z + 0.5 / z**2))
        grid = max(min(1e-4, spread / 50), reach / 3e5, 16 * rounds**0.5 * spread / 3e5)
        loss = distributions.from_gaussian_mechanism(z, sampling_prob=q, value_discretization_interval=grid).self_compose(rounds)
        case['pld'] = [loss.get_epsilon_for_delta(d) for d in DELTAS]
    # With more than this the series of fractional orders does not converge.
    if q < 0.3 or q == 1:
        accountant = rdp.RdpAccountant()
        accountant.compose(dp_event.PoissonSampledDpEvent(q, dp_event.GaussianDpEvent(z)), rounds)
        case['rdp'] = [accountant.get_epsilon(d) for d in DELTAS]
    return case


def laplace(b, q, rounds):
    case = dict(mechanism='laplace', noiseMultiplier=b, samplingProbability=q, rounds=rounds, deltas=DELTAS)
    loss = distributions.from_laplace_mechanism(b, sampling_prob=q, value_discretization_interval=1e-4).self_compose(rounds)
    case['pld'] = [loss.get_epsilon_for_delta(d) for d in DELTAS]
    if q == 1:
        accountant = rdp.RdpAccountant()
        accountant.compose(dp_event.LaplaceDpEvent(b), rounds)
        # The largest loss is a bound, too.
        case['rdp'] = [min(rounds / b, accountant.get_epsilon(d)) for d in DELTAS]
    return case


def trees():
    path = os.path.join(sysconfig.get_path('purelib'), 'tensorflow_privacy/privacy/analysis/tree_aggregation_accountant.py')
    spec = importlib.util.spec_from_file_location('tree_aggregation_accountant', path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for rounds, participations, separation in [(1, 1, 1), (8, 1, 1), (100, 1, 1), (1000, 1, 10), (8, 3, 3), (8, 8, 1), (16, 4, 4), (64, 4, 16), (50, 3, 7), (100, 5, 20), (37, 6, 5), (128, 2, 30)]:
        # There the separation counts the rounds between.
        square = module._max_tree_sensitivity_square_sum(participations, separation - 1, rounds)
        yield dict(mechanism='tree', rounds=rounds, maxParticipations=participations, minSeparation=separation, squaredSensitivity=square)
    for steps in [[8, 8, 8], [16, 5], [100, 100, 100, 33]]:
        square = module.compute_rdp_tree_restart(1.0, steps, 2.0)
        yield dict(mechanism='tree', rounds=sum(steps), restartFrequency=steps[0], maxParticipations=len(steps), minSeparation=steps[0], squaredSensitivity=float(square))


def main():
    cases = []
    for z, q, rounds in itertools.product([0.5, 1.0, 10.0], [1e-4, 0.01, 1.0], [1, 100, 10000]):
        cases.append(gaussian(z, q, rounds))
        print(cases[-1], flush=True)
    cases += [gaussian(1.1, 256 / 60000, 14062), gaussian(0.7, 0.5, 10), gaussian(3.0, 0.9, 100)]
    cases += [laplace(b, q, rounds) for b, q, rounds in itertools.product([0.5, 2.0, 10.0], [0.1, 1.0], [1, 10, 300])]
    cases += trees()
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'accountants.jsonl')
    with open(path, 'w') as file:
        file.write(''.join(json.dumps(c) + '\n' for c in cases))


main()
