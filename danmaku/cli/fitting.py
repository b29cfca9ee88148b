"""Finding the weights of a model: the one step of training that needs scikit-learn.

Imported by `danmaku filter train` alone, when it runs: no server has the library.
"""

from collections.abc import Sequence

from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression

from danmaku.filter.learned import rows_of
from danmaku.filter.model_quality import Labelled
from danmaku.filter.training import Fitted

TEXTS_WITH_A_ROW_MIN = 2  # what stands in one text alone says something of that text only


def fit(texts: Sequence[Labelled], seed: int) -> Fitted:
    """Fit a logistic regression to how often each row of letters stands in a text.

    Good and bad texts weigh the same, however many there are of each.
    """
    counting = CountVectorizer(analyzer=rows_of, min_df=TEXTS_WITH_A_ROW_MIN)
    counts = counting.fit_transform([one.letters for one in texts])
    regression = LogisticRegression(
        solver="liblinear", class_weight="balanced", random_state=seed, max_iter=1000
    )
    regression.fit(counts, [one.is_bad for one in texts])
    rows = [str(row) for row in counting.get_feature_names_out()]
    return Fitted(rows, regression.coef_[0].tolist(), float(regression.intercept_[0]))
