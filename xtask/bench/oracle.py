"""The float64 oracle of `cargo xtask bench pipeline`: the definition of the scores, straight from the catalogue.

    python oracle.py ids CATALOGUE COUNT OUT.json       draws titles
    python oracle.py compare CATALOGUE PACK ANSWERS.json   compares a pack's answers for them

From the pack it takes the vocabulary and nothing else: the list of words that don't count is a choice, not arithmetic.
A pack's item is a hit if the oracle's score of it is at least that of the oracle's 20th, less 1e-9: many titles tie there.
"""

import json
import pathlib
import struct
import sys

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import MultiLabelBinarizer

import catalogue

SEED = 42
TIE = 1e-9
TERM_ENDS, TERM_BYTES = 0x20, 0x21


def vocabulary(pack):
    """The terms of a pack's features; core/FORMAT.md describes the file."""
    manifest = json.loads((pack / "manifest.json").read_bytes())
    name = next(part["file"] for part in manifest["parts"] if part["kind"] == "features")
    file = (pack / name).read_bytes()
    table = [struct.unpack_from("<HHIII", file, 32 + 16 * i) for i in range(struct.unpack_from("<I", file, 20)[0])]
    section = {kind: (dtype, file[at : at + length]) for kind, dtype, at, length, _ in table}
    dtype, ends = section[TERM_ENDS]
    ends = numpy.frombuffer(ends, dtype={1: "<u1", 2: "<u2", 3: "<u4"}[dtype]).astype(int)
    text = section[TERM_BYTES][1]
    return [text[start:end].decode() for start, end in zip([0, *ends], ends)]


class Oracle:
    def __init__(self, shows, terms):
        self.row = {show["id"]: row for row, show in enumerate(shows)}
        self.terms = TfidfVectorizer(vocabulary=terms).fit_transform(map(catalogue.text, shows))
        self.flags = MultiLabelBinarizer(sparse_output=True).fit_transform(map(catalogue.genres, shows)).astype(float).tocsr()
        self.sizes = numpy.asarray(self.flags.sum(axis=1)).ravel()
        self.fields = [numpy.array(catalogue.codes(column)) for column in zip(*map(catalogue.metadata, shows))]

    def scores(self, row):
        """The similarity of a title with every other; -1 with itself."""
        shared = (self.flags @ self.flags[row].T).toarray().ravel()
        union = self.sizes + self.sizes[row] - shared
        genre = numpy.divide(shared, union, out=numpy.zeros_like(shared), where=union > 0)
        text = (self.terms @ self.terms[row].T).toarray().ravel()
        known = [(field[row] >= 0) & (field >= 0) for field in self.fields]
        equal = sum(both & (field == field[row]) for both, field in zip(known, self.fields))
        comparable = sum(both.astype(int) for both in known)
        metadata = numpy.divide(equal, comparable, out=numpy.zeros(len(text)), where=comparable > 0)
        weights = catalogue.WEIGHTS
        scores = weights["genre"] * genre + weights["text"] * text + weights["metadata"] * metadata
        scores[row] = -1
        return scores


def compare(path, pack, answers):
    shows = catalogue.load(path)
    oracle = Oracle(shows, vocabulary(pathlib.Path(pack)))
    overlaps, errors, short = [], [], 0
    for answer in json.loads(pathlib.Path(answers).read_bytes()):
        scores = oracle.scores(oracle.row[answer["id"]])
        wanted = min(catalogue.TOP_N, int((scores > 0).sum()))
        rows = [oracle.row[item["id"]] for item in answer["items"]]
        short += len(rows) < wanted
        if wanted:
            least = numpy.partition(scores, -wanted)[-wanted]
            overlaps.append((scores[rows] >= least - TIE).sum() / wanted)
        errors.extend(abs(scores[row] - item["score"]) for row, item in zip(rows, answer["items"]))
    result = {
        "titles": len(overlaps),
        "overlap": float(numpy.mean(overlaps)),
        "worst_overlap": float(numpy.min(overlaps)),
        "largest_error": float(numpy.max(errors)),
        "mean_error": float(numpy.mean(errors)),
        "short_answers": int(short),
    }
    print(json.dumps(result))


def ids(path, count, out):
    all_ids = [show["id"] for show in catalogue.load(path)]
    drawn = numpy.random.default_rng(SEED).choice(len(all_ids), size=int(count), replace=False)
    pathlib.Path(out).write_text(json.dumps([all_ids[i] for i in sorted(drawn)]))


if __name__ == "__main__":
    {"ids": ids, "compare": compare}[sys.argv[1]](*sys.argv[2:])
