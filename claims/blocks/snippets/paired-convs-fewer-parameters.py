from itertools import pairwise


def weights(*channels, size):
    pairs = pairwise(channels)
    return sum((size * size * i + 1) * o for i, o in pairs)


for i, o in ((64, 64), (3, 32), (32, 64), (64, 128)):
    pair, single = weights(i, o, o, size=3), weights(i, o, size=5)
    print(f"{i} to {o} channels: two 3 x 3 have {pair:,}, one 5 x 5 has {single:,}")
    assert (pair < single) == (i == o)
