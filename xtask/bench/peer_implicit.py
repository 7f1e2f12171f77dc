"""`implicit` on the split that we are measured on: the same training file, the same users, the same metrics.

    peer_implicit.py TRAIN TEST THREADS

Both files have a line `user item item …` for each user. Prints one JSON object a model: seconds of training, Recall@20
(hits / test items, mean over users) and NDCG@20 (binary, ideal over min(20, test items)). Hyper-parameters: for each
model the best of a small grid by the same metric on a validation part of the training data, as ours has its search;
`seconds` is one training with what was picked, `search_seconds` the picking.
"""

import json
import os
import sys
import time

import numpy as np
import scipy.sparse as sp
from implicit.als import AlternatingLeastSquares
from implicit.nearest_neighbours import BM25Recommender

K = 20


def read(path, users=None, items=None):
    lines = [line.split() for line in open(path)]
    lines = [line for line in lines if len(line) > 1]
    if users is None:
        users = {line[0]: i for i, line in enumerate(lines)}
        items = {}
        for line in lines:
            for item in line[1:]:
                items.setdefault(item, len(items))
    rows, columns = [], []
    for line in lines:
        if line[0] in users:
            for item in line[1:]:
                if item in items:
                    rows.append(users[line[0]])
                    columns.append(items[item])
    matrix = sp.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), shape=(len(users), len(items)))
    matrix.data[:] = 1
    return matrix, users, items


def test_sizes(path, users):
    """Test items of each user, those that the training never saw included: they can't be hit, but count."""
    sizes = np.zeros(len(users))
    for line in open(path):
        fields = line.split()
        if fields and fields[0] in users:
            sizes[users[fields[0]]] = len(set(fields[1:]))
    return sizes


def metrics(model, history, wanted, sizes):
    who = np.flatnonzero(sizes > 0)
    found, _ = model.recommend(who, history[who], N=K, filter_already_liked_items=True)
    discount = 1 / np.log2(np.arange(2, K + 2))
    ideal = np.concatenate([[0], np.cumsum(discount)])
    recall, ndcg = [], []
    for row, user in enumerate(who):
        hits = np.isin(found[row], wanted[user].indices)
        recall.append(hits.sum() / sizes[user])
        ndcg.append((hits * discount[: len(hits)]).sum() / ideal[min(K, int(sizes[user]))])
    return float(np.mean(recall)), float(np.mean(ndcg))


def held_out(train):
    """A fifth of the interactions of 2,000 users, drawn with a fixed seed."""
    rng = np.random.default_rng(7)
    lengths = np.diff(train.indptr)
    able = np.flatnonzero(lengths >= 5)
    chosen = np.zeros(train.shape[0], bool)
    chosen[rng.choice(able, min(2000, len(able)), replace=False)] = True
    triplets = train.tocoo()
    out = chosen[triplets.row] & (rng.random(train.nnz) < 0.2)
    part = lambda keep: sp.csr_matrix((triplets.data[keep], (triplets.row[keep], triplets.col[keep])), shape=train.shape)
    return part(~out), part(out)


def main():
    train_path, test_path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    train, users, items = read(train_path)
    test, _, _ = read(test_path, users, items)
    sizes = test_sizes(test_path, users)
    part, valid = held_out(train)
    als = lambda **how: AlternatingLeastSquares(iterations=15, num_threads=threads, random_state=42, **how)
    bm25 = lambda **how: BM25Recommender(num_threads=threads, **how)
    grids = {
        "implicit ALS": (als, [dict(factors=f, regularization=r, alpha=a) for f in (64, 128) for r in (0.1, 10.0) for a in (1.0, 5.0)]),
        "implicit BM25 item-item": (bm25, [dict(K=k, B=b) for k in (50, 200) for b in (0.2, 0.5)]),
    }
    for name, (make, grid) in grids.items():
        began = time.time()
        scored = []
        for how in grid:
            model = make(**how)
            model.fit(part, show_progress=False)
            scored.append((sum(metrics(model, part, valid, np.diff(valid.indptr))), how))
        search = time.time() - began
        how = max(scored, key=lambda pair: pair[0])[1]
        began = time.time()
        model = make(**how)
        model.fit(train, show_progress=False)
        seconds = time.time() - began
        recall, ndcg = metrics(model, train, test, sizes)
        print(json.dumps({"name": name, "how": how, "seconds": seconds, "search_seconds": search, "recall@20": recall, "ndcg@20": ndcg}))


os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
main()
