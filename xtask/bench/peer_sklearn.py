"""The same job with scikit-learn: for every title the 20 most similar ones, by 0.4 genre + 0.5 text + 0.1 metadata.

    python peer_sklearn.py blocks|product CATALOGUE OUT.npz THREADS

blocks   exactly those scores: Jaccard of the genre sets, cosine of TF-IDF, mean of the metadata matches that both titles
         can be compared on. Rows by blocks of 256, never the full matrix.
product  one sparse product with sparse_dot_topn over the weighted, concatenated features. It is the usual shortcut, and not
         the same scores: genres by cosine, and unknown metadata counts as different.

Prints the seconds of each stage as JSON.
"""

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import scipy.sparse as sparse
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import MultiLabelBinarizer, OneHotEncoder, normalize

import catalogue

BLOCK = 256


def best(scores, rows):
    """The best of each row, highest first; the row itself is none of them."""
    scores[numpy.arange(len(rows)), rows] = -1
    places = numpy.argpartition(scores, -catalogue.TOP_N, axis=1)[:, -catalogue.TOP_N :]
    values = numpy.take_along_axis(scores, places, axis=1)
    order = numpy.argsort(-values, axis=1, kind="stable")
    return numpy.take_along_axis(places, order, axis=1), numpy.take_along_axis(values, order, axis=1)


def blocks(shows, terms, threads):
    weights = catalogue.WEIGHTS
    columns = sparse.csr_matrix(terms.T)
    # Titles with equal genre sets are equally similar: Jaccard once for each distinct set.
    sets = [catalogue.genres(show) for show in shows]
    distinct = list(dict.fromkeys(sets))
    place = {genres: i for i, genres in enumerate(distinct)}
    set_of = numpy.array([place[genres] for genres in sets])
    flags = MultiLabelBinarizer(sparse_output=True).fit_transform(distinct).astype(numpy.float32)
    shared = (flags @ flags.T).toarray()
    sizes = shared.diagonal()
    union = sizes[:, None] + sizes[None, :] - shared
    jaccard = numpy.divide(shared, union, out=numpy.zeros_like(shared), where=union > 0) * numpy.float32(weights["genre"])
    fields = [numpy.array(catalogue.codes(column)) for column in zip(*map(catalogue.metadata, shows))]
    # What to multiply the number of matches with, by how many fields can be compared.
    share = numpy.array([0, *(weights["metadata"] / n for n in range(1, len(fields) + 1))], dtype=numpy.float32)

    def block(start):
        rows = numpy.arange(start, min(start + BLOCK, len(shows)))
        scores = (terms[rows] @ columns).toarray()
        scores *= weights["text"]
        scores += jaccard[set_of[rows]][:, set_of]
        matches = numpy.zeros(scores.shape, dtype=numpy.int8)
        comparable = numpy.zeros(scores.shape, dtype=numpy.int8)
        for field in fields:
            mine = field[rows, None]
            known = (mine >= 0) & (field >= 0)
            comparable += known
            matches += known & (mine == field)
        scores += matches * share[comparable]
        return best(scores, rows)

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(block, range(0, len(shows), BLOCK)))
    return [numpy.concatenate(part) for part in zip(*done)]


def product(shows, terms, threads):
    from sparse_dot_topn import sp_matmul_topn

    weights = catalogue.WEIGHTS
    flags = MultiLabelBinarizer(sparse_output=True).fit_transform([catalogue.genres(show) for show in shows])
    fields = numpy.array([[value or "" for value in catalogue.metadata(show)] for show in shows], dtype=object)
    hot = OneHotEncoder(dtype=numpy.float32).fit_transform(fields)
    parts = [
        terms * weights["text"] ** 0.5,
        normalize(flags.astype(numpy.float32)) * weights["genre"] ** 0.5,
        hot * (weights["metadata"] / fields.shape[1]) ** 0.5,
    ]
    features = sparse.csr_matrix(sparse.hstack(parts, dtype=numpy.float32))
    columns = sparse.csr_matrix(features.T)
    # One more than asked for: a title is the best match of itself.
    found = sp_matmul_topn(features, columns, top_n=catalogue.TOP_N + 1, n_threads=threads, sort=True)
    return [found.indices, found.data, found.indptr]


def main(method, path, out, threads):
    seconds, start = {}, time.perf_counter()

    def done(stage):
        nonlocal start
        seconds[stage] = round(time.perf_counter() - start, 2)
        start = time.perf_counter()

    shows = catalogue.load(path)
    done("read")
    vectorizer = TfidfVectorizer(stop_words="english", max_features=500, dtype=numpy.float32)
    terms = vectorizer.fit_transform(map(catalogue.text, shows))
    done("text features")
    result = {"blocks": blocks, "product": product}[method](shows, terms, int(threads))
    done("similarities")
    numpy.savez(out, *result)
    done("write")
    print(json.dumps({"items": len(shows), "stages": seconds}))


if __name__ == "__main__":
    main(*sys.argv[1:])
