"""Classical models: skl2onnx, LightGBM, XGBoost (by onnxmltools) and CatBoost's own exporter, trained on random rows."""

import numpy as np
from making import Maker

rng = np.random.default_rng(1)
ROWS, FEATURES = 400, 20
X = rng.normal(size=(ROWS, FEATURES)).astype(np.float32)
Y = (X[:, 0] + X[:, 1] * X[:, 2] > 0).astype(np.int64)
Z = (X[:, 0] * 3 + X[:, 3]).astype(np.float32)
COUNTS = rng.integers(0, 9, size=(ROWS, FEATURES)).astype(np.float32)


def sklearn_models():
    from sklearn import (
        cluster, decomposition, discriminant_analysis, ensemble, gaussian_process, linear_model, mixture, naive_bayes, neighbors,
        neural_network, pipeline, preprocessing, svm, tree,
    )

    scaled = lambda last: pipeline.make_pipeline(preprocessing.StandardScaler(), last)
    return {
        "logistic-regression": (linear_model.LogisticRegression(), Y),
        "linear-regression": (linear_model.LinearRegression(), Z),
        "sgd-classifier": (linear_model.SGDClassifier(), Y),
        "decision-tree": (tree.DecisionTreeClassifier(), Y),
        "random-forest-classifier": (ensemble.RandomForestClassifier(60), Y),
        "random-forest-regressor": (ensemble.RandomForestRegressor(60), Z),
        "extra-trees": (ensemble.ExtraTreesClassifier(40), Y),
        "gradient-boosting": (ensemble.GradientBoostingClassifier(n_estimators=50), Y),
        "hist-gradient-boosting": (ensemble.HistGradientBoostingRegressor(max_iter=40), Z),
        "adaboost": (ensemble.AdaBoostClassifier(n_estimators=20), Y),
        "isolation-forest": (ensemble.IsolationForest(n_estimators=30), None),
        "svc": (svm.SVC(probability=True), Y),
        "svr": (svm.SVR(), Z),
        "linear-svc": (svm.LinearSVC(), Y),
        "k-neighbors": (neighbors.KNeighborsClassifier(5), Y),
        "mlp-classifier": (neural_network.MLPClassifier(hidden_layer_sizes=(64, 32), max_iter=30), Y),
        "mlp-pipeline": (scaled(neural_network.MLPRegressor(hidden_layer_sizes=(64, 32), max_iter=30)), Z),
        "logistic-pipeline": (scaled(linear_model.LogisticRegression()), Y),
        "gaussian-nb": (naive_bayes.GaussianNB(), Y),
        "multinomial-nb": (naive_bayes.MultinomialNB(), Y),
        "k-means": (cluster.KMeans(8, n_init=1), None),
        "pca": (decomposition.PCA(5), None),
        "truncated-svd": (decomposition.TruncatedSVD(5), None),
        "gaussian-mixture": (mixture.GaussianMixture(3), None),
        "gaussian-process": (gaussian_process.GaussianProcessRegressor(), Z),
        "lda": (discriminant_analysis.LinearDiscriminantAnalysis(), Y),
        "min-max-scaler": (preprocessing.MinMaxScaler(), None),
        "quantile-bins": (preprocessing.KBinsDiscretizer(5, encode="onehot-dense"), None),
        "voting": (ensemble.VotingClassifier([("l", linear_model.LogisticRegression()), ("t", tree.DecisionTreeClassifier())], voting="soft", flatten_transform=False), Y),
    }


def by_skl2onnx(path, model, target):
    from skl2onnx import to_onnx

    data = COUNTS if path.stem == "multinomial-nb" else X
    model.fit(data) if target is None else model.fit(data, target)
    path.write_bytes(to_onnx(model, data[:1], target_opset={"": 21, "ai.onnx.ml": 3}).SerializeToString())


def by_onnxmltools(path, convert, model, target):
    from onnxmltools.convert.common.data_types import FloatTensorType

    model.fit(X, target)
    found = convert(model, initial_types=[("input", FloatTensorType([None, FEATURES]))], target_opset=15)
    path.write_bytes(found.SerializeToString())


def by_catboost(path, model, target):
    model.fit(X, target, verbose=False)
    model.save_model(str(path), format="onnx")


def main():
    scikit = Maker("skl2onnx")
    for name, (model, target) in sklearn_models().items():
        scikit.make(name, by_skl2onnx, model, target)
    import lightgbm
    import onnxmltools
    import xgboost
    from catboost import CatBoostClassifier, CatBoostRegressor

    boosted = Maker("onnxmltools")
    light, extreme = onnxmltools.convert_lightgbm, onnxmltools.convert_xgboost
    boosted.make("lightgbm-classifier", by_onnxmltools, light, lightgbm.LGBMClassifier(n_estimators=60, verbose=-1), Y)
    boosted.make("lightgbm-regressor", by_onnxmltools, light, lightgbm.LGBMRegressor(n_estimators=60, verbose=-1), Z)
    boosted.make("xgboost-classifier", by_onnxmltools, extreme, xgboost.XGBClassifier(n_estimators=60), Y)
    boosted.make("xgboost-regressor", by_onnxmltools, extreme, xgboost.XGBRegressor(n_estimators=60), Z)
    cat = Maker("catboost")
    cat.make("classifier", by_catboost, CatBoostClassifier(iterations=60, allow_writing_files=False), Y)
    cat.make("regressor", by_catboost, CatBoostRegressor(iterations=60, allow_writing_files=False), Z)


main()
