"""Mixup and CutMix as layers: what they mix, by which shares, and where they run."""

import keras
import numpy as np
from hypothesis import strategies as st
from scipy import stats

from claims.common.strategies import seeds
from claims.common.traced import traced
from claims.documents import lab
from claims.mixing import faults, pictures
from harness import UPHELD, as_array, claim, example, given, judge
from harness.evidence.tolerance import gamma
from harness.lab.mixing import CutMixPairs, MixUpPairs

MIXUP = "keras.src.layers.preprocessing.image_preprocessing.mix_up:MixUp"
CUTMIX = "keras.src.layers.preprocessing.image_preprocessing.cut_mix:CutMix"
DRAWS = 2**14
KINDS = ("ours", "keras")


def kinds() -> st.SearchStrategy:
    """Our layer, as the text asks for, or the one that Keras has."""
    return st.sampled_from(KINDS)


def mixup(kind):
    return MixUpPairs if kind == "ours" else keras.layers.MixUp


def shapes() -> st.SearchStrategy:
    """Count, height and width of a batch; few, since JAX compiles for each of them."""
    return st.sampled_from([(2, 4, 2), (8, 9, 5)])


def numbered(count, *, height=1, width=1):
    """Images that hold their own number everywhere."""
    number = np.arange(count, dtype="float32").reshape(-1, 1, 1, 1)
    return np.broadcast_to(number, (count, height, width, 1)).copy()


def mixed(layer, images, labels):
    """Images and labels after Keras' layer or ours, as arrays."""
    if isinstance(layer, (keras.layers.MixUp, keras.layers.CutMix)):
        both = layer({"images": images, "labels": labels})
        return as_array(both["images"]), as_array(both["labels"])
    return tuple(as_array(part) for part in layer(images, labels))


def shares_and_partners(labels):
    """From mixed identity rows: each example's own share, and its partner."""
    own, rest = np.diag(labels).copy(), labels - np.diag(np.diag(labels))
    partner = np.where(rest.max(axis=1) > 0, rest.argmax(axis=1), np.arange(len(own)))
    return own, partner


def partner_shares(layer):
    """The partner's share in the labels of many examples, by the bits of numbers."""
    bits = (np.arange(DRAWS)[:, np.newaxis] >> np.arange(14) & 1).astype("float32")
    _, labels = mixed(layer, numbered(DRAWS), bits)
    return np.abs(labels - bits).max(axis=1)


mixup_as_layer = claim(
    "mixing.mixup-as-layer",
    says="Mixup can be a Keras layer that works on pairs of images and labels.",
    sources=[lab[34], lab[50:51]],
    verdict=UPHELD,
    why="keras.layers.MixUp exists, too: it takes a dictionary with images and labels.",
    explained_by=[f"{MIXUP}.transform_images", f"{MIXUP}.transform_labels"],
    faults=[
        faults.mixup_label_shares_swapped,
        faults.mixup_labels_2_percent_low,
        faults.mixup_shares_squared,
        faults.mixup_one_share_for_all,
        faults.mixup_partner_is_self,
        faults.alpha_ignored,
        faults.partners_are_neighbours,
    ],
)


@mixup_as_layer.as_worded
@given(
    kind=kinds(),
    count=st.sampled_from([2, 12]),
    alpha=st.integers(2, 10).map(lambda k: k / 10),
)
@example(kind="ours", count=12, alpha=0.8)
@example(kind="keras", count=12, alpha=0.8)
def test_mixup_blends_images_and_labels_by_one_share(kind, count, alpha):
    """Image i is l x_i + (1 - l) x_j, and its label l y_i + (1 - l) y_j."""
    pictures.mixed_by(MixUpPairs(2.0))
    x = np.random.uniform(0, 1, (count, 3, 2, 3)).astype("float32")

    layer = mixup(kind)(alpha)
    for _ in range(2):
        images, labels = mixed(layer, x, np.eye(count, dtype="float32"))

        own, partner = shares_and_partners(labels)
        judge.close(labels.sum(axis=1), 1, operations=4, what="sum of the shares")
        share = own.astype("float64").reshape(-1, 1, 1, 1)
        expected = share * x + (1 - share) * x[partner]
        judge.close(images, expected, operations=6, magnitude=1, oracle="NumPy")


@mixup_as_layer.as_worded
def test_a_compiled_call_mixes_images_and_labels_too():
    """As a map or a training step calls it: the pixels' mean number is the labels'."""
    images, labels = numbered(9), np.eye(9, dtype="float32")
    for kind in map(mixup, KINDS):
        layer = kind(1.0)

        def pair(images, labels, layer=layer):
            if isinstance(layer, MixUpPairs):
                return layer(images, labels)
            both = layer({"images": images, "labels": labels})
            return both["images"], both["labels"]

        found, shares = traced(pair)(
            *map(keras.ops.convert_to_tensor, (images, labels))
        )

        means = as_array(shares).astype("float64") @ np.arange(9)
        found = as_array(found)[:, 0, 0, 0]
        judge.close(found, means, operations=9, magnitude=16, what="mean number")


@mixup_as_layer.as_worded
def test_shares_follow_the_beta_law():
    """The shares of 16,384 examples follow Beta(alpha, alpha), in both layers."""
    for kind in map(mixup, KINDS):
        for alpha in (0.6, 1.0):
            found = partner_shares(kind(alpha))
            judge.law(found, stats.beta(alpha, alpha).cdf, resolves=0.06)


@mixup_as_layer.as_worded
def test_partners_are_a_permutation():
    """256 examples have 256 different partners, in an order drawn at random."""
    for kind in map(mixup, KINDS):
        _, labels = mixed(kind(5.0), numbered(256), np.eye(256, dtype="float32"))

        _, partner = shares_and_partners(labels)
        judge.equal(np.sort(partner), np.arange(256), what="partners", chance=2.0**-99)
        shifts = {int(k) for k in (partner - np.arange(256)) % 256}
        judge.true(len(shifts) > 2, what="drawn order", chance=2.0**-999)


@mixup_as_layer.as_worded
def test_the_layers_are_restored_from_their_configuration():
    """A layer made from the configuration of another one mixes as that one did."""
    x, y = numbered(4), np.eye(4, dtype="float32")
    for kind in map(mixup, KINDS):
        layer = kind(0.7, seed=int(np.random.randint(2**20)))

        again = kind.from_config(layer.get_config())

        judge.equal(mixed(again, x, y)[1], mixed(layer, x, y)[1], what="labels")


cutmix_as_layer = claim(
    "mixing.cutmix-as-layer",
    says="CutMix can be a Keras layer that works on pairs of images and labels.",
    sources=[lab[34], lab[50:51]],
    verdict=UPHELD,
    why="In keras.layers.CutMix the share in the label may differ from that of the "
    "pasted rectangle, by at most about a pixel in height and in width.",
    explained_by=[f"{CUTMIX}._generate_batch_mask", f"{CUTMIX}.transform_labels"],
    faults=[
        faults.cutmix_label_shares_swapped,
        faults.cutmix_labels_2_percent_low,
        faults.cutmix_own_share_10_percent_low,
        faults.cutmix_box_wider_than_share,
        faults.cutmix_sides_by_the_share,
        faults.alpha_ignored,
    ],
)


CUTMIX_KINDS = {
    "ours": lambda: CutMixPairs(1.0),
    "keras": lambda: keras.layers.CutMix((1.0, 1.0)),
}


@cutmix_as_layer.as_worded
@given(kind=kinds(), shape=shapes(), seed=seeds())
@example(kind="ours", shape=(8, 9, 5), seed=1)
@example(kind="keras", shape=(8, 9, 5), seed=1)
def test_cutmix_pastes_a_rectangle_as_large_as_its_label_says(kind, shape, seed):
    """One rectangle of the partner, whose area is the partner's share of the label."""
    pictures.mixed_by(CutMixPairs(2.0))
    count, height, width = shape
    x = numbered(count, height=height, width=width)

    images, labels = mixed(CUTMIX_KINDS[kind](), x, np.eye(count, dtype="float32"))

    own, partner = shares_and_partners(labels)
    judge.close(labels.sum(axis=1), 1, operations=4, what="sum of the shares")
    for i in np.flatnonzero(partner != np.arange(count)):
        new = images[i, :, :, 0] == partner[i]
        tall, wide = new.any(axis=1).sum(), new.any(axis=0).sum()
        box = np.outer(new.any(axis=1), new.any(axis=0))
        judge.equal(images[i, :, :, 0], np.where(box, partner[i], i), what="rectangle")
        share = 1 - own[i].astype("float64")
        if kind == "ours":
            area = tall * wide / (height * width)
            judge.close(share, area, operations=4, magnitude=1, what="share")
        else:
            pixels = np.array([height, width]) * np.sqrt(share)
            off = np.abs(pixels - [tall, wide]) if new.any() else pixels.min()
            judge.at_most(off, 1 + 9 * np.sqrt(gamma(8)), what="pixels of a side")


@cutmix_as_layer.as_worded
def test_shares_of_cutmix_follow_the_beta_law():
    """With alpha fixed the partner's share follows Beta(alpha, alpha)."""
    for alpha in (0.6, 1.0):
        found = partner_shares(keras.layers.CutMix((alpha, alpha)))
        judge.law(found, stats.beta(alpha, alpha).cdf, resolves=0.06)
